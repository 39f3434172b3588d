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
use telos_abi::{Act, ByteText, Digest, Effect, Label, NodeIndex};
use telos_policy::Permit;

/// Most bytes of extended attribute names, and of one value, that are carried over (the kernel's own limit).
const XATTR_BYTES_MAX: usize = 64 << 10;

/// Content on its way to a file: complete on disk when committed, gone without a trace when dropped.
#[derive(Debug)]
pub struct PreparedWrite {
    pub(crate) entry: Entry,
    /// What committing it is decided as.
    effect: Effect,
    keep: Keep,
    node: Option<NodeIndex>,
    spool: Spool,
    hasher: Hasher,
    written: u64,
    like: Option<Like>,
}

/// Name and value of an extended attribute.
type Attribute = (Vec<u8>, Vec<u8>);

/// What a file brings along besides its content and mode.
#[derive(Debug)]
struct Like {
    mtime_ns: i128,
    attributes: Vec<Attribute>,
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

    /// Gives the file the time of last change and the user's extended attributes of another, in place of those that it
    /// would get. Marks of the overlay that the other lies in are not its own and stay behind.
    ///
    /// # Errors
    /// If the other cannot be looked at.
    pub fn resemble(&mut self, other: &std::fs::File) -> Result<(), HostError> {
        let fail = || HostError::io("read the attributes beside", self.entry.path());
        let mtime_ns = Meta::of(other).map_err(fail())?.mtime_ns;
        let attributes = attributes_of(other)
            .map_err(fail())?
            .into_iter()
            .filter(|(name, _)| name.starts_with(b"user.") && !name.starts_with(b"user.overlay."))
            .collect();
        self.like = Some(Like { mtime_ns, attributes });
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
        let effect = located.write_effect()?;
        Ok(PreparedWrite { effect, ..self.prepare_at(entry, located.keep.clone(), located.node)? })
    }

    pub(crate) fn prepare_at(
        &self,
        entry: Entry,
        keep: Keep,
        node: Option<NodeIndex>,
    ) -> Result<PreparedWrite, HostError> {
        entry.revalidate()?;
        Ok(PreparedWrite {
            spool: self.spool(&entry)?,
            effect: effect(arrival(&entry), &entry),
            entry,
            keep,
            node,
            hasher: Hasher::new(),
            written: 0,
            like: None,
        })
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
        self.commit_write_like(permit, prepared, label, None)
    }

    /// As [`Host::commit_write`], with the metadata of another file.
    pub(crate) fn commit_write_like(
        &self,
        permit: Permit,
        prepared: PreparedWrite,
        label: Label,
        like: Option<Restored>,
    ) -> Result<WriteDone, HostError> {
        check_permit(&permit, &prepared.effect)?;
        if permit.value().is_some_and(|shown| shown != prepared.content()) {
            return Err(HostError::OtherContent { path: prepared.entry.path().into() });
        }
        let label = label.join(permit.label());
        drop(permit);
        self.commit(prepared, label, like)
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
            let old_file = crate::host::open_file(&self.entry)?;
            // The user's own come with the new content, if that says what they are.
            let kept = |name: &[u8]| self.like.is_none() || !name.starts_with(b"user.");
            let all = attributes_of(&old_file).map_err(fail())?;
            set_attributes(file, all.iter().filter(|(name, _)| kept(name))).map_err(fail())?;
            fchmod(file, Mode::from_raw_mode(old.mode)).map_err(fail())?;
        }
        if let Some(like) = &self.like {
            set_attributes(file, like.attributes.iter()).map_err(fail())?;
            futimens(file, &modified(like.mtime_ns)).map_err(fail())?;
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

/// The extended attributes of a file; none where the file system has none.
fn attributes_of(file: &std::fs::File) -> Result<Vec<Attribute>, Errno> {
    let mut names = vec![0; XATTR_BYTES_MAX];
    let length = match flistxattr(file, names.as_mut_slice()) {
        Err(Errno::NOTSUP | Errno::NOSYS) => 0,
        other => other?,
    };
    let mut out = Vec::new();
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0; XATTR_BYTES_MAX];
        if let Ok(length) = fgetxattr(file, name, value.as_mut_slice()) {
            value.truncate(length);
            out.push((name.to_vec(), value));
        }
    }
    Ok(out)
}

/// Sets extended attributes, except those that this account or file system may not set.
fn set_attributes<'a>(file: &std::fs::File, all: impl Iterator<Item = &'a Attribute>) -> Result<(), Errno> {
    for (name, value) in all {
        match fsetxattr(file, name.as_slice(), value, XattrFlags::empty()) {
            Ok(()) | Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS) => {}
            Err(error) => return Err(error),
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
