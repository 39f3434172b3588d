//! What descriptors say holds together, for every primitive that is registered.

mod common;

use telos_abi::{Refinement, Type};
use telos_graph::refinement::{implies, needs_introduction};

fn refinement(ty: &Type) -> Option<Refinement> {
    match ty {
        Type::Text { refinement, .. } | Type::Blob { refinement, .. } => Some(*refinement),
        Type::List { item, .. } => refinement(item),
        _ => None,
    }
}

/// Rule R2 refuses every plan with a primitive whose output is said to be more than anybody checked: it could never be used.
#[test]
fn what_outputs_are_said_to_be_is_introduced_or_came_in() {
    let mut unchecked = Vec::new();
    for entry in common::registry().iter() {
        let descriptor = entry.descriptor();
        for output in &descriptor.outputs {
            let Some(claimed) = refinement(&output.ty).filter(|claimed| needs_introduction(*claimed)) else { continue };
            let came_in = |(at, input): (usize, &telos_abi::InputPort)| {
                output.independent_of.iter().all(|free| usize::from(free.0) != at)
                    && refinement(&input.ty).is_some_and(|held| implies(held, claimed))
            };
            let introduced = descriptor.introduces.iter().any(|own| implies(*own, claimed));
            if !introduced && !descriptor.inputs.iter().enumerate().any(came_in) {
                unchecked.push(format!("{}.{} is {claimed:?}", descriptor.name, output.name));
            }
        }
    }
    assert!(unchecked.is_empty(), "{}", unchecked.join("\n"));
}
