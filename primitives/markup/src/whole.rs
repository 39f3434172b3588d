//! Primitives that need their documents whole: what holds them, and what bounds the results.

use std::collections::HashMap;
use telos_pack::{Failure, Held, Out, Running, Value};
use telos_table::write_row;

/// Most bytes of all outputs: they leave together, in one return of at most 64 MiB.
pub(crate) const RESULT_BYTES_MAX: usize = 60 << 20;
/// Longest value that is one line, in bytes.
const LINE_BYTES_MAX: usize = 16_000;

/// A function of one text.
pub(crate) fn one(act: impl FnMut(&str, &mut Out) -> Result<(), Failure> + 'static) -> Box<dyn Running> {
    Box::new(Whole { held: Held::new(), act })
}

struct Whole<F> {
    held: Held,
    act: F,
}

impl<F: FnMut(&str, &mut Out) -> Result<(), Failure>> Running for Whole<F> {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let held = self.held.take();
        (self.act)(utf8(&held)?, out)
    }
}

/// The text without a byte order mark.
fn utf8(bytes: &[u8]) -> Result<&str, Failure> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|error| Failure::bad(format!("byte {} is not UTF-8 text", error.valid_up_to())))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Too large a result.
pub(crate) fn too_large() -> Failure {
    Failure::Limit(format!("the result takes more than {} MiB; work on a part of the document", RESULT_BYTES_MAX >> 20))
}

/// A result being written, up to [`RESULT_BYTES_MAX`].
#[derive(Default)]
pub(crate) struct Sink {
    bytes: Vec<u8>,
}

impl Sink {
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        if text.len() > RESULT_BYTES_MAX - self.bytes.len() {
            return Err(too_large());
        }
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Whether nothing was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// A table being written, up to [`RESULT_BYTES_MAX`].
pub(crate) struct Table {
    bytes: Vec<u8>,
    rows: u64,
}

impl Table {
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut bytes = Vec::new();
        write_row(&mut bytes, columns);
        Self { bytes, rows: 0 }
    }

    pub(crate) fn row<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
        write_row(&mut self.bytes, fields);
        self.rows += 1;
        if self.bytes.len() > RESULT_BYTES_MAX { Err(too_large()) } else { Ok(()) }
    }

    /// Emits the table at `table` and gives the number of rows.
    pub(crate) fn give(self, table: u16, out: &mut Out) -> u64 {
        out.bytes(table, self.bytes);
        self.rows
    }
}

/// The number of the line and of the character in it that `offset` is at, both from 1.
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

/// The words of a text with one blank between them.
pub(crate) fn collapsed(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(1 << 16));
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A text as the value of an output that is one line: collapsed, and cut where it is longer than such a value may be.
pub(crate) fn one_line(text: &str) -> Value {
    let mut line = collapsed(text);
    if line.len() > LINE_BYTES_MAX {
        let end = (0..=LINE_BYTES_MAX).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
        line.truncate(end);
        line.push('…');
    }
    Value::Text(line)
}

/// Tells that there is no table of this number.
pub(crate) fn no_table(number: u64, count: u64) -> Failure {
    match count {
        0 => Failure::bad("there is no table in the document"),
        1 => Failure::bad(format!("there is no table {number}: the document has one table")),
        _ => Failure::bad(format!("there is no table {number}: the document has {count} tables")),
    }
}

/// Names for the columns of a table: `column-N` where empty, numbered where they repeat.
pub(crate) fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut taken: HashMap<String, u32> = HashMap::new();
    let mut given = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let base = if name.is_empty() { format!("column-{}", index + 1) } else { name };
        let mut name = base.clone();
        while taken.contains_key(&name) {
            let number = taken.entry(base.clone()).or_insert(1);
            *number += 1;
            name = format!("{base}-{number}");
        }
        taken.insert(name.clone(), 1);
        given.push(name);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_distinct() {
        let names = |names: &[&str]| distinct(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(names(&["a", "", "a", "a-2", "a"]), ["a", "column-2", "a-2", "a-2-2", "a-3"]);
    }

    #[test]
    fn lines_are_collapsed_and_cut() {
        assert_eq!(collapsed("  a\n\t b "), "a b");
        assert_eq!(one_line(&"é".repeat(20_000)), Value::Text(format!("{}…", "é".repeat(8_000))));
    }
}
