//! The child's side of a start: from the fork to the program.
//!
//! Two processes. The *init* makes the namespaces' content, takes every right away from itself, starts the agent and
//! then only waits: when the agent ends, or when the supervisor dies, init ends and the kernel ends every process of
//! the namespace with it. The *agent* adds the call filter and becomes the program.
//!
//! Everything here runs after a fork of a process that may have threads: system calls on prepared memory only. No
//! allocation, no locks, no panics.

use crate::bpf::Instruction;
use crate::sys::{self, Sys};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use std::ffi::{CStr, CString, c_char};
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// One step in building the agent's file tree. Paths are those of the new root; what the host has is at [`HOST`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Make a directory if there is none.
    Directory(CString),
    /// Make a directory with this mode: the root of a layer, whose mode the merged directory shows.
    Layer { at: CString, mode: u32 },
    /// Make an empty file to mount on.
    File(CString),
    /// Make a symbolic link.
    Symlink { at: CString, target: CString },
    /// Show a file or tree of the host.
    Bind { from: CString, at: CString, read_only: bool },
    /// Mount an empty file system in memory.
    Memory { at: CString, options: CString },
    /// Mount overlayfs.
    Overlay { at: CString, options: CString },
    /// Mount the process file system of the new namespace, read-only.
    Processes(CString),
    /// Mount fresh pseudo-terminals.
    Terminals(CString),
    /// Cover a file or directory with an empty one.
    Cover { at: CString, directory: bool },
}

/// Where the host's tree is while steps run.
pub(crate) const HOST: &str = "/.host";
/// Where sources of mounts are staged while steps run.
pub(crate) const STAGE: &str = "/.stage";
const HOST_C: &CStr = c"/.host";
const STAGE_C: &CStr = c"/.stage";
const LAYERS: &CStr = c"/.stage/workspace";
const COVER_FILE: &CStr = c"/.stage/file";
const COVER_DIRECTORY: &CStr = c"/.stage/directory";

/// Everything the child needs, made before the fork.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Line for `uid_map`.
    pub(crate) uid_map: Vec<u8>,
    /// Line for `gid_map`.
    pub(crate) gid_map: Vec<u8>,
    /// The tree.
    pub(crate) steps: Vec<Step>,
    /// Rights that Landlock handles.
    pub(crate) handled: u64,
    /// Scopes that Landlock closes.
    pub(crate) scoped: u64,
    /// Rights allowed, by path in the new tree.
    pub(crate) rules: Vec<(CString, u64)>,
    /// The call filter.
    pub(crate) filter: Vec<Instruction>,
    /// Working directory.
    pub(crate) directory: CString,
    /// Places where the program may be, in order.
    pub(crate) candidates: Vec<CString>,
    /// Arguments.
    pub(crate) arguments: Vec<CString>,
    /// Variables.
    pub(crate) environment: Vec<CString>,
    /// Standard streams, if not our own.
    pub(crate) streams: Option<crate::spec::Streams>,
}

/// What went wrong where, as the child reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Stage {
    /// Tying the child's life to the supervisor's.
    Tie = 0,
    /// Writing the identity maps.
    Identity = 1,
    /// Raising the loopback interface.
    Loopback = 2,
    /// Preparing the new root.
    Root = 3,
    /// One of the steps; the index tells which.
    Tree = 4,
    /// Leaving the old root.
    Leave = 5,
    /// Entering the working directory.
    Directory = 6,
    /// Landlock; the index tells which rule.
    Floor = 7,
    /// Giving up capabilities.
    Capabilities = 8,
    /// Starting the agent process.
    Start = 9,
    /// Connecting the standard streams.
    Streams = 10,
    /// Installing the call filter.
    Filter = 11,
    /// Executing the program.
    Program = 12,
}

impl Stage {
    pub(crate) const ALL: [(Self, &'static str); 13] = [
        (Self::Tie, "tying the sandbox's life to telos"),
        (Self::Identity, "mapping the user into its namespace"),
        (Self::Loopback, "raising the loopback interface"),
        (Self::Root, "preparing the private file tree"),
        (Self::Tree, "mounting"),
        (Self::Leave, "leaving the host's file tree"),
        (Self::Directory, "entering"),
        (Self::Floor, "enforcing Landlock on"),
        (Self::Capabilities, "giving up capabilities"),
        (Self::Start, "starting the agent's process"),
        (Self::Streams, "connecting the standard streams"),
        (Self::Filter, "installing the system call filter"),
        (Self::Program, "executing"),
    ];
}

#[derive(Clone, Copy)]
struct Failure {
    stage: Stage,
    index: u16,
    errno: Errno,
}

fn at(stage: Stage) -> impl Fn(Errno) -> Failure {
    move |errno| Failure { stage, index: 0, errno }
}

fn at_index(stage: Stage, index: usize) -> impl Fn(Errno) -> Failure {
    move |errno| Failure { stage, index: u16::try_from(index).unwrap_or(u16::MAX), errno }
}

/// Kinds of messages on the control socket. Each message is three little-endian words: kind, and two values.
pub(crate) mod message {
    /// Set-up failed: error number, stage << 16 | index.
    pub(crate) const FAILED: u32 = 1;
    /// The agent exists: descriptors of its process, of its root directory, of its resolver's socket and of the
    /// directory that holds the workspace's layers.
    pub(crate) const STARTED: u32 = 2;
    /// The filter is in place: the descriptor to listen on.
    pub(crate) const LISTENING: u32 = 3;
    /// The agent ended by itself: code.
    pub(crate) const EXITED: u32 = 4;
    /// The agent was ended by a signal: number.
    pub(crate) const SIGNALLED: u32 = 5;
    /// Bytes of a message.
    pub(crate) const BYTES: usize = 12;
}

fn tell(control: BorrowedFd<'_>, kind: u32, one: u32, two: u32, descriptors: &[BorrowedFd<'_>]) -> Sys<()> {
    let mut bytes = [0_u8; message::BYTES];
    for (to, word) in bytes.chunks_exact_mut(4).zip([kind, one, two]) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(Errno::TOOBIG);
    }
    rustix::net::sendmsg(control, &[IoSlice::new(&bytes)], &mut ancillary, SendFlags::NOSIGNAL).map(drop)
}

fn tell_failure(control: BorrowedFd<'_>, failure: Failure) {
    let place = u32::from(failure.stage as u16) << 16 | u32::from(failure.index);
    // If nobody listens any more there is nobody to tell.
    let _ = tell(control, message::FAILED, failure.errno.raw_os_error().cast_unsigned(), place, &[]);
}

/// Pointers to prepared strings, ending with null. Made before the fork because it allocates.
pub(crate) fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect()
}

/// The body of the init process.
pub(crate) fn init(
    prepared: &Prepared,
    arguments: &[*const c_char],
    environment: &[*const c_char],
    control: &OwnedFd,
) -> i32 {
    let control = control.as_fd();
    match become_init(prepared, control).and_then(|made| start_agent(prepared, arguments, environment, control, &made))
    {
        Ok((pid, descriptor)) => {
            drop(descriptor);
            wait_for(pid, control)
        }
        Err(failure) => {
            tell_failure(control, failure);
            125
        }
    }
}

/// What the supervisor needs from inside.
struct Made {
    root: OwnedFd,
    resolver: OwnedFd,
    layers: OwnedFd,
}

/// Builds the namespaces' content and takes every right away.
fn become_init(prepared: &Prepared, control: BorrowedFd<'_>) -> Result<Made, Failure> {
    let kill = usize::try_from(libc::SIGKILL).unwrap_or(9);
    sys::process_control(libc::PR_SET_PDEATHSIG, kill).map_err(at(Stage::Tie))?;
    // If the supervisor died before the line above, its end of the socket is closed.
    let mut ends = [rustix::event::PollFd::from_borrowed_fd(control, rustix::event::PollFlags::RDHUP)];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    if rustix::event::poll(&mut ends, Some(&now)).map_err(at(Stage::Tie))? != 0 {
        return Err(at(Stage::Tie)(Errno::PIPE));
    }
    write_file(c"/proc/self/setgroups", b"deny").map_err(at(Stage::Identity))?;
    write_file(c"/proc/self/uid_map", &prepared.uid_map).map_err(at(Stage::Identity))?;
    write_file(c"/proc/self/gid_map", &prepared.gid_map).map_err(at(Stage::Identity))?;
    // Our memory is a copy of the supervisor's: nobody inside may read it.
    sys::process_control(libc::PR_SET_DUMPABLE, 0).map_err(at(Stage::Identity))?;
    sys::loopback_up().map_err(at(Stage::Loopback))?;
    let resolver = open_resolver().map_err(at(Stage::Loopback))?;
    enter_new_root().map_err(at(Stage::Root))?;
    for (index, step) in prepared.steps.iter().enumerate() {
        take(step).map_err(at_index(Stage::Tree, index))?;
    }
    let layers = open_layers().map_err(at(Stage::Leave))?;
    leave_old_root().map_err(at(Stage::Leave))?;
    rustix::process::chdir(prepared.directory.as_c_str()).map_err(at(Stage::Directory))?;
    let root = rustix::fs::open(c"/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).map_err(at(Stage::Leave))?;
    sys::process_control(libc::PR_SET_NO_NEW_PRIVS, 1).map_err(at(Stage::Floor))?;
    let ruleset = sys::landlock_ruleset(prepared.handled, prepared.scoped).map_err(at(Stage::Floor))?;
    for (index, (path, rights)) in prepared.rules.iter().enumerate() {
        sys::landlock_allow(ruleset.as_fd(), path, *rights).map_err(at_index(Stage::Floor, index))?;
    }
    sys::landlock_restrict(ruleset.as_fd()).map_err(at(Stage::Floor))?;
    sys::drop_capabilities().map_err(at(Stage::Capabilities))?;
    Ok(Made { root, resolver, layers })
}

/// The directory of the workspace's layers; that of every stage if there is no workspace.
fn open_layers() -> Sys<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(LAYERS, flags, Mode::empty()).or_else(|_| rustix::fs::open(STAGE_C, flags, Mode::empty()))
}

/// The socket on which the agent's questions for names arrive: where every resolver library looks.
fn open_resolver() -> Sys<OwnedFd> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    bind(&socket, &std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 53))?;
    Ok(socket)
}

fn write_file(path: &CStr, bytes: &[u8]) -> Sys<()> {
    let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    if rustix::io::write(&file, bytes)? == bytes.len() { Ok(()) } else { Err(Errno::IO) }
}

/// Makes a file system in memory the root, with the host's tree at [`HOST`].
fn enter_new_root() -> Sys<()> {
    let quiet = libc::MS_NOSUID | libc::MS_NODEV;
    sys::mount(None, c"/", None, libc::MS_REC | libc::MS_PRIVATE, None)?;
    sys::mount(Some(c"tmpfs"), c"/tmp", Some(c"tmpfs"), quiet, Some(c"mode=0755,size=4m"))?;
    rustix::fs::mkdir(c"/tmp/.host", Mode::from_raw_mode(0o700))?;
    sys::pivot_root(c"/tmp", c"/tmp/.host")?;
    rustix::process::chdir(c"/")?;
    rustix::fs::mkdir(STAGE_C, Mode::from_raw_mode(0o700))?;
    sys::mount(Some(c"tmpfs"), STAGE_C, Some(c"tmpfs"), quiet, Some(c"mode=0700,size=4m"))?;
    rustix::fs::mkdir(COVER_DIRECTORY, Mode::from_raw_mode(0o555))?;
    make_file(COVER_FILE)
}

fn make_file(path: &CStr) -> Sys<()> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).map(drop)
}

fn leave_old_root() -> Sys<()> {
    for path in [STAGE_C, HOST_C] {
        rustix::mount::unmount(path, rustix::mount::UnmountFlags::DETACH)?;
        rustix::fs::rmdir(path)?;
    }
    sys::mount_attributes(c"/", sys::ATTRIBUTE_READ_ONLY, false)
}

fn take(step: &Step) -> Sys<()> {
    let quiet = libc::MS_NOSUID | libc::MS_NODEV;
    match step {
        Step::Directory(path) => match rustix::fs::mkdir(path.as_c_str(), Mode::from_raw_mode(0o755)) {
            Err(Errno::EXIST) | Ok(()) => Ok(()),
            Err(errno) => Err(errno),
        },
        Step::Layer { at, mode } => {
            rustix::fs::mkdir(at.as_c_str(), Mode::RWXU)?;
            rustix::fs::chmod(at.as_c_str(), Mode::from_raw_mode(*mode))
        }
        Step::File(path) => make_file(path),
        Step::Symlink { at, target } => rustix::fs::symlink(target.as_c_str(), at.as_c_str()),
        Step::Bind { from, at, read_only } => {
            sys::mount(Some(from), at, None, libc::MS_BIND | libc::MS_REC, None)?;
            let set = sys::ATTRIBUTE_NO_SUID | if *read_only { sys::ATTRIBUTE_READ_ONLY } else { 0 };
            sys::mount_attributes(at, set, true)
        }
        Step::Memory { at, options } => sys::mount(Some(c"tmpfs"), at, Some(c"tmpfs"), quiet, Some(options)),
        Step::Overlay { at, options } => sys::mount(Some(c"overlay"), at, Some(c"overlay"), quiet, Some(options)),
        Step::Processes(at) => {
            sys::mount(Some(c"proc"), at, Some(c"proc"), quiet | libc::MS_NOEXEC, None)?;
            // Nested user namespaces off, by the kernel's own count; the call filter refuses them a second time.
            write_file(c"/proc/sys/user/max_user_namespaces", b"0")?;
            // An agent that runs as root would own the machine's settings here.
            sys::mount_attributes(at, sys::ATTRIBUTE_READ_ONLY, false)
        }
        Step::Terminals(at) => {
            let options = c"newinstance,ptmxmode=0666,mode=0620";
            sys::mount(Some(c"devpts"), at, Some(c"devpts"), libc::MS_NOSUID | libc::MS_NOEXEC, Some(options))
        }
        Step::Cover { at, directory } => {
            let from = if *directory { COVER_DIRECTORY } else { COVER_FILE };
            sys::mount(Some(from), at, None, libc::MS_BIND, None)?;
            sys::mount_attributes(at, sys::ATTRIBUTE_READ_ONLY | sys::ATTRIBUTE_NO_DEVICES, false)
        }
    }
}

fn start_agent(
    prepared: &Prepared,
    arguments: &[*const c_char],
    environment: &[*const c_char],
    control: BorrowedFd<'_>,
    made: &Made,
) -> Result<(i32, OwnedFd), Failure> {
    let mut body = || {
        let failure = become_agent(prepared, arguments, environment, control);
        tell_failure(control, failure);
        127
    };
    let (pid, descriptor) = sys::fork(0, &mut body).map_err(at(Stage::Start))?;
    let lines = [descriptor.as_fd(), made.root.as_fd(), made.resolver.as_fd(), made.layers.as_fd()];
    tell(control, message::STARTED, 0, 0, &lines).map_err(at(Stage::Start))?;
    Ok((pid, descriptor))
}

/// The agent's last steps; returns only if they fail.
fn become_agent(
    prepared: &Prepared,
    arguments: &[*const c_char],
    environment: &[*const c_char],
    control: BorrowedFd<'_>,
) -> Failure {
    if let Some(streams) = &prepared.streams
        && let Err(errno) = rustix::stdio::dup2_stdin(&streams.input)
            .and_then(|()| rustix::stdio::dup2_stdout(&streams.output))
            .and_then(|()| rustix::stdio::dup2_stderr(&streams.error))
    {
        return at(Stage::Streams)(errno);
    }
    if let Err(errno) = sys::close_range(3, true) {
        return at(Stage::Streams)(errno);
    }
    sys::reset_signals();
    let listening = sys::install_filter(&prepared.filter)
        .and_then(|listener| tell(control, message::LISTENING, 0, 0, &[listener.as_fd()]));
    if let Err(errno) = listening {
        return at(Stage::Filter)(errno);
    }
    // Not before the supervisor is ready to pass signals on and to answer.
    let mut word = [0_u8; 1];
    match rustix::net::recv(control, &mut word[..], rustix::net::RecvFlags::empty()) {
        Ok((1, _)) => {}
        Ok(_) => return at(Stage::Filter)(Errno::PIPE),
        Err(errno) => return at(Stage::Filter)(errno),
    }
    let mut worst = Errno::NOENT;
    for candidate in &prepared.candidates {
        let errno = sys::execute(candidate, arguments, environment);
        // As a shell does: a name that is absent here may be in the next directory, other failures are remembered.
        if !matches!(errno, Errno::NOENT | Errno::NOTDIR) {
            worst = errno;
        }
    }
    at(Stage::Program)(worst)
}

/// Waits until the agent ends, tells how, and ends the namespace by returning.
fn wait_for(agent: i32, control: BorrowedFd<'_>) -> i32 {
    // Init must not keep the agent's pipes open, nor anything else of the supervisor's.
    let raw = control.as_raw_fd();
    let moved = sys::move_descriptor(raw, 0).and_then(|()| sys::close_range(1, false));
    if moved.is_err() {
        return 125;
    }
    let control = sys::standard_input();
    loop {
        match sys::wait_any() {
            Ok((pid, status)) if pid == agent => {
                let (kind, value) = match status {
                    crate::spec::Exit::Code(code) => (message::EXITED, code),
                    crate::spec::Exit::Signal(signal) => (message::SIGNALLED, signal),
                };
                let told = tell(control, kind, value.cast_unsigned(), 0, &[]);
                return i32::from(told.is_err());
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return 125,
        }
    }
}

impl Step {
    /// Where in the new tree the step acts.
    pub(crate) fn place(&self) -> &CString {
        match self {
            Self::Directory(at) | Self::File(at) | Self::Processes(at) | Self::Terminals(at) => at,
            Self::Layer { at, .. }
            | Self::Symlink { at, .. }
            | Self::Bind { at, .. }
            | Self::Memory { at, .. }
            | Self::Overlay { at, .. }
            | Self::Cover { at, .. } => at,
        }
    }
}
