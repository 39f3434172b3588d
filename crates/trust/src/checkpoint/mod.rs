//! Checkpoints: signed statements of where segments stood, each naming the one before.

mod format;
mod store;

pub(crate) use format::{
    ENTRIES_MAX, Entry, FRAME_BYTES_MAX, Frame, HEADER_BYTES, SIGNING_CONTEXT, Statement, claimed_bytes, encode_frame,
    parse_header, root_of,
};
pub use format::{EntryState, check_bytes};
pub(crate) use store::{Store, Tail};
