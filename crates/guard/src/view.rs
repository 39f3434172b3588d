//! What an agent sees of the file tree, computed before it starts: which parts of the host, which of them can be
//! written to and where the writes go, and which secrets are covered.
//!
//! The tree is an allow-list on an empty root, so a place that nobody thought of does not exist for the agent.

use crate::error::GuardError;
use crate::launch::{HOST, STAGE, Step};
use crate::mounts::Mounts;
use crate::secrets::covers;
use crate::spec::{AgentSpec, Decider, Withheld, WorkspaceMode};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Directories of the system that every program may need; read-only. Absent ones are skipped, links are re-made.
const SYSTEM: [&str; 17] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/opt",
    "/nix",
    "/gnu",
    "/snap",
    "/sys",
    "/var/lib/dpkg",
    "/var/lib/rpm",
    "/var/lib/alternatives",
    "/var/cache/fontconfig",
];
/// Variables that tell where a developer's tools live; what they name becomes readable.
const TOOLCHAIN_VARIABLES: [&str; 16] = [
    "CARGO_HOME",
    "RUSTUP_HOME",
    "GOROOT",
    "GOPATH",
    "PYENV_ROOT",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "NVM_DIR",
    "NVM_BIN",
    "VOLTA_HOME",
    "JAVA_HOME",
    "SDKMAN_DIR",
    "RBENV_ROOT",
    "GEM_HOME",
    "DENO_DIR",
    "BUN_INSTALL",
];
/// Devices without state of their own.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// Size of each file system in memory that an agent may fill (home, `/tmp`, shared memory).
const MEMORY_OPTIONS: &str = "size=2g,nr_inodes=400k";

/// What stands at a place of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The host's tree, read-only.
    Read,
    /// The host's tree, writable.
    Write,
    /// The host's tree under an overlay whose upper layer is in memory and ends with the run.
    Scratch,
    /// The host's tree under the overlay that is the workspace.
    Workspace,
    /// An empty file system in memory.
    Memory(&'static str),
    /// A link.
    Link(PathBuf),
}

/// The specification's paths, resolved, and where the workspace's layers go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    /// The working directory.
    pub(crate) directory: &'a Path,
    /// The home directory, unless the agent works in it.
    pub(crate) home: Option<&'a Path>,
    /// Telos' state.
    pub(crate) state: &'a Path,
    /// Whether the workspace's layers are in memory rather than in the state.
    pub(crate) in_memory: bool,
}

/// The computed view.
#[derive(Debug)]
pub(crate) struct View {
    /// How to build it.
    pub(crate) steps: Vec<Step>,
    /// Where the agent can write, with Landlock's say.
    pub(crate) writable: Vec<PathBuf>,
    /// Places whose changes end with the run and so are not effects on the host.
    pub(crate) scratch: Vec<PathBuf>,
    /// What was hidden.
    pub(crate) withheld: Vec<Withheld>,
    /// Whether the home directory takes writes.
    pub(crate) home_writable: bool,
}

/// Computes the view. Reads the file tree: known places, the mount table, and a bounded search beneath the working
/// directory; never the home directory.
///
/// # Errors
/// When a path of the specification does not exist or cannot be shown as asked.
pub(crate) fn compute(
    spec: &AgentSpec,
    given: &Given<'_>,
    resolver: Option<&Path>,
    decider: &dyn Decider,
) -> Result<View, GuardError> {
    let Given { directory, home, state, .. } = *given;
    let mounts = Mounts::read();
    check_directory(spec, directory, state, &mounts)?;
    let (mut places, home_writable) = lay_out(spec, directory, home, &mounts)?;
    add_grants(spec, &mut places)?;
    for tool in toolchains(spec) {
        if nearest(&places, &tool).is_none_or(|(_, place)| matches!(place, Place::Memory(_))) {
            places.insert(tool, Place::Read);
        }
    }
    let (covers, withheld) = covers(spec, directory, state, &places, decider)?;
    let mut builder = Builder { steps: Vec::new(), made: BTreeSet::new() };
    builder.stage(given, spec, &places);
    for (path, place) in &places {
        builder.place(path, place, &places);
    }
    builder.devices();
    if let Some(resolver) = resolver {
        builder.resolver(resolver, &places);
    }
    if spec.workspace == WorkspaceMode::Direct {
        for path in spec.protected.iter().filter_map(|path| path.canonicalize().ok()) {
            if path.starts_with(directory) {
                builder.bind(&path, &path, true);
            }
        }
    }
    for path in &covers {
        builder.steps.push(Step::Cover { at: c(path), directory: path.is_dir() });
    }
    let is_writable = |place: &Place| !matches!(place, Place::Read | Place::Link(_));
    let is_scratch = |place: &Place| matches!(place, Place::Scratch | Place::Memory(_));
    Ok(View {
        steps: builder.steps,
        writable: places.iter().filter(|(_, place)| is_writable(place)).map(|(path, _)| path.clone()).collect(),
        scratch: places.iter().filter(|(_, place)| is_scratch(place)).map(|(path, _)| path.clone()).collect(),
        withheld,
        home_writable,
    })
}

/// Refuses working directories that cannot be a workspace.
fn check_directory(spec: &AgentSpec, directory: &Path, state: &Path, mounts: &Mounts) -> Result<(), GuardError> {
    let refuse = |why: &str| GuardError::Specification { what: directory.display().to_string(), why: why.into() };
    let shared_memory = directory.starts_with("/dev/shm");
    let of_kernel = ["/proc", "/dev", "/sys"].iter().any(|root| directory.starts_with(root)) && !shared_memory;
    if directory == Path::new("/") || of_kernel {
        return Err(refuse("an agent cannot work here; change to the directory it should work in"));
    }
    if directory.starts_with(state) {
        return Err(refuse("this is inside Telos' own state, which no agent may see; change to another directory"));
    }
    if spec.workspace == WorkspaceMode::CopyOnWrite
        && let Some(inner) = mounts.beneath(directory)
    {
        return Err(GuardError::Unenforceable {
            plane: crate::error::Plane::Overlay,
            why: format!("another file system is mounted beneath the working directory, at {inner:?}"),
            fix: "Run in a directory without mounts beneath it, or ask for direct changes (`--direct`)".into(),
        });
    }
    Ok(())
}

/// The fixed part of the tree, the home directory and the working directory.
fn lay_out(
    spec: &AgentSpec,
    directory: &Path,
    home: Option<&Path>,
    mounts: &Mounts,
) -> Result<(BTreeMap<PathBuf, Place>, bool), GuardError> {
    let mut places = BTreeMap::new();
    for path in SYSTEM.map(PathBuf::from) {
        match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => {
                let target = path.read_link().map_err(GuardError::io("reading the link", &path))?;
                places.insert(path, Place::Link(target));
            }
            Ok(_) => {
                places.insert(path, Place::Read);
            }
            Err(_) => {}
        }
    }
    for (path, mode) in
        [("/tmp", "mode=1777"), ("/var/tmp", "mode=1777"), ("/run", "mode=0755"), ("/dev/shm", "mode=1777")]
    {
        places.insert(path.into(), Place::Memory(mode));
    }
    places.insert("/var/run".into(), Place::Link("/run".into()));
    let mut home_writable = false;
    if let Some(home) = home {
        let place = if !home.is_dir() {
            Place::Memory("mode=0700")
        } else if mounts.beneath(home).is_some() {
            Place::Read
        } else {
            Place::Scratch
        };
        home_writable = place != Place::Read;
        places.insert(home.to_path_buf(), place);
    }
    let place = match spec.workspace {
        WorkspaceMode::CopyOnWrite => Place::Workspace,
        WorkspaceMode::Direct => Place::Write,
    };
    places.insert(directory.to_path_buf(), place);
    Ok((places, home_writable))
}

/// Adds what was granted by name.
fn add_grants(spec: &AgentSpec, places: &mut BTreeMap<PathBuf, Place>) -> Result<(), GuardError> {
    for path in &spec.reads {
        let path = path.canonicalize().map_err(GuardError::io("granting reads of", path))?;
        if nearest(places, &path).is_none_or(|(_, place)| matches!(place, Place::Memory(_))) {
            places.insert(path, Place::Read);
        }
    }
    for path in &spec.writes {
        let path = path.canonicalize().map_err(GuardError::io("granting writes to", path))?;
        places.insert(path, Place::Write);
    }
    Ok(())
}

/// Directories on `PATH`, the prefixes they belong to, and what the toolchain variables name.
fn toolchains(spec: &AgentSpec) -> BTreeSet<PathBuf> {
    let value = |name: &str| spec.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let mut out = BTreeSet::new();
    let mut add = |path: PathBuf| {
        if let Ok(path) = path.canonicalize()
            && path.components().count() > 2
            && path.is_dir()
        {
            out.insert(path);
        }
    };
    for path in value("PATH").into_iter().flat_map(std::env::split_paths) {
        match (path.file_name(), path.parent()) {
            (Some(name), Some(prefix)) if name == "bin" => add(prefix.to_path_buf()),
            _ => add(path),
        }
    }
    TOOLCHAIN_VARIABLES.iter().filter_map(|name| value(name)).for_each(|path| add(path.into()));
    out
}

/// The place that a path belongs to: its own or that of its closest ancestor.
fn nearest<'a>(places: &'a BTreeMap<PathBuf, Place>, path: &Path) -> Option<(&'a Path, &'a Place)> {
    path.ancestors().find_map(|ancestor| places.get_key_value(ancestor)).map(|(path, place)| (path.as_path(), place))
}

/// Whether the host's content at a path is visible to the agent.
pub(crate) fn visible(places: &BTreeMap<PathBuf, Place>, path: &Path) -> bool {
    nearest(places, path).is_some_and(|(_, place)| !matches!(place, Place::Memory(_) | Place::Link(_)))
}

/// Paths of ours hold no NUL: they came from the kernel or were opened before.
pub(crate) fn c(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap_or_default()
}

fn staged(name: &str) -> PathBuf {
    Path::new(STAGE).join(name)
}

fn on_host(path: &Path) -> PathBuf {
    let mut out = Path::new(HOST).as_os_str().to_os_string().into_vec();
    out.extend(path.as_os_str().as_bytes());
    OsStr::from_bytes(&out).into()
}

/// Writes down the steps.
struct Builder {
    steps: Vec<Step>,
    made: BTreeSet<PathBuf>,
}

impl Builder {
    /// Binds the sources of overlays to fixed names, so that no name from outside enters an option string.
    fn stage(&mut self, given: &Given<'_>, spec: &AgentSpec, places: &BTreeMap<PathBuf, Place>) {
        let Given { directory, home, state, in_memory } = *given;
        if places.get(directory) == Some(&Place::Workspace) {
            self.directory(&staged("lower"));
            self.bind(directory, &staged("lower"), true);
            self.directory(&staged("workspace"));
            if in_memory {
                self.layers("workspace", directory);
            } else {
                let kept = state.join("workspaces").join(spec.run.to_string());
                self.bind(&kept, &staged("workspace"), false);
            }
        }
        if let Some(home) = home
            && places.get(home) == Some(&Place::Scratch)
        {
            self.directory(&staged("home"));
            self.bind(home, &staged("home"), true);
            self.directory(&staged("scratch"));
            self.layers("scratch", home);
        }
    }

    /// Layers in memory over a directory of the host.
    fn layers(&mut self, name: &str, lower: &Path) {
        let mode = lower.metadata().map_or(0o700, |about| about.mode() & 0o7777);
        self.memory(&staged(name), "mode=0700");
        self.steps.push(Step::Layer { at: c(&staged(name).join("upper")), mode });
        self.steps.push(Step::Layer { at: c(&staged(name).join("work")), mode: 0o700 });
    }

    fn directory(&mut self, path: &Path) {
        if self.made.insert(path.to_path_buf()) {
            self.steps.push(Step::Directory(c(path)));
        }
    }

    fn memory(&mut self, at: &Path, mode: &str) {
        let options = CString::new(format!("{mode},{MEMORY_OPTIONS}")).unwrap_or_default();
        self.steps.push(Step::Memory { at: c(at), options });
    }

    fn bind(&mut self, from: &Path, at: &Path, read_only: bool) {
        self.steps.push(Step::Bind { from: c(&on_host(from)), at: c(at), read_only });
    }

    /// `volatile`: no call of the agent waits for the disk; the workspace is put on it once, when the run has ended.
    fn overlay(&mut self, at: &Path, lower: &str, upper: &str) {
        let options = format!(
            "lowerdir={STAGE}/{lower},upperdir={STAGE}/{upper}/upper,workdir={STAGE}/{upper}/work,userxattr,volatile"
        );
        self.steps.push(Step::Overlay { at: c(at), options: CString::new(options).unwrap_or_default() });
    }

    /// Makes the directories above a path that no mounted part of the host brings along.
    fn parents(&mut self, path: &Path, places: &BTreeMap<PathBuf, Place>) {
        let Some(parent) = path.parent() else { return };
        let mut missing: Vec<&Path> = parent
            .ancestors()
            .take_while(|ancestor| *ancestor != Path::new("/") && !places.contains_key(*ancestor))
            .collect();
        if visible(places, parent) {
            missing.clear();
        }
        missing.iter().rev().for_each(|path| self.directory(path));
    }

    fn place(&mut self, path: &Path, place: &Place, places: &BTreeMap<PathBuf, Place>) {
        self.parents(path, places);
        let exists = path.parent().is_some_and(|parent| visible(places, parent));
        if let Place::Link(target) = place {
            if !exists {
                self.steps.push(Step::Symlink { at: c(path), target: c(target) });
            }
            return;
        }
        if !exists {
            if matches!(place, Place::Read | Place::Write) && !path.is_dir() {
                self.steps.push(Step::File(c(path)));
            } else {
                self.directory(path);
            }
        }
        match place {
            Place::Read => self.bind(path, path, true),
            Place::Write => self.bind(path, path, false),
            Place::Scratch => self.overlay(path, "home", "scratch"),
            Place::Workspace => self.overlay(path, "lower", "workspace"),
            Place::Memory(mode) => self.memory(path, mode),
            Place::Link(_) => {}
        }
    }

    /// `/proc` of the new process namespace and a minimal `/dev`.
    fn devices(&mut self) {
        self.directory(Path::new("/proc"));
        self.steps.push(Step::Processes(c"/proc".into()));
        self.directory(Path::new("/dev"));
        for name in DEVICES {
            let path = Path::new("/dev").join(name);
            if path.exists() {
                self.steps.push(Step::File(c(&path)));
                self.bind(&path, &path, false);
            }
        }
        self.directory(Path::new("/dev/pts"));
        self.steps.push(Step::Terminals(c"/dev/pts".into()));
        for (name, target) in [
            ("ptmx", "pts/ptmx"),
            ("fd", "/proc/self/fd"),
            ("stdin", "/proc/self/fd/0"),
            ("stdout", "/proc/self/fd/1"),
            ("stderr", "/proc/self/fd/2"),
        ] {
            let at = c(&Path::new("/dev").join(name));
            self.steps.push(Step::Symlink { at, target: c(Path::new(target)) });
        }
    }

    /// Points name resolution at the guard. A host without the file needs nothing: libraries then ask 127.0.0.1.
    fn resolver(&mut self, ours: &Path, places: &BTreeMap<PathBuf, Place>) {
        let Ok(real) = Path::new("/etc/resolv.conf").canonicalize() else {
            return;
        };
        if !visible(places, &real) {
            self.parents(&real, places);
            self.steps.push(Step::File(c(&real)));
        }
        self.bind(ours, &real, true);
    }
}
