//! Tables held whole, in their canonical form: the least memory for what must be seen twice.

use crate::pick::within_limit;
use telos_pack::{Failure, Out};
use telos_table::{Header, Row, RowSink, Rows, copy_row};

/// Rows to be gone over again.
#[derive(Default)]
pub(crate) struct HeldRows {
    bytes: Vec<u8>,
}

impl HeldRows {
    pub(crate) fn push(&mut self, row: Row<'_>) -> Result<(), Failure> {
        copy_row(&mut self.bytes, row);
        within_limit(self.bytes.len(), "what this step holds of the table")
    }

    /// Goes over the rows and leaves none.
    pub(crate) fn drain(&mut self, each: impl FnMut(Row<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
        each_row(&std::mem::take(&mut self.bytes), each)
    }
}

/// Goes over the rows of a table, its header among them.
pub(crate) fn each_row(table: &[u8], each: impl FnMut(Row<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
    let (mut rows, mut sink, mut out) = (Rows::new(b','), Each(each), Out::new());
    rows.push(table, &mut sink, &mut out)?;
    rows.finish(&mut sink, &mut out)
}

struct Each<F>(F);

impl<F: FnMut(Row<'_>) -> Result<(), Failure>> RowSink for Each<F> {
    fn row(&mut self, row: Row<'_>, _: &mut Out) -> Result<(), Failure> {
        (self.0)(row)
    }
}

/// The header of a table held whole; `which` names the table in a message.
pub(crate) fn header_of(table: &[u8], which: &str) -> Result<Header, Failure> {
    let mut header = None;
    // An error ends the look after the first row.
    let _ = each_row(table, |row| {
        header = Some(Header::new(row));
        Err(Failure::Limit(String::new()))
    });
    header.ok_or_else(|| Failure::bad(format!("the {which} table is empty: it has not even a header")))
}
