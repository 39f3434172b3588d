//! A group on two threads: what streams through many nodes is worked on by two of them at once.
//!
//! The group is cut once. The thread of the first lane reads and works; what it emits across the cut waits in a short
//! queue for the second. Each lane does what it would do alone, in the same order, so a node sees the same chunks in
//! the same order as on one thread, and the failure that is told is the one that would have come first: the second
//! lane only ever works on what the first has sent before its own failure.

use crate::stage::{Failed, Parcel, Pipe};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Chunks that may wait between the lanes: enough that neither waits for the other's rhythm.
const WAITING: usize = 4;

/// Processors that this process may use. Asking the system reads several files, so it is asked once.
pub(crate) fn processors() -> usize {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    *KNOWN.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Runs the nodes before `cut` and those from it on at the same time.
pub(crate) fn run_in_two(mut pipe: Pipe<'_, '_>, cut: usize) -> Result<(), Failed> {
    let mut second = pipe.split(cut);
    let (sender, receiver) = sync_channel(WAITING);
    pipe.send_onward(Some(sender));
    let first = &mut pipe;
    let work = move || {
        let done = first.turns();
        // Nothing more comes: the second lane stops waiting.
        first.send_onward(None);
        done
    };
    let done = thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, work).map_err(drop);
        let taken = thread.is_ok().then(|| take_all(&mut second, receiver));
        (thread.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))), taken)
    });
    match done {
        (Ok(first), taken) => {
            taken.unwrap_or(Ok(()))?;
            first?;
            second.turns()
        }
        // Where the machine refuses a thread, this one does the work of both.
        (Err(()), _) => pipe.rejoin(second).turns(),
    }
}

/// Dropping the receiver on failure stops the first lane at its next chunk.
#[expect(clippy::needless_pass_by_value, reason = "it must be dropped here")]
fn take_all(lane: &mut Pipe<'_, '_>, parcels: Receiver<Parcel>) -> Result<(), Failed> {
    parcels.iter().try_for_each(|parcel| lane.take(&parcel))
}
