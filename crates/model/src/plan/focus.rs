//! Which primitives a turn as a whole speaks for.
//!
//! One word suits many primitives: "different" is said of lines, files and documents. What the whole turn speaks for decides
//! which of them the word means, as in retrieval: evidence of every word by how rare it is, likeness to the examples, and
//! the kinds of the files that are named. A word then counts less for a primitive the rest of the turn says little for.

use super::lexicon::{Entry, Lexicon};
use super::weigh::{Demand, Weight};
use crate::read::{Fact, Reading, Shape, is_kind};
use std::collections::BTreeSet;

/// Evidence from which on a word takes part in the comparison.
const TAKES_PART: f32 = 0.45;
/// What likeness to an example weighs beside words.
const LIKENESS: f32 = 1.5;
/// What being meant for the kind of a named file weighs.
const KIND: f32 = 0.7;
/// What is left of the evidence of a word that stands as a verb, for a primitive that has it only as a noun.
const NO_VERB: f32 = 0.3;
/// What is left of a word's evidence for a primitive that nothing else speaks for.
const LEAST: f32 = 0.75;

/// Lowers the evidence of words for primitives that the turn as a whole says less for than for others, and takes it from
/// those that are meant for other kinds of files. Gives for each primitive how much the turn says for it, in `[0, 1]`;
/// nothing for one that has no part in it.
pub(super) fn focus(
    lexicon: &Lexicon<'_>,
    reading: &Reading<'_>,
    weights: &[Weight],
    evidence: &mut [Vec<f32>],
) -> Vec<Option<f32>> {
    let kinds = kinds(reading);
    let mut relevance = Vec::with_capacity(evidence.len());
    for (entry, tokens) in lexicon.entries.iter().zip(evidence.iter_mut()) {
        let meant = meant(entry);
        let suits = meant.iter().any(|kind| kinds.contains(*kind));
        if !meant.is_empty() && !suits && !spoken_of(entry, &meant, reading, !kinds.is_empty()) {
            tokens.fill(0.0);
            relevance.push(None);
            continue;
        }
        for (at, strength) in tokens.iter_mut().enumerate() {
            // "Email it to bob" asks for an action; "the emails in it" are things.
            let token = &reading.tokens[at];
            let mistyped = token.stem != crate::read::words::stem(&token.lower);
            if weights[at].demand == Demand::Act && !mistyped && !entry.says(&token.lower) {
                *strength *= NO_VERB;
            }
        }
        let words: f32 = tokens
            .iter()
            .enumerate()
            .map(|(at, strength)| strength * weights[at].value * lexicon.specificity(&reading.tokens[at].stem))
            .sum();
        relevance.push(Some(words + LIKENESS * entry.likeness(reading) + if suits { KIND } else { 0.0 }));
    }
    for at in 0..reading.tokens.len() {
        let taking = |index: &usize| evidence[*index][at] >= TAKES_PART;
        let best = (0..evidence.len()).filter(taking).filter_map(|index| relevance[index]).fold(0.0, f32::max);
        if best <= 0.0 {
            continue;
        }
        for (index, tokens) in evidence.iter_mut().enumerate() {
            // What acts is held back by stricter rules, and named by words that say little else.
            if !lexicon.entries[index].changes_things() {
                tokens[at] *= LEAST + (1.0 - LEAST) * (relevance[index].unwrap_or(0.0) / best).clamp(0.0, 1.0);
            }
        }
    }
    let best = relevance.iter().copied().flatten().fold(f32::MIN_POSITIVE, f32::max);
    relevance.into_iter().map(|relevance| Some((relevance? / best).clamp(0.0, 1.0))).collect()
}

/// Kinds of files that the turn names, whether they are here or not.
fn kinds(reading: &Reading<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for span in &reading.spans {
        let path = match &span.fact {
            Fact::File { path } | Fact::Absent { path } | Fact::Pattern { glob: path, .. } => path.as_str(),
            Fact::Extension { extension, .. } => extension.as_str(),
            Fact::Column { path, .. } | Fact::Cell { path, .. } | Fact::Key { path, .. } if span.trust >= 0.9 => {
                path.as_str()
            }
            _ => continue,
        };
        if let Some(kind) = reading.kinds.get(path) {
            out.insert((*kind).to_owned());
        }
        let end = path.rsplit('.').next().unwrap_or(path).to_lowercase();
        if is_kind(&end) {
            out.insert(end);
        }
    }
    out
}

/// Every kind of file that an input of the primitive is meant for.
fn meant<'e>(entry: &'e Entry<'_>) -> BTreeSet<&'e str> {
    (0..entry.is.inputs.len()).flat_map(|port| entry.kinds(port)).map(String::as_str).collect()
}

/// Whether the turn says a kind the primitive is meant for, or its family. Where files of other kinds are named, only the
/// kind will do.
fn spoken_of(entry: &Entry<'_>, meant: &BTreeSet<&str>, reading: &Reading<'_>, named: bool) -> bool {
    let mut words = reading.tokens.iter().filter(|token| token.shape == Shape::Word);
    let family = crate::read::words::stem(entry.family());
    words.any(|token| {
        let kind = meant.contains(token.lower.as_str())
            || token.lower.strip_suffix('s').is_some_and(|one| meant.contains(one));
        kind || !named && token.stem == family
    })
}
