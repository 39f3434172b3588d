//! The system calls that neither std nor rustix offers as needed here. Everything in this module may be called in a
//! freshly forked child: no allocation, no locks, no panics.
#![allow(unsafe_code, reason = "raw system calls; each block carries its SAFETY list")]

use crate::bpf::Instruction;
use rustix::io::Errno;
use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// A result of a system call.
pub(crate) type Sys<T> = Result<T, Errno>;

/// Turns a C return value into a result.
fn check(value: c_long) -> Sys<c_long> {
    if value == -1 {
        // SAFETY: 1. `__errno_location` always returns the calling thread's valid errno.
        Err(Errno::from_raw_os_error(unsafe { *libc::__errno_location() }))
    } else {
        Ok(value)
    }
}

fn check_fd(value: c_long) -> Sys<OwnedFd> {
    let raw = RawFd::try_from(check(value)?).map_err(|_| Errno::BADF)?;
    // SAFETY: 1. the kernel just returned this descriptor to us; 2. nobody else has seen it, so we own it.
    Ok(unsafe { OwnedFd::from_raw_fd(raw) })
}

/// Ends the process without running destructors or exit handlers.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: 1. `_exit` has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Ends the child if a panic ever unwinds towards the parent's frames, of which the child has only a copy.
struct EndOnUnwind;

impl Drop for EndOnUnwind {
    fn drop(&mut self) {
        exit_now(125);
    }
}

/// Starts a child in the namespaces of `flags` that runs `body` and exits with its value. Returns the child's pid
/// and a descriptor of it. `body` must do nothing but system calls on memory prepared before.
pub(crate) fn fork(flags: c_int, body: &mut dyn FnMut() -> i32) -> Sys<(i32, OwnedFd)> {
    let mut descriptor: c_int = -1;
    let all = c_long::from(flags) | c_long::from(libc::CLONE_PIDFD) | c_long::from(libc::SIGCHLD);
    // SAFETY:
    // 1. With a null stack and without CLONE_VM the call behaves as fork: the child has its own copy of memory.
    // 2. `descriptor` outlives the call; the kernel writes one int to it in the parent.
    // 3. Other threads' locks may be held for ever in the child; `body` is documented to take none, and the child
    //    never returns from here (`EndOnUnwind` covers unwinding).
    let pid = check(unsafe { libc::syscall(libc::SYS_clone, all, 0_usize, &raw mut descriptor, 0_usize, 0_usize) })?;
    if pid == 0 {
        let guard = EndOnUnwind;
        let code = body();
        std::mem::forget(guard);
        exit_now(code);
    }
    let pid = i32::try_from(pid).map_err(|_| Errno::OVERFLOW)?;
    // SAFETY: 1. CLONE_PIDFD succeeded, so `descriptor` is a new descriptor that only we know.
    Ok((pid, unsafe { OwnedFd::from_raw_fd(descriptor) }))
}

/// `prctl` with one argument.
pub(crate) fn process_control(option: c_int, argument: usize) -> Sys<()> {
    // SAFETY: 1. only options whose arguments are plain numbers are used in this crate.
    check(c_long::from(unsafe { libc::prctl(option, argument, 0_usize, 0_usize, 0_usize) })).map(drop)
}

/// The old mount call, whose option string overlayfs, tmpfs, proc and devpts take.
pub(crate) fn mount(source: Option<&CStr>, at: &CStr, kind: Option<&CStr>, flags: u64, data: Option<&CStr>) -> Sys<()> {
    let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: 1. every pointer is null or a C string that lives across the call.
    let value =
        unsafe { libc::mount(pointer(source), at.as_ptr(), pointer(kind), flags, pointer(data).cast::<c_void>()) };
    check(c_long::from(value)).map(drop)
}

#[repr(C)]
struct MountAttributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

/// Mount attributes as `mount_setattr` numbers them.
pub(crate) const ATTRIBUTE_READ_ONLY: u64 = 0x1;
/// Set-user-id bits are without effect.
pub(crate) const ATTRIBUTE_NO_SUID: u64 = 0x2;
/// Device nodes are without effect.
pub(crate) const ATTRIBUTE_NO_DEVICES: u64 = 0x4;

/// Sets attributes of the mount at a path and, if asked, of every mount beneath it.
pub(crate) fn mount_attributes(at: &CStr, set: u64, recursive: bool) -> Sys<()> {
    let attributes = MountAttributes { set, clear: 0, propagation: 0, user_namespace: 0 };
    let flags = if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: 1. the path and the structure live across the call; 2. the size given is the structure's.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            at.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<MountAttributes>(),
        )
    })
    .map(drop)
}

/// Makes `new_root` the root and puts the old one at `put_old`.
pub(crate) fn pivot_root(new_root: &CStr, put_old: &CStr) -> Sys<()> {
    // SAFETY: 1. both C strings live across the call.
    check(unsafe { libc::syscall(libc::SYS_pivot_root, new_root.as_ptr(), put_old.as_ptr()) }).map(drop)
}

/// Brings the loopback interface of the calling process's network namespace up.
pub(crate) fn loopback_up() -> Sys<()> {
    // SAFETY: 1. no pointers are passed.
    let socket =
        check_fd(c_long::from(unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) }))?;
    // SAFETY: 1. `ifreq` is plain data for which zero is a valid value.
    let mut request: libc::ifreq = unsafe { MaybeUninit::zeroed().assume_init() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = from.cast_signed() as c_char;
    }
    request.ifr_ifru.ifru_flags =
        libc::c_short::try_from(libc::IFF_UP | libc::IFF_RUNNING).map_err(|_| Errno::INVAL)?;
    // SAFETY: 1. `request` is a valid `ifreq` that lives across the call; 2. SIOCSIFFLAGS only reads it.
    check(c_long::from(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) })).map(drop)
}

#[repr(C)]
struct CapabilityHeader {
    version: u32,
    pid: c_int,
}

/// Gives up every capability of the calling process for ever, including those a set-id program could bring.
pub(crate) fn drop_capabilities() -> Sys<()> {
    const LAST_POSSIBLE: usize = 63;
    const VERSION_3: u32 = 0x2008_0522;
    for capability in 0..=LAST_POSSIBLE {
        match process_control(libc::PR_CAPBSET_DROP, capability) {
            Ok(()) => {}
            Err(Errno::INVAL) => break, // Beyond the last one this kernel knows.
            Err(errno) => return Err(errno),
        }
    }
    let ambient = usize::try_from(libc::PR_CAP_AMBIENT_CLEAR_ALL).map_err(|_| Errno::INVAL)?;
    process_control(libc::PR_CAP_AMBIENT, ambient)?;
    let header = CapabilityHeader { version: VERSION_3, pid: 0 };
    let none = [0_u32; 6];
    // SAFETY: 1. version 3 takes a header and two sets of three words; both live across the call.
    check(unsafe { libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) }).map(drop)
}

#[repr(C)]
struct RulesetAttributes {
    handled_files: u64,
    handled_net: u64,
    scoped: u64,
}

#[repr(C, packed)]
struct BeneathAttributes {
    allowed: u64,
    parent: i32,
}

/// Version of Landlock that the kernel offers; an error if it is absent or switched off.
pub(crate) fn landlock_version() -> Sys<u32> {
    // SAFETY: 1. the version query takes a null pointer and size 0.
    let value = check(unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0_usize, 0_usize, 1_u32) })?;
    u32::try_from(value).map_err(|_| Errno::INVAL)
}

/// Makes an empty ruleset that handles these file rights and scopes.
pub(crate) fn landlock_ruleset(files: u64, scoped: u64) -> Sys<OwnedFd> {
    let attributes = RulesetAttributes { handled_files: files, handled_net: 0, scoped };
    // Kernels before scopes refuse a longer structure only if its unknown tail is not zero.
    // SAFETY: 1. the structure lives across the call and the size is its own.
    check_fd(unsafe {
        libc::syscall(libc::SYS_landlock_create_ruleset, &raw const attributes, size_of::<RulesetAttributes>(), 0_u32)
    })
}

/// Allows rights on a file or beneath a directory.
pub(crate) fn landlock_allow(ruleset: BorrowedFd<'_>, path: &CStr, rights: u64) -> Sys<()> {
    // SAFETY: 1. the C string lives across the call.
    let parent = check_fd(c_long::from(unsafe { libc::open(path.as_ptr(), libc::O_PATH | libc::O_CLOEXEC) }))?;
    let attributes = BeneathAttributes { allowed: rights, parent: parent.as_raw_fd() };
    // SAFETY: 1. rule type 1 is "path beneath", whose structure this is; 2. it lives across the call.
    check(unsafe {
        libc::syscall(libc::SYS_landlock_add_rule, ruleset.as_raw_fd(), 1_u32, &raw const attributes, 0_u32)
    })
    .map(drop)
}

/// Restricts the calling process to the ruleset for ever.
pub(crate) fn landlock_restrict(ruleset: BorrowedFd<'_>) -> Sys<()> {
    // SAFETY: 1. no pointers are passed.
    check(unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0_u32) }).map(drop)
}

#[repr(C)]
struct FilterProgram {
    len: u16,
    filter: *const Instruction,
}

/// Installs a filter in the calling process and returns the descriptor on which the supervisor listens.
pub(crate) fn install_filter(program: &[Instruction]) -> Sys<OwnedFd> {
    const SET_MODE_FILTER: u32 = 1;
    const NEW_LISTENER: u32 = 1 << 3;
    let header = filter_header(program)?;
    // SAFETY: 1. `header` and the instructions it points to live across the call; 2. the kernel validates them.
    check_fd(unsafe { libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, NEW_LISTENER, &raw const header) })
}

/// What the kernel reads of `program`: it is valid as long as the program is borrowed.
fn filter_header(program: &[Instruction]) -> Sys<FilterProgram> {
    let len = u16::try_from(program.len()).map_err(|_| Errno::INVAL)?;
    Ok(FilterProgram { len, filter: program.as_ptr() })
}

/// Whether the kernel knows the user-notification action.
pub(crate) fn notify_available() -> bool {
    const GET_ACTION_AVAILABLE: u32 = 2;
    let action: u32 = 0x7fc0_0000;
    // SAFETY: 1. the call reads one u32 that lives across it.
    check(unsafe { libc::syscall(libc::SYS_seccomp, GET_ACTION_AVAILABLE, 0_u32, &raw const action) }).is_ok()
}

/// Runs a program in place of this one; returns only on failure.
///
/// `arguments` and `environment` end with a null pointer and point to C strings.
pub(crate) fn execute(program: &CStr, arguments: &[*const c_char], environment: &[*const c_char]) -> Errno {
    if arguments.last() != Some(&std::ptr::null()) || environment.last() != Some(&std::ptr::null()) {
        return Errno::INVAL;
    }
    // SAFETY: 1. both arrays end with null (checked above); 2. their strings are owned by `Prepared`, which outlives
    //    the child's use of them.
    unsafe { libc::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    check(-1).err().unwrap_or(Errno::INVAL)
}

/// Resets every signal to its default and unblocks all, as a program expects to be started.
pub(crate) fn reset_signals() {
    for signal in 1..=64 {
        if signal == libc::SIGKILL || signal == libc::SIGSTOP {
            continue;
        }
        // SAFETY: 1. SIG_DFL is always a valid disposition; the numbers glibc keeps to itself fail harmlessly.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    let mut none = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: 1. `sigemptyset` initialises the set before it is read.
    unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut());
    }
}

/// Copies memory of another process; returns how many bytes came.
pub(crate) fn read_memory(pid: i32, address: u64, into: &mut [u8]) -> Sys<usize> {
    let (local, remote) = vectors(address, into)?;
    // SAFETY: 1. the local vector describes `into`, which is exclusively borrowed; 2. the remote address is only
    //    interpreted by the kernel in the other process's space.
    let count = unsafe { libc::process_vm_readv(pid, &raw const local, 1, &raw const remote, 1, 0) };
    let count = check(c_long::try_from(count).map_err(|_| Errno::OVERFLOW)?)?;
    usize::try_from(count).map_err(|_| Errno::OVERFLOW)
}

/// The vectors of a copy from `address` in another process: ours can be written through while `into` is borrowed, and
/// theirs points at nothing of ours.
fn vectors(address: u64, into: &mut [u8]) -> Sys<(libc::iovec, libc::iovec)> {
    let remote_base = usize::try_from(address).map_err(|_| Errno::FAULT)?;
    let remote = libc::iovec { iov_base: std::ptr::without_provenance_mut(remote_base), iov_len: into.len() };
    Ok((libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() }, remote))
}

/// A trapped call.
pub(crate) type Notification = libc::seccomp_notif;

const RECEIVE: libc::Ioctl = libc::SECCOMP_IOCTL_NOTIF_RECV;
const SEND: libc::Ioctl = libc::SECCOMP_IOCTL_NOTIF_SEND;
const ID_VALID: libc::Ioctl = libc::SECCOMP_IOCTL_NOTIF_ID_VALID;
const ADD_DESCRIPTOR: libc::Ioctl = libc::SECCOMP_IOCTL_NOTIF_ADDFD;
/// `SECCOMP_IOCTL_NOTIF_SET_FLAGS`, since Linux 6.6.
const SET_FLAGS: libc::Ioctl = 0x4008_2104_u32 as libc::Ioctl;
// The size of a structure is part of its command's number.
const _: () = assert!(size_of::<libc::seccomp_notif>() == 0x50 && size_of::<libc::seccomp_notif_resp>() == 0x18);
const _: () = assert!(size_of::<libc::seccomp_notif_addfd>() == 0x18);

/// Asks for the waker's CPU to run the supervisor at once: cross-CPU wake-ups cost ten times the rest. Kernels before
/// 6.6 do not know it; they are only slower.
pub(crate) fn listen_in_step(listener: BorrowedFd<'_>) {
    const SYNC_WAKE_UP: usize = 1;
    // SAFETY: 1. the argument is a plain number.
    unsafe { libc::ioctl(listener.as_raw_fd(), SET_FLAGS, SYNC_WAKE_UP) };
}

/// Waits for the next trapped call.
pub(crate) fn receive(listener: BorrowedFd<'_>) -> Sys<Notification> {
    // SAFETY: 1. the structure is plain data; the kernel wants it zeroed.
    let mut notification: Notification = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: 1. the structure has the size the command's number carries and lives across the call.
    check(c_long::from(unsafe { libc::ioctl(listener.as_raw_fd(), RECEIVE, &raw mut notification) }))?;
    Ok(notification)
}

/// Lets a trapped call go on. Only the floor decides what it can then do.
pub(crate) fn answer_continue(listener: BorrowedFd<'_>, id: u64) -> Sys<()> {
    const CONTINUE: u32 = 1;
    send(listener, &libc::seccomp_notif_resp { id, val: 0, error: 0, flags: CONTINUE })
}

/// Ends a trapped call: with success, or with an error.
pub(crate) fn answer(listener: BorrowedFd<'_>, id: u64, result: Sys<()>) -> Sys<()> {
    let error = result.err().map_or(0, |errno| -errno.raw_os_error());
    send(listener, &libc::seccomp_notif_resp { id, val: 0, error, flags: 0 })
}

fn send(listener: BorrowedFd<'_>, response: &libc::seccomp_notif_resp) -> Sys<()> {
    // SAFETY: 1. the structure has the size the command's number carries and lives across the call.
    check(c_long::from(unsafe { libc::ioctl(listener.as_raw_fd(), SEND, std::ptr::from_ref(response)) })).map(drop)
}

/// Whether the trapped call still waits; if not, its pid may already be somebody else's.
pub(crate) fn still_waits(listener: BorrowedFd<'_>, id: u64) -> bool {
    // SAFETY: 1. the kernel reads one u64 that lives across the call.
    unsafe { libc::ioctl(listener.as_raw_fd(), ID_VALID, &raw const id) == 0 }
}

/// Puts a descriptor of ours at a number in the waiting process, closing what was there.
pub(crate) fn replace_descriptor(
    listener: BorrowedFd<'_>,
    id: u64,
    ours: BorrowedFd<'_>,
    theirs: u32,
    close_on_exec: bool,
) -> Sys<()> {
    const SET: u32 = 1;
    let request = libc::seccomp_notif_addfd {
        id,
        flags: SET,
        srcfd: u32::try_from(ours.as_raw_fd()).map_err(|_| Errno::BADF)?,
        newfd: theirs,
        newfd_flags: if close_on_exec { libc::O_CLOEXEC.cast_unsigned() } else { 0 },
    };
    // SAFETY: 1. the structure has the size the command's number carries and lives across the call.
    check(c_long::from(unsafe { libc::ioctl(listener.as_raw_fd(), ADD_DESCRIPTOR, &raw const request) })).map(drop)
}

/// Copies a descriptor out of another process.
pub(crate) fn take_descriptor(process: BorrowedFd<'_>, theirs: u32) -> Sys<OwnedFd> {
    // SAFETY: 1. no pointers are passed.
    check_fd(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), theirs, 0_u32) })
}

/// A descriptor of a process, or of a thread of one.
pub(crate) fn open_process(pid: i32) -> Sys<OwnedFd> {
    const THREAD: u32 = libc::O_EXCL.cast_unsigned();
    // SAFETY: 1. no pointers are passed.
    let one = check_fd(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, THREAD) });
    // Kernels before 6.9 know only whole processes.
    // SAFETY: 1. no pointers are passed.
    one.or_else(|_| check_fd(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0_u32) }))
}

/// Closes descriptors from a number upwards, at once or when a program is executed.
pub(crate) fn close_range(first: u32, on_exec: bool) -> Sys<()> {
    let flags: u32 = if on_exec { 1 << 2 } else { 0 };
    // SAFETY: 1. only the forked child calls this, on its own copy of the table; 2. it uses none of the closed
    //    descriptors afterwards and never drops their owners (it ends by `_exit` or `execve`).
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, flags) }).map(drop)
}

/// Puts a descriptor at another number, closing what was there.
pub(crate) fn move_descriptor(from: RawFd, to: RawFd) -> Sys<()> {
    // SAFETY: 1. no pointers are passed; only the forked child calls this, on its own copy of the table.
    check(c_long::from(unsafe { libc::dup2(from, to) })).map(drop)
}

/// Standard input, whatever it is connected to.
pub(crate) fn standard_input() -> BorrowedFd<'static> {
    // SAFETY: 1. the init process has just put its control socket at number 0 and never closes it.
    unsafe { BorrowedFd::borrow_raw(0) }
}

/// Waits for any child to end.
pub(crate) fn wait_any() -> Sys<(i32, crate::spec::Exit)> {
    let mut status: c_int = 0;
    // SAFETY: 1. `status` lives across the call.
    let pid = check(c_long::from(unsafe { libc::waitpid(-1, &raw mut status, 0) }))?;
    Ok((i32::try_from(pid).map_err(|_| Errno::OVERFLOW)?, exit_of(status)))
}

fn exit_of(status: c_int) -> crate::spec::Exit {
    if libc::WIFSIGNALED(status) {
        crate::spec::Exit::Signal(libc::WTERMSIG(status))
    } else {
        crate::spec::Exit::Code(libc::WEXITSTATUS(status))
    }
}

/// What of this module is pointers and numbers rather than system calls; `cargo xtask miri` interprets it.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Exit;

    #[test]
    fn a_failed_call_gives_the_errno_of_its_thread() {
        // SAFETY: 1. no such descriptor can be open.
        let closed = check(c_long::from(unsafe { libc::close(-1) }));
        assert_eq!(closed, Err(Errno::BADF));
        assert_eq!(check(7), Ok(7));
        assert_eq!(check_fd(c_long::from(i32::MAX) + 1).map(drop), Err(Errno::BADF));
    }

    #[test]
    fn the_header_of_a_filter_points_at_its_instructions() {
        // SAFETY: 1. an instruction is plain integers, for which zero is valid.
        let one: Instruction = unsafe { MaybeUninit::zeroed().assume_init() };
        let program = [one; 3];
        let header = filter_header(&program).expect("three are few");
        // SAFETY: 1. the header tells pointer and length of `program`, which is alive.
        let seen = unsafe { std::slice::from_raw_parts(header.filter, usize::from(header.len)) };
        assert_eq!(seen, program);
        assert_eq!(size_of::<Instruction>(), 8);
    }

    #[test]
    fn the_local_vector_is_the_whole_buffer_and_no_more() {
        let mut buffer = [0_u8; 5];
        let (local, remote) = vectors(0x1000, &mut buffer[1..4]).expect("an address");
        assert_eq!((local.iov_len, remote.iov_len, remote.iov_base.addr()), (3, 3, 0x1000));
        // SAFETY: 1. as the kernel does: `iov_len` bytes from `iov_base`, whose buffer is still exclusively ours.
        unsafe { local.iov_base.cast::<u8>().write_bytes(9, local.iov_len) };
        assert_eq!(buffer, [0, 9, 9, 9, 0]);
    }

    #[test]
    fn arguments_that_do_not_end_are_not_handed_to_the_kernel() {
        let end = [std::ptr::null()];
        let word = [c"word".as_ptr()];
        assert_eq!(execute(c"/", &word, &end), Errno::INVAL);
        assert_eq!(execute(c"/", &end, &word), Errno::INVAL);
        assert_eq!(execute(c"/", &[], &end), Errno::INVAL);
    }

    #[test]
    fn a_wait_status_is_a_code_or_a_signal() {
        assert_eq!(exit_of(7 << 8), Exit::Code(7));
        assert_eq!(exit_of(libc::SIGKILL), Exit::Signal(libc::SIGKILL));
        assert_eq!(exit_of(libc::SIGSEGV | 0x80), Exit::Signal(libc::SIGSEGV));
    }

    #[test]
    fn structures_have_the_sizes_that_the_kernel_expects() {
        assert_eq!(size_of::<BeneathAttributes>(), 12);
        assert_eq!(size_of::<RulesetAttributes>(), 24);
        assert_eq!(size_of::<MountAttributes>(), 32);
        assert_eq!(size_of::<CapabilityHeader>(), 8);
    }
}
