//! `xml.format`: each element on a line of its own, or none.
//!
//! White space between elements is laid out anew. Where text stands beside elements it means something, so such content
//! stays as it is written; so does an element with `xml:space="preserve"`.

use super::walk::{Part, walk};
use crate::whole::{Sink, one};
use telos_pack::{Args, Failure, Running};

/// Blanks a level.
const INDENT: usize = 2;
/// Most elements: for each it is noted whether text stands in it.
const ELEMENTS_MAX: usize = 16_000_000;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let compact = args.flag(1)?;
    Ok(one(move |text, out| {
        let mut layout =
            Layout { sink: Sink::default(), compact, elements: contents(text)?.into_iter(), open: Vec::new(), kept: 0 };
        walk(text, |part, depth| layout.take(part, depth))?;
        layout.sink.text("\n")?;
        out.bytes(0, layout.sink.into_bytes());
        Ok(())
    }))
}

/// What an element holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Nothing,
    /// Elements and comments, with white space between them.
    Elements,
    /// Text, perhaps with elements in it: kept as written.
    Text,
}

/// What each element holds, in the order in which they begin.
fn contents(text: &str) -> Result<Vec<Content>, Failure> {
    let mut contents: Vec<Content> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    walk(text, |part, _| {
        let content = open.last().and_then(|at| contents.get_mut(*at));
        match (part, content) {
            (Part::Start { attributes, .. }, parent) => {
                if let Some(parent) = parent.filter(|parent| **parent == Content::Nothing) {
                    *parent = Content::Elements;
                }
                if contents.len() >= ELEMENTS_MAX {
                    return Err(Failure::Limit(format!("the document has more than {ELEMENTS_MAX} elements")));
                }
                open.push(contents.len());
                let is_kept = attributes.iter().any(|(name, value)| name == "xml:space" && value == "preserve");
                contents.push(if is_kept { Content::Text } else { Content::Nothing });
            }
            (Part::End, _) => drop(open.pop()),
            (Part::Other(_), Some(content)) if *content == Content::Nothing => *content = Content::Elements,
            (Part::Text(text), Some(content)) if !text.trim().is_empty() => *content = Content::Text,
            _ => {}
        }
        Ok(())
    })?;
    Ok(contents)
}

struct Layout {
    sink: Sink,
    compact: bool,
    elements: std::vec::IntoIter<Content>,
    /// Names and contents of the elements that are open.
    open: Vec<(String, Content)>,
    /// How many of them stand in content that is kept as written.
    kept: usize,
}

impl Layout {
    fn take(&mut self, part: Part<'_>, depth: usize) -> Result<(), Failure> {
        match part {
            Part::Start { name, tag, .. } => {
                self.line(depth - 1)?;
                let content = self.elements.next().unwrap_or(Content::Text);
                let empty = content == Content::Nothing;
                self.sink.text("<")?;
                self.sink.text(tag.trim_end())?;
                self.sink.text(if empty { "/>" } else { ">" })?;
                self.open.push((name.to_owned(), content));
                self.kept += usize::from(content == Content::Text);
            }
            Part::End => {
                let Some((name, content)) = self.open.pop() else { return Ok(()) };
                if content == Content::Elements {
                    self.line(depth - 1)?;
                }
                self.kept -= usize::from(content == Content::Text);
                if content != Content::Nothing {
                    self.sink.text("</")?;
                    self.sink.text(&name)?;
                    self.sink.text(">")?;
                }
            }
            Part::Raw(raw) if self.kept > 0 => self.sink.text(raw)?,
            Part::Other(raw) => {
                self.line(depth)?;
                self.sink.text(raw)?;
            }
            Part::Text(_) | Part::Raw(_) => {}
        }
        Ok(())
    }

    /// Begins a line, except where everything stays as written.
    fn line(&mut self, depth: usize) -> Result<(), Failure> {
        if self.kept > 0 || self.sink.is_empty() || self.compact {
            return Ok(());
        }
        self.sink.text("\n")?;
        self.sink.text(&" ".repeat(INDENT * depth))
    }
}
