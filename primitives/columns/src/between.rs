//! `table.between`: rows whose column lies between two values.

use crate::pick::is_missing;
use crate::time::{is_moment, order};
use jiff::civil::{DateTime, Time};
use telos_moment::{DateOrder, Moment};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, copy_row, number, write_row};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (from, to) = (args.text(1)?, args.text(2)?);
    let column = args.texts(3)?.into_iter().next();
    let order = order(args.flag(4)?);
    let range = Range::read(&from, &to, order)?;
    Ok(Box::new(StreamedTable::new(Between { range, order, column, index: None, names: Vec::new(), count: 0 })))
}

/// Both ends belong to it.
enum Range {
    Numbers(f64, f64),
    Days(DateTime, DateTime),
    /// Times of any day.
    Times(Time, Time),
}

impl Range {
    /// Numbers, dates or times of day, in either order. The last day, month or year named belongs to the range whole.
    fn read(from: &str, to: &str, order: DateOrder) -> Result<Self, Failure> {
        if let (Some(a), Some(b)) = (number(from), number(to)) {
            return Ok(Self::Numbers(a.min(b), a.max(b)));
        }
        if let (Some(a), Some(b)) = (Moment::read(from, order), Moment::read(to, order)) {
            if let (Some(a_first), Some(a_last), Some(b_first), Some(b_last)) =
                (a.first(), a.last(), b.first(), b.last())
            {
                return Ok(Self::Days(a_first.min(b_first), a_last.max(b_last)));
            }
            if let (None, Some(a), None, Some(b)) = (a.date, a.time, b.date, b.time) {
                return Ok(Self::Times(a.min(b), a.max(b)));
            }
        }
        Err(Failure::bad(format!("`{from}` and `{to}` are neither two numbers nor two dates nor two times of day")))
    }

    /// What is neither a number nor a moment, as the range has it, lies outside.
    fn holds(&self, field: &str, order: DateOrder) -> bool {
        match self {
            Self::Numbers(from, to) => number(field).is_some_and(|value| (*from..=*to).contains(&value)),
            Self::Days(from, to) => {
                let at = Moment::read(field, order).and_then(|moment| moment.first());
                at.is_some_and(|at| (*from..=*to).contains(&at))
            }
            Self::Times(from, to) => {
                let at = Moment::read(field, order).and_then(|moment| moment.time);
                at.is_some_and(|at| (*from..=*to).contains(&at))
            }
        }
    }
}

struct Between {
    range: Range,
    order: DateOrder,
    column: Option<String>,
    index: Option<usize>,
    names: Vec<String>,
    count: u64,
}

impl Between {
    /// Where no column is named, the first whose field is of the range's kind in the first row that has one.
    fn find(&self, row: Row<'_>) -> Option<usize> {
        row.iter().position(|field| match self.range {
            Range::Numbers(..) => number(field).is_some(),
            Range::Days(..) | Range::Times(..) => is_moment(field, self.order),
        })
    }
}

impl TableSink for Between {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = self.column.as_ref().map(|column| header.find(column)).transpose()?;
        self.names = header.names().to_vec();
        if self.index.is_none() && matches!(self.range, Range::Numbers(..)) && self.names.len() > 1 {
            let names: Vec<&str> = self.names.iter().take(20).map(String::as_str).collect();
            return Err(Failure::bad(format!("which column is compared? The columns are: {}", names.join(", "))));
        }
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        if self.index.is_none() {
            self.index = self.find(row);
        }
        let field = self.index.map_or("", |index| row.get(index));
        if !is_missing(field) && self.range.holds(field, self.order) {
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
