//! Tier 1: the offline planner.
//!
//! Read the turn into typed spans; ask every descriptor what its words explain; search backwards from what may have
//! been asked for to what is here; decide whether the best graph is good enough to propose.

mod cost;
mod decide;
mod draft;
mod edit;
mod emit;
mod fits;
mod grow;
mod lexicon;
mod phrase;
mod search;
mod slot;
mod value;
mod whole;

use crate::read::words::weight;
use crate::read::{Fact, Reading, Shape, TOKENS_MAX};
use crate::turn::{Check, Library, Proposal, Turn};
use lexicon::Lexicon;
use search::Search;
use slot::Filler;
use telos_abi::Descriptor;

pub(crate) use value::case;

/// Proposes for a turn without a model. Total: any text gets an answer. The time is bounded by the beam.
pub(crate) fn propose(turn: &Turn, mut reading: Reading<'_>, library: &dyn Library, check: &Check<'_>) -> Proposal {
    if reading.tokens.is_empty() {
        return abstain("there is no request in it");
    }
    if reading.tokens.len() > TOKENS_MAX || turn.text.len() > telos_abi::limit::INTENT_BYTES_MAX {
        return abstain("it is longer than one request that can be understood offline; say it in smaller steps");
    }
    let lexicon = Lexicon::new(library);
    if lexicon.entries.is_empty() {
        return abstain("no primitives are registered");
    }
    lexicon.forgive_typos(&mut reading);
    let evidence = lexicon.evidence(&reading);
    let weights = weights(&reading, &lexicon);
    let now_s = i64::try_from(turn.now.0 / 1_000).unwrap_or(i64::MAX);
    let filler = Filler::new(&reading, &lexicon, &evidence, now_s);
    let search = Search {
        lexicon: &lexicon,
        reading: &reading,
        evidence: &evidence,
        filler: &filler,
        weights: &weights,
        stdin_piped: turn.stdin_piped,
        plural: plural(&reading),
    };
    let drafts = search.run();
    decide::Decision { lexicon: &lexicon, reading: &reading, evidence: &evidence, weights: &weights, check }
        .decide(drafts)
}

/// The primitives the turn's words speak most for, best first, filled up with the rest in the library's order.
pub(crate) fn nearest<'a>(reading: &Reading<'_>, library: &'a dyn Library, most: usize) -> Vec<&'a Descriptor> {
    let lexicon = Lexicon::new(library);
    let score = |tokens: &Vec<f32>| tokens.iter().sum::<f32>();
    let evidence = lexicon.evidence(reading);
    let mut ranked: Vec<(usize, f32)> = evidence.iter().map(score).enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.into_iter().take(most).map(|(index, _)| lexicon.entries[index].is).collect()
}

fn abstain(reason: &str) -> Proposal {
    Proposal::Abstain { reason: reason.to_owned(), nearest: Vec::new() }
}

/// How much each token must be explained.
fn weights(reading: &Reading<'_>, lexicon: &Lexicon<'_>) -> Vec<f32> {
    let weigh = |(at, token): (usize, &crate::read::Token)| match token.shape {
        Shape::Break => 0.0,
        Shape::Sign => 0.5,
        Shape::Quoted | Shape::Path => 1.2,
        Shape::Number => 1.0,
        Shape::Word
            if reading.covered_by(at, |fact| matches!(fact, Fact::Comparison(_))) && weight(&token.lower) > 0.0 =>
        {
            0.3
        }
        Shape::Word if orders(&reading.tokens, at) => 1.0,
        Shape::Word => {
            let base = weight(&token.lower);
            let phrase = base == 0.0 && lexicon.entries.iter().any(|entry| entry.names_with(reading, at));
            if phrase { 0.3 } else { base }
        }
    };
    reading.tokens.iter().enumerate().map(weigh).collect()
}

/// Whether "do" is the action itself, as in "do what it says", and no helping verb.
fn orders(tokens: &[crate::read::Token], at: usize) -> bool {
    let whatever = ["what", "whatever", "as", "everything", "that", "it", "this"];
    tokens[at].lower == "do" && tokens.get(at + 1).is_some_and(|next| whatever.contains(&next.lower.as_str()))
}

/// Whether the turn speaks of several files.
fn plural(reading: &Reading<'_>) -> bool {
    let many = |fact: &Fact| matches!(fact, Fact::Extension { .. } | Fact::Pattern { .. } | Fact::Directory { .. });
    let said = |word: &str| matches!(word, "each" | "every" | "all" | "files" | "them");
    reading.spans.iter().any(|span| many(&span.fact)) || reading.tokens.iter().any(|token| said(&token.lower))
}
