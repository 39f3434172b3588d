//! The last step of every replacement and removal: one atomic change of a name, checked and put on the disk.

use crate::locate::Entry;
use crate::meta::{FileKind, Meta};
use crate::{HostError, step};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, fsync, openat, renameat, renameat_with, unlinkat};
use rustix::io::Errno;
use telos_abi::RunId;

/// The hidden name that act `act` of `run` uses in the directory it changes.
pub(crate) fn temporary_name(run: RunId, act: u64) -> Vec<u8> {
    format!(".telos-{run}-{act}.swap").into_bytes()
}

/// Gives what stands under `temporary` the entry's name, and removes what stood there.
pub(crate) fn publish(entry: &Entry, temporary: &[u8]) -> Result<(), HostError> {
    let placed = match &entry.meta {
        None => put(entry, temporary).inspect_err(|_| discard(entry, temporary)),
        Some(expected) => exchange(entry, temporary, expected),
    };
    placed?;
    sync_directory(entry)
}

/// Removes the act's own temporary file after a failure, which is what the caller reports; a leftover is removed by
/// `resume`.
fn discard(entry: &Entry, temporary: &[u8]) {
    let _ = unlinkat(&entry.directory.fd, temporary, AtFlags::empty());
}

fn put(entry: &Entry, temporary: &[u8]) -> Result<(), HostError> {
    let directory = &entry.directory.fd;
    let name = entry.name_or_dot();
    match renameat_with(directory, temporary, directory, name, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(HostError::Changed { path: entry.path().into() }),
        Err(Errno::INVAL | Errno::NOSYS) => {
            entry.revalidate()?;
            renameat(directory, temporary, directory, name).map_err(HostError::io("write", entry.path()))
        }
        Err(error) => Err(HostError::io("write", entry.path())(error)),
    }
}

fn exchange(entry: &Entry, temporary: &[u8], expected: &Meta) -> Result<(), HostError> {
    let directory = &entry.directory.fd;
    let name = entry.name_or_dot();
    let swap = || renameat_with(directory, temporary, directory, name, RenameFlags::EXCHANGE);
    let swapped = match swap() {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS) => entry.revalidate().and_then(|()| {
            renameat(directory, temporary, directory, name)
                .map(|()| false)
                .map_err(HostError::io("write", entry.path()))
        }),
        Err(Errno::NOENT) => Err(HostError::Changed { path: entry.path().into() }),
        Err(error) => Err(HostError::io("write", entry.path())(error)),
    };
    if !swapped.inspect_err(|_| discard(entry, temporary))? {
        return Ok(());
    }
    step::reach("after the exchange");
    let came_out = Meta::at(directory, temporary).map_err(HostError::io("look at", entry.path()))?;
    if came_out.is_some_and(|now| expected.unchanged(&now)) {
        return unlinkat(directory, temporary, AtFlags::empty()).map_err(HostError::io("replace", entry.path()));
    }
    // If this fails the temporary name holds what is not ours: it stays, and `resume` shows it to a person.
    swap().map_err(HostError::io("put back", entry.path()))?;
    discard(entry, temporary);
    Err(HostError::Changed { path: entry.path().into() })
}

/// Removes the entry's name, if it still stands for what was decided on.
pub(crate) fn remove(entry: &Entry, temporary: &[u8]) -> Result<(), HostError> {
    let path = entry.path();
    let directory = &entry.directory.fd;
    let name = entry.name_or_dot();
    let expected = *entry.found()?;
    if expected.kind == FileKind::Directory {
        entry.revalidate()?;
        unlinkat(directory, name, AtFlags::REMOVEDIR).map_err(HostError::io("remove", path))?;
        return sync_directory(entry);
    }
    let aside = renameat_with(directory, name, directory, temporary, RenameFlags::NOREPLACE);
    match aside {
        Ok(()) => {}
        Err(Errno::NOENT) => return Err(HostError::Changed { path: path.into() }),
        Err(Errno::INVAL | Errno::NOSYS) => {
            entry.revalidate()?;
            unlinkat(directory, name, AtFlags::empty()).map_err(HostError::io("remove", path))?;
            return sync_directory(entry);
        }
        Err(error) => return Err(HostError::io("remove", path)(error)),
    }
    step::reach("after the name is gone");
    let came_out = Meta::at(directory, temporary).map_err(HostError::io("look at", path.as_slice()))?;
    if came_out.is_some_and(|now| expected.unchanged(&now)) {
        unlinkat(directory, temporary, AtFlags::empty()).map_err(HostError::io("remove", path.as_slice()))?;
        return sync_directory(entry);
    }
    renameat_with(directory, temporary, directory, name, RenameFlags::NOREPLACE)
        .map_err(HostError::io("put back", path.as_slice()))?;
    Err(HostError::Changed { path: path.into() })
}

/// Puts the names of the entry's directory on the disk.
pub(crate) fn sync_directory(entry: &Entry) -> Result<(), HostError> {
    step::reach("before the directory is saved");
    let shown = entry.directory_path();
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let fd = match openat(&entry.directory.fd, c".", flags, Mode::empty()) {
        Ok(fd) => fd,
        // A directory one may enter and change but not list cannot be saved by itself.
        Err(Errno::ACCESS) => return Ok(()),
        Err(error) => return Err(HostError::io("open", shown)(error)),
    };
    match fsync(&fd) {
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(HostError::io("save", shown)(error)),
    }
}
