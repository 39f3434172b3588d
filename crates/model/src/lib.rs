//! The cascade that turns a person's phrase into a proposed graph.
//!
//! 1. **It only proposes.** A [`Proposal`] has no authority: the caller validates every graph, cached ones included.
//! 2. **Code knows no family of requests.** Tier 1 is two planners over whatever is registered. A translator that learned
//!    from examples says sketches of operations by their names; what it names must be registered, and types decide the
//!    rest. A search goes by what descriptors say of themselves: types, words, meanings.
//! 3. **Only the turn is read as an instruction.** Names of files and columns are matched to its words and come back
//!    as `Observed` constants; contents of files arrive only as a digest by which two drafts are the same or not. A remote
//!    model sees opaque tokens for files.
//! 4. **Constants tell who chose them**, literally: `UserTurn` only for what occurs in the turn byte for byte, or is the address
//!    that the person gave a bookmark which the turn names.
//! 5. **Unsure means ask, not guess**: one question that would settle it, or an abstention that says why.
//! 6. **Deterministic offline.** Tiers 0 and 1 have no clock, randomness or I/O beyond their ports.
//!
//! Not promised: that a proposal is what the person meant (the plan is shown, and runs are undoable), or that two
//! versions of a registry give the same proposal.
#![forbid(unsafe_code)]

mod cache;
mod cascade;
mod learned;
mod nearness;
mod plan;
mod read;
mod remote;
mod session;
mod sketch;
mod turn;

#[cfg(test)]
extern crate self as telos_model;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod tests_support;

pub use cache::{CacheStore, MemoryStore, PlanCache};
pub use cascade::{Answer, Cascade, Tier};
pub use nearness::nearness;
pub use read::names_bookmark;
pub use remote::{ProviderConfig, ProviderError, ProviderKind, Secret};
pub use session::reader_of;
pub use turn::{
    Check, Column, Entry, EntryKind, History, Library, Proposal, Proposed, Question, Reading, Surroundings, Trial,
    Tried, Turn,
};
