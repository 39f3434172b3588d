//! Where content waits for its name.

use crate::host::Host;
use crate::locate::Entry;
use crate::store::private_directory;
use crate::{HostError, step};
use rustix::fd::{AsRawFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat, renameat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use telos_abi::RunId;

/// A file that nobody can see yet.
#[derive(Debug)]
pub(crate) struct Spool {
    pub(crate) file: File,
    named: Option<Named>,
}

/// A spool on a filesystem without unnamed files, with the note that lets `resume` find it.
#[derive(Debug)]
struct Named {
    directory: Arc<crate::locate::Directory>,
    name: Vec<u8>,
    note: PathBuf,
}

impl Spool {
    pub(crate) fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// Gives the file `name` in the entry's directory. Fails with `EXIST` if an unnamed file meets a taken name.
    pub(crate) fn link(&mut self, entry: &Entry, name: &[u8]) -> Result<(), Errno> {
        let directory = &entry.directory.fd;
        match self.named.take() {
            Some(named) => {
                let moved = renameat(directory, named.name.as_slice(), directory, name);
                if moved.is_err() {
                    self.named = Some(named);
                } else {
                    // A stale note costs `resume` one look and nothing else.
                    drop(std::fs::remove_file(&named.note));
                }
                moved
            }
            None => {
                let own = format!("/proc/self/fd/{}", self.file.as_raw_fd());
                linkat(CWD, own, directory, name, AtFlags::SYMLINK_FOLLOW)
            }
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some(named) = self.named.take() {
            // Nothing can be told from here; the note stays if the file does, and `resume` removes both.
            let directory = &named.directory.fd;
            if unlinkat(directory, named.name.as_slice(), AtFlags::empty()).is_ok() {
                drop(std::fs::remove_file(&named.note));
            }
        }
    }
}

impl Host {
    /// A new spool in the directory of `entry`.
    pub(crate) fn spool(&self, entry: &Entry) -> Result<Spool, HostError> {
        if self.unnamed_first {
            let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
            match openat(&entry.directory.fd, c".", flags, new_file_mode()) {
                Ok(fd) => {
                    return Ok(Spool { file: File::from(fd), named: None });
                }
                Err(Errno::NOTSUP | Errno::ISDIR | Errno::NOSYS | Errno::INVAL) => {}
                Err(error) => return Err(HostError::io("write", entry.path())(error)),
            }
        }
        self.named_spool(entry)
    }

    fn named_spool(&self, entry: &Entry) -> Result<Spool, HostError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let name = format!(".telos-{}-{process}-{count}.part", self.run).into_bytes();
        let spool = [entry.directory_path(), b"/", &name].concat();
        let notes = notes(&self.config.state);
        let note = notes.join(format!("{}-{process}-{count}", self.run));
        let fail = |doing| HostError::std(doing, note.as_os_str().as_bytes());
        private_directory(&notes).map_err(fail("make"))?;
        std::fs::write(&note, &spool).map_err(fail("write"))?;
        step::reach("after the spool's note");
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
        let fd: OwnedFd = openat(&entry.directory.fd, name.as_slice(), flags, new_file_mode()).map_err(|error| {
            drop(std::fs::remove_file(&note));
            HostError::io("write", entry.path())(error)
        })?;
        Ok(Spool { file: File::from(fd), named: Some(Named { directory: Arc::clone(&entry.directory), name, note }) })
    }
}

/// Removes the named spools that a killed run left, and returns their paths.
pub(crate) fn remove_left_by(state: &Path, run: RunId) -> Result<Vec<Vec<u8>>, HostError> {
    let notes = notes(state);
    let prefix = format!("{run}-");
    let mut removed = Vec::new();
    let listing = match std::fs::read_dir(&notes) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(removed),
        Err(error) => return Err(HostError::std("list", notes.as_os_str().as_bytes())(error)),
    };
    for note in listing.flatten() {
        if !note.file_name().as_bytes().starts_with(prefix.as_bytes()) {
            continue;
        }
        let path = std::fs::read(note.path()).map_err(HostError::std("read", note.file_name().as_bytes()))?;
        let hidden = [b"/.telos-", prefix.as_bytes()].concat();
        let ours = path.iter().rposition(|byte| *byte == b'/').is_some_and(|slash| path[slash..].starts_with(&hidden));
        if ours && unlinkat(CWD, path.as_slice(), AtFlags::empty()).is_ok() {
            removed.push(path);
        }
        drop(std::fs::remove_file(note.path()));
    }
    Ok(removed)
}

fn notes(state: &Path) -> PathBuf {
    state.join("spools")
}

/// What a new file gets before the umask takes its share.
fn new_file_mode() -> Mode {
    Mode::from_raw_mode(0o666)
}
