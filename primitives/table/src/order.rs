//! `table.sort` and `table.top`: rows by a column.

use std::cmp::Ordering;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, compare, copy_row, number, write_row};

/// Most bytes of rows held, which is what can be returned at once.
const HELD_BYTES_MAX: usize = 64 << 20;
/// Rows gathered at least before those that cannot be among the kept are dropped.
const SLACK_ROWS: usize = 1024;

pub(crate) fn sort(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    let descending = args.flag(2)?;
    Ok(Box::new(StreamedTable::new(Order { column, descending, keep: usize::MAX, ..Order::default() })))
}

pub(crate) fn top(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    let keep = usize::try_from(args.count(2)?).unwrap_or(usize::MAX);
    let descending = !args.flag(3)?;
    Ok(Box::new(StreamedTable::new(Order { column, descending, keep, ..Order::default() })))
}

#[derive(Default)]
struct Order {
    column: String,
    descending: bool,
    keep: usize,
    index: usize,
    rows: Vec<Held>,
    bytes: usize,
}

/// A row and what it is ordered by.
struct Held {
    number: Option<f64>,
    /// The field, where it is not a number.
    text: String,
    row: Vec<u8>,
}

impl Held {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.row.len()
    }
}

impl TableSink for Order {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = header.find(&self.column)?;
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        let field = row.get(self.index);
        let number = number(field).map(|number| number + 0.0);
        let text = if number.is_some() { String::new() } else { field.to_owned() };
        let mut written = Vec::new();
        copy_row(&mut written, row);
        let held = Held { number, text, row: written };
        self.bytes += held.bytes();
        self.rows.push(held);
        if self.rows.len() >= self.keep.saturating_mul(2).max(SLACK_ROWS) {
            self.settle();
        }
        if self.bytes > HELD_BYTES_MAX {
            let most = HELD_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("the rows to order take more than {most} MiB; filter or select first")));
        }
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        self.settle();
        for held in self.rows.drain(..) {
            written.extend_from_slice(&held.row);
        }
        Ok(())
    }
}

impl Order {
    /// Puts the rows in order, equal ones as they came, and drops those beyond the kept.
    fn settle(&mut self) {
        let descending = self.descending;
        self.rows.sort_by(|a, b| order(a, b, descending));
        self.rows.truncate(self.keep);
        self.bytes = self.rows.iter().map(Held::bytes).sum();
    }
}

/// Numbers, then texts, then empty fields; the direction turns around numbers and texts, each among themselves.
fn order(a: &Held, b: &Held, descending: bool) -> Ordering {
    let order = match (a.number, b.number) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        (Some(_), None) => return Ordering::Less,
        (None, Some(_)) => return Ordering::Greater,
        (None, None) if a.text.is_empty() || b.text.is_empty() => {
            return a.text.is_empty().cmp(&b.text.is_empty());
        }
        (None, None) => compare(&a.text, &b.text),
    };
    if descending { order.reverse() } else { order }
}
