//! Why an agent was not started, or a workspace not read.

use rustix::io::Errno;
use std::fmt;
use std::path::PathBuf;

/// A plane of enforcement: what the host must offer for one part of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Plane {
    /// Landlock, the file floor.
    Landlock,
    /// seccomp with user notification: live decisions.
    SeccompNotify,
    /// User namespaces, on which all that follow rest.
    UserNamespaces,
    /// Mounts inside a user namespace: the agent's own view of the file tree.
    Mounts,
    /// A process namespace with its own `/proc`: nothing outside is visible, the tree dies as one.
    Processes,
    /// A network namespace: closed unless granted.
    Network,
    /// overlayfs inside a user namespace: the copy-on-write workspace.
    Overlay,
    /// Copies that share blocks; makes pre-images cheap, nothing depends on it.
    Reflink,
}

impl fmt::Display for Plane {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Landlock => "Landlock",
            Self::SeccompNotify => "seccomp user notification",
            Self::UserNamespaces => "user namespaces",
            Self::Mounts => "private mounts",
            Self::Processes => "process namespace",
            Self::Network => "network namespace",
            Self::Overlay => "copy-on-write workspace (overlayfs)",
            Self::Reflink => "reflink copies",
        })
    }
}

/// Why the guard did not do what it was asked. Nothing of the agent has run unless it says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// The host lacks something that the specification needs; it is never left out silently.
    #[error("this host cannot enforce {plane}: {why}. {fix}")]
    Unenforceable {
        /// What is missing.
        plane: Plane,
        /// What was tried and how it failed.
        why: String,
        /// What to do about it.
        fix: String,
    },
    /// The specification itself cannot be carried out.
    #[error("{what}: {why}")]
    Specification {
        /// The part that is wrong, usually a path or host.
        what: String,
        /// Why, and the way out.
        why: String,
    },
    /// The program could not be executed inside the sandbox.
    #[error("cannot run {program:?}: {source}")]
    Program {
        /// As given.
        program: String,
        /// The kernel's answer; "not found" covers a program that the agent's view does not hold.
        source: Errno,
    },
    /// A step of the set-up failed although the probe found its plane.
    #[error(
        "setting up the sandbox failed while {doing} {path:?}: {source}. Run `telos doctor` for what this host offers"
    )]
    SetUp {
        /// What was being done.
        doing: &'static str,
        /// To which path, empty if to none.
        path: String,
        /// The kernel's answer.
        source: Errno,
    },
    /// A file operation of ours failed.
    #[error("{doing} {path:?}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which path.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A workspace holds more than this version is willing to walk.
    #[error(
        "the workspace of run {run} holds more than {limit} changes or is nested too deeply; look at it under {path:?} and discard it"
    )]
    TooLarge {
        /// The run.
        run: String,
        /// The limit, in entries.
        limit: usize,
        /// Where it is.
        path: PathBuf,
    },
    /// The agent ran to its end, but its changes, which were in memory, could not be written to Telos' state.
    #[error(
        "the program ended, but its changes could not be kept: {source}. What was kept until then is under {path:?}; the directory itself is untouched"
    )]
    NotKept {
        /// Where the part that was kept is.
        path: PathBuf,
        /// What failed.
        source: Box<GuardError>,
    },
    /// The workspace's run still lives.
    #[error("run {run} is still going; wait for it to end or stop it first")]
    Busy {
        /// The run.
        run: String,
    },
}

impl GuardError {
    /// An [`GuardError::Io`] in the making: for `map_err`.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
