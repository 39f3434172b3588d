//! Outputs that are made of rows.

use telos_pack::{EMIT_BYTES, Failure, Held, Out};
use telos_table::write_row;

/// A blob output that is written row by row, or line by line.
pub(crate) struct Listing {
    port: u16,
    written: Vec<u8>,
}

impl Listing {
    /// Lines.
    pub(crate) fn lines(port: u16) -> Self {
        Self { port, written: Vec::new() }
    }

    /// A table with these columns.
    pub(crate) fn table(port: u16, columns: &[&str]) -> Self {
        let mut written = Vec::new();
        write_row(&mut written, columns.iter().copied());
        Self { port, written }
    }

    /// Appends a row.
    pub(crate) fn row(&mut self, fields: &[&str]) {
        write_row(&mut self.written, fields.iter().copied());
    }

    /// Appends a name as a line. A line feed in it is written as `\n`.
    pub(crate) fn name(&mut self, name: &str) {
        self.written.extend_from_slice(name.replace('\n', "\\n").as_bytes());
        self.written.push(b'\n');
    }

    /// Appends bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
    }

    /// Bytes that have not left.
    pub(crate) fn len(&self) -> usize {
        self.written.len()
    }

    /// Lets go what was written, if it is worth it.
    pub(crate) fn pause(&mut self, out: &mut Out) {
        if self.written.len() >= EMIT_BYTES {
            self.flush(out);
        }
    }

    /// Lets go what was written.
    pub(crate) fn flush(&mut self, out: &mut Out) {
        out.bytes(self.port, std::mem::take(&mut self.written));
    }
}

/// Refuses what is more than one call can give at once.
pub(crate) fn within_return(listings: &[&Listing]) -> Result<(), Failure> {
    let bytes: usize = listings.iter().map(|listing| listing.len()).sum();
    if bytes <= Held::BYTES_MAX {
        return Ok(());
    }
    Err(Failure::Limit(format!("the result has more than {} MiB; select fewer files before", Held::BYTES_MAX >> 20)))
}
