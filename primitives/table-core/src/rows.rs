//! Rows of a stream of CSV.
//!
//! Most tables quote nothing. A line in which no byte needs looking at but separators is a row as it lies in the chunk: nothing
//! of it is copied. Every other row goes through csv-core, which knows all of CSV.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr2_iter};
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
    /// Bytes between fields: the separator where the row lies as it was written.
    gap: usize,
    /// Whether the text is the row in canonical form.
    canonical: bool,
}

impl<'a> Row<'a> {
    /// Field number `index`; empty beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> &'a str {
        let before = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.map_or(0, |end| end + self.gap);
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

    /// The row as [`crate::write_row`] writes it, where it came so; without the line feed.
    #[must_use]
    pub fn canonical(&self) -> Option<&'a str> {
        self.canonical.then_some(self.text)
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
    delimiter: u8,
    reader: Reader,
    text: Vec<u8>,
    used: usize,
    ends: Vec<usize>,
    fields: usize,
    /// Whether a row has been read: csv-core drops the mark that may stand before the first.
    begun: bool,
    /// Whether csv-core is within a row.
    within: bool,
    /// Ends of the fields of a row that lies in the chunk.
    plain: Vec<usize>,
}

impl Rows {
    /// Rows with this byte between fields.
    #[must_use]
    pub fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            text: vec![0; 4096],
            used: 0,
            ends: vec![0; 64],
            fields: 0,
            begun: false,
            within: false,
            plain: Vec::new(),
        }
    }

    /// Takes a chunk.
    ///
    /// # Errors
    /// When a row exceeds its limits, or as `sink` says.
    pub fn push(&mut self, chunk: &[u8], sink: &mut dyn RowSink, out: &mut Out) -> Result<(), Failure> {
        // A chunk may end within a character; the row that it is in is not a plain one.
        let text = match simdutf8::compat::from_utf8(chunk) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&chunk[..error.valid_up_to()]).unwrap_or(""),
        };
        let mut specials = Specials { text: text.as_bytes(), quote: None, carriage: None };
        let mut at = 0;
        while at < chunk.len() {
            if self.begun && !self.within {
                at = self.plain_rows(text, at, &mut specials, sink, out)?;
            }
            if at < chunk.len() {
                at += self.step(&chunk[at..], sink, out)?.0;
            }
        }
        Ok(())
    }

    /// Hands over rows as they lie in the text from `at` on. Tells where the first begins that is not plain or has no end here.
    fn plain_rows(
        &mut self,
        text: &str,
        mut at: usize,
        specials: &mut Specials<'_>,
        sink: &mut dyn RowSink,
        out: &mut Out,
    ) -> Result<usize, Failure> {
        let bytes = text.as_bytes();
        let quote = specials.quote(at);
        self.plain.clear();
        let from = at;
        for hit in memchr2_iter(self.delimiter, b'\n', bytes.get(from..quote).unwrap_or(&[])) {
            let hit = from + hit;
            if bytes[hit] != b'\n' {
                self.plain.push(hit - at);
                continue;
            }
            let carriage = specials.carriage(at);
            let end = if carriage < hit { carriage } else { hit };
            let fits = hit - at <= ROW_BYTES_MAX && self.plain.len() < FIELDS_MAX;
            let Some(line) = text.get(at..end).filter(|_| fits && end + 1 >= hit) else { break };
            if !line.is_empty() {
                self.plain.push(line.len());
                let canonical = self.delimiter == b',';
                sink.row(Row { text: line, ends: &self.plain, gap: 1, canonical }, out)?;
            }
            self.plain.clear();
            at = hit + 1;
        }
        Ok(at)
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
        self.within = !matches!(result, ReadRecordResult::Record | ReadRecordResult::End);
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => grow(&mut self.text, ROW_BYTES_MAX, "bytes")?,
            ReadRecordResult::OutputEndsFull => grow(&mut self.ends, FIELDS_MAX, "fields")?,
            ReadRecordResult::Record => {
                let text = std::str::from_utf8(&self.text[..self.used]);
                let text = text.map_err(|_| Failure::Internal(String::from("the table is not UTF-8")))?;
                sink.row(Row { text, ends: &self.ends[..self.fields], gap: 0, canonical: false }, out)?;
                self.begun = true;
                self.used = 0;
                self.fields = 0;
            }
            ReadRecordResult::End => return Ok((taken, true)),
        }
        Ok((taken, false))
    }
}

/// The bytes that make a row more than its separators, each looked for once.
struct Specials<'a> {
    text: &'a [u8],
    /// Where the next of either is, once it was looked for.
    quote: Option<usize>,
    carriage: Option<usize>,
}

impl Specials<'_> {
    /// The first quote from `at` on, or the end of the text.
    fn quote(&mut self, at: usize) -> usize {
        Self::find(self.text, &mut self.quote, b'"', at)
    }

    /// The first carriage return from `at` on, or the end of the text.
    fn carriage(&mut self, at: usize) -> usize {
        Self::find(self.text, &mut self.carriage, b'\r', at)
    }

    fn find(text: &[u8], next: &mut Option<usize>, byte: u8, at: usize) -> usize {
        match *next {
            Some(place) if place >= at => place,
            _ => {
                let rest = text.get(at..).unwrap_or(&[]);
                let place = memchr(byte, rest).map_or(text.len(), |found| at + found);
                *next = Some(place);
                place
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows as csv-core alone reads them.
    fn by_the_book(text: &[u8], delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (mut out, mut ends) = (vec![0; text.len() + 1], vec![0; text.len() + 2]);
        let (mut rest, mut rows, mut used, mut fields) = (text, Vec::new(), 0, 0);
        loop {
            let (result, taken, written, ended) = reader.read_record(rest, &mut out[used..], &mut ends[fields..]);
            rest = &rest[taken..];
            used += written;
            fields += ended;
            match result {
                ReadRecordResult::Record => {
                    let starts = std::iter::once(0).chain(ends[..fields].iter().copied());
                    let texts = starts.zip(&ends[..fields]).map(|(start, end)| &out[start..*end]);
                    rows.push(texts.map(|field| String::from_utf8_lossy(field).into_owned()).collect());
                    (used, fields) = (0, 0);
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return rows,
                other => panic!("{other:?}"),
            }
        }
    }

    struct Kept(Vec<Vec<String>>, Vec<u8>);

    impl RowSink for Kept {
        fn row(&mut self, row: Row<'_>, _: &mut Out) -> Result<(), Failure> {
            assert_eq!(row.get(row.len()), "", "nothing is beyond the last field");
            self.0.push(row.iter().map(str::to_owned).collect());
            crate::copy_row(&mut self.1, row);
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn rows_are_those_of_csv_core_however_the_text_is_cut(
            // Whether csv-core sees a mark at the start depends on how the text is cut.
            text in "([ab,;\"\\n\\ré][ab,;\"\\n\\ré\u{feff}]{0,60})?",
            chunk in 1..20_usize,
            delimiter in prop::sample::select(vec![b',', b';', b'a']),
        ) {
            let expected = by_the_book(text.as_bytes(), delimiter);
            let (mut kept, mut out) = (Kept(Vec::new(), Vec::new()), Out::new());
            let mut rows = Rows::new(delimiter);
            for part in text.as_bytes().chunks(chunk) {
                rows.push(part, &mut kept, &mut out).unwrap();
            }
            rows.finish(&mut kept, &mut out).unwrap();
            prop_assert_eq!(&kept.0, &expected);
            let mut canonical = Vec::new();
            for row in &expected {
                crate::write_row(&mut canonical, row.iter().map(String::as_str));
            }
            prop_assert_eq!(kept.1, canonical, "what is copied is what would be written");
        }
    }

    #[test]
    fn what_is_not_utf8_is_refused_wherever_it_stands() {
        for text in [&b"a,b\nc,\xff\nd,e\n"[..], b"a,b\nc,d\n\xc3"] {
            let mut rows = Rows::new(b',');
            let (mut kept, mut out) = (Kept(Vec::new(), Vec::new()), Out::new());
            let pushed = rows.push(text, &mut kept, &mut out);
            assert!(pushed.and_then(|()| rows.finish(&mut kept, &mut out)).is_err());
            assert_eq!(kept.0.first(), Some(&vec!["a".to_owned(), "b".to_owned()]));
        }
    }
}
