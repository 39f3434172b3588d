//! A second opinion on R2–R13, written from the research text and not from the validator.
//!
//! It is a handful of relations over sets of facts, closed by repetition until nothing is added, in the manner of a
//! Datalog program; it may be cubic. A label is a set of 128 facts, what a port names is a set of places, reachability
//! is a matrix. It shares with `telos-graph` only the data types, and it tells *every* rule that is broken.

mod kinds;
mod places;
mod relations;

use relations::{Entry, Relations};
use std::collections::BTreeSet;
use telos_abi::{Evidence, PortKind, Refinement, Rule, Type};
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
    for (from, output) in relations.guards.iter().flatten() {
        let single = relations.graph.nodes[*from].each.is_none();
        if !single || relations.descriptors[*from].outputs[*output].ty != Type::Bool {
            broken.insert(Rule::R10);
        }
    }
}

/// R5, R6 and R7 at each port.
fn ports(relations: &Relations<'_>, broken: &mut BTreeSet<Rule>) {
    for (&(node, port), facts) in &relations.entering {
        let input = &relations.descriptors[node].inputs[port];
        match input.kind {
            PortKind::Authority if facts.taint() & !choosable(&input.ty) != 0 => broken.insert(Rule::R5),
            PortKind::Intent if facts.taint() != 0 => broken.insert(Rule::R7),
            _ => false,
        };
        let granted = relations.effects.iter().filter(|effect| effect.node == node);
        let cleared = granted.fold(input.clearance.0, |all, effect| all | relations.cleared(effect).0);
        if facts.secrecy() & !cleared != 0 {
            broken.insert(Rule::R6);
        }
    }
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
