//! Pack `columns`: what people do with the columns and rows of a table beyond selecting, counting and sorting them.
//!
//! Most of it holds one row. What must see the table twice (shares, means, joins, a table turned around) holds it once
//! in its canonical form, up to [`telos_pack::Held::BYTES_MAX`].
#![deny(unsafe_code)]

mod between;
mod bin;
mod combine;
mod compute;
mod decimal;
mod describe;
mod document;
mod expression;
mod fill;
mod held;
mod letters;
mod lines;
mod numbers;
mod pick;
mod rows;
mod shape;
mod time;
mod tree;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::columns::descriptors,
    primitives: &[
        shape::columns,
        shape::rename,
        shape::drop,
        shape::transpose,
        rows::distinct,
        rows::missing,
        rows::missing_counts,
        rows::one_of,
        rows::search,
        between::start,
        compute::start,
        fill::start,
        numbers::round,
        numbers::share,
        numbers::running_total,
        describe::start,
        bin::start,
        time::by_time,
        combine::join,
        combine::append,
        letters::change_case,
        letters::trim,
        lines::values,
        lines::from_lines,
        document::markdown,
        document::html,
        tree::start,
    ],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod tests;
