//! R13: no cycles (Kahn 1962). R18: every node serves an output or a lasting effect.

use crate::flow::SinkClass;
use crate::rules::bind::Wiring;
use crate::rules::{Work, index};
use crate::{Place, Violation};
use std::collections::VecDeque;
use telos_abi::{NodeIndex, Rule};

/// Orders the nodes so that each follows all it waits for. O(nodes + edges).
pub(crate) fn sort(work: &Work<'_>, wiring: &Wiring<'_>) -> Result<Vec<NodeIndex>, Violation> {
    let count = work.graph.nodes.len();
    let mut waiting = vec![0_u32; count];
    let mut starts = vec![0_usize; count + 1];
    for (node, waits) in waiting.iter_mut().enumerate() {
        wiring.before(node, &mut |earlier| {
            starts[earlier + 1] += 1;
            *waits += 1;
        });
    }
    for node in 0..count {
        starts[node + 1] += starts[node];
    }
    let mut fill = starts.clone();
    let mut later = vec![0_usize; starts[count]];
    for node in 0..count {
        wiring.before(node, &mut |earlier| {
            later[fill[earlier]] = node;
            fill[earlier] += 1;
        });
    }
    let mut ready: VecDeque<usize> = (0..count).filter(|node| waiting[*node] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(node) = ready.pop_front() {
        order.push(index(node));
        for &next in &later[starts[node]..starts[node + 1]] {
            waiting[next] -= 1;
            if waiting[next] == 0 {
                ready.push_back(next);
            }
        }
    }
    match waiting.iter().position(|left| *left > 0) {
        None => Ok(order),
        Some(stuck) => Err(work.at_node(
            Rule::R13,
            stuck,
            "it waits for itself through other nodes",
            "remove one edge of the cycle; repeat a step with a bounded `each`",
        )),
    }
}

/// R18, from the last node to the first: a node is wanted if it is an output, changes something outside the run, or
/// gives a wanted node an input or guard. Being waited for is no use by itself. O(nodes + edges).
pub(crate) fn check_use(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex]) -> Result<(), Violation> {
    if work.graph.nodes.is_empty() {
        return Err(Violation {
            rule: Rule::R18,
            place: Place::Graph,
            message: "the graph has no nodes, so it does nothing".into(),
            way_out: "propose at least one primitive".into(),
        });
    }
    let mut wanted = vec![false; work.graph.nodes.len()];
    for output in &work.graph.outputs {
        wanted[output.node.0 as usize] = true;
    }
    for node in order.iter().rev().map(|node| node.0 as usize) {
        let effects = &work.descriptor(node).effects;
        let lasting = |kind| SinkClass::of(kind) != SinkClass::Inward;
        if !wanted[node] && !effects.iter().any(|effect| lasting(effect.kind)) {
            return Err(work.at_node(
                Rule::R18,
                node,
                "nothing uses what it gives",
                "show its output, connect it, or leave it out",
            ));
        }
        wiring.sources(node, &mut |source| wanted[source.node.0 as usize] = true);
    }
    Ok(())
}
