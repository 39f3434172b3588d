//! `table.head` and `table.tail`: the rows a table begins or ends with. The header is no row.

use std::collections::VecDeque;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, copy_row, write_row};

/// Most bytes of rows held, which is what can be returned at once.
const HELD_BYTES_MAX: usize = 64 << 20;

pub(crate) fn head(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let left = args.count(1)?;
    Ok(Box::new(StreamedTable::new(Head { left })))
}

pub(crate) fn tail(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let keep = usize::try_from(args.count(1)?).unwrap_or(usize::MAX);
    Ok(Box::new(StreamedTable::new(Tail { keep, rows: VecDeque::new(), bytes: 0 })))
}

struct Head {
    left: u64,
}

impl TableSink for Head {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        if self.left > 0 {
            self.left -= 1;
            copy_row(written, row);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

struct Tail {
    keep: usize,
    rows: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl TableSink for Tail {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        if self.keep == 0 {
            return Ok(());
        }
        if self.rows.len() == self.keep {
            let dropped = self.rows.pop_front();
            self.bytes -= dropped.map_or(0, |row| row.len());
        }
        let mut written = Vec::new();
        copy_row(&mut written, row);
        self.bytes += written.len();
        self.rows.push_back(written);
        if self.bytes > HELD_BYTES_MAX {
            return Err(Failure::Limit(format!(
                "the last rows take more than {} MiB; ask for fewer",
                HELD_BYTES_MAX >> 20
            )));
        }
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        self.rows.drain(..).for_each(|row| written.extend_from_slice(&row));
        Ok(())
    }
}
