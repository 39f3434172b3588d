//! JSON documents as values: read within bounds, written in the style they came in.

use crate::whole::{Sink, too_large};
use serde::Serialize as _;
use serde_json::Value as Json;
use serde_json::ser::PrettyFormatter;
use telos_pack::{Failure, Out};

/// Deepest nesting, in levels: recursion over a document ends there. The reader of JSON has the same limit.
pub(crate) const DEPTH_MAX: usize = 127;
/// Most bytes that the values of one document may take, as [`weight`] estimates them.
const WEIGHT_MAX: usize = 640 << 20;
/// What an item takes beside its text while the list that it ends grows.
const ITEM_BYTES: usize = 144;
/// What an object or array takes beside its items: its table, and places for the first of them.
const CONTAINER_BYTES: usize = 256;
/// What a key takes beside its text and its place.
const KEY_BYTES: usize = 16;
/// Widest indentation that is taken over from a document, in bytes.
const INDENT_BYTES_MAX: usize = 8;

/// About how many bytes the values of a document take: counted from the marks that separate them, so never too low.
fn weight(text: &str) -> usize {
    let marks = text.bytes().map(|byte| match byte {
        b'{' | b'[' => CONTAINER_BYTES,
        b',' => ITEM_BYTES,
        b':' => KEY_BYTES,
        _ => 0,
    });
    marks.sum::<usize>().saturating_add(text.len())
}

/// Reads one of `of` documents held at once. Numbers keep their digits; of equal keys the last counts.
pub(crate) fn read(text: &str, of: usize) -> Result<Json, Failure> {
    if weight(text) > WEIGHT_MAX / of.max(1) {
        return Err(Failure::Limit(String::from("the document has more values than can be held; take a part of it")));
    }
    serde_json::from_str(text).map_err(|error| unread(&error))
}

pub(crate) fn unread(error: &serde_json::Error) -> Failure {
    let message = error.to_string();
    if message.starts_with("recursion limit") {
        return too_deep();
    }
    Failure::bad(format!("this is not one JSON document: {message}"))
}

pub(crate) fn too_deep() -> Failure {
    Failure::Limit(format!("the document nests deeper than {DEPTH_MAX} levels"))
}

/// How a document is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Compact,
    Indented(String),
}

impl Style {
    /// Two blanks a level.
    pub(crate) fn usual() -> Self {
        Self::Indented(String::from("  "))
    }

    /// That of a JSON text, so that what is changed in it is all that changes.
    pub(crate) fn of(text: &str) -> Self {
        let Some((_, rest)) = text.trim().split_once('\n') else {
            let is_plain = text.trim().len() <= 2;
            return if is_plain { Self::usual() } else { Self::Compact };
        };
        let indent: String = rest.chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect();
        if (1..=INDENT_BYTES_MAX).contains(&indent.len()) { Self::Indented(indent) } else { Self::usual() }
    }

    /// The document in this style, with a last line feed.
    pub(crate) fn write(&self, value: &Json) -> Result<Vec<u8>, Failure> {
        if depth(value) > DEPTH_MAX {
            return Err(too_deep());
        }
        let mut sink = Sink::default();
        let written = match self {
            Self::Compact => serde_json::to_writer(&mut sink, value),
            Self::Indented(indent) => {
                let form = PrettyFormatter::with_indent(indent.as_bytes());
                value.serialize(&mut serde_json::Serializer::with_formatter(&mut sink, form))
            }
        };
        written.map_err(|_| too_large())?;
        sink.text("\n")?;
        Ok(sink.into_bytes())
    }

    /// Emits the document at `port`.
    pub(crate) fn give(&self, value: &Json, port: u16, out: &mut Out) -> Result<(), Failure> {
        out.bytes(port, self.write(value)?);
        Ok(())
    }
}

/// Levels of arrays and objects. Values beyond [`DEPTH_MAX`] are not looked at.
pub(crate) fn depth(value: &Json) -> usize {
    fn within(value: &Json, left: usize) -> usize {
        if left == 0 {
            return 0;
        }
        match value {
            Json::Array(items) => 1 + items.iter().map(|item| within(item, left - 1)).max().unwrap_or(0),
            Json::Object(entries) => 1 + entries.values().map(|item| within(item, left - 1)).max().unwrap_or(0),
            _ => 0,
        }
    }
    within(value, DEPTH_MAX + 1)
}

/// What people call this kind of value.
pub(crate) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "text",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// A field of a table: texts as they are, null empty, anything nested as compact JSON.
pub(crate) fn field(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The number of lines and of characters in the last one that lead to `offset`, both from 1.
pub(crate) fn position(text: &str, offset: usize) -> String {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_of_a_document_is_recognised() {
        assert_eq!(Style::of("{\"a\":1}\n"), Style::Compact);
        assert_eq!(Style::of("{}"), Style::usual());
        assert_eq!(Style::of("{\n\t\"a\": 1\n}"), Style::Indented("\t".into()));
        assert_eq!(Style::of("[\n1\n]"), Style::usual());
        assert_eq!(Style::of("{\n            \"a\": 1}"), Style::usual());
    }

    #[test]
    fn what_cannot_be_held_is_refused_before_it_is_read() {
        assert!(matches!(read(&"[".repeat(8_000_000), 1), Err(Failure::Limit(_))));
        let nested = format!("{}{}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX));
        assert_eq!(depth(&read(&nested, 1).unwrap()), DEPTH_MAX);
        assert!(matches!(read(&format!("[{nested}]"), 1), Err(Failure::Limit(_))));
    }

    #[test]
    fn positions_count_characters() {
        assert_eq!(position("é\nab", 4), "line 2, column 2");
        assert_eq!(position("é", 1), "line 1, column 1");
        assert_eq!(position("a\n", 99), "line 2, column 1");
    }
}
