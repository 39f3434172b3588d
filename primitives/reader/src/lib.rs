//! Pack `reader`: what a session shows of a file, one bounded window at a time.
//!
//! A window of bytes becomes pieces of text that know where they begin in the file, so that whatever is shown or found can
//! be told by its offset: broken bytes and all. Matches and rows are tables of offsets; the view at the end is what a
//! surface shows and what the session goes on from.
#![deny(unsafe_code)]

mod decode;
mod index;
mod layout;
mod render;
mod rows;
mod table;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::reader::descriptors,
    primitives: &[decode::start, index::start, layout::start, render::start, table::start],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod tests;
