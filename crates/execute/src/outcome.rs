//! How a run ends.

use crate::handle::Handles;
use crate::{Blob, StepError};
use std::fmt;
use std::sync::Arc;
use telos_abi::{ByteText, Effect, EffectKind, Handle, Label, NodeIndex, RecordError, Rule, Value};
use telos_engine::{CallError, EngineError};
use telos_policy::Refusal;

/// What one of the plan's outputs holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// A value held whole.
    Value(Arc<Value>),
    /// A blob.
    Blob(Arc<Blob>),
    /// Nothing: a guard was false.
    Skipped,
}

/// One of the plan's outputs.
#[derive(Clone, Debug)]
pub struct Output {
    /// What it holds.
    pub content: Content,
    /// Its actual label.
    pub label: Label,
}

/// What the run used, summed over all calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunUsage {
    /// Units of fuel.
    pub fuel: u64,
    /// Greatest memory of any one guest, in bytes.
    pub memory_bytes: u64,
    /// Bytes emitted by guests.
    pub output_bytes: u64,
    /// Calls of primitives.
    pub calls: u64,
}

/// What the run changed on the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files, directories and links that were made or replaced, in order.
    pub written: Vec<ByteText>,
    /// Names that are gone, in order.
    pub removed: Vec<ByteText>,
}

impl Changes {
    pub(crate) fn add(&mut self, effect: &Effect) {
        let telos_abi::Resource::Path(path) = &effect.resource else {
            return;
        };
        match effect.kind {
            EffectKind::FileDelete | EffectKind::FileMove => self.removed.push(path.clone()),
            kind if crate::effects::is_read(kind) => {}
            _ => self.written.push(path.clone()),
        }
    }

    /// Whether the host is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }
}

/// A run that reached its end.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The plan's outputs, in order.
    pub outputs: Vec<Output>,
    /// What was changed.
    pub changes: Changes,
    /// What was used.
    pub usage: RunUsage,
    pub(crate) handles: Arc<Handles>,
}

impl Outcome {
    /// What a handle among the outputs stands for: absolute, or relative to the run's directory.
    #[must_use]
    pub fn path(&self, handle: Handle) -> Option<ByteText> {
        self.handles.path(handle)
    }
}

/// A run that did not.
#[derive(Debug)]
pub struct RunFailure {
    /// The node at fault; `None` when it is the run as a whole.
    pub node: Option<NodeIndex>,
    /// Why.
    pub cause: Cause,
    /// What had been changed by then; all of it can be undone.
    pub changes: Changes,
}

impl fmt::Display for RunFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node {
            Some(node) => write!(out, "node {}: {}", node.0, self.cause),
            None => self.cause.fmt(out),
        }
    }
}

impl std::error::Error for RunFailure {}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The person or supervisor raised the stop.
    #[error("cancelled")]
    Cancelled,
    /// The decision was no. Nothing of this barrier was done.
    #[error("{}", .0.reason)]
    Refused(Box<Refusal>),
    /// A person was needed and did not consent. Nothing of this barrier was done.
    #[error("not approved: {reason}")]
    NotApproved {
        /// The effect asked about.
        effect: Box<Effect>,
        /// The rule that asked.
        rule: Rule,
        /// Why it asked.
        reason: String,
    },
    /// A value carries more than the plan said it could.
    #[error(
        "R20: output {port} carries {actual}, the plan allows {allowed}; plan again with the files as they are now"
    )]
    Label {
        /// The output.
        port: u16,
        /// As it is.
        actual: Label,
        /// As sealed.
        allowed: Label,
    },
    /// A primitive gave something that is not of its declared type.
    #[error("output {port} is not what the primitive declares: {text}")]
    Type {
        /// The output.
        port: u16,
        /// What is wrong.
        text: String,
    },
    /// A list to iterate over is longer than the plan allows.
    #[error("{items} items are more than the {limit} that the plan iterates over; narrow the selection")]
    TooManyItems {
        /// As they came.
        items: usize,
        /// As sealed.
        limit: u32,
    },
    /// The plan names something that the registry no longer has, or does not fit its descriptor.
    #[error("the plan no longer fits the registry: {text}; plan again")]
    Stale {
        /// What is missing.
        text: String,
    },
    /// The pack cannot be used.
    #[error(transparent)]
    Pack(Box<EngineError>),
    /// The call of a pack failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The host failed.
    #[error("{0}")]
    Host(StepError),
    /// The log did not take a receipt.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Intermediate data could not be kept.
    #[error("intermediate data cannot be kept: {0}; free space on the file system of the state directory")]
    Spool(std::io::Error),
}

impl Cause {
    /// A step's error; one that only carries the executor's own cause becomes that again.
    pub(crate) fn of_step(error: StepError) -> Self {
        match error.downcast::<crate::ports::Carried>() {
            Ok(carried) => carried.0,
            Err(error) => Self::Host(error),
        }
    }

    pub(crate) fn stale(text: impl Into<String>) -> Self {
        Self::Stale { text: text.into() }
    }
}
