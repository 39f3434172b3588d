//! Carrying a workspace out of memory when its run has ended.
//!
//! overlayfs cannot write to every file system: not to another overlay (the root of most containers), not to NFS. Where
//! Telos' state lies on such a one, the workspace's layers are in memory while the agent runs, and are copied here when
//! its last process has ended. A deletion is then not a device, which such a file system could not hold either, but a
//! line in `marks`.

use super::changes::{is_opaque, names};
use crate::error::GuardError;
use rustix::fs::{CWD, FileType, Mode, XattrFlags};
use rustix::io::Errno;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{File, FileTimes, Metadata, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use telos_abi::limit::{WALK_DEPTH_MAX, WALK_ENTRIES_MAX};

/// First line of `marks`: name and version of the form. NUL-terminated records follow: `D` or `O`, then a path.
const HEADER: &[u8] = b"telos-marks 1\n";
/// File systems that overlayfs writes to, by magic number: ext2 to ext4, xfs, btrfs, tmpfs, f2fs, bcachefs.
const WRITABLE_LAYERS: [u64; 6] = [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0xf2f5_2010, 0xca45_1a4e];

/// Most bytes of the names of a file's extended attributes, and of one value (the kernel's own limit).
const ATTRIBUTE_BYTES_MAX: usize = 64 << 10;

/// Whether overlayfs can write to the file system that a path is on. One that is not known counts as unfit.
pub(super) fn can_hold_layers(path: &Path) -> bool {
    rustix::fs::statfs(path)
        .is_ok_and(|about| WRITABLE_LAYERS.iter().any(|known| i128::from(about.f_type) == i128::from(*known)))
}

/// Deletions of a workspace that was carried out of memory, by paths relative to its root.
#[derive(Debug, Default)]
pub(super) struct Marks {
    deleted: BTreeMap<PathBuf, Vec<OsString>>,
    opaque: BTreeSet<PathBuf>,
}

impl Marks {
    /// Reads them; a workspace that was on disk from the start has none.
    pub(super) fn read(place: &Path) -> Result<Self, GuardError> {
        let path = place.join("marks");
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            other => other.map_err(GuardError::io("reading", &path))?,
        };
        let damaged =
            || GuardError::io("reading", &path)(std::io::Error::other("it is damaged or of an unknown version"));
        let records = bytes.strip_prefix(HEADER).ok_or_else(damaged)?;
        let mut out = Self::default();
        for record in records.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
            let (kind, inner) = record.split_first().ok_or_else(damaged)?;
            let inner = PathBuf::from(OsString::from_vec(inner.to_vec()));
            match (kind, inner.parent(), inner.file_name()) {
                (b'O', ..) => drop(out.opaque.insert(inner)),
                (b'D', Some(parent), Some(name)) => {
                    out.deleted.entry(parent.to_path_buf()).or_default().push(name.to_os_string());
                }
                _ => return Err(damaged()),
            }
        }
        Ok(out)
    }

    /// Names deleted in a directory.
    pub(super) fn deleted_in(&self, inner: &Path) -> &[OsString] {
        self.deleted.get(inner).map_or(&[], Vec::as_slice)
    }

    /// Whether a directory hides everything the host has in it.
    pub(super) fn is_opaque(&self, inner: &Path) -> bool {
        self.opaque.contains(inner)
    }
}

/// Copies the upper layer at `from` to `upper` in `place`, with its deletions in `marks`. What is interrupted stays
/// under `upper.partial`.
///
/// # Errors
/// [`GuardError::NotKept`] naming what failed.
pub(super) fn carry(from: &Path, place: &Path) -> Result<(), GuardError> {
    let partial = place.join("upper.partial");
    let lost = |source| GuardError::NotKept { path: partial.clone(), source: Box::new(source) };
    let marks = copy(from, &partial).map_err(lost)?;
    let path = place.join("marks");
    super::write_new(&path, &marks).map_err(lost)?;
    let upper = place.join("upper");
    std::fs::rename(&partial, &upper).map_err(GuardError::io("naming", upper)).map_err(lost)
}

/// Copies a layer and returns its marks.
fn copy(from: &Path, to: &Path) -> Result<Vec<u8>, GuardError> {
    let mut marks = HEADER.to_vec();
    let mut mark = |kind: u8, inner: &Path| {
        marks.push(kind);
        marks.extend(inner.as_os_str().as_bytes());
        marks.push(0);
    };
    let mut modes = Vec::new();
    let mut entries = 0;
    let mut stack = vec![PathBuf::new()];
    while let Some(inner) = stack.pop() {
        let (source, target) = (from.join(&inner), to.join(&inner));
        std::fs::DirBuilder::new().mode(0o700).create(&target).map_err(GuardError::io("keeping", &target))?;
        let about = source.symlink_metadata().map_err(GuardError::io("keeping", &target))?;
        if is_opaque(&source) {
            mark(b'O', &inner);
        }
        for name in names(&source)? {
            let inner = inner.join(name);
            entries += 1;
            if entries > WALK_ENTRIES_MAX || inner.components().count() > WALK_DEPTH_MAX {
                let why =
                    format!("it holds more than {WALK_ENTRIES_MAX} entries or is nested deeper than {WALK_DEPTH_MAX}");
                return Err(GuardError::io("keeping", &target)(std::io::Error::other(why)));
            }
            let source = from.join(&inner);
            let about = source.symlink_metadata().map_err(GuardError::io("keeping", to.join(&inner)))?;
            if about.file_type().is_char_device() && about.rdev() == 0 {
                mark(b'D', &inner);
            } else if about.is_dir() {
                stack.push(inner);
            } else {
                let target = to.join(&inner);
                one(&source, &target, &about).map_err(GuardError::io("keeping", target))?;
            }
        }
        modes.push((target, about.permissions()));
    }
    for (path, mode) in modes.into_iter().rev() {
        std::fs::set_permissions(&path, mode).map_err(GuardError::io("keeping", path))?;
    }
    Ok(marks)
}

/// Copies one entry that is no directory. Sockets become FIFOs: neither is ever committed.
fn one(source: &Path, target: &Path, about: &Metadata) -> std::io::Result<()> {
    if about.is_symlink() {
        return std::os::unix::fs::symlink(source.read_link()?, target);
    }
    if !about.is_file() {
        return Ok(rustix::fs::mknodat(CWD, target, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?);
    }
    let open = || OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(source);
    let mut from = match open() {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            // Its mode closes it to its owner. The layer in memory is gone in a moment.
            std::fs::set_permissions(source, std::fs::Permissions::from_mode(0o600))?;
            open()?
        }
        other => other?,
    };
    let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(target)?;
    std::io::copy(&mut from, &mut to)?;
    attributes(&from, &to)?;
    finish(&mut to, about)
}

/// Copies the user's extended attributes, but not overlayfs' own marks.
fn attributes(from: &File, to: &File) -> Result<(), Errno> {
    let mut names = vec![0; ATTRIBUTE_BYTES_MAX];
    let length = match rustix::fs::flistxattr(from, &mut names[..]) {
        Err(Errno::NOTSUP) => 0,
        other => other?,
    };
    let own = |name: &&[u8]| name.starts_with(b"user.") && !name.starts_with(b"user.overlay.");
    for name in names[..length].split(|byte| *byte == 0).filter(own) {
        let mut value = vec![0; ATTRIBUTE_BYTES_MAX];
        let length = rustix::fs::fgetxattr(from, name, &mut value[..])?;
        match rustix::fs::fsetxattr(to, name, &value[..length], XattrFlags::empty()) {
            // A file system without them cannot keep them.
            Ok(()) | Err(Errno::NOTSUP) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

fn finish(to: &mut File, about: &Metadata) -> std::io::Result<()> {
    to.flush()?;
    to.set_times(FileTimes::new().set_modified(about.modified()?))?;
    to.set_permissions(std::fs::Permissions::from_mode(about.mode() & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_layer_is_carried_with_its_deletions_modes_and_odd_names() {
        let scratch = tempfile::tempdir().unwrap();
        let (from, place) = (scratch.path().join("from"), scratch.path().join("place"));
        std::fs::create_dir_all(from.join("sub")).unwrap();
        std::fs::create_dir(&place).unwrap();
        let odd = OsStr::from_bytes(b"a\nb \xff");
        std::fs::write(from.join("sub").join(odd), "text").unwrap();
        std::fs::set_permissions(from.join("sub").join(odd), std::fs::Permissions::from_mode(0o000)).unwrap();
        std::os::unix::fs::symlink("nowhere", from.join("link")).unwrap();
        let deleted = from.join("sub/gone");
        rustix::fs::mknodat(CWD, &deleted, FileType::CharacterDevice, Mode::empty(), 0).unwrap();
        std::fs::set_permissions(from.join("sub"), std::fs::Permissions::from_mode(0o555)).unwrap();
        carry(&from, &place).unwrap();
        let kept = place.join("upper/sub").join(odd);
        assert_eq!(kept.symlink_metadata().unwrap().mode() & 0o7777, 0);
        assert_eq!(place.join("upper/sub").symlink_metadata().unwrap().mode() & 0o7777, 0o555);
        assert_eq!(place.join("upper/link").read_link().unwrap(), Path::new("nowhere"));
        assert!(!place.join("upper/sub/gone").exists() && !place.join("upper.partial").exists());
        let marks = Marks::read(&place).unwrap();
        assert_eq!(marks.deleted_in(Path::new("sub")), [OsString::from("gone")]);
        assert!(!marks.is_opaque(Path::new("sub")));
        assert!(marks.deleted_in(Path::new("")).is_empty());
    }

    #[test]
    fn damaged_marks_are_an_error_and_absent_ones_are_none() {
        let scratch = tempfile::tempdir().unwrap();
        assert!(Marks::read(scratch.path()).unwrap().deleted_in(Path::new("")).is_empty());
        for bytes in [&b"telos-marks 2\n"[..], b"telos-marks 1\nX/a\0", b"telos-marks 1\nD\0", b""] {
            std::fs::write(scratch.path().join("marks"), bytes).unwrap();
            assert!(Marks::read(scratch.path()).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_layer_that_cannot_be_kept_says_where_the_rest_is() {
        let scratch = tempfile::tempdir().unwrap();
        let missing = scratch.path().join("no/such/place");
        let error = carry(scratch.path(), &missing).unwrap_err();
        assert!(matches!(&error, GuardError::NotKept { path, .. } if path.ends_with("upper.partial")), "{error}");
    }

    #[test]
    fn file_systems_in_the_list_hold_layers_and_proc_does_not() {
        assert!(!can_hold_layers(Path::new("/proc/self")));
        assert!(!can_hold_layers(Path::new("/no/such/place")));
    }
}
