//! The epoch clock: a thread that exists only while calls run.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Between two looks at a running guest.
const TICK: Duration = Duration::from_millis(10);
/// Ticks without a call after which the thread ends.
const IDLE_TICKS: u32 = 20;

/// Advances the engine's epoch while guests run, so that each guest regularly asks whether it may go on.
///
/// Entering must cost nanoseconds (a graph of eight nodes enters some thirty times in 150 µs), so the thread is not
/// woken at each entry: it ticks on until nobody has entered for a while.
pub(crate) struct Ticker {
    engine: wasmtime::Engine,
    /// Guests running now.
    running: AtomicU64,
    /// Entries so far; tells the thread that it was needed even if no guest runs at the moment it looks.
    entries: AtomicU64,
    /// No thread ticks. Changed only under `starting`.
    asleep: AtomicBool,
    starting: Mutex<()>,
}

/// A guest that runs; dropping it says that it stopped.
pub(crate) struct Running<'a>(&'a Ticker);

impl Ticker {
    pub(crate) fn new(engine: wasmtime::Engine) -> Arc<Self> {
        Arc::new(Self {
            engine,
            running: AtomicU64::new(0),
            entries: AtomicU64::new(0),
            asleep: AtomicBool::new(true),
            starting: Mutex::new(()),
        })
    }

    /// Makes sure that the clock runs as long as the returned value lives.
    pub(crate) fn enter(self: &Arc<Self>) -> io::Result<Running<'_>> {
        // These two stores and the thread's store to `asleep` are sequentially consistent: either this load sees
        // that the thread went to sleep, or the thread's last look sees this entry.
        self.running.fetch_add(1, Ordering::SeqCst);
        self.entries.fetch_add(1, Ordering::SeqCst);
        let running = Running(self);
        if self.asleep.load(Ordering::SeqCst) {
            self.start()?;
        }
        Ok(running)
    }

    #[cold]
    fn start(self: &Arc<Self>) -> io::Result<()> {
        let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.asleep.load(Ordering::SeqCst) {
            let ticker = Arc::clone(self);
            thread::Builder::new().name("telos-epoch".into()).stack_size(64 << 10).spawn(move || ticker.tick())?;
            self.asleep.store(false, Ordering::SeqCst);
        }
        Ok(())
    }

    fn tick(&self) {
        let mut seen = self.entries.load(Ordering::SeqCst);
        let mut idle = 0;
        loop {
            thread::sleep(TICK);
            self.engine.increment_epoch();
            if self.needed_since(&mut seen) {
                idle = 0;
                continue;
            }
            idle += 1;
            if idle < IDLE_TICKS {
                continue;
            }
            let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
            self.asleep.store(true, Ordering::SeqCst);
            if !self.needed_since(&mut seen) {
                return;
            }
            self.asleep.store(false, Ordering::SeqCst);
            idle = 0;
        }
    }

    fn needed_since(&self, seen: &mut u64) -> bool {
        let entries = self.entries.load(Ordering::SeqCst);
        let needed = entries != *seen || self.running.load(Ordering::SeqCst) > 0;
        *seen = entries;
        needed
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}
