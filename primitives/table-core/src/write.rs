//! The canonical form of a row.

/// Appends a row: fields are quoted only where they must be, and LF ends it.
pub fn write_row<'a>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = &'a str>) {
    let start = out.len();
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let special = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
        if field.bytes().any(special) {
            out.push(b'"');
            out.extend_from_slice(field.replace('"', "\"\"").as_bytes());
            out.push(b'"');
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
