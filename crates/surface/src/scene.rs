//! The semantic tree of a surface.

use crate::text::printable;
use serde::Serialize;
use telos_abi::{Refinement, Value};

/// Rows of a table that a scene holds; the rest is counted.
const TABLE_ROWS_MAX: usize = 1_000;
/// Items of a list that a scene holds; the rest is counted.
const LIST_ITEMS_MAX: usize = 1_000;

/// How urgent a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Good to know.
    Note,
    /// Something needs attention.
    Warning,
    /// Something failed or was refused.
    Error,
}

/// One piece of a scene.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A title.
    Heading {
        /// Its text.
        text: String,
    },
    /// A labelled value on one line.
    Fact {
        /// What it is.
        label: String,
        /// The value.
        value: String,
    },
    /// Running text, shown as it is.
    Text {
        /// The text.
        text: String,
    },
    /// Rows and columns.
    Table {
        /// Column names.
        columns: Vec<String>,
        /// Rows, each as long as `columns`.
        rows: Vec<Vec<String>>,
        /// Rows that are not shown.
        hidden: usize,
    },
    /// Items in order.
    List {
        /// The items.
        items: Vec<String>,
        /// Items that are not shown.
        hidden: usize,
    },
    /// A picture.
    Picture {
        /// An SVG document.
        svg: String,
        /// What it shows, for those who cannot see it.
        alternative: String,
    },
    /// A message about the scene itself.
    Notice {
        /// How urgent.
        level: Level,
        /// The message.
        text: String,
    },
}

/// A surface's content.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scene {
    /// Its pieces, from top to bottom.
    pub blocks: Vec<Block>,
}

/// A value with what is known of how to show it.
#[derive(Clone, Copy, Debug)]
pub enum ShownValue<'a> {
    /// A value held whole.
    Value(&'a Value),
    /// A blob's first bytes.
    Blob {
        /// The bytes.
        head: &'a [u8],
        /// What is known of the whole.
        refinement: Refinement,
        /// Bytes of the whole.
        size: u64,
    },
}

impl Scene {
    /// Adds a value under a meaning ("number of lines").
    pub fn show(&mut self, meaning: &str, value: ShownValue<'_>) {
        match value {
            ShownValue::Value(value) => self.show_value(meaning, value),
            ShownValue::Blob { head, refinement: Refinement::Table, size } => self.show_table(meaning, head, size),
            ShownValue::Blob { head, refinement: Refinement::Svg, size } if head.len() as u64 == size => {
                self.blocks.push(Block::Picture {
                    svg: String::from_utf8_lossy(head).into_owned(),
                    alternative: meaning.to_owned(),
                });
            }
            ShownValue::Blob { head, refinement: _, size } => self.show_text(head, size),
        }
    }

    /// Whether a blob with this refinement is shown as the text that it is, from its beginning on.
    #[must_use]
    pub const fn is_text(refinement: Refinement) -> bool {
        !matches!(refinement, Refinement::Table | Refinement::Svg)
    }

    /// What to say of an outcome that holds nothing, of which a person sees nothing at all or a header alone.
    #[must_use]
    pub fn emptiness(&self) -> Option<&'static str> {
        let [block] = self.blocks.as_slice() else { return None };
        match block {
            Block::Text { text } if text.is_empty() => Some("the result is empty: no text, or nothing matches"),
            Block::Fact { value, .. } if value.is_empty() => Some("the result is an empty text"),
            Block::List { items, hidden: 0 } if items.is_empty() => Some("nothing matches: the list is empty"),
            Block::Table { rows, hidden: 0, .. } if rows.is_empty() => Some("nothing matches: the table has no rows"),
            _ => None,
        }
    }

    /// Adds a message.
    pub fn notice(&mut self, level: Level, text: impl Into<String>) {
        self.blocks.push(Block::Notice { level, text: text.into() });
    }

    fn show_value(&mut self, meaning: &str, value: &Value) {
        match value {
            Value::List(items) if items.iter().all(|item| matches!(item, Value::Record(_))) && !items.is_empty() => {
                self.show_records(items);
            }
            Value::List(items) => {
                let shown = items.iter().take(LIST_ITEMS_MAX).map(plain).collect::<Vec<_>>();
                let hidden = items.len() - shown.len();
                self.blocks.push(Block::List { items: shown, hidden });
            }
            Value::Record(fields) => {
                for (name, field) in fields {
                    self.blocks.push(Block::Fact { label: name.clone(), value: plain(field) });
                }
            }
            Value::Bytes(bytes) => self.show_text(&bytes.0, bytes.0.len() as u64),
            scalar => self.blocks.push(Block::Fact { label: meaning.to_owned(), value: plain(scalar) }),
        }
    }

    fn show_records(&mut self, items: &[Value]) {
        let records =
            || items.iter().filter_map(|item| if let Value::Record(fields) = item { Some(fields) } else { None });
        let mut columns: Vec<String> = Vec::new();
        for name in records().flat_map(|fields| fields.keys()) {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        let rows: Vec<Vec<String>> = records()
            .take(TABLE_ROWS_MAX)
            .map(|fields| columns.iter().map(|name| fields.get(name).map(plain).unwrap_or_default()).collect())
            .collect();
        let hidden = items.len() - rows.len();
        self.blocks.push(Block::Table { columns, rows, hidden });
    }

    fn show_table(&mut self, meaning: &str, head: &[u8], size: u64) {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(head);
        let columns: Vec<String> = match reader.headers() {
            Ok(headers) => headers.iter().map(str::to_owned).collect(),
            Err(_) => return self.show_text(head, size),
        };
        let mut rows = Vec::new();
        let mut hidden = 0;
        for record in reader.records().flatten() {
            if rows.len() < TABLE_ROWS_MAX {
                let mut row: Vec<String> = record.iter().map(str::to_owned).collect();
                row.resize(columns.len(), String::new());
                rows.push(row);
            } else {
                hidden += 1;
            }
        }
        self.blocks.push(Block::Table { columns, rows, hidden });
        if head.len() as u64 != size {
            self.notice(Level::Note, format!("only the beginning of {meaning} is shown ({size} bytes in all)"));
        }
    }

    fn show_text(&mut self, head: &[u8], size: u64) {
        self.blocks.push(Block::Text { text: String::from_utf8_lossy(head).into_owned() });
        if head.len() as u64 != size {
            self.notice(Level::Note, format!("only the first {} of {size} bytes are shown", head.len()));
        }
    }
}

/// A value on one line.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(flag) => String::from(if *flag { "yes" } else { "no" }),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => bytes.to_string(),
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Record(fields) => {
            fields.iter().map(|(name, field)| format!("{name}: {}", plain(field))).collect::<Vec<_>>().join(", ")
        }
        Value::Variant(case, inner) => format!("{case} {}", plain(inner)),
        Value::Handle(_) => String::from("(file)"),
    }
}

/// The scene's facts and texts, one a line, for a caller that wants plain words.
impl core::fmt::Display for Scene {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for block in &self.blocks {
            match block {
                Block::Heading { text } | Block::Text { text } | Block::Notice { text, .. } => {
                    writeln!(out, "{}", printable(text, true))?;
                }
                Block::Fact { value, .. } => writeln!(out, "{}", printable(value, false))?,
                Block::List { items, .. } => {
                    items.iter().try_for_each(|item| writeln!(out, "{}", printable(item, false)))?;
                }
                Block::Table { rows, .. } => {
                    rows.iter().try_for_each(|row| writeln!(out, "{}", printable(&row.join("\t"), true)))?;
                }
                Block::Picture { alternative, .. } => writeln!(out, "{}", printable(alternative, false))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Scene, ShownValue};
    use std::collections::BTreeMap;
    use telos_abi::{Refinement, Value};

    #[test]
    fn a_table_becomes_columns_and_rows() {
        let mut scene = Scene::default();
        let bytes = b"region,amount\nnorth,3\n\"south, east\",4\n";
        scene.show("totals", ShownValue::Blob { head: bytes, refinement: Refinement::Table, size: bytes.len() as u64 });
        let expected = Block::Table {
            columns: vec!["region".into(), "amount".into()],
            rows: vec![vec!["north".into(), "3".into()], vec!["south, east".into(), "4".into()]],
            hidden: 0,
        };
        assert_eq!(scene.blocks, [expected]);
    }

    #[test]
    fn records_with_different_fields_share_one_table() {
        let record = |name: &str| Value::Record(BTreeMap::from([(name.to_owned(), Value::Int(1))]));
        let mut scene = Scene::default();
        scene.show("things", ShownValue::Value(&Value::List(vec![record("a"), record("b")])));
        let expected = Block::Table {
            columns: vec!["a".into(), "b".into()],
            rows: vec![vec!["1".into(), String::new()], vec![String::new(), "1".into()]],
            hidden: 0,
        };
        assert_eq!(scene.blocks, [expected]);
    }

    #[test]
    fn what_is_empty_is_told_and_what_is_not_is_not() {
        let shown = |refinement, head: &[u8]| {
            let mut scene = Scene::default();
            scene.show("it", ShownValue::Blob { head, refinement, size: head.len() as u64 });
            scene.emptiness()
        };
        assert!(shown(Refinement::Utf8, b"").is_some() && shown(Refinement::Utf8, b"\n").is_none());
        assert!(shown(Refinement::Table, b"a,b\n").is_some() && shown(Refinement::Table, b"a,b\n1,2\n").is_none());
        assert!(Scene::default().emptiness().is_none());
    }

    #[test]
    fn a_cut_blob_says_so() {
        let mut scene = Scene::default();
        scene.show("text", ShownValue::Blob { head: b"abc", refinement: Refinement::Utf8, size: 9 });
        assert!(matches!(scene.blocks.last(), Some(Block::Notice { .. })));
    }
}
