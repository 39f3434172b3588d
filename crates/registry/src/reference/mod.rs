//! Independent references: what the packs' primitives should give, by other crates or the plainest algorithm.
//!
//! A reference makes its own case from a seed, so that evidence can be derived again anywhere.

mod archive;
mod bundle;
mod calc;
mod columns;
mod data;
mod document;
mod edit;
mod logs;
mod pim;
mod reader;
mod seed;
mod table;
mod text;

use crate::canonical::canonical;
use crate::evidence::Case;
use telos_abi::{Descriptor, PortIndex, Value};

/// Makes the case of a seed.
pub(crate) type Reference = fn(u64, &Descriptor) -> Case;

/// Every pack's references.
const PACKS: &[&[(&str, Reference)]] = &[
    archive::ALL,
    bundle::ALL,
    calc::ALL,
    columns::ALL,
    data::ALL,
    document::ALL,
    edit::ALL,
    logs::ALL,
    pim::ALL,
    reader::ALL,
    table::ALL,
    text::ALL,
];

/// The reference for a primitive.
pub(crate) fn of(name: &str) -> Option<Reference> {
    PACKS.iter().copied().flatten().find(|(known, _)| *known == name).map(|(_, reference)| *reference)
}

/// Arguments by port: the descriptor's defaults, with those named replaced.
fn arguments(descriptor: &Descriptor, given: &[(&str, Value)]) -> Vec<Option<Value>> {
    let given = |name: &str| given.iter().find(|(port, _)| *port == name).map(|(_, value)| value.clone());
    descriptor.inputs.iter().map(|port| given(&port.name).or_else(|| port.default.clone())).collect()
}

/// A case with one blob, which enters port 0.
fn case(descriptor: &Descriptor, given: &[(&str, Value)], input: impl Into<Vec<u8>>, outputs: Vec<Vec<u8>>) -> Case {
    Case {
        arguments: arguments(descriptor, given),
        inputs: vec![(PortIndex(0), input.into())],
        expected: Some(outputs),
    }
}

fn refusal(descriptor: &Descriptor, given: &[(&str, Value)], input: impl Into<Vec<u8>>) -> Case {
    Case { arguments: arguments(descriptor, given), inputs: vec![(PortIndex(0), input.into())], expected: None }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn count(count: usize) -> Vec<u8> {
    canonical(&Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}
