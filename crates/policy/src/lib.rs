//! Grants, sensitivity rules and the one decision function.
//!
//! 1. **Pure and total.** Same inputs, same decision; no I/O, no clock.
//! 2. **Only this crate makes a [`Permit`].** `host` and `guard` act on nothing else.
//! 3. **Plans and agents are decided by the same function** under the same flow rules of `telos-graph`.
#![forbid(unsafe_code)]

mod decide;

pub use decide::{Approval, Decision, Permit, Policy, Question, Refusal, Request, Subject, decide};
