//! Receipts: what the log says happened. State is derived from them, so they say everything undo and resume need.

use crate::{ByteText, Digest, Effect, Label, NodeIndex, PlanHash, Rule, RunId, Timestamp};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// An intent compiled to a plan (`telos do`).
    Intent,
    /// A guarded program (`telos run`).
    Agent,
    /// Restoring what another run changed (`telos undo`).
    Undo,
    /// Bringing a workspace's changes to the host (`telos commit`).
    Commit,
    /// Finishing an interrupted run (`telos resume`).
    Resume,
    /// Housekeeping of the state itself (`telos gc`, key creation).
    Maintenance,
}

/// How a run ended; also the JSON `status` of `telos do`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Exit 0.
    Done,
    /// `--plan`: nothing was run. Exit 0.
    Planned,
    /// Not understood, or an answer is needed. Exit 3; nothing changed.
    Ask,
    /// Refused by rule, or approval denied or not obtainable. Exit 4; nothing changed.
    Refused,
    /// Failed while running. Exit 5; what was written is listed and undoable.
    Failed,
    /// Cancelled by the user. Exit 130.
    Cancelled,
}

/// What `decide` answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Allowed without asking.
    Permit,
    /// Allowed only with a person's approval.
    Ask,
    /// Not allowed.
    Refuse,
}

/// One decision, with what is needed to explain it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// Node of the plan, if a plan asked.
    pub node: Option<NodeIndex>,
    /// The effect.
    pub effect: Effect,
    /// Label of the value or process that would act.
    pub label: Label,
    /// The answer.
    pub verdict: Verdict,
    /// The rule that gave it.
    pub rule: Rule,
    /// The explanation shown to people: what, why, way out.
    pub reason: String,
}

/// A person's consent to one effect on one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// The effect consented to.
    pub effect: Effect,
    /// Digest of the value shown, if there was one.
    pub value: Option<Digest>,
    /// Whether consent was given.
    pub granted: bool,
    /// How: "terminal", "--yes", "policy".
    pub by: String,
}

/// A file's state, enough to tell whether it changed and to restore its metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// No such name.
    Absent,
    /// A regular file.
    File {
        /// BLAKE3 of the content.
        content: Digest,
        /// Bytes.
        size: u64,
        /// Permission bits.
        mode: u32,
        /// Modification time, nanoseconds since the epoch.
        mtime_ns: i128,
    },
    /// A directory.
    Directory {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// Its text.
        target: ByteText,
    },
}

/// How the earlier content can be had back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreImage {
    /// Nothing was lost (the name was free, or the effect keeps content, as a move does).
    NotNeeded,
    /// Kept in the state's pre-image store under this content digest.
    Kept {
        /// Its digest.
        content: Digest,
    },
    /// Larger than the budget and accepted as not undoable by an approval.
    OverBudget {
        /// Bytes that were not kept.
        size: u64,
    },
}

/// What an effect does to the host, in full: resume and undo are computed from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The name gets this content (create or overwrite), through a temporary file and rename.
    Write {
        /// The file.
        path: ByteText,
        /// Before.
        before: FileState,
        /// After.
        after: FileState,
        /// How to get `before` back.
        pre_image: PreImage,
    },
    /// The name is removed.
    Delete {
        /// The file.
        path: ByteText,
        /// Before.
        before: FileState,
        /// How to get it back.
        pre_image: PreImage,
    },
    /// The file gets another name.
    Move {
        /// Old name.
        from: ByteText,
        /// New name.
        to: ByteText,
        /// The moved file.
        moved: FileState,
        /// What stood at the new name.
        replaced: FileState,
        /// How to get `replaced` back.
        pre_image: PreImage,
    },
    /// A directory is made.
    MakeDirectory {
        /// The directory.
        path: ByteText,
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link is made or replaced.
    MakeLink {
        /// The link.
        path: ByteText,
        /// Before.
        before: FileState,
        /// Its text.
        target: ByteText,
        /// How to get `before` back.
        pre_image: PreImage,
    },
    /// Permission bits are changed.
    SetMode {
        /// The file.
        path: ByteText,
        /// Before.
        before: u32,
        /// After.
        after: u32,
    },
    /// Something was sent to another host: cannot be undone or checked.
    Send {
        /// Destination.
        to: crate::HostName,
        /// Digest of what was sent.
        content: Digest,
    },
}

/// How an intended act ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It happened.
    Done,
    /// It did not happen; the text says why.
    Failed(String),
}

/// One record of a run's segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receipt {
    /// First record of every segment.
    Started {
        /// The run.
        run: RunId,
        /// What it is.
        kind: RunKind,
        /// When.
        at: Timestamp,
        /// The intent's text, or the program and its arguments.
        request: Vec<ByteText>,
        /// Directory it was started in.
        directory: ByteText,
        /// The run this one undoes, resumes or commits.
        of: Option<RunId>,
    },
    /// A plan was validated and sealed. `plan` is its canonical form.
    Sealed {
        /// Its hash.
        hash: PlanHash,
        /// Canonical bytes.
        plan: ByteText,
    },
    /// A graph was proposed and the validator refused it.
    Rejected {
        /// First failing rule.
        rule: Rule,
        /// The explanation.
        reason: String,
    },
    /// `decide` was asked.
    Decided(DecisionRecord),
    /// A person was asked.
    Approved(ApprovalRecord),
    /// About to act; synced before the act begins.
    Intended {
        /// Number of the act in this run, from 0.
        act: u64,
        /// Node of the plan, if a plan acts.
        node: Option<NodeIndex>,
        /// What will be done.
        what: Act,
        /// Label the written data will carry.
        label: Label,
    },
    /// The act ended.
    Acted {
        /// The act's number.
        act: u64,
        /// How.
        outcome: Outcome,
    },
    /// A node of a plan finished.
    NodeDone {
        /// The node.
        node: NodeIndex,
        /// Digest of each output.
        outputs: Vec<Digest>,
        /// Join of the outputs' labels.
        label: Label,
    },
    /// A free-text line for `telos why`: what was withheld, which tier, why a node failed.
    Noted {
        /// Short kebab-case topic.
        topic: String,
        /// The line.
        text: String,
    },
    /// Last record of every segment that was not killed.
    Ended {
        /// How.
        status: Status,
        /// When.
        at: Timestamp,
        /// Exit code of the command or of the guarded program.
        exit: i32,
    },
}

/// The kind number stored beside the bytes in the log. Append, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u16)]
pub enum ReceiptKind {
    /// [`Receipt::Started`].
    Started = 1,
    /// [`Receipt::Sealed`].
    Sealed = 2,
    /// [`Receipt::Rejected`].
    Rejected = 3,
    /// [`Receipt::Decided`].
    Decided = 4,
    /// [`Receipt::Approved`].
    Approved = 5,
    /// [`Receipt::Intended`].
    Intended = 6,
    /// [`Receipt::Acted`].
    Acted = 7,
    /// [`Receipt::NodeDone`].
    NodeDone = 8,
    /// [`Receipt::Noted`].
    Noted = 9,
    /// [`Receipt::Ended`].
    Ended = 10,
}

impl Receipt {
    /// The number stored beside it.
    #[must_use]
    pub const fn kind(&self) -> ReceiptKind {
        match self {
            Self::Started { .. } => ReceiptKind::Started,
            Self::Sealed { .. } => ReceiptKind::Sealed,
            Self::Rejected { .. } => ReceiptKind::Rejected,
            Self::Decided(_) => ReceiptKind::Decided,
            Self::Approved(_) => ReceiptKind::Approved,
            Self::Intended { .. } => ReceiptKind::Intended,
            Self::Acted { .. } => ReceiptKind::Acted,
            Self::NodeDone { .. } => ReceiptKind::NodeDone,
            Self::Noted { .. } => ReceiptKind::Noted,
            Self::Ended { .. } => ReceiptKind::Ended,
        }
    }
}
