//! What the host keeps beside one instance: how much memory it may have, and until when it may run.

use crate::Stop;
use std::error::Error;
use std::fmt;
use std::time::Instant;
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};

/// Most elements of an instance's tables; indirect call tables of real packs have a few thousand.
const TABLE_ELEMENTS_MAX: usize = 100_000;

/// Why the host ended a guest. Travels through wasmtime's error and is found again by downcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    Memory,
    Time,
    Raised,
}

impl fmt::Display for Halt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "halted: {self:?}")
    }
}

impl Error for Halt {}

/// The store's data.
pub(crate) struct Sandbox {
    stop: Stop,
    deadline: Instant,
    memory_limit: u64,
    memory_now: u64,
    memory_peak: u64,
}

impl Sandbox {
    pub(crate) fn new(stop: Stop, deadline: Instant, memory_limit: u64) -> Self {
        Self { stop, deadline, memory_limit, memory_now: 0, memory_peak: 0 }
    }

    /// A store whose guest cannot run past this sandbox's limits.
    pub(crate) fn into_store(self, engine: &wasmtime::Engine) -> Store<Self> {
        let mut store = Store::new(engine, self);
        store.limiter(|sandbox| sandbox);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|context| {
            let sandbox = context.data();
            if sandbox.stop.is_raised() {
                Err(wasmtime::Error::new(Halt::Raised))
            } else if Instant::now() >= sandbox.deadline {
                Err(wasmtime::Error::new(Halt::Time))
            } else {
                Ok(UpdateDeadline::Continue(1))
            }
        });
        store
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stop.is_raised()
    }

    pub(crate) fn set_deadline(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    pub(crate) fn set_memory_limit(&mut self, bytes: u64) {
        self.memory_limit = bytes;
    }

    pub(crate) fn memory_peak(&self) -> u64 {
        self.memory_peak
    }
}

impl ResourceLimiter for Sandbox {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        // Memories only grow, so the sum over all of them is kept by adding differences.
        let growth = u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX);
        let total = self.memory_now.saturating_add(growth);
        if total > self.memory_limit {
            return Err(wasmtime::Error::new(Halt::Memory));
        }
        self.memory_now = total;
        self.memory_peak = self.memory_peak.max(total);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        // Ending the guest keeps the sum exact, and no pack does anything useful without the memory it asked for.
        Err(wasmtime::Error::new(Halt::Memory))
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        if desired > TABLE_ELEMENTS_MAX {
            return Err(wasmtime::Error::new(Halt::Memory));
        }
        Ok(true)
    }
}
