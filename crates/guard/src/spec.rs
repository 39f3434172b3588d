//! What an agent is given, what the guard asks of other rooms, and what it reports.

use rustix::io::Errno;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use telos_abi::{ByteText, Effect, Facts, HostName, Label, Recorder, Rule, RunId};
use telos_policy::{Approval, Decision, Question};

/// Where changes under the working directory go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkspaceMode {
    /// Into a copy-on-write workspace; the host is untouched until a commit.
    CopyOnWrite,
    /// Straight to the directory. Asked for by the person, never a fallback.
    Direct,
}

/// Descriptors for an agent's standard streams.
#[derive(Debug)]
pub struct Streams {
    /// Standard input.
    pub input: OwnedFd,
    /// Standard output.
    pub output: OwnedFd,
    /// Standard error.
    pub error: OwnedFd,
}

/// An agent to be started. Paths are absolute.
#[derive(Debug)]
pub struct AgentSpec {
    /// The run; names the workspace.
    pub run: RunId,
    /// Program and arguments; a program without a slash is looked up in the `PATH` of `environment`.
    pub argv: Vec<OsString>,
    /// Working directory, the root of the workspace.
    pub directory: PathBuf,
    /// Home directory. Readable but for what is sensitive; writes go to memory and end with the run.
    pub home: Option<PathBuf>,
    /// Telos' state directory: workspaces are kept in it, and the agent never sees it.
    pub state: PathBuf,
    /// The caller's environment; variables that look like secrets are removed.
    pub environment: Vec<(OsString, OsString)>,
    /// Variables kept although they look like secrets.
    pub keep_variables: Vec<OsString>,
    /// Further files and directories the agent may read.
    pub reads: Vec<PathBuf>,
    /// Further files and directories the agent may change, directly on the host.
    pub writes: Vec<PathBuf>,
    /// Hosts the agent may connect to over TCP. Empty: the network is closed.
    pub hosts: Vec<HostName>,
    /// Places that hold secrets, by known location; those that exist are hidden. Places beneath the working
    /// directory are also found by [`Decider::is_sensitive`].
    pub sensitive: Vec<PathBuf>,
    /// Places that stay read-only in [`WorkspaceMode::Direct`] (hooks, shell start-up files, agent configuration).
    pub protected: Vec<PathBuf>,
    /// Where changes go.
    pub workspace: WorkspaceMode,
    /// Label of the process, for receipts.
    pub label: Label,
    /// Standard streams; `None` passes the caller's own through.
    pub streams: Option<Streams>,
}

/// Decides. `system` connects it to `policy::decide` with the agent's grant; tests script it.
pub trait Decider: Send + Sync {
    /// Decides one effect of the agent.
    fn decide(&self, effect: &Effect, facts: Facts) -> Decision;

    /// Whether a path's content is secret by rule; asked for names found beneath the working directory.
    fn is_sensitive(&self, path: &Path) -> bool;
}

/// Asks a person. The agent's call waits meanwhile.
pub trait Asker: Send + Sync {
    /// The person's consent, or `None` if it was denied, nobody could be asked, or the answer could not be recorded: it
    /// is in the log, durably, before this returns.
    fn ask(&self, question: &Question) -> Option<Approval>;

    /// Whether `ask` shows the question on the controlling terminal, which the agent uses too. The guard then takes the
    /// terminal from the agent for that time.
    fn at_terminal(&self) -> bool;
}

/// What the guard uses of other rooms.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Decides.
    pub decider: &'a dyn Decider,
    /// Asks.
    pub asker: &'a dyn Asker,
    /// Takes receipts.
    pub recorder: &'a dyn Recorder,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl Exit {
    /// The exit code a shell would report: the code, or 128 plus the signal.
    #[must_use]
    pub fn code(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
        }
    }
}

/// An effect that did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The effect.
    pub effect: Effect,
    /// The rule.
    pub rule: Rule,
    /// What, why, and the way out, as the policy says it.
    pub reason: String,
    /// Name of the process that tried first, as the kernel knows it (chosen by the program; never an authority).
    pub program: ByteText,
    /// How often it was tried.
    pub times: u64,
}

/// Something kept from the agent before it started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// A sensitive file or directory: present on the host, hidden here.
    Path(ByteText),
    /// A socket in a place that is shown as the host has it: who listens there was hidden.
    Service(ByteText),
    /// An environment variable that looks like a secret; the name only.
    Variable(ByteText),
    /// The search for sensitive names beneath the working directory stopped at its limit: deeper ones are not hidden.
    SearchStopped {
        /// Entries looked at.
        entries: usize,
    },
}

/// What the sandbox consisted of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Version of Landlock enforced.
    pub landlock: u32,
    /// Where changes went.
    pub workspace: WorkspaceMode,
    /// Whether the workspace was in memory during the run and copied out at its end: Telos' state is on a file system
    /// that overlayfs cannot write to.
    pub in_memory: bool,
    /// Whether the home directory could be written to (in memory); otherwise it was read-only.
    pub home_writable: bool,
    /// Granted hosts and the addresses they were pinned to; empty if the network was closed.
    pub pinned: Vec<(HostName, std::net::IpAddr)>,
}

/// What became of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct AgentEnd {
    /// How the program ended. Every process it started has ended too.
    pub exit: Exit,
    /// Effects refused, in order of the first attempt.
    pub refused: Vec<Refused>,
    /// Refusals beyond the number that is listed.
    pub refused_unlisted: u64,
    /// Effects that waited for a decision and were allowed to go on.
    pub permitted: u64,
    /// What was kept from it.
    pub withheld: Vec<Withheld>,
    /// The sandbox it ran in.
    pub tier: Tier,
}

/// The kernel's "permission denied", which a refused call returns.
pub(crate) const REFUSED: Errno = Errno::ACCESS;
