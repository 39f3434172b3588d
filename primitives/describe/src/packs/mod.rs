//! The descriptors of every built-in pack. A primitive's position in its pack's list is its export index.

pub mod chart;
pub mod digest;
pub mod encoding;
pub mod json;
pub mod markup;
pub mod table;
pub mod text;

use telos_abi::Descriptor;

/// Gives a pack's descriptors.
pub type Describe = fn() -> Vec<Descriptor>;

/// Every built-in pack: its name, which is also its folder, and its descriptors.
pub const ALL: [(&str, Describe); 7] = [
    ("chart", chart::descriptors),
    ("digest", digest::descriptors),
    ("encoding", encoding::descriptors),
    ("json", json::descriptors),
    ("markup", markup::descriptors),
    ("table", table::descriptors),
    ("text", text::descriptors),
];

/// Memory of a primitive that streams: chunks, a line and its own code and tables.
const STREAM_BYTES: u64 = 128 << 20;
/// Memory of a primitive that holds its input whole: the input's limit, an index over it, and the output.
const WHOLE_BYTES: u64 = 1 << 30;
