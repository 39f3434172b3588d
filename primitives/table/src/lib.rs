//! Pack `table`: canonical tables from delimited text, and what is done with them row by row.
//!
//! Sorting and medians hold the table; everything else holds one row, and one state for each group or kept row.
#![deny(unsafe_code)]

mod aggregate;
mod ends;
mod filter;
mod format;
mod groups;
mod order;
mod parse;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::table::descriptors,
    primitives: &[
        parse::start,
        filter::filter,
        filter::filter_columns,
        filter::select,
        aggregate::count,
        aggregate::aggregate,
        order::sort,
        order::top,
        format::json,
        format::text,
        ends::head,
        ends::tail,
    ],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod tests;
