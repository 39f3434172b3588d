//! `table.round`, `table.share` and `table.running-total`: numbers row by row.

use crate::decimal::{rounded, rounded_value};
use crate::describe::sum_text;
use crate::held::HeldRows;
use crate::pick::{Names, is_missing, no_number, positions_or_all, within_limit};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, Sum, TableSink, number, write_row};

/// Decimal places of a share in percent.
const SHARE_PLACES: usize = 2;

pub(crate) fn round(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let columns = args.texts(1)?;
    let places = usize::try_from(args.count(2)?).unwrap_or(usize::MAX);
    Ok(Box::new(StreamedTable::new(Round { columns, places, indices: Vec::new(), names: Vec::new(), row: 0 })))
}

pub(crate) fn share(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    Ok(Box::new(StreamedTable::new(Share { column, ..Share::default() })))
}

pub(crate) fn running_total(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    Ok(Box::new(StreamedTable::new(RunningTotal { column, index: 0, sum: Sum::default(), row: 0 })))
}

struct Round {
    columns: Vec<String>,
    places: usize,
    /// For each column whether it is rounded.
    indices: Vec<bool>,
    names: Vec<String>,
    row: u64,
}

impl TableSink for Round {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.names = header.names().to_vec();
        self.indices = vec![false; self.names.len()];
        for index in positions_or_all(header, &self.columns)? {
            self.indices[index] = true;
        }
        write_row(written, self.names.iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        let named = !self.columns.is_empty();
        let mut fields = Vec::with_capacity(row.len());
        for (index, field) in row.iter().enumerate() {
            let wanted = self.indices.get(index) == Some(&true);
            let short = if wanted { rounded(field, self.places) } else { None };
            if wanted && named && short.is_none() && !is_missing(field) {
                return Err(no_number(self.row, field, &self.names[index]));
            }
            fields.push(short.unwrap_or_else(|| field.to_owned()));
        }
        write_row(written, fields.iter().map(String::as_str));
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

#[derive(Default)]
struct Share {
    column: String,
    index: usize,
    sum: Sum,
    held: HeldRows,
    row: u64,
}

impl TableSink for Share {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = header.find(&self.column)?;
        self.column.clone_from(&header.names()[self.index]);
        let name = Names::of(header).fresh("share");
        write_row(written, header.names().iter().map(String::as_str).chain([name.as_str()]));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        let field = row.get(self.index);
        if !self.sum.add(field) && !is_missing(field) {
            return Err(no_number(self.row, field, &self.column));
        }
        self.held.push(row)
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        let total = self.sum.value();
        self.held.drain(|row| {
            let share =
                number(row.get(self.index)).map(|value| value / total * 100.0).filter(|share| share.is_finite());
            let share = share.map_or_else(String::new, |share| rounded_value(share, SHARE_PLACES));
            write_row(written, row.iter().chain([share.as_str()]));
            within_limit(written.len(), "the table with shares")
        })
    }
}

struct RunningTotal {
    column: String,
    index: usize,
    sum: Sum,
    row: u64,
}

impl TableSink for RunningTotal {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = header.find(&self.column)?;
        self.column.clone_from(&header.names()[self.index]);
        let name = Names::of(header).fresh("running-total");
        write_row(written, header.names().iter().map(String::as_str).chain([name.as_str()]));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        let field = row.get(self.index);
        if !self.sum.add(field) && !is_missing(field) {
            return Err(no_number(self.row, field, &self.column));
        }
        let total = sum_text(&self.sum);
        write_row(written, row.iter().chain([total.as_str()]));
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}
