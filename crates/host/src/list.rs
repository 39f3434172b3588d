//! Listing directories.

use crate::HostError;
use crate::host::{Host, check_permit};
use crate::located::Located;
use crate::meta::{FileKind, Meta};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Dir, Mode, OFlags, ResolveFlags, openat2};
use telos_abi::{ByteText, limit};
use telos_policy::Permit;

/// What to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListOptions {
    /// Enter subdirectories. Links to directories are listed and not entered.
    pub recursive: bool,
    /// Include names that begin with a dot, and what is beneath them.
    pub hidden: bool,
    /// Most entries; more is an error. At most [`limit::WALK_ENTRIES_MAX`].
    pub entries_max: usize,
    /// Deepest nesting entered; deeper directories are reported as skipped. At most [`limit::WALK_DEPTH_MAX`].
    pub depth_max: usize,
}

impl Default for ListOptions {
    fn default() -> Self {
        Self { recursive: false, hidden: false, entries_max: limit::WALK_ENTRIES_MAX, depth_max: limit::WALK_DEPTH_MAX }
    }
}

/// One name in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Path relative to the listed directory.
    pub path: ByteText,
    /// What stands there. Links are not followed.
    pub kind: FileKind,
    /// Bytes; meaningful for files.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Modification time, nanoseconds since the epoch.
    pub mtime_ns: i128,
}

/// A directory's entries.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Listing {
    /// Real path of the directory.
    pub directory: ByteText,
    /// The entries by path, in byte order.
    pub entries: Vec<Listed>,
    /// Names that could not be read, relative to the directory, each with the reason.
    pub skipped: Vec<(ByteText, String)>,
}

impl Listing {
    /// Absolute paths of the entries, what is inside a directory before the directory.
    pub fn deepest_first(&self) -> impl Iterator<Item = ByteText> {
        let directory = self.directory.as_bytes();
        self.entries.iter().rev().map(move |entry| {
            let mut path = directory.to_vec();
            if path.last() != Some(&b'/') {
                path.push(b'/');
            }
            path.extend_from_slice(entry.path.as_bytes());
            path.into()
        })
    }
}

impl Host {
    /// Lists a directory. What cannot be read is reported in the listing and does not end it.
    ///
    /// # Errors
    /// If the permit is for another effect, the directory changed or cannot be opened, or holds too much.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
    pub fn list(&self, permit: Permit, located: &Located, options: ListOptions) -> Result<Listing, HostError> {
        check_permit(&permit, &located.list_effect()?)?;
        let entry = located.target()?;
        let path = entry.path();
        let meta = entry.found()?;
        meta.require(FileKind::Directory, &path)?;
        entry.same_place()?;
        let root = open(&entry.directory.fd, entry.name_or_dot()).map_err(HostError::io("list", path.as_slice()))?;
        let now = Meta::of(&root).map_err(HostError::io("look at", path.as_slice()))?;
        if now.identity != meta.identity {
            return Err(HostError::Changed { path: path.into() });
        }
        walk(&root, path, options)
    }
}

/// Walks without recursion; each directory is opened anew beneath the root, so that one descriptor is open at a time.
fn walk(root: &OwnedFd, path: Vec<u8>, options: ListOptions) -> Result<Listing, HostError> {
    let entries_max = options.entries_max.min(limit::WALK_ENTRIES_MAX);
    let depth_max = options.depth_max.min(limit::WALK_DEPTH_MAX);
    let mut listing = Listing { directory: path.into(), ..Listing::default() };
    let mut waiting: Vec<(Vec<u8>, usize)> = vec![(Vec::new(), 0)];
    while let Some((inside, depth)) = waiting.pop() {
        let opened = if inside.is_empty() { open(root, b".") } else { open(root, &inside) };
        let names = opened.and_then(|fd| Ok((names(&fd)?, fd)));
        let (names, fd) = match names {
            Ok(found) => found,
            Err(error) if inside.is_empty() => {
                return Err(HostError::io("list", listing.directory)(error));
            }
            Err(error) => {
                listing.skipped.push((inside.into(), error.to_string()));
                continue;
            }
        };
        for name in names {
            if !options.hidden && name.first() == Some(&b'.') {
                continue;
            }
            let path = if inside.is_empty() { name.clone() } else { [inside.as_slice(), b"/", &name].concat() };
            let meta = match Meta::at(&fd, &name) {
                Ok(Some(meta)) => meta,
                Ok(None) => continue,
                Err(error) => {
                    listing.skipped.push((path.into(), error.to_string()));
                    continue;
                }
            };
            if listing.entries.len() >= entries_max {
                return Err(HostError::TooMany { path: listing.directory, limit: entries_max });
            }
            if options.recursive && meta.kind == FileKind::Directory {
                if depth + 1 < depth_max {
                    waiting.push((path.clone(), depth + 1));
                } else {
                    let why = String::from("nested too deeply");
                    listing.skipped.push((path.clone().into(), why));
                }
            }
            listing.entries.push(listed(path, &meta));
        }
    }
    listing.entries.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    listing.skipped.sort_unstable();
    Ok(listing)
}

fn listed(path: Vec<u8>, meta: &Meta) -> Listed {
    Listed { path: path.into(), kind: meta.kind, size: meta.size, mode: meta.mode, mtime_ns: meta.mtime_ns }
}

fn open(beneath: impl AsFd, path: &[u8]) -> rustix::io::Result<OwnedFd> {
    openat2(
        beneath,
        path,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS,
    )
}

fn names(directory: impl AsFd) -> rustix::io::Result<Vec<Vec<u8>>> {
    let mut out = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            out.push(name.to_vec());
        }
    }
    Ok(out)
}

/// The names in a directory that must be there, for checks of undo.
pub(crate) fn names_in(path: &[u8]) -> Result<Vec<Vec<u8>>, HostError> {
    openat2(
        rustix::fs::CWD,
        path,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS,
    )
    .and_then(names)
    .map_err(HostError::io("list", path))
}
