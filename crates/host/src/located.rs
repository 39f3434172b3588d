//! A file as it was looked at, and the effects that acting on it would have.

use crate::locate::Entry;
use crate::meta::{FileKind, Meta};
use crate::store::Reservation;
use crate::{HostError, Identity};
use std::sync::{Arc, Mutex, PoisonError};
use telos_abi::{ByteText, Effect, EffectKind, NodeIndex, Resource};

/// What a path stands for: the name itself and, where the name is a symbolic link, what it leads to.
///
/// Reads, writes and mode changes act on, and are decided for, what the link leads to; deleting, moving and making
/// links act on the name itself.
#[derive(Debug)]
pub struct Located {
    pub(crate) named: Entry,
    target: Result<Entry, &'static str>,
    pub(crate) keep: Keep,
    pub(crate) node: Option<NodeIndex>,
    /// The name under which it is acted on, if it is a cell.
    cell: Option<String>,
}

/// Whether earlier content of this file has room in the budget. Asked at the decision, used by the act.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keep(Arc<Mutex<Room>>);

#[derive(Debug, Default)]
pub(crate) enum Room {
    /// Nobody asked yet.
    #[default]
    Unasked,
    /// Set aside.
    Reserved(Reservation),
    /// There is none, and whoever decided was told.
    Told,
}

impl Keep {
    pub(crate) fn room(&self) -> std::sync::MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Located {
    pub(crate) fn new(named: Entry) -> Result<Self, HostError> {
        let target = match named.follow() {
            Ok(target) => Ok(target),
            Err(HostError::BrokenLink { why, .. }) => Err(why),
            Err(HostError::BadPath { .. }) => Err("its text is not a path"),
            Err(HostError::Io { .. }) if is_link(&named) => Err("its target cannot be reached"),
            Err(error) => return Err(error),
        };
        Ok(Self { named, target, keep: Keep::default(), node: None, cell: None })
    }

    pub(crate) fn for_cell(mut self, name: &str) -> Self {
        self.cell = Some(name.to_owned());
        self
    }

    /// An effect on the cell that this is.
    fn on_cell(&self, kind: EffectKind) -> Option<Effect> {
        self.cell.as_ref().map(|name| Effect { kind, resource: Resource::Named(name.clone()) })
    }

    /// Names the plan's node that acts, for the journal.
    #[must_use]
    pub fn for_node(mut self, node: NodeIndex) -> Self {
        self.node = Some(node);
        self
    }

    /// What the path leads to.
    ///
    /// # Errors
    /// [`HostError::BrokenLink`].
    pub(crate) fn target(&self) -> Result<&Entry, HostError> {
        self.target.as_ref().map_err(|why| HostError::BrokenLink { path: self.named.path().into(), why })
    }

    /// The real path of what the name leads to; of the name itself if it is a broken link.
    #[must_use]
    pub fn path(&self) -> ByteText {
        self.target.as_ref().unwrap_or(&self.named).path().into()
    }

    /// The real path of the name itself.
    #[must_use]
    pub fn name_path(&self) -> ByteText {
        self.named.path().into()
    }

    /// Metadata of what the name leads to; `None` if that does not exist.
    #[must_use]
    pub fn meta(&self) -> Option<&Meta> {
        self.target.as_ref().ok()?.meta.as_ref()
    }

    /// What the name leads to, as a kind; `None` if that does not exist.
    #[must_use]
    pub fn kind(&self) -> Option<FileKind> {
        self.meta().map(|meta| meta.kind)
    }

    /// Which file the name leads to; `None` if that does not exist.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        self.meta().map(|meta| meta.identity)
    }

    /// Whether the name itself is a symbolic link.
    #[must_use]
    pub fn is_link(&self) -> bool {
        is_link(&self.named)
    }

    /// The effect of reading the content.
    ///
    /// # Errors
    /// If there is nothing to read, or a link is broken. A cell can always be read.
    pub fn read_effect(&self) -> Result<Effect, HostError> {
        self.on_cell(EffectKind::CellRead).map_or_else(|| self.on_target(EffectKind::FileRead), Ok)
    }

    /// The effect of listing the directory.
    ///
    /// # Errors
    /// As [`Located::read_effect`].
    pub fn list_effect(&self) -> Result<Effect, HostError> {
        self.on_target(EffectKind::FileList)
    }

    /// The effect of looking whether the name is there.
    #[must_use]
    pub fn presence_effect(&self) -> Effect {
        effect(EffectKind::FileList, &self.named)
    }

    /// The effect of changing permission bits.
    ///
    /// # Errors
    /// As [`Located::read_effect`].
    pub fn mode_effect(&self) -> Result<Effect, HostError> {
        self.on_target(EffectKind::FileMeta)
    }

    /// The effect of writing: `FileOverwrite` if something stands there, else `FileCreate`; `CellWrite` of a cell.
    ///
    /// # Errors
    /// If a link is broken.
    pub fn write_effect(&self) -> Result<Effect, HostError> {
        let target = self.target()?;
        Ok(self.on_cell(EffectKind::CellWrite).unwrap_or_else(|| effect(arrival(target), target)))
    }

    /// The effect of removing the name.
    ///
    /// # Errors
    /// If there is nothing to remove.
    pub fn delete_effect(&self) -> Result<Effect, HostError> {
        self.named.found()?;
        Ok(effect(EffectKind::FileDelete, &self.named))
    }

    /// The two effects of giving this file the name `to`: on the source, and on the target as create or overwrite.
    ///
    /// # Errors
    /// If there is nothing to move.
    pub fn move_effects(&self, to: &Self) -> Result<[Effect; 2], HostError> {
        self.named.found()?;
        Ok([effect(EffectKind::FileMove, &self.named), effect(arrival(&to.named), &to.named)])
    }

    /// The effect of making a symbolic link here, in place of whatever stands here.
    #[must_use]
    pub fn link_effect(&self) -> Effect {
        effect(EffectKind::LinkCreate, &self.named)
    }

    /// The effects of making this directory and those that must contain it, outermost first. Empty if it exists.
    #[must_use]
    pub fn directory_effects(&self) -> Vec<Effect> {
        if self.named.meta.is_some() {
            return Vec::new();
        }
        self.new_directories()
            .into_iter()
            .map(|path| Effect { kind: EffectKind::DirCreate, resource: Resource::Path(path.into()) })
            .collect()
    }

    pub(crate) fn new_directories(&self) -> Vec<Vec<u8>> {
        let mut paths = self.named.missing_directories();
        paths.push(self.named.path());
        paths
    }

    fn on_target(&self, kind: EffectKind) -> Result<Effect, HostError> {
        let target = self.target()?;
        target.found()?;
        Ok(effect(kind, target))
    }
}

/// An effect on a name.
pub(crate) fn effect(kind: EffectKind, entry: &Entry) -> Effect {
    Effect { kind, resource: Resource::Path(entry.path().into()) }
}

/// The kind of effect that puts something at this name.
pub(crate) fn arrival(entry: &Entry) -> EffectKind {
    if entry.meta.is_some() { EffectKind::FileOverwrite } else { EffectKind::FileCreate }
}

fn is_link(entry: &Entry) -> bool {
    entry.meta.is_some_and(|meta| meta.kind == FileKind::Link)
}
