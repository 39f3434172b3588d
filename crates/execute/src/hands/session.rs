//! What a session asks to see: the values that one event puts into its graph.

use super::{joined, known};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Effect, EffectKind, Facts, HandleKind, Label, PortIndex, Resource, Value};
use telos_policy::Permit;

/// What one event asks for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Where it goes on below the file or directory that was opened; empty for that itself.
    pub within: ByteText,
    /// By output, for all but the file or directory; bytes for a blob.
    pub values: Vec<(PortIndex, Value)>,
}

/// `reader.open`, `reader.table`, `reader.files`.
pub(super) struct Ask<'h> {
    asked: &'h Asked,
    /// What is open, if the session has it by its handle.
    open: Option<(HandleKind, ByteText)>,
}

impl<'h> Ask<'h> {
    pub(super) fn new(asked: Option<&'h Asked>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let asked = asked.ok_or_else(|| format!("the session of `{}` has ended; ask for it again", call.primitive))?;
        let open = match call.arguments.first().copied().flatten() {
            Some(Value::Handle(handle)) => {
                let kind = if call.primitive == "reader.files" { HandleKind::Directory } else { HandleKind::File };
                let path = known(call, *handle)?;
                let path = if asked.within.0.is_empty() { path } else { joined(&path, &asked.within.0) };
                Some((kind, path))
            }
            _ => None,
        };
        Ok(Self { asked, open })
    }
}

impl Step for Ask<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    /// A table goes to what shows it, not through here.
    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Ok(())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(Effect { kind: EffectKind::Show, resource: Resource::None }, Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        drop(permits);
        if let Some((kind, path)) = self.open {
            let handle = out.handle(kind, path);
            out.value(PortIndex(0), Value::Handle(handle))?;
        }
        for (port, value) in &self.asked.values {
            match value {
                Value::Bytes(bytes) => out.chunk(*port, &bytes.0)?,
                value => out.value(*port, value.clone())?,
            }
        }
        Ok(())
    }
}
