//! The few file operations that both halves of the room need: private, race-free, never half-visible.

use crate::codec;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Makes a directory (and its parents) readable by the owner alone. An existing one is left as it is.
pub(crate) fn make_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes directory entries durable: creations, renames and removals in it.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Opens a regular file without following a link in its last component and without blocking on a pipe.
pub(crate) fn open_regular(path: &Path, write: bool) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).write(write).custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// Reads a whole file that may hold at most `bytes_max` bytes.
pub(crate) fn read_small(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path, false)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if codec::wide(bytes.len()) > bytes_max {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it holds more than the {bytes_max} bytes such a file can have"),
        ));
    }
    Ok(bytes)
}

/// Creates `path` with this content, durable and complete, unless it exists. Of several processes that try at once
/// exactly one gets `true`; the others get `false` and find the winner's content whole.
pub(crate) fn create_once(path: &Path, content: &[u8]) -> io::Result<bool> {
    let temporary = write_beside(path, content, true)?;
    let linked = fs::hard_link(&temporary, path);
    let removed = fs::remove_file(&temporary);
    match linked {
        Ok(()) => {
            removed?;
            sync_dir(parent(path))?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Replaces `path` by a file with this content in one step. Readers see the old content or the new, never a mixture.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = write_beside(path, content, false)?;
    fs::rename(&temporary, path).inspect_err(|_| {
        // The rename's error is the one worth telling; a left-over temporary file does no harm.
        let _ = fs::remove_file(&temporary);
    })
}

fn write_beside(path: &Path, content: &[u8], durable: bool) -> io::Result<PathBuf> {
    let mut suffix = [0_u8; 8];
    aws_lc_rs::rand::fill(&mut suffix).map_err(|_| io::Error::other("the system gave no random bytes"))?;
    let temporary = path.with_extension(format!("{}.tmp", codec::to_hex(&suffix)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    let written = file.write_all(content).and_then(|()| if durable { file.sync_all() } else { Ok(()) });
    if let Err(error) = written {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    Ok(temporary)
}

/// The directory that holds `path`.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// What is wrong with who may reach a secret file or directory.
pub(crate) enum Exposure {
    /// It belongs to this other user.
    NotOwned(u32),
    /// Others may reach it, by these permission bits.
    Open(u32),
}

/// Checks that `path` belongs to this user and that nobody else may reach it.
pub(crate) fn exposure(path: &Path) -> io::Result<Option<Exposure>> {
    let facts = fs::symlink_metadata(path)?;
    let mode = facts.mode() & 0o7777;
    Ok(if facts.uid() != rustix::process::geteuid().as_raw() {
        Some(Exposure::NotOwned(facts.uid()))
    } else if mode & 0o077 != 0 {
        Some(Exposure::Open(mode))
    } else {
        None
    })
}
