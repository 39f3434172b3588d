//! A screen: lines of spans with their roles, redrawn as a whole. What a terminal makes of a role is the renderer's.

use crate::text::printable;
use serde::Serialize;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Content.
    #[default]
    Text,
    /// Something beside the content, such as the number of a line.
    Aside,
    /// What was searched for.
    Match,
    /// A heading.
    Heading,
    /// What the next key acts on.
    Chosen,
}

/// A piece of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Its text. Control characters are made visible.
    pub text: String,
    /// What it is.
    pub role: Role,
}

impl Span {
    /// A span; what a terminal would obey is made visible.
    #[must_use]
    pub fn new(text: &str, role: Role) -> Self {
        Self { text: printable(text, false), role }
    }
}

/// A line of spans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// From left to right.
    pub spans: Vec<Span>,
}

impl Line {
    /// A line of one span.
    #[must_use]
    pub fn new(text: &str, role: Role) -> Self {
        Self { spans: vec![Span::new(text, role)] }
    }

    /// Its text without roles.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// What a session shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Screen {
    /// What is open.
    pub title: String,
    /// The content, from top to bottom.
    pub lines: Vec<Line>,
    /// Where one is, what is typed, or what happened.
    pub status: String,
}

#[cfg(test)]
mod tests {
    use super::{Line, Role};

    #[test]
    fn a_span_cannot_drive_the_terminal() {
        assert_eq!(Line::new("\u{1b}[2Jx", Role::Text).text(), "\\u{1b}[2Jx");
    }
}
