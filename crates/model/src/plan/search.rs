//! Backward type-directed search with a beam.
//!
//! A draft starts at an output somebody may have asked for and grows towards its sources: each step takes one open
//! input and fills it with the output of a node already there or of a new one. Primitives enter because words of the
//! turn speak for them, or as plumbing, because only they turn what is here into the type that is needed.

use super::cost;
use super::draft::{Draft, DraftNode, Fill, Goal};
use super::fits::{fits, flows, refinement};
use super::lexicon::{Entry, Lexicon};
use super::slot::{Filler, set};
use super::whole;
use crate::read::{Fact, Reading};
use std::collections::HashSet;
use telos_abi::{Refinement, Type};

/// Drafts kept after each step.
const BEAM: usize = 96;
/// Steps after which the search ends, whatever is open.
const STEPS_MAX: usize = 40;
/// Most separate results in one turn.
const ROOTS_MAX: usize = 3;
/// Complete drafts kept.
const DONE_MAX: usize = 64;

/// A search over one turn.
pub(crate) struct Search<'a> {
    pub(crate) lexicon: &'a Lexicon<'a>,
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) evidence: &'a [Vec<f32>],
    pub(crate) filler: &'a Filler<'a>,
    pub(crate) weights: &'a [f32],
    /// How much the turn as a whole says for each primitive, in `[0, 1]`; nothing for one that has no part in it.
    pub(crate) likely: &'a [Option<f32>],
    pub(crate) stdin_piped: bool,
    /// Whether the turn speaks of several files or items.
    pub(crate) plural: bool,
}

impl<'a> Search<'a> {
    /// Complete drafts, best first.
    pub(crate) fn run(&self) -> Vec<Draft<'a>> {
        let mut beam = self.starts(&Draft { cover: vec![0.0; self.weights.len()], ..Draft::default() });
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
                    done.push(whole::judge(draft, self.lexicon, self.reading));
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
            b.score(self.weights).total_cmp(&a.score(self.weights)).then_with(|| a.shape().cmp(&b.shape()))
        });
        let mut seen = HashSet::new();
        drafts.retain(|draft| seen.len() < keep && seen.insert(draft.shape()));
    }

    /// Drafts with one more result than `base`: one for each output of each primitive that some unexplained word
    /// speaks for.
    fn starts(&self, base: &Draft<'a>) -> Vec<Draft<'a>> {
        let mut out = Vec::new();
        for (index, entry) in self.lexicon.entries.iter().enumerate() {
            if !entry.searched() || !self.newly_named(base, index) {
                continue;
            }
            let outputs = entry.is.outputs.len();
            let ports: Vec<Option<usize>> = if outputs == 0 { vec![None] } else { (0..outputs).map(Some).collect() };
            for output in ports {
                for lifted in [false, true] {
                    if lifted && !self.plural {
                        continue;
                    }
                    let Some(mut draft) = self.with_node(base, index, None, output, lifted) else {
                        continue;
                    };
                    if !self.asked(&draft, index) || !base.roots.is_empty() && !self.begins(&draft) {
                        continue;
                    }
                    let node = draft.nodes.len() - 1;
                    draft.roots.push((node, output));
                    draft.named.push(None);
                    draft.cost += if base.roots.is_empty() { 0.0 } else { cost::ROOT };
                    if let Some(port) = output {
                        self.choose_output(&mut draft, entry, port);
                    }
                    out.push(draft);
                }
            }
        }
        out
    }

    /// Whether the newest node may be a result: a word names its action, or it only gives what is here, or it puts
    /// something where the turn says.
    fn asked(&self, draft: &Draft<'a>, index: usize) -> bool {
        let entry = &self.lexicon.entries[index];
        let source = entry.is.inputs.iter().all(|input| !flows(&input.ty));
        let named = self.evidence[index].iter().any(|evidence| *evidence >= super::lexicon::STRONG);
        let Some(node) = draft.nodes.last() else { return false };
        node.anchor.is_some()
            && (named || source || entry.changes_things() || self.compares(node) || self.looks_up(node))
    }

    /// Whether the newest node is named where a new request may begin: by the first word of content in its clause, or after
    /// a question word.
    fn begins(&self, draft: &Draft<'a>) -> bool {
        let Some(anchor) = draft.nodes.last().and_then(|node| node.anchor) else { return false };
        let clause = self.reading.tokens[anchor].clause;
        let within = |at: &usize| self.reading.tokens[*at].clause == clause;
        let first = !(0..anchor).filter(within).any(|at| self.weights[at] >= 0.7);
        let asks =
            |at: usize| matches!(self.reading.tokens[at].lower.as_str(), "how" | "what" | "which" | "where" | "who");
        first || (0..anchor).rev().take_while(|at| self.reading.tokens[*at].clause == clause).any(asks)
    }

    /// Whether a key of a document that is here sets an input that has to be set: "the port in config.json".
    fn looks_up(&self, node: &DraftNode) -> bool {
        let inputs = &self.lexicon.entries[node.entry].is.inputs;
        node.fills.iter().zip(inputs).any(|(fill, input)| match fill {
            Fill::Slot(slot) if input.default.is_none() => {
                let columns = matches!(input.ty, Type::List { .. }) && super::fits::takes_column(&input.ty);
                self.reading.covered_by(slot.tokens.start, |fact| match fact {
                    Fact::Key { .. } => true,
                    Fact::Column { .. } => columns,
                    _ => false,
                })
            }
            _ => false,
        })
    }

    /// Whether a comparison of the turn sets one of the node's inputs: "where city is London" names no action, and is one.
    fn compares(&self, node: &DraftNode) -> bool {
        node.fills.iter().any(|fill| match fill {
            Fill::Slot(slot) => self.reading.covered_by(slot.tokens.start, |fact| matches!(fact, Fact::Comparison(_))),
            _ => false,
        })
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
            if let Some(named) = draft.named.last_mut() {
                *named = Some(at);
            }
            draft.cover[at] = 1.0;
            if at > 0 && self.reading.tokens[at - 1].lower == "how" {
                draft.cover[at - 1] = 1.0;
            }
            draft.cost -= 0.3 - place(at);
        } else if entry.output_meant(port, self.reading) {
            draft.cost -= 0.1;
        }
    }

    /// Whether a token that `base` does not explain yet speaks for entry `index`.
    fn newly_named(&self, base: &Draft<'a>, index: usize) -> bool {
        if base.roots.is_empty() {
            return (0..self.weights.len()).any(|at| self.evidence[index][at] > 0.45) || self.spoken(base, index);
        }
        let open = |at: usize| self.weights[at] >= 1.0 && base.cover[at] < 0.3;
        let unused_file = self.reading.spans.iter().any(|span| {
            matches!(span.fact, Fact::File { .. }) && span.trust >= 0.8 && base.used & set(&span.tokens) == 0
        });
        (0..self.weights.len()).any(|at| self.evidence[index][at] > 0.45 && (open(at) || unused_file))
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
        for (index, entry) in self.lexicon.entries.iter().enumerate().filter(|(_, entry)| entry.searched()) {
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
    fn worth(&self, draft: &Draft<'a>, index: usize, entry: &Entry<'_>, goal: &Goal<'a>, port: usize) -> bool {
        let named = (0..self.weights.len())
            .any(|at| self.evidence[index][at] > 0.45 && self.evidence[index][at] > draft.cover[at] * 0.9);
        if named {
            return true;
        }
        // Writing a table or document out as text is a step of its own, not a way to reach a primitive for text.
        let flattens = refinement(&entry.is.outputs[port].ty) == Some(Refinement::Utf8)
            && entry.is.inputs.iter().any(|input| {
                matches!(refinement(&input.ty), Some(Refinement::Table | Refinement::Json)) && flows(&input.ty)
            });
        if flattens {
            return false;
        }
        let settings = entry
            .is
            .inputs
            .iter()
            .any(|input| input.default.is_none() && !flows(&input.ty) && super::fits::handle(&input.ty).is_none());
        let output = &entry.is.outputs[port].ty;
        let bare = entry.is.inputs.iter().all(|input| input.default.is_some()) && !entry.reads_stdin();
        let same = bare || entry.is.inputs.iter().any(|input| flows(&input.ty) && fits(output, &input.ty));
        let spoken = settings && self.spoken(draft, index);
        spoken
            || !settings && !same && !entry.changes_things() && entry.lossless()
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
        let reader = &self.lexicon.entries[next.nodes[goal.node].entry];
        if parses_again(gives, reader) {
            return None;
        }
        next.cost += weaker(gives, refinement(goal.ty), reader) + self.unread(draft, goal, index);
        Some(next)
    }

    /// The cost of changing text that is only then read as something structured: a sorted CSV file has lost its header.
    fn unread(&self, draft: &Draft<'a>, goal: &Goal<'a>, index: usize) -> f32 {
        let reader = &self.lexicon.entries[draft.nodes[goal.node].entry];
        let structures = [Refinement::Table, Refinement::Json].iter().any(|refinement| reader.introduces(*refinement));
        let edits = self.lexicon.entries[index]
            .is
            .inputs
            .iter()
            .any(|input| refinement(&input.ty) == Some(Refinement::Utf8) && flows(&input.ty));
        if structures && edits && refinement(goal.ty) == Some(Refinement::Utf8) { cost::WEAKER } else { 0.0 }
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
            for (output, port) in self.lexicon.entries[present.entry].is.outputs.iter().enumerate() {
                let list = matches!((&port.ty, goal.lifted), (Type::List { item, .. }, true) if fits(item, goal.ty));
                if !list && !fits(&port.ty, goal.ty) {
                    continue;
                }
                // Comparing or joining something with itself is never asked for.
                let beside = &draft.nodes[goal.node].fills;
                let twice = |fill: &Fill| matches!(fill, Fill::Edge { node: from, output: which } if (*from, *which) == (node, output));
                if flows(goal.ty) && beside.iter().any(twice) {
                    continue;
                }
                let mut next = draft.clone();
                next.nodes[goal.node].fills[goal.port] = Fill::Edge { node, output };
                let reader = &self.lexicon.entries[next.nodes[goal.node].entry];
                next.cost += weaker(refinement(&port.ty), refinement(goal.ty), reader) - 0.1;
                out.push(next);
            }
        }
    }
}

/// Whether text that is a table or document already would be read as one again.
fn parses_again(gives: Option<Refinement>, reader: &Entry<'_>) -> bool {
    let structured = [Refinement::Table, Refinement::Json, Refinement::Yaml, Refinement::Toml, Refinement::Xml];
    let parses = reader.lossless() && structured.iter().any(|refinement| reader.introduces(*refinement));
    let takes_text = reader.is.inputs.iter().any(|input| refinement(&input.ty) == Some(Refinement::Utf8));
    parses && takes_text && gives.is_some_and(|gives| structured.contains(&gives))
}

/// The cost of using structured data as mere text. A sink that takes any bytes loses nothing; reading them as text
/// does.
fn weaker(gives: Option<Refinement>, takes: Option<Refinement>, reader: &Entry<'_>) -> f32 {
    let structured = matches!(gives, Some(Refinement::Table | Refinement::Json | Refinement::Svg));
    let text = takes == Some(Refinement::Utf8) || takes == Some(Refinement::Bytes) && !reader.changes_things();
    if structured && text { cost::WEAKER } else { 0.0 }
}

/// Nodes that use `node`'s output, directly or not.
pub(super) fn ancestors(draft: &Draft<'_>, node: usize) -> HashSet<usize> {
    let mut above = HashSet::new();
    let mut wave = vec![node];
    while let Some(at) = wave.pop() {
        for (user, present) in draft.nodes.iter().enumerate() {
            let uses = present.fills.iter().any(|fill| matches!(fill, Fill::Edge { node, .. } if *node == at));
            if uses && above.insert(user) {
                wave.push(user);
            }
        }
    }
    above
}
