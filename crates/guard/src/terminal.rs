//! The terminal and the signals of a guarded program.
//!
//! The agent stays in the caller's process group, so the terminal's own signals (Ctrl-C, Ctrl-Z, resize) reach it
//! directly and a pipeline keeps working. While it runs, the supervisor survives interrupts and passes on signals that
//! were sent to it alone. Afterwards the terminal's modes and foreground group are what they were: a shell that was the
//! agent leaves its own group there.
#![allow(unsafe_code, reason = "signal handlers and terminal calls; each block carries its SAFETY list")]

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};

/// The controlling terminal as it was; put back when dropped.
pub(crate) struct Terminal(Option<(OwnedFd, Termios, Pid)>);

impl Terminal {
    /// Remembers the terminal if this process is in its foreground.
    pub(crate) fn remember() -> Self {
        let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOCTTY;
        let kept = rustix::fs::open("/dev/tty", flags, Mode::empty()).ok().and_then(|terminal| {
            let group = tcgetpgrp(&terminal).ok()?;
            let modes = tcgetattr(&terminal).ok()?;
            (group == getpgrp()).then_some((terminal, modes, group))
        });
        Self(kept)
    }
}

impl Terminal {
    /// Takes the terminal for a question to the person: into our foreground (the agent may be a shell that put a job
    /// there), in the modes from before the agent (which may have switched off lines or echo), and without what was
    /// typed ahead for the agent, which must not become an answer.
    pub(crate) fn for_question(&self) -> Option<Question<'_>> {
        let (terminal, modes, own) = self.0.as_ref()?;
        let group = tcgetpgrp(terminal).ok()?;
        let theirs = tcgetattr(terminal).ok()?;
        let _quiet = Blocked::new(libc::SIGTTOU);
        tcsetpgrp(terminal, *own).ok()?;
        let _ = tcsetattr(terminal, OptionalActions::Flush, modes);
        Some(Question { terminal, modes: theirs, group })
    }
}

/// The terminal while a question is asked; the agent has it back when this is dropped.
pub(crate) struct Question<'a> {
    terminal: &'a OwnedFd,
    modes: Termios,
    group: Pid,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let _quiet = Blocked::new(libc::SIGTTOU);
        // A group that ended meanwhile, or a terminal that is gone, needs nothing back.
        let _ = tcsetattr(self.terminal, OptionalActions::Drain, &self.modes);
        let _ = tcsetpgrp(self.terminal, self.group);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let Some((terminal, modes, group)) = &self.0 else {
            return;
        };
        let _quiet = Blocked::new(libc::SIGTTOU);
        // A terminal that is gone needs nothing put back.
        let _ = tcsetpgrp(terminal, *group);
        let _ = tcsetattr(terminal, OptionalActions::Drain, modes);
    }
}

/// Blocks one signal in this thread while it lives.
struct Blocked(libc::sigset_t);

impl Blocked {
    fn new(signal: c_int) -> Self {
        let mut set = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: 1. both sets are initialised by the calls before they are read; 2. the mask is this thread's own.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), signal);
            libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), before.as_mut_ptr());
            Self(before.assume_init())
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: 1. the set is the one this thread had before.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
    }
}

/// Signals that are passed on instead of ending the supervisor.
const PASSED_ON: [c_int; 6] = [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGHUP, libc::SIGUSR1, libc::SIGUSR2];
/// Agents that one process can supervise at once with signals passed on.
const SLOTS: usize = 64;

static AGENTS: [AtomicI32; SLOTS] = [const { AtomicI32::new(-1) }; SLOTS];
static BEFORE: Mutex<Option<(usize, Vec<libc::sigaction>)>> = Mutex::new(None);

/// Passes signals on to an agent while it lives.
pub(crate) struct Signals(Option<usize>);

impl Signals {
    /// Begins. `process` must stay open until the value is dropped.
    pub(crate) fn pass_on_to(process: BorrowedFd<'_>) -> Self {
        let slot = AGENTS.iter().position(|slot| {
            slot.compare_exchange(-1, process.as_raw_fd(), Ordering::SeqCst, Ordering::SeqCst).is_ok()
        });
        if slot.is_some() {
            let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
            match before.as_mut() {
                Some((users, _)) => *users += 1,
                None => {
                    *before = Some((1, PASSED_ON.iter().map(|signal| set(*signal, &handler())).collect()));
                }
            }
        }
        Self(slot)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let Some(slot) = self.0 else { return };
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((users, actions)) = before.as_mut() {
            *users -= 1;
            if *users == 0 {
                for (signal, action) in PASSED_ON.iter().zip(actions.iter()) {
                    set(*signal, action);
                }
                *before = None;
            }
        }
        AGENTS[slot].store(-1, Ordering::SeqCst);
    }
}

fn handler() -> libc::sigaction {
    // SAFETY: 1. `sigaction` is plain data for which zero is valid: no flags, empty mask.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    let function: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = pass_on;
    action.sa_sigaction = function as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    action
}

fn set(signal: c_int, action: &libc::sigaction) -> libc::sigaction {
    let mut before = MaybeUninit::zeroed();
    // SAFETY:
    // 1. `action` holds SIG_DFL, a disposition the process had before, or `pass_on`, which has the signature that
    //    SA_SIGINFO asks for and calls only async-signal-safe functions.
    // 2. `before` is written by the call, and zero is a valid value if it is not.
    unsafe {
        libc::sigaction(signal, action, before.as_mut_ptr());
        before.assume_init()
    }
}

extern "C" fn pass_on(signal: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: 1. the kernel passes a valid `siginfo_t` to SA_SIGINFO handlers.
    if unsafe { (*info).si_code } > 0 {
        return; // From the kernel, that is from the terminal: the whole group has it already.
    }
    // SAFETY: 1. `__errno_location` is valid in a handler; the interrupted code's errno is put back below.
    let errno = unsafe { *libc::__errno_location() };
    for slot in &AGENTS {
        let process = slot.load(Ordering::SeqCst);
        if process >= 0 {
            // SAFETY: 1. a null info pointer is allowed; 2. the descriptor is open while it is in its slot.
            unsafe { libc::syscall(libc::SYS_pidfd_send_signal, process, signal, 0_usize, 0_u32) };
        }
    }
    // SAFETY: 1. as above.
    unsafe { *libc::__errno_location() = errno };
}

/// The handler's own memory accesses, without a signal; `cargo xtask miri` interprets them.
#[cfg(test)]
mod tests {
    use super::*;

    fn handled(code: c_int) -> c_int {
        // SAFETY: 1. `siginfo_t` is plain data for which zero is valid.
        let mut info: libc::siginfo_t = unsafe { MaybeUninit::zeroed().assume_init() };
        info.si_code = code;
        // SAFETY: 1. the calling thread's errno is always valid.
        unsafe { *libc::__errno_location() = libc::EINTR };
        pass_on(libc::SIGTERM, &raw mut info, std::ptr::null_mut());
        // SAFETY: 1. as above.
        unsafe { *libc::__errno_location() }
    }

    #[test]
    fn the_handler_leaves_errno_as_it_was() {
        const FROM_THE_KERNEL: c_int = 0x80;
        assert_eq!(handled(FROM_THE_KERNEL), libc::EINTR);
        assert_eq!(handled(libc::SI_USER), libc::EINTR);
    }

    #[test]
    fn the_handler_is_set_with_its_signature() {
        let action = handler();
        assert_eq!(action.sa_flags & libc::SA_SIGINFO, libc::SA_SIGINFO);
        assert_ne!(action.sa_sigaction, libc::SIG_DFL);
    }
}
