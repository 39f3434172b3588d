//! `table.distinct`, `table.missing`, `table.one-of`, `table.search` and `table.missing-counts`: rows by what their fields hold.

use crate::pick::{is_missing, positions_or_all};
use hashbrown::HashSet;
use std::borrow::Cow;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, copy_row, number, write_row};

/// Most bytes that the rows seen take.
const SEEN_BYTES_MAX: usize = 256 << 20;
/// Bytes that a row seen takes beside its fields.
const SEEN_BYTES: usize = 64;

pub(crate) fn distinct(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let by = args.texts(1)?;
    Ok(kept(by, Distinct { seen: HashSet::new(), bytes: 0, key: Vec::new() }))
}

pub(crate) fn missing(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let columns = args.texts(1)?;
    Ok(kept(columns, Missing))
}

pub(crate) fn one_of(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    let values = args.texts(2)?;
    let fold = args.flag(3)?;
    if values.is_empty() {
        return Err(Failure::bad("no value was given"));
    }
    let mut one_of = OneOf { numbers: Vec::new(), texts: HashSet::new(), fold };
    for value in &values {
        match number(value) {
            Some(number) => one_of.numbers.push(number),
            None => drop(one_of.texts.insert(folded(value.trim(), fold).into_owned())),
        }
    }
    Ok(kept(vec![column], one_of))
}

pub(crate) fn search(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let pattern = args.text(1)?;
    let columns = args.texts(2)?;
    let fold = args.flag(3)?;
    if pattern.is_empty() {
        return Err(Failure::bad("there is no text to look for"));
    }
    let invert = args.flag(4)?;
    Ok(kept(columns, Search { pattern: folded(&pattern, fold).into_owned(), fold, invert }))
}

pub(crate) fn missing_counts(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let columns = args.texts(1)?;
    Ok(Box::new(StreamedTable::new(MissingCounts { columns, counts: Vec::new() })))
}

/// Decides for a row by some of its columns.
trait Keep {
    fn keeps(&mut self, row: Row<'_>, columns: &[usize]) -> Result<bool, Failure>;
}

fn kept<K: Keep + 'static>(columns: Vec<String>, keep: K) -> Box<dyn Running> {
    Box::new(StreamedTable::new(Kept { columns, indices: Vec::new(), keep, count: 0 }))
}

/// The rows that `keep` keeps, and how many they are.
struct Kept<K> {
    columns: Vec<String>,
    indices: Vec<usize>,
    keep: K,
    count: u64,
}

impl<K: Keep> TableSink for Kept<K> {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.indices = positions_or_all(header, &self.columns)?;
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        if self.keep.keeps(row, &self.indices)? {
            self.count += 1;
            copy_row(written, row);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

struct Distinct {
    seen: HashSet<Box<[u8]>>,
    bytes: usize,
    key: Vec<u8>,
}

impl Keep for Distinct {
    fn keeps(&mut self, row: Row<'_>, columns: &[usize]) -> Result<bool, Failure> {
        self.key.clear();
        write_row(&mut self.key, columns.iter().map(|index| row.get(*index)));
        if self.seen.contains(self.key.as_slice()) {
            return Ok(false);
        }
        self.bytes += SEEN_BYTES + self.key.len();
        if self.bytes > SEEN_BYTES_MAX {
            let most = SEEN_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!(
                "the distinct rows take more than {most} MiB; filter first, or compare fewer columns"
            )));
        }
        self.seen.insert(self.key.as_slice().into());
        Ok(true)
    }
}

struct Missing;

impl Keep for Missing {
    fn keeps(&mut self, row: Row<'_>, columns: &[usize]) -> Result<bool, Failure> {
        Ok(columns.iter().any(|index| is_missing(row.get(*index))))
    }
}

/// Numbers are equal by value, everything else letter by letter.
struct OneOf {
    numbers: Vec<f64>,
    texts: HashSet<String>,
    fold: bool,
}

fn folded(text: &str, fold: bool) -> Cow<'_, str> {
    if fold { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

impl Keep for OneOf {
    fn keeps(&mut self, row: Row<'_>, columns: &[usize]) -> Result<bool, Failure> {
        let field = columns.first().map_or("", |index| row.get(*index)).trim();
        Ok(match number(field) {
            Some(number) => self.numbers.contains(&number),
            None => self.texts.contains(folded(field, self.fold).as_ref()),
        })
    }
}

/// Rows of which a field contains a text, or no field does.
struct Search {
    pattern: String,
    fold: bool,
    invert: bool,
}

impl Keep for Search {
    fn keeps(&mut self, row: Row<'_>, columns: &[usize]) -> Result<bool, Failure> {
        let found = columns.iter().any(|index| folded(row.get(*index), self.fold).contains(&self.pattern));
        Ok(found != self.invert)
    }
}

struct MissingCounts {
    columns: Vec<String>,
    /// Each column: where it is, its name, how many of its fields hold no value.
    counts: Vec<(usize, String, u64)>,
}

impl TableSink for MissingCounts {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        let indices = positions_or_all(header, &self.columns)?;
        self.counts = indices.into_iter().map(|index| (index, header.names()[index].clone(), 0)).collect();
        write_row(written, ["column", "missing"]);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        for (index, _, count) in &mut self.counts {
            *count += u64::from(is_missing(row.get(*index)));
        }
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        for (_, name, count) in &self.counts {
            write_row(written, [name.as_str(), &count.to_string()]);
        }
        out.count(1, self.counts.iter().map(|(_, _, count)| count).sum());
        Ok(())
    }
}
