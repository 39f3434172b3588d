//! Removing a tree that a hostile program filled: any depth, any modes, any kinds of files, no link followed.
//!
//! Depth is dealt with by moving directories up instead of descending: each is emptied beside the others, so neither
//! the stack nor path lengths nor open descriptors grow with the tree.

use crate::error::GuardError;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, openat, renameat_with, unlinkat};
use rustix::io::Errno;
use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Removes a directory and everything in it.
pub(super) fn tree(path: &Path) -> Result<(), GuardError> {
    let failed = |errno: Errno| GuardError::io("removing", path)(errno.into());
    let parent = path.parent().unwrap_or(Path::new("/"));
    let name = path.file_name().ok_or_else(|| failed(Errno::INVAL))?;
    let parent = rustix::fs::open(parent, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .map_err(failed)?;
    let top =
        open_directory(parent.as_fd(), &CString::new(std::os::unix::ffi::OsStrExt::as_bytes(name)).unwrap_or_default())
            .map_err(failed)?;
    let mut moved = 0_u64;
    let mut waiting = empty(top.as_fd(), top.as_fd(), &mut moved, true).map_err(failed)?;
    while let Some(name) = waiting.pop() {
        let directory = open_directory(top.as_fd(), &name).map_err(failed)?;
        waiting.extend(empty(directory.as_fd(), top.as_fd(), &mut moved, false).map_err(failed)?);
        unlinkat(&top, name.as_c_str(), AtFlags::REMOVEDIR).map_err(failed)?;
    }
    unlinkat(&parent, name, AtFlags::REMOVEDIR).map_err(failed)
}

/// Opens a directory without following a link, whatever its mode says.
fn open_directory(parent: BorrowedFd<'_>, name: &CString) -> Result<OwnedFd, Errno> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let path = openat(parent, name.as_c_str(), flags | OFlags::PATH, Mode::empty())?;
    let magic = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&path));
    rustix::fs::chmod(magic, Mode::RWXU)?;
    openat(parent, name.as_c_str(), flags | OFlags::RDONLY, Mode::empty())
}

/// Unlinks everything in a directory but directories, which are moved to `top` (or left, if it is `top` itself).
/// Returns the names of the directories, as they are in `top`.
fn empty(directory: BorrowedFd<'_>, top: BorrowedFd<'_>, moved: &mut u64, is_top: bool) -> Result<Vec<CString>, Errno> {
    let mut out = Vec::new();
    let names: Vec<(CString, FileType)> = Dir::read_from(directory)?
        .map(|entry| entry.map(|entry| (entry.file_name().to_owned(), entry.file_type())))
        .collect::<Result<_, _>>()?;
    for (name, kind) in names {
        if name.as_bytes() == b"." || name.as_bytes() == b".." {
            continue;
        }
        if kind != FileType::Directory {
            match unlinkat(directory, name.as_c_str(), AtFlags::empty()) {
                Ok(()) => continue,
                Err(Errno::ISDIR) => {} // A file system that does not tell kinds in listings.
                Err(errno) => return Err(errno),
            }
        }
        if is_top {
            out.push(name);
            continue;
        }
        // A directory can be moved only if it is itself writable.
        drop(open_directory(directory, &name)?);
        loop {
            *moved += 1;
            let target = CString::new(format!(".moved-{moved}")).unwrap_or_default();
            match renameat_with(directory, name.as_c_str(), top, target.as_c_str(), RenameFlags::NOREPLACE) {
                Ok(()) => {
                    out.push(target);
                    break;
                }
                Err(Errno::EXIST) => {} // A name the tree itself uses: take the next.
                Err(errno) => return Err(errno),
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn deep_closed_and_odd_trees_go_and_links_are_not_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let kept = scratch.path().join("kept");
        std::fs::write(&kept, "x").unwrap();
        let top = scratch.path().join("top");
        std::fs::create_dir(&top).unwrap();
        symlink(&kept, top.join("link")).unwrap();
        std::fs::create_dir(top.join(".moved-1")).unwrap();
        std::fs::create_dir_all(top.join("closed/inner")).unwrap();
        for name in ["closed/inner", "closed"] {
            std::fs::set_permissions(top.join(name), std::fs::Permissions::from_mode(0o000)).unwrap();
        }
        // Deeper than any path can say.
        let mut at = rustix::fs::open(&top, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let name = "d".repeat(200);
        for _ in 0..40 {
            rustix::fs::mkdirat(&at, &name, Mode::RWXU).unwrap();
            at = openat(&at, &name, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        }
        tree(&top).unwrap();
        assert!(!top.exists());
        assert!(kept.exists());
    }
}
