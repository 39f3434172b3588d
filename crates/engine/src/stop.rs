//! A person's or supervisor's wish that work ends now.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops every call that was started with a clone of it, within two ticks of the epoch clock (20 ms).
///
/// Raised once, it stays raised: one `Stop` belongs to one run.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A stop that nobody has raised.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the run's calls. Async-signal-safe: one atomic store.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for a signal handler to set.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}
