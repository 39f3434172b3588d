//! Why a front door's request was not carried out.

use crate::codec::CodecError;
use telos_abi::{RunId, Status};

/// What happened, as far as the room that noticed knows.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// No place to keep state.
    #[error(transparent)]
    NoHome(#[from] crate::NoHome),
    /// The keys.
    #[error(transparent)]
    Key(#[from] telos_trust::KeyError),
    /// The log.
    #[error(transparent)]
    Log(#[from] telos_trust::LogError),
    /// A public key given by the user.
    #[error("{file}: {cause}")]
    PublicKey {
        /// Where it was read.
        file: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A policy file.
    #[error("{0}")]
    Policy(#[from] telos_policy::PolicyError),
    /// A record of the log.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A file of Telos' own, or one the user named.
    #[error("{what}: {cause}")]
    File {
        /// Its path.
        what: String,
        /// The operating system's words.
        cause: std::io::Error,
    },
    /// The log did not take a receipt.
    #[error(transparent)]
    Record(#[from] telos_abi::RecordError),
    /// No run fits.
    #[error("no run begins with `{0}`; `telos runs` lists them")]
    NoSuchRun(String),
    /// Several runs fit.
    #[error("{count} runs begin with `{prefix}`; give more digits (`telos runs` lists them)")]
    AmbiguousRun {
        /// What was given.
        prefix: String,
        /// How many fit.
        count: usize,
    },
    /// There is no run of the kind asked for.
    #[error("{0}")]
    NothingToDo(String),
    /// The run is still going on, or cannot be treated so.
    #[error("run {run}: {why}")]
    Unsuitable {
        /// The run.
        run: RunId,
        /// Why not, and what to do.
        why: String,
    },
    /// Something the user wrote is not usable.
    #[error("{0}")]
    Usage(String),
    /// A program was not started as an agent.
    #[error("{why}")]
    NotStarted {
        /// What stood in the way, and what to do.
        why: String,
        /// The status of the run.
        status: Status,
        /// The exit code: 126 and 127 as shells use them, 2 for what the user wrote, 4 if the sandbox cannot be had.
        exit: i32,
    },
    /// A room refused or failed; its own words.
    #[error("{0}")]
    Room(String),
}

impl SystemError {
    /// Wraps an error of the file system with the path it is about.
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let what = telos_abi::ByteText::from(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())).to_string();
        move |cause| Self::File { what, cause }
    }

    /// Wraps another room's error in its own words.
    pub(crate) fn room(error: impl std::fmt::Display) -> Self {
        Self::Room(error.to_string())
    }

    /// The status that the error means for the whole command.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::NotStarted { status, .. } => *status,
            _ => Status::Failed,
        }
    }

    /// The exit code: 2 for what the user wrote, 5 for the rest.
    #[must_use]
    pub const fn exit(&self) -> i32 {
        match self {
            Self::Usage(_)
            | Self::NoSuchRun(_)
            | Self::AmbiguousRun { .. }
            | Self::NothingToDo(_)
            | Self::PublicKey { .. }
            | Self::Policy(_) => 2,
            Self::NotStarted { exit, .. } => *exit,
            _ => 5,
        }
    }
}
