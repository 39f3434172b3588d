//! Propose, ask or abstain.

use super::draft::{Draft, Fill};
use super::emit;
use super::lexicon::Lexicon;
use super::slot::Slot;
use super::weigh::{Demand, Weight};
use crate::read::{Fact, Reading, near};
use crate::turn::{Check, EntryKind, Proposal, Proposed, Question};
use std::rc::Rc;
use telos_abi::{EffectKind, HandleKind, Rule, Type, Value};
use telos_graph::ConstantOrigin;

/// Least part of the turn that a proposed graph explains.
const COVERAGE_MIN: f32 = 0.72;
/// Least part below which not even a question is worth asking.
const COVERAGE_ASK: f32 = 0.5;
/// A content word explained less than this is unexplained.
const EXPLAINED_MIN: f32 = 0.28;
/// A word of weight explained less than this is not certain.
const SURE_MIN: f32 = 0.6;
/// Most that a proposed draft may have paid for what nothing in the turn says.
const GUESS_MAX: f32 = 2.0;
/// Drafts shown to the validator.
const CHECKED_MAX: usize = 8;
/// Drafts looked at for one that leaves nothing out.
const WHOLE_MAX: usize = 24;
/// How much worse than the best a draft may be and still replace one the validator refused.
const REPLACE_WITHIN: f32 = 0.6;
/// Choices offered in a question.
const CHOICES_MAX: usize = 5;

pub(crate) struct Decision<'a> {
    pub(crate) lexicon: &'a Lexicon<'a>,
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) evidence: &'a [Vec<f32>],
    pub(crate) weights: &'a [f32],
    pub(crate) demands: &'a [Weight],
    pub(crate) check: &'a Check<'a>,
}

impl<'a> Decision<'a> {
    /// Whether what is remembered would be the data of something else: nobody keeps tables and pages in memory.
    fn reads_a_cell_as_data(&self, draft: &Draft<'a>) -> bool {
        let cell = |node: &super::draft::DraftNode| {
            matches!(self.lexicon.entries[node.entry].is.state, telos_abi::State::Cell { .. })
        };
        draft.nodes.len() > 1 && draft.nodes.iter().any(cell)
    }

    /// The answer, from complete drafts, best first.
    pub(crate) fn decide(&self, drafts: Vec<Draft<'a>>) -> Proposal {
        let drafts: Vec<Draft<'a>> = drafts
            .into_iter()
            .map(|draft| super::edit::in_place(self.assume_files(draft), self.lexicon, self.reading))
            .filter(|draft| !self.reads_a_cell_as_data(draft))
            .filter(|draft| !emit::graph(draft, self.lexicon).is_some_and(|graph| emit::takes_twice(&graph)))
            .collect();
        let Some(best) = self.whole(&drafts).or_else(|| self.best(&drafts)) else {
            return self.abstain(None);
        };
        let coverage = best.coverage(self.weights);
        let unexplained = self.unexplained(best);
        if let Some(question) = self.absent(best) {
            return if coverage >= COVERAGE_ASK { Proposal::Question(question) } else { self.abstain(Some(best)) };
        }
        let enough = if best.missing > 0 { COVERAGE_ASK } else { COVERAGE_MIN };
        if coverage < enough || !unexplained.is_empty() {
            return self.abstain(Some(best));
        }
        if best.missing > 0 {
            return self.ask(best);
        }
        if let Some(question) = self.ambiguous(best, &drafts) {
            return Proposal::Question(question);
        }
        if let Some(span) = self.unused(best) {
            let words = self.reading.slice(&span.tokens);
            let reason = format!("what “{words}” has to do with it is not clear");
            return Proposal::Abstain { reason, nearest: Vec::new() };
        }
        if let Some(reason) = self.unsure(best) {
            return Proposal::Abstain { reason, nearest: Vec::new() };
        }
        let Some(graph) = emit::graph(best, self.lexicon) else {
            return self.abstain(Some(best));
        };
        let margin = self.margin(best, &drafts);
        let confidence = (coverage * (0.7 + 0.3 * margin)).clamp(0.0, 1.0);
        Proposal::Graph(Box::new(Proposed {
            graph,
            confidence,
            readings: emit::readings(best, self.lexicon, self.reading),
            outputs: emit::outputs(best, self.lexicon),
        }))
    }

    /// The best draft that leaves nothing out and that the validator accepts, if it is not far behind the best of all.
    fn whole<'d>(&self, drafts: &'d [Draft<'a>]) -> Option<&'d Draft<'a>> {
        let top = drafts.first()?.score(self.weights);
        let near = drafts.iter().take(WHOLE_MAX).take_while(|draft| draft.score(self.weights) >= top - REPLACE_WITHIN);
        let mut complete = near.filter(|draft| {
            let explained = draft.coverage(self.weights) >= COVERAGE_MIN && self.unexplained(draft).is_empty();
            explained
                && self.unsure(draft).is_none()
                && draft.missing == 0
                && self.absent(draft).is_none()
                && self.unused(draft).is_none()
        });
        complete.find(|draft| emit::graph(draft, self.lexicon).is_some_and(|graph| (self.check)(&graph).is_ok()))
    }

    /// The best draft the validator accepts, unless everything near the best is refused for what it would do: then
    /// that refusal is the honest answer, and the caller gets it by validating.
    fn best<'d>(&self, drafts: &'d [Draft<'a>]) -> Option<&'d Draft<'a>> {
        let mut refused: Option<&Draft<'a>> = None;
        let top = drafts.first()?.score(self.weights);
        for draft in drafts.iter().take(CHECKED_MAX) {
            if refused.is_some() && draft.score(self.weights) < top - REPLACE_WITHIN {
                break;
            }
            let Some(graph) = emit::graph(draft, self.lexicon) else {
                if refused.is_none() {
                    return Some(draft);
                }
                continue;
            };
            match (self.check)(&graph) {
                Ok(()) => return Some(draft),
                Err(violation) => {
                    let malformed =
                        matches!(violation.rule, Rule::R0 | Rule::R1 | Rule::R2 | Rule::R3 | Rule::R13 | Rule::R18);
                    if !malformed && refused.is_none() {
                        refused = Some(draft);
                    }
                }
            }
        }
        refused
    }

    /// A table's file need not be named where a column tells which one is meant.
    fn assume_files(&self, mut draft: Draft<'a>) -> Draft<'a> {
        use super::slot::Seen;
        let seen = draft.nodes.iter().flat_map(|node| &node.fills).find_map(|fill| match fill {
            Fill::Slot(slot) => match &slot.seen_in {
                Some(Seen::File(path)) => Some(path.clone()),
                _ => None,
            },
            _ => None,
        });
        let Some(path) = seen else { return draft };
        for node in &mut draft.nodes {
            let entry = &self.lexicon.entries[node.entry];
            for (port, fill) in node.fills.iter_mut().enumerate() {
                if matches!(fill, Fill::Missing) && entry.acts(port, EffectKind::FileRead) {
                    let end = self.reading.tokens.len();
                    *fill = Fill::Slot(Rc::new(Slot {
                        port,
                        value: Value::Text(path.clone()),
                        origin: ConstantOrigin::Observed,
                        tokens: end..end,
                        cue: end..end,
                        strength: 0.5,
                        seen_in: None,
                        column: None,
                    }));
                    draft.missing = draft.missing.saturating_sub(1);
                }
            }
        }
        draft
    }

    /// A file, amount, quotation or comparison that the turn gives and the draft does not use. Leaving it out would be
    /// doing something else than what was asked.
    fn unused(&self, draft: &Draft<'_>) -> Option<&crate::read::Span> {
        let slots: Vec<&Slot> = draft
            .nodes
            .iter()
            .flat_map(|node| &node.fills)
            .filter_map(|fill| match fill {
                Fill::Slot(slot) => Some(slot.as_ref()),
                _ => None,
            })
            .collect();
        let used =
            |span: &crate::read::Span| slots.iter().any(|slot| span.overlaps(&slot.tokens) || span.overlaps(&slot.cue));
        let given = |span: &&crate::read::Span| match &span.fact {
            Fact::File { .. } => span.trust >= 0.6,
            Fact::Directory { path } => path != "." && span.trust >= 0.9,
            Fact::Extension { .. } | Fact::Pattern { .. } | Fact::Quoted(_) | Fact::Url(_) => true,
            Fact::Number(_) | Fact::Bytes(_) | Fact::Seconds(_) | Fact::Time { .. } => span.trust >= 0.8,
            Fact::Expression(_) => true,
            Fact::Comparison(comparison) => {
                use crate::read::Comparison as C;
                let weak = [C::Equal, C::Contains];
                let sign = self.reading.tokens[span.tokens.start].shape == crate::read::Shape::Sign;
                sign || !weak.contains(comparison) && span.tokens.len() > 1
            }
            _ => false,
        };
        let within = |span: &crate::read::Span| {
            self.reading.spans.iter().any(|other| other.overlaps(&span.tokens) && used(other))
        };
        self.reading.spans.iter().filter(given).find(|span| !used(span) && !within(span))
    }

    /// Words that the draft does not explain and that would be left out of what was asked.
    fn unexplained(&self, draft: &Draft<'_>) -> Vec<usize> {
        let records = self.reads_records(draft);
        let demanded = |at: &usize| match self.demands[*at].demand {
            Demand::None => false,
            Demand::Records => !records,
            Demand::Must | Demand::Act => true,
        };
        let open = |at: &usize| {
            let aside = self.demands[*at].demand != Demand::Act && self.beside(draft, *at);
            draft.cover[*at] < EXPLAINED_MIN && !aside
        };
        (0..self.weights.len()).filter(demanded).filter(open).collect()
    }

    /// Why a draft that explains enough is still too much of a guess. Of the drafts that were carried out for the requests in
    /// `crates/system/tests/data` that are worked on, those that this holds back were wrong three times out of four.
    fn unsure(&self, draft: &Draft<'_>) -> Option<String> {
        let doubtful = |at: &usize| self.weights[*at] >= 0.7 && draft.cover[*at] < SURE_MIN;
        let words: Vec<String> = (0..self.weights.len())
            .filter(doubtful)
            .take(CHOICES_MAX)
            .map(|at| format!("“{}”", self.reading.slice(&(at..at + 1))))
            .collect();
        if !words.is_empty() {
            return Some(format!("what {} asks for is not certain", words.join(", ")));
        }
        let guessed = draft.cost > GUESS_MAX;
        guessed.then(|| String::from("it would take more guessing than is safe; say it in smaller steps"))
    }

    /// Whether the draft only looks at data whose records a word of the turn may name.
    fn reads_records(&self, draft: &Draft<'_>) -> bool {
        let flows = |node: &super::draft::DraftNode| {
            let inputs = &self.lexicon.entries[node.entry].is.inputs;
            node.fills.iter().zip(inputs).any(|(fill, input)| {
                let table = super::fits::refinement(&input.ty) == Some(telos_abi::Refinement::Table);
                table && matches!(fill, Fill::Edge { .. })
            })
        };
        let destroys = draft.nodes.iter().any(|node| self.lexicon.entries[node.entry].destroys());
        !destroys && draft.nodes.iter().any(flows)
    }

    /// Whether the word stands in a part of the turn that nothing of the draft comes from: "it is not needed any more, …".
    /// A name in it still has to be used, and an action to be done.
    fn beside(&self, draft: &Draft<'_>, at: usize) -> bool {
        let token = &self.reading.tokens[at];
        let clause = token.clause;
        let within = |other: usize| self.reading.tokens.get(other).is_some_and(|token| token.clause == clause);
        let acted = draft.nodes.iter().any(|node| node.anchor.is_some_and(within));
        let set = draft.nodes.iter().flat_map(|node| &node.fills).any(|fill| match fill {
            Fill::Slot(slot) => {
                let file = |fact: &Fact| matches!(fact, Fact::File { .. });
                within(slot.tokens.start) && !self.reading.covered_by(slot.tokens.start, file)
            }
            _ => false,
        });
        let action = self.evidence.iter().any(|tokens| tokens[at] >= super::lexicon::STRONG);
        let name = matches!(token.shape, crate::read::Shape::Path | crate::read::Shape::Quoted);
        !acted && !set && !action && !name && self.reading.tokens.iter().any(|other| other.clause != clause)
    }

    /// How far the best draft is ahead of the next one that does something else, in `[0, 1]`.
    fn margin(&self, best: &Draft<'_>, drafts: &[Draft<'_>]) -> f32 {
        let top = best.score(self.weights);
        let other = drafts
            .iter()
            .filter(|draft| draft.shape() != best.shape() && draft.missing == 0)
            .map(|draft| draft.score(self.weights));
        let next = other.fold(f32::NEG_INFINITY, f32::max);
        if next.is_finite() { (top - next).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// A file the turn names that is not here, unless the draft creates it.
    fn absent(&self, best: &Draft<'_>) -> Option<Question> {
        let created = |span: &crate::read::Span| {
            best.nodes.iter().any(|node| {
                let entry = &self.lexicon.entries[node.entry];
                node.fills.iter().enumerate().any(|(port, fill)| {
                    let creates = entry.acts(port, EffectKind::FileCreate) || entry.acts(port, EffectKind::DirCreate);
                    let setting = super::fits::handle(&entry.is.inputs[port].ty).is_none();
                    (creates || setting) && matches!(fill, Fill::Slot(slot) if span.overlaps(&slot.tokens))
                })
            })
        };
        let unused = |span: &&crate::read::Span| matches!(span.fact, Fact::Absent { .. }) && !created(span);
        let span = self.reading.spans.iter().find(unused)?;
        let Fact::Absent { path } = &span.fact else {
            return None;
        };
        let choices: Vec<String> = near(&self.reading.entries, path).into_iter().map(|(_, path)| path).collect();
        let text = match choices.first() {
            Some(first) => format!("There is no “{path}” here. Did you mean “{first}”?"),
            None => format!("There is no “{path}” here. Which file do you mean?"),
        };
        Some(Question { text, choices, slot: self.reading.bytes(&span.tokens) })
    }

    /// Asks for the first input that nothing in the turn fills.
    fn ask(&self, best: &Draft<'_>) -> Proposal {
        for node in &best.nodes {
            let entry = &self.lexicon.entries[node.entry];
            let Some(port) = node.fills.iter().position(|fill| matches!(fill, Fill::Missing)) else {
                continue;
            };
            let input = &entry.is.inputs[port];
            let (text, choices) = match &input.ty {
                Type::Handle { kind: HandleKind::File, .. } => {
                    (format!("Which file: the {}?", input.meaning), self.files())
                }
                Type::Handle { .. } => (format!("Which directory: the {}?", input.meaning), Vec::new()),
                ty if super::fits::takes_column(ty) => {
                    (format!("Which column: the {}?", input.meaning), self.columns())
                }
                Type::Variant(cases) => {
                    (format!("Which {}?", input.meaning), cases.keys().take(CHOICES_MAX).cloned().collect())
                }
                _ => (format!("What is the {}?", input.meaning), Vec::new()),
            };
            let end = self.reading.text.len();
            return Proposal::Question(Question { text, choices, slot: end..end });
        }
        self.abstain(Some(best))
    }

    fn files(&self) -> Vec<String> {
        let files = self.reading.entries.iter().filter(|entry| entry.kind == EntryKind::File);
        files.take(CHOICES_MAX).map(|entry| entry.path.clone()).collect()
    }

    fn columns(&self) -> Vec<String> {
        let named = self.reading.spans.iter().filter_map(|span| match &span.fact {
            Fact::Column { name, .. } => Some(name.clone()),
            _ => None,
        });
        let mut out: Vec<String> = named.collect();
        out.dedup();
        out.truncate(CHOICES_MAX);
        out
    }

    /// Two columns that the same word may mean equally well: ask which.
    fn ambiguous(&self, best: &Draft<'_>, _drafts: &[Draft<'_>]) -> Option<Question> {
        let slots = best.nodes.iter().flat_map(|node| &node.fills).filter_map(|fill| match fill {
            Fill::Slot(slot) => Some(slot),
            _ => None,
        });
        for slot in slots {
            let Some(super::slot::Seen::File(path)) = &slot.seen_in else {
                continue;
            };
            let rivals: Vec<(&String, f32)> = self
                .reading
                .spans
                .iter()
                .filter(|span| span.tokens == slot.tokens)
                .filter_map(|span| match &span.fact {
                    Fact::Column { name, path: other } if other == path => Some((name, span.trust)),
                    _ => None,
                })
                .collect();
            let chosen = rivals
                .iter()
                .find(|(name, _)| Value::Text((*name).clone()) == slot.value)
                .map_or(1.0, |(_, trust)| *trust);
            let equal: Vec<String> =
                rivals.iter().filter(|(_, trust)| *trust >= chosen).map(|(name, _)| (*name).clone()).collect();
            if equal.len() > 1 {
                let word = self.reading.slice(&slot.tokens).to_owned();
                let text = format!("Which column of {path} do you mean by “{word}”?");
                return Some(Question {
                    text,
                    choices: equal.into_iter().take(CHOICES_MAX).collect(),
                    slot: self.reading.bytes(&slot.tokens),
                });
            }
        }
        None
    }

    /// Says which words nothing explains, and what comes nearest.
    fn abstain(&self, best: Option<&Draft<'_>>) -> Proposal {
        let words: Vec<String> = best.map_or_else(Vec::new, |draft| {
            self.unexplained(draft)
                .into_iter()
                .take(CHOICES_MAX)
                .map(|at| format!("“{}”", self.reading.slice(&(at..at + 1))))
                .collect()
        });
        let reason = if words.is_empty() {
            "no registered primitive does this with what is here".to_owned()
        } else {
            format!("nothing registered explains {}", words.join(", "))
        };
        let mut ranked: Vec<(f32, usize)> = self
            .evidence
            .iter()
            .enumerate()
            .map(|(index, tokens)| {
                (tokens.iter().zip(self.weights).map(|(evidence, weight)| evidence * weight).sum(), index)
            })
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let nearest = ranked.iter().filter(|(score, _)| *score > 0.5).take(3);
        Proposal::Abstain {
            reason,
            nearest: nearest.map(|(_, index)| self.lexicon.entries[*index].is.semantics.summary.clone()).collect(),
        }
    }
}
