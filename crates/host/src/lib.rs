//! Files, directories, the network and the clock: the only room that touches them for plans.
//!
//! 1. **No operation without its permit.** Each takes a [`telos_policy::Permit`] by value, checks that it is for
//!    exactly this effect on exactly this resource, and uses it up. Only [`Host::inspect`] (names, kinds, sizes and
//!    times, which a decision needs) and [`Host::prepare_write`] (nothing visible) need none.
//! 2. **What was decided is what is done.** A path is resolved once, to its real path; operations act beneath the
//!    directory that was opened then and refuse if the name stands for something else by now.
//! 3. **Journal, act, receipt.** Every change is on the disk as an intention, with the earlier content kept, before
//!    it happens, and happens in one atomic step of one name. Hence `kill -9` leaves *before* or *after*.
//! 4. **Undo looks first.** It compares everything the run left with what is there, and either gives all of it back
//!    or touches nothing.
//! 5. **A file keeps its label** from before its name appears, whoever renames or replaces it later.
//! 6. **Nothing is sent twice.** What may have reached another host is in doubt, and stays so.
//!
//! Not promised: extended attributes and owners of deleted files after an undo, and modification times of
//! directories, which receipts do not hold; undo of named pipes, sockets and devices, which are refused; protection
//! from a program that races a *move onto* an existing name within the microseconds between check and rename
//! (replacing and deleting are checked after the fact and put back); undo of what was sent to another host. What the
//! network operations promise is in [`net`].
#![forbid(unsafe_code)]

mod cell;
mod change;
mod duplicate;
mod error;
mod history;
mod host;
mod labels;
mod list;
mod locate;
mod located;
mod meta;
pub mod net;
mod publish;
mod read;
mod relabel;
mod resume;
mod spool;
mod state;
mod step;
mod store;
mod undo;
mod write;

#[cfg(test)]
mod cell_tests;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod operation_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod undo_tests;

pub use error::HostError;
pub use host::{Host, HostConfig};
pub use list::{ListOptions, Listed, Listing};
pub use located::Located;
pub use meta::{FileKind, Identity, Meta};
pub use read::FileReader;
pub use resume::{ActState, Resumed};
pub use store::Freed;
pub use undo::{Conflict, UndoEffect, UndoPlan, UndoReport};
pub use write::{PreparedWrite, WriteDone};
