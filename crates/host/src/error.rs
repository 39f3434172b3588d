//! What can go wrong on the host, each with what happened, where, and what to do next.

use rustix::io::Errno;
use telos_abi::{ByteText, Effect, RecordError};
use thiserror::Error;

/// Why an operation on the host did not happen, or was stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HostError {
    /// The system refused a call.
    #[error("cannot {doing} {path}: {source}{}", advice(*source))]
    Io {
        /// What was tried, as a verb ("read", "write").
        doing: &'static str,
        /// On what.
        path: ByteText,
        /// The system's answer.
        source: Errno,
    },
    /// There is no such file or directory.
    #[error("{path} does not exist; check the name, or list its directory")]
    NotFound {
        /// The name.
        path: ByteText,
    },
    /// The directory that should hold the name does not exist.
    #[error("{path} cannot be made because {missing} does not exist; make that directory first")]
    NoParent {
        /// The name wanted.
        path: ByteText,
        /// The outermost directory that is missing.
        missing: ByteText,
    },
    /// The operation does not apply to what stands at the path.
    #[error("{path} is {found}; this needs {needed}")]
    WrongKind {
        /// The name.
        path: ByteText,
        /// What it is ("a directory", "a named pipe").
        found: &'static str,
        /// What would do.
        needed: &'static str,
    },
    /// A path that no file can have.
    #[error("{path} is not a usable path: {why}")]
    BadPath {
        /// The path as given.
        path: ByteText,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A symbolic link leads nowhere or in a circle.
    #[error("{path} is a symbolic link that cannot be followed: {why}; repair or delete the link")]
    BrokenLink {
        /// The link.
        path: ByteText,
        /// What is wrong with it.
        why: &'static str,
    },
    /// What stands at the path is no longer what was inspected and decided.
    #[error("{path} changed after it was looked at; nothing was done to it, try again")]
    Changed {
        /// The name.
        path: ByteText,
    },
    /// The permit is for another effect.
    #[error("the permit is for {permitted}, not for {needed}; decide that effect first")]
    WrongPermit {
        /// What was permitted.
        permitted: Effect,
        /// What the operation does.
        needed: Effect,
    },
    /// The person approved other content than was prepared.
    #[error("what would be written to {path} is not what was approved; decide it again")]
    OtherContent {
        /// The file.
        path: ByteText,
    },
    /// A list of permits does not match the list of effects.
    #[error("{needed} effects need as many permits, {given} were given")]
    PermitCount {
        /// Effects.
        needed: usize,
        /// Permits.
        given: usize,
    },
    /// The earlier content does not fit what may be kept for undo, and the decision did not know.
    #[error(
        "the {size} bytes of {path} do not fit the {left} bytes left to keep earlier content for undo; raise the budget or approve it as not undoable"
    )]
    OverBudget {
        /// The file.
        path: ByteText,
        /// Its size in bytes.
        size: u64,
        /// Bytes left in the budget.
        left: u64,
    },
    /// Kept content is gone or damaged.
    #[error("the kept content {content} of {path} {why}; this file cannot be restored")]
    PreImage {
        /// The file it belongs to.
        path: ByteText,
        /// Its digest in hexadecimal.
        content: String,
        /// What is wrong.
        why: &'static str,
    },
    /// A walk found more than it may return.
    #[error("{path} holds more than {limit} entries; name a smaller directory")]
    TooMany {
        /// The directory walked.
        path: ByteText,
        /// The limit.
        limit: usize,
    },
    /// A directory would have to be copied to another filesystem.
    #[error("{from} and {to} are on different filesystems; move the files of the directory one by one")]
    OtherFilesystem {
        /// The directory.
        from: ByteText,
        /// The new name.
        to: ByteText,
    },
    /// The log did not take the journal entry; the act did not begin.
    #[error("{path} was left alone because the log could not be written: {source}")]
    NotJournalled {
        /// The file.
        path: ByteText,
        /// Why.
        source: RecordError,
    },
    /// The act happened and the log did not take its receipt; `telos resume` settles it.
    #[error("{path} was changed but the log could not be written: {source}; run `telos resume`")]
    NotReceipted {
        /// The file.
        path: ByteText,
        /// Why.
        source: RecordError,
    },
    /// The view of persistent labels cannot be used. Nothing is read without its label.
    #[error("the labels in {path} cannot be used: {why}; rebuild them from the log")]
    Labels {
        /// The view's file.
        path: ByteText,
        /// What SQLite said.
        why: String,
    },
    /// Another host could not be asked, or did not answer well.
    #[error(transparent)]
    Network(#[from] crate::net::NetError),
    /// The receipts do not fit together.
    #[error("the run's receipts are not usable: {why}; run `telos verify`")]
    BadReceipts {
        /// What is wrong.
        why: &'static str,
    },
    /// Undo found files that changed since the run; nothing was touched.
    #[error("nothing was undone: {count} of the run's files changed since")]
    Conflicts {
        /// How many. The plan lists them.
        count: usize,
    },
}

impl HostError {
    /// Whether the act that failed with this certainly left no trace where this machine cannot look.
    pub(crate) fn never_left(&self) -> bool {
        matches!(self, Self::Network(crate::net::NetError::Unreachable { .. }))
    }

    /// For `map_err`: wraps what the system answered to `doing` on `path`.
    pub(crate) fn io(doing: &'static str, path: impl Into<ByteText>) -> impl FnOnce(Errno) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }

    /// As [`HostError::io`], for errors of the standard library.
    pub(crate) fn std(doing: &'static str, path: impl Into<ByteText>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { doing, path, source: Errno::from_io_error(&error).unwrap_or(Errno::IO) }
    }
}

/// What a person can do about the errors that have a usual remedy.
fn advice(error: Errno) -> &'static str {
    match error {
        Errno::NOSPC => "; free some space (`telos gc` removes old undo content) and try again",
        Errno::DQUOT => "; the disk quota is used up, free some space and try again",
        Errno::FBIG => "; the file would pass the size limit set for this process",
        Errno::ACCESS | Errno::PERM => "; ask the owner for permission or choose another place",
        Errno::ROFS => "; the filesystem is mounted read-only, choose another place",
        Errno::MFILE | Errno::NFILE => "; too many files are open, try again with fewer at once",
        Errno::NAMETOOLONG => "; choose a shorter name",
        _ => "",
    }
}
