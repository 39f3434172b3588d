//! Runs sealed plans: moves labelled values between packs and the host, and asks before anything changes.
//!
//! 1. **Only sealed plans.** [`Executor::run`] takes a [`telos_graph::Plan`], which only the validator makes.
//! 2. **Labels live here**, beside the values, never in a guest. What a node gives carries its declared source, the
//!    labels of its inputs, of what decided that it runs, and of the resources it read; and that must flow to the label
//!    the plan was sealed with, or the run stops before the value is used (R20).
//! 3. **As late as possible, all at once.** Effects that change something are prepared where nobody sees them. Only
//!    when nothing else is left to do without them are they decided together, asked about once, and done in the plan's
//!    order. A no at that point has changed nothing.
//! 4. **Data streams.** Within a stage blobs move chunk by chunk, pushed on as far as they go; a long chain is divided
//!    over threads with a few chunks between them. What crosses stages is kept in memory while small and in an unnamed
//!    file when large.
//! 5. **Deterministic.** A node sees its inputs in the plan's order whatever the threads do.
//! 6. **Values are checked against their types where they are made**, by guests and by the host alike; a guest can
//!    return no handle that it was not given.
//!
//! Not promised: that two barriers are one transaction (effects that wait for effects are decided after those are
//! done), and digests of blobs that were never kept (their receipts have zero).
#![forbid(unsafe_code)]

mod check;
mod commit;
mod effects;
mod gather;
mod handle;
mod hands;
mod inputs;
mod lanes;
mod outcome;
mod pipe;
mod ports;
mod program;
mod run;
mod spool;
mod stage;
mod task;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_bundles;
#[cfg(test)]
mod tests_lanes;
#[cfg(test)]
mod tests_names;

pub use check::decode as decode_value;
pub use effects::only_reads;
pub use hands::{Asked, HostHands, Nearness, Secrets, bookmarked, remembered};
pub use outcome::{Cause, Changes, Content, Outcome, Output, RunFailure, RunUsage};
pub use ports::{Answer, Event, Gate, Hands, HostCall, Library, Ports, Progress, Sink, Step, StepError};
pub use run::Executor;
pub use spool::{Blob, BlobReader};
