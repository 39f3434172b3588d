//! Bookmarks that a turn names: each is the address that the person gave that name.

use super::{Fact, Reading, Shape, Span, Token, token};
use crate::turn::Surroundings;
use std::ops::Range;
use telos_graph::folded;

/// How far a name may be trusted to mean its address: a word may also mean what it says.
const TRUST: f32 = 0.9;

/// The address of the bookmark of this name.
pub(crate) fn address(bookmarks: &[(String, String)], name: &str) -> Option<String> {
    let wanted = folded(name);
    bookmarks.iter().find(|(name, _)| folded(name) == wanted).map(|(_, url)| url.clone())
}

/// Adds every mention of a bookmark; of overlapping ones the longest.
pub(super) fn recognise(reading: &mut Reading<'_>, around: &dyn Surroundings) {
    let bookmarks = around.bookmarks();
    let mut found: Vec<Span> = Vec::new();
    for (name, url) in &bookmarks {
        let wanted = folded(name);
        let starts = 0..reading.tokens.len();
        let spans = starts.filter_map(|start| Some((said_at(reading.text, &reading.tokens, start, &wanted)?, url)));
        found.extend(spans.map(|(tokens, url)| Span { tokens, fact: Fact::Url(url.clone()), trust: TRUST }));
    }
    let all = found.clone();
    let longer =
        |span: &Span| all.iter().any(|other| other.overlaps(&span.tokens) && other.tokens.len() > span.tokens.len());
    found.retain(|span| !longer(span));
    reading.spans.extend(found);
}

/// Whether a request names the bookmark of this name.
#[must_use]
pub fn names_bookmark(request: &str, name: &str) -> bool {
    let (tokens, wanted) = (token::tokens(request), folded(name));
    (0..tokens.len()).any(|start| said_at(request, &tokens, start, &wanted).is_some())
}

/// The tokens from `start` on that say the name.
fn said_at(text: &str, tokens: &[Token], start: usize, wanted: &str) -> Option<Range<usize>> {
    let mut said = String::new();
    for (at, token) in tokens.iter().enumerate().skip(start) {
        if token.shape == Shape::Break {
            return None;
        }
        said.push_str(&folded(text.get(token.start..token.end)?));
        if said == wanted {
            return Some(start..at + 1);
        }
        if said.is_empty() || !wanted.starts_with(&said) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_said_as_whole_words_in_any_case() {
        assert!(names_bookmark("open My dashboard, please", "my Dashboard"));
        assert!(names_bookmark("open the \"dash-board\"", "dashboard"));
        assert!(!names_bookmark("open dashboards", "dashboard"));
        assert!(!names_bookmark("open my. Dashboard", "my dashboard"));
        assert_eq!(
            address(&[("News".into(), "https://a.example/".into())], "news").as_deref(),
            Some("https://a.example/")
        );
    }
}
