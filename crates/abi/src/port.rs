//! Port traits: what several services need and one room provides. `system` plugs them together.

use crate::Receipt;
use alloc::string::String;
use core::fmt;

/// When an appended receipt must be safe against kill -9 and power loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// At the next checkpoint.
    Batched,
    /// Before the call returns (fsync). Used for the journal entry that precedes an effect on the host.
    Synced,
}

/// The log did not take a receipt. The effect it would have preceded must not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// What happened, where, and what to do, for a person.
    pub message: String,
}

impl fmt::Display for RecordError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl core::error::Error for RecordError {}

/// Where receipts go. Production: a run's segment of the log in `trust`, plugged in by `system`. Tests: a vector.
pub trait Recorder: Send + Sync {
    /// Appends one receipt and returns its sequence number in the run's segment, counted from 0.
    ///
    /// # Errors
    /// When the log cannot take it (full disk, no permission).
    fn record(&self, receipt: &Receipt, durability: Durability) -> Result<u64, RecordError>;
}
