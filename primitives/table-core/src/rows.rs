//! Rows of a stream of CSV.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use telos_pack::{EMIT_BYTES, Failure, Out, Running};

/// Most bytes of one row.
pub const ROW_BYTES_MAX: usize = 16 << 20;
/// Most fields of one row.
const FIELDS_MAX: usize = 1 << 16;

/// A row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// Field number `index`; empty beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> &'a str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or("")
    }

    /// Number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The fields.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |index| self.get(index))
    }
}

/// Who takes rows.
pub trait RowSink {
    /// Takes the next row.
    ///
    /// # Errors
    /// As [`telos_pack::Running::push`].
    fn row(&mut self, row: Row<'_>, out: &mut Out) -> Result<(), Failure>;
}

/// Cuts a stream into rows. Empty lines are no rows.
pub struct Rows {
    reader: Reader,
    text: Vec<u8>,
    used: usize,
    ends: Vec<usize>,
    fields: usize,
}

impl Rows {
    /// Rows with this byte between fields.
    #[must_use]
    pub fn new(delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, text: vec![0; 4096], used: 0, ends: vec![0; 64], fields: 0 }
    }

    /// Takes a chunk.
    ///
    /// # Errors
    /// When a row exceeds its limits, or as `sink` says.
    pub fn push(&mut self, mut chunk: &[u8], sink: &mut dyn RowSink, out: &mut Out) -> Result<(), Failure> {
        while !chunk.is_empty() {
            let taken = self.step(chunk, sink, out)?.0;
            chunk = &chunk[taken..];
        }
        Ok(())
    }

    /// Hands over a last row that no line feed ended.
    ///
    /// # Errors
    /// As [`Rows::push`].
    pub fn finish(&mut self, sink: &mut dyn RowSink, out: &mut Out) -> Result<(), Failure> {
        while !self.step(&[], sink, out)?.1 {}
        Ok(())
    }

    /// Reads on. Tells how many bytes it took and whether the input has ended.
    fn step(&mut self, chunk: &[u8], sink: &mut dyn RowSink, out: &mut Out) -> Result<(usize, bool), Failure> {
        let (result, taken, written, ended) =
            self.reader.read_record(chunk, &mut self.text[self.used..], &mut self.ends[self.fields..]);
        self.used += written;
        self.fields += ended;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => grow(&mut self.text, ROW_BYTES_MAX, "bytes")?,
            ReadRecordResult::OutputEndsFull => grow(&mut self.ends, FIELDS_MAX, "fields")?,
            ReadRecordResult::Record => {
                let text = std::str::from_utf8(&self.text[..self.used]);
                let text = text.map_err(|_| Failure::Internal(String::from("the table is not UTF-8")))?;
                sink.row(Row { text, ends: &self.ends[..self.fields] }, out)?;
                self.used = 0;
                self.fields = 0;
            }
            ReadRecordResult::End => return Ok((taken, true)),
        }
        Ok((taken, false))
    }
}

fn grow<T: Clone + Default>(buffer: &mut Vec<T>, most: usize, unit: &str) -> Result<(), Failure> {
    if buffer.len() >= most {
        return Err(Failure::Limit(format!("a row has more than {most} {unit}; is a quote left open?")));
    }
    let larger = (buffer.len() * 2).min(most);
    buffer.resize(larger, T::default());
    Ok(())
}

/// The names of a table's columns.
#[derive(Clone, Debug, Default)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    /// The names in a header row.
    #[must_use]
    pub fn new(row: Row<'_>) -> Self {
        Self { names: row.iter().map(str::to_owned).collect() }
    }

    /// The names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The position of a column: by its exact name, else by its name in another case if only one matches.
    ///
    /// # Errors
    /// When there is no such column; the message lists those there are.
    pub fn find(&self, name: &str) -> Result<usize, Failure> {
        if let Some(index) = self.names.iter().position(|column| column == name) {
            return Ok(index);
        }
        let folded = name.to_lowercase();
        let mut alike = (0..self.names.len()).filter(|index| self.names[*index].to_lowercase() == folded);
        if let (Some(index), None) = (alike.next(), alike.next()) {
            return Ok(index);
        }
        let shown: Vec<&str> = self.names.iter().take(20).map(String::as_str).collect();
        let more = if self.names.len() > shown.len() { ", …" } else { "" };
        Err(Failure::bad(format!("the table has no column `{name}`; its columns are: {}{more}", shown.join(", "))))
    }
}

/// What is done with a table, row by row.
pub trait TableSink {
    /// Takes the header; writes the output's, if there is one.
    ///
    /// # Errors
    /// As [`telos_pack::Running::push`], here and below.
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure>;

    /// Takes a row; appends what it gives to `written`, which is output 0.
    ///
    /// # Errors
    /// As above.
    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure>;

    /// The table ended. Everything else is emitted here.
    ///
    /// # Errors
    /// As above.
    fn end(&mut self, written: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure>;
}

/// Runs a [`TableSink`] over the table that enters port 0.
pub struct StreamedTable<S> {
    rows: Rows,
    state: Stepper<S>,
}

struct Stepper<S> {
    sink: S,
    begun: bool,
    written: Vec<u8>,
}

impl<S: TableSink> StreamedTable<S> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(sink: S) -> Self {
        Self { rows: Rows::new(b','), state: Stepper { sink, begun: false, written: Vec::new() } }
    }
}

impl<S: TableSink> RowSink for Stepper<S> {
    fn row(&mut self, row: Row<'_>, out: &mut Out) -> Result<(), Failure> {
        if self.begun {
            self.sink.row(row, &mut self.written)?;
        } else {
            self.begun = true;
            self.sink.header(&Header::new(row), &mut self.written)?;
        }
        if self.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.written));
        }
        Ok(())
    }
}

impl<S: TableSink> Running for StreamedTable<S> {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.rows.push(chunk, &mut self.state, out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.rows.finish(&mut self.state, out)?;
        let Stepper { sink, begun, written } = &mut self.state;
        if !*begun {
            return Err(Failure::bad("the table is empty: it has not even a header"));
        }
        sink.end(written, out)?;
        out.bytes(0, std::mem::take(written));
        Ok(())
    }
}
