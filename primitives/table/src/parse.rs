//! `table.parse`: delimited text to a canonical table.

use hashbrown::HashSet;
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};
use telos_table::{Row, RowSink, Rows, copy_row, write_row};

/// Delimiters that are recognised, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Bytes looked at to recognise one.
const SNIFFED_BYTES: usize = 64 << 10;
/// Rows looked at to recognise one.
const SNIFFED_ROWS: usize = 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let delimiter = match args.text(1)?.as_bytes() {
        [] => None,
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
        b"\\t" => Some(b'\t'),
        _ => {
            return Err(Failure::bad("the delimiter must be one ASCII character other than a quote"));
        }
    };
    let header = args.flag(2)?;
    let state = Shape { header, names: None, count: 0, written: Vec::new() };
    Ok(Box::new(Parse { rows: delimiter.map(Rows::new), prefix: Vec::new(), state }))
}

struct Parse {
    /// `None` until the delimiter is known.
    rows: Option<Rows>,
    prefix: Vec<u8>,
    state: Shape,
}

impl Running for Parse {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        if let Some(rows) = &mut self.rows {
            return rows.push(chunk, &mut self.state, out);
        }
        self.prefix.extend_from_slice(chunk);
        if self.prefix.len() < SNIFFED_BYTES { Ok(()) } else { self.settle(out) }
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        if self.rows.is_none() {
            self.settle(out)?;
        }
        if let Some(rows) = &mut self.rows {
            rows.finish(&mut self.state, out)?;
        }
        if self.state.names.is_none() {
            return Err(Failure::bad("the text is empty: there is no table in it"));
        }
        out.bytes(0, std::mem::take(&mut self.state.written));
        out.count(1, self.state.count);
        Ok(())
    }
}

impl Parse {
    /// Recognises the delimiter and reads what was held back.
    fn settle(&mut self, out: &mut Out) -> Result<(), Failure> {
        let prefix = std::mem::take(&mut self.prefix);
        let mut rows = Rows::new(recognised(&prefix[..prefix.len().min(SNIFFED_BYTES)]));
        let result = rows.push(&prefix, &mut self.state, out);
        self.rows = Some(rows);
        result
    }
}

/// The delimiter under which the first rows are most alike, and then have the most fields.
fn recognised(prefix: &[u8]) -> u8 {
    let mut best = (DELIMITERS[0], 0, 0);
    for delimiter in DELIMITERS {
        let mut widths = Widths(Vec::new());
        // An error ends the look; what was seen before it counts. The last row may be cut off, so it does not.
        let _ = Rows::new(delimiter).push(prefix, &mut widths, &mut Out::new());
        if widths.0.is_empty() {
            let _ = Rows::new(delimiter).push(&[prefix, b"\n"].concat(), &mut widths, &mut Out::new());
        }
        let width = widths.0.first().copied().unwrap_or(0);
        let alike = widths.0.iter().filter(|other| **other == width).count() * 100 / widths.0.len().max(1);
        if width > 1 && (alike, width) > (best.1, best.2) {
            best = (delimiter, alike, width);
        }
    }
    best.0
}

/// Numbers of fields of the first rows.
struct Widths(Vec<usize>);

impl RowSink for Widths {
    fn row(&mut self, row: Row<'_>, _: &mut Out) -> Result<(), Failure> {
        self.0.push(row.len());
        if self.0.len() < SNIFFED_ROWS { Ok(()) } else { Err(Failure::Limit(String::new())) }
    }
}

/// Gives every row the header's width and the header distinct names.
struct Shape {
    header: bool,
    /// The columns' names once the first row was read.
    names: Option<Vec<String>>,
    count: u64,
    written: Vec<u8>,
}

impl RowSink for Shape {
    fn row(&mut self, row: Row<'_>, out: &mut Out) -> Result<(), Failure> {
        match &self.names {
            Some(names) => {
                let width = names.len();
                self.body(row, width)?;
            }
            None => {
                let names = distinct(row, self.header);
                write_row(&mut self.written, names.iter().map(String::as_str));
                if !self.header {
                    self.body(row, names.len())?;
                }
                self.names = Some(names);
            }
        }
        if self.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.written));
        }
        Ok(())
    }
}

impl Shape {
    /// Writes a row. Missing fields are empty; fields beyond the last column are refused unless they are empty.
    fn body(&mut self, row: Row<'_>, width: usize) -> Result<(), Failure> {
        self.count += 1;
        if row.iter().skip(width).any(|field| !field.is_empty()) {
            return Err(Failure::bad(format!(
                "row {} has {} fields, but there are {width} columns; is the delimiter right?",
                self.count,
                row.len()
            )));
        }
        if row.len() == width {
            copy_row(&mut self.written, row);
        } else {
            write_row(&mut self.written, (0..width).map(|index| row.get(index)));
        }
        Ok(())
    }
}

/// Names for the columns: trimmed, `column-N` where empty or without a header, numbered where they repeat.
fn distinct(row: Row<'_>, header: bool) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut names = Vec::with_capacity(row.len());
    for (index, field) in row.iter().enumerate() {
        let field = if header { field.trim().trim_start_matches('\u{feff}') } else { "" };
        let base = if field.is_empty() { format!("column-{}", index + 1) } else { field.to_owned() };
        let mut name = base.clone();
        let mut number = 2_u32;
        while !taken.insert(name.clone()) {
            name = format!("{base}-{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}
