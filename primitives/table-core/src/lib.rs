//! Canonical tables inside packs: rows from a stream of CSV, rows to CSV, and how fields compare and add up.
//!
//! A row is held one at a time; nothing here holds a table.
#![forbid(unsafe_code)]

mod rows;
mod value;
mod write;

pub use rows::{Header, ROW_BYTES_MAX, Row, RowSink, Rows, StreamedTable, TableSink};
pub use value::{Sum, compare, compare_read, number};
pub use write::{copy_row, write_row};
