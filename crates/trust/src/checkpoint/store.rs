//! The file of checkpoints: append-only, changed under the log's lock.

use super::format::{self, Entry, FRAME_BYTES_MAX, Frame, HEADER_BYTES};
use crate::codec::{narrow, wide};
use crate::error::LogError;
use crate::files;
use crate::head::{Head, LogId};
use crate::segment::Source;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use telos_abi::RunId;

/// Where the chain of checkpoints stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// Newest checkpoint.
    pub(crate) head: Option<Head>,
    /// Bytes up to its end.
    pub(crate) bytes: u64,
}

/// The open file.
pub(crate) struct Store {
    file: File,
    path: PathBuf,
    log: LogId,
}

impl Store {
    /// Opens the file, making it with a fresh log id if it is not there.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, LogError> {
        match Self::open(path) {
            Err(LogError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
            done => return done,
        }
        let mut id = [0; 16];
        crate::keys::random(&mut id)?;
        files::create_once(path, &format::encode_header(LogId(id))).map_err(LogError::io("create", path))?;
        Self::open(path)
    }

    fn open(path: &Path) -> Result<Self, LogError> {
        let file = files::open_regular(path, true).map_err(LogError::io("open", path))?;
        let mut header = [0; HEADER_BYTES];
        let read = Source::read_at(&file, 0, &mut header).map_err(LogError::io("read", path))?;
        let log = format::parse_header(&header[..read]).map_err(|version| match version {
            Some(version) => LogError::Version { path: path.to_path_buf(), version },
            None => {
                LogError::CheckpointsDamaged { path: path.to_path_buf(), offset: 0, what: "the header was changed" }
            }
        })?;
        Ok(Self { file, path: path.to_path_buf(), log })
    }

    pub(crate) const fn log(&self) -> LogId {
        self.log
    }

    /// The newest checkpoint, found from the end of the file; `None` if the file does not end with a whole one.
    pub(crate) fn quick_tail(&self) -> Result<Option<Tail>, LogError> {
        let length = self.length()?;
        if length == wide(HEADER_BYTES) {
            return Ok(Some(Tail { head: None, bytes: length }));
        }
        let mut claim = [0; 4];
        let claimed = match length.checked_sub(4) {
            Some(at) if self.read(at, &mut claim)? == 4 => format::claimed_bytes(claim),
            _ => None,
        };
        let Some(frame_bytes) = claimed else {
            return Ok(None);
        };
        let start = length.checked_sub(wide(frame_bytes)).filter(|start| *start >= wide(HEADER_BYTES));
        let Some(start) = start else { return Ok(None) };
        let frame = self.frame_at(start)?.filter(|frame| frame.intact && frame.bytes == frame_bytes);
        Ok(frame.map(|frame| Tail { head: Some(self.head_of(&frame)), bytes: length }))
    }

    /// The newest checkpoint, whatever follows it. Called with the lock held: what follows was torn by a kill and
    /// is overwritten by the next append, unless it is more than one append can leave.
    pub(crate) fn tail(&self) -> Result<Tail, LogError> {
        if let Some(tail) = self.quick_tail()? {
            return Ok(tail);
        }
        let mut tail = Tail { head: None, bytes: wide(HEADER_BYTES) };
        while let Some(frame) = self.frame_at(tail.bytes)?.filter(|frame| frame.intact) {
            tail = Tail { head: Some(self.head_of(&frame)), bytes: tail.bytes + wide(frame.bytes) };
        }
        if self.length()? - tail.bytes > wide(FRAME_BYTES_MAX) {
            return Err(self.damaged(tail.bytes, "a checkpoint was changed, and others follow it"));
        }
        Ok(tail)
    }

    /// The last entry of every run.
    pub(crate) fn entries(&self) -> Result<BTreeMap<RunId, Entry>, LogError> {
        let (mut out, mut at) = (BTreeMap::new(), wide(HEADER_BYTES));
        while let Some(frame) = self.frame_at(at)?.filter(|frame| frame.intact) {
            at += wide(frame.bytes);
            out.extend(frame.entries.into_iter().map(|entry| (entry.run, entry)));
        }
        Ok(out)
    }

    /// Appends a frame after `tail` and makes it durable.
    pub(crate) fn append(&self, tail: &Tail, frame: &[u8]) -> Result<(), LogError> {
        let cut = |source| {
            let _ = self.file.set_len(tail.bytes);
            LogError::io("write", &self.path)(source)
        };
        if self.length()? > tail.bytes {
            self.file.set_len(tail.bytes).map_err(LogError::io("write", &self.path))?;
        }
        self.file.write_all_at(frame, tail.bytes).map_err(cut)?;
        self.file.sync_data().map_err(LogError::io("sync", &self.path))
    }

    fn frame_at(&self, at: u64) -> Result<Option<Frame>, LogError> {
        let mut claim = [0; 4];
        if self.read(at, &mut claim)? < claim.len() {
            return Ok(None);
        }
        let Some(claimed) = format::claimed_bytes(claim) else {
            return Ok(None);
        };
        let available = self.length()?.saturating_sub(at);
        if narrow(available).is_none_or(|available| available < claimed) {
            return Ok(None);
        }
        let mut bytes = vec![0; claimed];
        let read = self.read(at, &mut bytes)?;
        Ok(Frame::parse(&bytes[..read]))
    }

    fn head_of(&self, frame: &Frame) -> Head {
        Head { log: self.log, index: frame.statement.index, digest: frame.statement.digest() }
    }

    fn length(&self) -> Result<u64, LogError> {
        self.file.length().map_err(LogError::io("read", &self.path))
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Result<usize, LogError> {
        Source::read_at(&self.file, at, into).map_err(LogError::io("read", &self.path))
    }

    fn damaged(&self, offset: u64, what: &'static str) -> LogError {
        LogError::CheckpointsDamaged { path: self.path.clone(), offset, what }
    }
}
