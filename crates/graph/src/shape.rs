//! R0: a graph is within the limits on outside data before anything else looks at it.

use crate::{Graph, Input, Place, Violation};
use telos_abi::limit::{CONSTANT_BYTES_MAX, GRAPH_EDGES_MAX, GRAPH_NODES_MAX, NAME_BYTES_MAX, NESTING_MAX};
use telos_abi::{NodeIndex, PortIndex, Rule, Value};

/// Counts nodes and edges, and walks every constant once. O(size of the graph).
pub(crate) fn check(graph: &Graph) -> Result<(), Violation> {
    if graph.nodes.len() > GRAPH_NODES_MAX {
        return Err(refuse(Place::Graph, format!("the graph has more than {GRAPH_NODES_MAX} nodes")));
    }
    let mut edges = graph.outputs.len();
    for node in &graph.nodes {
        edges += node.inputs.len() + node.after.len() + usize::from(node.guard.is_some());
    }
    if edges > GRAPH_EDGES_MAX {
        return Err(refuse(Place::Graph, format!("the graph has more than {GRAPH_EDGES_MAX} edges")));
    }
    for (node, index) in graph.nodes.iter().zip(0_u32..) {
        for (port, input) in &node.inputs {
            if let Input::Constant(constant) = input {
                check_value(&constant.value).map_err(|fault| constant_at(index, *port, fault))?;
            }
        }
    }
    Ok(())
}

fn constant_at(node: u32, port: PortIndex, fault: &str) -> Violation {
    let place = Place::Port(NodeIndex(node), port);
    refuse(place, format!("a constant of node {node} {fault}"))
}

fn refuse(place: Place, message: String) -> Violation {
    Violation { rule: Rule::R0, place, message, way_out: "propose a smaller graph; pass large data as a file".into() }
}

/// Whether a value is shallow and small enough to be a constant, and free of NaN.
pub(crate) fn check_value(value: &Value) -> Result<(), &'static str> {
    let mut left = CONSTANT_BYTES_MAX;
    check_at(value, NESTING_MAX, &mut left)
}

fn check_at(value: &Value, depth: usize, left: &mut usize) -> Result<(), &'static str> {
    let depth = depth.checked_sub(1).ok_or("is nested too deeply")?;
    let bytes = match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.0.len(),
        Value::Float(number) if number.is_nan() => return Err("is not a number"),
        _ => 1,
    };
    *left = left.checked_sub(bytes).ok_or("is larger than a constant may be")?;
    let named = |name: &str| match name.len() {
        0..=NAME_BYTES_MAX => Ok(()),
        _ => Err("has a name longer than names may be"),
    };
    match value {
        Value::List(items) => items.iter().try_for_each(|item| check_at(item, depth, left)),
        Value::Record(fields) => fields.iter().try_for_each(|(name, field)| {
            named(name)?;
            check_at(field, depth, left)
        }),
        Value::Variant(name, inner) => {
            named(name)?;
            check_at(inner, depth, left)
        }
        _ => Ok(()),
    }
}
