//! The Merkle normal form: graphs that mean the same have the same digest.
//!
//! A node's digest covers its capability, its inputs by port (an edge by its producer's digest and port), `each`,
//! guard and the digests of what it waits for; never its index. The graph's digest covers the digests of the
//! effectful nodes and the outputs in order. So renumbering nodes and reordering inputs changes nothing, pure
//! duplicates merge, and another order of effects is another digest.
//!
//! Two effects with equal digests (the same call, twice, unordered) must not merge: an occurrence number tells them
//! apart, chosen by how the rest of the graph uses the nodes. Position decides only between nodes that no use tells
//! apart, which is no choice where they are interchangeable.
//!
//! Not promised: one digest for all numberings of a graph with more unordered twins than [`SETTLE_ROUNDS_MAX`] rounds
//! tell apart (graph isomorphism has no cheap answer). Such a graph may miss the plan cache; it never collides.

use crate::codec::write;
use crate::rules::Work;
use crate::rules::bind::{Bound, Wiring};
use crate::{Input, Source};
use telos_abi::limit::GRAPH_NODES_MAX;
use telos_abi::{Digest, NodeIndex, State};

/// Most rounds of telling twins apart, and most node digests spent on them; beyond, position decides.
const SETTLE_ROUNDS_MAX: usize = 64;
const SETTLE_STEPS_MAX: usize = 1 << 16;

// A position in a group and the round share one number.
const _: () = assert!(GRAPH_NODES_MAX < 1 << 16 && SETTLE_ROUNDS_MAX + 1 < 1 << 16);

/// Digest of the graph. `order` is topological. O(nodes + edges), times log for sorting.
pub(crate) fn digest(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex]) -> Digest {
    let count = work.graph.nodes.len();
    let effectful: Vec<bool> = (0..count).map(|node| is_effectful(work, node)).collect();
    let digests = settle(work, wiring, order, &effectful);
    let mut effects: Vec<&[u8; 32]> = (0..count).filter(|node| effectful[*node]).map(|node| &digests[node].0).collect();
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

fn digest_nodes(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex], occurrence: &[u32]) -> Vec<Digest> {
    let mut digests = vec![Digest::ZERO; work.graph.nodes.len()];
    for node in order.iter().map(|node| node.0 as usize) {
        digests[node] = digest_node(work, wiring, node, occurrence[node], &digests);
    }
    digests
}

fn digest_node(work: &Work<'_>, wiring: &Wiring<'_>, node: usize, occurrence: u32, digests: &[Digest]) -> Digest {
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
        Some(each) => hasher.update(&[1]).update(&each.port.0.to_le_bytes()).update(&each.limit.to_le_bytes()),
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
    let mut after: Vec<Digest> = own.after.iter().map(|earlier| digests[earlier.0 as usize]).collect();
    after.sort_unstable();
    count_into(&mut hasher, after.len());
    for earlier in after {
        hasher.update(&earlier.0);
    }
    debug_assert_eq!(wiring.inputs(node).len(), work.descriptor(node).inputs.len());
    Digest(hasher.finalize().into())
}

fn source_into(hasher: &mut blake3::Hasher, source: Source, digests: &[Digest]) {
    hasher.update(&digests[source.node.0 as usize].0);
    hasher.update(&source.port.0.to_le_bytes());
}

fn count_into(hasher: &mut blake3::Hasher, count: usize) {
    hasher.update(&(count as u64).to_le_bytes());
}

/// Digests in which no two effects are equal. Each round numbers the twins that their uses tell apart; where uses do
/// not, it numbers one twin and looks again, for a choice here may tell others apart.
fn settle(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex], effectful: &[bool]) -> Vec<Digest> {
    let count = effectful.len();
    let rounds_max = (SETTLE_STEPS_MAX / count.max(1)).min(SETTLE_ROUNDS_MAX);
    let mut occurrence = vec![0_u32; count];
    let mut round = 0_u32;
    loop {
        let digests = digest_nodes(work, wiring, order, &occurrence);
        let groups = twins(effectful, &digests);
        if groups.is_empty() {
            return digests;
        }
        let used = digest_uses(work, wiring, order, &digests);
        round += 1;
        let last = round as usize > rounds_max;
        number(groups, &used, round, last, &mut occurrence);
    }
}

/// Groups of effects with equal digests, in the order of the digests.
fn twins(effectful: &[bool], digests: &[Digest]) -> Vec<Vec<usize>> {
    let mut nodes: Vec<usize> = (0..digests.len()).filter(|node| effectful[*node]).collect();
    nodes.sort_unstable_by_key(|node| (digests[*node], *node));
    nodes
        .chunk_by(|left, right| digests[*left] == digests[*right])
        .filter(|group| group.len() > 1)
        .map(<[usize]>::to_vec)
        .collect()
}

/// Numbers every group whose uses all differ; if there is none, one node of the first group; in the `last` round all.
/// The round is part of the number, so that a number is never given twice within a group.
fn number(mut groups: Vec<Vec<usize>>, used: &[Digest], round: u32, last: bool, occurrence: &mut [u32]) {
    let mut settled = false;
    for group in &mut groups {
        group.sort_unstable_by_key(|node| (used[*node], *node));
        let distinct = group.windows(2).all(|pair| used[pair[0]] != used[pair[1]]);
        if distinct || last {
            settled = true;
            for (position, node) in (0_u32..).zip(group) {
                occurrence[*node] = (round << 16) | position;
            }
        }
    }
    if !settled && let Some(first) = groups.first() {
        let tied = first.windows(2).find(|pair| used[pair[0]] == used[pair[1]]);
        if let Some(pair) = tied {
            occurrence[pair[0]] = round << 16;
        }
    }
}

/// For each node a digest of itself and of everything that follows from it, by role.
fn digest_uses(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex], digests: &[Digest]) -> Vec<Digest> {
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
