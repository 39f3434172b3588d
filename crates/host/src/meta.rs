//! What the system says of a name, in this room's terms.

use crate::HostError;
use rustix::fd::AsFd;
use rustix::fs::{AtFlags, Statx, StatxFlags, StatxTimestamp, statx};
use rustix::io::Errno;

/// What stands at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A character or block device.
    Device,
}

impl FileKind {
    /// How messages call it, with its article.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "a regular file",
            Self::Directory => "a directory",
            Self::Link => "a symbolic link",
            Self::Pipe => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        }
    }

    const fn of(mode: u16) -> Self {
        match mode & 0o170_000 {
            0o040_000 => Self::Directory,
            0o120_000 => Self::Link,
            0o010_000 => Self::Pipe,
            0o140_000 => Self::Socket,
            0o100_000 => Self::File,
            _ => Self::Device,
        }
    }
}

/// Which file a name stands for, whatever it is called. Inode numbers are used again; birth times tell reuse apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Device number, major and minor packed.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// Nanoseconds since the epoch; 0 where the filesystem keeps no birth times.
    pub birth_ns: i64,
}

/// Metadata of one name at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Which file.
    pub identity: Identity,
    /// What it is.
    pub kind: FileKind,
    /// Bytes; meaningful for files.
    pub size: u64,
    /// Permission bits, set-id and sticky bits included.
    pub mode: u32,
    /// Modification time, nanoseconds since the epoch.
    pub mtime_ns: i128,
    pub(crate) owner: u32,
    pub(crate) group: u32,
}

impl Meta {
    /// Metadata of `name` beneath `directory`, links not followed. `None` if there is no such name.
    pub(crate) fn at(directory: impl AsFd, name: &[u8]) -> Result<Option<Self>, Errno> {
        match statx(directory, name, AtFlags::SYMLINK_NOFOLLOW, wanted()) {
            Ok(stat) => Ok(Some(Self::from(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Metadata of an open file.
    pub(crate) fn of(file: impl AsFd) -> Result<Self, Errno> {
        statx(file, c"", AtFlags::EMPTY_PATH, wanted()).map(|stat| Self::from(&stat))
    }

    /// Whether `now` is the same file with, as far as the system tells, the same content.
    pub(crate) fn unchanged(&self, now: &Self) -> bool {
        self.identity == now.identity
            && self.kind == now.kind
            && (self.kind == FileKind::Directory
                || (self.size == now.size && self.mtime_ns == now.mtime_ns && self.mode == now.mode))
    }

    /// Refuses anything but a regular file, before it is opened: opening a device or pipe can block or act.
    pub(crate) fn require(&self, kind: FileKind, path: &[u8]) -> Result<(), HostError> {
        if self.kind == kind {
            return Ok(());
        }
        Err(HostError::WrongKind { path: path.into(), found: self.kind.name(), needed: kind.name() })
    }
}

impl From<&Statx> for Meta {
    fn from(stat: &Statx) -> Self {
        let birth = if stat.stx_mask & StatxFlags::BTIME.bits() == 0 { 0 } else { nanoseconds(stat.stx_btime) };
        Self {
            identity: Identity {
                device: u64::from(stat.stx_dev_major) << 32 | u64::from(stat.stx_dev_minor),
                inode: stat.stx_ino,
                birth_ns: i64::try_from(birth).unwrap_or(0),
            },
            kind: FileKind::of(stat.stx_mode),
            size: stat.stx_size,
            mode: u32::from(stat.stx_mode & 0o7777),
            mtime_ns: nanoseconds(stat.stx_mtime),
            owner: stat.stx_uid,
            group: stat.stx_gid,
        }
    }
}

fn wanted() -> StatxFlags {
    StatxFlags::BASIC_STATS | StatxFlags::BTIME
}

fn nanoseconds(time: StatxTimestamp) -> i128 {
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}
