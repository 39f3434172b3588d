//! The log: a directory of segments and the file of checkpoints that chains them.
//!
//! `checkpoints` · `lock` · `open/RUN.seg` (being written, or left by a killed run) · `segments/RUN.seg` (covered by
//! a checkpoint). Moving a covered segment out of `open` keeps a checkpoint's work independent of the log's size.
//!
//! Lock order: a segment's lock, then the log's lock; under the log's lock other segments are only *tried*.

use crate::checkpoint::{Entry, Store};
use crate::codec::wide;
use crate::error::LogError;
use crate::files;
use crate::head::{Head, LogId};
use crate::keys::KeyId;
use crate::lock::Locked;
use crate::segment::format::{HEADER_BYTES, tag_of};
use crate::segment::{
    HeaderFault, OpenFault, Position, SegmentHeader, SegmentWriter, Shape, Step, Walker, WriterParts,
};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use telos_abi::{Digest, RunId, Timestamp};

pub(crate) const CHECKPOINTS: &str = "checkpoints";
pub(crate) const OPEN: &str = "open";
pub(crate) const SEGMENTS: &str = "segments";
const LOCK: &str = "lock";
const SUFFIX: &str = ".seg";

/// An open log. Cheap to clone; holds no lock between calls.
#[derive(Clone, Debug)]
pub struct Log {
    dir: PathBuf,
    id: LogId,
}

/// A segment, as told by the directory alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentInfo {
    /// The run whose records it holds.
    pub run: RunId,
    /// Bytes of its file.
    pub bytes: u64,
    /// Whether no checkpoint covers its end yet: the run goes on, or was killed and not noticed since.
    pub open: bool,
}

/// One record, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Position in the run's segment, from 0.
    pub seq: u64,
    /// The caller's kind number.
    pub kind: u16,
    /// The caller's bytes.
    pub bytes: Vec<u8>,
}

/// What reopening a segment found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// Whole records, all chained.
    pub records: u64,
    /// Bytes of a write cut short by a kill or power cut, dropped now. Nothing acknowledged as synced was in them.
    pub dropped_bytes: u64,
}

impl Log {
    /// Opens the log in `dir`, making it on first use.
    ///
    /// # Errors
    /// When the directory cannot be made or read, or its checkpoints are damaged or of a newer format.
    pub fn open(dir: &Path) -> Result<Self, LogError> {
        for path in [dir.to_path_buf(), dir.join(OPEN), dir.join(SEGMENTS)] {
            files::make_private_dir(&path).map_err(LogError::io("create", &path))?;
        }
        let id = Store::open_or_create(&dir.join(CHECKPOINTS))?.log();
        Ok(Self { dir: dir.to_path_buf(), id })
    }

    /// The log's identity.
    #[must_use]
    pub const fn id(&self) -> LogId {
        self.id
    }

    /// Where it lies.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Begins a run's segment. `key` is the identity that will sign it.
    ///
    /// # Errors
    /// When the run is in the log already or the segment cannot be made.
    pub fn begin(&self, run: RunId, created: Timestamp, key: KeyId) -> Result<SegmentWriter, LogError> {
        let run = as_named(run);
        if self.closed_path(run).exists() {
            return Err(LogError::RunExists { run });
        }
        let path = self.open_path(run);
        let file = create_locked(&path, run)?;
        let head = self.head()?;
        let header = SegmentHeader {
            log: self.id,
            run,
            created,
            key,
            checkpoints_before: head.map_or(0, |head| head.index + 1),
            checkpoint_before: head.map_or(Digest::ZERO, |head| head.digest),
        };
        let encoded = header.encode();
        let position = Position { records: 0, bytes: wide(HEADER_BYTES), head: last_hash(&encoded) };
        let log = self.clone();
        let parts = WriterParts { log, run, file, path, tag: tag_of(&encoded), position, name_durable: false };
        SegmentWriter::begin(parts, &header)
    }

    /// Opens an interrupted run's segment to append to it. A torn end is cut off and reported.
    ///
    /// # Errors
    /// When there is no such run, another process writes it, or records that were acknowledged or signed are damaged
    /// or missing; then nothing is changed.
    pub fn reopen(&self, run: RunId) -> Result<(SegmentWriter, Reopened), LogError> {
        let run = as_named(run);
        let from = self.path_of(run)?;
        let file = files::open_regular(&from, true).map_err(LogError::io("open", &from))?;
        let file = Locked::now(file).map_err(LogError::io("lock", &from))?.filter(|file| is_at(file, &from));
        let file = file.ok_or(LogError::Live { run })?;
        let entry = self.store()?.entries()?.remove(&run);
        let survey = survey(&file, &from, run, entry.as_ref())?;
        let path = self.open_path(run);
        if from != path {
            fs::rename(&from, &path).map_err(LogError::io("move", &from))?;
        }
        let dropped_bytes = survey.length - survey.position.bytes;
        if dropped_bytes > 0 {
            file.set_len(survey.position.bytes).map_err(LogError::io("shorten", &path))?;
        }
        let parts = WriterParts {
            log: self.clone(),
            run,
            file,
            path,
            tag: survey.tag,
            position: survey.position,
            name_durable: false,
        };
        let mut writer = SegmentWriter::at(parts);
        // What was read back may only have been in the system's cache: it must be durable before it is built upon.
        writer.sync()?;
        Ok((writer, Reopened { records: survey.position.records, dropped_bytes }))
    }

    /// All segments, oldest run first.
    ///
    /// # Errors
    /// When a directory cannot be read. Files that are no segments are passed over; `verify` reports them.
    pub fn segments(&self) -> Result<Vec<SegmentInfo>, LogError> {
        let mut out = Vec::new();
        for (place, open) in [(SEGMENTS, false), (OPEN, true)] {
            for (run, path) in runs_in(&self.dir.join(place))? {
                // Gone since the listing: it was moved by a checkpoint and is seen in the other directory.
                if let Ok(facts) = fs::symlink_metadata(&path) {
                    out.push(SegmentInfo { run, bytes: facts.len(), open });
                }
            }
        }
        out.sort_unstable();
        out.dedup_by_key(|info| info.run);
        Ok(out)
    }

    /// The runs whose printed id begins with `prefix` (hexadecimal digits, either case), oldest first.
    ///
    /// # Errors
    /// As [`Self::segments`].
    pub fn find(&self, prefix: &str) -> Result<Vec<RunId>, LogError> {
        let prefix = prefix.to_ascii_lowercase();
        let all = self.segments()?;
        Ok(all.into_iter().map(|info| info.run).filter(|run| run.to_string().starts_with(&prefix)).collect())
    }

    /// The records of a run, each checked against the chain as it is read. A torn end of a killed run is no error;
    /// damage is one, and ends the iteration.
    ///
    /// # Errors
    /// When there is no such run or its header cannot be read.
    pub fn read(&self, run: RunId) -> Result<Records, LogError> {
        let path = self.path_of(run)?;
        let file = files::open_regular(&path, false).map_err(LogError::io("open", &path))?;
        let walker = Walker::new(file).map_err(|fault| open_error(fault, &path, run))?;
        Ok(Records { walker, path, run, ended: false })
    }

    /// The newest checkpoint, or `None` in a log that has none.
    ///
    /// # Errors
    /// When the checkpoints cannot be read or are damaged.
    pub fn head(&self) -> Result<Option<Head>, LogError> {
        let store = self.store()?;
        if let Some(tail) = store.quick_tail()? {
            return Ok(tail.head);
        }
        // Another process may be appending at this moment: look again when it has finished.
        let _lock = self.lock()?;
        Ok(store.tail()?.head)
    }

    pub(crate) fn store(&self) -> Result<Store, LogError> {
        Store::open_or_create(&self.dir.join(CHECKPOINTS))
    }

    /// Takes the log's lock.
    pub(crate) fn lock(&self) -> Result<Locked, LogError> {
        let path = self.dir.join(LOCK);
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = open.map_err(LogError::io("open", &path))?;
        Locked::wait(file).map_err(LogError::io("lock", &path))
    }

    pub(crate) fn open_path(&self, run: RunId) -> PathBuf {
        self.dir.join(OPEN).join(format!("{run}{SUFFIX}"))
    }

    pub(crate) fn closed_path(&self, run: RunId) -> PathBuf {
        self.dir.join(SEGMENTS).join(format!("{run}{SUFFIX}"))
    }

    fn path_of(&self, run: RunId) -> Result<PathBuf, LogError> {
        // The open directory last and first: a checkpoint that moves the file between two looks does not hide it.
        let places = [self.open_path(run), self.closed_path(run), self.open_path(run)];
        places.into_iter().find(|path| path.exists()).ok_or(LogError::NoSuchRun { run })
    }
}

/// Iterator over the records of a run.
pub struct Records {
    walker: Walker<File>,
    path: PathBuf,
    run: RunId,
    ended: bool,
}

impl Records {
    /// The segment's header.
    #[must_use]
    pub const fn header(&self) -> &SegmentHeader {
        self.walker.header()
    }
}

impl Iterator for Records {
    type Item = Result<Record, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let error = match self.walker.step() {
            Ok(Step::Record(record)) => {
                let bytes = record.payload.to_vec();
                return Some(Ok(Record { seq: record.seq, kind: record.kind, bytes }));
            }
            Ok(Step::End) => None,
            Ok(Step::Damage(damage)) if damage.may_be_torn() => None,
            Ok(Step::Damage(damage)) => Some(damaged(self.run, damage.seq, damage.offset, damage.shape)),
            Err(error) => Some(LogError::io("read", &self.path)(error)),
        };
        self.ended = true;
        error.map(Err)
    }
}

/// What is whole in a segment.
pub(crate) struct Survey {
    pub(crate) position: Position,
    pub(crate) length: u64,
    pub(crate) tag: u32,
}

/// Walks a locked segment to its last whole record, and refuses one that lost what was acknowledged or signed.
pub(crate) fn survey(file: &File, path: &Path, run: RunId, signed: Option<&Entry>) -> Result<Survey, LogError> {
    let mut walker = Walker::new(file).map_err(|fault| open_error(fault, path, run))?;
    loop {
        match walker.step().map_err(LogError::io("read", path))? {
            Step::Record(record) => {
                if signed.is_some_and(|entry| entry.records == record.seq + 1 && entry.head != record.hash) {
                    return Err(damaged(run, record.seq, record.offset, Shape::Changed));
                }
            }
            Step::Damage(damage) if !damage.may_be_torn() => {
                return Err(damaged(run, damage.seq, damage.offset, damage.shape));
            }
            Step::End | Step::Damage(_) => break,
        }
    }
    if signed.is_some_and(|entry| entry.records > walker.seq()) {
        return Err(damaged(run, walker.seq(), walker.offset(), Shape::Missing(1)));
    }
    let position = Position { records: walker.seq(), bytes: walker.offset(), head: walker.head() };
    Ok(Survey { position, length: walker.length(), tag: walker.tag() })
}

/// The run as file names tell it: the bits of a start time that an id does not print do not count.
const fn as_named(run: RunId) -> RunId {
    RunId { started_ms: run.started_ms & 0xffff_ffff_ffff, nonce: run.nonce }
}

/// Makes and locks a new segment. A checkpoint that comes between the two takes the empty file for one a killed run
/// left and removes it; then it is made again.
fn create_locked(path: &Path, run: RunId) -> Result<Locked, LogError> {
    loop {
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => LogError::RunExists { run },
            _ => LogError::Io { action: "create", path: path.to_path_buf(), source },
        })?;
        let file = Locked::wait(file).map_err(LogError::io("lock", path))?;
        if is_at(&file, path) {
            return Ok(file);
        }
    }
}

/// The segments of a directory by the runs their names tell.
pub(crate) fn runs_in(dir: &Path) -> Result<Vec<(RunId, PathBuf)>, LogError> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir).map_err(LogError::io("list", dir))? {
        let path = entry.map_err(LogError::io("list", dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(SUFFIX));
        if let Some(run) = name.and_then(RunId::parse) {
            out.push((run, path));
        }
    }
    out.sort_unstable();
    Ok(out)
}

/// Whether `path` still names this open file.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

fn last_hash(header: &[u8; HEADER_BYTES]) -> Digest {
    Digest(header.last_chunk().copied().unwrap_or_default())
}

fn open_error(fault: OpenFault, path: &Path, run: RunId) -> LogError {
    match fault {
        OpenFault::Io(error) => LogError::io("read", path)(error),
        OpenFault::Header(HeaderFault::Version(version)) => LogError::Version { path: path.to_path_buf(), version },
        OpenFault::Header(HeaderFault::Short) => {
            LogError::Damaged { run, seq: 0, offset: 0, what: "it ends within its header" }
        }
        OpenFault::Header(HeaderFault::Damaged) => {
            LogError::Damaged { run, seq: 0, offset: 0, what: "its header was changed" }
        }
    }
}

fn damaged(run: RunId, seq: u64, offset: u64, shape: Shape) -> LogError {
    let what = match shape {
        Shape::Changed => "bytes were changed",
        Shape::Missing(_) => "records are missing",
        Shape::Reordered => "records are out of order",
        Shape::Foreign => "a record of another run stands there",
    };
    LogError::Damaged { run, seq, offset, what }
}
