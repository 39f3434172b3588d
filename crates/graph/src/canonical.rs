//! The Merkle normal form: graphs that mean the same have the same digest.
//!
//! A node's digest covers its capability, its inputs by port (an edge by its producer's digest and port), `each`,
//! guard and the digests of what it waits for; never its index. The graph's digest covers the digests of the
//! effectful nodes and the outputs in order. So renumbering nodes and reordering inputs changes nothing, pure
//! duplicates merge, and another order of effects is another digest.
//!
//! Two effects with equal digests (the same call, twice, unordered) must not merge: an occurrence number tells them
//! apart. Numbers are given by how the rest of the graph uses the nodes, then by position; position decides only
//! between nodes that no consumer tells apart.

use crate::codec::write;
use crate::rules::Work;
use crate::rules::bind::{Bound, Wiring};
use crate::{Input, Source};
use std::collections::HashMap;
use telos_abi::{Digest, NodeIndex, State};

/// Digest of the graph. `order` is topological. O(nodes + edges), times log for sorting.
pub(crate) fn digest(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex]) -> Digest {
    let count = work.graph.nodes.len();
    let effectful: Vec<bool> = (0..count).map(|node| is_effectful(work, node)).collect();
    let mut occurrence = vec![0_u32; count];
    let mut digests = digest_nodes(work, wiring, order, &occurrence);
    if number_twins(work, wiring, order, &effectful, &digests, &mut occurrence) {
        digests = digest_nodes(work, wiring, order, &occurrence);
    }
    let mut effects: Vec<&[u8; 32]> = (0..count)
        .filter(|node| effectful[*node])
        .map(|node| &digests[node].0)
        .collect();
    effects.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"graph/v1");
    count_into(&mut hasher, effects.len());
    for effect in effects {
        hasher.update(effect);
    }
    count_into(&mut hasher, work.graph.outputs.len());
    for output in &work.graph.outputs {
        source_into(&mut hasher, *output, &digests);
    }
    Digest(hasher.finalize().into())
}

/// Whether calling the node twice may differ from calling it once.
fn is_effectful(work: &Work<'_>, node: usize) -> bool {
    let descriptor = work.descriptor(node);
    !descriptor.effects.is_empty() || descriptor.state != State::Stateless
}

fn digest_nodes(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    order: &[NodeIndex],
    occurrence: &[u32],
) -> Vec<Digest> {
    let mut digests = vec![Digest::ZERO; work.graph.nodes.len()];
    for node in order.iter().map(|node| node.0 as usize) {
        digests[node] = digest_node(work, wiring, node, occurrence[node], &digests);
    }
    digests
}

fn digest_node(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    node: usize,
    occurrence: u32,
    digests: &[Digest],
) -> Digest {
    let own = work.node(node);
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"node/v1");
    hasher.update(&own.capability.0.0);
    hasher.update(&occurrence.to_le_bytes());
    let mut given: Vec<&(telos_abi::PortIndex, Input)> = own.inputs.iter().collect();
    given.sort_unstable_by_key(|(port, _)| *port);
    count_into(&mut hasher, given.len());
    for (port, input) in given {
        hasher.update(&port.0.to_le_bytes());
        match input {
            Input::From(source) => {
                hasher.update(&[0]);
                source_into(&mut hasher, *source, digests);
            }
            Input::Constant(constant) => {
                let bytes = write(constant);
                hasher.update(&[1]);
                count_into(&mut hasher, bytes.len());
                hasher.update(&bytes);
            }
        }
    }
    match own.each {
        None => hasher.update(&[0]),
        Some(each) => hasher
            .update(&[1])
            .update(&each.port.0.to_le_bytes())
            .update(&each.limit.to_le_bytes()),
    };
    match own.guard {
        None => {
            hasher.update(&[0]);
        }
        Some(guard) => {
            hasher.update(&[1]);
            source_into(&mut hasher, guard, digests);
        }
    }
    let mut after: Vec<Digest> = own
        .after
        .iter()
        .map(|earlier| digests[earlier.0 as usize])
        .collect();
    after.sort_unstable();
    count_into(&mut hasher, after.len());
    for earlier in after {
        hasher.update(&earlier.0);
    }
    debug_assert_eq!(
        wiring.inputs(node).len(),
        work.descriptor(node).inputs.len()
    );
    Digest(hasher.finalize().into())
}

fn source_into(hasher: &mut blake3::Hasher, source: Source, digests: &[Digest]) {
    hasher.update(&digests[source.node.0 as usize].0);
    hasher.update(&source.port.0.to_le_bytes());
}

fn count_into(hasher: &mut blake3::Hasher, count: usize) {
    hasher.update(&(count as u64).to_le_bytes());
}

/// Gives effects with equal digests different occurrence numbers. False if there are none.
fn number_twins(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    order: &[NodeIndex],
    effectful: &[bool],
    digests: &[Digest],
    occurrence: &mut [u32],
) -> bool {
    let mut groups: HashMap<&Digest, Vec<usize>> = HashMap::new();
    for (node, digest) in digests.iter().enumerate() {
        if effectful[node] {
            groups.entry(digest).or_default().push(node);
        }
    }
    groups.retain(|_, nodes| nodes.len() > 1);
    if groups.is_empty() {
        return false;
    }
    let used = digest_uses(work, wiring, order, digests);
    for mut nodes in groups.into_values() {
        nodes.sort_unstable_by_key(|node| (used[*node], *node));
        for (number, node) in nodes.into_iter().enumerate() {
            occurrence[node] = u32::try_from(number).unwrap_or(u32::MAX);
        }
    }
    true
}

/// For each node a digest of itself and of everything that follows from it, by role.
fn digest_uses(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    order: &[NodeIndex],
    digests: &[Digest],
) -> Vec<Digest> {
    let mut uses: Vec<Vec<[u8; 40]>> = vec![Vec::new(); digests.len()];
    for (number, output) in work.graph.outputs.iter().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        uses[output.node.0 as usize].push(role(0, output.port.0, number, &Digest::ZERO));
    }
    let mut used = vec![Digest::ZERO; digests.len()];
    for node in order.iter().rev().map(|node| node.0 as usize) {
        let mut roles = core::mem::take(&mut uses[node]);
        roles.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"use/v1");
        hasher.update(&digests[node].0);
        for role in &roles {
            hasher.update(role);
        }
        used[node] = Digest(hasher.finalize().into());
        for (port, bound) in (0_u32..).zip(wiring.inputs(node)) {
            if let Bound::Edge(source) = bound {
                let role = role(1, source.port.0, port, &used[node]);
                uses[source.node.0 as usize].push(role);
            }
        }
        if let Some(guard) = work.node(node).guard {
            uses[guard.node.0 as usize].push(role(2, guard.port.0, 0, &used[node]));
        }
        for earlier in &work.node(node).after {
            uses[earlier.0 as usize].push(role(3, 0, 0, &used[node]));
        }
    }
    used
}

fn role(kind: u8, from: u16, to: u32, user: &Digest) -> [u8; 40] {
    let mut out = [0; 40];
    out[0] = kind;
    out[1..3].copy_from_slice(&from.to_le_bytes());
    out[3..7].copy_from_slice(&to.to_le_bytes());
    out[8..40].copy_from_slice(&user.0);
    out
}
