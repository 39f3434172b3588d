//! `table.change-case` and `table.trim`: the letters and blanks of fields.

use crate::pick::positions_or_all;
use std::borrow::Cow;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, write_row};

pub(crate) fn change_case(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let change: Change = match args.choice(1)?.as_str() {
        "lower" => |field| Cow::Owned(field.to_lowercase()),
        "upper" => |field| Cow::Owned(field.to_uppercase()),
        "title" => |field| Cow::Owned(title(field)),
        other => return Err(Failure::Internal(format!("`{other}` is not a case"))),
    };
    Ok(changed(args.texts(2)?, change))
}

pub(crate) fn trim(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(changed(args.texts(1)?, trimmed))
}

type Change = fn(&str) -> Cow<'_, str>;

fn changed(columns: Vec<String>, change: Change) -> Box<dyn Running> {
    Box::new(StreamedTable::new(Changed { columns, change, chosen: Vec::new() }))
}

/// Each word with a capital first letter and small ones after it.
fn title(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut inside = false;
    for letter in field.chars() {
        if inside {
            out.extend(letter.to_lowercase());
        } else {
            out.extend(letter.to_uppercase());
        }
        inside = letter.is_alphanumeric() || letter == '\'' || letter == '’';
    }
    out
}

/// Without white space at both ends, and one blank for any amount of it between words.
fn trimmed(field: &str) -> Cow<'_, str> {
    let tidy = !field.contains(|letter: char| letter.is_whitespace() && letter != ' ')
        && !field.contains("  ")
        && !field.starts_with(' ')
        && !field.ends_with(' ');
    if tidy { Cow::Borrowed(field) } else { Cow::Owned(field.split_whitespace().collect::<Vec<_>>().join(" ")) }
}

struct Changed {
    columns: Vec<String>,
    change: Change,
    /// For each column whether it is changed.
    chosen: Vec<bool>,
}

impl TableSink for Changed {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.chosen = vec![false; header.names().len()];
        for index in positions_or_all(header, &self.columns)? {
            self.chosen[index] = true;
        }
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        let change = |(index, field)| match self.chosen.get(index) {
            Some(true) => (self.change)(field),
            _ => Cow::Borrowed(field),
        };
        let fields: Vec<Cow<'_, str>> = row.iter().enumerate().map(change).collect();
        write_row(written, fields.iter().map(AsRef::as_ref));
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}
