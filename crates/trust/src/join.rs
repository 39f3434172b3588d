//! Checkpoints and retention: what happens under the log's lock.

use crate::checkpoint::{self, Entry, EntryState, SIGNING_CONTEXT, Statement, Store, Tail};
use crate::codec::wide;
use crate::error::LogError;
use crate::files;
use crate::head::Head;
use crate::keys::Keys;
use crate::lock::Locked;
use crate::log::{self, Log, OPEN, SEGMENTS};
use crate::segment::SegmentWriter;
use crate::segment::format::HEADER_BYTES;
use crate::step;
use std::fs;
use std::path::PathBuf;
use telos_abi::{Digest, RunId, Timestamp};

/// How much of the log is kept. What either limit asks to drop is dropped, oldest run first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Oldest run kept, in milliseconds before now; `None` keeps any age.
    pub age_ms_max: Option<u64>,
    /// Most bytes of segments kept; `None` keeps any size.
    pub bytes_max: Option<u64>,
}

/// What retention dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GcReport {
    /// The runs whose records are gone, oldest first. Their chain hashes stay signed.
    pub pruned: Vec<RunId>,
    /// Bytes freed.
    pub bytes: u64,
    /// Bytes of segments that stay.
    pub bytes_kept: u64,
}

/// A killed run's segment, locked by us while its checkpoint is made.
struct Joined {
    entry: Entry,
    path: PathBuf,
    _lock: Locked,
}

impl Log {
    /// Signs a checkpoint over the segments that killed runs left, if there are any. `SegmentWriter::finish` does
    /// this too.
    ///
    /// # Errors
    /// When it cannot be written, or the log was rolled back since these keys last signed.
    pub fn checkpoint(&self, keys: &Keys, at: Timestamp) -> Result<Option<Head>, LogError> {
        let lock = self.lock()?;
        let store = self.store()?;
        let left = self.left_behind(&store)?;
        let entries: Vec<Entry> = left.iter().map(|joined| joined.entry).collect();
        if entries.is_empty() {
            return Ok(store.tail()?.head);
        }
        let head = self.sign(&store, keys, at, &entries)?;
        self.settle(&left)?;
        drop(lock);
        Ok(Some(head))
    }

    pub(crate) fn checkpoint_with(
        &self,
        own: Option<&SegmentWriter>,
        keys: &Keys,
        at: Timestamp,
    ) -> Result<Head, LogError> {
        let _lock = self.lock()?;
        let store = self.store()?;
        let left = self.left_behind(&store)?;
        let mut entries: Vec<Entry> = own.map(closed_entry).into_iter().collect();
        entries.extend(left.iter().map(|joined| joined.entry));
        let head = self.sign(&store, keys, at, &entries)?;
        if let Some(writer) = own {
            let from = self.open_path(writer.run());
            fs::rename(&from, self.closed_path(writer.run())).map_err(LogError::io("move", &from))?;
            step::reach("after the segment is filed");
        }
        self.settle(&left)?;
        Ok(head)
    }

    /// Drops the records of old runs and signs what was dropped, so that `verify` can tell it from tampering. Runs
    /// for which `keep` answers true, and runs no checkpoint covers, stay.
    ///
    /// # Errors
    /// When the log cannot be read, or the checkpoint cannot be written; then nothing was dropped.
    pub fn gc(
        &self,
        keys: &Keys,
        retention: &Retention,
        now: Timestamp,
        keep: &dyn Fn(RunId) -> bool,
    ) -> Result<GcReport, LogError> {
        let _lock = self.lock()?;
        let store = self.store()?;
        let signed = store.entries()?;
        let segments: Vec<_> = self.segments()?.into_iter().filter(|info| !info.open).collect();
        let mut report = GcReport { bytes_kept: segments.iter().map(|info| info.bytes).sum(), ..GcReport::default() };
        let mut dropped = Vec::new();
        for info in segments {
            let age = now.0.saturating_sub(info.run.started_ms);
            let unwanted = retention.age_ms_max.is_some_and(|limit| age > limit)
                || retention.bytes_max.is_some_and(|limit| report.bytes_kept > limit);
            let Some(entry) = signed.get(&info.run).filter(|_| unwanted && !keep(info.run)) else {
                continue;
            };
            // Somebody resumes it at this moment: it stays.
            let path = self.closed_path(info.run);
            let Some(lock) = lock_segment(&path) else {
                continue;
            };
            report.pruned.push(info.run);
            report.bytes += info.bytes;
            report.bytes_kept -= info.bytes;
            dropped.push((Entry { state: EntryState::Pruned, ..*entry }, path, lock));
            if dropped.len() == checkpoint::ENTRIES_MAX {
                break;
            }
        }
        if dropped.is_empty() {
            return Ok(report);
        }
        // Signed first: a kill between the two leaves segments that are both whole and known as pruned.
        let entries: Vec<Entry> = dropped.iter().map(|(entry, ..)| *entry).collect();
        self.sign(&store, keys, now, &entries)?;
        for (_, path, _) in &dropped {
            fs::remove_file(path).map_err(LogError::io("remove", path))?;
        }
        Ok(report)
    }

    /// The segments in `open` that nobody writes.
    fn left_behind(&self, store: &Store) -> Result<Vec<Joined>, LogError> {
        let mut out = Vec::new();
        let mut signed = None;
        for (run, path) in log::runs_in(&self.dir().join(OPEN))? {
            let Some(lock) = lock_segment(&path) else {
                continue;
            };
            let length = lock.metadata().map_err(LogError::io("read", &path))?.len();
            if length < wide(HEADER_BYTES) {
                // Killed while it was begun: nothing was ever recorded in it.
                fs::remove_file(&path).map_err(LogError::io("remove", &path))?;
                continue;
            }
            if signed.is_none() {
                signed = Some(store.entries()?);
            }
            let before = signed.as_ref().and_then(|signed| signed.get(&run));
            // What was damaged is not signed anew. It stays where it is, and `verify` tells what is wrong with it.
            let Ok(survey) = log::survey(&lock, &path, run, before) else {
                continue;
            };
            let position = survey.position;
            // A dead writer's records may be in the system's cache only, and signing says that they are kept.
            lock.sync_data().map_err(LogError::io("sync", &path))?;
            let state = match before {
                Some(entry) if entry.records == position.records => entry.state,
                _ => EntryState::Interrupted,
            };
            let entry = Entry { run, state, records: position.records, bytes: position.bytes, head: position.head };
            out.push(Joined { entry, path, _lock: lock });
            if out.len() + 1 == checkpoint::ENTRIES_MAX {
                break;
            }
        }
        Ok(out)
    }

    fn settle(&self, left: &[Joined]) -> Result<(), LogError> {
        for joined in left {
            let to = self.closed_path(joined.entry.run);
            fs::rename(&joined.path, &to).map_err(LogError::io("move", &joined.path))?;
        }
        if left.is_empty() {
            return Ok(());
        }
        let dir = self.dir().join(SEGMENTS);
        files::sync_dir(&dir).map_err(LogError::io("sync", &dir))
    }

    fn sign(&self, store: &Store, keys: &Keys, at: Timestamp, entries: &[Entry]) -> Result<Head, LogError> {
        let tail = store.tail()?;
        self.refuse_rollback(keys, &tail)?;
        let statement = Statement {
            index: tail.head.map_or(0, |head| head.index + 1),
            previous: tail.head.map_or(Digest::ZERO, |head| head.digest),
            log: self.id(),
            at,
            key: keys.id(),
            entries: u32::try_from(entries.len()).unwrap_or(u32::MAX),
            root: checkpoint::root_of(entries),
        };
        let digest = statement.digest();
        let signature = keys.sign(SIGNING_CONTEXT, &digest.0)?;
        step::reach("before the checkpoint");
        store.append(&tail, &checkpoint::encode_frame(&statement, entries, &signature))?;
        step::reach("after the checkpoint");
        let head = Head { log: self.id(), index: statement.index, digest };
        keys.remember_head(&head)?;
        step::reach("after the head is remembered");
        Ok(head)
    }

    /// Refuses to sign a log that is older than what these keys signed: it would make two histories.
    fn refuse_rollback(&self, keys: &Keys, tail: &Tail) -> Result<(), LogError> {
        let Some(signed) = keys.signed_head(self.id())? else {
            return Ok(());
        };
        let found = match tail.head {
            None => "has no checkpoint",
            Some(head) if head.index < signed.index => "ends with an older one",
            Some(head) if head.index == signed.index && head.digest != signed.digest => "has another in its place",
            Some(_) => return Ok(()),
        };
        Err(LogError::RolledBack { signed: signed.index, found })
    }
}

fn closed_entry(writer: &SegmentWriter) -> Entry {
    let position = writer.position();
    Entry {
        run: writer.run(),
        state: EntryState::Closed,
        records: position.records,
        bytes: position.bytes,
        head: position.head,
    }
}

/// Opens and locks a segment that nobody writes. `None` if somebody does, or it is gone or out of reach.
fn lock_segment(path: &std::path::Path) -> Option<Locked> {
    let file = files::open_regular(path, true).ok()?;
    Locked::now(file).ok()?.filter(|file| log::is_at(file, path))
}
