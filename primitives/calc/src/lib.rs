//! Pack `calc`: what people compute beside their files: arithmetic, percentages, units, bases, statistics, days and times.
//!
//! Arithmetic is exact where the result is a fraction that ends ([`fend_core`]'s rationals); what does not end is given to
//! twelve significant digits. Nothing here knows what day it is: a day of today comes as an argument.
#![deny(unsafe_code)]

mod answer;
mod base;
mod compute;
mod convert;
mod date;
mod fend;
mod percent;
mod phrases;
mod roman;
mod round;
mod spell;
mod statistics;
mod test;
mod time;
mod unit;
mod whole;
mod words;
mod written;
mod zone;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::calc::descriptors,
    primitives: &[
        compute::start,
        percent::of,
        percent::add,
        percent::take,
        percent::share,
        percent::change,
        round::start,
        test::start,
        test::not,
        whole::factors,
        whole::divisor,
        whole::of_count,
        whole::start,
        written::read,
        written::write,
        base::start,
        roman::start,
        spell::start,
        unit::start,
        statistics::start,
        date::weekday,
        date::difference,
        date::shift,
        date::format,
        date::week,
        date::leap,
        time::difference,
        time::shift,
        convert::start,
    ],
};

telos_pack::export_pack!(crate::PACK);

#[cfg(test)]
mod tests;
