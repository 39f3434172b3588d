//! R2: what an output gives is a subtype of what the input takes, `each` on either side considered.

use crate::rules::bind::{Bound, Wiring};
use crate::rules::{Work, port_index};
use crate::subtype::is_subtype;
use crate::{Source, Violation};
use telos_abi::{Rule, Type};

/// O(edges × size of the types).
pub(crate) fn check(work: &Work<'_>, wiring: &Wiring<'_>) -> Result<(), Violation> {
    for node in 0..work.graph.nodes.len() {
        let each = work.node(node).each;
        for (port, bound) in wiring.inputs(node).iter().enumerate() {
            let Bound::Edge(source) = bound else {
                continue;
            };
            let repeated = each.is_some_and(|each| each.port == port_index(port));
            let takes = &work.descriptor(node).inputs[port].ty;
            if !fits(work, *source, takes, repeated) {
                let from = work.source(*source);
                return Err(work.at_port(
                    Rule::R2,
                    (node, port),
                    format!("{from} gives {}, and this takes another type", given(work, *source)),
                    "put a primitive between them that converts or checks the value",
                ));
            }
        }
        let one_truth = |guard: &Source| {
            let repeated = work.node(guard.node.0 as usize).each.is_some();
            *output_type(work, *guard) == Type::Bool && !repeated
        };
        if let Some(guard) = work.node(node).guard.filter(|guard| !one_truth(guard)) {
            let why = format!("its guard, {}, is not one truth value", work.source(guard));
            let way_out = "guard it with a comparison";
            return Err(work.at_node(Rule::R10, node, why, way_out));
        }
    }
    Ok(())
}

fn output_type<'a>(work: &Work<'a>, source: Source) -> &'a Type {
    &work.descriptor(source.node.0 as usize).outputs[usize::from(source.port.0)].ty
}

/// A repeated node gives lists of its outputs; a port that is repeated over takes a list of its type, whose length is
/// checked before the first call.
fn fits(work: &Work<'_>, source: Source, takes: &Type, repeated: bool) -> bool {
    let gives = output_type(work, source);
    let producer = work.node(source.node.0 as usize).each;
    match (producer, repeated, gives, takes) {
        (None, false, _, _) | (Some(_), true, _, _) => is_subtype(gives, takes),
        (Some(each), false, _, Type::List { item, max }) => each.limit <= *max && is_subtype(gives, item),
        (None, true, Type::List { item, .. }, _) => is_subtype(item, takes),
        _ => false,
    }
}

fn given(work: &Work<'_>, source: Source) -> String {
    let name = describe(output_type(work, source));
    match work.node(source.node.0 as usize).each {
        Some(each) => format!("up to {} × {name}", each.limit),
        None => name,
    }
}

/// A type in a few words; nested types are not spelled out.
fn describe(ty: &Type) -> String {
    match ty {
        Type::Bool => "a truth value".into(),
        Type::Int { min, max } => format!("a whole number from {min} to {max}"),
        Type::Float => "a number".into(),
        Type::Text { refinement, max } => format!("text ({refinement:?}, up to {max} bytes)"),
        Type::Blob { refinement, max } => format!("data ({refinement:?}, up to {max} bytes)"),
        Type::List { max, .. } => format!("a list of up to {max} items"),
        Type::Stream { .. } => "a stream".into(),
        Type::Record(fields) => format!("a record of {} fields", fields.len()),
        Type::Variant(cases) => format!("one of {} cases", cases.len()),
        Type::Handle { kind, .. } => format!("a {kind:?} handle"),
    }
}
