//! Pack `digest`: what a stream of bytes is: its checksum, its size, its type, whether it is text.
#![deny(unsafe_code)]

mod hash;
mod kind;
mod signs;
mod size;
mod text;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::digest::descriptors,
    primitives: &[hash::start, size::start, kind::start, text::start],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod tests;
