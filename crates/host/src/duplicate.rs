//! Copying a file: a read and a write that share one decision, so that the copy carries what the original did.

use crate::HostError;
use crate::host::{Host, check_permit};
use crate::located::Located;
use crate::meta::{FileKind, Meta};
use crate::write::{Restored, WriteDone};
use telos_policy::Permit;

/// Permission bits that a copy takes over: whoever may not give a file away must not make one that acts as another.
const MODE_BITS: u32 = 0o777;

impl Host {
    /// Looks at what `located` leads to, now: its kind, size and times.
    ///
    /// # Errors
    /// If the permit is for another effect than listing it, or it is gone.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
    pub fn look(&self, permit: Permit, located: &Located) -> Result<Meta, HostError> {
        check_permit(&permit, &located.list_effect()?)?;
        let entry = located.target()?;
        entry.same_place()?;
        entry.look()?.ok_or_else(|| HostError::NotFound { path: entry.path().into() })
    }

    /// Whether anything has this name now: a link to nowhere has.
    ///
    /// # Errors
    /// If the permit is for another effect, or the directory cannot be looked into.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
    pub fn exists(&self, permit: Permit, located: &Located) -> Result<bool, HostError> {
        check_permit(&permit, &located.presence_effect())?;
        Ok(located.named.look()?.is_some())
    }

    /// Gives what `to` leads to the content of `from`. A new file takes over the permission bits and the time of last
    /// change; a file that is replaced keeps its own bits, as in every write. The copy's label joins what the original
    /// carries with both permits'.
    ///
    /// # Errors
    /// As [`Host::read`] and [`Host::commit_write`]; also if both names lead to the same file.
    pub fn copy(&self, source: Permit, target: Permit, from: &Located, to: &Located) -> Result<WriteDone, HostError> {
        check_permit(&target, &to.write_effect()?)?;
        if from.identity().is_some() && from.identity() == to.identity() {
            return Err(HostError::WrongKind {
                path: to.path(),
                found: "the file that is to be copied",
                needed: "another name",
            });
        }
        let mut reader = self.read(source, from)?;
        let mut prepared = self.prepare_write(to)?;
        let mut chunk = Vec::new();
        while reader.next_chunk(&mut chunk)? {
            prepared.write_all(&chunk)?;
        }
        let fresh = to.meta().is_none();
        let meta = from.meta().filter(|meta| fresh && meta.kind == FileKind::File);
        let like = meta.map(|meta| Restored { mode: meta.mode & MODE_BITS, mtime_ns: meta.mtime_ns });
        self.commit_write_like(target, prepared, reader.label(), like)
    }
}
