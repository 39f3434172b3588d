//! Constants for a primitive's inputs, taken from the turn.
//!
//! Every candidate is a span of the turn. Its strength adds up what kind of value it is against what the port takes,
//! and whether the port's own words announce it. Strong candidates are assigned first; no token is used twice.

use super::lexicon::{Entry, Lexicon, Phrase};
use super::phrase;
use super::value::{Converted, convert};
use crate::read::words::is_function;
use crate::read::{Fact, Reading, Shape, Span};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use telos_abi::{EffectKind, HandleKind, Type, Value};
use telos_graph::ConstantOrigin;

/// A set of tokens.
pub(crate) type Tokens = u128;

/// The tokens of a range as a set.
pub(crate) fn set(range: &Range<usize>) -> Tokens {
    range.clone().filter(|token| *token < 128).fold(0, |set, token| set | 1 << token)
}

/// A constant chosen for an input.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) port: usize,
    pub(crate) value: Value,
    pub(crate) origin: ConstantOrigin,
    /// Tokens of the value.
    pub(crate) tokens: Range<usize>,
    /// Tokens that announced it.
    pub(crate) cue: Range<usize>,
    pub(crate) strength: f32,
    /// The file a column or key was seen in, or the primitive whose output names it.
    pub(crate) seen_in: Option<Seen>,
    /// For a value of a table: the column that holds it.
    pub(crate) column: Option<String>,
}

/// Where a column is known from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    /// A file that is here.
    File(String),
    /// The meaning of an output that has a column of this name.
    Output(String),
}

/// Least strength for an input without a default.
const REQUIRED_MIN: f32 = 0.35;
/// Least strength for an input with one: the default is a good answer too.
const OPTIONAL_MIN: f32 = 0.75;

/// What a column for an input with a default lacks if no word announces it.
const UNCUED: f32 = 0.2;

/// What slots are filled from.
pub(crate) struct Filler<'a> {
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) lexicon: &'a Lexicon<'a>,
    pub(crate) evidence: &'a [Vec<f32>],
    pub(crate) now_s: i64,
    /// For each token whether it stands where an action does.
    acts: Vec<bool>,
    /// Answers given before: drafts ask for the same many times.
    memo: RefCell<Memo>,
}

/// Slots by entry and used tokens.
type Memo = HashMap<(usize, Tokens), Rc<Vec<Slot>>>;

impl<'a> Filler<'a> {
    pub(crate) fn new(
        reading: &'a Reading<'a>,
        lexicon: &'a Lexicon<'a>,
        evidence: &'a [Vec<f32>],
        now_s: i64,
        acts: Vec<bool>,
    ) -> Self {
        Self { reading, lexicon, evidence, now_s, acts, memo: RefCell::default() }
    }

    /// The best constants for the inputs of entry `index` that do not use the tokens in `used`.
    pub(crate) fn fill(&self, index: usize, used: Tokens) -> Rc<Vec<Slot>> {
        if let Some(slots) = self.memo.borrow().get(&(index, used)) {
            return Rc::clone(slots);
        }
        let slots = Rc::new(self.assign(index, used));
        self.memo.borrow_mut().insert((index, used), Rc::clone(&slots));
        slots
    }

    fn assign(&self, index: usize, used: Tokens) -> Vec<Slot> {
        let entry = &self.lexicon.entries[index];
        let mut candidates = Vec::new();
        for port in 0..entry.is.inputs.len() {
            self.candidates(index, entry, port, &mut candidates);
        }
        candidates.retain(|slot| {
            let required = entry.is.inputs[slot.port].default.is_none();
            slot.strength >= if required { REQUIRED_MIN } else { OPTIONAL_MIN }
        });
        candidates.sort_by(|a, b| {
            b.strength.total_cmp(&a.strength).then(a.tokens.start.cmp(&b.tokens.start)).then(a.port.cmp(&b.port))
        });
        let mut taken = used;
        let mut out: Vec<Slot> = Vec::new();
        for slot in &candidates {
            let tokens = set(&slot.tokens);
            let filled = out.iter().any(|other| other.port == slot.port);
            // "The smallest file" says by one word what is compared, and that the least is meant.
            let flag = matches!(entry.is.inputs[slot.port].ty, Type::Bool);
            if !filled
                && tokens & (if flag { used } else { taken }) == 0
                && super::seen::beside_column(entry, slot, &mut out)
            {
                taken |= tokens;
                out.push(slot.clone());
            }
        }
        for slot in &mut out {
            self.gather(slot, &candidates, &mut taken);
        }
        out
    }

    /// A list of columns takes its neighbours too: "name, city and email".
    fn gather(&self, slot: &mut Slot, candidates: &[Slot], taken: &mut Tokens) {
        if !matches!(slot.value, Value::List(_)) {
            return;
        }
        let joined = |from: usize, to: usize| self.listed(from, to);
        while let Some(next) = candidates.iter().find(|next| {
            let beside = joined(slot.tokens.end, next.tokens.start) || joined(next.tokens.end, slot.tokens.start);
            next.port == slot.port && next.seen_in == slot.seen_in && set(&next.tokens) & *taken == 0 && beside
        }) {
            *taken |= set(&next.tokens);
            let (Value::List(items), Value::List(more)) = (&mut slot.value, &next.value) else {
                return;
            };
            let before = next.tokens.start < slot.tokens.start;
            let at = if before { 0 } else { items.len() };
            items.splice(at..at, more.iter().cloned());
            slot.tokens = slot.tokens.start.min(next.tokens.start)..slot.tokens.end.max(next.tokens.end);
            if next.origin != ConstantOrigin::UserTurn {
                slot.origin = next.origin;
            }
        }
    }

    fn candidates(&self, index: usize, entry: &Entry<'_>, port: usize, out: &mut Vec<Slot>) {
        let input = &entry.is.inputs[port];
        if super::fits::flows(&input.ty) {
            return;
        }
        match &input.ty {
            Type::Bool => self.flag(entry, port, out),
            Type::Variant(cases) => self.cases(entry, port, cases.keys(), out),
            _ => {}
        }
        for span in &self.reading.spans {
            let Some(converted) = convert(entry, port, span, self.now_s) else {
                continue;
            };
            let mut slot = self.slot(entry, port, span.tokens.clone(), converted);
            slot.strength *= span.trust;
            slot.strength += self.bonus(index, entry, port, &slot.tokens, &mut slot.cue);
            // A column is grouped by, or drawn, where the turn says so. That it is named at all says that something uses it.
            if super::fits::takes_column(&input.ty) && input.default.is_some() && slot.cue.is_empty() {
                slot.strength -= UNCUED;
            }
            // A number goes where it is announced: "lines with 404" gives no line number.
            if matches!(input.ty, Type::Int { .. })
                && input.default.is_none()
                && (slot.cue.is_empty() || slot.cue.end != slot.tokens.start)
            {
                continue;
            }
            let overwrites = matches!(span.fact, Fact::File { .. })
                && entry.acts(port, EffectKind::FileCreate)
                && !Self::wants_existing(entry, port);
            if overwrites && (slot.cue.is_empty() || self.announces_reading(&slot.cue)) {
                continue;
            }
            out.push(slot);
        }
        self.derived_columns(index, entry, port, out);
        self.cells(entry, port, out);
        self.new_directory(entry, port, out);
        if let Type::Text { .. } = input.ty {
            phrase::candidates(self, index, entry, port, out);
        }
    }

    /// A plain word right after the port's words names a directory to make: "a folder called reports".
    fn new_directory(&self, entry: &Entry<'_>, port: usize, out: &mut Vec<Slot>) {
        if !entry.acts(port, EffectKind::DirCreate) || Self::wants_existing(entry, port) {
            return;
        }
        for (at, token) in self.reading.tokens.iter().enumerate() {
            let name = matches!(token.shape, Shape::Word | Shape::Number | Shape::Quoted | Shape::Path)
                && !is_function(&token.lower)
                && !crate::read::words::is_request(&token.lower)
                && !crate::read::words::is_file_noun(&token.lower)
                && !self.reading.covered_by(at, |fact| {
                    !matches!(
                        fact,
                        Fact::Number(_)
                            | Fact::Quoted(_)
                            | Fact::Absent { .. }
                            | Fact::Column { .. }
                            | Fact::Key { .. }
                    )
                });
            let Some(cue) = self.cue_before(&entry.announce[port], at).filter(|cue| name && cue.end == at) else {
                continue;
            };
            let text = self.reading.slice(&(at..at + 1)).to_owned();
            let mut slot = self.slot(entry, port, at..at + 1, Converted::new(Value::Text(text), 0.9));
            slot.cue = cue;
            out.push(slot);
        }
    }

    pub(crate) fn slot(&self, _entry: &Entry<'_>, port: usize, tokens: Range<usize>, converted: Converted) -> Slot {
        // The address of a bookmark that the turn names is the person's own word as much as one that stands there.
        let own =
            |span: &Span| matches!((&span.fact, &converted.value), (Fact::Url(url), Value::Text(text)) if url == text);
        let literal = telos_graph::said(&converted.value, self.reading.text) || self.reading.spans.iter().any(own);
        let origin = match (literal, converted.observed) {
            (true, _) => ConstantOrigin::UserTurn,
            (false, true) => ConstantOrigin::Observed,
            (false, false) => ConstantOrigin::Planner,
        };
        let cue = tokens.start..tokens.start;
        Slot {
            port,
            value: converted.value,
            origin,
            tokens,
            cue,
            strength: converted.strength,
            seen_in: converted.seen_in,
            column: None,
        }
    }

    /// What speaks for a candidate beside its kind: the port's words before or after it, the action right before it,
    /// a comparison beside it.
    pub(crate) fn bonus(
        &self,
        index: usize,
        entry: &Entry<'_>,
        port: usize,
        tokens: &Range<usize>,
        cue: &mut Range<usize>,
    ) -> f32 {
        let mut bonus: f32 = 0.0;
        if let Some(found) = self.cue_before(&entry.announce[port], tokens.start) {
            bonus += 0.5 + 0.1 * small(found.len());
            *cue = found;
        } else if !free_text(&entry.is.inputs[port].ty)
            && let Some(found) = self.cue_after(&entry.announce[port], tokens.end)
        {
            bonus += 0.25;
            *cue = found;
        }
        if tokens.start > 0 && self.evidence[index][tokens.start - 1] >= super::lexicon::STRONG {
            bonus += 0.25;
        }
        if self.evidence[index].get(tokens.end).is_some_and(|after| *after >= super::lexicon::STRONG) {
            bonus += 0.3;
        }
        if self.compares(entry) {
            let beside = |span: &crate::read::Span| {
                matches!(span.fact, Fact::Comparison(_))
                    && (span.tokens.start == tokens.end || span.tokens.end == tokens.start)
            };
            let is_column = super::fits::takes_column(&entry.is.inputs[port].ty);
            let side = |span: &crate::read::Span| {
                if is_column { span.tokens.start == tokens.end } else { span.tokens.end == tokens.start }
            };
            if self.reading.spans.iter().any(|span| beside(span) && side(span)) {
                bonus += 0.6;
            }
        }
        bonus
    }

    /// Whether some input of the primitive takes a comparison.
    fn compares(&self, entry: &Entry<'_>) -> bool {
        let comparison = |span: &&crate::read::Span| matches!(span.fact, Fact::Comparison(_));
        (0..entry.is.inputs.len()).any(|port| {
            self.reading.spans.iter().filter(comparison).any(|span| convert(entry, port, span, self.now_s).is_some())
        })
    }

    /// Whether some primitive announces a file it reads by the words at `cue` ("in app.log").
    pub(crate) fn announces_reading(&self, cue: &Range<usize>) -> bool {
        self.lexicon.entries.iter().any(|entry| {
            entry.announce.iter().enumerate().any(|(port, phrases)| {
                let says = |phrase: &Phrase| phrase.len() == cue.len() && self.at(phrase, cue.start);
                entry.acts(port, EffectKind::FileRead) && phrases.iter().any(says)
            })
        })
    }

    /// The longest announcing phrase that ends right before `start`, function words between left out.
    pub(crate) fn cue_before(&self, phrases: &[Phrase], start: usize) -> Option<Range<usize>> {
        let mut end = start;
        for _ in 0..3 {
            let found = phrases
                .iter()
                .filter(|phrase| end >= phrase.len() && self.at(phrase, end - phrase.len()))
                .max_by_key(|phrase| phrase.len());
            if let Some(phrase) = found {
                return Some(end - phrase.len()..end);
            }
            let skippable = end > 0
                && (is_function(&self.reading.tokens[end - 1].lower)
                    || crate::read::words::weight(&self.reading.tokens[end - 1].lower) < 1.0);
            if !skippable {
                return None;
            }
            end -= 1;
        }
        None
    }

    fn cue_after(&self, phrases: &[Phrase], end: usize) -> Option<Range<usize>> {
        let found = phrases.iter().filter(|phrase| self.at(phrase, end)).max_by_key(|phrase| phrase.len())?;
        Some(end..end + found.len())
    }

    /// Whether the phrase stands at token `at`.
    pub(crate) fn at(&self, phrase: &[String], at: usize) -> bool {
        !phrase.is_empty()
            && phrase.iter().enumerate().all(|(step, word)| {
                self.reading
                    .tokens
                    .get(at + step)
                    .is_some_and(|token| token.stem == *word && token.shape != Shape::Quoted)
            })
    }

    /// A flag is raised where one of its phrases stands in the turn.
    fn flag(&self, entry: &Entry<'_>, port: usize, out: &mut Vec<Slot>) {
        let rising = entry.is.inputs[port].default != Some(Value::Bool(true));
        let words = &entry.meaning[port];
        let first = |wanted: &[&str]| words.iter().position(|word| wanted.contains(&word.as_str()));
        let down = first(&["descend", "revers", "greatest"]).unwrap_or(usize::MAX);
        let up = first(&["ascend", "least", "smallest"]).unwrap_or(usize::MAX);
        for at in 0..self.reading.tokens.len() {
            let said = entry.announce[port].iter().filter(|phrase| self.at(phrase, at)).map(Vec::len).max();
            let extreme = down != up
                && self.reading.covered_by(
                    at,
                    |fact| matches!(fact, Fact::Greatest { descending, .. } if *descending == (down < up)),
                );
            let Some(length) = said.or(extreme.then_some(1)) else {
                continue;
            };
            let only_function = (at..at + length).all(|token| is_function(&self.reading.tokens[token].lower));
            if rising && !only_function {
                let converted = Converted::new(Value::Bool(true), 0.8 + 0.1 * small(length));
                out.push(self.slot(entry, port, at..at + length, converted));
            }
        }
    }

    /// A case is chosen where its name, or a word that means the same, stands in the turn.
    fn cases<'n>(&self, entry: &Entry<'_>, port: usize, names: impl Iterator<Item = &'n String>, out: &mut Vec<Slot>) {
        for name in names {
            let phrase: Phrase =
                crate::read::words::parts(name).iter().map(|word| crate::read::words::stem(word)).collect();
            for at in 0..self.reading.tokens.len() {
                let exact = self.at(&phrase, at);
                let synonym =
                    phrase.len() == 1 && crate::read::words::same_meaning(&self.reading.tokens[at].stem, &phrase[0]);
                let verb = self.acts[at] && self.reading.tokens[at].lower != *name;
                if verb || !exact && !synonym || self.reading.covered_by(at, |fact| matches!(fact, Fact::Comparison(_)))
                {
                    continue;
                }
                let tokens = at..at + if exact { phrase.len() } else { 1 };
                let value = super::value::case(&entry.is.inputs[port].ty, name);
                let Some(value) = value else { continue };
                let mut slot =
                    self.slot(entry, port, tokens.clone(), Converted::new(value, if exact { 0.8 } else { 0.76 }));
                if let Some(found) = self.cue_before(&entry.announce[port], tokens.start) {
                    slot.strength += 0.2;
                    slot.cue = found;
                }
                out.push(slot);
            }
        }
    }

    /// Whether a handle port asks for something that is here already.
    pub(crate) fn wants_existing(entry: &Entry<'_>, port: usize) -> bool {
        let reads = [EffectKind::FileRead, EffectKind::FileDelete, EffectKind::FileMove, EffectKind::FileList];
        reads.iter().any(|kind| entry.acts(port, *kind))
    }

    /// The kind of handle an input takes as a constant.
    pub(crate) fn handle_kind(entry: &Entry<'_>, port: usize) -> Option<HandleKind> {
        super::fits::handle(&entry.is.inputs[port].ty)
    }
}

/// Whether any words could be a value of this type. Then words that follow announce nothing: "the *larger* files".
fn free_text(ty: &Type) -> bool {
    matches!(super::fits::refinement(ty), Some(telos_abi::Refinement::Line | telos_abi::Refinement::Utf8))
}

/// A small count as a factor.
pub(super) fn small(count: usize) -> f32 {
    u8::try_from(count).map_or(8.0, f32::from)
}
