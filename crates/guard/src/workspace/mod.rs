//! Workspaces: what agents changed, kept beside the host until a person commits or discards it.
//!
//! `<state>/workspaces/<run>/` holds `upper` (changed files, in overlayfs' own form), `work` (the kernel's), `about`
//! (directory and start) and `lock`, and where the layers were in memory during the run, `marks`. A run with direct changes has `before`, a copy of the directory, instead of the
//! first two. A workspace is read only when its run has ended: then no process of the agent can
//! change it under the reader.

mod carry;
mod changes;
mod commit;
mod remove;
mod snapshot;

pub use changes::{Change, Entry};
pub use commit::{Operation, operations};

use crate::error::GuardError;
use crate::spec::WorkspaceMode;
use rustix::fs::FlockOperation;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use telos_abi::{Label, RunId, Secrecy, Taint};

/// First line of `about`: name and version of the form.
const HEADER: &str = "telos-workspace 2";
/// The form before labels were noted. Its label is every label: too much rather than too little.
const HEADER_1: &str = "telos-workspace 1";
/// Largest `about` that is read.
const ABOUT_BYTES_MAX: u64 = 8 << 10;

/// One run's workspace. Holding the value keeps others from opening it.
#[derive(Debug)]
pub struct Workspace {
    run: RunId,
    place: PathBuf,
    directory: PathBuf,
    started_ns: i128,
    label: Label,
    in_memory: bool,
    _lock: Lock,
}

/// A held lock. It is given up by name: closing the file alone would leave it to a child that another thread is about
/// to start, which has the file until it starts its program (flock(2)).
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing follows and gives it up as well, later.
        let _ = self.0.unlock();
    }
}

impl Workspace {
    /// Makes an empty workspace for a run that is about to begin.
    pub(crate) fn create(
        state: &Path,
        run: RunId,
        directory: &Path,
        mode: WorkspaceMode,
        label: Label,
    ) -> Result<Self, GuardError> {
        let place = state.join("workspaces").join(run.to_string());
        let mut private = std::fs::DirBuilder::new();
        private
            .mode(0o700)
            .recursive(true)
            .create(state.join("workspaces"))
            .map_err(GuardError::io("creating", &place))?;
        private.recursive(false).create(&place).map_err(GuardError::io("creating", &place))?;
        let lock = locked(&place, run)?;
        let started_ns = stamp_ns(&lock.0, &place)?;
        let mut about = format!("{HEADER}\n{started_ns} {} {}\n", label.secrecy.0, label.taint.0).into_bytes();
        about.extend(directory.as_os_str().as_bytes());
        write_new(&place.join("about"), &about)?;
        write_new(&place.join("resolv.conf"), b"nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")?;
        let in_memory = mode == WorkspaceMode::CopyOnWrite && !carry::can_hold_layers(&place);
        match mode {
            WorkspaceMode::CopyOnWrite if in_memory => Ok(()),
            WorkspaceMode::Direct => snapshot::take(directory, &place.join("before")),
            WorkspaceMode::CopyOnWrite => make_layers(&place, directory),
        }
        .inspect_err(|_| drop(remove::tree(&place)))?;
        Ok(Self { run, place, directory: directory.to_path_buf(), started_ns, label, in_memory, _lock: lock })
    }

    /// Opens the workspace of a run that has ended.
    ///
    /// # Errors
    /// [`GuardError::Busy`] while the run lives; [`GuardError::Io`] if there is none or it is damaged.
    pub fn open(state: &Path, run: RunId) -> Result<Self, GuardError> {
        let place = state.join("workspaces").join(run.to_string());
        let lock = locked(&place, run)?;
        let path = place.join("about");
        let damaged = || GuardError::Io {
            doing: "reading the description of a workspace",
            path: path.clone(),
            source: std::io::Error::other("it is damaged or of an unknown version; look at `upper` beside it by hand"),
        };
        let size = std::fs::metadata(&path).map_err(GuardError::io("reading", &path))?.len();
        if size > ABOUT_BYTES_MAX {
            return Err(damaged());
        }
        let about = std::fs::read(&path).map_err(GuardError::io("reading", &path))?;
        let mut parts = about.splitn(3, |byte| *byte == b'\n');
        let header = parts.next();
        let numbers = parts.next().and_then(|line| std::str::from_utf8(line).ok());
        let noted = match header {
            Some(header) if header == HEADER.as_bytes() => numbers.and_then(noted),
            Some(header) if header == HEADER_1.as_bytes() => {
                numbers.and_then(|text| Some((text.parse().ok()?, Label::TOP)))
            }
            _ => None,
        };
        let directory = PathBuf::from(OsString::from_vec(parts.next().unwrap_or_default().to_vec()));
        match noted {
            Some((started_ns, label)) if directory.is_absolute() => {
                Ok(Self { run, place, directory, started_ns, label, in_memory: false, _lock: lock })
            }
            _ => Err(damaged()),
        }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> RunId {
        self.run
    }

    /// The directory that the agent worked in.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Label of the agent's process: what its changes carry.
    #[must_use]
    pub fn label(&self) -> Label {
        self.label
    }

    /// Whether the agent changed the host directly, so that there is nothing to commit and something to restore.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.before().exists()
    }

    /// What the agent changed. Sorted by path. Reads every changed file once.
    ///
    /// # Errors
    /// [`GuardError::TooLarge`] beyond the walk's limits; [`GuardError::Io`] if a file cannot be read.
    pub fn changes(&self) -> Result<Vec<Change>, GuardError> {
        if !self.is_direct() {
            if !self.upper().exists() {
                return Err(GuardError::Specification {
                    what: format!("the workspace of run {}", self.run),
                    why: "its changes were in memory and ended with the guard, which was killed; the directory is \
                          untouched. Drop it with `telos undo`"
                        .into(),
                });
            }
            return changes::collect(self, self.upper(), false, self.started_ns);
        }
        let mut restoring = self.restoration()?;
        for change in &mut restoring {
            std::mem::swap(&mut change.before, &mut change.after);
        }
        Ok(restoring)
    }

    /// What would bring a directly changed directory back: `before` is the host now, `after` the state before the run.
    /// A conflict is a file that changed again after the run ended. Empty for a copy-on-write workspace.
    ///
    /// # Errors
    /// As [`Workspace::changes`].
    pub fn restoration(&self) -> Result<Vec<Change>, GuardError> {
        if !self.is_direct() {
            return Ok(Vec::new());
        }
        // A run that was killed left no end; then nothing can be told apart.
        let ended = std::fs::read_to_string(self.place.join("ended")).ok().and_then(|text| text.parse().ok());
        changes::collect(self, self.before(), true, ended.unwrap_or(i128::MAX))
    }

    /// Opens the content of a file that a commit or restoration writes.
    ///
    /// # Errors
    /// [`GuardError::Io`] if it is not a regular file of this workspace.
    pub fn content(&self, path: &Path) -> Result<File, GuardError> {
        let inner = path.strip_prefix(&self.directory).map_err(|_| GuardError::Specification {
            what: path.display().to_string(),
            why: "it lies outside the workspace's directory".into(),
        })?;
        let source = if self.is_direct() { self.before() } else { self.upper() }.join(inner);
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        let file = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(flags)
            .open(&source)
            .map_err(GuardError::io("opening", &source))?;
        let kind = file.metadata().map_err(GuardError::io("opening", &source))?;
        if kind.is_file() {
            Ok(file)
        } else {
            Err(GuardError::Io {
                doing: "opening",
                path: source,
                source: std::io::Error::other("it is not a regular file"),
            })
        }
    }

    /// Drops the workspace and everything in it.
    ///
    /// # Errors
    /// [`GuardError::Io`] naming what could not be removed.
    pub fn discard(self) -> Result<(), GuardError> {
        remove::tree(&self.place)
    }

    /// Drops the workspace of a run that never began.
    pub(crate) fn abandon(&self) -> Result<(), GuardError> {
        remove::tree(&self.place)
    }

    /// Whether the layers are in memory while the run lives, because its state's file system cannot hold them.
    pub(crate) fn in_memory(&self) -> bool {
        self.in_memory
    }

    /// Takes the layers out of memory, through a descriptor of the directory they are in.
    pub(crate) fn keep(&self, layers: BorrowedFd<'_>) -> Result<(), GuardError> {
        let from = PathBuf::from(format!("/proc/self/fd/{}/upper", layers.as_raw_fd()));
        carry::carry(&from, &self.place)
    }

    /// Puts what the agent left on the disk and notes that the run has ended.
    pub(crate) fn end(&self) -> Result<(), GuardError> {
        self.settle()?;
        let path = self.place.join("ended");
        write_new(&path, b"")?;
        let file = std::fs::OpenOptions::new().write(true).open(&path).map_err(GuardError::io("writing", &path))?;
        let ended_ns = stamp_ns(&file, &path)?;
        (&file).write_all(ended_ns.to_string().as_bytes()).map_err(GuardError::io("writing", path))
    }

    /// During the run nothing waited for the disk; a workspace without content has nothing to wait for.
    fn settle(&self) -> Result<(), GuardError> {
        let upper = self.upper();
        if self.is_direct() || std::fs::read_dir(&upper).is_ok_and(|mut names| names.next().is_none()) {
            return Ok(());
        }
        File::open(&self.place)
            .and_then(|place| Ok(rustix::fs::syncfs(place)?))
            .map_err(GuardError::io("putting the workspace on the disk, under", upper))
    }

    fn before(&self) -> PathBuf {
        self.place.join("before")
    }

    fn upper(&self) -> PathBuf {
        self.place.join("upper")
    }

    /// The agent's `resolv.conf`.
    pub(crate) fn resolver_file(&self) -> PathBuf {
        self.place.join("resolv.conf")
    }
}

/// The runs that have a workspace, oldest first. A missing state directory has none.
///
/// # Errors
/// [`GuardError::Io`] if the directory cannot be listed.
pub fn workspaces(state: &Path) -> Result<Vec<RunId>, GuardError> {
    let place = state.join("workspaces");
    let entries = match std::fs::read_dir(&place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(GuardError::io("listing", place)(error)),
    };
    let mut out: Vec<RunId> =
        entries.filter_map(Result::ok).filter_map(|entry| RunId::parse(entry.file_name().to_str()?)).collect();
    out.sort();
    Ok(out)
}

/// Start and label, as the second line of `about` holds them.
fn noted(line: &str) -> Option<(i128, Label)> {
    let mut words = line.split(' ');
    let started_ns = words.next()?.parse().ok()?;
    let label = Label { secrecy: Secrecy(words.next()?.parse().ok()?), taint: Taint(words.next()?.parse().ok()?) };
    words.next().is_none().then_some((started_ns, label))
}

fn locked(place: &Path, run: RunId) -> Result<Lock, GuardError> {
    let path = place.join("lock");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW)
        .open(&path)
        .map_err(GuardError::io("locking", &path))?;
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| GuardError::Busy { run: run.to_string() })?;
    Ok(Lock(file))
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), GuardError> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(GuardError::io("creating", path))?;
    file.write_all(bytes).map_err(GuardError::io("writing", path))
}

/// The layers that overlayfs writes to.
fn make_layers(place: &Path, directory: &Path) -> Result<(), GuardError> {
    for name in ["upper", "work"] {
        let path = place.join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(GuardError::io("creating", path))?;
    }
    adopt(directory, &place.join("upper"))
}

/// The merged root shows the upper directory's mode and owner, so they must be the lower one's.
fn adopt(lower: &Path, upper: &Path) -> Result<(), GuardError> {
    let about = std::fs::metadata(lower).map_err(GuardError::io("reading", lower))?;
    let mode = std::fs::Permissions::from_mode(about.permissions().mode() & 0o7777);
    std::fs::set_permissions(upper, mode).map_err(GuardError::io("preparing", upper))
}

/// The file systems' own time now, as stamped on a file just made. Later changes of the host are told by comparing
/// their stamps with it; any other clock runs ahead of stamps or behind them. Stamps move in steps of a few
/// milliseconds: a change within the same step counts as earlier.
fn stamp_ns(file: &File, path: &Path) -> Result<i128, GuardError> {
    let about = file.metadata().map_err(GuardError::io("reading", path))?;
    Ok(i128::from(about.ctime()) * 1_000_000_000 + i128::from(about.ctime_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a child has between fork and exec.
    #[test]
    fn a_copy_of_the_descriptor_does_not_keep_the_lock() {
        let place = tempfile::tempdir().unwrap();
        let run = RunId { started_ms: 1, nonce: 0 };
        let held = locked(place.path(), run).unwrap();
        let copy = held.0.try_clone().unwrap();
        assert!(matches!(locked(place.path(), run), Err(GuardError::Busy { .. })));
        drop(held);
        locked(place.path(), run).unwrap();
        drop(copy);
    }
}
