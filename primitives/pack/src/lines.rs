//! Lines of a stream.

use crate::{Failure, LINE_BYTES_MAX};

/// Who takes the lines of a stream.
pub trait LineSink {
    /// Takes whole lines: every byte up to and including a line feed. Never empty.
    ///
    /// # Errors
    /// As [`crate::Running::push`].
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure>;
}

/// Cuts chunks at line feeds. Hands over all whole lines of a chunk as one block, uncopied; only a line that crosses
/// chunks is gathered.
#[derive(Default)]
pub struct Lines {
    partial: Vec<u8>,
}

impl Lines {
    /// No line begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a chunk.
    ///
    /// # Errors
    /// When a line is longer than [`LINE_BYTES_MAX`], or as `sink` says.
    pub fn push(&mut self, chunk: &[u8], sink: &mut impl LineSink) -> Result<(), Failure> {
        let Some(end) = memchr::memrchr(b'\n', chunk).map(|at| at + 1) else {
            return self.keep(chunk);
        };
        let (mut whole, rest) = chunk.split_at(end);
        if !self.partial.is_empty() {
            let first = memchr::memchr(b'\n', whole).map_or(whole.len(), |at| at + 1);
            self.keep(&whole[..first])?;
            sink.lines(&self.partial)?;
            self.partial.clear();
            whole = &whole[first..];
        }
        if !whole.is_empty() {
            sink.lines(whole)?;
        }
        self.keep(rest)
    }

    /// Hands over a last line that had no line feed, with one added. Tells whether there was one.
    ///
    /// # Errors
    /// As `sink` says.
    pub fn finish(&mut self, sink: &mut impl LineSink) -> Result<bool, Failure> {
        if self.partial.is_empty() {
            return Ok(false);
        }
        self.partial.push(b'\n');
        sink.lines(&self.partial)?;
        self.partial.clear();
        Ok(true)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if bytes.len() > LINE_BYTES_MAX - self.partial.len() {
            return Err(Failure::Limit(format!("a line is longer than {} MiB", LINE_BYTES_MAX >> 20)));
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }
}
