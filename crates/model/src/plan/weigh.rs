//! How much each word of a turn must be explained.
//!
//! People say more than they ask: why they want it, what it is for, that they are sorry to bother. A word that nothing here
//! knows is mostly of that kind, and weighs little; but not where it is the action itself, the thing to make, a name, or
//! turns the meaning round ("not", "without").

use super::lexicon::{Lexicon, STRONG};
use crate::read::words::{is_file_noun, is_function, is_request, weight};
use crate::read::{Fact, Reading, Shape, Token};

/// Whether leaving a word unexplained would be doing something else than what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// It would not.
    None,
    /// It would, unless the word only says what the records of the data are: "which *pages* …", "how many *people* …".
    Records,
    /// It would, unless it stands in a part of the turn that only tells something.
    Must,
    /// It would: the word is where an action is.
    Act,
}

/// A word's part in the claim that a plan explains the whole turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    pub(crate) value: f32,
    pub(crate) demand: Demand,
}

/// Weight of a word that nothing here knows.
const UNKNOWN: f32 = 0.35;
/// Weight of a word that some primitive mentions, but that names no action.
const MENTIONED: f32 = 0.7;

/// Words that turn the meaning round.
const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "don't",
    "dont",
    "doesn't",
    "doesnt",
    "didn't",
    "didnt",
    "isn't",
    "isnt",
    "aren't",
    "without",
    "except",
    "excluding",
    "never",
    "neither",
    "nor",
    "unless",
    "cannot",
    "can't",
    "cant",
    "none",
    "nobody",
    "but",
    "instead",
    "if",
];
/// Verbs after which comes what is to be made.
const MAKING: &[&str] =
    &["make", "create", "draw", "produce", "generate", "build", "render", "turn", "convert", "export"];
/// Words after which comes a verb, where they stand right before it.
const BEFORE_VERB: &[&str] =
    &["please", "pls", "plz", "kindly", "then", "and", "to", "you", "just", "also", "now", "but", "can"];
/// Words that come between a verb and its object.
const BEFORE_OBJECT: &[&str] = &[
    "the", "a", "an", "all", "every", "each", "my", "our", "this", "that", "these", "those", "it", "them", "both",
    "any", "me", "us", "him", "her",
];

/// The weights of all words of a turn.
pub(crate) fn weigh(reading: &Reading<'_>, lexicon: &Lexicon<'_>, evidence: &[Vec<f32>]) -> Vec<Weight> {
    (0..reading.tokens.len()).map(|at| one(reading, lexicon, evidence, at)).collect()
}

fn one(reading: &Reading<'_>, lexicon: &Lexicon<'_>, evidence: &[Vec<f32>], at: usize) -> Weight {
    let token = &reading.tokens[at];
    let light = |value| Weight { value, demand: Demand::None };
    match token.shape {
        Shape::Break => light(0.0),
        Shape::Sign => light(0.5),
        Shape::Quoted | Shape::Path => Weight { value: 1.2, demand: Demand::Must },
        Shape::Number => light(1.0),
        Shape::Word => word(reading, lexicon, evidence, at),
    }
}

fn word(reading: &Reading<'_>, lexicon: &Lexicon<'_>, evidence: &[Vec<f32>], at: usize) -> Weight {
    let token = &reading.tokens[at];
    let lower = token.lower.as_str();
    let compares = reading.covered_by(at, |fact| matches!(fact, Fact::Comparison(_)));
    if compares && weight(lower) > 0.0 {
        return Weight { value: 0.3, demand: Demand::None };
    }
    if NEGATIONS.contains(&lower)
        && !(lower == "but" || lower == "if" && at > 0 && reading.tokens[at - 1].lower == "as")
    {
        return Weight { value: 0.7, demand: Demand::Must };
    }
    if orders(&reading.tokens, at) {
        return Weight { value: 1.0, demand: Demand::Act };
    }
    let base = weight(lower);
    if base == 0.0 {
        let phrase = lexicon.entries.iter().any(|entry| entry.names_with(reading, at));
        return Weight { value: if phrase { 0.3 } else { 0.0 }, demand: Demand::None };
    }
    if base < 1.0 {
        return Weight { value: base, demand: Demand::None };
    }
    let best = evidence.iter().map(|tokens| tokens[at]).fold(0.0, f32::max);
    let named = best >= STRONG;
    let here = reading.spans.iter().any(|span| span.tokens.contains(&at) && span.trust >= 0.85 && is_here(&span.fact));
    let identifier = lower.contains('_') || lower.bytes().any(|byte| byte.is_ascii_digit());
    let value = if named || here || identifier {
        1.0
    } else if best > 0.0 || reading.covered_by(at, |_| true) {
        MENTIONED
    } else {
        UNKNOWN
    };
    let demand = if is_action(reading, at) {
        Demand::Act
    } else if identifier || !named && !here && is_told(reading, at) || is_made(reading, at) && !named {
        Demand::Must
    } else if !here && (!named || lower.ends_with('s')) && is_record(reading, at) {
        Demand::Records
    } else {
        Demand::None
    };
    Weight { value, demand }
}

/// Whether a word turns the meaning of others round.
pub(super) fn negates(word: &str) -> bool {
    NEGATIONS.contains(&word)
}

/// Whether the fact names something that exists here.
fn is_here(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::File { .. }
            | Fact::Directory { .. }
            | Fact::Column { .. }
            | Fact::Key { .. }
            | Fact::Cell { .. }
            | Fact::Url(_)
    )
}

/// Whether the word stands where an imperative does, and something it could act on follows.
fn is_action(reading: &Reading<'_>, at: usize) -> bool {
    let tokens = &reading.tokens;
    let token = &tokens[at];
    let first = at == 0 || tokens[at - 1].shape == Shape::Break || BEFORE_VERB.contains(&tokens[at - 1].lower.as_str());
    let noun = token.lower.ends_with("'s") || token.lower.ends_with("’s");
    first && !noun && tokens.get(at + 1).is_some_and(|next| object(reading, at + 1, next))
}

/// Whether an object may begin with this token.
fn object(reading: &Reading<'_>, at: usize, token: &Token) -> bool {
    matches!(token.shape, Shape::Path | Shape::Quoted)
        || BEFORE_OBJECT.contains(&token.lower.as_str())
        || reading
            .covered_by(at, |fact| matches!(fact, Fact::File { .. } | Fact::Directory { .. } | Fact::Extension { .. }))
}

/// Whether the word is what rows are ordered by or said to be: "by *height*", "the *tips* column", "are *vegetarian*".
fn is_told(reading: &Reading<'_>, at: usize) -> bool {
    let tokens = &reading.tokens;
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let before = at.checked_sub(1).map_or("", word);
    matches!(before, "by" | "per" | "is" | "are" | "column" | "field") || matches!(word(at + 1), "column" | "field")
}

/// Whether the word is what a verb of making is to make, or what something is to be turned into.
fn is_made(reading: &Reading<'_>, at: usize) -> bool {
    let tokens = &reading.tokens;
    let mut before = (0..at).rev().take_while(|step| tokens[*step].clause == tokens[at].clause);
    let skipped = |token: &Token| {
        matches!(token.lower.as_str(), "a" | "an" | "one" | "some" | "me" | "the" | "new")
            || token.shape == Shape::Number
    };
    let lead = before.find(|step| !skipped(&tokens[*step]));
    let Some(lead) = lead else { return false };
    let word = tokens[lead].lower.as_str();
    let into = matches!(word, "into" | "as")
        || word == "to"
            && (0..lead).any(|step| matches!(tokens[step].lower.as_str(), "convert" | "turn" | "change" | "export"));
    MAKING.contains(&word) || into
}

/// Whether the word stands where records are named: after "which", "how many", a number, or at the beginning.
fn is_record(reading: &Reading<'_>, at: usize) -> bool {
    let tokens = &reading.tokens;
    let lead = (0..at).rev().find(|step| {
        let token = &tokens[*step];
        !is_file_noun(&token.lower) && !matches!(token.lower.as_str(), "the" | "of" | "different" | "distinct")
    });
    let Some(lead) = lead else { return true };
    let token = &tokens[lead];
    token.shape == Shape::Break
        || token.shape == Shape::Number
        || is_request(&token.lower)
        || matches!(
            token.lower.as_str(),
            "which" | "what" | "many" | "much" | "all" | "every" | "each" | "list" | "any" | "who" | "most" | "number"
        )
        || reading.covered_by(lead, |fact| matches!(fact, Fact::Greatest { .. } | Fact::Number(_)))
        || is_function(&token.lower) && lead == 0
}

/// Whether "do" is the action itself, as in "do what it says", and no helping verb.
fn orders(tokens: &[Token], at: usize) -> bool {
    let whatever = ["what", "whatever", "as", "everything", "that", "it", "this"];
    tokens[at].lower == "do" && tokens.get(at + 1).is_some_and(|next| whatever.contains(&next.lower.as_str()))
}
