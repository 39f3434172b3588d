//! Pack `edit`: plain text changed, taken apart and compared.

mod bytes;
mod change;
mod find;
mod part;
mod several;
mod space;
mod typed;

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, blob, flag, input, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// Bytes of output whatever the input: the pack's own limit, and room for the values beside the text.
const MADE_FIXED_BYTES: u64 = (64 << 20) + 4_096;
/// Bytes of output for each byte of input: the pack's own limit.
const MADE_PER_INPUT_BYTE: u64 = 32;

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        change::replace(),
        find::extract(),
        find::mask(),
        change::change_case(),
        space::tidy(),
        space::tabs(),
        bytes::line_endings(),
        change::number_lines(),
        change::surround(),
        space::indent(),
        change::reverse(),
        space::wrap(),
        part::lines(),
        part::fields(),
        part::between(),
        several::append(),
        part::join(),
        part::split(),
        several::compare(),
        several::common(),
        several::subtract(),
        several::duplicates(),
        find::word_frequencies(),
        find::longest(),
        bytes::encode(),
        bytes::decode_as(),
        typed::from(),
        typed::insert(),
        typed::value(),
    ]
}

/// One line after the other; longer replacements may make much of little.
fn by_line(name: &str) -> Builder {
    primitive(name)
        .memory(WHOLE_BYTES)
        .wall_ms(600_000)
        .fuel(10_000_000, 5_000)
        .produces(MADE_FIXED_BYTES, MADE_PER_INPUT_BYTE)
}

/// With expressions, which take time to build.
fn by_expression(name: &str) -> Builder {
    by_line(name).fuel(1_000_000_000, 20_000)
}

fn streaming(name: &str) -> Builder {
    primitive(name).memory(STREAM_BYTES).wall_ms(600_000).fuel(1_000_000, 300)
}

fn whole(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(120_000).fuel(10_000_000, 4_000)
}

fn text() -> Input {
    input("text", blob(Refinement::Utf8), "text to work on").words(&["text", "lines", "file", "input", "it"])
}

fn ignore_case() -> Input {
    raised(
        "ignore-case",
        "whether upper and lower case are the same",
        &["ignore case", "ignoring case", "case insensitive", "any case", "regardless of case"],
    )
}

/// A flag that is down unless its words are said.
fn raised(name: &str, meaning: &str, words: &[&str]) -> Input {
    input(name, flag(), meaning).default(Value::Bool(false)).words(words)
}
