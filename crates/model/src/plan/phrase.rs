//! Free text for an input: what stands in quotation marks, what follows the port's words, and words that nothing
//! else explains.

use super::fits::refinement;
use super::lexicon::{Entry, STRONG};
use super::slot::{Filler, Slot};
use super::value::Converted;
use crate::read::words::{is_file_noun, is_function, weight};
use crate::read::{Fact, Shape};
use std::ops::Range;
use telos_abi::{Refinement, Value};

/// Most words taken as one free text.
const WORDS_MAX: usize = 8;

/// Adds the candidates for text input `port` of entry `index`.
pub(crate) fn candidates(filler: &Filler<'_>, index: usize, entry: &Entry<'_>, port: usize, out: &mut Vec<Slot>) {
    let wanted = refinement(&entry.is.inputs[port].ty);
    if matches!(wanted, Some(Refinement::Column | Refinement::Url)) {
        return;
    }
    let tokens = &filler.reading.tokens;
    let measured = measured(entry, port);
    for (at, token) in tokens.iter().enumerate() {
        if measured {
            // Of such an input's values only a quotation, and a number or time of day that is announced, can be told.
            let told = token.shape == Shape::Number || token.lower.parse::<jiff::civil::Time>().is_ok();
            let announced = filler.cue_before(&entry.announce[port], at).is_some_and(|cue| cue.end == at);
            if token.shape == Shape::Quoted || told && announced {
                add(filler, index, entry, port, at..at + 1, 0.6, out);
            }
            continue;
        }
        if wanted == Some(Refinement::JsonQuery) {
            if token.lower.starts_with('.') && token.lower.len() > 1 || token.shape == Shape::Quoted {
                add(filler, index, entry, port, at..at + 1, 0.9, out);
            }
            continue;
        }
        match token.shape {
            Shape::Quoted => add(filler, index, entry, port, at..at + 1, 0.7, out),
            Shape::Word | Shape::Number | Shape::Path => words(filler, index, entry, port, at, out),
            Shape::Sign | Shape::Break => {}
        }
    }
}

/// Whether the input takes a value with a grammar of its own, which is recognised as a fact or not at all.
fn measured(entry: &Entry<'_>, port: usize) -> bool {
    let grammars = ["arithmetic", "dat", "unit", "character", "delimit", "separator", "encod"];
    entry.meaning[port].iter().any(|word| grammars.contains(&word.as_str()))
}

/// A run of words starting at `at`: after the port's own words everything up to the next function word; elsewhere
/// only words that no other primitive explains.
fn words(filler: &Filler<'_>, index: usize, entry: &Entry<'_>, port: usize, at: usize, out: &mut Vec<Slot>) {
    let reading = filler.reading;
    let tokens = &reading.tokens;
    let announced = filler.cue_before(&entry.announce[port], at);
    let compared = reading.spans.iter().any(|span| matches!(span.fact, Fact::Comparison(_)) && span.tokens.end == at);
    if compared && is_function(&tokens[at].lower) && !firmly(filler, at) {
        return;
    }
    if !compared && (setting(filler, entry, port, at) || compares(filler, at)) {
        return;
    }
    if announced.is_some() || compared {
        let more = |token| token == at || !setting(filler, entry, port, token) && !named(filler, token);
        let end = run(filler, at, more).max(at + usize::from(compared));
        if end > at {
            let adjacent = announced.is_some_and(|cue| cue.end == at);
            add(filler, index, entry, port, at..end, if adjacent || compared { 0.4 } else { 0.2 }, out);
        }
        return;
    }
    if tokens[at].shape != Shape::Word || reading.covered_by(at, |fact| matches!(fact, Fact::Greatest { .. })) {
        return;
    }
    let before_is_same_run = at > 0 && free(filler, index, at - 1) > 0.5 && tokens[at - 1].clause == tokens[at].clause;
    let freedom = free(filler, index, at);
    if freedom <= 0.2 || before_is_same_run || setting(filler, entry, port, at) {
        return;
    }
    let end =
        run(filler, at, |token| free(filler, index, token) > 0.5 && !setting(filler, entry, port, token)).max(at + 1);
    let shouted = reading.slice(&(at..at + 1)).chars().filter(|letter| letter.is_uppercase()).count() > 1;
    add(filler, index, entry, port, at..end, 0.45 * freedom + if shouted { 0.3 } else { 0.0 }, out);
}

/// How far a token is from being explained by something else than entry `index`: 1 for a word nobody knows.
fn free(filler: &Filler<'_>, index: usize, at: usize) -> f32 {
    let token = &filler.reading.tokens[at];
    if token.shape != Shape::Word || weight(&token.lower) < 1.0 || is_file_noun(&token.lower) || spanned(filler, at) {
        return 0.0;
    }
    let elsewhere = filler
        .evidence
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != index)
        .map(|(_, tokens)| tokens[at])
        .fold(0.0, f32::max);
    let own = filler.evidence[index][at];
    (1.0 - elsewhere).max(0.0) * if own >= STRONG { 0.4 } else { 1.0 }
}

/// Whether the comparison that ends at `at` can be nothing else: "contains on", but not "are in".
fn firmly(filler: &Filler<'_>, at: usize) -> bool {
    filler.reading.spans.iter().any(|span| {
        let firm = !matches!(span.fact, Fact::Comparison(crate::read::Comparison::Equal));
        span.tokens.end == at && firm && matches!(span.fact, Fact::Comparison(_))
    })
}

/// Whether a token begins a comparison or measures something, and so is no text of its own.
fn compares(filler: &Filler<'_>, at: usize) -> bool {
    filler.reading.covered_by(at, |fact| matches!(fact, Fact::Comparison(_) | Fact::Bytes(_) | Fact::Seconds(_)))
        && filler.reading.tokens[at].shape != Shape::Quoted
}

/// Whether the token names an action of some primitive, and so ends a run of free words: "ERROR *lines*".
fn named(filler: &Filler<'_>, at: usize) -> bool {
    filler.evidence.iter().any(|tokens| tokens[at] >= STRONG)
}

/// Whether words that set another input of the same primitive begin at `at` ("… ignoring case").
fn setting(filler: &Filler<'_>, entry: &Entry<'_>, port: usize, at: usize) -> bool {
    entry.announce.iter().enumerate().any(|(other, phrases)| {
        let flag = matches!(entry.is.inputs[other].ty, telos_abi::Type::Bool);
        other != port && phrases.iter().any(|phrase| (flag || phrase.len() > 1) && filler.at(phrase, at))
    })
}

fn spanned(filler: &Filler<'_>, at: usize) -> bool {
    filler.reading.spans.iter().any(|span| {
        span.tokens.contains(&at) && span.trust >= 0.6 && !matches!(span.fact, Fact::Quoted(_) | Fact::Number(_))
    })
}

/// Plural words for lines of a log by how grave they are. Logs write them in the singular.
const SEVERITIES: [(&str, &str); 5] = [
    ("errors", "error"),
    ("warnings", "warn"),
    ("failures", "fail"),
    ("exceptions", "exception"),
    ("timeouts", "timeout"),
];

/// What to look for when the turn speaks of such lines.
pub(super) fn severity(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    SEVERITIES.iter().find(|(plural, _)| *plural == lower).map(|(_, one)| (*one).to_owned())
}

/// The end of the run of content tokens from `at` that satisfy `more`.
fn run(filler: &Filler<'_>, at: usize, more: impl Fn(usize) -> bool) -> usize {
    let tokens = &filler.reading.tokens;
    let mut end = at;
    while end < tokens.len() && end - at < WORDS_MAX {
        let token = &tokens[end];
        let content = matches!(token.shape, Shape::Word | Shape::Number | Shape::Path) && !is_function(&token.lower);
        let file = filler.reading.covered_by(end, |fact| {
            matches!(fact, Fact::File { .. } | Fact::Absent { .. } | Fact::Extension { .. } | Fact::Pattern { .. })
        });
        let turns = super::weigh::negates(&token.lower);
        if !content || file || turns || !more(end) || (end > at && tokens[end].clause != tokens[at].clause) {
            break;
        }
        end += 1;
    }
    end
}

fn add(
    filler: &Filler<'_>,
    index: usize,
    entry: &Entry<'_>,
    port: usize,
    tokens: Range<usize>,
    base: f32,
    out: &mut Vec<Slot>,
) {
    let mut text = filler.reading.slice(&tokens).to_owned();
    if let Some(one) = severity(&text).filter(|_| filler.reading.tokens[tokens.start].shape == Shape::Word) {
        text = one;
    }
    if text.is_empty() {
        return;
    }
    let mut slot = filler.slot(entry, port, tokens.clone(), Converted::new(Value::Text(text), base));
    slot.strength += filler.bonus(index, entry, port, &tokens, &mut slot.cue);
    out.push(slot);
}
