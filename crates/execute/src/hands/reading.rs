//! Reading files and standard input.

use super::{At, path, paths};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::limit::WINDOW_BYTES_MAX;
use telos_abi::{ByteText, Effect, Facts, Label, PortIndex, Value};
use telos_host::FileReader;
use telos_policy::Permit;

const CONTENT: PortIndex = PortIndex(0);
const SIZE: PortIndex = PortIndex(1);

/// `file.read`, `file.read-all`: one file, or several one after the other.
pub(super) struct Read<'h> {
    at: At<'h>,
    paths: Vec<ByteText>,
    /// Whether each file that does not end in a line feed gets one.
    ends_lines: bool,
}

impl<'h> Read<'h> {
    pub(super) fn one(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { at, paths: vec![path(call, 0)?], ends_lines: false })
    }

    pub(super) fn all(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { at, paths: paths(call, 0)?, ends_lines: true })
    }
}

impl Step for Read<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("reading takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let effects = self.paths.iter().map(|path| {
            let located = self.at.look(path)?;
            Ok(self.at.facts(&located, located.read_effect()?))
        });
        effects.collect()
    }

    fn label(&self) -> Result<Label, StepError> {
        self.paths.iter().try_fold(Label::BOTTOM, |label, path| {
            let own = self.at.host.label_of(&self.at.look(path)?)?;
            Ok(label.join(own))
        })
    }

    fn bytes(&self) -> Option<u64> {
        self.paths.iter().map(|path| Some(self.at.look(path).ok()?.meta()?.size)).sum()
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut chunk = Vec::new();
        for (path, permit) in self.paths.iter().zip(permits) {
            let located = self.at.look(path)?;
            let mut reader = self.at.host.read(permit, &located)?;
            let last = pump(&mut reader, &mut chunk, out)?;
            if self.ends_lines && last.is_some_and(|last| last != b'\n') {
                out.chunk(CONTENT, b"\n")?;
            }
        }
        Ok(())
    }
}

/// `file.window`: some bytes from an offset.
pub(super) struct Window<'h> {
    at: At<'h>,
    path: ByteText,
    offset: u64,
    length: usize,
}

impl<'h> Window<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let number = |input: usize| match call.arguments.get(input) {
            Some(Some(Value::Int(number))) => Ok(u64::try_from(*number).unwrap_or(0)),
            _ => Err(StepError::from(format!("input {input} of `{}` is not a number", call.primitive))),
        };
        let length = usize::try_from(number(2)?).unwrap_or(usize::MAX);
        if length > WINDOW_BYTES_MAX {
            return Err(format!("a window of {length} bytes is more than the {WINDOW_BYTES_MAX} of one event").into());
        }
        Ok(Self { at, path: path(call, 0)?, offset: number(1)?, length })
    }
}

impl Step for Window<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("reading takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let located = self.at.look(&self.path)?;
        Ok(vec![self.at.facts(&located, located.read_effect()?)])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(self.at.host.label_of(&self.at.look(&self.path)?)?)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = permits.into_iter().next().ok_or("an effect has no permit")?;
        let reader = self.at.host.read(permit, &self.at.look(&self.path)?)?;
        out.chunk(CONTENT, &reader.window(self.offset, self.length)?)?;
        let size = reader.size().unwrap_or(0);
        out.value(SIZE, Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
    }
}

/// `stdin.read`.
pub(super) struct StandardInput<'h>(At<'h>);

impl<'h> StandardInput<'h> {
    pub(super) fn new(at: At<'h>) -> Self {
        Self(at)
    }
}

impl Step for StandardInput<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("reading takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(Vec::new())
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, _: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut reader = self.0.host.standard_input()?;
        pump(&mut reader, &mut Vec::new(), out)?;
        Ok(())
    }
}

/// Hands everything on, and tells the last byte.
fn pump(reader: &mut FileReader, chunk: &mut Vec<u8>, out: &mut dyn Sink) -> Result<Option<u8>, StepError> {
    let mut last = None;
    while reader.next_chunk(chunk)? {
        last = chunk.last().copied();
        out.chunk(CONTENT, chunk)?;
    }
    Ok(last)
}
