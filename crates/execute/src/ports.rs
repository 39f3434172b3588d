//! What the executor needs from elsewhere. `system` plugs these in; tests bring their own.

use crate::{Cause, Output};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use telos_abi::{
    ByteText, CapabilityId, Descriptor, Digest, Effect, Facts, Handle, HandleKind, Label, NodeIndex, PortIndex,
    Recorder, Value,
};
use telos_engine::{Engine, Stop};
use telos_graph::ResourceLabels;
use telos_policy::{Approval, Decision, Permit, Question, Request};

/// Everything a run uses beside its plan.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Where code comes from.
    pub library: &'a dyn Library,
    /// Where packs run.
    pub engine: &'a Engine,
    /// The host's primitives.
    pub hands: &'a dyn Hands,
    /// Labels that rules give to resources; the same that the plan was validated with.
    pub labels: &'a (dyn ResourceLabels + Sync),
    /// Who decides and asks.
    pub gate: &'a dyn Gate,
    /// Where receipts go.
    pub recorder: &'a dyn Recorder,
    /// Who is told how far the run is.
    pub progress: &'a dyn Progress,
    /// Raised to cancel the run.
    pub stop: &'a Stop,
    /// Directory for spooled data, on a file system with room; files in it have no names.
    pub scratch: &'a Path,
}

/// Descriptors and code by identity: the registry.
pub trait Library: Sync {
    /// The primitive with this id.
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor>;
    /// The component with this digest. Asked for when it has to be compiled.
    fn component(&self, digest: &Digest) -> Option<Cow<'_, [u8]>>;
    /// The primitive's index in its pack.
    fn export_index(&self, id: &CapabilityId) -> Option<u32>;
}

/// The decision point.
pub trait Gate: Sync {
    /// `policy::decide` with the run's policy, grant and time.
    fn decide(&self, request: &Request<'_>) -> Decision;

    /// Asks a person about all of these at once, and gives an answer to each, in order. One too few counts as no.
    fn ask(&self, questions: &[Question]) -> Vec<Answer>;
}

/// A person's answer to one question.
#[derive(Debug)]
pub struct Answer {
    /// Consent; `None` where it was withheld or could not be had.
    pub approval: Option<Approval>,
    /// How it was given or missed: "terminal", "--yes", "no terminal".
    pub by: String,
}

/// How far a run is. Called from the threads of the run; must not block.
pub trait Progress: Sync {
    /// Something happened.
    fn event(&self, event: Event);

    /// The plan's output at `position` is whole, while the run goes on. `path` is what a handle in it stands for.
    fn output(&self, _position: usize, _output: &Output, _path: &dyn Fn(Handle) -> Option<ByteText>) {}

    /// The next bytes of the plan's output at `position`, a blob.
    fn bytes(&self, _position: usize, _bytes: &[u8]) {}
}

/// A step of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A node begins.
    Started(NodeIndex),
    /// A node that reads the host is going to produce this many bytes.
    Expected(NodeIndex, u64),
    /// A node that reads the host produced this many further bytes.
    Bytes(NodeIndex, u64),
    /// A node has given its outputs, or its effects are ready to be decided.
    Finished(NodeIndex),
    /// A guard was false, here or above.
    Skipped(NodeIndex),
    /// The node's effects are on the host.
    Committed(NodeIndex),
}

/// Why a step of the host ended.
pub type StepError = Box<dyn Error + Send + Sync>;

/// The host's primitives.
pub trait Hands: Sync {
    /// Looks at what this call would act on. Nothing visible happens, and a missing file is not yet an error.
    ///
    /// # Errors
    /// If the primitive is unknown or a name cannot be looked at.
    fn step<'a>(&'a self, call: &HostCall<'_>) -> Result<Box<dyn Step + 'a>, StepError>;
}

/// One call of a host primitive.
pub struct HostCall<'a> {
    /// Who calls, for the journal.
    pub node: NodeIndex,
    /// The primitive's name.
    pub primitive: &'a str,
    /// Values by input port; `None` for blobs. Handles stand for [`HostCall::path`].
    pub arguments: &'a [Option<&'a Value>],
    pub(crate) handles: &'a crate::handle::Handles,
    pub(crate) scratch: &'a Path,
    /// Paths of acts that an interrupted run did for this node.
    pub(crate) made: Option<&'a BTreeMap<ByteText, ByteText>>,
}

impl HostCall<'_> {
    /// What a handle stands for: absolute, or relative to the run's directory.
    #[must_use]
    pub fn path(&self, handle: Handle) -> Option<ByteText> {
        self.handles.path(handle)
    }

    /// Directory for spooled data; files in it have no names.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        self.scratch
    }

    /// Paths at which an interrupted run already did what this call does, for a step that acts on more than its
    /// [`Step::target`].
    #[must_use]
    pub fn made(&self) -> BTreeSet<ByteText> {
        self.made.iter().flat_map(|made| made.keys().cloned()).collect()
    }
}

/// A call of a host primitive under way. Dropped before [`Step::act`], it leaves nothing.
pub trait Step: Send {
    /// The path its act is journalled under, if it changes anything. Resume finds by it what was already done.
    fn target(&self) -> Option<ByteText>;

    /// What a step that changes nothing must see before its effects are known, such as the names in a directory. Had by
    /// [`Step::look`] when the node is reached.
    ///
    /// # Errors
    /// As [`Step::effects`].
    fn looks(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(Vec::new())
    }

    /// Sees it, with one permit for each of [`Step::looks`], in order.
    ///
    /// # Errors
    /// If the host refuses.
    fn look(&mut self, _permits: Vec<Permit>) -> Result<(), StepError> {
        Ok(())
    }

    /// Takes the next bytes of a blob input; a writer spools them where nobody sees them.
    ///
    /// # Errors
    /// If they cannot be kept.
    fn push(&mut self, port: PortIndex, chunk: &[u8]) -> Result<(), StepError>;

    /// All input came. The effects that [`Step::act`] will have, in order.
    ///
    /// # Errors
    /// If what it needs is not there.
    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError>;

    /// Label that the resources read carry from earlier runs. Of a step that also changes something it is asked after
    /// [`Step::effects`], and what it writes carries it.
    ///
    /// # Errors
    /// If labels cannot be read.
    fn label(&self) -> Result<Label, StepError>;

    /// How many bytes acting gives, as far as that is known before. Asked after [`Step::effects`].
    fn bytes(&self) -> Option<u64> {
        None
    }

    /// Digest of the content that a person consents to, where there is one. Asked after [`Step::effects`].
    fn content(&self) -> Option<Digest> {
        None
    }

    /// The same for one of several effects, by its position.
    fn content_of(&self, _effect: usize) -> Option<Digest> {
        self.content()
    }

    /// Does it, with one permit for each effect, in order.
    ///
    /// # Errors
    /// If the host refuses, or `out` does: then its error is passed on.
    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError>;
}

/// Where a step's outputs go.
pub trait Sink {
    /// The next bytes of a blob output.
    ///
    /// # Errors
    /// When the run stops; pass it on unchanged.
    fn chunk(&mut self, port: PortIndex, bytes: &[u8]) -> Result<(), StepError>;

    /// The value of another output.
    ///
    /// # Errors
    /// As [`Sink::chunk`].
    fn value(&mut self, port: PortIndex, value: Value) -> Result<(), StepError>;

    /// A handle for something below a granted directory.
    fn handle(&mut self, kind: HandleKind, path: ByteText) -> Handle;

    /// Says that the first `effects` effects are done and the next has not begun, for steps with many: if the step
    /// fails, these are told.
    ///
    /// # Errors
    /// When the run stops; pass it on unchanged.
    fn done(&mut self, _effects: usize) -> Result<(), StepError> {
        Ok(())
    }
}

/// Carries a [`Cause`] through a step's error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Carried(pub(crate) Cause);
