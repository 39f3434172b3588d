//! Backward type-directed search with a beam.
//!
//! A draft starts at an output somebody may have asked for and grows towards its sources: each step takes one open
//! input and fills it with the output of a node already there or of a new one. Primitives enter because words of the
//! turn speak for them, or as plumbing, because only they turn what is here into the type that is needed.

use super::draft::{Draft, DraftNode, Fill, Goal};
use super::fits::{fits, flows, refinement};
use super::lexicon::{Entry, Lexicon, STRONG};
use super::slot::{Filler, Seen, Slot, set};
use crate::read::words::is_function;
use crate::read::{Fact, Reading};
use std::collections::HashSet;
use std::rc::Rc;
use telos_abi::{HandleKind, Refinement, Type};

/// Drafts kept after each step.
const BEAM: usize = 40;
/// Most nodes of a draft.
const NODES_MAX: usize = 14;
/// Steps after which the search ends, whatever is open.
const STEPS_MAX: usize = 40;
/// Most separate results in one turn.
const ROOTS_MAX: usize = 3;
/// Evidence below this suggests a primitive but explains nothing.
const COVERS_MIN: f32 = 0.35;
/// Complete drafts kept.
const DONE_MAX: usize = 64;

/// What a draft pays. Explaining one content word is worth 1.
mod cost {
    /// A node that a word names.
    pub(super) const NAMED: f32 = 0.15;
    /// A node that introduces the refinement its consumer needs, or reads a source.
    pub(super) const PLUMBING: f32 = 0.12;
    /// A node that no word names, but words of the turn set its inputs.
    pub(super) const SPOKEN: f32 = 0.3;
    /// Any other node without a word.
    pub(super) const UNNAMED: f32 = 0.5;
    /// Running a node for each item.
    pub(super) const EACH: f32 = 0.15;
    /// A step of an earlier clause that uses the result of a later one.
    pub(super) const AGAINST_ORDER: f32 = 0.5;
    /// Within a clause the outer action comes first ("count the lines with …").
    pub(super) const INNER_FIRST: f32 = 0.05;
    /// A second result.
    pub(super) const ROOT: f32 = 0.8;
    /// Showing handles where the same node gives data.
    pub(super) const HANDLES: f32 = 0.2;
    /// Using a table, document or drawing as mere text.
    pub(super) const WEAKER: f32 = 0.35;
    /// An input with a default that the turn sets nonetheless earns this.
    pub(super) const SETTING: f32 = 0.1;
    /// What the nearest example earns at most.
    pub(super) const LIKENESS: f32 = 0.4;
    /// A primitive that speaks of the file's format, or is of its consumer's family, earns this as plumbing.
    pub(super) const AKIN: f32 = 0.08;
    /// A column of a table that the draft does not read.
    pub(super) const FOREIGN: f32 = 0.7;
}

/// A search over one turn.
pub(crate) struct Search<'a> {
    pub(crate) lexicon: &'a Lexicon<'a>,
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) evidence: &'a [Vec<f32>],
    pub(crate) filler: &'a Filler<'a>,
    pub(crate) weights: &'a [f32],
    pub(crate) stdin_piped: bool,
    /// Whether the turn speaks of several files or items.
    pub(crate) plural: bool,
}

impl<'a> Search<'a> {
    /// Complete drafts, best first.
    pub(crate) fn run(&self) -> Vec<Draft<'a>> {
        let mut beam = self.starts(&Draft {
            cover: vec![0.0; self.weights.len()],
            ..Draft::default()
        });
        let mut done: Vec<Draft<'a>> = Vec::new();
        for _ in 0..STEPS_MAX {
            self.prune(&mut beam, BEAM);
            if beam.is_empty() {
                break;
            }
            let mut next = Vec::new();
            for draft in beam {
                if draft.goals.is_empty() {
                    if draft.roots.len() < ROOTS_MAX {
                        next.extend(self.starts(&draft));
                    }
                    done.push(self.finished(draft));
                } else {
                    next.extend(self.expand(draft));
                }
            }
            self.prune(&mut done, DONE_MAX);
            beam = next;
        }
        self.prune(&mut done, DONE_MAX);
        done
    }

    fn prune(&self, drafts: &mut Vec<Draft<'a>>, keep: usize) {
        drafts.sort_by(|a, b| {
            b.score(self.weights)
                .total_cmp(&a.score(self.weights))
                .then_with(|| a.shape().cmp(&b.shape()))
        });
        let mut seen = HashSet::new();
        drafts.retain(|draft| seen.len() < keep && seen.insert(draft.shape()));
    }

    /// Drafts with one more result than `base`: one for each output of each primitive that some unexplained word
    /// speaks for.
    fn starts(&self, base: &Draft<'a>) -> Vec<Draft<'a>> {
        let mut out = Vec::new();
        for (index, entry) in self.lexicon.entries.iter().enumerate() {
            if !self.newly_named(base, index) {
                continue;
            }
            let outputs = entry.is.outputs.len();
            let ports: Vec<Option<usize>> = if outputs == 0 {
                vec![None]
            } else {
                (0..outputs).map(Some).collect()
            };
            for output in ports {
                for lifted in [false, true] {
                    if lifted && !self.plural {
                        continue;
                    }
                    let Some(mut draft) = self.with_node(base, index, None, output, lifted) else {
                        continue;
                    };
                    let node = draft.nodes.len() - 1;
                    draft.roots.push((node, output));
                    draft.cost += if base.roots.is_empty() {
                        0.0
                    } else {
                        cost::ROOT
                    };
                    if let Some(port) = output {
                        self.choose_output(&mut draft, entry, port);
                    }
                    out.push(draft);
                }
            }
        }
        out
    }

    /// What speaks for showing output `port` of `entry` rather than a sibling.
    fn choose_output(&self, draft: &mut Draft<'a>, entry: &Entry<'_>, port: usize) {
        let handles = |ty: &Type| match ty {
            Type::List { item, .. } => super::fits::handle(item).is_some(),
            ty => super::fits::handle(ty).is_some(),
        };
        let place = |at: usize| 0.01 * f32::from(u8::try_from(at).unwrap_or(u8::MAX));
        draft.cost += 2.0 * place(port);
        if entry.is.outputs.len() > 1 && handles(&entry.is.outputs[port].ty) {
            draft.cost += cost::HANDLES;
        }
        if let Some(at) = entry.output_named(port, self.reading, draft.claimed) {
            draft.claimed |= set(&(at..at + 1));
            draft.cover[at] = 1.0;
            draft.cost -= 0.3 - place(at);
        } else if entry.output_meant(port, self.reading) {
            draft.cost -= 0.1;
        }
    }

    /// Whether a token that `base` does not explain yet speaks for entry `index`.
    fn newly_named(&self, base: &Draft<'a>, index: usize) -> bool {
        if base.roots.is_empty() {
            return (0..self.weights.len()).any(|at| self.evidence[index][at] > 0.45)
                || self.spoken(base, index);
        }
        let open = |at: usize| self.weights[at] >= 1.0 && base.cover[at] < 0.3;
        let unused_file = self.reading.spans.iter().any(|span| {
            matches!(span.fact, Fact::File { .. })
                && span.trust >= 0.8
                && base.used & set(&span.tokens) == 0
        });
        (0..self.weights.len())
            .any(|at| self.evidence[index][at] > 0.45 && (open(at) || unused_file))
    }

    /// Whether words that nothing in `base` explains yet set inputs of entry `index`.
    fn spoken(&self, base: &Draft<'a>, index: usize) -> bool {
        let slots = self.filler.fill(index, self.reusable(base));
        let inputs = &self.lexicon.entries[index].is.inputs;
        slots.iter().any(|slot| {
            let handle = super::fits::handle(&inputs[slot.port].ty).is_some();
            let creates =
                self.lexicon.entries[index].acts(slot.port, telos_abi::EffectKind::FileCreate);
            (!handle || creates && !slot.cue.is_empty())
                && slot.strength > 0.8
                && slot.tokens.clone().any(|at| base.cover[at] < 0.3)
        })
    }

    /// `base` with entry `index` added, its settings filled and its data inputs open.
    fn with_node(
        &self,
        base: &Draft<'a>,
        index: usize,
        goal: Option<&Goal<'a>>,
        output: Option<usize>,
        lifted: bool,
    ) -> Option<Draft<'a>> {
        let entry = &self.lexicon.entries[index];
        let anchor = self.anchor(base, index);
        if base.nodes.len() >= NODES_MAX || !self.allowed(entry, index) {
            return None;
        }
        let mut draft = base.clone();
        let slots = self.filler.fill(index, self.reusable(base));
        let news = |slot: &Slot| slot.tokens.clone().any(|at| base.cover[at] < 0.5);
        let word = anchor.is_some();
        let spoken = slots.iter().any(|slot| {
            self.weights[slot.tokens.start] >= 1.0 && slot.strength > 0.6 && news(slot)
        });
        let anchor = anchor.or_else(|| slots.iter().map(|slot| slot.tokens.start).min());
        draft.cost += match goal {
            _ if word => cost::NAMED,
            _ if spoken => cost::SPOKEN,
            Some(goal) if self.plumbs(entry, goal, output) => {
                cost::PLUMBING + self.strangeness(base, entry, goal)
            }
            _ => cost::UNNAMED,
        };
        let above = goal.map_or_else(HashSet::new, |goal| ancestors(base, goal.node));
        let inside =
            |node: usize| goal.is_some_and(|goal| goal.node == node) || above.contains(&node);
        if base
            .nodes
            .iter()
            .enumerate()
            .any(|(node, present)| present.entry == index && inside(node))
        {
            draft.cost += cost::UNNAMED;
        }
        let likeness = entry.likeness(self.reading);
        draft.cost -= if likeness > 0.25 {
            cost::LIKENESS * likeness
        } else {
            0.0
        };
        self.order_cost(&mut draft, goal, anchor);
        for (at, strength) in self.evidence[index].iter().enumerate() {
            let says = if *strength >= COVERS_MIN {
                *strength
            } else {
                0.0
            };
            draft.cover[at] = draft.cover[at].max(says);
        }
        let node = draft.nodes.len();
        let mut fills = vec![Fill::Default; entry.is.inputs.len()];
        for slot in slots.iter() {
            let optional = entry.is.inputs[slot.port].default.is_some();
            draft.cost -= if optional && news(slot) {
                cost::SETTING
            } else {
                0.0
            };
            self.explain(
                &mut draft,
                slot,
                entry.acts(slot.port, telos_abi::EffectKind::FileCreate),
            );
            let port = slot.port;
            fills[port] = Fill::Slot(Rc::new(slot.clone()));
        }
        let each = if lifted {
            Some(self.open_list(&mut draft, &mut fills, entry, node)?)
        } else {
            None
        };
        for (port, input) in entry.is.inputs.iter().enumerate() {
            let unfilled = matches!(fills[port], Fill::Default) && input.default.is_none();
            if unfilled {
                fills[port] = self.open(&mut draft, &input.ty, node, port);
            }
        }
        draft.nodes.push(DraftNode {
            entry: index,
            fills,
            each,
            anchor,
        });
        Some(draft)
    }

    /// A required input without a constant: a goal if some primitive may produce it, otherwise the thing to ask for.
    fn open(&self, draft: &mut Draft<'a>, ty: &'a Type, node: usize, port: usize) -> Fill {
        let produced = flows(ty)
            || self.lexicon.entries.iter().any(|entry| {
                entry.is.outputs.iter().any(|output| fits(&output.ty, ty))
                    && !matches!(ty, Type::Handle { .. })
            });
        if produced && (flows(ty) || !matches!(ty, Type::Text { .. })) {
            draft.goals.push(Goal {
                node,
                port,
                ty,
                lifted: false,
            });
            Fill::Open
        } else {
            draft.missing = draft.missing.saturating_add(1);
            Fill::Missing
        }
    }

    /// Opens the input that a node runs for each item of.
    fn open_list(
        &self,
        draft: &mut Draft<'a>,
        fills: &mut [Fill],
        entry: &'a Entry<'a>,
        node: usize,
    ) -> Option<usize> {
        let port = entry
            .is
            .inputs
            .iter()
            .enumerate()
            .position(|(port, input)| {
                let data = flows(&input.ty) && !matches!(input.ty, Type::List { .. });
                let handle = Filler::handle_kind(entry, port) == Some(HandleKind::File)
                    && Filler::wants_existing(entry, port);
                input.default.is_none() && matches!(fills[port], Fill::Default) && (data || handle)
            })?;
        draft.goals.push(Goal {
            node,
            port,
            ty: &entry.is.inputs[port].ty,
            lifted: true,
        });
        draft.cost += cost::EACH;
        fills[port] = Fill::Open;
        Some(port)
    }

    /// Tokens no slot may take. A file that was read once may be read again for another result, unless there is
    /// one that was not read yet.
    fn reusable(&self, base: &Draft<'a>) -> u128 {
        let files = self
            .reading
            .spans
            .iter()
            .filter(|span| matches!(span.fact, Fact::File { .. } | Fact::Directory { .. }));
        let again = files.fold(0, |tokens, span| tokens | set(&span.tokens));
        let unread = again & !base.used != 0;
        if base.roots.is_empty() || unread {
            base.used
        } else {
            base.used & !again
        }
    }

    fn explain(&self, draft: &mut Draft<'a>, slot: &Slot, creates: bool) {
        draft.used |= set(&slot.tokens);
        for at in slot.tokens.clone() {
            draft.cover[at] = draft.cover[at].max(slot.strength.clamp(0.0, 1.0));
        }
        let existing = slot.origin != telos_graph::ConstantOrigin::Planner && !creates;
        if let (telos_abi::Value::Text(text), true) = (&slot.value, existing) {
            let parts: Vec<String> = crate::read::words::parts(text)
                .iter()
                .map(|part| crate::read::words::stem(part))
                .collect();
            let same =
                |token: &crate::read::Token| token.stem.len() > 2 && parts.contains(&token.stem);
            let matching = self
                .reading
                .tokens
                .iter()
                .enumerate()
                .filter(|(_, token)| same(token));
            matching.for_each(|(at, _)| draft.cover[at] = draft.cover[at].max(0.8));
        }
        for at in slot.cue.clone() {
            draft.cover[at] = draft.cover[at].max(0.9);
        }
        let compared = |span: &&crate::read::Span| {
            matches!(span.fact, Fact::Comparison(_))
                && (span.tokens.end == slot.tokens.start || span.tokens.start == slot.tokens.end)
        };
        for span in self.reading.spans.iter().filter(compared) {
            span.tokens
                .clone()
                .for_each(|at| draft.cover[at] = draft.cover[at].max(0.9));
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
            let literal = crate::read::words::stem(&token.lower) == token.stem;
            self.evidence[index][at] >= 0.8
                && literal
                && !is_function(&token.lower)
                && !self.denied(at)
        };
        let said = (0..self.weights.len()).any(said);
        said || !entry.destroys() && self.target_named(entry)
    }

    /// Whether the word at `at` is denied: "don't delete", "without removing".
    fn denied(&self, at: usize) -> bool {
        let from = at.saturating_sub(2);
        self.reading.tokens[from..at].iter().any(|token| {
            matches!(
                token.lower.as_str(),
                "not" | "don't" | "dont" | "never" | "without"
            )
        })
    }

    /// Whether the turn names a file for this primitive to create: "sorted.txt" after "into".
    fn target_named(&self, entry: &Entry<'_>) -> bool {
        let absent = self
            .reading
            .spans
            .iter()
            .filter(|span| matches!(span.fact, Fact::Absent { .. } | Fact::File { .. }));
        absent.into_iter().any(|span| {
            let cue = entry
                .announce
                .iter()
                .find_map(|phrases| self.filler.cue_before(phrases, span.tokens.start));
            cue.is_some_and(|cue| !self.announces_reading(&cue))
        })
    }

    /// Whether some primitive announces a file it reads by the words at `cue` ("in app.log").
    fn announces_reading(&self, cue: &std::ops::Range<usize>) -> bool {
        self.lexicon.entries.iter().any(|entry| {
            entry.announce.iter().enumerate().any(|(port, phrases)| {
                let reads = entry.acts(port, telos_abi::EffectKind::FileRead);
                reads
                    && phrases.iter().any(|phrase| {
                        phrase.len() == cue.len() && self.filler.at(phrase, cue.start)
                    })
            })
        })
    }

    /// The unclaimed token that speaks most for entry `index`.
    fn anchor(&self, base: &Draft<'a>, index: usize) -> Option<usize> {
        let free = |at: &usize| base.nodes.iter().all(|node| node.anchor != Some(*at));
        let best = (0..self.weights.len()).filter(free).max_by(|a, b| {
            self.evidence[index][*a]
                .total_cmp(&self.evidence[index][*b])
                .then(b.cmp(a))
        })?;
        (self.evidence[index][best] >= STRONG).then_some(best)
    }

    fn order_cost(&self, draft: &mut Draft<'a>, goal: Option<&Goal<'a>>, anchor: Option<usize>) {
        let consumer = goal.and_then(|goal| {
            let users = ancestors(draft, goal.node);
            let outward = std::iter::once(goal.node)
                .chain((0..goal.node).rev().filter(|node| users.contains(node)));
            outward
                .into_iter()
                .find_map(|node| draft.nodes[node].anchor)
        });
        if let (Some(inner), Some(outer)) = (anchor, consumer) {
            let (inner_clause, outer_clause) = (
                self.reading.tokens[inner].clause,
                self.reading.tokens[outer].clause,
            );
            if inner_clause > outer_clause {
                draft.cost += cost::AGAINST_ORDER;
            } else if inner_clause == outer_clause && inner < outer {
                draft.cost += cost::INNER_FIRST;
            }
        }
    }

    /// Whether the entry belongs between what is here and the goal without being mentioned.
    fn plumbs(&self, entry: &Entry<'_>, goal: &Goal<'a>, output: Option<usize>) -> bool {
        let gives = output
            .and_then(|port| entry.is.outputs.get(port))
            .and_then(|port| refinement(&port.ty));
        let introduces = gives.is_some_and(|refinement| entry.introduces(refinement));
        let needs_data = entry
            .is
            .inputs
            .iter()
            .any(|input| flows(&input.ty) && input.default.is_none());
        let source = !needs_data
            && (entry.reads_stdin() || entry.is.inputs.iter().any(|input| input.default.is_none()));
        let bare = entry.is.inputs.iter().all(|input| input.default.is_some());
        introduces && !bare || source && refinement(goal.ty).is_some()
    }

    /// Of primitives that introduce the same type, the one that speaks of the file's format, or is of its consumer's
    /// family, is meant.
    fn strangeness(&self, base: &Draft<'a>, entry: &Entry<'_>, goal: &Goal<'a>) -> f32 {
        let names = self
            .reading
            .spans
            .iter()
            .filter_map(|span| match &span.fact {
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

    /// Every way to fill the last open input.
    fn expand(&self, mut draft: Draft<'a>) -> Vec<Draft<'a>> {
        let Some(goal) = draft.goals.pop() else {
            return Vec::new();
        };
        let mut out = Vec::new();
        if draft.roots.len() > 1 || self.refers_back(&draft, &goal) {
            self.share(&draft, &goal, &mut out);
        }
        for (index, entry) in self.lexicon.entries.iter().enumerate() {
            for (port, output) in entry.is.outputs.iter().enumerate() {
                let whole = match (goal.lifted, &output.ty) {
                    (true, Type::List { item, .. }) => fits(item, goal.ty),
                    (true, _) => false,
                    (false, ty) => fits(ty, goal.ty),
                };
                let mapped = match (goal.lifted, goal.ty) {
                    (true, ty) => fits(&output.ty, ty),
                    (false, Type::List { item, .. }) => fits(&output.ty, item),
                    (false, _) => false,
                };
                if !self.worth(&draft, index, entry, &goal, port) {
                    continue;
                }
                for (possible, lifted) in [(whole, false), (mapped, true)] {
                    if possible {
                        out.extend(self.connected(&draft, &goal, index, port, lifted));
                    }
                }
            }
        }
        out
    }

    /// Whether a primitive may enter here: named by a word, filled by one, or plumbing that is not a step back.
    fn worth(
        &self,
        draft: &Draft<'a>,
        index: usize,
        entry: &Entry<'_>,
        goal: &Goal<'a>,
        port: usize,
    ) -> bool {
        let named = (0..self.weights.len()).any(|at| {
            self.evidence[index][at] > 0.45 && self.evidence[index][at] > draft.cover[at] * 0.9
        });
        if named {
            return true;
        }
        let settings = entry.is.inputs.iter().any(|input| {
            input.default.is_none() && !flows(&input.ty) && super::fits::handle(&input.ty).is_none()
        });
        let output = &entry.is.outputs[port].ty;
        let bare =
            entry.is.inputs.iter().all(|input| input.default.is_some()) && !entry.reads_stdin();
        let same = bare
            || entry
                .is
                .inputs
                .iter()
                .any(|input| flows(&input.ty) && fits(output, &input.ty));
        let spoken = settings && self.spoken(draft, index);
        spoken
            || !settings && !same && !entry.changes_things()
            || self.plumbs(entry, goal, Some(port)) && !settings && !entry.changes_things()
    }

    fn connected(
        &self,
        draft: &Draft<'a>,
        goal: &Goal<'a>,
        index: usize,
        output: usize,
        lifted: bool,
    ) -> Option<Draft<'a>> {
        let mut next = self.with_node(draft, index, Some(goal), Some(output), lifted)?;
        let node = next.nodes.len() - 1;
        next.nodes[goal.node].fills[goal.port] = Fill::Edge { node, output };
        let gives = refinement(&self.lexicon.entries[index].is.outputs[output].ty);
        next.cost += weaker(gives, refinement(goal.ty)) + self.unread(draft, goal, index);
        Some(next)
    }

    /// The cost of changing text that is only then read as something structured: a sorted CSV file has lost its header.
    fn unread(&self, draft: &Draft<'a>, goal: &Goal<'a>, index: usize) -> f32 {
        let reader = &self.lexicon.entries[draft.nodes[goal.node].entry];
        let structures = [Refinement::Table, Refinement::Json]
            .iter()
            .any(|refinement| reader.introduces(*refinement));
        let edits = self.lexicon.entries[index]
            .is
            .inputs
            .iter()
            .any(|input| refinement(&input.ty) == Some(Refinement::Utf8) && flows(&input.ty));
        if structures && edits && refinement(goal.ty) == Some(Refinement::Utf8) {
            cost::WEAKER
        } else {
            0.0
        }
    }

    /// Whether "it" or "them" may mean a result that is already there.
    fn refers_back(&self, draft: &Draft<'a>, goal: &Goal<'a>) -> bool {
        let several = self.lexicon.entries[draft.nodes[goal.node].entry]
            .is
            .inputs
            .iter()
            .filter(|input| flows(&input.ty))
            .count()
            > 1;
        several && draft.nodes.len() > 1
    }

    /// Fills the goal with outputs of nodes that do not depend on its node.
    fn share(&self, draft: &Draft<'a>, goal: &Goal<'a>, out: &mut Vec<Draft<'a>>) {
        let above = ancestors(draft, goal.node);
        for (node, present) in draft.nodes.iter().enumerate() {
            if above.contains(&node) || node == goal.node || present.each.is_some() != goal.lifted {
                continue;
            }
            for (output, port) in self.lexicon.entries[present.entry]
                .is
                .outputs
                .iter()
                .enumerate()
            {
                let list = matches!((&port.ty, goal.lifted), (Type::List { item, .. }, true) if fits(item, goal.ty));
                if !list && !fits(&port.ty, goal.ty) {
                    continue;
                }
                let mut next = draft.clone();
                next.nodes[goal.node].fills[goal.port] = Fill::Edge { node, output };
                next.cost += weaker(refinement(&port.ty), refinement(goal.ty)) - 0.1;
                out.push(next);
            }
        }
    }

    /// Adds what can be judged only on the whole: columns must come from tables the draft reads.
    fn finished(&self, mut draft: Draft<'a>) -> Draft<'a> {
        let mut foreign = 0.0;
        for node in &draft.nodes {
            for fill in &node.fills {
                let Fill::Slot(slot) = fill else { continue };
                let known = match &slot.seen_in {
                    None => true,
                    Some(Seen::Output(name)) => draft.nodes.iter().any(|node| {
                        self.lexicon.entries[node.entry]
                            .columns()
                            .iter()
                            .any(|(column, _)| column == name)
                    }),
                    Some(Seen::File(path)) => draft.nodes.iter().any(|node| reads(node, path)),
                };
                foreign += if known { 0.0 } else { cost::FOREIGN };
            }
        }
        draft.cost += foreign;
        draft
    }
}

/// The cost of using structured data as mere text. A sink that takes any bytes loses nothing.
fn weaker(gives: Option<Refinement>, takes: Option<Refinement>) -> f32 {
    let structured = matches!(
        gives,
        Some(Refinement::Table | Refinement::Json | Refinement::Svg)
    );
    if structured && takes == Some(Refinement::Utf8) {
        cost::WEAKER
    } else {
        0.0
    }
}

/// Whether a constant of the node is this path.
fn reads(node: &DraftNode, path: &str) -> bool {
    node.fills.iter().any(|fill| {
        matches!(fill, Fill::Slot(slot) if slot.value == telos_abi::Value::Text(path.to_owned()))
            || matches!(fill, Fill::Missing)
    })
}

/// Nodes that use `node`'s output, directly or not.
fn ancestors(draft: &Draft<'_>, node: usize) -> HashSet<usize> {
    let mut above = HashSet::new();
    let mut wave = vec![node];
    while let Some(at) = wave.pop() {
        for (user, present) in draft.nodes.iter().enumerate() {
            let uses = present
                .fills
                .iter()
                .any(|fill| matches!(fill, Fill::Edge { node, .. } if *node == at));
            if uses && above.insert(user) {
                wave.push(user);
            }
        }
    }
    above
}
