//! Checking the file of checkpoints.

use super::{FindingKind, Place, Report};
use crate::checkpoint::{self, Entry, FRAME_BYTES_MAX, Frame, HEADER_BYTES, SIGNING_CONTEXT};
use crate::codec::{narrow, wide};
use crate::error::LogError;
use crate::files;
use crate::head::{Head, LogId};
use crate::keys::PublicKeys;
use crate::log::CHECKPOINTS;
use crate::segment::Window;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::Path;
use telos_abi::{Digest, RunId};

/// Bytes hashed in vain while looking for the next checkpoint after damage.
const SEARCH_BYTES_MAX: usize = 256 << 20;

/// What valid checkpoints say.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) log: Option<LogId>,
    /// Digest of each checkpoint in the order of their indices.
    pub(super) digests: BTreeMap<u64, Digest>,
    /// What was said of each run, oldest first.
    pub(super) entries: BTreeMap<RunId, Vec<Entry>>,
}

/// A checkpoint whose signatures are valid.
struct Valid {
    index: u64,
    previous: Digest,
    digest: Digest,
    offset: u64,
    entries: Vec<Entry>,
    /// Whether damage lies between it and the one before, so that a gap in the indices is explained.
    after_damage: bool,
}

pub(super) fn check(
    dir: &Path,
    keys: &PublicKeys,
    expected: Option<&Head>,
    begun: bool,
    report: &mut Report,
) -> Result<Chain, LogError> {
    let path = dir.join(CHECKPOINTS);
    let mut chain = Chain::default();
    let file = match files::open_regular(&path, false) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !begun && expected.is_none() {
                return Ok(chain);
            }
            report.tampering(FindingKind::Truncation, Place::Log, "the file of checkpoints is missing");
            return Ok(chain);
        }
        Err(error) => return Err(LogError::io("open", &path)(error)),
    };
    let mut window = Window::new(file).map_err(LogError::io("read", &path))?;
    let valid = frames(&mut window, keys, &mut chain, report).map_err(LogError::io("read", &path))?;
    order(valid, &mut chain, report);
    if let Some((index, digest)) = chain.digests.last_key_value() {
        report.head = chain.log.map(|log| Head { log, index: *index, digest: *digest });
    }
    compare(&chain, expected, report);
    Ok(chain)
}

/// Reads every frame and keeps those signed with the given key for this log.
fn frames(
    window: &mut Window<File>,
    keys: &PublicKeys,
    chain: &mut Chain,
    report: &mut Report,
) -> io::Result<Vec<Valid>> {
    let place = |index, offset| Place::Checkpoint { index, offset };
    let header = window.get(0, HEADER_BYTES)?.map(checkpoint::parse_header);
    match header {
        Some(Ok(log)) => chain.log = Some(log),
        Some(Err(Some(version))) => {
            let detail = format!("format version {version}; this program reads version 1");
            report.tampering(FindingKind::Unreadable, place(0, 0), detail);
            return Ok(Vec::new());
        }
        Some(Err(None)) => report.tampering(FindingKind::Edit, place(0, 0), "the file's header was changed"),
        None => {
            report.tampering(FindingKind::Truncation, place(0, 0), "the file ends within its header");
            return Ok(Vec::new());
        }
    }
    let (mut out, mut at, mut due, mut after_damage) = (Vec::new(), wide(HEADER_BYTES), 0, false);
    while at < window.length() {
        let Some(frame) = frame_at(window, at)? else {
            after_damage = true;
            let next = search(window, at + 1)?;
            lost(window, at, due, next, report)?;
            match next {
                Some(next) => at = next,
                None => break,
            }
            continue;
        };
        let offset = at;
        at += wide(frame.bytes);
        let statement = &frame.statement;
        let digest = statement.digest();
        let here = place(statement.index, offset);
        if !frame.intact {
            report.tampering(FindingKind::Edit, place(due, offset), "bytes of the checkpoint were changed");
            after_damage = true;
        } else if statement.key != keys.id() {
            let detail = format!("signed by key {}, not by {}", statement.key.0.short(), keys.id().0.short());
            report.tampering(FindingKind::ForeignKey, here, detail);
            after_damage = true;
        } else if !keys.verify(SIGNING_CONTEXT, &digest.0, &frame.signature) {
            report.tampering(FindingKind::Edit, here, "the signatures do not belong to this checkpoint");
            after_damage = true;
        } else if *chain.log.get_or_insert(statement.log) != statement.log {
            report.tampering(FindingKind::Splice, here, format!("a checkpoint of log {}", statement.log));
            after_damage = true;
        } else {
            report.checkpoints += 1;
            let (index, previous) = (statement.index, statement.previous);
            out.push(Valid { index, previous, digest, offset, entries: frame.entries, after_damage });
            (due, after_damage) = (index.saturating_add(1), false);
            continue;
        }
        due = due.saturating_add(1);
    }
    Ok(out)
}

fn frame_at(window: &mut Window<File>, at: u64) -> io::Result<Option<Frame>> {
    let claimed = window.get(at, 4)?.and_then(|bytes| bytes.first_chunk().copied()).and_then(checkpoint::claimed_bytes);
    let Some(claimed) = claimed else {
        return Ok(None);
    };
    Ok(window.get(at, claimed)?.and_then(Frame::parse))
}

/// The next offset at which an intact frame begins.
fn search(window: &mut Window<File>, from: u64) -> io::Result<Option<u64>> {
    let mut budget = SEARCH_BYTES_MAX;
    for at in from..window.length() {
        let Some(first) = window.get(at, 4)?.and_then(|bytes| bytes.first_chunk().copied()) else {
            return Ok(None);
        };
        let Some(claimed) = checkpoint::claimed_bytes(first) else {
            continue;
        };
        let Some(left) = budget.checked_sub(claimed) else {
            return Ok(None);
        };
        // A real frame repeats its length at its end: cheap to ask before anything is hashed.
        if window.get(at + wide(claimed) - 4, 4)?.is_none_or(|last| last != first) {
            continue;
        }
        budget = left;
        if window.get(at, claimed)?.and_then(Frame::parse).is_some_and(|frame| frame.intact) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Reports bytes that hold no frame.
fn lost(window: &mut Window<File>, at: u64, index: u64, next: Option<u64>, report: &mut Report) -> io::Result<()> {
    let rest = window.length() - at;
    let last = window.get(window.length() - 4.min(rest), 4)?.and_then(|bytes| bytes.first_chunk().copied());
    // A torn append does not end with its own length; a frame whose first length was changed does.
    let whole = last.and_then(checkpoint::claimed_bytes).is_some_and(|claimed| wide(claimed) == rest);
    let place = Place::Checkpoint { index, offset: at };
    if next.is_none() && !whole && narrow(rest).is_some_and(|rest| rest <= FRAME_BYTES_MAX) {
        report.notice(FindingKind::TornTail, place, format!("{rest} bytes of a checkpoint that was cut short"));
    } else {
        report.tampering(FindingKind::Edit, place, "bytes here are no checkpoint");
    }
    Ok(())
}

/// Checks that each checkpoint names the one before, and gathers what they say.
fn order(valid: Vec<Valid>, chain: &mut Chain, report: &mut Report) {
    let present: BTreeSet<u64> = valid.iter().map(|one| one.index).collect();
    let mut due = 0;
    let mut said: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    for one in valid {
        let place = Place::Checkpoint { index: one.index, offset: one.offset };
        if let Some(other) = chain.digests.get(&one.index) {
            if *other == one.digest {
                report.tampering(FindingKind::Reorder, place, "this checkpoint stands in the file twice");
            } else {
                report.tampering(FindingKind::Fork, place, "two signed checkpoints have this index");
            }
            continue;
        }
        let before = one.index.checked_sub(1).and_then(|index| chain.digests.get(&index));
        if one.index < due {
            report.tampering(FindingKind::Reorder, place, "this checkpoint stands after later ones");
        } else if one.index > due && !one.after_damage {
            if present.range(due..one.index).next().is_some() {
                report.tampering(FindingKind::Reorder, place, format!("checkpoint {due} should stand here"));
            } else {
                let detail = format!("checkpoints {due} to {} are missing before it", one.index - 1);
                report.tampering(FindingKind::Truncation, place, detail);
            }
        } else if before.is_some_and(|before| *before != one.previous)
            || (one.index == 0 && one.previous != Digest::ZERO)
        {
            report.tampering(FindingKind::Fork, place, "it follows another checkpoint than the one before it");
        }
        due = due.max(one.index.saturating_add(1));
        chain.digests.insert(one.index, one.digest);
        said.insert(one.index, one.entries);
    }
    for entry in said.into_values().flatten() {
        chain.entries.entry(entry.run).or_default().push(entry);
    }
}

/// Compares with a head known from elsewhere.
fn compare(chain: &Chain, expected: Option<&Head>, report: &mut Report) {
    let Some(expected) = expected else { return };
    if chain.log.is_some_and(|log| log != expected.log) {
        let detail = format!("this is another log; log {} was expected", expected.log);
        return report.tampering(FindingKind::Splice, Place::Log, detail);
    }
    match chain.digests.get(&expected.index) {
        Some(digest) if *digest == expected.digest => {}
        Some(_) => {
            let place = Place::Checkpoint { index: expected.index, offset: 0 };
            report.tampering(FindingKind::Fork, place, "it is not the checkpoint that the expected head names");
        }
        None => {
            let count = chain.digests.len();
            let detail = format!("checkpoint {} is known to exist; the log holds {count}", expected.index);
            report.tampering(FindingKind::Rollback, Place::Log, detail);
        }
    }
}
