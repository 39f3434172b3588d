//! Writing, deleting, moving, making directories.

use super::{At, folders, joined, naming, path};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Digest, Effect, EffectKind, Facts, HandleKind, Label, PortIndex, Value};
use telos_host::{FileKind, Located, PreparedWrite};
use telos_policy::Permit;

const RESULT: PortIndex = PortIndex(0);

pub(super) fn takes_no_data() -> Result<(), StepError> {
    Err("this primitive takes no data".into())
}

pub(super) fn give(out: &mut dyn Sink, kind: HandleKind, path: ByteText) -> Result<(), StepError> {
    let handle = out.handle(kind, path);
    out.value(RESULT, Value::Handle(handle))
}

/// The next permit; the executor gives one for each effect.
pub(super) fn next(permits: &mut impl Iterator<Item = Permit>) -> Result<Permit, StepError> {
    permits.next().ok_or_else(|| "an effect has no permit".into())
}

/// The directory at input 1, and the path there of a file that keeps its own name.
pub(super) fn place_in(at: At<'_>, call: &HostCall<'_>, from: &ByteText) -> Result<(ByteText, ByteText), StepError> {
    let directory = at.look(&path(call, 1)?)?;
    if !matches!(directory.kind(), None | Some(FileKind::Directory)) {
        return Err(format!("{} is not a directory", directory.path()).into());
    }
    let directory = directory.path();
    let name = from.0.rsplit(|byte| *byte == b'/').next().unwrap_or(&[]);
    let to = joined(&directory, name);
    Ok((directory, to))
}

/// Makes a directory that was missing when its effects were decided.
pub(super) fn make_missing(at: At<'_>, directory: &ByteText, permits: Vec<Permit>) -> Result<(), StepError> {
    let directory = at.look(directory)?;
    // Another item of the same barrier may have made it: then its permits are simply not used.
    if directory.kind().is_none() && !permits.is_empty() {
        at.host.make_directory(permits, &directory)?;
    }
    Ok(())
}

/// `file.write`.
pub(super) struct Write<'h> {
    at: At<'h>,
    located: Located,
    prepared: PreparedWrite,
}

impl<'h> Write<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let located = at.look(&path(call, 0)?)?;
        let prepared = at.host.prepare_write(&located)?;
        Ok(Self { at, located, prepared })
    }
}

impl Step for Write<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.located.path())
    }

    fn push(&mut self, _: PortIndex, chunk: &[u8]) -> Result<(), StepError> {
        Ok(self.prepared.write_all(chunk)?)
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let effect = self.located.write_effect()?;
        Ok(vec![self.at.facts(&self.located, effect)])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn content(&self) -> Option<Digest> {
        Some(self.prepared.content())
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = next(&mut permits.into_iter())?;
        let path = self.located.path();
        // The permit carries the label of what is written.
        self.at.host.commit_write(permit, self.prepared, Label::BOTTOM)?;
        give(out, HandleKind::File, path)
    }
}

/// `file.delete`.
pub(super) struct Delete<'h> {
    at: At<'h>,
    path: ByteText,
}

impl<'h> Delete<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let path = at.look(&path(call, 0)?)?.name_path();
        Ok(Self { at, path })
    }
}

impl Step for Delete<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.path.clone())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let located = self.at.look(&self.path)?;
        Ok(vec![self.at.facts(&located, located.delete_effect()?)])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, _: &mut dyn Sink) -> Result<(), StepError> {
        let permit = next(&mut permits.into_iter())?;
        let located = self.at.look_to_act(&self.path, EffectKind::FileDelete)?;
        Ok(self.at.host.delete(permit, &located)?)
    }
}

/// `file.move`, `file.rename`, and the same for directories.
pub(super) struct Move<'h> {
    at: At<'h>,
    from: ByteText,
    to: ByteText,
    /// What is moved.
    kind: HandleKind,
    /// The directory to make if it is missing; what already stands at the target is then not replaced.
    directory: Option<ByteText>,
    /// Whether nothing is to be done, because the rule that makes the new name changes nothing in this one.
    keeps_its_name: bool,
}

impl<'h> Move<'h> {
    pub(super) fn into_directory(at: At<'h>, call: &HostCall<'_>, kind: HandleKind) -> Result<Self, StepError> {
        let from = at.look(&path(call, 0)?)?.name_path();
        let (directory, to) = place_in(at, call, &from)?;
        Ok(Self { at, to, from, kind, directory: Some(directory), keeps_its_name: false })
    }

    /// Into the folder of the directory that a file belongs to by its kind, its extension or the month of its last change.
    pub(super) fn into_folder(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let located = at.look(&path(call, 0)?)?;
        let (from, changed_ns) = (located.name_path(), located.meta().map_or(0, |meta| meta.mtime_ns));
        let by = match call.arguments.get(2) {
            Some(Some(Value::Variant(case, _))) => case.as_str(),
            _ => return Err(format!("input 2 of `{}` is not a choice", call.primitive).into()),
        };
        let above = at.look(&path(call, 1)?)?.path();
        let name = from.0.rsplit(|byte| *byte == b'/').next().unwrap_or(&[]);
        let directory = joined(&above, folders::folder(by, name, changed_ns).as_bytes());
        let to = joined(&directory, name);
        Ok(Self { at, to, from, kind: HandleKind::File, directory: Some(directory), keeps_its_name: false })
    }

    /// To a name that is made from its own, beside it. What already has that name is not replaced.
    pub(super) fn to_changed_name(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let from = at.look(&path(call, 0)?)?.name_path();
        let directory = at.look(&path(call, 1)?)?.path();
        let cut = from.0.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let (above, name) = from.0.split_at(cut);
        // `docs-old` begins like `docs` and is not in it; the root ends with its own slash.
        let root = directory.as_bytes().strip_suffix(b"/").unwrap_or(directory.as_bytes());
        if !above.strip_prefix(root).is_some_and(|rest| rest.starts_with(b"/")) {
            return Err(format!("{from} is not in {directory}").into());
        }
        let name = std::str::from_utf8(name).map_err(|_| format!("the name of {from} is not UTF-8"))?;
        let changed = naming::Change::of(call)?.changed(name)?;
        let to = ByteText([above, changed.as_bytes()].concat());
        let keeps_its_name = from == to;
        Ok(Self { at, from, to, kind: HandleKind::File, directory: Some(directory), keeps_its_name })
    }

    pub(super) fn to_name(at: At<'h>, call: &HostCall<'_>, kind: HandleKind) -> Result<Self, StepError> {
        Ok(Self {
            at,
            from: at.look(&path(call, 0)?)?.name_path(),
            to: at.look(&path(call, 1)?)?.name_path(),
            kind,
            directory: None,
            keeps_its_name: false,
        })
    }
}

impl Step for Move<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.from.clone())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        if self.keeps_its_name {
            return Ok(Vec::new());
        }
        let (from, to) = (self.at.look(&self.from)?, self.at.look(&self.to)?);
        let mut effects = Vec::new();
        if self.kind == HandleKind::Directory && from.kind() != Some(FileKind::Directory) {
            return Err(format!("{} is not a directory", self.from).into());
        }
        if self.to.0.strip_prefix(self.from.as_bytes()).is_some_and(|rest| rest.starts_with(b"/")) {
            return Err(format!("{} cannot be moved into itself: {} is in it", self.from, self.to).into());
        }
        let keeps = self.directory.is_some() || self.kind == HandleKind::Directory;
        if keeps && (to.kind().is_some() || to.is_link()) {
            return Err(format!("{} is already there and is not replaced", self.to).into());
        }
        if let Some(directory) = &self.directory {
            let directory = self.at.look(directory)?;
            let made = directory.directory_effects().into_iter();
            effects.extend(made.map(|effect| self.at.facts(&directory, effect)));
        }
        let [leaves, arrives] = from.move_effects(&to)?;
        effects.push(self.at.facts(&from, leaves));
        effects.push(self.at.facts(&to, arrives));
        Ok(effects)
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, mut permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        if self.keeps_its_name {
            return give(out, self.kind, self.to);
        }
        let mut moves = permits.split_off(permits.len().saturating_sub(2)).into_iter();
        if let Some(directory) = &self.directory {
            make_missing(self.at, directory, permits)?;
        }
        let from = self.at.look_to_act(&self.from, EffectKind::FileMove)?;
        let to = self.at.look_to_act(&self.to, EffectKind::FileOverwrite)?;
        self.at.host.rename(next(&mut moves)?, next(&mut moves)?, &from, &to)?;
        give(out, self.kind, self.to)
    }
}

/// `directory.make`. A directory that is already there is fine.
pub(super) struct MakeDirectory<'h> {
    at: At<'h>,
    path: ByteText,
}

impl<'h> MakeDirectory<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let path = path(call, 0)?;
        Ok(Self { at, path })
    }
}

impl Step for MakeDirectory<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let located = self.at.look(&self.path)?;
        if !matches!(located.kind(), None | Some(FileKind::Directory)) {
            return Err(format!("{} is there and is not a directory", located.path()).into());
        }
        let effects = located.directory_effects().into_iter();
        Ok(effects.map(|effect| self.at.facts(&located, effect)).collect())
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let located = self.at.look(&self.path)?;
        if located.kind().is_none() {
            self.at.host.make_directory(permits, &located)?;
        }
        give(out, HandleKind::Directory, located.path())
    }
}
