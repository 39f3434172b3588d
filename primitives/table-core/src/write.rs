//! The canonical form of a row.

use crate::Row;

/// Bytes reserved beyond a quoted field, so that the short fields after it do not double what a long one took.
const AFTER_QUOTED_BYTES: usize = 4 << 10;

/// Appends a row: fields are quoted only where they must be, and LF ends it.
pub fn write_row<'a>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = &'a str>) {
    let start = out.len();
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let special = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
        if field.bytes().any(special) {
            push_quoted(out, field);
        } else {
            out.extend_from_slice(field.as_bytes());
        }
    }
    // A row of one empty field would be an empty line, which readers skip.
    if out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}

/// Appends a row that was read.
pub fn copy_row(out: &mut Vec<u8>, row: Row<'_>) {
    match row.canonical() {
        Some(line) => {
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
        None => write_row(out, row.iter()),
    }
}

/// Appends a field between quotes, each quote in it doubled. A field may be as long as a row, so it is not copied first.
fn push_quoted(out: &mut Vec<u8>, field: &str) {
    let quotes = field.bytes().filter(|byte| *byte == b'"').count();
    out.reserve(field.len() + quotes + AFTER_QUOTED_BYTES);
    out.push(b'"');
    for piece in field.split_inclusive('"') {
        out.extend_from_slice(piece.as_bytes());
        if piece.ends_with('"') {
            out.push(b'"');
        }
    }
    out.push(b'"');
}
