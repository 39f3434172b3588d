//! Tier 1: the offline planner.
//!
//! Read the turn into typed spans; ask every descriptor what its words explain; search backwards from what may have
//! been asked for to what is here; decide whether the best graph is good enough to propose.

mod cost;
mod decide;
mod draft;
mod edit;
mod emit;
pub(crate) mod fits;
mod focus;
mod grow;
pub(crate) mod lexicon;
mod phrase;
mod search;
mod seen;
mod slot;
mod value;
mod weigh;
mod whole;

use crate::read::{Fact, Reading, TOKENS_MAX};
use crate::turn::{Check, Library, Proposal, Turn};
use lexicon::Lexicon;
use search::Search;
use slot::Filler;
use telos_abi::Descriptor;

pub(crate) use emit::{show, takes_twice};
pub(crate) use value::{case, unit_seconds};
pub(crate) use whole::promised;

/// Proposes for a turn without a model. Total: any text gets an answer. The time is bounded by the beam.
pub(crate) fn propose(turn: &Turn, reading: &mut Reading<'_>, lexicon: &Lexicon<'_>, check: &Check<'_>) -> Proposal {
    if reading.tokens.is_empty() {
        return abstain("there is no request in it");
    }
    if reading.tokens.len() > TOKENS_MAX || turn.text.len() > telos_abi::limit::INTENT_BYTES_MAX {
        return abstain("it is longer than one request that can be understood offline; say it in smaller steps");
    }
    if lexicon.entries.is_empty() {
        return abstain("no primitives are registered");
    }
    lexicon.forgive_typos(reading);
    let mut evidence = lexicon.evidence(reading);
    let demands = weigh::weigh(reading, lexicon, &evidence);
    let likely = focus::focus(lexicon, reading, &demands, &mut evidence);
    let weights: Vec<f32> = demands.iter().map(|weight| weight.value).collect();
    let acts = demands.iter().map(|weight| weight.demand == weigh::Demand::Act).collect();
    let now_s = i64::try_from(turn.now.0 / 1_000).unwrap_or(i64::MAX);
    let filler = Filler::new(reading, lexicon, &evidence, now_s, acts);
    let search = Search {
        lexicon,
        reading,
        evidence: &evidence,
        filler: &filler,
        weights: &weights,
        likely: &likely,
        stdin_piped: turn.stdin_piped,
        plural: plural(reading),
    };
    let drafts = search.run();
    decide::Decision { lexicon, reading, evidence: &evidence, weights: &weights, demands: &demands, check }
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

/// Whether the turn speaks of several files.
fn plural(reading: &Reading<'_>) -> bool {
    let many = |fact: &Fact| matches!(fact, Fact::Extension { .. } | Fact::Pattern { .. } | Fact::Directory { .. });
    let said = |word: &str| matches!(word, "each" | "every" | "all" | "files" | "them");
    reading.spans.iter().any(|span| many(&span.fact)) || reading.tokens.iter().any(|token| said(&token.lower))
}
