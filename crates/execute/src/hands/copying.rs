//! Copying files: one decision on the reading and the writing, so that a copy carries what the original does.

use super::changing::{give, make_missing, next, place_in, takes_no_data};
use super::{At, path};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Effect, EffectKind, Facts, HandleKind, Label, PortIndex};
use telos_host::FileKind;
use telos_policy::Permit;

/// `file.copy`, `file.copy-into`.
pub(super) struct Copy<'h> {
    at: At<'h>,
    from: ByteText,
    to: ByteText,
    /// The directory to make if it is missing.
    directory: Option<ByteText>,
}

impl<'h> Copy<'h> {
    pub(super) fn into_directory(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let from = at.look(&path(call, 0)?)?.name_path();
        let (directory, to) = place_in(at, call, &from)?;
        Ok(Self { at, from, to: at.look(&to)?.path(), directory: Some(directory) })
    }

    pub(super) fn to_name(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let from = at.look(&path(call, 0)?)?.name_path();
        let to = at.look(&path(call, 1)?)?;
        if to.kind().is_none() {
            // Tells now, and not after other changes, that the name cannot be written.
            drop(at.host.prepare_write(&to)?);
        }
        Ok(Self { at, from, to: to.path(), directory: None })
    }
}

impl Step for Copy<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.to.clone())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let (from, to) = (self.at.look(&self.from)?, self.at.look(&self.to)?);
        let read = from.read_effect()?;
        if from.kind() != Some(FileKind::File) {
            return Err(format!("{} is not a regular file and is not copied", self.from).into());
        }
        if !matches!(to.kind(), None | Some(FileKind::File)) {
            return Err(format!("{} is there and is not a regular file", self.to).into());
        }
        if from.identity() == to.identity() {
            return Err(format!("{} is the file that is to be copied; give another name", self.to).into());
        }
        let mut effects = vec![self.at.facts(&from, read)];
        if let Some(directory) = &self.directory {
            let directory = self.at.look(directory)?;
            let made = directory.directory_effects().into_iter();
            effects.extend(made.map(|effect| self.at.facts(&directory, effect)));
        }
        effects.push(self.at.facts(&to, to.write_effect()?));
        Ok(effects)
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(self.at.host.label_of(&self.at.look(&self.from)?)?)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        let read = next(&mut permits)?;
        let mut makes: Vec<Permit> = permits.collect();
        let write = makes.pop().ok_or("an effect has no permit")?;
        let begun = 1 + makes.len();
        if let Some(directory) = &self.directory {
            make_missing(self.at, directory, makes)?;
        }
        out.done(begun)?;
        let from = self.at.look(&self.from)?;
        let to = self.at.look_to_act(&self.to, EffectKind::FileOverwrite)?;
        self.at.host.copy(read, write, &from, &to)?;
        give(out, HandleKind::File, self.to)
    }
}
