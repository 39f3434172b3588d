//! Pack `markup`: Markdown, HTML, XML and feeds.

mod html;
mod markdown;
mod xml;

use super::WHOLE_BYTES;
use crate::{Builder, Input, count, input, primitive};
use telos_abi::{Descriptor, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        markdown::to_html(),
        markdown::to_text(),
        markdown::headings(),
        markdown::links(),
        markdown::code(),
        markdown::tables(),
        markdown::contents(),
        markdown::tasks(),
        html::to_text(),
        html::to_markdown(),
        html::links(),
        html::images(),
        html::headings(),
        html::title(),
        html::tables(),
        html::select(),
        html::metadata(),
        xml::items(),
        xml::title(),
        xml::elements(),
        xml::format(),
    ]
}

/// All outputs leave together, in one return of at most 64 MiB. At a tag an HTML parser may look through all elements
/// that are open, of which there are at most some hundreds.
fn whole(name: &str) -> Builder {
    primitive(name)
        .memory(WHOLE_BYTES)
        .wall_ms(120_000)
        .fuel(100_000_000, 100_000)
        .produces(64 << 20, 0)
        .shown_by_structure()
}

/// Which of a document's tables.
fn number() -> Input {
    input("number", count(1), "number of the table in the document, from 1")
        .default(Value::Int(1))
        .words(&["table", "number", "first", "second", "third", "nth"])
}
