//! `table.to-json` and `table.format`: tables as other text.

use std::fmt::Write as _;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink};

/// Most bytes of fields held to align columns.
const HELD_BYTES_MAX: usize = 16 << 20;
/// Widest column that is padded, in characters; longer fields stand out.
const WIDTH_MAX: usize = 80;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn json(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Json { keys: Vec::new(), first: true })))
}

pub(crate) fn text(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    match args.choice(1)?.as_str() {
        "tsv" => Ok(Box::new(StreamedTable::new(Tsv))),
        "markdown" => Ok(Box::new(StreamedTable::new(Markdown))),
        "aligned" => Ok(Box::new(StreamedTable::new(Aligned::default()))),
        other => Err(Failure::Internal(format!("`{other}` is not a format"))),
    }
}

struct Json {
    /// The columns' names as JSON, with the colon.
    keys: Vec<String>,
    first: bool,
}

impl TableSink for Json {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.keys = header.names().iter().map(|name| format!("{}:", quoted(name))).collect();
        written.push(b'[');
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        written.extend_from_slice(if self.first { b"\n{" } else { b",\n{" });
        self.first = false;
        for (index, key) in self.keys.iter().enumerate() {
            if index > 0 {
                written.push(b',');
            }
            written.extend_from_slice(key.as_bytes());
            let field = row.get(index);
            if field.is_empty() {
                written.extend_from_slice(b"null");
            } else if is_json_number(field) {
                written.extend_from_slice(field.as_bytes());
            } else {
                written.extend_from_slice(quoted(field).as_bytes());
            }
        }
        written.push(b'}');
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        written.extend_from_slice(b"\n]\n");
        Ok(())
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Whether the field is spelt as JSON spells numbers: codes with leading zeros stay text.
fn is_json_number(field: &str) -> bool {
    let unsigned = field.strip_prefix('-').unwrap_or(field);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_is_good = exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && part.is_none_or(digits) && exponent_is_good
}

/// The field on one line: white space other than blanks becomes a blank.
fn flat(field: &str) -> String {
    field.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ")
}

struct Tsv;

impl Tsv {
    fn line<'a>(written: &mut Vec<u8>, fields: impl Iterator<Item = &'a str>) {
        let fields: Vec<String> = fields.map(flat).collect();
        written.extend_from_slice(fields.join("\t").as_bytes());
        written.push(b'\n');
    }
}

impl TableSink for Tsv {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        Self::line(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        Self::line(written, row.iter());
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

struct Markdown;

impl Markdown {
    fn line<'a>(written: &mut Vec<u8>, fields: impl Iterator<Item = &'a str>) {
        for field in fields {
            let field = flat(field).replace('\\', "\\\\").replace('|', "\\|");
            written.extend_from_slice(b"| ");
            written.extend_from_slice(field.as_bytes());
            written.push(b' ');
        }
        written.extend_from_slice(b"|\n");
    }
}

impl TableSink for Markdown {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        Self::line(written, header.names().iter().map(String::as_str));
        Self::line(written, header.names().iter().map(|_| "---"));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        Self::line(written, row.iter());
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

/// Columns padded with blanks; those that hold only numbers are set to the right.
#[derive(Default)]
struct Aligned {
    rows: Vec<Vec<String>>,
    bytes: usize,
}

impl Aligned {
    fn hold<'a>(&mut self, fields: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
        let row: Vec<String> = fields.map(flat).collect();
        self.bytes += row.iter().map(|field| field.len() + size_of::<String>()).sum::<usize>();
        self.rows.push(row);
        if self.bytes > HELD_BYTES_MAX {
            let most = HELD_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("the table to align takes more than {most} MiB; keep fewer rows")));
        }
        Ok(())
    }

    /// Each column's width and whether it is set to the right.
    fn columns(&self) -> Vec<(usize, bool)> {
        let width = self.rows.first().map_or(0, Vec::len);
        let mut columns = vec![(0, true); width];
        for (index, row) in self.rows.iter().enumerate() {
            for (column, field) in columns.iter_mut().zip(row) {
                column.0 = column.0.max(field.chars().count().min(WIDTH_MAX));
                column.1 &= index == 0 || field.is_empty() || telos_table::number(field).is_some();
            }
        }
        columns
    }
}

impl TableSink for Aligned {
    fn header(&mut self, header: &Header, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.hold(header.names().iter().map(String::as_str))
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.hold(row.iter())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        let columns = self.columns();
        for row in &self.rows {
            let mut line = String::new();
            for (field, (width, right)) in row.iter().zip(&columns) {
                let padding = " ".repeat(width.saturating_sub(field.chars().count()));
                let (before, after) = if *right { (padding.as_str(), "") } else { ("", padding.as_str()) };
                let _ = write!(line, "{before}{field}{after}  ");
            }
            written.extend_from_slice(line.trim_end().as_bytes());
            written.push(b'\n');
        }
        Ok(())
    }
}
