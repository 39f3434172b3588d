//! A second opinion on R2–R13, written from the research text and not from the validator.
//!
//! It is a handful of relations over sets of facts, closed by repetition until nothing is added, in the manner of a
//! Datalog program; it may be cubic. A label is a set of 128 facts, what a port names is a set of places, reachability
//! is a matrix. It shares with `telos-graph` only the data types, and it tells *every* rule that is broken.
//!
//! Where the research leaves a reading open it takes the validator's, so agreement is no evidence there: the table of
//! effect kinds and which names may choose a target; that a read sees every overlapping write of the graph, in any
//! order; that several files are written and granted as their common directory; and that a name nobody can parse may
//! be anything.

mod kinds;
mod places;
mod relations;

use relations::{Entry, Relations};
use std::collections::BTreeSet;
use telos_abi::{EffectKind, Evidence, NodeIndex, PortKind, Refinement, Rule, Type};
use telos_graph::flow::Flow;
use telos_graph::{Context, Graph};

use kinds::{choosable, goes, is_empty, nature, parts, says};

/// What the checker thinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// R2–R13 hold.
    Holds,
    /// These rules are broken.
    Broken(BTreeSet<Rule>),
    /// A capability is unknown, so R2–R13 say nothing.
    Silent,
}

impl Opinion {
    /// The rules that are broken.
    #[must_use]
    pub fn broken(&self) -> BTreeSet<Rule> {
        match self {
            Self::Broken(rules) => rules.clone(),
            Self::Holds | Self::Silent => BTreeSet::new(),
        }
    }
}

/// Checks R2–R13. What makes a graph meaningless is told alone: R3 before R13, R13 before the rest.
#[must_use]
pub fn check(graph: &Graph, context: &Context<'_>) -> Opinion {
    let Some(mut relations) = Relations::new(graph, context) else { return Opinion::Silent };
    let mut broken = BTreeSet::new();
    descriptors(&relations, &mut broken);
    if !relations.wire() {
        broken.insert(Rule::R3);
        return Opinion::Broken(broken);
    }
    if relations.has_cycle() {
        broken.insert(Rule::R13);
        return Opinion::Broken(broken);
    }
    if relations.lost {
        broken.insert(Rule::R3);
    }
    edges(&relations, &mut broken);
    if broken.contains(&Rule::R2) {
        return Opinion::Broken(broken);
    }
    relations.close();
    ports(&relations, &mut broken);
    effects(&relations, &mut broken);
    if broken.is_empty() { Opinion::Holds } else { Opinion::Broken(broken) }
}

/// An effect with the labels that meet it, whether or not they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The node that performs it.
    pub node: NodeIndex,
    /// Its kind.
    pub kind: EffectKind,
    /// The labels.
    pub flow: Flow,
    /// Whether a port of the node is closed to what enters it, or its guard is no truth value: rules about the graph's
    /// form, of which an effect knows nothing.
    pub structural: bool,
}

/// The labels at every effect of a graph, also of one that is refused for them. `None` where R3, R13 or R2 is broken, so
/// that there are none.
#[must_use]
pub fn meetings(graph: &Graph, context: &Context<'_>) -> Option<Vec<Meeting>> {
    let mut relations = Relations::new(graph, context)?;
    let mut broken = BTreeSet::new();
    if !relations.wire() || relations.has_cycle() || relations.lost {
        return None;
    }
    edges(&relations, &mut broken);
    if broken.contains(&Rule::R2) {
        return None;
    }
    relations.close();
    let meeting = |effect: &relations::Effect| {
        let node = effect.node;
        let (authority, carried) = relations.sides(node);
        let (control, company) = (relations.control[node], relations.company(node));
        let ports = relations.entering.keys().filter(|(of, _)| *of == node);
        let closed = ports.into_iter().any(|port| !port_breaches(&relations, *port).is_empty());
        Meeting {
            node: crate::case::index(node),
            kind: effect.kind,
            flow: Flow::plan(authority.label(), carried.label(), control.label(), company.label()),
            structural: closed || !guard_holds(&relations, node),
        }
    };
    Some(relations.effects.iter().map(meeting).collect())
}

/// R2: refinements come from a check or from an input. R4: independence comes from a proof.
fn descriptors(relations: &Relations<'_>, broken: &mut BTreeSet<Rule>) {
    for descriptor in &relations.descriptors {
        let ports = descriptor.inputs.iter().map(|port| &port.ty);
        if ports.chain(descriptor.outputs.iter().map(|port| &port.ty)).any(is_empty) {
            broken.insert(Rule::R2);
        }
        for output in &descriptor.outputs {
            let free = &output.independent_of;
            let unproved = !free.is_empty() && descriptor.evidence < Evidence::Proof;
            if unproved || free.iter().any(|port| usize::from(port.0) >= descriptor.inputs.len()) {
                broken.insert(Rule::R4);
            }
            let mut known: Vec<Refinement> = descriptor.introduces.clone();
            for (number, input) in descriptor.inputs.iter().enumerate() {
                if !free.iter().any(|port| usize::from(port.0) == number) {
                    known.extend(refinements(&input.ty));
                }
            }
            let claimed = refinements(&output.ty);
            let free_of_claim = |claim: &Refinement| matches!(claim, Refinement::Bytes | Refinement::Utf8);
            if !claimed.iter().all(|claim| free_of_claim(claim) || known.iter().any(|one| says(*one, *claim))) {
                broken.insert(Rule::R2);
            }
        }
    }
}

fn refinements(ty: &Type) -> Vec<Refinement> {
    let found = parts(ty).into_iter().filter_map(|part| match part {
        Type::Text { refinement, .. } | Type::Blob { refinement, .. } => Some(*refinement),
        _ => None,
    });
    found.collect()
}

/// R2 for each edge, and R10's demand that a guard is one truth value.
fn edges(relations: &Relations<'_>, broken: &mut BTreeSet<Rule>) {
    for (&(node, port), entry) in &relations.entries {
        let Entry::Edge(from, output) = *entry else { continue };
        let gives = &relations.descriptors[from].outputs[output].ty;
        let takes = &relations.descriptors[node].inputs[port].ty;
        let repeated = relations.repeats(node, port);
        let many = relations.graph.nodes[from].each.map(|each| each.limit);
        let fine = match (many, repeated) {
            (None, false) | (Some(_), true) => goes(gives, takes),
            (None, true) => matches!(gives, Type::List { item, .. } if goes(item, takes)),
            (Some(limit), false) => {
                matches!(takes, Type::List { item, max } if limit <= *max && goes(gives, item))
            }
        };
        if !fine {
            broken.insert(Rule::R2);
        }
    }
    if (0..relations.guards.len()).any(|node| !guard_holds(relations, node)) {
        broken.insert(Rule::R10);
    }
}

/// R10: whether the guard of a node, if it has one, is one truth value.
fn guard_holds(relations: &Relations<'_>, node: usize) -> bool {
    relations.guards[node].is_none_or(|(from, output)| {
        let single = relations.graph.nodes[from].each.is_none();
        single && relations.descriptors[from].outputs[output].ty == Type::Bool
    })
}

/// R5, R6 and R7 at each port.
fn ports(relations: &Relations<'_>, broken: &mut BTreeSet<Rule>) {
    for port in relations.entering.keys() {
        broken.extend(port_breaches(relations, *port));
    }
}

fn port_breaches(relations: &Relations<'_>, (node, port): (usize, usize)) -> Vec<Rule> {
    let facts = relations.entering[&(node, port)];
    let input = &relations.descriptors[node].inputs[port];
    let mut broken = Vec::new();
    match input.kind {
        PortKind::Authority if facts.taint() & !choosable(&input.ty) != 0 => broken.push(Rule::R5),
        PortKind::Intent if facts.taint() != 0 => broken.push(Rule::R7),
        _ => {}
    }
    let granted = relations.effects.iter().filter(|effect| effect.node == node);
    let cleared = granted.fold(input.clearance.0, |all, effect| all | relations.cleared(effect).0);
    if facts.secrecy() & !cleared != 0 {
        broken.push(Rule::R6);
    }
    broken
}

/// R5, R6, R7, R10, R11 and R12 at each effect.
fn effects(relations: &Relations<'_>, broken: &mut BTreeSet<Rule>) {
    const NAMES: u64 = 1 << 1 | 1 << 7;
    for effect in &relations.effects {
        let nature = nature(effect.kind);
        let cleared = relations.cleared(effect).0;
        let (authority, carried) = relations.sides(effect.node);
        let control = relations.control[effect.node];
        let mut found = |rule: Rule, bad: bool| {
            if bad {
                broken.insert(rule);
            }
        };
        found(Rule::R11, !relations.is_granted(effect));
        if nature.person {
            continue;
        }
        let accepted = if nature.names { NAMES } else { 0 };
        found(Rule::R5, authority.taint() & !accepted != 0);
        found(Rule::R6, nature.seen && authority.secrecy() & !cleared != 0);
        found(Rule::R6, nature.leaves && carried.secrecy() & !cleared != 0);
        found(Rule::R7, nature.obeyed && carried.taint() != 0);
        found(Rule::R10, control.taint() & !accepted != 0);
        found(Rule::R10, nature.seen && control.secrecy() & !cleared != 0);
        let company = relations.company(effect.node);
        found(Rule::R12, nature.leaves && company.secrecy() != 0 && company.taint() != 0);
    }
}
