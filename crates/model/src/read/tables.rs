//! Columns and keys of the data that is here, matched to words of the turn.

use super::words::{distance, forgiven, is_function, parts, stem};
use super::{Fact, Reading, Shape, Span};
use crate::turn::{Column, EntryKind, Surroundings};

/// Most files looked into when the turn names none.
const FILES_MAX: usize = 16;
/// Most columns of one file that are matched.
const COLUMNS_MAX: usize = 512;

/// Adds every column and key that words of the turn may mean.
pub(super) fn recognise(reading: &mut Reading<'_>, around: &dyn Surroundings) {
    let mut found = Vec::new();
    for path in candidates(reading) {
        let columns = around.columns(&path);
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        found.extend(matches(reading, &names, |name| Fact::Column { name, path: path.clone() }));
        found.extend(measured(reading, &names, |name| Fact::Column { name, path: path.clone() }));
        found.extend(cells(reading, &columns, &path));
        found.extend(keys(reading, &around.keys(&path), &path));
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
            ["csv", "tsv", "json", "jsonl", "ndjson", "yaml", "yml", "toml"]
                .iter()
                .any(|end| lower.rsplit('.').next() == Some(end))
        };
        let files = reading.entries.iter().filter(|entry| entry.kind == EntryKind::File && data(&entry.path));
        named.extend(files.take(FILES_MAX).map(|entry| entry.path.clone()));
    }
    named.sort();
    named.dedup();
    named.truncate(FILES_MAX);
    named
}

/// Keys by their last part. Of several that end alike the one is meant whose other parts the turn says too: "the *ip* of the
/// *upstairs* printer" is `printers.upstairs.ip`.
fn keys(reading: &Reading<'_>, paths: &[String], file: &str) -> Vec<Span> {
    let mut out = Vec::new();
    for path in paths.iter().take(COLUMNS_MAX) {
        let pieces: Vec<&str> = path.split('.').map(|piece| piece.trim_matches(['"', '[', ']'])).collect();
        let Some((last, outer)) = pieces.split_last() else { continue };
        let outer: Vec<&&str> = outer.iter().filter(|piece| !piece.is_empty()).collect();
        let said = |piece: &&&str| {
            let words: Vec<String> = parts(piece).iter().map(|word| stem(word)).collect();
            words.iter().all(|word| reading.tokens.iter().any(|token| token.stem == *word))
        };
        let share = match outer.len() {
            0 => 1.0,
            all => ratio(outer.iter().copied().filter(|piece| said(piece)).count(), all),
        };
        let depth = 0.02 * ratio(outer.len().min(10), 1);
        let found = matches(reading, std::slice::from_ref(&(*last).to_owned()), |_| Fact::Key {
            name: path.clone(),
            path: file.to_owned(),
        });
        out.extend(found.into_iter().map(|span| Span { trust: span.trust * (0.75 + 0.25 * share) - depth, ..span }));
    }
    out
}

fn ratio(part: usize, whole: usize) -> f32 {
    let small = |count: usize| u16::try_from(count).map_or(f32::from(u16::MAX), f32::from);
    small(part) / small(whole.max(1))
}

/// Values of columns that the turn says, whole: "rows of *Zea*", "invoices to *Millbrook Dental*".
fn cells(reading: &Reading<'_>, columns: &[Column], path: &str) -> Vec<Span> {
    let mut out = Vec::new();
    for column in columns.iter().take(COLUMNS_MAX) {
        for value in &column.values {
            let words: Vec<String> = value.split_whitespace().map(str::to_lowercase).collect();
            if words.is_empty() {
                continue;
            }
            for at in 0..reading.tokens.len() {
                if let Some((length, trust)) = said(reading, at, value, &words) {
                    let fact = Fact::Cell { column: column.name.clone(), value: value.clone(), path: path.to_owned() };
                    out.push(Span { tokens: at..at + length, fact, trust });
                }
            }
        }
    }
    out
}

/// How many tokens from `at` say the value, and how surely.
fn said(reading: &Reading<'_>, at: usize, value: &str, words: &[String]) -> Option<(usize, f32)> {
    let tokens = &reading.tokens;
    let token = &tokens[at];
    if token.shape == Shape::Quoted {
        return (token.lower == value.to_lowercase()).then_some((1, 0.95));
    }
    let written = tokens.get(at + words.len() - 1).map(|last| &reading.text[token.start..last.end])?;
    if written == value {
        // A single letter, or a word of grammar, is a value only in capitals: "IT", not "it".
        let plain = is_function(&token.lower) && words.len() == 1 && value.chars().all(char::is_lowercase);
        return (!plain).then_some((words.len(), 0.95));
    }
    let same = written.to_lowercase() == value.to_lowercase();
    if same && value.chars().count() > 2 && !is_function(&token.lower) {
        return Some((words.len(), 0.85));
    }
    let stems = words.len() == 1 && value.len() > 3 && stem(&words[0]) == token.stem && !is_function(&token.lower);
    stems.then_some((1, 0.6))
}

/// Adjectives that name the column they compare: people "older than 40" have an age.
const MEASURED: &[(&[&str], &[&str])] = &[
    (&["older", "younger", "oldest", "youngest"], &["age"]),
    (&["cheaper", "dearer", "cheapest", "dearest"], &["price", "cost"]),
    (&["taller", "tallest"], &["height"]),
    (&["heavier", "heaviest", "lightest"], &["weight"]),
];

fn measured(reading: &Reading<'_>, names: &[String], fact: impl Fn(String) -> Fact) -> Vec<Span> {
    let mut out = Vec::new();
    for (at, token) in reading.tokens.iter().enumerate() {
        let dimensions = MEASURED.iter().filter(|(words, _)| words.contains(&token.lower.as_str()));
        let named =
            |name: &&String| dimensions.clone().any(|(_, columns)| columns.contains(&name.to_lowercase().as_str()));
        out.extend(names.iter().filter(named).map(|name| Span {
            tokens: at..at + 1,
            fact: fact(name.clone()),
            trust: 0.9,
        }));
    }
    out
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
