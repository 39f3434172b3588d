//! What a node is called with: values whole, blobs to be fed, labels.

use crate::outcome::Content;
use crate::program::{Entry, Planned};
use crate::run::{Done, Run};
use crate::{Blob, Cause, handle::Handles};
use std::io;
use std::sync::Arc;
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{HandleKind, Label, PortIndex, PortKind, Type, Value};

/// A blob that is fed to a node when its turn comes.
pub(crate) enum Feed {
    Whole(Arc<Value>),
    Kept(Arc<Blob>),
}

impl Feed {
    pub(crate) fn each_chunk<E: From<io::Error>>(&self, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Kept(blob) => blob.each_chunk(take),
            Self::Whole(value) => match &**value {
                Value::Bytes(bytes) => bytes.0.chunks(CHUNK_BYTES).try_for_each(take),
                Value::Text(text) => text.as_bytes().chunks(CHUNK_BYTES).try_for_each(take),
                _ => take(&[]),
            },
        }
    }
}

/// A node's inputs, as far as they do not stream.
pub(crate) struct Inputs {
    /// By port; `None` for blobs and what is absent.
    pub(crate) values: Vec<Option<Arc<Value>>>,
    pub(crate) feeds: Vec<(PortIndex, Feed)>,
    pub(crate) labels: Labels,
}

/// Labels of what enters a node.
#[derive(Clone)]
pub(crate) struct Labels {
    /// By input port.
    pub(crate) ports: Vec<Label>,
    /// What decided that the node runs.
    pub(crate) control: Label,
    pub(crate) authority: Label,
    pub(crate) payload: Label,
}

/// Collects what enters `node`. `None` if the node is skipped.
pub(crate) fn of(run: &Run<'_>, node: &Planned<'_>) -> Result<Option<Inputs>, Cause> {
    let mut control = Label::BOTTOM;
    if let Some(guard) = node.guard {
        let Some(Done { content, label, control: above }) = run.result(guard)? else {
            return Ok(None);
        };
        control = control.join(label).join(above);
        match content {
            Content::Value(value) if *value == Value::Bool(true) => {}
            _ => return Ok(None),
        }
    }
    let mut inputs = Inputs {
        values: vec![None; node.entries.len()],
        feeds: Vec::new(),
        labels: Labels {
            ports: vec![Label::BOTTOM; node.entries.len()],
            control,
            authority: Label::BOTTOM,
            payload: Label::BOTTOM,
        },
    };
    for (index, entry) in (0_u16..).zip(&node.entries) {
        if !enter(run, node, PortIndex(index), entry, &mut inputs)? {
            return Ok(None);
        }
    }
    Ok(Some(inputs))
}

/// Puts one entry where it belongs; false if what it comes from was skipped.
fn enter(
    run: &Run<'_>,
    node: &Planned<'_>,
    port: PortIndex,
    entry: &Entry<'_>,
    inputs: &mut Inputs,
) -> Result<bool, Cause> {
    let at = usize::from(port.0);
    let declared = &node.descriptor.inputs[at];
    let each = node.each.is_some_and(|each| each.port == port);
    let label = match entry {
        Entry::Absent => return Ok(true),
        Entry::Constant(value, label) => {
            let value = Arc::new(with_handles(value, &declared.ty, &run.handles));
            inputs.put(port, &declared.ty, each, value);
            *label
        }
        Entry::From(source) => {
            let streams =
                run.program.node(source.node).streams[usize::from(source.port.0)].contains(&(node.index, port));
            let (label, above) = if streams {
                match run.streaming_label(*source)? {
                    Some(labels) => labels,
                    None => return Ok(false),
                }
            } else {
                let Some(done) = run.result(*source)? else {
                    return Ok(false);
                };
                match done.content {
                    Content::Blob(blob) => inputs.feeds.push((port, Feed::Kept(blob))),
                    Content::Value(value) => inputs.put(port, &declared.ty, each, value),
                    Content::Skipped => return Ok(false),
                }
                (done.label, done.control)
            };
            inputs.labels.control = inputs.labels.control.join(above);
            label
        }
    };
    inputs.labels.ports[at] = label;
    match declared.kind {
        PortKind::Authority | PortKind::Intent => {
            inputs.labels.authority = inputs.labels.authority.join(label);
        }
        PortKind::Payload => inputs.labels.payload = inputs.labels.payload.join(label),
    }
    Ok(true)
}

impl Inputs {
    fn put(&mut self, port: PortIndex, ty: &Type, each: bool, value: Arc<Value>) {
        if matches!(ty, Type::Blob { .. }) && !each {
            self.feeds.push((port, Feed::Whole(value)));
        } else {
            self.values[usize::from(port.0)] = Some(value);
        }
    }
}

/// A path constant on a handle port becomes a handle: the plan decided it, so the host may open it.
fn with_handles(value: &Value, ty: &Type, handles: &Handles) -> Value {
    let mint = |kind: HandleKind, value: &Value| match value {
        Value::Text(path) => Value::Handle(handles.mint(kind, path.as_str().into())),
        Value::Bytes(path) => Value::Handle(handles.mint(kind, path.clone())),
        other => other.clone(),
    };
    match (ty, value) {
        (Type::Handle { kind, .. }, value) => match value {
            // The items of a bounded iteration.
            Value::List(items) => Value::List(items.iter().map(|item| mint(*kind, item)).collect()),
            value => mint(*kind, value),
        },
        (Type::List { item, .. }, Value::List(items)) => match **item {
            Type::Handle { kind, .. } => Value::List(items.iter().map(|item| mint(kind, item)).collect()),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}
