//! Pack `columns`: what is done with the columns and rows of a table beyond selecting, counting and sorting them.

mod combine;
mod forms;
mod numbers;
mod rows;
mod shape;

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, blob, column, flag, input, list, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// Most columns that one call names.
const COLUMNS_MAX: u32 = 256;

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        shape::columns(),
        shape::rename(),
        shape::drop(),
        shape::transpose(),
        rows::distinct(),
        rows::missing(),
        rows::missing_counts(),
        rows::one_of(),
        rows::search(),
        rows::between(),
        numbers::compute(),
        rows::fill(),
        numbers::round(),
        numbers::share(),
        numbers::running_total(),
        numbers::describe(),
        numbers::bin(),
        numbers::by_time(),
        combine::join(),
        combine::append(),
        forms::change_case(),
        forms::trim(),
        forms::values(),
        forms::from_lines(),
        forms::to_markdown(),
        forms::to_html(),
        forms::tree(),
    ]
}

fn streaming(name: &str) -> Builder {
    primitive(name).memory(STREAM_BYTES).wall_ms(600_000)
}

fn whole(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(120_000)
}

fn table() -> Input {
    input("table", blob(Refinement::Table), "table to work on")
        .words(&["table", "rows", "data", "csv", "records", "it"])
}

/// Some columns, which are all of them where none is named.
fn some_columns(meaning: &str) -> Input {
    input("columns", list(column(), COLUMNS_MAX), meaning)
        .default(Value::List(Vec::new()))
        .words(&["column", "columns", "of", "in", "field", "fields", "the"])
}

fn day_first() -> Input {
    input("day-first", flag(), "whether the day comes first in dates with slashes")
        .default(Value::Bool(false))
        .words(&["day first", "days first", "european dates", "dd/mm/yyyy", "day before month"])
}

fn gives_table(builder: Builder, meaning: &str) -> Builder {
    builder.gives(output("table", blob(Refinement::Table), meaning)).introduces(&[Refinement::Table])
}
