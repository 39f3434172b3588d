//! A run from the specification to the end of the last process.

use crate::environment;
use crate::error::{GuardError, Plane};
use crate::filter;
use crate::launch::{self, Prepared, Stage, Step, message};
use crate::network::Pins;
use crate::probe::{self, FILE_RIGHTS, Offer, SCOPES};
use crate::spec::{AgentEnd, AgentSpec, Exit, Ports, Tier, Withheld, WorkspaceMode};
use crate::supervise::{Lines, Setting, Supervisor, Tally};
use crate::sys;
use crate::terminal::{Signals, Terminal};
use crate::view::{self, Given, View, c};
use crate::workspace::Workspace;
use rustix::fs::FileType;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SocketFlags, SocketType, recvmsg, socketpair,
};
use std::ffi::{CString, OsStr};
use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

/// Where a program without a slash is looked for when the environment has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Runs an agent to its end. The calling thread must live as long as the agent: the kernel ties the agent's life to it.
///
/// # Errors
/// When the host cannot enforce the specification, or the sandbox or program cannot be started. Nothing of the agent
/// has run then.
pub fn run(spec: AgentSpec, ports: &Ports<'_>) -> Result<AgentEnd, GuardError> {
    let landlock = probe::require()?;
    check_streams(&spec)?;
    let resolved = Resolved::new(&spec)?;
    let pins = Pins::resolve(&spec.hosts)?;
    let workspace = Workspace::create(&resolved.state, spec.run, &resolved.directory, spec.workspace, spec.label)?;
    let outcome = run_in(spec, ports, landlock, resolved, pins, &workspace);
    match &outcome {
        Ok(_) => workspace.end()?,
        // What could be kept is all there is of the agent's work.
        Err(GuardError::NotKept { .. }) => {}
        Err(_) => {
            // Nothing ran: an empty workspace would only be litter. What cannot be removed is listed by `workspaces`.
            let _ = workspace.abandon();
        }
    }
    outcome
}

/// Refuses standard streams that are directories: what lies above and beneath them on the host could be named by them,
/// around the agent's own file tree.
fn check_streams(spec: &AgentSpec) -> Result<(), GuardError> {
    let streams = match &spec.streams {
        Some(own) => [own.input.as_fd(), own.output.as_fd(), own.error.as_fd()],
        None => [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()],
    };
    for (stream, name) in streams.into_iter().zip(["standard input", "standard output", "standard error"]) {
        // A stream that is closed leads nowhere.
        let kind = rustix::fs::fstat(stream).map(|about| FileType::from_raw_mode(about.st_mode));
        if kind == Ok(FileType::Directory) {
            let why =
                "it is a directory, which would lead around the sandbox; pass its path with `--read` instead".into();
            return Err(GuardError::Specification { what: name.into(), why });
        }
    }
    Ok(())
}

/// The specification's paths, resolved.
struct Resolved {
    directory: PathBuf,
    home: Option<PathBuf>,
    state: PathBuf,
}

impl Resolved {
    fn new(spec: &AgentSpec) -> Result<Self, GuardError> {
        let directory = spec.directory.canonicalize().map_err(GuardError::io("entering", &spec.directory))?;
        std::fs::create_dir_all(&spec.state).map_err(GuardError::io("creating", &spec.state))?;
        let state = spec.state.canonicalize().map_err(GuardError::io("resolving", &spec.state))?;
        let home = spec.home.as_ref().map(|home| home.canonicalize().unwrap_or_else(|_| home.clone()));
        let usable = |home: &PathBuf| home.is_absolute() && home != Path::new("/") && *home != directory;
        let home = home.filter(usable);
        Ok(Self { directory, home, state })
    }
}

fn run_in(
    mut spec: AgentSpec,
    ports: &Ports<'_>,
    landlock: u32,
    resolved: Resolved,
    pins: Pins,
    workspace: &Workspace,
) -> Result<AgentEnd, GuardError> {
    let Resolved { directory, home, state } = resolved;
    let resolver = workspace.resolver_file();
    let given = Given { directory: &directory, home: home.as_deref(), state: &state, in_memory: workspace.in_memory() };
    let view = view::compute(&spec, &given, Some(&resolver), ports.decider)?;
    let (environment, removed) = environment::clean(&spec.environment, &spec.keep_variables);
    let mut withheld = view.withheld.clone();
    withheld.extend(removed.iter().map(|name| Withheld::Variable(name.as_bytes().into())));
    let tier = Tier {
        landlock,
        workspace: spec.workspace,
        in_memory: workspace.in_memory(),
        home_writable: view.home_writable,
        pinned: pins.list().to_vec(),
    };
    let setting = Setting {
        copy_on_write: spec.workspace == WorkspaceMode::CopyOnWrite,
        scratch: view.scratch.clone(),
        granted: spec.writes.iter().filter_map(|path| path.canonicalize().ok()).collect(),
        pins,
        label: spec.label,
        directory: directory.clone(),
    };
    let streams = spec.streams.take();
    let prepared = prepare(&spec, view, landlock, &directory, &environment, streams)?;
    let (exit, tally, layers) = supervise(&prepared, &setting, ports)?;
    if workspace.in_memory() {
        workspace.keep(layers.as_fd())?;
    }
    Ok(AgentEnd {
        exit,
        refused: tally.refused,
        refused_unlisted: tally.unlisted,
        permitted: tally.permitted,
        withheld,
        tier,
    })
}

/// Makes everything that the child needs and may not allocate.
fn prepare(
    spec: &AgentSpec,
    view: View,
    landlock: u32,
    directory: &Path,
    environment: &[(std::ffi::OsString, std::ffi::OsString)],
    streams: Option<crate::spec::Streams>,
) -> Result<Prepared, GuardError> {
    let nul = |what: &OsStr| GuardError::Specification {
        what: what.to_string_lossy().into_owned(),
        why: "it holds a NUL byte, which no program can be given".into(),
    };
    let text = |what: &OsStr| CString::new(what.as_bytes()).map_err(|_| nul(what));
    let program = spec.argv.first().ok_or_else(|| GuardError::Specification {
        what: "program".into(),
        why: "none was given; put it after `--`".into(),
    })?;
    let ours = ["PWD", "OLDPWD", probe::AGENT];
    let mut variables = Vec::with_capacity(environment.len() + ours.len());
    for (name, value) in environment.iter().filter(|(name, _)| !ours.iter().any(|own| name == own)) {
        let mut line = name.clone();
        line.push("=");
        line.push(value);
        variables.push(text(&line)?);
    }
    let mut line = std::ffi::OsString::from("PWD=");
    line.push(directory);
    variables.push(text(&line)?);
    variables.push(text(OsStr::new(&format!("{}={}", probe::AGENT, spec.run)))?);
    let search = environment.iter().find(|(name, _)| name == "PATH").map_or(OsStr::new(DEFAULT_PATH), |(_, path)| path);
    let candidates: Vec<PathBuf> = if program.as_bytes().contains(&b'/') {
        vec![program.into()]
    } else {
        std::env::split_paths(search).map(|directory| directory.join(program)).collect()
    };
    let user = rustix::process::geteuid().as_raw();
    let group = rustix::process::getegid().as_raw();
    Ok(Prepared {
        uid_map: format!("{user} {user} 1").into_bytes(),
        gid_map: format!("{group} {group} 1").into_bytes(),
        handled: FILE_RIGHTS.handled(landlock),
        scoped: if landlock >= SCOPES.since { SCOPES.all } else { 0 },
        rules: rules(&view, landlock),
        steps: view.steps,
        filter: filter::program(),
        directory: c(directory),
        candidates: candidates.iter().map(|path| text(path.as_os_str())).collect::<Result<_, _>>()?,
        arguments: spec.argv.iter().map(|argument| text(argument)).collect::<Result<_, _>>()?,
        environment: variables,
        streams,
    })
}

/// The floor: everything in the view may be read and executed, what is writable may be changed.
fn rules(view: &View, landlock: u32) -> Vec<(CString, u64)> {
    let mut out = vec![(c(Path::new("/")), FILE_RIGHTS.read)];
    for path in &view.writable {
        let all = FILE_RIGHTS.handled(landlock);
        out.push((c(path), if path.is_file() { all & FILE_RIGHTS.of_file } else { all }));
    }
    // Devices are those of the minimal list.
    out.push((c"/dev".into(), (FILE_RIGHTS.write | FILE_RIGHTS.device) & FILE_RIGHTS.handled(landlock)));
    out
}

/// How the agent ended, what was decided, and a descriptor of the directory that the workspace's layers are in.
type Served = (Exit, Tally, OwnedFd);

/// Starts the child and serves it to its end.
fn supervise(prepared: &Prepared, setting: &Setting, ports: &Ports<'_>) -> Result<Served, GuardError> {
    let set_up = |doing: &'static str| move |source: Errno| GuardError::SetUp { doing, path: String::new(), source };
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
        .map_err(set_up("making the control socket"))?;
    let arguments = launch::pointers(&prepared.arguments);
    let environment = launch::pointers(&prepared.environment);
    let terminal = Terminal::remember();
    let mut ours = Some(ours);
    let namespaces =
        libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWNET;
    let mut body = || {
        // The child's copy of our end must close, or it would never see us go.
        drop(ours.take());
        launch::init(prepared, &arguments, &environment, &theirs)
    };
    let (_, init) = sys::fork(namespaces, &mut body).map_err(no_namespaces)?;
    let ours = ours.take().expect("only the child takes it");
    drop(theirs);
    let served = serve(&ours, prepared, setting, ports, &terminal);
    drop(ours);
    if served.is_err() {
        // The child may be anywhere in its set-up: nothing of it must outlive the error.
        let _ = rustix::process::pidfd_send_signal(&init, rustix::process::Signal::KILL);
    }
    let id = rustix::process::WaitId::PidFd(init.as_fd());
    while let Err(Errno::INTR) = rustix::process::waitid(id.clone(), rustix::process::WaitIdOptions::EXITED) {}
    drop(terminal);
    served
}

fn no_namespaces(errno: Errno) -> GuardError {
    match probe::user_namespace_offer(errno) {
        Offer::Missing { why, fix } => GuardError::Unenforceable { plane: Plane::UserNamespaces, why, fix },
        Offer::Available(doing) => GuardError::SetUp { doing: "making namespaces", path: doing, source: errno },
    }
}

/// Takes the child's messages until it says how the agent ended.
fn serve(
    control: &OwnedFd,
    prepared: &Prepared,
    setting: &Setting,
    ports: &Ports<'_>,
    terminal: &Terminal,
) -> Result<Served, GuardError> {
    let lost = || GuardError::SetUp {
        doing: "waiting for the sandbox, which was killed,",
        path: String::new(),
        source: Errno::SRCH,
    };
    // Init announces the agent; the agent announces its filter. Either may be first.
    let (mut started, mut listener) = (None, None);
    while started.is_none() || listener.is_none() {
        let (kind, one, two, mut descriptors) = receive(control).ok_or_else(lost)?;
        match (kind, descriptors.len()) {
            (message::STARTED, 4) => started = Some(descriptors),
            (message::LISTENING, 1) => listener = descriptors.pop(),
            (message::FAILED, _) => return Err(failure(prepared, one, two)),
            _ => return Err(lost()),
        }
    }
    let (Some(mut started), Some(listener)) = (started, listener) else {
        return Err(lost());
    };
    let (Some(layers), Some(resolver), Some(root), Some(agent)) =
        (started.pop(), started.pop(), started.pop(), started.pop())
    else {
        return Err(lost());
    };
    let lines = Lines { listener, root, resolver };
    let signals = Signals::pass_on_to(agent.as_fd());
    rustix::net::send(control, b"g", rustix::net::SendFlags::NOSIGNAL).map_err(|_| lost())?;
    let ended = std::thread::scope(|scope| {
        let supervisor = Supervisor::new(setting, &lines, *ports, terminal);
        let thread: ScopedJoinHandle<'_, Tally> = scope.spawn(move || supervisor.serve(scope));
        let end = wait_for_end(control, prepared);
        let tally = thread.join().unwrap_or_default();
        end.map(|exit| (exit, tally, layers))
    });
    drop(signals);
    ended
}

fn wait_for_end(control: &OwnedFd, prepared: &Prepared) -> Result<Exit, GuardError> {
    let mut failed = None;
    loop {
        match receive(control) {
            // The program could not be executed; init will report its end too.
            Some((message::FAILED, one, two, _)) => failed = Some(failure(prepared, one, two)),
            Some((message::EXITED, code, _, _)) => {
                return failed.map_or(Ok(Exit::Code(code.cast_signed())), Err);
            }
            Some((message::SIGNALLED, signal, _, _)) => {
                return Ok(Exit::Signal(signal.cast_signed()));
            }
            Some(_) => {}
            // Init itself was killed from outside, and everything with it.
            None => return failed.map_or(Ok(Exit::Signal(libc::SIGKILL)), Err),
        }
    }
}

/// One message with its descriptors; `None` when the other side is gone.
fn receive(control: &OwnedFd) -> Option<(u32, u32, u32, Vec<OwnedFd>)> {
    let mut bytes = [0_u8; message::BYTES];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let count = loop {
        match recvmsg(control, &mut [IoSliceMut::new(&mut bytes)], &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Ok(got) => break got.bytes,
            Err(Errno::INTR) => {}
            Err(_) => return None,
        }
    };
    if count != message::BYTES {
        return None;
    }
    let descriptors = ancillary
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(rights) => Some(rights.collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect();
    let mut words = bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    Some((words.next()?, words.next()?, words.next()?, descriptors))
}

/// Turns the child's report into an error for people.
fn failure(prepared: &Prepared, errno: u32, place: u32) -> GuardError {
    let source = Errno::from_raw_os_error(errno.cast_signed());
    let index = usize::try_from(place & 0xffff).unwrap_or(0);
    let (stage, doing) = Stage::ALL
        .into_iter()
        .find(|(stage, _)| *stage as u32 == place >> 16)
        .unwrap_or((Stage::Tie, "starting the sandbox"));
    let path = match stage {
        Stage::Program => {
            let program =
                prepared.arguments.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return GuardError::Program { program, source };
        }
        Stage::Tree => prepared.steps.get(index).map(Step::place),
        Stage::Floor => prepared.rules.get(index).map(|(path, _)| path),
        Stage::Directory => Some(&prepared.directory),
        _ => None,
    };
    if matches!(stage, Stage::Identity | Stage::Root) && matches!(source, Errno::PERM | Errno::ACCESS) {
        return no_namespaces(source);
    }
    if let (Stage::Tree, Some(Step::Overlay { .. })) = (stage, prepared.steps.get(index)) {
        return GuardError::Unenforceable {
            plane: Plane::Overlay,
            why: format!("the kernel refused to lay a workspace over {path:?} ({source})"),
            fix: "The directory or Telos' state is on a file system that overlayfs does not take, or overlays are stacked \
                  too deep already. Put the state elsewhere (TELOS_STATE_DIR), or ask for direct changes (`--direct`)"
                .into(),
        };
    }
    GuardError::SetUp { doing, path: path.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(), source }
}
