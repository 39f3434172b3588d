//! The difference between a workspace and the directory it was laid over.
//!
//! overlayfs' own marks: a character device 0:0 is a *whiteout* (the name was deleted); a directory with the attribute
//! `user.overlay.opaque` hides everything that the lower one holds. Neither can be forged through the mount: the
//! kernel refuses such devices and renames such attributes.

use super::Workspace;
use super::carry::Marks;
use crate::error::GuardError;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use telos_abi::ByteText;
use telos_abi::limit::{WALK_DEPTH_MAX, WALK_ENTRIES_MAX};

/// A file's kind and what is shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File {
        /// Bytes.
        size: u64,
        /// Permission bits.
        mode: u32,
    },
    /// A directory.
    Directory {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// Its text.
        target: ByteText,
    },
    /// A FIFO, socket or device: shown, never committed.
    Special,
}

/// One path that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Absolute path on the host.
    pub path: PathBuf,
    /// On the host now; `None`: nothing.
    pub before: Option<Entry>,
    /// In the workspace; `None`: deleted.
    pub after: Option<Entry>,
    /// Whether content differs (not only the mode).
    pub content: bool,
    /// The host's file changed after the run began, so committing would lose that change.
    pub conflict: bool,
}

/// A comparison under way.
struct Walk<'a> {
    workspace: &'a Workspace,
    /// The tree that is compared with the host.
    upper: PathBuf,
    /// Deletions that are not marked in the tree itself.
    marks: Marks,
    /// Whether that tree is complete, so that a name it lacks is a deletion.
    whole: bool,
    /// A host's file that changed later is a conflict.
    since_ns: i128,
    out: Vec<Change>,
    seen: usize,
}

/// What differs between the host and an upper layer, or a complete tree.
pub(super) fn collect(
    workspace: &Workspace,
    tree: PathBuf,
    whole: bool,
    since_ns: i128,
) -> Result<Vec<Change>, GuardError> {
    let marks = if whole { Marks::default() } else { Marks::read(&workspace.place)? };
    let mut walk = Walk { workspace, upper: tree, marks, whole, since_ns, out: Vec::new(), seen: 0 };
    let mut stack = vec![PathBuf::new()];
    while let Some(inner) = stack.pop() {
        stack.extend(walk.directory(&inner)?);
    }
    walk.out.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(walk.out)
}

impl Walk<'_> {
    /// Compares one directory; returns the directories in it.
    fn directory(&mut self, inner: &Path) -> Result<Vec<PathBuf>, GuardError> {
        let upper = self.upper.join(inner);
        let names = names(&upper)?;
        if self.whole || is_opaque(&upper) || self.marks.is_opaque(inner) {
            self.hidden(inner, &names)?;
        } else {
            for name in self.marks.deleted_in(inner).to_vec() {
                self.deleted(&inner.join(name))?;
            }
        }
        let mut deeper = Vec::new();
        for name in names {
            let inner = inner.join(name);
            self.count(&inner)?;
            let path = self.upper.join(&inner);
            let about = path.symlink_metadata().map_err(GuardError::io("reading", &path))?;
            if about.file_type().is_char_device() && about.rdev() == 0 {
                self.deleted(&inner)?;
                continue;
            }
            self.compare(&inner, &path, &about)?;
            if about.is_dir() {
                deeper.push(inner);
            }
        }
        Ok(deeper)
    }

    fn count(&mut self, inner: &Path) -> Result<(), GuardError> {
        self.seen += 1;
        if self.seen > WALK_ENTRIES_MAX || inner.components().count() > WALK_DEPTH_MAX {
            return Err(GuardError::TooLarge {
                run: self.workspace.run.to_string(),
                limit: WALK_ENTRIES_MAX,
                path: self.upper.clone(),
            });
        }
        Ok(())
    }

    /// Everything the host has in a directory that the workspace replaced, but for the names it made again.
    fn hidden(&mut self, inner: &Path, kept: &[OsString]) -> Result<(), GuardError> {
        let host = self.workspace.directory.join(inner);
        if !host.symlink_metadata().is_ok_and(|about| about.is_dir()) {
            return Ok(());
        }
        let kept: BTreeSet<&OsString> = kept.iter().collect();
        for name in names(&host)?.iter().filter(|name| !kept.contains(name)) {
            self.deleted(&inner.join(name))?;
        }
        Ok(())
    }

    /// A name deleted in the workspace: it and, for a directory, everything beneath it on the host.
    fn deleted(&mut self, inner: &Path) -> Result<(), GuardError> {
        let mut stack = vec![inner.to_path_buf()];
        while let Some(inner) = stack.pop() {
            self.count(&inner)?;
            let path = self.workspace.directory.join(&inner);
            let Ok(about) = path.symlink_metadata() else {
                continue;
            };
            if about.is_dir() {
                stack.extend(names(&path)?.iter().map(|name| inner.join(name)));
            }
            self.push(path, Some(&about), None, true)?;
        }
        Ok(())
    }

    /// A name present in the workspace.
    fn compare(&mut self, inner: &Path, path: &Path, after: &Metadata) -> Result<(), GuardError> {
        let host = self.workspace.directory.join(inner);
        let before = host.symlink_metadata().ok();
        if before.as_ref().is_some_and(Metadata::is_dir) && !after.is_dir() {
            // Something else stands where a directory was: its content goes first.
            for name in names(&host)? {
                self.deleted(&inner.join(name))?;
            }
        }
        let entry = entry(path, after)?;
        let Some(about) = &before else {
            return self.push(host, None, Some(entry), true);
        };
        let content = if about.is_dir() && after.is_dir() {
            false
        } else if about.is_file() && after.is_file() {
            about.size() != after.size() || !same_content(&host, path)?
        } else if about.is_symlink() && after.is_symlink() {
            host.read_link().ok() != path.read_link().ok()
        } else {
            true
        };
        let mode = !after.is_symlink() && (about.mode() ^ after.mode()) & 0o7777 != 0;
        if content || mode {
            self.push(host, Some(about), Some(entry), content)?;
        }
        Ok(())
    }

    fn push(
        &mut self,
        path: PathBuf,
        before: Option<&Metadata>,
        after: Option<Entry>,
        content: bool,
    ) -> Result<(), GuardError> {
        let changed_ns = |about: &Metadata| i128::from(about.ctime()) * 1_000_000_000 + i128::from(about.ctime_nsec());
        // A directory's own time moves with every name in it, which the names' own changes tell better.
        let conflict = before.is_some_and(|about| !about.is_dir() && changed_ns(about) > self.since_ns);
        let before = before.map(|about| entry(&path, about)).transpose()?;
        self.out.push(Change { path, before, after, content, conflict });
        Ok(())
    }
}

fn entry(path: &Path, about: &Metadata) -> Result<Entry, GuardError> {
    let mode = about.mode() & 0o7777;
    Ok(if about.is_file() {
        Entry::File { size: about.size(), mode }
    } else if about.is_dir() {
        Entry::Directory { mode }
    } else if about.is_symlink() {
        let target = path.read_link().map_err(GuardError::io("reading the link", path))?;
        Entry::Link { target: target.as_os_str().as_bytes().into() }
    } else {
        Entry::Special
    })
}

/// The names in a directory, sorted. A directory of our own that its mode closes to us is opened for the moment.
pub(super) fn names(path: &Path) -> Result<Vec<OsString>, GuardError> {
    let failed = || GuardError::io("listing", path);
    let list = || std::fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>();
    let mut out = match list() {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let mode = path.symlink_metadata().map_err(failed())?.permissions();
            let open = std::fs::Permissions::from_mode(mode.mode() | 0o700);
            std::fs::set_permissions(path, open).map_err(failed())?;
            let listed = list();
            std::fs::set_permissions(path, mode).map_err(failed())?;
            listed
        }
        other => other,
    }
    .map_err(failed())?;
    out.sort();
    Ok(out)
}

pub(super) fn is_opaque(path: &Path) -> bool {
    let mut value = [0_u8; 4];
    rustix::fs::lgetxattr(path, "user.overlay.opaque", &mut value[..])
        .is_ok_and(|length| value.get(..length) == Some(b"y"))
}

/// Whether two regular files of equal size hold the same bytes. A host file that cannot be read counts as different.
fn same_content(host: &Path, workspace: &Path) -> Result<bool, GuardError> {
    let Ok(mut one) = File::open(host) else {
        return Ok(false);
    };
    let mut other = File::open(workspace).map_err(GuardError::io("reading", workspace))?;
    let (mut left, mut right) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let count = one.read(&mut left).map_err(GuardError::io("reading", host))?;
        if count == 0 {
            return Ok(true);
        }
        if other.read_exact(&mut right[..count]).is_err() || left[..count] != right[..count] {
            return Ok(false);
        }
    }
}
