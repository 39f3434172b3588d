//! Adding a node to a draft: its settings, its open inputs, and what it costs.

use super::cost;
use super::draft::{Draft, DraftNode, Fill, Goal};
use super::fits::{fits, flows, refinement};
use super::lexicon::{Entry, STRONG};
use super::search::{Search, ancestors};
use super::slot::{Filler, Slot, set};
use crate::read::words::{is_function, parts, stem};
use crate::read::{Fact, Shape, Span, Token};
use std::collections::HashSet;
use std::rc::Rc;
use telos_abi::{EffectKind, HandleKind, Refinement, Type, Value};
use telos_graph::ConstantOrigin;

/// Most nodes of a draft.
const NODES_MAX: usize = 14;
/// Evidence below this suggests a primitive but explains nothing.
const COVERS_MIN: f32 = 0.35;
/// An example less like the turn than this earns nothing.
const LIKENESS_MIN: f32 = 0.25;

impl<'a> Search<'a> {
    /// Whether words that nothing in `base` explains yet set inputs of entry `index`.
    pub(super) fn spoken(&self, base: &Draft<'a>, index: usize) -> bool {
        let slots = self.filler.fill(index, self.reusable(base));
        let inputs = &self.lexicon.entries[index].is.inputs;
        slots.iter().any(|slot| {
            let handle = super::fits::handle(&inputs[slot.port].ty).is_some();
            let creates = self.lexicon.entries[index].acts(slot.port, EffectKind::FileCreate);
            (!handle || creates && !slot.cue.is_empty())
                && slot.strength > 0.8
                && slot.tokens.clone().any(|at| base.cover[at] < 0.3)
        })
    }

    /// `base` with entry `index` added, its settings filled and its data inputs open.
    pub(super) fn with_node(
        &self,
        base: &Draft<'a>,
        index: usize,
        goal: Option<&Goal<'a>>,
        output: Option<usize>,
        lifted: bool,
    ) -> Option<Draft<'a>> {
        let entry = &self.lexicon.entries[index];
        if base.nodes.len() >= NODES_MAX || self.likely[index].is_none() || !self.allowed(entry, index) {
            return None;
        }
        let mut draft = base.clone();
        let slots = self.filler.fill(index, self.reusable(base));
        if entry.destroys() && !self.direct(entry, index, &slots) {
            return None;
        }
        if slots.iter().any(|slot| self.invented(entry, index, slot, &slots)) {
            return None;
        }
        let anchor = self.charge(&mut draft, base, (index, output), goal, &slots);
        let news = |slot: &Slot| slot.tokens.clone().any(|at| base.cover[at] < 0.5);
        let node = draft.nodes.len();
        let mut fills = vec![Fill::Default; entry.is.inputs.len()];
        for slot in slots.iter() {
            let optional = entry.is.inputs[slot.port].default.is_some();
            if optional && news(slot) {
                draft.cost -= cost::SETTING;
            }
            let creates = entry.acts(slot.port, EffectKind::FileCreate);
            self.explain(&mut draft, slot, creates);
            fills[slot.port] = Fill::Slot(Rc::new(slot.clone()));
        }
        let each = if lifted { Some(self.open_list(&mut draft, &mut fills, entry, node)?) } else { None };
        // The last goal is taken up first: the first input gets what the turn names first.
        for (port, input) in entry.is.inputs.iter().enumerate().rev() {
            let unfilled = matches!(fills[port], Fill::Default) && input.default.is_none();
            let several =
                matches!(&input.ty, Type::List { item, .. } if super::fits::handle(item) == Some(HandleKind::File));
            if let Some(slot) = self.filler.files(port, self.reusable(base)).filter(|_| unfilled && several) {
                self.explain(&mut draft, &slot, false);
                fills[port] = Fill::Slot(Rc::new(slot));
                continue;
            }
            if unfilled {
                fills[port] = self.open(&mut draft, &input.ty, node, port);
            }
        }
        draft.nodes.push(DraftNode { entry: index, fills, each, anchor });
        Some(draft)
    }

    /// Adds what entry `index` costs where it enters and what its words explain; gives the token that names it.
    fn charge(
        &self,
        draft: &mut Draft<'a>,
        base: &Draft<'a>,
        (index, output): (usize, Option<usize>),
        goal: Option<&Goal<'a>>,
        slots: &[Slot],
    ) -> Option<usize> {
        let entry = &self.lexicon.entries[index];
        let word = self.anchor(base, index);
        let spoken = slots.iter().any(|slot| {
            let content = self.weights[slot.tokens.start] >= 1.0 && slot.strength > 0.6;
            content && slot.tokens.clone().any(|at| base.cover[at] < 0.5)
        });
        draft.cost += match goal {
            _ if word.is_some() => cost::NAMED + cost::UNLIKELY * (1.0 - self.likely[index].unwrap_or(0.0)),
            _ if spoken => cost::SPOKEN + cost::UNLIKELY * (1.0 - self.likely[index].unwrap_or(0.0)),
            Some(goal) if self.plumbs(entry, goal, output) => cost::PLUMBING + self.strangeness(base, entry, goal),
            _ => cost::UNNAMED,
        };
        let above = goal.map_or_else(HashSet::new, |goal| ancestors(base, goal.node));
        let inside = |node: usize| goal.is_some_and(|goal| goal.node == node) || above.contains(&node);
        let mut present = base.nodes.iter().enumerate();
        if present.any(|(node, present)| present.entry == index && inside(node)) {
            draft.cost += cost::UNNAMED;
        }
        let likeness = entry.likeness(self.reading);
        if likeness > LIKENESS_MIN {
            draft.cost -= cost::LIKENESS * likeness;
        }
        for (cover, strength) in draft.cover.iter_mut().zip(&self.evidence[index]) {
            if *strength >= COVERS_MIN {
                *cover = cover.max(*strength);
            }
        }
        let anchor = word.or_else(|| slots.iter().map(|slot| slot.tokens.start).min());
        self.order_cost(draft, goal, anchor);
        anchor
    }

    /// A required input without a constant: a goal if some primitive may produce it, otherwise the thing to ask for.
    fn open(&self, draft: &mut Draft<'a>, ty: &'a Type, node: usize, port: usize) -> Fill {
        let produced = flows(ty)
            || self.lexicon.entries.iter().any(|entry| {
                entry.is.outputs.iter().any(|output| fits(&output.ty, ty)) && !matches!(ty, Type::Handle { .. })
            });
        if produced && (flows(ty) || !matches!(ty, Type::Text { .. })) {
            draft.goals.push(Goal { node, port, ty, lifted: false });
            Fill::Open
        } else {
            draft.missing = draft.missing.saturating_add(1);
            Fill::Missing
        }
    }

    /// Opens the input that a node runs for each item of.
    fn open_list(&self, draft: &mut Draft<'a>, fills: &mut [Fill], entry: &'a Entry<'a>, node: usize) -> Option<usize> {
        let port = entry.is.inputs.iter().enumerate().position(|(port, input)| {
            let data = flows(&input.ty) && !matches!(input.ty, Type::List { .. });
            let handle =
                Filler::handle_kind(entry, port) == Some(HandleKind::File) && Filler::wants_existing(entry, port);
            // One of several files that are named one by one.
            let first = matches!(&fills[port], Fill::Slot(slot) if self.filler.begins_files(slot));
            if handle && first {
                fills[port] = Fill::Default;
                return true;
            }
            input.default.is_none() && matches!(fills[port], Fill::Default) && (data || handle)
        })?;
        draft.cost += cost::EACH;
        let named =
            self.filler.files(port, draft.used).filter(|_| super::fits::handle(&entry.is.inputs[port].ty).is_some());
        if let Some(slot) = named {
            self.explain(draft, &slot, false);
            fills[port] = Fill::Slot(Rc::new(slot));
        } else {
            draft.goals.push(Goal { node, port, ty: &entry.is.inputs[port].ty, lifted: true });
            fills[port] = Fill::Open;
        }
        Some(port)
    }

    /// Tokens no slot may take. A file that was read once may be read again for another result, unless there is
    /// one that was not read yet.
    pub(super) fn reusable(&self, base: &Draft<'a>) -> u128 {
        let files =
            self.reading.spans.iter().filter(|span| matches!(span.fact, Fact::File { .. } | Fact::Directory { .. }));
        let again = files.fold(0, |tokens, span| tokens | set(&span.tokens));
        let unread = again & !base.used != 0;
        let destroyed = base.nodes.iter().filter(|node| self.lexicon.entries[node.entry].destroys());
        let gone = destroyed.flat_map(|node| &node.fills).fold(0, |tokens, fill| match fill {
            Fill::Slot(slot) => tokens | set(&slot.tokens),
            _ => tokens,
        });
        if base.roots.is_empty() || unread { base.used } else { base.used & !(again & !gone) }
    }

    /// Whether what is taken away is the object of the words that say so: in "remove the duplicate lines from
    /// notes.txt" it is the lines, and the file stays.
    fn direct(&self, entry: &Entry<'_>, index: usize, slots: &[Slot]) -> bool {
        let object = slots.iter().filter(|slot| {
            let taken = [EffectKind::FileDelete, EffectKind::FileMove];
            taken.iter().any(|kind| entry.acts(slot.port, *kind))
        });
        object.into_iter().all(|slot| {
            (0..slot.tokens.start)
                .rev()
                .take_while(|at| {
                    let token = &self.reading.tokens[*at];
                    self.evidence[index][*at] < STRONG || self.weights[*at] < 1.0 && token.stem != "mv"
                })
                .all(|at| self.weights[at] < 1.0)
                && (0..slot.tokens.start).any(|at| self.evidence[index][at] >= STRONG)
        })
    }

    /// Whether a required text is a word that nothing in the turn says it is: neither quoted, nor announced, nor
    /// beside a word that names the action.
    fn invented(&self, entry: &Entry<'_>, index: usize, slot: &Slot, slots: &[Slot]) -> bool {
        let input = &entry.is.inputs[slot.port];
        let text = matches!(refinement(&input.ty), Some(Refinement::Line | Refinement::Utf8));
        if !text || input.default.is_some() || self.reading.tokens[slot.tokens.start].shape == Shape::Quoted {
            return false;
        }
        let beside = self
            .reading
            .spans
            .iter()
            .any(|span| matches!(span.fact, Fact::Comparison(_)) && span.tokens.end == slot.tokens.start)
            && slots.iter().any(|other| super::fits::takes_column(&entry.is.inputs[other.port].ty));
        // "ERROR lines", "grep timeout": a word that nothing announces stands beside one that names the action.
        let content = |at: &usize| !is_function(&self.reading.tokens[*at].lower);
        let before = (0..slot.tokens.start).rev().find(content);
        let names = |at: usize| self.evidence[index].get(at).is_some_and(|evidence| *evidence >= STRONG);
        let said = !slot.cue.is_empty() || before.is_some_and(names) || names(slot.tokens.end);
        let word = self.reading.slice(&slot.tokens);
        !said && !beside && super::phrase::severity(word).is_none()
    }

    fn explain(&self, draft: &mut Draft<'a>, slot: &Slot, creates: bool) {
        draft.used |= set(&slot.tokens);
        for at in slot.tokens.clone() {
            draft.cover[at] = draft.cover[at].max(slot.strength.clamp(0.0, 1.0));
        }
        let existing = slot.origin != ConstantOrigin::Planner && !creates;
        if let (Value::Text(text), true) = (&slot.value, existing) {
            let parts: Vec<String> = parts(text).iter().map(|part| stem(part)).collect();
            let same = |token: &Token| token.stem.len() > 2 && parts.contains(&token.stem);
            let matching = self.reading.tokens.iter().enumerate().filter(|(_, token)| same(token));
            matching.for_each(|(at, _)| draft.cover[at] = draft.cover[at].max(0.8));
        }
        for at in slot.cue.clone() {
            draft.cover[at] = draft.cover[at].max(0.9);
        }
        let compared = |span: &&Span| {
            matches!(span.fact, Fact::Comparison(_))
                && (span.tokens.end == slot.tokens.start || span.tokens.start == slot.tokens.end)
        };
        for span in self.reading.spans.iter().filter(compared) {
            span.tokens.clone().for_each(|at| draft.cover[at] = draft.cover[at].max(0.9));
        }
    }

    /// Sources and changes need more than types: piped data must be there, and a change must be said.
    fn allowed(&self, entry: &Entry<'_>, index: usize) -> bool {
        if entry.reads_stdin() && !self.stdin_piped {
            return false;
        }
        if !entry.changes_things() {
            return true;
        }
        let said = |at: usize| {
            let token = &self.reading.tokens[at];
            let literal = stem(&token.lower) == token.stem;
            let named = self.evidence[index][at] >= 0.8 && literal && !is_function(&token.lower);
            named && !self.denied(at) && !(entry.destroys() && self.otherwise(index, at))
        };
        let said = (0..self.weights.len()).any(said);
        let takes_data = entry.is.inputs.iter().any(|input| flows(&input.ty));
        said || !entry.destroys() && takes_data && self.target_named(entry)
    }

    /// Whether the word at `at` belongs to a longer phrase that names something else: "*remove* duplicates".
    fn otherwise(&self, index: usize, at: usize) -> bool {
        let entries = self.lexicon.entries.iter().enumerate();
        let own = self.lexicon.entries[index].names_with(self.reading, at);
        !own && entries.into_iter().any(|(other, entry)| other != index && entry.names_with(self.reading, at))
    }

    /// Whether the word at `at` is denied: "don't delete", "without removing".
    fn denied(&self, at: usize) -> bool {
        let from = at.saturating_sub(2);
        self.reading.tokens[from..at]
            .iter()
            .any(|token| matches!(token.lower.as_str(), "not" | "don't" | "dont" | "never" | "without"))
    }

    /// Whether the turn names a file for this primitive to create: "sorted.txt" after "into".
    fn target_named(&self, entry: &Entry<'_>) -> bool {
        let absent = self.reading.spans.iter().filter(|span| matches!(span.fact, Fact::Absent { .. }));
        absent.into_iter().any(|span| {
            let cue = entry.announce.iter().find_map(|phrases| self.filler.cue_before(phrases, span.tokens.start));
            cue.is_some_and(|cue| !self.filler.announces_reading(&cue))
        })
    }

    /// The unclaimed token that speaks most for entry `index`.
    fn anchor(&self, base: &Draft<'a>, index: usize) -> Option<usize> {
        let free = |at: &usize| base.nodes.iter().all(|node| node.anchor != Some(*at));
        let best = (0..self.weights.len())
            .filter(free)
            .max_by(|a, b| self.evidence[index][*a].total_cmp(&self.evidence[index][*b]).then(b.cmp(a)))?;
        (self.evidence[index][best] >= STRONG).then_some(best)
    }

    fn order_cost(&self, draft: &mut Draft<'a>, goal: Option<&Goal<'a>>, anchor: Option<usize>) {
        let consumer = goal.and_then(|goal| {
            let users = ancestors(draft, goal.node);
            let outward = std::iter::once(goal.node).chain((0..goal.node).rev().filter(|node| users.contains(node)));
            outward.into_iter().find_map(|node| draft.nodes[node].anchor)
        });
        if let (Some(inner), Some(outer)) = (anchor, consumer) {
            let (inner_clause, outer_clause) = (self.reading.tokens[inner].clause, self.reading.tokens[outer].clause);
            if inner_clause > outer_clause {
                draft.cost += cost::AGAINST_ORDER;
            } else if inner_clause == outer_clause && inner < outer {
                draft.cost += cost::INNER_FIRST;
            }
        }
    }

    /// Whether the entry belongs between what is here and the goal without being mentioned.
    pub(super) fn plumbs(&self, entry: &Entry<'_>, goal: &Goal<'a>, output: Option<usize>) -> bool {
        let gives = output.and_then(|port| entry.is.outputs.get(port)).and_then(|port| refinement(&port.ty));
        let introduces = gives.is_some_and(|refinement| entry.introduces(refinement));
        let needs_data = entry.is.inputs.iter().any(|input| flows(&input.ty) && input.default.is_none());
        let source =
            !needs_data && (entry.reads_stdin() || entry.is.inputs.iter().any(|input| input.default.is_none()));
        let bare = entry.is.inputs.iter().all(|input| input.default.is_some());
        // What is told *about* a file is asked for by name.
        let raw = gives == Some(Refinement::Bytes) || gives.is_none();
        introduces && !bare && entry.lossless() || source && raw && refinement(goal.ty).is_some()
    }

    /// Of primitives that introduce the same type, the one that speaks of the file's format, or is of its consumer's
    /// family, is meant.
    fn strangeness(&self, base: &Draft<'a>, entry: &Entry<'_>, goal: &Goal<'a>) -> f32 {
        let names = self.reading.spans.iter().filter_map(|span| match &span.fact {
            Fact::File { path } => path.rsplit_once('.').map(|(_, end)| end),
            Fact::Extension { extension, .. } => Some(extension.as_str()),
            Fact::Pattern { glob, .. } => glob.rsplit_once('.').map(|(_, end)| end),
            _ => None,
        });
        let formats: Vec<String> = names.map(crate::read::words::stem).collect();
        let format = formats.iter().any(|format| entry.speaks_of(format));
        let family = self.lexicon.entries[base.nodes[goal.node].entry].family() == entry.family();
        let earned = |holds: bool| if holds { cost::AKIN } else { 0.0 };
        2.0 * cost::AKIN - earned(format) - earned(family)
    }
}
