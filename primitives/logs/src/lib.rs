//! Pack `logs`: what programs and web servers have written down, as tables.
//!
//! Entries are recognised by how they begin, in the layouts that common loggers use; nothing is known of any one
//! program. One entry is held at a time.
#![deny(unsafe_code)]

mod access;
mod entry;
mod layout;
mod level;
mod messages;
mod parse;
mod structured;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::logs::descriptors,
    primitives: &[parse::start, access::start, messages::start],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod tests;
