//! Named instants between two system calls at which a test can kill the process: this room's own tests, and those of
//! the whole program.
//!
//! In builds without debug assertions [`reach`] is empty and disappears.

/// Marks an instant: everything before has happened, nothing after has.
#[cfg(not(any(test, debug_assertions)))]
#[inline]
pub(crate) const fn reach(_instant: &'static str) {}

/// Kills the process, as `kill -9` would, if this is the instant that the environment names by its number.
#[cfg(any(test, debug_assertions))]
pub(crate) fn reach(_instant: &'static str) {
    use rustix::process::{Signal, getpid, kill_process};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static REACHED: AtomicU64 = AtomicU64::new(0);
    static AT: OnceLock<Option<u64>> = OnceLock::new();
    let at = AT.get_or_init(|| std::env::var(KILL_AT).ok()?.parse().ok());
    if *at == Some(REACHED.fetch_add(1, Ordering::Relaxed)) {
        // A process may always kill itself.
        let _ = kill_process(getpid(), Signal::KILL);
    }
}

/// Environment variable that holds the number of the instant at which a process under test dies.
#[cfg(any(test, debug_assertions))]
pub(crate) const KILL_AT: &str = "TELOS_TEST_KILL_AT";
