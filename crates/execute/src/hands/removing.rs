//! Deleting a directory with all that is in it.

use super::changing::{next, takes_no_data};
use super::{At, joined, path};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label, PortIndex};
use telos_host::{FileKind, ListOptions};
use telos_policy::Permit;

/// `directory.delete`: every name beneath is an effect of its own, so that each is decided, journalled and given back.
pub(super) struct DeleteTree<'h> {
    at: At<'h>,
    directory: ByteText,
    /// What is beneath and then the directory itself, in the order in which they can go: contents first.
    names: Vec<ByteText>,
}

impl<'h> DeleteTree<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let located = at.look(&path(call, 0)?)?;
        let directory = located.name_path();
        if located.is_link() || !matches!(located.kind(), Some(FileKind::Directory)) {
            return Err(format!("{directory} is not a directory").into());
        }
        if at.view(&directory)?.is_empty() {
            return Err("the directory that you work in cannot be deleted".into());
        }
        Ok(Self { at, directory, names: Vec::new() })
    }
}

impl Step for DeleteTree<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.directory.clone())
    }

    fn looks(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let located = self.at.look(&self.directory)?;
        Ok(vec![self.at.facts(&located, located.list_effect()?)])
    }

    fn look(&mut self, permits: Vec<Permit>) -> Result<(), StepError> {
        let located = self.at.look(&self.directory)?;
        let options = ListOptions { recursive: true, hidden: true, ..ListOptions::default() };
        let listing = self.at.host.list(next(&mut permits.into_iter())?, &located, options)?;
        if let Some((left_out, why)) = listing.skipped.first() {
            let path = joined(&listing.directory, left_out.as_bytes());
            return Err(format!("{path} cannot be looked into, so that nothing was deleted: {why}").into());
        }
        self.names = listing.entries.iter().map(|entry| joined(&listing.directory, &entry.path.0)).collect();
        // What is inside has a longer path with the same beginning.
        self.names.sort_by(|a, b| b.0.cmp(&a.0));
        self.names.push(self.directory.clone());
        Ok(())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let each = self.names.iter().map(|name| {
            let located = self.at.look(name)?;
            Ok(self.at.facts(&located, located.delete_effect()?))
        });
        each.collect()
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, _: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        for name in &self.names {
            let located = self.at.look_to_act(name, EffectKind::FileDelete)?;
            self.at.host.delete(next(&mut permits)?, &located)?;
        }
        Ok(())
    }
}
