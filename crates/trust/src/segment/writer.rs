//! Appending to a segment.

use super::format::{self, HASH_BYTES, HEADER_BYTES, Prefix, SegmentHeader};
use crate::codec::wide;
use crate::error::LogError;
use crate::files;
use crate::head::Head;
use crate::keys::Keys;
use crate::lock::Locked;
use crate::log::Log;
use crate::step;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;
use telos_abi::limit::RECORD_BYTES_MAX;
use telos_abi::{Digest, Durability, RunId, Timestamp};

/// Buffered bytes that are handed to the system without being asked.
const BATCH_BYTES: usize = 128 << 10;

/// Where a segment's chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Records.
    pub(crate) records: u64,
    /// Bytes of the file that hold them and the header.
    pub(crate) bytes: u64,
    /// Chain hash of the last record.
    pub(crate) head: Digest,
}

/// What a writer is made of; `log` opens and locks the file.
pub(crate) struct WriterParts {
    pub(crate) log: Log,
    pub(crate) run: RunId,
    pub(crate) file: Locked,
    pub(crate) path: PathBuf,
    pub(crate) tag: u32,
    pub(crate) position: Position,
    /// Whether the file's name in its directory is known to be durable.
    pub(crate) name_durable: bool,
}

/// The one writer of a run's segment. It holds the segment's lock: while it lives no other process takes the run for
/// a killed one. Several threads share it through a mutex of the caller.
///
/// A failed append leaves the segment as it was: the record is not in it, those before are, and the next append
/// tries again. Only when the system could not say what reached the disk does the writer stop for good.
#[must_use = "a segment without `finish` counts as interrupted"]
pub struct SegmentWriter {
    parts: WriterParts,
    /// Records not handed to the system yet, preceded by the last hash that was.
    buffer: Vec<u8>,
    /// Bytes handed to the system.
    written: u64,
    /// Records safe against power loss.
    durable: u64,
    stopped: bool,
}

impl SegmentWriter {
    pub(crate) fn begin(parts: WriterParts, header: &SegmentHeader) -> Result<Self, LogError> {
        let encoded = header.encode();
        step::reach("after the segment's name");
        parts.file.write_all_at(&encoded, 0).map_err(LogError::io("write", &parts.path))?;
        step::reach("after the segment's header");
        Ok(Self::at(parts))
    }

    pub(crate) fn at(parts: WriterParts) -> Self {
        let mut buffer = Vec::with_capacity(BATCH_BYTES + 4_096);
        buffer.extend_from_slice(&parts.position.head.0);
        let written = parts.position.bytes;
        Self { parts, buffer, written, durable: 0, stopped: false }
    }

    /// Appends a record and returns its number, from 0. `Synced` means on disk when this returns; `Batched` means
    /// at the next sync or at `finish`, and lost if the process is killed before about 128 KiB more are appended.
    ///
    /// # Errors
    /// When the payload is too large, the system does not take it (full disk), or an earlier failure stopped the
    /// writer. The effect the record would have preceded must not happen.
    pub fn append(&mut self, kind: u16, payload: &[u8], durability: Durability) -> Result<u64, LogError> {
        self.check_running()?;
        let too_large = LogError::TooLarge { bytes: payload.len(), limit: RECORD_BYTES_MAX };
        let length = match u32::try_from(payload.len()) {
            Ok(length) if payload.len() <= RECORD_BYTES_MAX => length,
            _ => return Err(too_large),
        };
        let (before, mark) = (self.parts.position, self.buffer.len());
        let prefix = Prefix { length, tag: self.parts.tag, seq: before.records, durable: self.durable, kind };
        self.buffer.extend_from_slice(&prefix.encode());
        self.buffer.extend_from_slice(payload);
        let head = format::chain_hash(&self.buffer[mark - HASH_BYTES..]);
        self.buffer.extend_from_slice(&head.0);
        self.parts.position =
            Position { records: before.records + 1, bytes: before.bytes + prefix.record_bytes(), head };
        let taken = match durability {
            Durability::Synced => self.sync(),
            Durability::Batched if self.buffer.len() >= BATCH_BYTES => self.flush(),
            Durability::Batched => Ok(()),
        };
        if let Err(error) = taken {
            self.take_back(before, mark);
            return Err(error);
        }
        Ok(before.records)
    }

    /// Hands everything appended to the system: a kill of this process loses none of it, a power cut may.
    ///
    /// # Errors
    /// When the system does not take it.
    pub fn flush(&mut self) -> Result<(), LogError> {
        self.check_running()?;
        if self.buffer.len() == HASH_BYTES {
            return Ok(());
        }
        let fresh = &self.buffer[HASH_BYTES..];
        if let Err(source) = self.parts.file.write_all_at(fresh, self.written) {
            // Cut off what was written in part, so that readers see whole records only. If that fails too they see
            // a torn tail, which they recognise, and the next flush writes over it.
            let _ = self.parts.file.set_len(self.written);
            return Err(LogError::Io { action: "write", path: self.parts.path.clone(), source });
        }
        step::reach("after records are handed over");
        self.written += wide(fresh.len());
        self.buffer.drain(..self.buffer.len() - HASH_BYTES);
        Ok(())
    }

    /// Makes everything appended durable.
    ///
    /// # Errors
    /// When the system does not take it. After a failed sync nobody can say what is on disk, and the writer stops.
    pub fn sync(&mut self) -> Result<(), LogError> {
        self.flush()?;
        if self.durable == self.parts.position.records && self.parts.name_durable {
            return Ok(());
        }
        step::reach("before the segment is synced");
        let synced = if self.parts.name_durable {
            self.parts.file.sync_data()
        } else {
            sync_with_name(&self.parts.file, files::parent(&self.parts.path))
        };
        if let Err(source) = synced {
            self.stopped = true;
            return Err(LogError::Io { action: "sync", path: self.parts.path.clone(), source });
        }
        step::reach("after the segment is synced");
        self.parts.name_durable = true;
        self.durable = self.parts.position.records;
        Ok(())
    }

    /// Ends the run: makes the segment durable and signs a checkpoint that covers it and the segments of runs that
    /// were killed. Returns the log's new head.
    ///
    /// # Errors
    /// When the segment or the checkpoint cannot be written. The records are kept; the next checkpoint of any run
    /// covers them.
    pub fn finish(mut self, keys: &Keys, at: Timestamp) -> Result<Head, LogError> {
        self.sync()?;
        let log = self.parts.log.clone();
        log.checkpoint_with(Some(&self), keys, at)
    }

    /// The run.
    #[must_use]
    pub const fn run(&self) -> RunId {
        self.parts.run
    }

    /// Records appended so far, those of earlier sessions of a resumed run included.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.parts.position.records
    }

    pub(crate) const fn position(&self) -> Position {
        self.parts.position
    }

    fn check_running(&self) -> Result<(), LogError> {
        if self.stopped { Err(LogError::Stopped { run: self.parts.run }) } else { Ok(()) }
    }

    /// Forgets the record that could not be written. If the buffer moved on, the record was written and only the
    /// sync failed: the writer has stopped, and what readers find is whole.
    fn take_back(&mut self, before: Position, mark: usize) {
        if self.written == before_bytes_written(before, mark) {
            self.buffer.truncate(mark);
            self.parts.position = before;
        }
    }
}

/// Makes a new file and its name durable. Neither needs the other, so both wait for the disk at the same time: on a
/// journalling file system one commit serves them.
fn sync_with_name(file: &File, directory: &Path) -> io::Result<()> {
    thread::scope(|scope| {
        let name = thread::Builder::new().stack_size(64 << 10).spawn_scoped(scope, || files::sync_dir(directory));
        let content = file.sync_data();
        let name = match name {
            Ok(name) => name.join().unwrap_or_else(|_| Err(io::Error::other("the thread that waited for it panicked"))),
            // Where the system refuses a thread, one after the other.
            Err(_) => files::sync_dir(directory),
        };
        content.and(name)
    })
}

/// What `written` is if nothing of the buffer, `mark` long with its leading hash, was handed over.
fn before_bytes_written(before: Position, mark: usize) -> u64 {
    before.bytes - wide(mark - HASH_BYTES)
}

impl Drop for SegmentWriter {
    fn drop(&mut self) {
        // A run that ends without `finish` keeps what it recorded; there is nobody left to tell of a failure.
        let _ = self.flush();
    }
}

const _: () = assert!(HEADER_BYTES > HASH_BYTES);
