//! Pack `image`: raster pictures: their size, and other sizes, forms and turns of them.
//!
//! A picture keeps its format unless another is asked for. What it would take to hold is known from its header, before
//! anything is unpacked: a small file may claim to be enormous.
#![deny(unsafe_code)]

mod change;
mod picture;
mod tell;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::image::descriptors,
    primitives: &[
        tell::size,
        tell::metadata,
        change::resize,
        change::thumbnail,
        change::convert,
        change::rotate,
        change::flip,
        change::crop,
        change::grayscale,
    ],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod tests;
