//! Files appear whole or not at all.
//!
//! Content is spooled into a file without a name in the target's directory (or, where the filesystem has no such
//! files, under a hidden name noted in the state directory). Committing gives it its name in one step. Where a file
//! stands already the two are exchanged, what came out is checked to be what was decided on, and only then removed;
//! anything else goes back to where it was.

use crate::host::{Host, check_permit, file_state};
use crate::locate::Entry;
use crate::located::{Keep, Located, arrival, effect};
use crate::meta::{FileKind, Meta};
use crate::publish::{publish, sync_directory, temporary_name};
use crate::spool::Spool;
use crate::{HostError, step};
use blake3::Hasher;
use rustix::fs::{
    Access, AtFlags, Gid, Mode, Timespec, Timestamps, UTIME_OMIT, Uid, XattrFlags, accessat, fchmod, fchown, fgetxattr,
    flistxattr, fsetxattr, fsync, futimens,
};
use rustix::io::Errno;
use std::io::Write;
use telos_abi::{Act, ByteText, Digest, Label, NodeIndex};
use telos_policy::Permit;

/// Most bytes of extended attribute names, and of one value, that are carried over (the kernel's own limit).
const XATTR_BYTES_MAX: usize = 64 << 10;

/// Content on its way to a file: complete on disk when committed, gone without a trace when dropped.
#[derive(Debug)]
pub struct PreparedWrite {
    pub(crate) entry: Entry,
    keep: Keep,
    node: Option<NodeIndex>,
    spool: Spool,
    hasher: Hasher,
    written: u64,
}

/// What a committed write left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteDone {
    /// The file's real path.
    pub path: ByteText,
    /// BLAKE3 of its content.
    pub content: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Whether there was no such file before.
    pub created: bool,
}

/// Metadata that a restored file gets instead of that of a new one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restored {
    pub(crate) mode: u32,
    pub(crate) mtime_ns: i128,
}

impl PreparedWrite {
    /// Appends a piece of any size.
    ///
    /// # Errors
    /// Full disk, quota, size limit. What was written stays invisible.
    pub fn write_all(&mut self, chunk: &[u8]) -> Result<(), HostError> {
        self.spool.file.write_all(chunk).map_err(HostError::std("write", self.entry.path()))?;
        self.hasher.update(chunk);
        self.written += chunk.len() as u64;
        Ok(())
    }

    /// Bytes written so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.written
    }

    /// BLAKE3 of what was written so far.
    #[must_use]
    pub fn content(&self) -> Digest {
        Digest(*self.hasher.finalize().as_bytes())
    }
}

impl Host {
    /// Starts writing what `located` leads to. Nothing becomes visible, hence no permit.
    ///
    /// # Errors
    /// If the directory is missing or cannot be written, if the target is not a file, or may not be written.
    pub fn prepare_write(&self, located: &Located) -> Result<PreparedWrite, HostError> {
        let entry = located.target()?.clone();
        if let Some(meta) = &entry.meta {
            let path = entry.path();
            meta.require(FileKind::File, &path)?;
            let directory = &entry.directory.fd;
            accessat(directory, entry.name_or_dot(), Access::WRITE_OK, AtFlags::EACCESS)
                .map_err(HostError::io("write", path))?;
        }
        self.prepare_at(entry, located.keep.clone(), located.node)
    }

    pub(crate) fn prepare_at(
        &self,
        entry: Entry,
        keep: Keep,
        node: Option<NodeIndex>,
    ) -> Result<PreparedWrite, HostError> {
        entry.revalidate()?;
        Ok(PreparedWrite { spool: self.spool(&entry)?, entry, keep, node, hasher: Hasher::new(), written: 0 })
    }

    /// Gives the content its name. The file keeps the join of `label` and the permit's label, in place of what it
    /// had: its content was replaced as a whole.
    ///
    /// An overwritten file keeps its mode, owner (as far as this account may set it) and extended attributes; other
    /// hard links to it keep the earlier content.
    ///
    /// # Errors
    /// If the permit is for another effect, the target changed, the earlier content cannot be kept, or the journal
    /// or disk is full. The target is then as it was.
    pub fn commit_write(&self, permit: Permit, prepared: PreparedWrite, label: Label) -> Result<WriteDone, HostError> {
        check_permit(&permit, &effect(arrival(&prepared.entry), &prepared.entry))?;
        if permit.value().is_some_and(|shown| shown != prepared.content()) {
            return Err(HostError::OtherContent { path: prepared.entry.path().into() });
        }
        let label = label.join(permit.label());
        drop(permit);
        self.commit(prepared, label, None)
    }

    pub(crate) fn commit(
        &self,
        mut prepared: PreparedWrite,
        label: Label,
        restored: Option<Restored>,
    ) -> Result<WriteDone, HostError> {
        let path: ByteText = prepared.entry.path().into();
        prepared.entry.revalidate()?;
        prepared.dress(restored)?;
        let meta = Meta::of(&prepared.spool.file).map_err(HostError::io("look at", path.0.as_slice()))?;
        let (before, pre_image) = self.capture(&prepared.entry, &prepared.keep)?;
        let content = prepared.content();
        let what = Act::Write { path: path.clone(), before, after: file_state(content, &meta), pre_image };
        let created = prepared.entry.meta.is_none();
        let node = prepared.node;
        self.journal(node, &what, label, |act| {
            // Before the name: no reader may find the file without its label.
            self.labels.set(meta.identity, &path.0, label)?;
            step::reach("after the label");
            self.place(&mut prepared, act)?;
            self.labels.settle(Some(meta.identity), &path.0)
        })?;
        let known = prepared.entry.meta.map(|old| old.identity);
        let mut own = self.created();
        if created || known.is_some_and(|old| own.remove(&old)) {
            own.insert(meta.identity);
        }
        Ok(WriteDone { path, content, size: meta.size, created })
    }

    /// Gives the spooled file its name.
    fn place(&self, prepared: &mut PreparedWrite, act: u64) -> Result<(), HostError> {
        let entry = &prepared.entry;
        let path = entry.path();
        if entry.meta.is_none() && !prepared.spool.is_named() {
            let linked = prepared.spool.link(entry, &entry.name);
            return match linked {
                Ok(()) => sync_directory(entry),
                Err(Errno::EXIST) => Err(HostError::Changed { path: path.into() }),
                Err(error) => Err(HostError::io("write", path)(error)),
            };
        }
        let name = temporary_name(self.run, act);
        prepared.spool.link(entry, &name).map_err(HostError::io("write", path))?;
        step::reach("after the temporary name");
        publish(entry, &name)
    }
}

impl PreparedWrite {
    /// Gives the spooled file its final metadata and puts all of it on the disk.
    fn dress(&mut self, restored: Option<Restored>) -> Result<(), HostError> {
        let path = self.entry.path();
        let fail = || HostError::io("set the attributes of", path.as_slice());
        let file = &self.spool.file;
        if let Some(old) = self.entry.meta.filter(|meta| meta.kind == FileKind::File) {
            let own = Meta::of(file).map_err(fail())?;
            if (own.owner, own.group) != (old.owner, old.group) {
                keep_owner(file, &old).map_err(fail())?;
            }
            copy_attributes(&self.entry, file)?;
            fchmod(file, Mode::from_raw_mode(old.mode)).map_err(fail())?;
        }
        if let Some(restored) = restored {
            fchmod(file, Mode::from_raw_mode(restored.mode)).map_err(fail())?;
            futimens(file, &modified(restored.mtime_ns)).map_err(fail())?;
        }
        fsync(file).map_err(HostError::io("save", path.as_slice()))
    }
}

/// Keeps owner and group where this account may. Group alone where it may not give files away.
fn keep_owner(file: &std::fs::File, old: &Meta) -> Result<(), Errno> {
    let owner = Uid::from_raw(old.owner);
    let group = Gid::from_raw(old.group);
    match fchown(file, Some(owner), Some(group)) {
        Err(Errno::PERM | Errno::INVAL) => match fchown(file, None, Some(group)) {
            Err(Errno::PERM | Errno::INVAL) => Ok(()),
            other => other,
        },
        other => other,
    }
}

/// Carries extended attributes over, except those that this account or filesystem may not set.
fn copy_attributes(from: &Entry, to: &std::fs::File) -> Result<(), HostError> {
    let path = from.path();
    let source = crate::host::open_file(from)?;
    let mut names = vec![0; XATTR_BYTES_MAX];
    let length = match flistxattr(&source, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(()),
        Err(error) => return Err(HostError::io("read the attributes of", path)(error)),
    };
    if length == 0 {
        return Ok(());
    }
    let mut value = vec![0; XATTR_BYTES_MAX];
    for name in names[..length].split(|byte| *byte == 0) {
        if name.is_empty() {
            continue;
        }
        let Ok(length) = fgetxattr(&source, name, value.as_mut_slice()) else {
            continue;
        };
        match fsetxattr(to, name, &value[..length], XattrFlags::empty()) {
            Ok(()) | Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS) => {}
            Err(error) => return Err(HostError::io("set the attributes of", path)(error)),
        }
    }
    Ok(())
}

fn modified(mtime_ns: i128) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec {
            tv_sec: i64::try_from(mtime_ns.div_euclid(1_000_000_000)).unwrap_or(0),
            tv_nsec: i64::try_from(mtime_ns.rem_euclid(1_000_000_000)).unwrap_or(0),
        },
    }
}
