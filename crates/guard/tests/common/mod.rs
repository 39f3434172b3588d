//! Helpers shared by the tests: a scripted policy, a vector as log, a specification on temporary directories.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a helper that fails fails its test; one that skips says why"
)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use telos_abi::{
    Budget, Durability, Effect, EffectKind, Facts, Grant, Label, Receipt, RecordError, Recorder, Resource, Rule, RunId,
    Timestamp,
};
use telos_guard::{AgentEnd, AgentSpec, Asker, Decider, GuardError, Plane, Ports, Streams, WorkspaceMode};
use telos_policy::{Approval, Decision, Policy, Question, Refusal, Request, Subject, decide};

/// Permits what lands in the workspace, refuses everything else and the names in `protected`.
pub(crate) struct Rules {
    pub(crate) directory: PathBuf,
    pub(crate) hosts: Vec<String>,
    pub(crate) permit_direct: bool,
}

impl Decider for Rules {
    fn decide(&self, effect: &Effect, facts: Facts) -> Decision {
        let allowed = match &effect.resource {
            Resource::Path(path) => {
                (facts.in_workspace || self.permit_direct) && !path.lossy().ends_with(".git/hooks/pre-commit")
            }
            Resource::Host(host) => self.hosts.contains(&host.name),
            _ => false,
        };
        if !allowed {
            return Decision::Refuse(Refusal {
                effect: effect.clone(),
                rule: Rule::P2,
                reason: format!("{effect} is outside the grant"),
            });
        }
        let grant = Grant {
            rows: vec![telos_abi::GrantRow { kinds: telos_abi::EffectSet(u32::MAX), scope: telos_abi::Scope::Any }],
            askable: Vec::new(),
            clearances: Vec::new(),
            budget: Budget { fuel: 0, memory_bytes: 0, output_bytes: 0, wall_ms: 0, calls: 0 },
        };
        // The policy asks before it lets a host's file be overwritten; these rules have answered.
        let facts = Facts { created_by_run: facts.created_by_run || self.permit_direct, ..facts };
        let request = Request { effect, subject: Subject::Agent { process: Label::BOTTOM }, facts };
        decide(&Policy::default(), &grant, &request, Timestamp(0))
    }

    fn is_sensitive(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| name == ".env")
    }
}

pub(crate) struct Nobody;

impl Asker for Nobody {
    fn ask(&self, _: &Question) -> Option<Approval> {
        None
    }

    fn at_terminal(&self) -> bool {
        false
    }
}

#[derive(Default)]
pub(crate) struct Log(pub(crate) Mutex<Vec<Receipt>>);

impl Recorder for Log {
    fn record(&self, receipt: &Receipt, _: Durability) -> Result<u64, RecordError> {
        let mut all = self.0.lock().unwrap();
        all.push(receipt.clone());
        Ok(all.len() as u64 - 1)
    }
}

/// Directories of one test: work, home, state. Dropped with everything in it.
pub(crate) struct World {
    pub(crate) scratch: tempfile::TempDir,
    pub(crate) log: Log,
    pub(crate) hosts: Vec<telos_abi::HostName>,
    pub(crate) mode: WorkspaceMode,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) writes: Vec<PathBuf>,
    pub(crate) permit_direct: bool,
    run: RunId,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl World {
    pub(crate) fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        for name in ["project", "home", "state", "outside"] {
            std::fs::create_dir(scratch.path().join(name)).unwrap();
        }
        Self {
            scratch,
            log: Log::default(),
            hosts: Vec::new(),
            mode: WorkspaceMode::CopyOnWrite,
            environment: Vec::new(),
            writes: Vec::new(),
            permit_direct: false,
            run: RunId { started_ms: 1, nonce: NEXT.fetch_add(1, Ordering::SeqCst) },
        }
    }

    /// The same directories for another run.
    pub(crate) fn next(self) -> Self {
        let run = RunId { started_ms: 1, nonce: NEXT.fetch_add(1, Ordering::SeqCst) };
        Self { run, ..self }
    }

    pub(crate) fn path(&self, inner: &str) -> PathBuf {
        self.scratch.path().join(inner)
    }

    pub(crate) fn write(&self, inner: &str, text: &str) -> PathBuf {
        let path = self.path(inner);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn run_id(&self) -> RunId {
        self.run
    }

    pub(crate) fn spec(&self, argv: &[&str]) -> AgentSpec {
        let mut environment: Vec<_> = ["PATH", "LANG", "TERM"]
            .iter()
            .filter_map(|name| Some(((*name).into(), std::env::var_os(name)?)))
            .collect();
        environment.push(("HOME".into(), self.path("home").into()));
        environment.extend(self.environment.iter().map(|(name, value)| (name.into(), value.into())));
        AgentSpec {
            run: self.run,
            argv: argv.iter().map(Into::into).collect(),
            directory: self.path("project"),
            home: Some(self.path("home")),
            state: self.path("state"),
            environment,
            keep_variables: Vec::new(),
            reads: Vec::new(),
            writes: self.writes.clone(),
            hosts: self.hosts.clone(),
            sensitive: vec![self.path("home/.ssh"), self.path("home/.netrc")],
            protected: Vec::new(),
            workspace: self.mode,
            label: Label::BOTTOM,
            streams: None,
        }
    }

    /// Runs a program and returns its end with what it printed (both streams).
    pub(crate) fn run(&self, argv: &[&str]) -> Result<(AgentEnd, String), GuardError> {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut spec = self.spec(argv);
        spec.streams = Some(Streams {
            input: std::fs::File::open("/dev/null").unwrap().into(),
            output: writer.try_clone().unwrap().into(),
            error: writer.into(),
        });
        let rules = Rules {
            directory: self.path("project").canonicalize().unwrap(),
            permit_direct: self.permit_direct,
            hosts: self.hosts.iter().map(|host| host.name.clone()).collect(),
        };
        let text = std::thread::spawn(move || {
            let mut reader = reader;
            let mut text = Vec::new();
            reader.read_to_end(&mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        });
        let ports = Ports { decider: &rules, asker: &Nobody, recorder: &self.log };
        let end = telos_guard::run(spec, &ports);
        let text = text.join().unwrap();
        end.map(|end| (end, text))
    }

    /// Runs a shell script.
    pub(crate) fn shell(&self, script: &str) -> (AgentEnd, String) {
        self.run(&["sh", "-c", script]).unwrap()
    }
}

/// Whether agents can run here; prints why not.
pub(crate) fn able() -> bool {
    let support = telos_guard::probe(&std::env::temp_dir());
    let needed = [
        Plane::Landlock,
        Plane::SeccompNotify,
        Plane::UserNamespaces,
        Plane::Mounts,
        Plane::Processes,
        Plane::Network,
        Plane::Overlay,
    ];
    match needed.iter().find(|plane| !support.has(**plane)) {
        None => true,
        Some(plane) => {
            eprintln!("skipped: this host offers no {plane}: {:?}", support.planes);
            false
        }
    }
}

/// Whether an effect of this kind on a resource whose text ends so was refused.
pub(crate) fn refused(end: &AgentEnd, kind: EffectKind, suffix: &str) -> bool {
    end.refused
        .iter()
        .any(|refused| refused.effect.kind == kind && refused.effect.resource.to_string().ends_with(suffix))
}

/// Runs the other tests of the calling test binary once more under an ordinary account, if this one is root's. The
/// caller's name is `under_an_ordinary_account_too`.
pub(crate) fn again_as_an_ordinary_account() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const AGAIN: &str = "TELOS_TEST_AGAIN";
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() || std::env::var_os(AGAIN).is_some() {
        return;
    }
    let shelf = tempfile::tempdir().unwrap();
    std::fs::set_permissions(shelf.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let scratch = shelf.path().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    std::os::unix::fs::chown(&scratch, Some(NOBODY), Some(NOBODY)).unwrap();
    // The build folder may be closed to others. Another name costs nothing; a copy is needed across file systems.
    let (from, own) = (std::env::current_exe().unwrap(), shelf.path().join("tests"));
    if std::fs::hard_link(&from, &own).is_err() {
        std::fs::copy(&from, &own).unwrap();
    }
    let mut again = std::process::Command::new(own);
    again
        .args(["--skip", "under_an_ordinary_account_too", "--nocapture"])
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir(&scratch);
    let said = again.env("TMPDIR", &scratch).env("HOME", &scratch).env(AGAIN, "1").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    err.lines().filter(|line| line.starts_with("skipped")).for_each(|line| eprintln!("ordinary account: {line}"));
    assert!(said.status.success() && out.contains(" 0 failed"), "{out}\n{err}");
}
