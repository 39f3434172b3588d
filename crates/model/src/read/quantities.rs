//! Quoted strings, numbers, sizes, spans of time, dates and comparisons.

use super::dates::{Today, date};
use super::words::is_function;
use super::{Comparison, Fact, Reading, Shape, Span, Token};
use crate::turn::Turn;
use telos_graph::quantity::{Measure, NUMBER_WORDS, unit};

/// Adds every quantity in the turn.
pub(super) fn recognise(reading: &mut Reading<'_>, turn: &Turn) {
    let today = Today::of(turn);
    let mut found = Vec::new();
    for at in 0..reading.tokens.len() {
        let token = &reading.tokens[at];
        if token.shape == Shape::Quoted {
            let text = reading.text[token.start..token.end].to_owned();
            found.push(Span { tokens: at..at + 1, fact: Fact::Quoted(text), trust: 1.0 });
            continue;
        }
        found.extend(url(reading, at));
        found.extend(comparison(&reading.tokens, at));
        found.extend(number(&reading.tokens, at));
        found.extend(date(&reading.tokens, at, &today));
        found.extend(superlative(&reading.tokens, at));
        found.extend(single(&reading.tokens, at));
    }
    keep_longest(&mut found);
    reading.spans.extend(found);
}

/// Of overlapping comparisons, or of overlapping amounts, the longest reading wins ("not equal to" over "equal").
fn keep_longest(found: &mut Vec<Span>) {
    let family = |fact: &Fact| match fact {
        Fact::Comparison(_) => 0,
        Fact::Number(_) | Fact::Bytes(_) | Fact::Seconds(_) | Fact::Time { .. } => 1,
        _ => 2,
    };
    let all = found.clone();
    found.retain(|span| {
        !all.iter().any(|other| {
            family(&other.fact) == family(&span.fact)
                && other.overlaps(&span.tokens)
                && other.tokens.len() > span.tokens.len()
        })
    });
}

fn url(reading: &Reading<'_>, at: usize) -> Option<Span> {
    let token = &reading.tokens[at];
    let text = &reading.text[token.start..token.end];
    let rest = token.lower.strip_prefix("https://").or_else(|| token.lower.strip_prefix("http://"))?;
    (!rest.is_empty()).then(|| Span { tokens: at..at + 1, fact: Fact::Url(text.to_owned()), trust: 1.0 })
}

/// Phrases that compare, by the words they are made of. This is the grammar of comparisons in English, not of any
/// primitive: a primitive without a comparison port never sees it.
const PHRASES: &[(&[&str], Comparison)] = &[
    (&["greater", "than", "or", "equal", "to"], Comparison::AtLeast),
    (&["less", "than", "or", "equal", "to"], Comparison::AtMost),
    (&["greater", "than"], Comparison::Greater),
    (&["more", "than"], Comparison::Greater),
    (&["higher", "than"], Comparison::Greater),
    (&["bigger", "than"], Comparison::Greater),
    (&["larger", "than"], Comparison::Greater),
    (&["older", "than"], Comparison::Greater),
    (&["younger", "than"], Comparison::Less),
    (&["exceeds"], Comparison::Greater),
    (&["exceeding"], Comparison::Greater),
    (&["over"], Comparison::Greater),
    (&["above"], Comparison::Greater),
    (&["after"], Comparison::Greater),
    (&["less", "than"], Comparison::Less),
    (&["fewer", "than"], Comparison::Less),
    (&["lower", "than"], Comparison::Less),
    (&["smaller", "than"], Comparison::Less),
    (&["under"], Comparison::Less),
    (&["below"], Comparison::Less),
    (&["before"], Comparison::Less),
    (&["at", "least"], Comparison::AtLeast),
    (&["no", "less", "than"], Comparison::AtLeast),
    (&["at", "most"], Comparison::AtMost),
    (&["up", "to"], Comparison::AtMost),
    (&["no", "more", "than"], Comparison::AtMost),
    (&["is", "not"], Comparison::NotEqual),
    (&["isn't"], Comparison::NotEqual),
    (&["not", "equal", "to"], Comparison::NotEqual),
    (&["is", "not", "equal", "to"], Comparison::NotEqual),
    (&["other", "than"], Comparison::NotEqual),
    (&["equals"], Comparison::Equal),
    (&["equal", "to"], Comparison::Equal),
    (&["is", "equal", "to"], Comparison::Equal),
    (&["is"], Comparison::Equal),
    (&["are"], Comparison::Equal),
    (&["contains"], Comparison::Contains),
    (&["containing"], Comparison::Contains),
    (&["includes"], Comparison::Contains),
    (&["starts", "with"], Comparison::StartsWith),
    (&["starting", "with"], Comparison::StartsWith),
    (&["begins", "with"], Comparison::StartsWith),
    (&["ends", "with"], Comparison::EndsWith),
    (&["ending", "with"], Comparison::EndsWith),
    (&["is", "empty"], Comparison::Empty),
    (&["is", "missing"], Comparison::Empty),
];

fn comparison(tokens: &[Token], at: usize) -> Option<Span> {
    let sign = match tokens[at].lower.as_str() {
        "<" => Some(Comparison::Less),
        "<=" | "=<" | "≤" => Some(Comparison::AtMost),
        ">" => Some(Comparison::Greater),
        ">=" | "=>" | "≥" => Some(Comparison::AtLeast),
        "=" | "==" | "===" => Some(Comparison::Equal),
        "!=" | "<>" | "≠" => Some(Comparison::NotEqual),
        _ => None,
    };
    if let (Some(sign), Shape::Sign) = (sign, tokens[at].shape) {
        return Some(Span { tokens: at..at + 1, fact: Fact::Comparison(sign), trust: 1.0 });
    }
    let matches = |words: &[&str]| {
        words.iter().enumerate().all(|(step, word)| tokens.get(at + step).is_some_and(|token| token.lower == *word))
    };
    let best = PHRASES.iter().filter(|(words, _)| matches(words)).max_by_key(|(words, _)| words.len())?;
    Some(Span { tokens: at..at + best.0.len(), fact: Fact::Comparison(best.1), trust: 0.8 })
}

/// Adjectives with the dimension they measure, by names such a dimension has in tables.
const DIMENSIONS: &[(&[&str], &[&str], bool)] = &[
    (&["largest", "biggest", "heaviest", "larger", "bigger"], &["size", "bytes", "length"], true),
    (&["smallest", "lightest"], &["size", "bytes", "length"], false),
    (&["newest", "latest", "recent"], &["modified", "time", "date", "created"], true),
    (&["youngest"], &["age", "modified", "time", "date"], false),
    (&["oldest", "earliest"], &["modified", "time", "date", "created"], false),
    (&["longest", "slowest"], &["duration", "length", "time"], true),
    (&["shortest", "fastest", "quickest"], &["duration", "length", "time"], false),
    (&["commonest", "common", "frequent"], &["count", "frequency"], true),
    (&["cheapest"], &["price", "cost"], false),
    (&["dearest", "priciest", "expensive"], &["price", "cost"], true),
    (&["highest", "greatest", "top", "best", "most"], &[], true),
];

fn superlative(tokens: &[Token], at: usize) -> Option<Span> {
    let (_, of, descending) = DIMENSIONS.iter().find(|(words, _, _)| words.contains(&tokens[at].lower.as_str()))?;
    Some(Span { tokens: at..at + 1, fact: Fact::Greatest { of, descending: *descending }, trust: 0.6 })
}

/// Words for an end of something ordered.
const ENDS: [&str; 5] = ["first", "last", "final", "top", "bottom"];

/// A singular noun right after a superlative or an end means one thing.
fn single(tokens: &[Token], at: usize) -> Option<Span> {
    let before = &tokens[at.checked_sub(1)?];
    let chosen = ENDS.contains(&before.lower.as_str()) || superlative(tokens, at - 1).is_some();
    let token = &tokens[at];
    let plural = token.lower.ends_with('s') && !token.lower.ends_with("ss");
    let noun = token.shape == Shape::Word && !plural && !is_function(&token.lower);
    let other = NUMBER_WORDS.contains(&token.lower.as_str()) || unit(&token.lower).is_some();
    let noun = noun && !other && superlative(tokens, at).is_none();
    (chosen && noun).then(|| Span { tokens: at..at + 1, fact: Fact::Single, trust: 1.0 })
}

fn number(tokens: &[Token], at: usize) -> Option<Span> {
    let token = &tokens[at];
    if let Some(position) = NUMBER_WORDS.iter().position(|word| *word == token.lower) {
        let trust = if position == 0 { 0.2 } else { 0.8 };
        let value = u8::try_from(position + 1).map_or(0.0, f64::from);
        return Some(scaled(tokens, at, value, "", trust));
    }
    if token.shape != Shape::Number {
        return None;
    }
    let body = token.lower.trim_start_matches(['$', '€', '£', '+']);
    let digits = body.find(|letter: char| letter.is_alphabetic() || letter == '%').unwrap_or(body.len());
    let (digits, unit) = body.split_at(digits);
    let value: f64 = digits.replace([',', '_'], "").parse().ok()?;
    value.is_finite().then(|| scaled(tokens, at, value, unit, 1.0))
}

/// Takes the unit that is glued to the number or follows it.
fn scaled(tokens: &[Token], at: usize, value: f64, glued: &str, trust: f32) -> Span {
    let (word, end) = match tokens.get(at + 1) {
        _ if !glued.is_empty() => (glued, at + 1),
        Some(next) if next.shape == Shape::Word => (next.lower.as_str(), at + 2),
        _ => ("", at + 1),
    };
    match unit(word) {
        Some((Measure::Bytes, size)) => {
            Span { tokens: at..end, fact: Fact::Bytes(value * exact(size)), trust: trust.max(0.8) }
        }
        Some((Measure::Seconds, length)) => {
            Span { tokens: at..end, fact: Fact::Seconds(value * exact(length)), trust: trust.max(0.8) }
        }
        None => {
            let value = if glued == "k" { value * 1e3 } else { value };
            Span { tokens: at..at + 1, fact: Fact::Number(value), trust }
        }
    }
}

/// Units are far below 2^53.
#[allow(clippy::cast_precision_loss, reason = "the largest unit, a tebibyte, is exact")]
pub(super) fn exact(size: u64) -> f64 {
    size as f64
}
