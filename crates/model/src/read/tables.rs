//! Columns and keys of the data that is here, matched to words of the turn.

use super::words::{distance, forgiven, is_function, parts, stem};
use super::{Fact, Reading, Shape, Span};
use crate::turn::{EntryKind, Surroundings};

/// Most files looked into when the turn names none.
const FILES_MAX: usize = 16;
/// Most columns of one file that are matched.
const COLUMNS_MAX: usize = 512;

/// Adds every column and key that words of the turn may mean.
pub(super) fn recognise(reading: &mut Reading<'_>, around: &dyn Surroundings) {
    let mut found = Vec::new();
    for path in candidates(reading) {
        let columns = around.columns(&path);
        found.extend(matches(reading, &columns, |name| Fact::Column { name, path: path.clone() }));
        if columns.is_empty() {
            let keys = around.json_keys(&path);
            found.extend(matches(reading, &keys, |name| Fact::Key { name, path: path.clone() }));
        }
    }
    reading.spans.extend(found);
}

/// The files the turn names, or else the data files that are here.
fn candidates(reading: &Reading<'_>) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for span in &reading.spans {
        match &span.fact {
            Fact::File { path } => named.push(path.clone()),
            Fact::Extension { paths, .. } | Fact::Pattern { paths, .. } => {
                named.extend(paths.iter().take(FILES_MAX).cloned());
            }
            _ => {}
        }
    }
    let strong = reading.spans.iter().any(|span| matches!(span.fact, Fact::File { .. }) && span.trust > 0.8);
    if !strong {
        let data = |path: &str| {
            let lower = path.to_lowercase();
            ["csv", "tsv", "json", "jsonl"].iter().any(|end| lower.rsplit('.').next() == Some(end))
        };
        let files = reading.entries.iter().filter(|entry| entry.kind == EntryKind::File && data(&entry.path));
        named.extend(files.take(FILES_MAX).map(|entry| entry.path.clone()));
    }
    named.sort();
    named.dedup();
    named.truncate(FILES_MAX);
    named
}

/// For each name the best run of tokens, exact before fuzzy before partial.
fn matches(reading: &Reading<'_>, names: &[String], fact: impl Fn(String) -> Fact) -> Vec<Span> {
    let mut out = Vec::new();
    for name in names.iter().take(COLUMNS_MAX) {
        let words: Vec<String> = parts(name).iter().map(|word| stem(word)).collect();
        if words.is_empty() {
            continue;
        }
        for at in 0..reading.tokens.len() {
            if let Some((length, trust)) = at_token(reading, at, name, &words) {
                out.push(Span { tokens: at..at + length, fact: fact(name.clone()), trust });
            }
        }
    }
    out
}

fn at_token(reading: &Reading<'_>, at: usize, name: &str, words: &[String]) -> Option<(usize, f32)> {
    let token = &reading.tokens[at];
    if !matches!(token.shape, Shape::Word | Shape::Path | Shape::Quoted | Shape::Number) {
        return None;
    }
    if reading.text[token.start..token.end] == *name {
        return Some((1, 1.0));
    }
    if token.lower == name.to_lowercase() {
        return Some((1, 0.95));
    }
    if is_function(&token.lower) {
        return None;
    }
    let same = |step: usize, word: &String| reading.tokens.get(at + step).is_some_and(|token| token.stem == *word);
    if words.iter().enumerate().all(|(step, word)| same(step, word)) {
        return Some((words.len(), 0.9));
    }
    if words.len() == 1 {
        let word = name.to_lowercase();
        let limit = forgiven(word.chars().count());
        return distance(&token.lower, &word, limit).filter(|far| *far > 0 && token.lower.len() > 4).map(|_| (1, 0.7));
    }
    let part = words.iter().any(|word| word.len() > 2 && *word == token.stem);
    part.then_some((1, 0.6))
}
