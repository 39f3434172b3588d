//! Pack `text`: decode, search, count, sort and take apart text by lines.
//!
//! Searching, counting and taking the first lines hold one chunk at a time whatever the size of the input; sorting
//! and what compares every line with every other hold it whole, up to [`telos_pack::Held::BYTES_MAX`].
#![deny(unsafe_code)]

mod count;
mod decode;
mod ends;
mod search;
mod sort;
mod tally;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::text::descriptors,
    primitives: &[
        decode::start,
        search::start,
        count::start,
        sort::start,
        tally::unique,
        tally::frequencies,
        ends::head,
        ends::tail,
    ],
};

telos_pack::export_pack!(crate::PACK);

/// The lines of `text`, without their line feeds. A last line without line feed counts; nothing after one does.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(line)
    })
}
