//! Pack `json`: check, query, format JSON documents, and read them as tables.
//!
//! What comes in is held whole. Nesting is limited on both sides, so that no document can exhaust the stack.
#![deny(unsafe_code)]

mod document;
mod query;
mod table;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::json::descriptors,
    primitives: &[document::parse, query::start, document::format, table::start],
};

telos_pack::export_pack!(crate::PACK);
