//! Primitives that need their documents whole: what holds them, and what bounds the results.

use std::fmt;
use std::io;
use telos_pack::{Failure, Held, Out, Running};
use telos_table::write_row;

/// Most bytes of all outputs: they leave together, in one return of at most 64 MiB.
pub(crate) const RESULT_BYTES_MAX: usize = 60 << 20;

/// A function of one text.
pub(crate) fn one(act: impl FnMut(&str, &mut Out) -> Result<(), Failure> + 'static) -> Box<dyn Running> {
    let mut act = act;
    Box::new(Whole { held: [Held::new(), Held::new()], act: move |[text, _]: [&str; 2], out: &mut Out| act(text, out) })
}

/// A function of the texts that enter ports 0 and 1.
pub(crate) fn two(act: impl FnMut([&str; 2], &mut Out) -> Result<(), Failure> + 'static) -> Box<dyn Running> {
    Box::new(Whole { held: [Held::new(), Held::new()], act })
}

struct Whole<F> {
    held: [Held; 2],
    act: F,
}

impl<F: FnMut([&str; 2], &mut Out) -> Result<(), Failure>> Running for Whole<F> {
    fn push(&mut self, port: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        let held = self.held.get_mut(usize::from(port));
        held.ok_or_else(|| Failure::Internal(format!("no blob enters port {port}")))?.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let [first, second] = &mut self.held;
        let (first, second) = (first.take(), second.take());
        (self.act)([utf8(&first)?, utf8(&second)?], out)
    }
}

/// The text without a byte order mark.
fn utf8(bytes: &[u8]) -> Result<&str, Failure> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|error| Failure::bad(format!("byte {} is not UTF-8 text", error.valid_up_to())))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Too large a result.
pub(crate) fn too_large() -> Failure {
    Failure::Limit(format!("the result takes more than {} MiB; work on a part of the document", RESULT_BYTES_MAX >> 20))
}

/// A result being written, up to [`RESULT_BYTES_MAX`]. Writing fails beyond it, and for no other reason.
#[derive(Default)]
pub(crate) struct Sink {
    bytes: Vec<u8>,
}

impl Sink {
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        if text.len() > RESULT_BYTES_MAX - self.bytes.len() {
            return Err(too_large());
        }
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// White space of this many blanks.
    pub(crate) fn blanks(&mut self, count: usize) -> Result<(), Failure> {
        if count > RESULT_BYTES_MAX - self.bytes.len() {
            return Err(too_large());
        }
        self.bytes.resize(self.bytes.len() + count, b' ');
        Ok(())
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > RESULT_BYTES_MAX - self.bytes.len() {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text).map_err(|_| fmt::Error)
    }
}

/// A table being written, up to [`RESULT_BYTES_MAX`].
pub(crate) struct Table {
    bytes: Vec<u8>,
    rows: u64,
}

impl Table {
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut bytes = Vec::new();
        write_row(&mut bytes, columns);
        Self { bytes, rows: 0 }
    }

    pub(crate) fn row<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
        write_row(&mut self.bytes, fields);
        self.rows += 1;
        if self.bytes.len() > RESULT_BYTES_MAX { Err(too_large()) } else { Ok(()) }
    }

    /// Emits the table at `table` and gives the number of rows.
    pub(crate) fn give(self, table: u16, out: &mut Out) -> u64 {
        out.bytes(table, self.bytes);
        self.rows
    }
}
