//! From a path to the file it stands for, without a gap between looking and acting.
//!
//! A path is resolved once. What follows holds a descriptor of the directory that contains the final name and
//! acts beneath it, so that replacing a directory on the way by a link changes nothing; and it remembers which
//! file the name stood for, so that replacing the file is noticed.

use crate::meta::{FileKind, Meta};
use crate::{HostError, Identity};
use rustix::fd::OwnedFd;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2, readlinkat};
use rustix::io::Errno;
use std::sync::Arc;
use telos_abi::{ByteText, limit};

/// Most symbolic links followed in the final name of a path, as in the kernel.
const LINKS_MAX: usize = 40;

/// An open directory and its real path.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) fd: OwnedFd,
    path: Vec<u8>,
    identity: Identity,
}

impl Directory {
    /// Opens `path` and finds its real path.
    fn open(path: &[u8]) -> Result<Self, Errno> {
        if !has_dots(path) {
            match open_directory(path, ResolveFlags::NO_SYMLINKS) {
                Ok(fd) => return Self::named(fd, path.to_vec()),
                Err(Errno::LOOP) => {}
                Err(error) => return Err(error),
            }
        }
        let followed = open_directory(path, ResolveFlags::NO_MAGICLINKS)?;
        let identity = Meta::of(&followed)?.identity;
        let link = format!("/proc/self/fd/{}", rustix::fd::AsRawFd::as_raw_fd(&followed));
        let real = readlinkat(CWD, link, Vec::new())?.into_bytes();
        // The kernel's answer is text; only a directory reached by it without any link is believed.
        let fd = open_directory(&real, ResolveFlags::NO_SYMLINKS)?;
        let found = Self::named(fd, real)?;
        if found.identity == identity { Ok(found) } else { Err(Errno::STALE) }
    }

    fn named(fd: OwnedFd, path: Vec<u8>) -> Result<Self, Errno> {
        let identity = Meta::of(&fd)?.identity;
        Ok(Self { fd, path, identity })
    }

    /// Whether the directory still has the path that was decided on.
    fn still_there(&self) -> bool {
        open_directory(&self.path, ResolveFlags::NO_SYMLINKS)
            .and_then(|fd| Meta::of(&fd))
            .is_ok_and(|now| now.identity == self.identity)
    }
}

/// A name in an open directory, and what stood there.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) directory: Arc<Directory>,
    /// The final name; empty for the root directory.
    pub(crate) name: Vec<u8>,
    /// Names below `name` where `name` itself does not exist.
    beyond: Vec<Vec<u8>>,
    pub(crate) meta: Option<Meta>,
}

impl Entry {
    /// Resolves everything but a link in the final name. `path` is absolute.
    pub(crate) fn resolve(path: &[u8]) -> Result<Self, HostError> {
        check(path)?;
        let mut names: Vec<&[u8]> = components(path).collect();
        if names.last() == Some(&b"..".as_slice()) {
            let whole = Directory::open(path).map_err(HostError::io("open", path))?;
            return Self::resolve(&whole.path);
        }
        let Some(name) = names.pop() else {
            let root = Directory::open(b"/").map_err(HostError::io("open", path))?;
            return Self::in_directory(root, Vec::new(), Vec::new());
        };
        let mut name = name.to_vec();
        let mut beyond = Vec::new();
        loop {
            match Directory::open(&join(&names)) {
                Ok(directory) => return Self::in_directory(directory, name, beyond),
                Err(Errno::NOENT) if !names.is_empty() => {
                    beyond.insert(0, name);
                    name = names.pop().unwrap_or_default().to_vec();
                    if name == b".." {
                        return Err(HostError::NotFound { path: path.into() });
                    }
                }
                Err(Errno::STALE) => return Err(HostError::Changed { path: path.into() }),
                Err(error) => return Err(HostError::io("open the directory of", path)(error)),
            }
        }
    }

    /// As [`Entry::resolve`], for a path that was real when it was written down: a link on the way is a change.
    pub(crate) fn exactly(path: &[u8]) -> Result<Self, HostError> {
        let entry = Self::resolve(path)?;
        if entry.path() == path { Ok(entry) } else { Err(HostError::Changed { path: path.into() }) }
    }

    fn in_directory(directory: Directory, name: Vec<u8>, beyond: Vec<Vec<u8>>) -> Result<Self, HostError> {
        let mut entry = Self { directory: Arc::new(directory), name, beyond, meta: None };
        let found = entry.look()?;
        if entry.beyond.is_empty() {
            entry.meta = found;
        } else if found.is_some() {
            // It stands there and yet there is nothing beneath it: a link to nowhere.
            entry.beyond.clear();
            return Err(HostError::BrokenLink { path: entry.path().into(), why: "its target does not exist" });
        }
        Ok(entry)
    }

    /// Metadata of the name now.
    pub(crate) fn look(&self) -> Result<Option<Meta>, HostError> {
        Meta::at(&self.directory.fd, self.name_or_dot()).map_err(HostError::io("look at", self.path()))
    }

    /// The name to give to system calls.
    pub(crate) fn name_or_dot(&self) -> &[u8] {
        if self.name.is_empty() { b"." } else { &self.name }
    }

    /// The real path: absolute, without links before the final name.
    pub(crate) fn path(&self) -> Vec<u8> {
        let mut path = self.directory.path.clone();
        for name in std::iter::once(&self.name).chain(&self.beyond) {
            if name.is_empty() {
                continue;
            }
            if path.last() != Some(&b'/') {
                path.push(b'/');
            }
            path.extend_from_slice(name);
        }
        path
    }

    /// The directory's real path.
    pub(crate) fn directory_path(&self) -> &[u8] {
        &self.directory.path
    }

    /// Every directory that must be made before the name can be, outermost first.
    pub(crate) fn missing_directories(&self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut path = self.clone();
        while path.beyond.pop().is_some() {
            out.push(path.path());
        }
        out.reverse();
        out
    }

    /// What stood here, or an error that says nothing did.
    pub(crate) fn found(&self) -> Result<&Meta, HostError> {
        self.meta.as_ref().ok_or_else(|| HostError::NotFound { path: self.path().into() })
    }

    /// Refuses to act when the name, what it stands for, or its directory changed since it was looked at.
    pub(crate) fn revalidate(&self) -> Result<(), HostError> {
        let path = self.path();
        if let Some(missing) = self.missing_directories().into_iter().next() {
            return Err(HostError::NoParent { path: path.into(), missing: missing.into() });
        }
        let same = match (&self.meta, &self.look()?) {
            (Some(then), Some(now)) => then.unchanged(now),
            (None, None) => true,
            _ => false,
        };
        if same && self.directory.still_there() { Ok(()) } else { Err(HostError::Changed { path: path.into() }) }
    }

    /// As [`Entry::revalidate`], for readers: content may grow meanwhile, but the directory must be the one decided on.
    pub(crate) fn same_place(&self) -> Result<(), HostError> {
        if self.directory.still_there() {
            return Ok(());
        }
        Err(HostError::Changed { path: self.path().into() })
    }

    /// Follows links in the final name, one after another, to what they lead to.
    pub(crate) fn follow(&self) -> Result<Self, HostError> {
        let mut entry = self.clone();
        for _ in 0..LINKS_MAX {
            if entry.meta.is_none_or(|meta| meta.kind != FileKind::Link) {
                return Ok(entry);
            }
            let text = entry.read_link()?;
            let next = absolute(&text, &entry.directory.path);
            entry = Self::resolve(&next)?;
        }
        Err(HostError::BrokenLink { path: self.path().into(), why: "it leads in a circle" })
    }

    /// The text of the link that stands here.
    pub(crate) fn read_link(&self) -> Result<Vec<u8>, HostError> {
        readlinkat(&self.directory.fd, self.name_or_dot(), Vec::new())
            .map(std::ffi::CString::into_bytes)
            .map_err(HostError::io("read the link", self.path()))
    }
}

/// Joins a relative path to a directory; absolute paths stay.
pub(crate) fn absolute(path: &[u8], directory: &[u8]) -> Vec<u8> {
    if path.first() == Some(&b'/') {
        return path.to_vec();
    }
    [directory, b"/", path].concat()
}

/// The path of the directory that contains `path`.
pub(crate) fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(0) | None => b"/",
        Some(slash) => &path[..slash],
    }
}

fn check(path: &[u8]) -> Result<(), HostError> {
    let why = if path.is_empty() {
        "it is empty"
    } else if path.contains(&0) {
        "it contains a NUL byte"
    } else if path.len() > limit::PATH_BYTES_MAX {
        "it is longer than 4095 bytes"
    } else {
        return Ok(());
    };
    let shown = ByteText::from(&path[..path.len().min(256)]);
    Err(HostError::BadPath { path: shown, why })
}

/// The names of a path, without empty ones and `.`; `..` stays, because only the kernel knows what it means.
fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|name| !name.is_empty() && *name != b".")
}

fn has_dots(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|name| name == b"." || name == b"..")
}

fn join(names: &[&[u8]]) -> Vec<u8> {
    let mut path = vec![b'/'];
    path.extend_from_slice(&names.join(&b'/'));
    path
}

fn open_directory(path: &[u8], resolve: ResolveFlags) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat2(CWD, path, flags, Mode::empty(), resolve)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_and_split() {
        assert_eq!(absolute(b"a", b"/d"), b"/d/a");
        assert_eq!(absolute(b"/a", b"/d"), b"/a");
        assert_eq!(parent(b"/a/b"), b"/a");
        assert_eq!(parent(b"/a"), b"/");
        assert_eq!(join(&[]), b"/");
    }

    #[test]
    fn unusable_paths_are_refused() {
        for path in [&b""[..], b"/a\0b", &[b'a'; limit::PATH_BYTES_MAX + 1]] {
            assert!(matches!(Entry::resolve(path), Err(HostError::BadPath { .. })));
        }
    }

    #[test]
    fn real_paths_have_no_links_and_no_dots() {
        let root = tempfile::tempdir().unwrap();
        let base = std::fs::canonicalize(root.path()).unwrap();
        std::fs::create_dir_all(base.join("real/deep")).unwrap();
        std::fs::write(base.join("real/file"), b"x").unwrap();
        std::os::unix::fs::symlink("real", base.join("link")).unwrap();
        let bytes = |text: &str| {
            let path = base.join(text);
            std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
        };
        for way in ["link/file", "./link/../real//file", "link/deep/../file/", "real/./file"] {
            let entry = Entry::resolve(&bytes(way)).unwrap();
            assert_eq!(entry.path(), bytes("real/file"), "{way}");
            assert!(entry.meta.is_some());
        }
        let up = Entry::resolve(&bytes("link/deep/..")).unwrap();
        assert_eq!(up.path(), bytes("real"));
        let new = Entry::resolve(&bytes("link/x/y/z")).unwrap();
        assert_eq!(new.path(), bytes("real/x/y/z"));
        assert_eq!(new.missing_directories(), [bytes("real/x"), bytes("real/x/y")]);
        assert_eq!(Entry::resolve(b"/").unwrap().path(), b"/");
        assert_eq!(Entry::resolve(b"/..//").unwrap().path(), b"/");
    }

    #[test]
    fn circles_are_told() {
        let root = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("b", root.path().join("a")).unwrap();
        std::os::unix::fs::symlink("a", root.path().join("b")).unwrap();
        let path = root.path().join("a");
        let entry = Entry::resolve(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())).unwrap();
        assert!(matches!(entry.follow(), Err(HostError::BrokenLink { .. })));
    }
}
