//! Where a segment's bytes come from: a file, or memory in tests and fuzzing.

use crate::codec::{narrow, wide};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Random access to bytes.
pub trait Source {
    /// Bytes there are.
    ///
    /// # Errors
    /// When the system cannot tell.
    fn length(&self) -> io::Result<u64>;
    /// Reads from `offset`; fewer bytes than asked for only at the end.
    ///
    /// # Errors
    /// When the system cannot read.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;
}

impl Source for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            match FileExt::read_at(self, &mut into[filled..], offset + wide(filled)) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl Source for &[u8] {
    fn length(&self) -> io::Result<u64> {
        Ok(wide(self.len()))
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let rest = narrow(offset).and_then(|start| self.get(start..)).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl<S: Source> Source for &S {
    fn length(&self) -> io::Result<u64> {
        (**self).length()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, into)
    }
}

/// Smallest piece read at once: large enough that system calls do not matter, small enough for the cache.
const PIECE_BYTES: usize = 256 << 10;

/// A moving window over a source, so that records are seen in place and read once.
pub(crate) struct Window<S> {
    source: S,
    length: u64,
    start: u64,
    held: Vec<u8>,
    filled: usize,
}

impl<S: Source> Window<S> {
    /// The length is taken once: what is appended later is not seen.
    pub(crate) fn new(source: S) -> io::Result<Self> {
        let length = source.length()?;
        Ok(Self { source, length, start: 0, held: Vec::new(), filled: 0 })
    }

    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// `count` bytes from `offset`, or `None` when the source ends before.
    pub(crate) fn get(&mut self, offset: u64, count: usize) -> io::Result<Option<&[u8]>> {
        match offset.checked_add(wide(count)) {
            Some(end) if end <= self.length => {}
            _ => return Ok(None),
        }
        let held_end = self.start + wide(self.filled);
        if offset < self.start || offset + wide(count) > held_end {
            let wanted = count.max(PIECE_BYTES);
            if self.held.len() < wanted {
                self.held.resize(wanted, 0);
            }
            self.filled = self.source.read_at(offset, &mut self.held[..wanted])?;
            self.start = offset;
        }
        let from = narrow(offset - self.start).unwrap_or(usize::MAX);
        // A file that shrank while it was read gives fewer bytes than its length promised.
        Ok(from.checked_add(count).filter(|end| *end <= self.filled).and_then(|end| self.held.get(from..end)))
    }
}
