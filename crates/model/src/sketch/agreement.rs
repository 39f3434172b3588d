//! Whether settings agree with the words of the request: comparisons and bounds with what stands before a value, orders with
//! superlatives.

use super::build::Builder;
use super::convert;
use super::{Argument, Operation, Source};
use crate::plan::lexicon::Entry;
use crate::read::Fact;
use crate::read::words::parts;
use telos_abi::Value;
use telos_graph::order::FileOrder;
use telos_graph::{ConstantOrigin, Input};

/// Words before a value that leave only what is above or below it.
const ABOVE: &[&str] = &[
    "more than",
    "greater than",
    "larger than",
    "bigger than",
    "higher than",
    " over",
    " above",
    "at least",
    "exceeding",
];
const BELOW: &[&str] =
    &["less than", "fewer than", "smaller than", "lower than", " under", " below", "at most", "up to"];
/// How many words before a bound a "not" is looked for.
const DENIED_BEFORE: usize = 5;
impl Builder<'_> {
    /// The words before a value say how it is compared: a comparison that contradicts them is turned around.
    pub(super) fn agree(
        &self,
        operation: &Operation,
        entry: &Entry<'_>,
        set: &mut Vec<(usize, Value)>,
        inputs: &mut Vec<(usize, Input)>,
    ) {
        let (Some((_, value)), Some(comparison)) = (entry.row_test(), convert::input(entry, "comparison")) else {
            return;
        };
        let said = operation.settings.iter().find(|(name, _)| *name == entry.is.inputs[value].name);
        let Some([Argument::Source(Source::Slot(slot))]) = said.map(|(_, arguments)| arguments.as_slice()) else {
            return;
        };
        let before = self.ground.reading.text.get(..slot.bytes.start).unwrap_or("").trim_end().to_lowercase();
        let given = set.iter().find(|(port, _)| *port == comparison).map(|(_, value)| value);
        let given = match given.or(entry.is.inputs[comparison].default.as_ref()) {
            Some(Value::Variant(case, _)) => case.clone(),
            _ => return,
        };
        let ends = |words: &[&str]| words.iter().any(|words| before.ends_with(words));
        // Who is older has more years, and an earlier day of birth.
        let name = entry.row_test().and_then(|(column, _)| set.iter().find(|(port, _)| *port == column));
        let years = matches!(name, Some((_, Value::Text(name))) if parts(name).iter().any(|part| part == "age"));
        let ends = |words: &[&str]| {
            ends(words)
                || years && words == ABOVE && ends(&["older than"])
                || years && words == BELOW && ends(&["younger than"])
        };
        let denied = ends(&["not more than", "no more than", "not over", "not less than", "no less than", "not under"]);
        let contradicts = match given.as_str() {
            "greater" | "at-least" => ends(BELOW),
            "less" | "at-most" => ends(ABOVE),
            "equals" => ends(ABOVE) || ends(BELOW),
            _ => false,
        };
        let meant = match (given.as_str(), ends(ABOVE)) {
            ("at-least", _) => "at-most",
            ("at-most", _) => "at-least",
            (_, true) => "greater",
            (_, false) => "less",
        };
        if contradicts
            && !denied
            && let Some(meant) = crate::plan::case(&entry.is.inputs[comparison].ty, meant)
        {
            set.retain(|(port, _)| *port != comparison);
            inputs.retain(|(port, _)| *port != comparison);
            set.push((comparison, meant.clone()));
            inputs.push((comparison, Self::constant(meant, ConstantOrigin::Planner)));
        }
    }

    /// Whether an order contradicts the request's superlatives: the dearest first to "cheapest". Words that measure time are
    /// left out: who is oldest has the least date and the greatest age. Where a sketch orders twice, a superlative may belong
    /// to either.
    pub(super) fn turned_around(&self, entry: &Entry<'_>, set: &[(usize, Value)]) -> bool {
        const BOTH_WAYS: &[&str] = &["modified", "age", "duration"];
        if self.orders > 1 {
            return false;
        }
        let said = self.ground.reading.spans.iter().filter_map(|span| match span.fact {
            Fact::Greatest { of, descending } if !of.iter().any(|of| BOTH_WAYS.contains(of)) => {
                self.superlative(&span.tokens, descending)
            }
            _ => None,
        });
        let mut directions: Vec<bool> = said.collect();
        if let [first, second] = *directions
            && first != second
            && self.spans_an_order()
        {
            directions.truncate(1);
        }
        if directions.len() == 1 && self.ends_an_order() {
            return false;
        }
        let Some(greatest) = directions.first().filter(|first| directions.iter().all(|other| other == *first)) else {
            return false;
        };
        let given = |name: &str| {
            let port = convert::input(entry, name)?;
            let value = set.iter().find(|(at, _)| *at == port).map(|(_, value)| value);
            match value.or(entry.is.inputs[port].default.as_ref()) {
                Some(Value::Bool(given)) => Some(*given),
                _ => None,
            }
        };
        let largest = convert::input(entry, "order").and_then(|port| {
            match set.iter().find(|(at, _)| *at == port).map(|(_, value)| value) {
                Some(Value::Text(word)) => match FileOrder::named(word)? {
                    FileOrder::Largest => Some(true),
                    FileOrder::Smallest => Some(false),
                    FileOrder::Newest | FileOrder::Oldest => None,
                },
                _ => None,
            }
        });
        given("descending").or(largest).is_some_and(|descending| descending != *greatest)
            || given("smallest").is_some_and(|smallest| smallest == *greatest)
    }

    /// Whether the extreme that is taken is of something else than the request says: of single rows where it says "in all", of
    /// a moment where it says how long.
    pub(super) fn of_something_else(&self, operation: &Operation, columns: &super::columns::Columns) -> bool {
        const IN_ALL: &[&str] = &[" in all", " in total", " altogether", " all told", " overall"];
        const MOMENTS: &[&str] = &["start", "end", "time", "date"];
        if operation.name != "table.top" {
            return false;
        }
        let Some((_, given)) = operation.settings.iter().find(|(name, _)| *name == "column") else { return false };
        let text = self.ground.reading.text.to_lowercase();
        let who = ["who ", "which ", "whose "]
            .iter()
            .any(|word| text.starts_with(word) || text.contains(&format!(" {word}")));
        let total = who && IN_ALL.iter().any(|words| text.contains(words));
        let single = matches!(given.as_slice(), [Argument::Source(Source::Slot(_))])
            && columns.names().iter().all(|name| !name.contains(" of ") && name != "count");
        let long = self.ground.reading.spans.iter().any(
            |span| matches!(span.fact, Fact::Greatest { of, .. } if of.contains(&"duration") || of.contains(&"length")),
        );
        let moment = matches!(given.as_slice(), [Argument::Literal(name)] if MOMENTS.contains(name));
        total && single || long && moment
    }

    /// Whether two files are compared for being the same where the request asks which is more.
    pub(super) fn asks_which_is_more(&self, operation: &Operation) -> bool {
        const MORE: &[&str] = &["longer", "shorter", "larger", "bigger", "smaller", "older", "newer"];
        let text = self.ground.reading.text.to_lowercase();
        matches!(operation.name, "data.compare" | "text.compare")
            && MORE.iter().any(|word| text.contains(&format!("{word} than")))
    }

    /// Whether these words ask for the greatest or the least, if they ask for either: "most" alone does not, nor does "larger
    /// than", nor what is "at the top".
    fn superlative(&self, tokens: &std::ops::Range<usize>, descending: bool) -> Option<bool> {
        let word = self.ground.reading.slice(tokens).to_lowercase();
        let before = self.ground.reading.text.get(..self.ground.reading.bytes(tokens).start).unwrap_or("");
        let before = before.trim_end().to_lowercase();
        let place = || [" at", " on", " at the", " on the", " to the"].iter().any(|place| before.ends_with(place));
        match word.as_str() {
            "most" | "larger" | "bigger" => None,
            "top" if place() => None,
            "common" | "frequent" | "expensive" | "recent" if before.ends_with("least") => Some(!descending),
            "common" | "frequent" | "expensive" | "recent" => before.ends_with("most").then_some(descending),
            _ => Some(descending),
        }
    }

    /// Whether the superlative is only the other end of an order, as in "from dearest to cheapest".
    fn ends_an_order(&self) -> bool {
        let superlative = self.ground.reading.spans.iter().find(|span| matches!(span.fact, Fact::Greatest { .. }));
        let start = superlative.map_or(0, |span| self.ground.reading.bytes(&span.tokens).start);
        let before = self.ground.reading.text.get(..start).unwrap_or("").trim_end().to_lowercase();
        before.ends_with(" to") || before.ends_with(" to the")
    }

    /// Whether the request's superlatives are the two ends of an order, "from tallest to smallest".
    fn spans_an_order(&self) -> bool {
        let superlatives: Vec<_> =
            self.ground.reading.spans.iter().filter(|span| matches!(span.fact, Fact::Greatest { .. })).collect();
        let [first, second] = superlatives.as_slice() else { return false };
        let (first, second) = (self.ground.reading.bytes(&first.tokens), self.ground.reading.bytes(&second.tokens));
        let between = self.ground.reading.text.get(first.end..second.start).unwrap_or("").trim();
        let before = self.ground.reading.text.get(..first.start).unwrap_or("").trim_end().to_lowercase();
        matches!(between, "to" | "to the" | "down to" | "up to") || before.ends_with("from") && between.ends_with("to")
    }
}

/// Whether a bound is set to the other side of what the words before it say: the least size to "smaller than".
pub(super) fn contradicts(ground: &super::ground::Ground<'_>, setting: &str, arguments: &[Argument]) -> bool {
    let [Argument::Source(Source::Slot(slot))] = arguments else { return false };
    let before = ground.reading.text.get(..slot.bytes.start).unwrap_or("").trim_end().to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|words| before.ends_with(words));
    let denies = |word: &str| matches!(word, "not" | "no" | "neither" | "nor" | "never") || word.ends_with("n't");
    if before.split_whitespace().rev().take(DENIED_BEFORE).any(denies) {
        return false;
    }
    match setting {
        "min-size" => ends(BELOW),
        "max-size" => ends(ABOVE),
        "newer-than" => ends(&["older than", "before"]),
        "older-than" => ends(&["newer than", "younger than", "since"]),
        _ => false,
    }
}
