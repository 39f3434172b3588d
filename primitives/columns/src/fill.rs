//! `table.fill`: values where there are none.

use crate::held::HeldRows;
use crate::pick::{beginning, is_missing, no_number, positions_or_all, shown, within_limit};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, Sum, TableSink, write_row};

/// Longest value that is filled in, in bytes: it may be repeated for every field.
const VALUE_BYTES_MAX: usize = 256;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let value = args.text(1)?;
    let method = args.choice(2)?;
    let columns = args.texts(3)?;
    let with = match (value.as_str(), method.as_str()) {
        ("", "zero") => With::Value(String::from("0")),
        ("", "previous") => With::Previous(Vec::new()),
        ("", "mean") => {
            let named = !columns.is_empty();
            return Ok(Box::new(StreamedTable::new(Means { columns, named, ..Means::default() })));
        }
        ("", other) => return Err(Failure::Internal(format!("`{other}` is not a way to fill"))),
        (value, _) => {
            checked(value)?;
            With::Value(value.to_owned())
        }
    };
    Ok(Box::new(StreamedTable::new(Fill { columns, with, indices: Vec::new(), count: 0 })))
}

fn checked(value: &str) -> Result<(), Failure> {
    if value.len() <= VALUE_BYTES_MAX {
        return Ok(());
    }
    let shown = beginning(value);
    Err(Failure::Limit(format!("a value that is filled in has at most {VALUE_BYTES_MAX} bytes; `{shown}…` has more")))
}

enum With {
    Value(String),
    /// The last value of each column.
    Previous(Vec<String>),
}

struct Fill {
    columns: Vec<String>,
    with: With,
    /// For each column of the table whether it is filled.
    indices: Vec<bool>,
    count: u64,
}

/// For each column whether it is among `chosen`.
fn marks(width: usize, chosen: &[usize]) -> Vec<bool> {
    let mut marks = vec![false; width];
    for index in chosen {
        marks[*index] = true;
    }
    marks
}

impl TableSink for Fill {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        let width = header.names().len();
        self.indices = marks(width, &positions_or_all(header, &self.columns)?);
        if let With::Previous(last) = &mut self.with {
            last.resize(width, String::new());
        }
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        let filled = |index: usize| self.indices.get(index) == Some(&true);
        let missing = |index: usize| filled(index) && is_missing(row.get(index));
        if let With::Previous(last) = &mut self.with {
            for (index, slot) in last.iter_mut().enumerate().filter(|(index, _)| filled(*index)) {
                if missing(index) {
                    checked(slot)?;
                } else {
                    // One letter more than may be filled in, so that it is told from what may.
                    slot.clear();
                    slot.extend(row.get(index).chars().take(VALUE_BYTES_MAX + 1));
                }
            }
        }
        let mut count = 0;
        let fields = (0..row.len()).map(|index| {
            let value = match &self.with {
                _ if !missing(index) => return row.get(index),
                With::Value(value) => value.as_str(),
                With::Previous(last) => last.get(index).map_or("", String::as_str),
            };
            count += u64::from(!value.is_empty());
            value
        });
        write_row(written, fields);
        self.count += count;
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

/// What a column's numbers have in common.
#[derive(Clone, Default)]
struct Mean {
    sum: Sum,
    count: u32,
    /// Whether something else than a number was seen: such a column has no mean.
    text: bool,
}

#[derive(Default)]
struct Means {
    columns: Vec<String>,
    named: bool,
    indices: Vec<usize>,
    names: Vec<String>,
    means: Vec<Mean>,
    held: HeldRows,
    row: u64,
}

impl TableSink for Means {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.indices = positions_or_all(header, &self.columns)?;
        self.names = header.names().to_vec();
        self.means = vec![Mean::default(); self.indices.len()];
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        for (index, mean) in self.indices.iter().zip(&mut self.means) {
            let field = row.get(*index);
            if is_missing(field) {
                continue;
            }
            if mean.sum.add(field) {
                mean.count = mean.count.saturating_add(1);
            } else if self.named {
                return Err(no_number(self.row, field, &self.names[*index]));
            } else {
                mean.text = true;
            }
        }
        self.held.push(row)
    }

    fn end(&mut self, written: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        let mut values = vec![String::new(); self.names.len()];
        for (index, mean) in self.indices.iter().zip(&self.means) {
            if mean.count > 0 && !mean.text {
                values[*index] = shown(mean.sum.value() / f64::from(mean.count));
            }
        }
        let mut count = 0;
        self.held.drain(|row| {
            let fields = row.iter().enumerate().map(|(index, field)| match values.get(index) {
                Some(value) if !value.is_empty() && is_missing(field) => {
                    count += 1;
                    value.as_str()
                }
                _ => field,
            });
            write_row(written, fields);
            within_limit(written.len(), "the filled table")
        })?;
        out.count(1, count);
        Ok(())
    }
}
