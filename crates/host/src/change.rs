//! Changes other than writing: delete, move, make directories and links, set modes.

use crate::host::{Host, check_permit};
use crate::locate::Entry;
use crate::located::{Keep, Located, effect};
use crate::meta::{FileKind, Meta};
use crate::publish::{publish, remove, sync_directory, temporary_name};
use crate::state::observe;
use crate::store::copy;
use crate::write::Restored;
use crate::{HostError, step};
use rustix::fd::AsRawFd;
use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, RenameFlags, chmodat, mkdirat, openat, renameat, renameat_with, symlinkat,
};
use rustix::io::Errno;
use telos_abi::{Act, ByteText, EffectKind, Label, NodeIndex};
use telos_policy::Permit;

impl Host {
    /// Removes a file, a link (not what it leads to) or an empty directory. To remove a tree, list it and delete
    /// deepest first ([`crate::Listing::deepest_first`]): each removal is its own decision and its own act.
    ///
    /// # Errors
    /// If the permit is for another effect, the file changed, its content cannot be kept, or the system refuses.
    pub fn delete(&self, permit: Permit, located: &Located) -> Result<(), HostError> {
        check_permit(&permit, &located.delete_effect()?)?;
        let label = permit.label();
        drop(permit);
        self.delete_entry(&located.named, &located.keep, located.node, label)
    }

    pub(crate) fn delete_entry(
        &self,
        entry: &Entry,
        keep: &Keep,
        node: Option<NodeIndex>,
        label: Label,
    ) -> Result<(), HostError> {
        entry.revalidate()?;
        let (before, pre_image) = self.capture(entry, keep)?;
        let path = entry.path();
        let what = Act::Delete { path: path.as_slice().into(), before, pre_image };
        self.journal(node, &what, label, |act| {
            remove(entry, &temporary_name(self.run, act))?;
            self.labels.settle(None, &path)
        })
    }

    /// Gives the file, link or directory `from` the name `to`, in place of what stands there. Across filesystems a
    /// file is copied and then removed, as two acts; a directory is refused.
    ///
    /// # Errors
    /// As [`Host::delete`]; also if `to` is a directory, or inside `from`.
    pub fn rename(&self, source: Permit, target: Permit, from: &Located, to: &Located) -> Result<(), HostError> {
        let [leaves, arrives] = from.move_effects(to)?;
        check_permit(&source, &leaves)?;
        check_permit(&target, &arrives)?;
        let label = source.label().join(target.label());
        drop((source, target));
        let node = from.node.or(to.node);
        self.rename_entry(&from.named, &to.named, &to.keep, node, label, &from.keep)
    }

    pub(crate) fn rename_entry(
        &self,
        from: &Entry,
        to: &Entry,
        keep: &Keep,
        node: Option<NodeIndex>,
        label: Label,
        keep_source: &Keep,
    ) -> Result<(), HostError> {
        from.revalidate()?;
        to.revalidate()?;
        let (old, new) = (from.path(), to.path());
        let meta = *from.found()?;
        let same_or_directory = |taken: Meta| taken.kind == FileKind::Directory || taken.identity == meta.identity;
        if to.meta.is_some_and(same_or_directory) {
            return Err(HostError::WrongKind {
                path: new.into(),
                found: "already taken",
                needed: "a name that is free or belongs to another file",
            });
        }
        if Meta::of(&to.directory.fd).map_err(HostError::io("look at", new.as_slice()))?.identity.device
            != meta.identity.device
        {
            return self.move_across(from, to, keep, node, label, keep_source);
        }
        // The file takes its label along, and the journal says so: labels can be rebuilt from it.
        let label = label.join(self.labels.get(Some(meta.identity), &old)?);
        let moved = observe(&old)?;
        let (replaced, pre_image) = self.capture(to, keep)?;
        let what = Act::Move { from: old.as_slice().into(), to: new.as_slice().into(), moved, replaced, pre_image };
        self.journal(node, &what, label, |_| {
            // Before anybody can find it at its new name.
            self.labels.set(meta.identity, &new, label)?;
            step::reach("after the label");
            from.revalidate()?;
            change_name(from, to)?;
            step::reach("after the move");
            sync_directory(to)?;
            sync_directory(from)?;
            self.labels.settle(Some(meta.identity), &new)?;
            self.labels.settle(None, &old)
        })
    }

    fn move_across(
        &self,
        from: &Entry,
        to: &Entry,
        keep: &Keep,
        node: Option<NodeIndex>,
        label: Label,
        keep_source: &Keep,
    ) -> Result<(), HostError> {
        let (old, new) = (from.path(), to.path());
        let meta = *from.found()?;
        let label = label.join(self.labels.get(Some(meta.identity), &old)?);
        match meta.kind {
            FileKind::Directory => {
                return Err(HostError::OtherFilesystem { from: old.into(), to: new.into() });
            }
            FileKind::Link => {
                let text = from.read_link()?.into();
                self.link_entry(to, &text, keep, node, label)?;
            }
            _ => {
                let mut file = crate::host::open_file(from)?;
                let mut prepared = self.prepare_at(to.clone(), keep.clone(), node)?;
                copy(&mut file, &mut prepared).map_err(HostError::std("copy", old.as_slice()))?;
                let restored = Restored { mode: meta.mode, mtime_ns: meta.mtime_ns };
                self.commit(prepared, label, Some(restored))?;
            }
        }
        self.delete_entry(from, keep_source, node, label)
    }

    /// Makes a directory and those that must contain it. `permits` are for [`Located::directory_effects`], in order.
    ///
    /// # Errors
    /// If something stands there already, permits do not match, or the system refuses. Directories made before an
    /// error stay; each has its own receipt.
    pub fn make_directory(&self, permits: Vec<Permit>, located: &Located) -> Result<(), HostError> {
        let named = &located.named;
        let path = named.path();
        if let Some(meta) = named.meta {
            return Err(HostError::WrongKind { path: path.into(), found: meta.kind.name(), needed: "a free name" });
        }
        let effects = located.directory_effects();
        if effects.len() != permits.len() {
            return Err(HostError::PermitCount { needed: effects.len(), given: permits.len() });
        }
        for (permit, effect) in permits.iter().zip(&effects) {
            check_permit(permit, effect)?;
        }
        // Once made, a directory is a place like any other: the next is looked up beneath it anew.
        for (permit, path) in permits.into_iter().zip(located.new_directories()) {
            let entry = Entry::exactly(&path)?;
            self.make_directory_at(&entry, None, located.node, permit.label())?;
        }
        Ok(())
    }

    pub(crate) fn make_directory_at(
        &self,
        entry: &Entry,
        mode: Option<u32>,
        node: Option<NodeIndex>,
        label: Label,
    ) -> Result<(), HostError> {
        entry.revalidate()?;
        let path = entry.path();
        if entry.meta.is_some() {
            return Err(HostError::Changed { path: path.into() });
        }
        let what = Act::MakeDirectory { path: path.as_slice().into(), mode: mode.unwrap_or_else(new_directory_mode) };
        self.journal(node, &what, label, |_| {
            let fail = || HostError::io("make the directory", path.as_slice());
            mkdirat(&entry.directory.fd, entry.name_or_dot(), Mode::RWXU | Mode::RWXG | Mode::RWXO).map_err(fail())?;
            step::reach("after the directory is made");
            if let Some(mode) = mode {
                let made = Entry::exactly(&path)?;
                set_mode(&made, mode)?;
            }
            if let Some(meta) = entry.look()? {
                self.created().insert(meta.identity);
            }
            sync_directory(entry)
        })
    }

    /// Makes a symbolic link with this text, in place of the file or link that stands there.
    ///
    /// # Errors
    /// As [`Host::delete`].
    pub fn make_link(&self, permit: Permit, located: &Located, text: &ByteText) -> Result<(), HostError> {
        check_permit(&permit, &located.link_effect())?;
        let label = permit.label();
        drop(permit);
        self.link_entry(&located.named, text, &located.keep, located.node, label)
    }

    pub(crate) fn link_entry(
        &self,
        entry: &Entry,
        text: &ByteText,
        keep: &Keep,
        node: Option<NodeIndex>,
        label: Label,
    ) -> Result<(), HostError> {
        entry.revalidate()?;
        let path = entry.path();
        if text.0.is_empty() || text.0.contains(&0) {
            return Err(HostError::BadPath { path: text.clone(), why: "a link needs a text without NUL bytes" });
        }
        if entry.meta.is_some_and(|meta| meta.kind == FileKind::Directory) {
            return Err(HostError::WrongKind {
                path: path.into(),
                found: "a directory",
                needed: "a file, a link or a free name",
            });
        }
        let (before, pre_image) = self.capture(entry, keep)?;
        let what = Act::MakeLink { path: path.as_slice().into(), before, target: text.clone(), pre_image };
        self.journal(node, &what, label, |act| {
            let name = temporary_name(self.run, act);
            symlinkat(text.as_bytes(), &entry.directory.fd, name.as_slice())
                .map_err(HostError::io("make the link", path.as_slice()))?;
            step::reach("after the temporary name");
            publish(entry, &name)?;
            self.labels.settle(None, &path)
        })
    }

    /// Sets the permission bits (of at most `0o7777`) of what the name leads to.
    ///
    /// # Errors
    /// If the permit is for another effect, the file changed, or the system refuses.
    pub fn set_mode(&self, permit: Permit, located: &Located, mode: u32) -> Result<(), HostError> {
        let target = located.target()?;
        check_permit(&permit, &effect(EffectKind::FileMeta, target))?;
        let label = permit.label();
        drop(permit);
        self.set_mode_at(target, mode, located.node, label)
    }

    pub(crate) fn set_mode_at(
        &self,
        entry: &Entry,
        mode: u32,
        node: Option<NodeIndex>,
        label: Label,
    ) -> Result<(), HostError> {
        entry.revalidate()?;
        let what = Act::SetMode { path: entry.path().into(), before: entry.found()?.mode, after: mode & 0o7777 };
        self.journal(node, &what, label, |_| set_mode(entry, mode))
    }
}

impl std::io::Write for crate::PreparedWrite {
    fn write(&mut self, chunk: &[u8]) -> std::io::Result<usize> {
        self.write_all(chunk).map(|()| chunk.len()).map_err(std::io::Error::other)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One atomic change of name. What stands at the new name is replaced only if it is what was decided on.
fn change_name(from: &Entry, to: &Entry) -> Result<(), HostError> {
    let (old, new) = (&from.directory.fd, &to.directory.fd);
    let (old_name, new_name) = (from.name_or_dot(), to.name_or_dot());
    let fail = || HostError::io("move", from.path());
    if to.meta.is_some() {
        to.revalidate()?;
        return renameat(old, old_name, new, new_name).map_err(fail());
    }
    match renameat_with(old, old_name, new, new_name, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(HostError::Changed { path: to.path().into() }),
        Err(Errno::INVAL | Errno::NOSYS) if !inside(from, to) => {
            to.revalidate()?;
            renameat(old, old_name, new, new_name).map_err(fail())
        }
        Err(error) => Err(fail()(error)),
    }
}

fn inside(from: &Entry, to: &Entry) -> bool {
    let mut prefix = from.path();
    prefix.push(b'/');
    to.path().starts_with(&prefix)
}

/// Sets the mode through a descriptor that was checked, so that a link planted meanwhile is not followed.
fn set_mode(entry: &Entry, mode: u32) -> Result<(), HostError> {
    let path = entry.path();
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = openat(&entry.directory.fd, entry.name_or_dot(), flags, Mode::empty())
        .map_err(HostError::io("open", path.as_slice()))?;
    let now = Meta::of(&fd).map_err(HostError::io("look at", path.as_slice()))?;
    if now.identity != entry.found()?.identity {
        return Err(HostError::Changed { path: path.into() });
    }
    let own = format!("/proc/self/fd/{}", fd.as_raw_fd());
    chmodat(CWD, own, Mode::from_raw_mode(mode & 0o7777), AtFlags::empty())
        .map_err(HostError::io("set the mode of", path.as_slice()))?;
    sync_directory(entry)
}

/// `0o777` less the umask. Reading the umask any other way would change it for all threads.
fn new_directory_mode() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("Umask:"))
        .and_then(|mask| u32::from_str_radix(mask.trim(), 8).ok())
        .unwrap_or(0o022);
    0o777 & !mask
}
