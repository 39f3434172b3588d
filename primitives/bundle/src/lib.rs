//! Pack `bundle`: several files as one value. They are listed, chosen, searched, counted, hashed and compared.
//!
//! A bundle streams: what is held is one line, or one digest for each file. Only `bundle.text`, which puts texts in
//! order, holds contents, and `data.compare` the part of one input that the other has not reached.
#![deny(unsafe_code)]

mod blocks;
mod check;
mod checksums;
mod data;
mod digests;
mod duplicates;
mod files;
mod flatten;
mod folders;
mod list;
mod listing;
mod matcher;
mod pictures;
mod search;
mod select;
mod tar;
#[cfg(test)]
mod testing;
mod texts;
mod top;
mod utf8;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::bundle::descriptors,
    primitives: &[
        files::files,
        files::names,
        pictures::list,
        select::start,
        search::start,
        texts::text,
        texts::lines,
        duplicates::start,
        folders::start,
        checksums::start,
        check::start,
        flatten::start,
        data::start,
    ],
};

telos_pack::export_pack!(crate::PACK);
