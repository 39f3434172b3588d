//! Pack `calc`: arithmetic, percentages, units, bases, statistics, days and times of day.

mod days;
mod numbers;

use crate::{Builder, primitive};
use telos_abi::{Descriptor, Refinement};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    [numbers::descriptors(), days::descriptors()].concat()
}

/// A primitive that takes settings alone and gives short values.
fn of_settings(name: &str) -> Builder {
    primitive(name)
        .memory(64 << 20)
        .wall_ms(10_000)
        .fuel(500_000_000, 0)
        .produces(4_096, 0)
        .introduces(&[Refinement::Line])
}
