//! Named instants between two system calls at which a test can kill the process.
//!
//! Outside this crate's own tests [`reach`] is empty and disappears.

/// Marks an instant: everything before has happened, nothing after has.
#[cfg(not(test))]
#[inline]
pub(crate) const fn reach(_instant: &'static str) {}

/// Kills the process, as `kill -9` would, if this is the instant that the environment names by its number.
#[cfg(test)]
pub(crate) fn reach(_instant: &'static str) {
    use rustix::process::{Signal, getpid, kill_process};
    use std::sync::atomic::{AtomicU64, Ordering};
    static REACHED: AtomicU64 = AtomicU64::new(0);
    let Ok(at) = std::env::var(KILL_AT) else {
        return;
    };
    let number = REACHED.fetch_add(1, Ordering::Relaxed);
    if at.parse() == Ok(number) {
        kill_process(getpid(), Signal::KILL).expect("a process may kill itself");
    }
}

/// Environment variable that holds the number of the instant at which a test's child process dies.
#[cfg(test)]
pub(crate) const KILL_AT: &str = "TELOS_TEST_KILL_AT";
