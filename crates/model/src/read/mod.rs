//! Reading a turn: tokens, then typed spans. Recognisers are grammars of values (paths, sizes, dates, comparisons);
//! none of them knows an intent.

mod arithmetic;
mod bookmarks;
mod dates;
mod files;
mod quantities;
mod span;
mod tables;
mod token;
pub(crate) mod words;

pub(crate) use bookmarks::address;
pub use bookmarks::names_bookmark;
pub(crate) use dates::{month, today};
pub(crate) use files::{FORMATS, is_kind, near};
pub(crate) use span::{Comparison, Fact, Span};
pub(crate) use token::{Shape, TOKENS_MAX, Token};

use crate::turn::{Entry, Surroundings, Turn};
use std::collections::BTreeMap;

/// A turn, read.
pub(crate) struct Reading<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) spans: Vec<Span>,
    pub(crate) entries: Vec<Entry>,
    /// For files the turn names: what their first bytes show them to be, where the name does not say.
    pub(crate) kinds: BTreeMap<String, &'static str>,
}

impl Reading<'_> {
    /// The text under a range of tokens.
    pub(crate) fn slice(&self, tokens: &std::ops::Range<usize>) -> &str {
        let (Some(first), Some(last)) = (self.tokens.get(tokens.start), self.tokens.get(tokens.end.saturating_sub(1)))
        else {
            return "";
        };
        self.text.get(first.start..last.end).unwrap_or("")
    }

    /// Bytes of the turn under a range of tokens, quotation marks left out.
    pub(crate) fn bytes(&self, tokens: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        let (Some(first), Some(last)) = (self.tokens.get(tokens.start), self.tokens.get(tokens.end.saturating_sub(1)))
        else {
            return self.text.len()..self.text.len();
        };
        first.start..last.end
    }

    /// Whether a span of one of the facts `wanted` covers this token.
    pub(crate) fn covered_by(&self, token: usize, wanted: impl Fn(&Fact) -> bool) -> bool {
        self.spans.iter().any(|span| span.tokens.contains(&token) && wanted(&span.fact))
    }
}

/// Reads a turn against what is here.
pub(crate) fn read<'a>(turn: &'a Turn, around: &dyn Surroundings) -> Reading<'a> {
    let mut reading = Reading {
        text: &turn.text,
        tokens: token::tokens(&turn.text),
        spans: Vec::new(),
        entries: around.entries(),
        kinds: BTreeMap::new(),
    };
    if reading.tokens.len() > TOKENS_MAX {
        reading.tokens.truncate(TOKENS_MAX + 1);
        return reading;
    }
    quantities::recognise(&mut reading, turn);
    arithmetic::recognise(&mut reading);
    bookmarks::recognise(&mut reading, around);
    files::recognise(&mut reading, around);
    tables::recognise(&mut reading, around);
    arithmetic::formulas(&mut reading);
    let named = reading.spans.iter().filter_map(|span| match &span.fact {
        Fact::File { path } => Some(path),
        _ => None,
    });
    reading.kinds = named.filter_map(|path| Some((path.clone(), around.kind(path)?))).collect();
    reading
}
