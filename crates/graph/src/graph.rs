//! The graph as it is proposed: plain data that anyone may build and nobody may run.

use serde::{Deserialize, Serialize};
use telos_abi::{CapabilityId, NodeIndex, PortIndex, Value};

/// An output of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The producing node.
    pub node: NodeIndex,
    /// Its output.
    pub port: PortIndex,
}

/// Who chose a constant. It decides the constant's taint, so it is checked, not believed (R3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConstantOrigin {
    /// Occurs in the user's own turn. Untainted.
    UserTurn,
    /// The port's declared default. Untainted.
    Default,
    /// A name or column that exists here, matched to a span of the user's turn. Tainted `OBSERVED`; accepted as a
    /// path under the grant or as a column.
    Observed,
    /// Anything else a planner wrote. Tainted `PLANNER`: accepted as payload, never as authority or intent.
    Planner,
}

/// A constant input.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Constant {
    /// The value. For a handle port it is the path as [`Value::Text`]; the host makes the handle when the plan runs.
    pub value: Value,
    /// Who chose it.
    pub origin: ConstantOrigin,
}

/// What enters a port.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// An edge.
    From(Source),
    /// A constant.
    Constant(Constant),
}

/// Bounded iteration: the node runs once for each item of the list that enters `port`; each of its outputs becomes
/// the list of the calls' outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Each {
    /// The port that receives the items. What enters it must be a list of the port's type.
    pub port: PortIndex,
    /// Most items; longer lists fail before the first call.
    pub limit: u32,
}

/// One use of a primitive.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Node {
    /// Which primitive.
    pub capability: CapabilityId,
    /// What enters which port. A port named twice is refused (R3).
    pub inputs: Vec<(PortIndex, Input)>,
    /// Bounded iteration.
    pub each: Option<Each>,
    /// A boolean output; the node runs only if it is true (R10).
    pub guard: Option<Source>,
    /// Nodes that must have finished before this one starts, beyond what its edges say. Orders effects.
    pub after: Vec<NodeIndex>,
}

/// A proposed graph.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize, Default)]
pub struct Graph {
    /// The nodes; an index into this list is a [`NodeIndex`].
    pub nodes: Vec<Node>,
    /// What the person is shown, in order.
    pub outputs: Vec<Source>,
}
