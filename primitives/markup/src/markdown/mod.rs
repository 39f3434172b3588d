//! Markdown: CommonMark with GitHub's tables, task lists, strikethrough and alerts, and footnotes. A block of metadata
//! at the beginning, between lines of `---` or `+++`, is no part of the text.

mod html;
mod lists;
mod tables;

pub(crate) use html::{to_html, to_text};
pub(crate) use lists::{code, contents, headings, links, tasks};
pub(crate) use tables::start as tables;

use pulldown_cmark::{Event, Options, Parser};
use std::ops::Range;
use telos_pack::Failure;

/// Most bytes of a document: the parser holds up to a hundred times as much.
const BYTES_MAX: usize = 6 << 20;

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
}

/// The parts of a document, each with the bytes it comes from.
fn events(text: &str) -> Result<impl Iterator<Item = (Event<'_>, Range<usize>)>, Failure> {
    check_size(text)?;
    Ok(Parser::new_ext(text, options()).into_offset_iter())
}

fn check_size(text: &str) -> Result<(), Failure> {
    if text.len() > BYTES_MAX {
        return Err(Failure::Limit(format!("a Markdown document may take at most {} MiB", BYTES_MAX >> 20)));
    }
    Ok(())
}

/// The plain text of what stands in a line: marks left out, line breaks as blanks.
#[derive(Default)]
struct Plain(String);

impl Plain {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.0.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => self.0.push(' '),
            _ => {}
        }
    }

    /// The text so far, leaving none.
    fn line(&mut self) -> String {
        crate::whole::collapsed(&std::mem::take(&mut self.0))
    }
}
