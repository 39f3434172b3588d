//! What an attacker wants, told without labels or rules: an interpreter that walks back from each effect to where its
//! data comes from, through edges, guards and the files that a graph writes and reads.
//!
//! It believes nothing that a descriptor says of itself but its ports, its effects, and independence with a proof. It
//! is coarse on purpose. On graphs that the validator accepts it must find nothing.

use crate::world::{DIRECTORY, TURN, World};
use std::collections::BTreeSet;
use telos_abi::{
    Descriptor, EffectKind, Evidence, Label, NodeIndex, PortKind, Resource, Secrecy, Taint, Target, Value,
};
use telos_graph::{Catalogue, ConstantOrigin, Graph, Input, ResourceLabels, Source};

/// What a graph does that its user would not want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Something secret leaves by this node.
    Leak(NodeIndex),
    /// Untrusted data chooses what this node acts on.
    Hijack(NodeIndex),
    /// Untrusted data is read as an instruction by this node.
    Injection(NodeIndex),
    /// Untrusted data decides whether this node acts.
    Coercion(NodeIndex),
    /// This node acts where it was not allowed to.
    Trespass(NodeIndex),
}

/// The first harm that a graph does, by node. `None` of a graph that cannot run for want of a capability or an edge.
#[must_use]
pub fn harm(graph: &Graph, world: &World) -> Option<Harm> {
    let descriptors = graph.nodes.iter().map(|node| world.descriptor(&node.capability));
    let story = Story { graph, world, descriptors: descriptors.collect::<Option<Vec<_>>>()? };
    (0..graph.nodes.len()).find_map(|node| story.harm_of(node))
}

struct Story<'a> {
    graph: &'a Graph,
    world: &'a World,
    descriptors: Vec<&'a Descriptor>,
}

/// Whether data goes where nobody keeps labels.
fn leaves(kind: EffectKind) -> bool {
    (9..=15).contains(&(kind as u8)) || matches!(kind, EffectKind::Privileged | EffectKind::Signal)
}

/// Whether files are changed.
fn changes(kind: EffectKind) -> bool {
    (2..=8).contains(&(kind as u8))
}

impl Story<'_> {
    fn harm_of(&self, node: usize) -> Option<Harm> {
        let (own, descriptor) = (&self.graph.nodes[node], self.descriptors[node]);
        let kinds: Vec<EffectKind> = descriptor.effects.iter().map(|effect| effect.kind).collect();
        let outward = kinds.iter().copied().any(leaves);
        if !outward && !kinds.iter().copied().any(changes) {
            return None;
        }
        let index = crate::case::index(node);
        let untrusted = |label: Label| {
            let names = if outward { 0 } else { Taint::FILE_NAME.0 | Taint::OBSERVED.0 };
            label.taint.0 & !names != 0
        };
        for (port, input) in &own.inputs {
            let label = self.behind_input(node, port.0, input);
            if outward && label.secrecy != Secrecy::PUBLIC {
                return Some(Harm::Leak(index));
            }
            match descriptor.inputs.get(usize::from(port.0))?.kind {
                PortKind::Authority if untrusted(label) => return Some(Harm::Hijack(index)),
                PortKind::Intent if label.taint != Taint::NONE => return Some(Harm::Injection(index)),
                _ => {}
            }
        }
        if let Some(guard) = own.guard {
            let label = self.behind(guard);
            if label.secrecy != Secrecy::PUBLIC {
                return Some(Harm::Leak(index));
            }
            if untrusted(label) {
                return Some(Harm::Coercion(index));
            }
        }
        self.trespasses(node).then_some(Harm::Trespass(index))
    }

    /// Acts on something named that is plainly not the user's to give, or by a kind that no row grants.
    fn trespasses(&self, node: usize) -> bool {
        self.descriptors[node].effects.iter().any(|effect| {
            let rows = &self.world.grant.rows;
            if !rows.iter().any(|row| row.kinds.contains(effect.kind)) {
                return true;
            }
            let Target::Input(port) = effect.target else { return false };
            let named = self.constant_texts(node, port.0);
            named.iter().any(|text| match leaves(effect.kind) {
                false => text.starts_with('/') && !text.starts_with(DIRECTORY),
                true => text.contains("forbidden"),
            })
        })
    }

    fn constant_texts(&self, node: usize, port: u16) -> Vec<&str> {
        let mut texts = Vec::new();
        for (number, input) in &self.graph.nodes[node].inputs {
            if let Input::Constant(constant) = input
                && number.0 == port
            {
                collect(&constant.value, &mut texts);
            }
        }
        texts
    }

    fn behind_input(&self, node: usize, port: u16, input: &Input) -> Label {
        match input {
            Input::From(source) => self.behind(*source),
            Input::Constant(constant) => {
                let mut texts = Vec::new();
                collect(&constant.value, &mut texts);
                let quoted = !texts.is_empty() && texts.iter().all(|text| TURN.contains(text));
                let ports = &self.descriptors[node].inputs;
                let default = ports.get(usize::from(port)).and_then(|port| port.default.as_ref());
                match constant.origin {
                    ConstantOrigin::Observed => Label::tainted(Taint::OBSERVED),
                    ConstantOrigin::Default if default == Some(&constant.value) => Label::BOTTOM,
                    // Numbers are quoted as words; the rules for words are the validator's business.
                    ConstantOrigin::UserTurn if quoted || texts.is_empty() => Label::BOTTOM,
                    _ => Label::tainted(Taint::PLANNER),
                }
            }
        }
    }

    /// Where the data of an output comes from: the join of all that is found on the way back.
    fn behind(&self, source: Source) -> Label {
        let mut found = Label::BOTTOM;
        let mut todo = vec![(source.node.0 as usize, Some(source.port.0))];
        let mut seen = BTreeSet::new();
        while let Some((node, output)) = todo.pop() {
            let (Some(own), true) = (self.graph.nodes.get(node), seen.insert((node, output))) else { continue };
            let descriptor = self.descriptors[node];
            let output = output.and_then(|output| descriptor.outputs.get(usize::from(output)));
            found = output.map_or(found, |output| found.join(output.source)).join(self.brought(node));
            let proved = descriptor.evidence >= Evidence::Proof;
            for (port, input) in &own.inputs {
                let free = proved && output.is_some_and(|output| output.independent_of.contains(port));
                match input {
                    _ if free => {}
                    Input::From(source) => todo.push((source.node.0 as usize, Some(source.port.0))),
                    Input::Constant(_) => found = found.join(self.behind_input(node, port.0, input)),
                }
            }
            todo.extend(own.guard.map(|guard| (guard.node.0 as usize, Some(guard.port.0))));
            todo.extend(self.writers(node).map(|writer| (writer, None)));
        }
        found
    }

    /// What a node's own effects bring in.
    fn brought(&self, node: usize) -> Label {
        let mut found = Label::BOTTOM;
        for effect in &self.descriptors[node].effects {
            found = found.join(match effect.kind {
                EffectKind::FileRead => Label::tainted(Taint::FILE_CONTENT),
                EffectKind::FileList => Label::tainted(Taint::FILE_NAME),
                EffectKind::Exec => Label::tainted(Taint::AGENT),
                EffectKind::ModelIntent | EffectKind::ModelQuarantine => Label::tainted(Taint::QUARANTINED_MODEL),
                kind if leaves(kind) => Label::tainted(Taint::NETWORK),
                _ => Label::BOTTOM,
            });
            let Target::Input(port) = effect.target else { continue };
            if matches!(effect.kind, EffectKind::FileRead | EffectKind::FileMove) {
                for text in self.constant_texts(node, port.0) {
                    let path = if text.starts_with('/') { text.into() } else { format!("{DIRECTORY}/{text}") };
                    found = found.join(self.world.label(&Resource::Path(path.as_str().into())));
                }
            }
        }
        found
    }

    /// Nodes that write a file which this node reads, both named by the same constant.
    fn writers(&self, node: usize) -> impl Iterator<Item = usize> {
        let named = move |node: usize, acts: fn(EffectKind) -> bool| {
            let effects = self.descriptors[node].effects.iter().filter(move |effect| acts(effect.kind));
            let ports = effects.filter_map(|effect| match effect.target {
                Target::Input(port) => Some(port.0),
                Target::WorkingDirectory | Target::None | Target::Named(_) => None,
            });
            ports.flat_map(move |port| self.constant_texts(node, port)).collect::<BTreeSet<&str>>()
        };
        let reads = |kind| matches!(kind, EffectKind::FileRead | EffectKind::FileMove);
        let wanted = named(node, reads);
        let others = (0..self.graph.nodes.len()).filter(move |other| *other != node);
        others.filter(move |other| !wanted.is_disjoint(&named(*other, changes)))
    }
}

fn collect<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::Text(text) => texts.push(text),
        Value::List(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Record(fields) => fields.values().for_each(|field| collect(field, texts)),
        Value::Variant(_, inner) => collect(inner, texts),
        _ => {}
    }
}
