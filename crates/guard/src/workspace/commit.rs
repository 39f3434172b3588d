//! From changes to operations on the host, in an order in which each finds what it needs. The guard performs none of
//! them: the `host` room does, each with a permit.

use super::{Change, Entry};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use telos_abi::{ByteText, Effect, EffectKind, Resource};

/// One operation of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Remove a file or link.
    Delete {
        /// Where.
        path: PathBuf,
    },
    /// Remove a directory, empty by then.
    RemoveDirectory {
        /// Where.
        path: PathBuf,
    },
    /// Make a directory.
    MakeDirectory {
        /// Where.
        path: PathBuf,
        /// Permission bits.
        mode: u32,
    },
    /// Give a file the content that [`super::Workspace::content`] returns for the same path.
    Write {
        /// Where.
        path: PathBuf,
        /// Permission bits.
        mode: u32,
        /// Whether the host has a file there now.
        exists: bool,
    },
    /// Make a symbolic link; a link that stands there has been deleted by then.
    MakeLink {
        /// Where.
        path: PathBuf,
        /// Its text.
        target: ByteText,
    },
    /// Change permission bits only.
    SetMode {
        /// Where.
        path: PathBuf,
        /// Permission bits.
        mode: u32,
    },
}

impl Operation {
    /// Where it acts.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Delete { path }
            | Self::RemoveDirectory { path }
            | Self::MakeDirectory { path, .. }
            | Self::Write { path, .. }
            | Self::MakeLink { path, .. }
            | Self::SetMode { path, .. } => path,
        }
    }

    /// The effect that has to be decided for it.
    #[must_use]
    pub fn effect(&self) -> Effect {
        let kind = match self {
            Self::Delete { .. } | Self::RemoveDirectory { .. } => EffectKind::FileDelete,
            Self::MakeDirectory { .. } => EffectKind::DirCreate,
            Self::Write { exists: true, .. } => EffectKind::FileOverwrite,
            Self::Write { exists: false, .. } => EffectKind::FileCreate,
            Self::MakeLink { .. } => EffectKind::LinkCreate,
            Self::SetMode { .. } => EffectKind::FileMeta,
        };
        Effect { kind, resource: Resource::Path(self.path().as_os_str().as_bytes().into()) }
    }
}

/// The operations that bring these changes to the host: removals from the leaves up, then directories from the root
/// down, then content and links. Special files are left out; the caller tells which by [`Entry::Special`].
#[must_use]
pub fn operations(changes: &[Change]) -> Vec<Operation> {
    let mut sorted: Vec<&Change> = changes.iter().filter(|change| change.after != Some(Entry::Special)).collect();
    sorted.sort_by(|one, other| one.path.cmp(&other.path));
    let mut out: Vec<Operation> = sorted.iter().rev().filter_map(|change| removal(change)).collect();
    let directories = sorted.iter().filter(|change| matches!(change.after, Some(Entry::Directory { .. })));
    out.extend(directories.filter_map(|change| arrival(change)));
    let others = sorted.iter().filter(|change| !matches!(change.after, Some(Entry::Directory { .. })));
    out.extend(others.filter_map(|change| arrival(change)));
    out
}

/// What has to go before the new entry can come, if anything.
fn removal(change: &Change) -> Option<Operation> {
    let path = change.path.clone();
    let replaced_in_place = matches!(
        (&change.before, &change.after),
        (Some(Entry::File { .. }), Some(Entry::File { .. }))
            | (Some(Entry::Directory { .. }), Some(Entry::Directory { .. }))
    );
    match change.before {
        None => None,
        Some(_) if replaced_in_place => None,
        Some(Entry::Directory { .. }) => Some(Operation::RemoveDirectory { path }),
        Some(_) => Some(Operation::Delete { path }),
    }
}

fn arrival(change: &Change) -> Option<Operation> {
    let path = change.path.clone();
    let was_file = matches!(change.before, Some(Entry::File { .. }));
    let was_directory = matches!(change.before, Some(Entry::Directory { .. }));
    Some(match change.after.as_ref()? {
        Entry::File { mode, .. } if was_file && !change.content => Operation::SetMode { path, mode: *mode },
        Entry::File { mode, .. } => Operation::Write { path, mode: *mode, exists: was_file },
        Entry::Directory { mode } if was_directory => Operation::SetMode { path, mode: *mode },
        Entry::Directory { mode } => Operation::MakeDirectory { path, mode: *mode },
        Entry::Link { target } => Operation::MakeLink { path, target: target.clone() },
        Entry::Special => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, before: Option<Entry>, after: Option<Entry>) -> Change {
        Change { path: path.into(), before, after, content: true, conflict: false }
    }

    const FILE: Entry = Entry::File { size: 1, mode: 0o644 };
    const DIRECTORY: Entry = Entry::Directory { mode: 0o755 };

    #[test]
    fn what_stands_in_the_way_goes_first_from_the_leaves_up() {
        let changes = [
            change("/w/a", Some(DIRECTORY), Some(FILE)),
            change("/w/a/b", Some(FILE), None),
            change("/w/c", Some(FILE), Some(DIRECTORY)),
            change("/w/c/d", None, Some(FILE)),
            change("/w/pipe", None, Some(Entry::Special)),
        ];
        let found = operations(&changes);
        assert_eq!(
            found,
            [
                Operation::Delete { path: "/w/c".into() },
                Operation::Delete { path: "/w/a/b".into() },
                Operation::RemoveDirectory { path: "/w/a".into() },
                Operation::MakeDirectory { path: "/w/c".into(), mode: 0o755 },
                Operation::Write { path: "/w/a".into(), mode: 0o644, exists: false },
                Operation::Write { path: "/w/c/d".into(), mode: 0o644, exists: false },
            ]
        );
        assert_eq!(found[0].effect().kind, EffectKind::FileDelete);
    }

    #[test]
    fn a_mode_alone_is_set_without_writing() {
        let mut one = change("/w/x", Some(FILE), Some(Entry::File { size: 1, mode: 0o755 }));
        one.content = false;
        assert_eq!(operations(&[one]), [Operation::SetMode { path: "/w/x".into(), mode: 0o755 }]);
    }
}
