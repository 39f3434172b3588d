//! Reading files.

use crate::HostError;
use crate::host::{Host, check_permit, open_file};
use crate::located::Located;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::retry_on_intr;
use std::fs::File;
use std::io::Read;
use telos_abi::{Label, limit};
use telos_policy::Permit;

/// An open file's content, with the label it carries.
#[derive(Debug)]
pub struct FileReader {
    file: File,
    size: Option<u64>,
    label: Label,
    path: Vec<u8>,
}

impl FileReader {
    pub(crate) fn new(file: File, size: Option<u64>, label: Label, path: Vec<u8>) -> Self {
        Self { file, size, label, path }
    }

    /// The label of everything read from here.
    #[must_use]
    pub fn label(&self) -> Label {
        self.label
    }

    /// Bytes the file had when it was looked at; `None` for a pipe. A hint: it may grow or shrink meanwhile.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Fills `chunk` with the next bytes, at most [`limit::CHUNK_BYTES`], and says whether there were any. Of a pipe these are
    /// the bytes that are there: whoever writes slowly is not waited for with bytes in hand.
    ///
    /// # Errors
    /// If the file cannot be read further.
    pub fn next_chunk(&mut self, chunk: &mut Vec<u8>) -> Result<bool, HostError> {
        chunk.clear();
        // Its whole capacity is filled, so it must be exactly this.
        chunk.shrink_to(limit::CHUNK_BYTES);
        chunk.reserve_exact(limit::CHUNK_BYTES);
        while chunk.len() < limit::CHUNK_BYTES {
            // Straight into memory that was never written: clearing it first would cost as much as reading it.
            let read = retry_on_intr(|| rustix::io::read(&self.file, spare_capacity(chunk)));
            let read = read.map_err(|source| HostError::std("read", self.path.as_slice())(source.into()))?;
            if read == 0 || self.size.is_none() && !self.has_more() {
                break;
            }
        }
        Ok(!chunk.is_empty())
    }

    /// Whether reading on would not wait. Where that cannot be told, it is taken to be so.
    fn has_more(&self) -> bool {
        let mut ready = [PollFd::new(&self.file, PollFlags::IN)];
        poll(&mut ready, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) != Ok(0)
    }
}

impl FileReader {
    /// At most `length` bytes from `offset` on; fewer only where the file ends.
    ///
    /// # Errors
    /// If the file cannot be read there.
    pub fn window(&self, offset: u64, length: usize) -> Result<Vec<u8>, HostError> {
        let mut window = Vec::with_capacity(length);
        while window.len() < length {
            let at = offset.saturating_add(window.len() as u64);
            let mut part = [0; 64 << 10];
            let wanted = part.len().min(length - window.len());
            let read = retry_on_intr(|| rustix::io::pread(&self.file, &mut part[..wanted], at));
            match read.map_err(|source| HostError::std("read", self.path.as_slice())(source.into()))? {
                0 => break,
                read => window.extend_from_slice(&part[..read]),
            }
        }
        Ok(window)
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Host {
    /// Opens what `located` leads to. The reader's label joins what earlier runs left on the file with the permit's.
    ///
    /// # Errors
    /// If the permit is for another effect, the file changed, is not a regular file, or cannot be read.
    pub fn read(&self, permit: Permit, located: &Located) -> Result<FileReader, HostError> {
        check_permit(&permit, &located.read_effect()?)?;
        let label = permit.label().join(self.label_of(located)?);
        drop(permit);
        let entry = located.target()?;
        entry.same_place()?;
        let file = open_file(entry)?;
        let size = entry.meta.map(|meta| meta.size);
        Ok(FileReader::new(file, size, label, entry.path()))
    }
}
