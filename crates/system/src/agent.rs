//! `telos run`: any program as a guarded agent.

use crate::gate::{DecisionPoint, KnownLabels};
use crate::person::Person;
use crate::run::Run;
use crate::telos::bytes_path;
use crate::{SystemError, Telos};
use serde::Serialize;
use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use telos_abi::{ByteText, Effect, Facts, HostName, Label, Resource, RunKind, Scope, Secrecy, Status, Taint};
use telos_graph::scope::{covers, parse_host};
use telos_guard::{AgentEnd, AgentSpec, Asker, Decider, GuardError, Ports, Streams, Withheld, WorkspaceMode};
use telos_host::Host;
use telos_policy::{AgentReach, Approval, Decision, Question, Request, Subject, agent_grant};

/// A program to be run as an agent, as it comes from a front door.
#[derive(Clone, Debug, Default)]
pub struct AgentRequest {
    /// Program and arguments.
    pub argv: Vec<OsString>,
    /// Change the directory itself instead of a workspace.
    pub direct: bool,
    /// Further paths it may read, even sensitive ones.
    pub reads: Vec<PathBuf>,
    /// Further paths it may change on the host.
    pub writes: Vec<PathBuf>,
    /// Hosts it may connect to, as the user wrote them.
    pub hosts: Vec<String>,
    /// Environment of the caller.
    pub environment: Vec<(OsString, OsString)>,
    /// Variables kept although they look like secrets.
    pub keep_variables: Vec<OsString>,
    /// Send the program's output to standard error, because standard output is to hold the report alone.
    pub output_to_stderr: bool,
}

/// How an agent's run ended.
#[derive(Clone, Debug, Serialize)]
pub struct AgentReport {
    /// The run.
    pub run: String,
    /// The program's exit code, 128 plus the signal if one ended it.
    pub exit: i32,
    /// Effects that were refused: words, as the decision gave them.
    pub refused: Vec<RefusedLine>,
    /// Refusals that are not listed.
    pub refused_unlisted: u64,
    /// What was hidden from the program.
    pub withheld: Vec<String>,
    /// Those of `withheld` inside the directory or the home, and variables: what a program is likely to miss.
    pub withheld_near: Vec<String>,
    /// What the sandbox consisted of.
    pub tier: String,
    /// Whether changes wait in a workspace.
    pub workspace: bool,
    /// Whether changes were made to the directory itself.
    pub direct: bool,
    /// Paths that differ, at most a screenful; `telos diff` shows all.
    pub changed: Vec<String>,
    /// How many paths differ.
    pub changed_count: usize,
}

/// A refused effect.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedLine {
    /// The rule.
    pub rule: String,
    /// What, why, way out.
    pub reason: String,
    /// How often it was tried.
    pub times: u64,
}

/// The kernel's ENOENT.
const NO_SUCH_FILE: i32 = 2;
/// Changed paths listed in a report.
const CHANGED_SHOWN_MAX: usize = 20;
/// Files hidden because an earlier run left a secret in them; the search beneath the directory looks for more.
const LABELLED_MAX: usize = 4_096;

/// The guard's view of the decision point.
struct AgentDecider<'a> {
    point: &'a DecisionPoint<'a>,
    label: Label,
    granted: Vec<Scope>,
    /// Looks up what earlier runs left on files; absent while they left nothing that is secret.
    labels: Option<&'a Host>,
}

impl Decider for AgentDecider<'_> {
    fn decide(&self, effect: &Effect, facts: Facts) -> Decision {
        self.point.decide(&Request { effect, subject: Subject::Agent { process: self.label }, facts })
    }

    fn is_sensitive(&self, path: &Path) -> bool {
        let resource = Resource::Path(ByteText::from(path.as_os_str().as_bytes()));
        if self.granted.iter().any(|scope| covers(scope, &resource)) {
            return false;
        }
        match self.labels {
            None => self.point.policy.sensitivity(&resource) != Label::BOTTOM,
            Some(host) => {
                let known = KnownLabels { policy: self.point.policy, host, grant: self.point.grant };
                telos_graph::ResourceLabels::label(&known, &resource).secrecy != Secrecy::PUBLIC
            }
        }
    }
}

impl Asker for DecisionPoint<'_> {
    fn ask(&self, question: &Question) -> Option<Approval> {
        DecisionPoint::ask(self, std::slice::from_ref(question)).pop().flatten()
    }

    fn at_terminal(&self) -> bool {
        self.person.at_terminal()
    }
}

impl Telos {
    /// Runs a program as an agent, to its end.
    ///
    /// # Errors
    /// When the host cannot enforce the policy (nothing has run then), or state cannot be used.
    pub fn run_agent(&self, request: &AgentRequest, person: &dyn Person) -> Result<AgentReport, SystemError> {
        let argv: Vec<ByteText> = request.argv.iter().map(|word| ByteText::from(word.as_bytes())).collect();
        let hosts = parse_hosts(&request.hosts)?;
        let run = Run::begin(self, RunKind::Agent, argv, None)?;
        let recorder = run.recorder();
        let policy = self.policy()?;
        let reads: Vec<ByteText> = request.reads.iter().map(|path| self.resolve(path)).collect();
        let writes: Vec<ByteText> = request.writes.iter().map(|path| self.resolve(path)).collect();
        let readable: Vec<ByteText> = reads.iter().cloned().chain([ByteText::from("/")]).collect();
        let reach = AgentReach { readable: &readable, writable: &writes, hosts: &hosts };
        let grant = policy.apply(agent_grant(self.directory(), &reach));
        let host = self.quiet_host()?;
        let known = KnownLabels { policy, host: &host, grant: &grant };
        let secret = |path: &&ByteText| known.of(path).secrecy != Secrecy::PUBLIC;
        let label = starting_label(&known, reads.iter().chain(&writes));
        let point = DecisionPoint { policy, grant: &grant, person, recorder: &*recorder };
        // Granting a directory that is not itself sensitive uncovers nothing in it: each secret is granted by name, so
        // that its label is known before the agent starts.
        let granted: Vec<Scope> =
            reads.iter().chain(&writes).filter(secret).map(|path| Scope::Under(path.clone())).collect();
        let labelled = host.secret_paths(LABELLED_MAX).map_err(SystemError::room)?;
        let spec = self.agent_spec(request, &run, &granted, &labelled, &reads, &writes, hosts, label)?;
        let decider = AgentDecider { point: &point, label, granted, labels: (!labelled.is_empty()).then_some(&host) };
        let ended = telos_guard::run(spec, &Ports { decider: &decider, asker: &point, recorder: &*recorder });
        match ended {
            Ok(end) => self.agent_ended(run, &end),
            Err(error @ GuardError::NotKept { .. }) => {
                run.note("not-kept", error.to_string())?;
                run.end(self, Status::Failed, 5)?;
                Err(SystemError::Room(error.to_string()))
            }
            Err(error) => {
                let (status, exit) = not_started(&error);
                run.note("not-started", error.to_string())?;
                run.end(self, status, exit)?;
                Err(SystemError::NotStarted { why: error.to_string(), status, exit })
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call site; each is a different part of the specification")]
    fn agent_spec(
        &self,
        request: &AgentRequest,
        run: &Run,
        granted: &[Scope],
        labelled: &[ByteText],
        reads: &[ByteText],
        writes: &[ByteText],
        hosts: Vec<HostName>,
        label: Label,
    ) -> Result<AgentSpec, SystemError> {
        let policy = self.policy()?;
        let hidden = policy
            .sensitive_places()
            .into_iter()
            .map(|(path, _)| path)
            .chain(labelled.iter().cloned())
            .filter(|path| !granted.iter().any(|scope| covers(scope, &Resource::Path(path.clone()))));
        crate::telos::private_directory(&self.places().state)?;
        Ok(AgentSpec {
            run: run.id(),
            argv: request.argv.clone(),
            directory: bytes_path(self.directory()),
            home: Some(self.places().home.clone()).filter(|home| home.is_dir()),
            state: self.places().state.clone(),
            environment: request.environment.clone(),
            keep_variables: request.keep_variables.clone(),
            reads: reads.iter().map(bytes_path).collect(),
            writes: writes.iter().map(bytes_path).collect(),
            hosts,
            sensitive: hidden.map(|path| bytes_path(&path)).collect(),
            protected: policy.protected_places().iter().map(bytes_path).collect(),
            workspace: if request.direct { WorkspaceMode::Direct } else { WorkspaceMode::CopyOnWrite },
            label,
            streams: request.output_to_stderr.then(output_beside_the_story).transpose()?,
        })
    }

    fn is_near(&self, withheld: &Withheld) -> bool {
        let (Withheld::Path(path) | Withheld::Service(path)) = withheld else { return true };
        let home = crate::telos::path_text(&self.places().home);
        [self.directory(), &home]
            .into_iter()
            .any(|near| covers(&Scope::Under(near.clone()), &Resource::Path(path.clone())) && near.as_bytes() != b"/")
    }

    fn agent_ended(&self, run: Run, end: &AgentEnd) -> Result<AgentReport, SystemError> {
        let tier = tier_words(end);
        run.note("tier", tier.clone())?;
        let withheld: Vec<String> = end.withheld.iter().map(withheld_words).collect();
        let near = |one: &&Withheld| self.is_near(one);
        let withheld_near = end.withheld.iter().filter(near).map(withheld_words).collect();
        for line in &withheld {
            run.note("withheld", line.clone())?;
        }
        let id = run.id();
        let exit = end.exit.code();
        let status = if exit == 0 { Status::Done } else { Status::Failed };
        let direct = end.tier.workspace == WorkspaceMode::Direct;
        let changes = self.changes(id)?;
        let place = if direct { "directory" } else { "workspace" };
        run.note("changes", format!("{} paths differ in the {place}", changes.len()))?;
        run.end(self, status, exit)?;
        if changes.is_empty() {
            self.drop_workspace(id)?;
        }
        Ok(AgentReport {
            run: id.to_string(),
            exit,
            refused: end
                .refused
                .iter()
                .map(|refused| RefusedLine {
                    rule: refused.rule.to_string(),
                    reason: refused.reason.clone(),
                    times: refused.times,
                })
                .collect(),
            refused_unlisted: end.refused_unlisted,
            withheld,
            withheld_near,
            tier,
            workspace: !direct && !changes.is_empty(),
            direct: direct && !changes.is_empty(),
            changed: changes.iter().take(CHANGED_SHOWN_MAX).map(|change| change.line()).collect(),
            changed_count: changes.len(),
        })
    }
}

/// What the agent's process carries from the start: it may read everything in its directory, and what it was granted
/// beyond that with its sensitivity.
fn starting_label<'a>(known: &KnownLabels<'_>, granted: impl Iterator<Item = &'a ByteText>) -> Label {
    let base = Label::tainted(Taint(Taint::FILE_CONTENT.0 | Taint::FILE_NAME.0));
    granted.fold(base, |label, path| label.join(known.of(path)))
}

/// Status and exit code of a run whose program was not started.
fn not_started(error: &GuardError) -> (Status, i32) {
    match error {
        GuardError::Program { source, .. } if source.raw_os_error() == NO_SUCH_FILE => (Status::Failed, 127),
        GuardError::Program { .. } => (Status::Failed, 126),
        GuardError::Specification { .. } => (Status::Failed, 2),
        GuardError::Unenforceable { .. } => (Status::Refused, 4),
        _ => (Status::Failed, 5),
    }
}

/// The caller's own input and error streams, with standard output on the latter.
fn output_beside_the_story() -> Result<Streams, SystemError> {
    let cloned = |stream: std::io::Result<OwnedFd>| {
        stream.map_err(|error| SystemError::Room(format!("the standard streams cannot be passed on: {error}")))
    };
    let stderr = || cloned(std::io::stderr().as_fd().try_clone_to_owned());
    Ok(Streams { input: cloned(std::io::stdin().as_fd().try_clone_to_owned())?, output: stderr()?, error: stderr()? })
}

fn parse_hosts(words: &[String]) -> Result<Vec<HostName>, SystemError> {
    words
        .iter()
        .map(|word| {
            parse_host(word).ok_or_else(|| {
                SystemError::Usage(format!("--net {word}: not a host; write NAME, NAME:PORT or an address"))
            })
        })
        .collect()
}

fn tier_words(end: &AgentEnd) -> String {
    let workspace = match end.tier.workspace {
        WorkspaceMode::CopyOnWrite if end.tier.in_memory => {
            "changes go to a copy-on-write workspace, in memory until the end"
        }
        WorkspaceMode::CopyOnWrite => "changes go to a copy-on-write workspace",
        WorkspaceMode::Direct => "changes go straight to the directory",
    };
    let home = if end.tier.home_writable { "home writable in memory" } else { "home read-only" };
    let network = if end.tier.pinned.is_empty() {
        String::from("network closed")
    } else {
        let pins = end.tier.pinned.iter().map(|(host, address)| format!("{} at {address}", host.name));
        format!("network only to {}", pins.collect::<Vec<_>>().join(", "))
    };
    format!("Landlock {} and seccomp; {workspace}; {home}; {network}", end.tier.landlock)
}

fn withheld_words(withheld: &Withheld) -> String {
    match withheld {
        Withheld::Path(path) => format!("{path} is sensitive and was hidden; `--read {path}` grants it"),
        Withheld::Service(path) => {
            format!("{path} leads to a service outside and was hidden; `--write {path}` grants it")
        }
        Withheld::Variable(name) => {
            format!("variable {name} looks like a secret and was removed; `--env {name}` keeps it")
        }
        Withheld::SearchStopped { entries } => {
            format!("the search for sensitive names stopped after {entries} entries; deeper ones are not hidden")
        }
    }
}
