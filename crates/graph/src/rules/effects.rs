//! R11: every effect lies in the grant. R12: where the rule of two asks a person. R1: evidence for what reaches outward.

use crate::Violation;
use crate::flow::{Flow, FlowBreach, SinkClass, sink};
use crate::rules::Work;
use crate::rules::bind::Wiring;
use crate::rules::labels::Labels;
use crate::scope::{clearance, plannable};
use telos_abi::{Body, Evidence, Label, NodeIndex, Rule, Scope};

/// Evidence that code must have to handle data on its way outward.
const EVIDENCE_OUTWARD: Evidence = Evidence::Differential;

/// R11 for every effect, in sequence. O(effects × rows of the grant).
pub(crate) fn check_scope(work: &Work<'_>, labels: &Labels) -> Result<(), Violation> {
    for effect in &labels.effects {
        if !plannable(work.context.grant, effect.kind, &effect.scope) {
            let place = spell(&effect.scope);
            let message =
                format!("it would {} ({place}), which this run was not granted", crate::flow::verb(effect.kind));
            let way_out = "work inside the directory, or name the place in the request";
            return Err(work.at_node(Rule::R11, effect.node, message, way_out));
        }
    }
    Ok(())
}

fn spell(scope: &Scope) -> String {
    match scope {
        Scope::Any => "anywhere".into(),
        Scope::Under(path) => format!("in {path}"),
        Scope::Path(path) => path.to_string(),
        Scope::Host(host) => match host.port {
            Some(port) => format!("{}:{port}", host.name),
            None => host.name.clone(),
        },
        Scope::Named(name) => name.clone(),
    }
}

/// For each node the join of everything in its part of the graph: the nodes connected to it by edges and guards in
/// either direction. Parts without a path between them are the disjoint subgraphs of R12. Near O(nodes + edges).
pub(crate) fn histories(work: &Work<'_>, wiring: &Wiring<'_>, labels: &Labels) -> Vec<Label> {
    let count = work.graph.nodes.len();
    let mut parent: Vec<usize> = (0..count).collect();
    for node in 0..count {
        wiring.sources(node, &mut |source| {
            let left = root(&mut parent, node);
            let right = root(&mut parent, source.node.0 as usize);
            parent[left.max(right)] = left.min(right);
        });
    }
    let mut joined = vec![Label::BOTTOM; count];
    for node in 0..count {
        let own = root(&mut parent, node);
        let inputs = labels.authority[node].join(labels.payload[node]);
        let outputs = labels.of_node(node).iter().fold(inputs, |all, label| all.join(*label));
        joined[own] = joined[own].join(outputs);
    }
    (0..count).map(|node| joined[root(&mut parent, node)]).collect()
}

/// The representative of a part; halves the path on the way.
fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

/// R12: what a person must be asked before each effect of [`Labels::effects`], because untrusted and secret data are in
/// its part of the graph. The labels that meet the effect itself were checked by `labels`; should they be found wanting
/// here, that is a refusal.
pub(crate) fn conjunctions(
    work: &Work<'_>,
    labels: &Labels,
    histories: &[Label],
) -> Result<Vec<Option<FlowBreach>>, Violation> {
    let effects = labels.effects.iter();
    let asks = effects.map(|effect| {
        let node = effect.node;
        let (authority, payload) = (labels.authority[node], labels.payload[node]);
        let flow = Flow::plan(authority, payload, labels.control[node], histories[node]);
        let cleared = clearance(work.context.grant, effect.kind, &effect.scope);
        match sink(effect.kind, cleared, &flow) {
            Ok(()) => Ok(None),
            Err(breach) if breach.asks() => Ok(Some(breach)),
            Err(breach) => Err(work.at_node(breach.rule, node, breach, breach.way_out())),
        }
    });
    asks.collect()
}

/// R1: code whose output can reach an outward effect agrees with an independent reference. O(nodes + edges).
pub(crate) fn check_evidence(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex]) -> Result<(), Violation> {
    let mut outward = vec![false; work.graph.nodes.len()];
    for node in order.iter().rev().map(|node| node.0 as usize) {
        let descriptor = work.descriptor(node);
        let leaves = descriptor.effects.iter();
        outward[node] |= leaves.map(|effect| SinkClass::of(effect.kind)).any(SinkClass::is_outward);
        if !outward[node] {
            continue;
        }
        if matches!(descriptor.body, Body::Pack { .. }) && descriptor.evidence < EVIDENCE_OUTWARD {
            let why = "its data leaves this machine, and its code was never compared with a reference (L2)";
            let way_out = "use a primitive with more evidence; `telos cap show` tells";
            return Err(work.at_node(Rule::R1, node, why, way_out));
        }
        wiring.sources(node, &mut |source| outward[source.node.0 as usize] = true);
    }
    Ok(())
}
