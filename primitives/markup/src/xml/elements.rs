//! `xml.elements`: every element of a name.

use super::walk::{Part, walk};
use crate::whole::{RESULT_BYTES_MAX, Sink, Table, collapsed, distinct, one, too_large};
use std::collections::HashMap;
use telos_pack::{Args, Failure, Running};

/// Most columns.
const COLUMNS_MAX: usize = 4_096;
/// Most fields of the table, empty ones included.
const FIELDS_MAX: usize = 10_000_000;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let wanted = args.text(1)?;
    Ok(one(move |text, out| {
        let mut found = Found { wanted: wanted.trim(), ..Found::default() };
        walk(text, |part, depth| found.take(part, depth))?;
        if found.rows.is_empty() {
            return Err(found.missing());
        }
        let (table, lines) = found.written()?;
        let count = table.give(0, out);
        out.bytes(1, lines);
        out.count(2, count);
        Ok(())
    }))
}

/// One element: its own text, the text of everything in it, and fields by the position of their column.
#[derive(Default)]
struct Row {
    own: String,
    all: String,
    fields: Vec<(usize, String)>,
}

#[derive(Default)]
struct Found<'a> {
    wanted: &'a str,
    /// Attributes and the elements directly inside, in the order they first occur.
    columns: Vec<String>,
    places: HashMap<String, usize>,
    rows: Vec<Row>,
    /// The depth of the element that is read. Elements of the name inside it are part of it.
    depth: Option<usize>,
    /// The column of the element directly inside it, and that element's text so far.
    inner: Option<(usize, String)>,
    bytes: usize,
    /// Names seen, to tell what there is.
    names: Vec<String>,
}

/// Most names told where none fits.
const NAMES_MAX: usize = 12;

impl Found<'_> {
    fn take(&mut self, part: Part<'_>, depth: usize) -> Result<(), Failure> {
        match (part, self.depth) {
            (Part::Start { name, attributes, .. }, None) => {
                if !is_named(name, self.wanted) {
                    if self.names.len() < NAMES_MAX && !self.names.iter().any(|known| known == name) {
                        self.names.push(name.to_owned());
                    }
                    return Ok(());
                }
                self.depth = Some(depth);
                self.rows.push(Row::default());
                attributes.iter().try_for_each(|(name, value)| self.field(name, value.clone()))
            }
            (Part::Start { name, .. }, Some(top)) => {
                if depth == top + 1 {
                    self.inner = Some((self.column(name)?, String::new()));
                }
                // Elements end words.
                self.text(" ", depth > top + 1)
            }
            (Part::Text(text), Some(top)) => {
                self.text(text, depth > top)?;
                if depth == top
                    && let Some(row) = self.rows.last_mut()
                {
                    row.own.push_str(text);
                }
                Ok(())
            }
            (Part::End, Some(top)) if depth == top => {
                self.depth = None;
                Ok(())
            }
            (Part::End, Some(top)) => {
                if depth == top + 1
                    && let Some((column, text)) = self.inner.take()
                {
                    self.put(column, collapsed(&text));
                }
                self.text(" ", depth > top + 1)
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str, is_inner: bool) -> Result<(), Failure> {
        self.bytes += 2 * text.len();
        if self.bytes > 4 * RESULT_BYTES_MAX {
            return Err(too_large());
        }
        if let (true, Some((_, inner))) = (is_inner, &mut self.inner) {
            inner.push_str(text);
        }
        if let Some(row) = self.rows.last_mut() {
            row.all.push_str(text);
        }
        Ok(())
    }

    fn column(&mut self, name: &str) -> Result<usize, Failure> {
        if let Some(place) = self.places.get(name) {
            return Ok(*place);
        }
        if self.columns.len() >= COLUMNS_MAX {
            return Err(Failure::Limit(format!(
                "the elements have more than {COLUMNS_MAX} different attributes and parts"
            )));
        }
        self.columns.push(name.to_owned());
        self.places.insert(name.to_owned(), self.columns.len() - 1);
        Ok(self.columns.len() - 1)
    }

    fn field(&mut self, name: &str, value: String) -> Result<(), Failure> {
        let column = self.column(name)?;
        self.put(column, value);
        Ok(())
    }

    /// Sets a field; what is there more than once is joined.
    fn put(&mut self, column: usize, value: String) {
        let Some(row) = self.rows.last_mut() else { return };
        match row.fields.iter_mut().find(|(place, _)| *place == column) {
            Some((_, before)) => {
                before.push_str("; ");
                before.push_str(&value);
            }
            None => row.fields.push((column, value)),
        }
    }

    fn written(self) -> Result<(Table, Vec<u8>), Failure> {
        let Self { columns, rows, .. } = self;
        if (columns.len() + 1).saturating_mul(rows.len()) > FIELDS_MAX {
            return Err(Failure::Limit(format!("the table has more than {FIELDS_MAX} fields")));
        }
        let mut lines = Sink::default();
        let with_text = columns.is_empty() || rows.iter().any(|row| !row.own.trim().is_empty());
        let text = with_text.then(|| String::from("text"));
        let names = distinct(text.into_iter().chain(columns.iter().cloned()));
        let mut table = Table::new(names.iter().map(String::as_str));
        for row in &rows {
            let mut fields = vec![""; columns.len()];
            for (column, value) in &row.fields {
                if let Some(field) = fields.get_mut(*column) {
                    *field = value;
                }
            }
            let own = collapsed(&row.own);
            table.row(with_text.then_some(own.as_str()).into_iter().chain(fields))?;
            lines.text(&collapsed(&row.all))?;
            lines.text("\n")?;
        }
        Ok((table, lines.into_bytes()))
    }

    fn missing(&self) -> Failure {
        let more = if self.names.len() >= NAMES_MAX { ", …" } else { "" };
        Failure::bad(format!("there is no element `{}`; there are {}{more}", self.wanted, self.names.join(", ")))
    }
}

/// Whether an element is meant: by its name, with or without its prefix, or by its plural.
fn is_named(name: &str, wanted: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name);
    name == wanted || local == wanted || wanted.strip_suffix('s').is_some_and(|singular| local == singular)
}
