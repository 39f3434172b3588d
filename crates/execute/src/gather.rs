//! Collects what one call gives, checks it, and turns it into contents.

use crate::check::{Allowed, decode, fits};
use crate::handle::Handles;
use crate::outcome::Content;
use crate::program::Planned;
use crate::spool::Spool;
use crate::{Cause, Ports, Progress};
use std::collections::BTreeSet;
use std::sync::Arc;
use telos_abi::limit::VALUE_BYTES_MAX;
use telos_abi::{ByteText, Digest, Handle, PortIndex, Type, Value};

/// The outputs of one call.
pub(crate) struct Gather<'a> {
    node: &'a Planned<'a>,
    handles: &'a Handles,
    slots: Vec<Slot<'a>>,
    /// Who is shown the blobs that are outputs of the plan, as they come.
    shown: Option<&'a dyn Progress>,
}

enum Slot<'a> {
    Value(Option<Value>),
    Blob { bytes: u64, keep: Keep<'a> },
}

/// What becomes of a blob beside streaming on.
enum Keep<'a> {
    Nothing,
    Spool(Spool<'a>),
    /// For a list of blobs.
    Whole(Vec<u8>),
}

/// What a node gave: nothing where a blob only streamed on.
pub(crate) type Contents = Vec<Option<Content>>;

impl<'a> Gather<'a> {
    /// For a node that runs once.
    pub(crate) fn once(node: &'a Planned<'a>, handles: &'a Handles, ports: &Ports<'a>) -> Self {
        let keep = |kept| if kept { Keep::Spool(Spool::new(ports.scratch)) } else { Keep::Nothing };
        Self { shown: Some(ports.progress), ..Self::new(node, handles, keep) }
    }

    /// For one item of a bounded iteration.
    pub(crate) fn item(node: &'a Planned<'a>, handles: &'a Handles) -> Self {
        Self::new(node, handles, |_| Keep::Whole(Vec::new()))
    }

    fn new(node: &'a Planned<'a>, handles: &'a Handles, keep: impl Fn(bool) -> Keep<'a>) -> Self {
        let slots = node.descriptor.outputs.iter().zip(&node.kept).map(|(output, kept)| {
            if matches!(output.ty, Type::Blob { .. }) {
                Slot::Blob { bytes: 0, keep: keep(*kept) }
            } else {
                Slot::Value(None)
            }
        });
        Self { node, handles, slots: slots.collect(), shown: None }
    }

    /// Whether this output is a blob.
    pub(crate) fn is_blob(&self, port: PortIndex) -> Result<bool, Cause> {
        match self.slots.get(usize::from(port.0)) {
            Some(slot) => Ok(matches!(slot, Slot::Blob { .. })),
            None => Err(broken(port, "there is no such output")),
        }
    }

    /// The next bytes of a blob.
    pub(crate) fn chunk(&mut self, port: PortIndex, chunk: &[u8]) -> Result<(), Cause> {
        let at = usize::from(port.0);
        let Some(Slot::Blob { bytes, keep }) = self.slots.get_mut(at) else {
            return Err(broken(port, "it is not a blob"));
        };
        *bytes = bytes.saturating_add(chunk.len() as u64);
        let Type::Blob { max, .. } = &self.node.descriptor.outputs[at].ty else {
            return Err(broken(port, "it is not a blob"));
        };
        if *bytes > *max {
            return Err(broken(port, &format!("more than {max} bytes")));
        }
        if let (Some(shown), Some(position)) = (self.shown, self.node.shown[at]) {
            shown.bytes(position, chunk);
        }
        match keep {
            Keep::Nothing => Ok(()),
            Keep::Spool(spool) => spool.write(chunk).map_err(Cause::Spool),
            Keep::Whole(whole) if whole.len() + chunk.len() > VALUE_BYTES_MAX => {
                Err(broken(port, "an item of a list is larger than a value may be"))
            }
            Keep::Whole(whole) => {
                whole.extend_from_slice(chunk);
                Ok(())
            }
        }
    }

    /// CBOR of a value, from a guest that was given these handles.
    pub(crate) fn encoded(&mut self, port: PortIndex, bytes: &[u8], given: &BTreeSet<Handle>) -> Result<(), Cause> {
        let value = decode(bytes).map_err(|text| broken(port, &text))?;
        self.value(port, value, Some(given))
    }

    /// A value; `given` as in [`Allowed`].
    pub(crate) fn value(
        &mut self,
        port: PortIndex,
        value: Value,
        given: Option<&BTreeSet<Handle>>,
    ) -> Result<(), Cause> {
        let at = usize::from(port.0);
        let Some(Slot::Value(slot)) = self.slots.get_mut(at) else {
            return Err(broken(port, "it does not take a value"));
        };
        if slot.is_some() {
            return Err(broken(port, "it was given twice"));
        }
        let allowed = Allowed { handles: self.handles, given };
        fits(&value, &self.node.descriptor.outputs[at].ty, &allowed).map_err(|text| broken(port, &text))?;
        *slot = Some(value);
        Ok(())
    }

    /// Every output, now that the call is over. Nothing further is taken.
    pub(crate) fn finish(&mut self) -> Result<Contents, Cause> {
        let each = (0_u16..).zip(std::mem::take(&mut self.slots));
        each.map(|(port, slot)| match slot {
            Slot::Value(Some(value)) => Ok(Some(Content::Value(Arc::new(value)))),
            Slot::Value(None) => Err(broken(PortIndex(port), "it was not given")),
            Slot::Blob { keep, .. } => Ok(match keep {
                Keep::Nothing => None,
                Keep::Spool(spool) => Some(Content::Blob(Arc::new(spool.finish()))),
                Keep::Whole(bytes) => Some(Content::Value(Arc::new(Value::Bytes(ByteText(bytes))))),
            }),
        })
        .collect()
    }
}

/// Turns the items' outputs into one list for each output.
pub(crate) struct Lists {
    lists: Vec<Vec<Value>>,
    bytes: usize,
}

impl Lists {
    pub(crate) fn new(outputs: usize) -> Self {
        Self { lists: vec![Vec::new(); outputs], bytes: 0 }
    }

    pub(crate) fn push(&mut self, contents: Contents) -> Result<(), Cause> {
        for ((port, list), content) in (0_u16..).zip(&mut self.lists).zip(contents) {
            let Some(Content::Value(value)) = content else {
                continue;
            };
            if let Value::Bytes(bytes) = &*value {
                self.bytes = self.bytes.saturating_add(bytes.0.len());
            }
            if self.bytes > VALUE_BYTES_MAX {
                return Err(broken(PortIndex(port), "the items together are larger than a value may be"));
            }
            list.push(Arc::unwrap_or_clone(value));
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Contents {
        self.lists.into_iter().map(|list| Some(Content::Value(Arc::new(Value::List(list))))).collect()
    }
}

/// The digest that a receipt shows for an output.
pub(crate) fn digest(content: Option<&Content>) -> Digest {
    match content {
        Some(Content::Blob(blob)) => blob.digest(),
        Some(Content::Value(value)) => {
            let mut hasher = blake3::Hasher::new();
            // Writing to a hasher cannot fail, and every value has a wire form.
            let _ = ciborium::into_writer(&**value, &mut hasher);
            Digest(*hasher.finalize().as_bytes())
        }
        Some(Content::Skipped) | None => Digest::ZERO,
    }
}

fn broken(port: PortIndex, text: &str) -> Cause {
    Cause::Type { port: port.0, text: text.into() }
}
