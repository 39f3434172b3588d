//! The rules, in the order in which they are checked. The first that fails is the answer.
//!
//! 1. `shape` (R0): limits. 2. [`resolve`] (R1, and what a descriptor alone can break: R2 introductions, R4
//!    independence, R14, R15, R16, R18 time-outs). 3. [`bind`] (R3): every port, edge and constant.
//! 4. [`order`] (R13). 5. [`edges`] (R2). 6. [`labels`] (R4; R10 guards; R5, R6, R7 at ports).
//! 7. [`effects`] (R5, R6, R7, R10 at effects, then R11, R12, and R1's evidence for what reaches outward).
//! 8. [`locks`] (R15) and [`state`] (R19). 9. [`bounds`] (R17). 10. [`order`] again (R18). 11. the seal (R20).
//!
//! R12 is the one rule that refuses nothing: it marks the effect ([`crate::PlannedEffect::asks`]), and the policy, which
//! holds the same labels against the same rule, asks a person when the effect is due.
//!
//! R8 and R9 have no stage: a graph cannot carry a declassification or endorsement in this version, so a flow that
//! would need one is refused by R5 or R6. Secrecy leaves only by a clearance in the user's policy file, which names
//! category and destination, and then by R12 also only with a single-use approval of the very value.

pub(crate) mod bind;
pub(crate) mod bounds;
pub(crate) mod edges;
pub(crate) mod effects;
pub(crate) mod labels;
pub(crate) mod locks;
pub(crate) mod order;
pub(crate) mod resolve;
pub(crate) mod state;
pub(crate) mod target;

pub use bind::{folded, said};

use crate::{Context, Graph, Node, Place, Source, Violation};
use telos_abi::{Descriptor, NodeIndex, PortIndex, Rule};

/// The graph with every capability resolved.
pub(crate) struct Work<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) context: &'a Context<'a>,
    /// Distinct descriptors, in the order of first use.
    pub(crate) descriptors: Vec<&'a Descriptor>,
    /// For each node, the index of its descriptor.
    pub(crate) used: Vec<usize>,
}

impl<'a> Work<'a> {
    pub(crate) fn node(&self, node: usize) -> &'a Node {
        &self.graph.nodes[node]
    }

    pub(crate) fn descriptor(&self, node: usize) -> &'a Descriptor {
        self.descriptors[self.used[node]]
    }

    /// `text.search (node 3)`.
    pub(crate) fn name(&self, node: usize) -> String {
        format!("{} (node {node})", self.descriptor(node).name)
    }

    /// `the pattern of text.search (node 3)`.
    pub(crate) fn port(&self, node: usize, port: usize) -> String {
        let descriptor = self.descriptor(node);
        let name = descriptor.inputs.get(port).map_or("?", |port| &port.name);
        format!("input “{name}” of {}", self.name(node))
    }

    /// `output “text” of files.read (node 0)`.
    pub(crate) fn source(&self, source: Source) -> String {
        let node = source.node.0 as usize;
        let descriptor = self.descriptor(node);
        let name = descriptor.outputs.get(usize::from(source.port.0)).map_or("?", |port| &port.name);
        format!("output “{name}” of {}", self.name(node))
    }

    /// A violation at an input port.
    pub(crate) fn at_port(
        &self,
        rule: Rule,
        (node, port): (usize, usize),
        message: impl core::fmt::Display,
        way_out: impl Into<String>,
    ) -> Violation {
        Violation {
            rule,
            place: Place::Port(index(node), port_index(port)),
            message: format!("{}: {message}", self.port(node, port)),
            way_out: way_out.into(),
        }
    }

    /// A violation at a node.
    pub(crate) fn at_node(
        &self,
        rule: Rule,
        node: usize,
        message: impl core::fmt::Display,
        way_out: impl Into<String>,
    ) -> Violation {
        Violation {
            rule,
            place: Place::Node(index(node)),
            message: format!("{}: {message}", self.name(node)),
            way_out: way_out.into(),
        }
    }
}

/// The index of a node; graphs are far smaller than 2³².
pub(crate) fn index(node: usize) -> NodeIndex {
    NodeIndex(u32::try_from(node).unwrap_or(u32::MAX))
}

/// The index of a port; descriptors have at most `PORTS_MAX`.
pub(crate) fn port_index(port: usize) -> PortIndex {
    PortIndex(u16::try_from(port).unwrap_or(u16::MAX))
}
