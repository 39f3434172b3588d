//! What stands at a path now, in the terms of receipts, and what that says of an act.

use crate::HostError;
use crate::host::{file_state, open_file};
use crate::locate::Entry;
use crate::meta::FileKind;
use crate::store::digest_of;
use rustix::io::Errno;
use telos_abi::{Act, FileState};

/// What the host shows of an act that has no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// Its outcome stands.
    Done,
    /// What was there before stands.
    NotDone,
    /// Neither, or it cannot be known.
    InDoubt,
}

/// The state of `path`, read in full.
///
/// # Errors
/// If it cannot be read, or is none of the things that receipts can describe.
pub(crate) fn observe(path: &[u8]) -> Result<FileState, HostError> {
    let entry = match Entry::exactly(path) {
        Ok(entry) => entry,
        Err(HostError::Io { source: Errno::NOTDIR | Errno::NOENT, .. }) => return Ok(FileState::Absent),
        Err(error) => return Err(error),
    };
    let Some(meta) = entry.meta else {
        return Ok(FileState::Absent);
    };
    match meta.kind {
        FileKind::Directory => Ok(FileState::Directory { mode: meta.mode }),
        FileKind::Link => Ok(FileState::Link { target: entry.read_link()?.into() }),
        _ => {
            let mut file = open_file(&entry)?;
            let content = digest_of(&mut file).map_err(HostError::std("read", path))?;
            Ok(file_state(content, &meta))
        }
    }
}

/// Whether two states are the same to a person: times aside, which any reader of backups changes.
pub(crate) fn same(one: &FileState, other: &FileState) -> bool {
    match (one, other) {
        (
            FileState::File { content, size, mode, .. },
            FileState::File { content: content2, size: size2, mode: mode2, .. },
        ) => content == content2 && size == size2 && mode == mode2,
        _ => one == other,
    }
}

/// The permission bits of what is there.
pub(crate) fn mode_of(state: &FileState) -> Option<u32> {
    match state {
        FileState::File { mode, .. } | FileState::Directory { mode } => Some(*mode),
        FileState::Absent | FileState::Link { .. } => None,
    }
}

/// Checks an act's post-condition, then its pre-condition.
pub(crate) fn classify(act: &Act) -> Settled {
    let is = |path: &telos_abi::ByteText, state: &FileState| observe(&path.0).is_ok_and(|now| same(&now, state));
    let exactly = |path: &telos_abi::ByteText, state: &FileState| observe(&path.0).is_ok_and(|now| &now == state);
    let (done, not_done) = match act {
        Act::Write { path, before, after, .. } => {
            let done = if same(before, after) { exactly(path, after) } else { is(path, after) };
            (done, is(path, before))
        }
        Act::Delete { path, before, .. } => (is(path, &FileState::Absent), is(path, before)),
        Act::Move { from, to, moved, replaced, .. } => {
            (is(from, &FileState::Absent) && is(to, moved), is(from, moved) && is(to, replaced))
        }
        Act::MakeDirectory { path, .. } => {
            (matches!(observe(&path.0), Ok(FileState::Directory { .. })), is(path, &FileState::Absent))
        }
        Act::MakeLink { path, before, target, .. } => {
            let target = target.clone();
            (is(path, &FileState::Link { target }), is(path, before))
        }
        Act::SetMode { path, before, after } => {
            let now = observe(&path.0).ok().as_ref().and_then(mode_of);
            (now == Some(*after), now == Some(*before))
        }
        Act::Send { .. } => (false, false),
    };
    match (done, not_done) {
        (true, _) => Settled::Done,
        (false, true) => Settled::NotDone,
        (false, false) => Settled::InDoubt,
    }
}
