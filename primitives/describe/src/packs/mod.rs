//! The descriptors of every built-in pack. A primitive's position in its pack's list is its export index.

pub mod archive;
pub mod bundle;
pub mod calc;
pub mod chart;
pub mod columns;
pub mod digest;
pub mod document;
pub mod edit;
pub mod encoding;
pub mod image;
pub mod json;
pub mod logs;
pub mod markup;
pub mod pim;
pub mod reader;
pub mod svg;
pub mod table;
pub mod text;

use telos_abi::Descriptor;

/// Gives a pack's descriptors.
pub type Describe = fn() -> Vec<Descriptor>;

/// Every built-in pack: its name, which is also its folder, and its descriptors.
pub const ALL: [(&str, Describe); 18] = [
    ("archive", archive::descriptors),
    ("bundle", bundle::descriptors),
    ("calc", calc::descriptors),
    ("chart", chart::descriptors),
    ("columns", columns::descriptors),
    ("digest", digest::descriptors),
    ("document", document::descriptors),
    ("edit", edit::descriptors),
    ("encoding", encoding::descriptors),
    ("image", image::descriptors),
    ("json", json::descriptors),
    ("logs", logs::descriptors),
    ("markup", markup::descriptors),
    ("pim", pim::descriptors),
    ("reader", reader::descriptors),
    ("svg", svg::descriptors),
    ("table", table::descriptors),
    ("text", text::descriptors),
];

/// Memory of a primitive that streams: chunks, a line and its own code and tables.
const STREAM_BYTES: u64 = 128 << 20;
/// Memory of a primitive that holds its input whole: the input's limit, an index over it, and the output.
const WHOLE_BYTES: u64 = 1 << 30;
