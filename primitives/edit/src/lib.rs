//! Pack `edit`: what people do with plain text beyond looking at it: replace, extract, tidy, reorder, compare, encode.
//!
//! What treats one line after the other holds one chunk and one line, whatever the size of the input, and keeps each
//! line's own ending; what compares lines with each other holds them, up to [`telos_pack::Held::BYTES_MAX`].
#![deny(unsafe_code)]

mod case;
mod compare;
mod decode;
mod effort;
mod encode;
mod encoding;
mod endings;
mod extract;
mod find;
mod join;
mod lines;
mod longest;
mod part;
mod quotation;
mod replace;
mod reverse;
mod sets;
mod shape;
mod tidy;
mod typed;
mod words;
mod wrap;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::edit::descriptors,
    primitives: &[
        replace::start,
        extract::extract,
        extract::mask,
        case::start,
        tidy::tidy,
        tidy::tabs,
        endings::start,
        shape::number_lines,
        shape::surround,
        shape::indent,
        reverse::start,
        wrap::start,
        part::lines,
        part::fields,
        part::between,
        join::append,
        join::join,
        join::split,
        compare::start,
        sets::common,
        sets::subtract,
        sets::duplicates,
        words::start,
        longest::start,
        encode::start,
        decode::start,
        typed::from,
        typed::insert,
        typed::value,
    ],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod testing;
