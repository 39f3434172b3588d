//! Why a graph was refused.

use core::fmt;
use telos_abi::{NodeIndex, PortIndex, Rule};

/// Where in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The graph as a whole.
    Graph,
    /// A node.
    Node(NodeIndex),
    /// What enters this port of this node.
    Port(NodeIndex, PortIndex),
}

/// The first rule that a graph breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// Where.
    pub place: Place,
    /// What is wrong, naming primitives, ports and labels by their names.
    pub message: String,
    /// What would make it acceptable.
    pub way_out: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {} ({})", self.rule, self.message, self.way_out)
    }
}

impl core::error::Error for Violation {}
