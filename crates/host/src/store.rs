//! Pre-images: earlier content, kept by its digest in the state directory so that undo can give it back.
//!
//! Content arrives by reflink where the filesystem can, else by copy; never by hard link, because a later write in
//! place would change both. It is on the disk before the act that needs it begins.

use crate::HostError;
use blake3::Hasher;
use rustix::fd::AsFd;
use rustix::fs::{
    AtFlags, CWD, FlockOperation, Mode, OFlags, RenameFlags, Timespec, Timestamps, UTIME_NOW, flock, fsync, futimens,
    ioctl_ficlone, openat, renameat_with, unlinkat,
};
use rustix::io::Errno;
use std::fs::{DirBuilder, File};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use telos_abi::{Digest, limit};

/// The store of one state directory. Opening does no I/O.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
}

/// What `gc` removed and left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Freed {
    /// Pre-images removed.
    pub removed: u64,
    /// Their bytes.
    pub removed_bytes: u64,
    /// Pre-images left.
    pub kept: u64,
    /// Their bytes.
    pub kept_bytes: u64,
}

impl Freed {
    fn remove(&mut self, path: &Path, size: u64) -> Result<(), HostError> {
        std::fs::remove_file(path).map_err(HostError::std("remove", path.as_os_str().as_bytes()))?;
        self.removed += 1;
        self.removed_bytes += size;
        Ok(())
    }
}

impl Store {
    pub(crate) fn new(state: &Path) -> Self {
        Self { root: state.join("pre-images") }
    }

    /// Keeps the content of `source`, read from its start, and returns its digest.
    pub(crate) fn keep(&self, source: &mut File) -> Result<Digest, HostError> {
        let fail = |doing| HostError::std(doing, self.root.as_os_str().as_bytes());
        private_directory(&self.root).map_err(fail("make"))?;
        let _shared = self.lock(FlockOperation::LockShared)?;
        let temporary = self.root.join(format!("incoming-{}", unique()));
        let mut file = private_file(&temporary).map_err(fail("write"))?;
        let kept = self.fill(source, &mut file, &temporary);
        if kept.is_err() {
            // The reason for `kept` matters more than a leftover, which `gc` removes.
            drop(std::fs::remove_file(&temporary));
        }
        kept
    }

    fn fill(&self, source: &mut File, file: &mut File, temporary: &Path) -> Result<Digest, HostError> {
        let path = self.root.as_os_str().as_bytes();
        let digest = if ioctl_ficlone(file.as_fd(), source.as_fd()).is_ok() {
            digest_of(file).map_err(HostError::std("read", path))?
        } else {
            copy(source, file).map_err(HostError::std("keep earlier content in", path))?
        };
        fsync(&file).map_err(HostError::io("save", path))?;
        let target = self.place(&digest);
        let shard = target.parent().unwrap_or(&self.root);
        private_directory(shard).map_err(HostError::std("make", path))?;
        match renameat_with(CWD, temporary, CWD, &target, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(Errno::EXIST) => {
                // Already kept by an earlier act. Its age starts anew, so that `gc` does not take it from this run.
                unlinkat(CWD, temporary, AtFlags::empty()).map_err(HostError::io("tidy", path))?;
                let old = File::open(&target).map_err(HostError::std("open", path))?;
                futimens(&old, &now()).map_err(HostError::io("touch", path))?;
            }
            Err(error) => return Err(HostError::io("keep earlier content in", path)(error)),
        }
        sync_directory(shard)?;
        sync_directory(&self.root)?;
        Ok(digest)
    }

    /// Opens kept content. The reader must check the digest while it reads.
    pub(crate) fn open(&self, content: &Digest, path: &[u8]) -> Result<File, HostError> {
        File::open(self.place(content)).map_err(|_| HostError::PreImage {
            path: path.into(),
            content: content.to_string(),
            why: "is no longer kept",
        })
    }

    /// Whether `content` is kept.
    pub(crate) fn holds(&self, content: &Digest) -> bool {
        self.place(content).exists()
    }

    /// Removes what is older than `older_than`, then the oldest until at most `budget_bytes` remain.
    pub(crate) fn gc(&self, older_than: Option<Duration>, budget_bytes: Option<u64>) -> Result<Freed, HostError> {
        let mut freed = Freed::default();
        if !self.root.exists() {
            return Ok(freed);
        }
        let _alone = self.lock(FlockOperation::LockExclusive)?;
        let (leftovers, mut all): (Vec<_>, Vec<_>) =
            self.everything()?.into_iter().partition(|(_, _, path)| path.parent() == Some(&self.root));
        all.sort();
        let mut total: u64 = all.iter().map(|(_, size, _)| size).sum();
        let oldest = older_than.and_then(|age| SystemTime::now().checked_sub(age));
        for (changed, size, path) in all {
            let old = oldest.is_some_and(|oldest| changed < oldest);
            let much = budget_bytes.is_some_and(|budget| total > budget);
            if old || much {
                total -= size;
                freed.remove(&path, size)?;
            } else {
                freed.kept += 1;
                freed.kept_bytes += size;
            }
        }
        for (_, size, path) in leftovers {
            freed.remove(&path, size)?;
        }
        Ok(freed)
    }

    /// Every file of the store but its lock: (time, bytes, path).
    fn everything(&self) -> Result<Vec<(SystemTime, u64, PathBuf)>, HostError> {
        fn fail(path: &Path) -> impl FnOnce(std::io::Error) -> HostError {
            HostError::std("list", path.as_os_str().as_bytes())
        }
        let mut out = Vec::new();
        let mut directories = vec![self.root.clone()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(&directory).map_err(fail(&directory))? {
                let path = entry.map_err(fail(&directory))?.path();
                let meta = std::fs::symlink_metadata(&path).map_err(fail(&path))?;
                if meta.is_dir() && directory == self.root {
                    directories.push(path);
                } else if path != self.root.join("lock") {
                    out.push((meta.modified().map_err(fail(&path))?, meta.size(), path));
                }
            }
        }
        Ok(out)
    }

    /// Keeping is shared, collecting is exclusive; the lock ends with the file.
    fn lock(&self, operation: FlockOperation) -> Result<File, HostError> {
        let path = self.root.join("lock");
        let shown = path.as_os_str().as_bytes();
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = openat(CWD, &path, flags, Mode::RUSR | Mode::WUSR).map_err(HostError::io("lock", shown))?;
        flock(&file, operation).map_err(HostError::io("lock", shown))?;
        Ok(File::from(file))
    }

    fn place(&self, digest: &Digest) -> PathBuf {
        let hex = digest.to_string();
        self.root.join(&hex[..2]).join(hex)
    }
}

/// Bytes of earlier content one run may still keep.
#[derive(Debug)]
pub(crate) struct PreImageBudget(AtomicU64);

impl PreImageBudget {
    pub(crate) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(bytes)))
    }

    pub(crate) fn left(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Sets `bytes` aside, or says that they do not fit.
    pub(crate) fn reserve(self: &Arc<Self>, bytes: u64) -> Option<Reservation> {
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(bytes)).ok()?;
        Some(Reservation { budget: Arc::clone(self), bytes })
    }
}

/// Bytes set aside between the decision and the act; given back unless spent.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<PreImageBudget>,
    bytes: u64,
}

impl Reservation {
    pub(crate) fn spend(mut self) {
        self.bytes = 0;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.fetch_add(self.bytes, Ordering::AcqRel);
    }
}

/// BLAKE3 of everything in `file`, read from its start.
pub(crate) fn digest_of(file: &mut File) -> std::io::Result<Digest> {
    copy(file, &mut std::io::sink())
}

/// Copies everything in `from`, from its start, and returns its BLAKE3.
pub(crate) fn copy(from: &mut File, to: &mut impl Write) -> std::io::Result<Digest> {
    std::io::Seek::rewind(from)?;
    let mut hasher = Hasher::new();
    let mut chunk = vec![0; limit::CHUNK_BYTES];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => return Ok(Digest(*hasher.finalize().as_bytes())),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&chunk[..count]);
        to.write_all(&chunk[..count])?;
    }
}

/// A directory only its owner can enter, with its parents.
pub(crate) fn private_directory(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().read(true).write(true).create_new(true).mode(0o600).open(path)
}

fn sync_directory(path: &Path) -> Result<(), HostError> {
    let shown = path.as_os_str().as_bytes();
    let directory = File::open(path).map_err(HostError::std("open", shown))?;
    fsync(&directory).map_err(HostError::io("save", shown))
}

fn now() -> Timestamps {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    Timestamps { last_access: now, last_modification: now }
}

/// A name no other file of this machine has: the process, and a count within it.
fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("{}-{time}-{count}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(store: &Store, content: &[u8]) -> Digest {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        store.keep(&mut file).unwrap()
    }

    #[test]
    fn keeps_by_content_and_privately() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::new(state.path());
        let digest = stored(&store, b"earlier");
        assert_eq!(stored(&store, b"earlier"), digest);
        let mut back = Vec::new();
        store.open(&digest, b"/f").unwrap().read_to_end(&mut back).unwrap();
        assert_eq!(back, b"earlier");
        let meta = std::fs::metadata(store.place(&digest)).unwrap();
        assert_eq!(meta.mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(&store.root).unwrap().mode() & 0o777, 0o700);
        assert_eq!(store.everything().unwrap().len(), 1);
    }

    #[test]
    fn gc_removes_the_oldest_first_and_leftovers_always() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::new(state.path());
        let old = stored(&store, b"old content");
        let new = stored(&store, b"new");
        let long_ago = SystemTime::now() - Duration::from_secs(1_000);
        File::open(store.place(&old)).unwrap().set_modified(long_ago).unwrap();
        std::fs::write(store.root.join("incoming-1-2-3"), b"half").unwrap();
        let freed = store.gc(None, Some(5)).unwrap();
        assert_eq!((freed.removed, freed.kept, freed.kept_bytes), (2, 1, 3));
        assert!(store.holds(&new) && !store.holds(&old));
        assert_eq!(store.gc(Some(Duration::ZERO), None).unwrap().kept, 0);
    }

    #[test]
    fn reservations_come_back_unless_spent() {
        let budget = PreImageBudget::new(10);
        let first = budget.reserve(6).unwrap();
        assert!(budget.reserve(5).is_none());
        drop(first);
        budget.reserve(10).unwrap().spend();
        assert_eq!(budget.left(), 0);
    }
}
