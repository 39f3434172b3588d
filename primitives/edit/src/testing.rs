//! Shorthands of the tests.

use crate::PACK;
use telos_pack::testing::{Given, run, run_with};
use telos_pack::{Failure, Value};

pub(crate) fn text(value: &str) -> Value {
    Value::Text(value.into())
}

pub(crate) fn choose(name: &str) -> Value {
    telos_describe::choose(name)
}

/// The first output, when `input` comes in pieces of `chunk` bytes.
pub(crate) fn edited(name: &str, input: &str, chunk: usize, arguments: &[(&str, Value)]) -> String {
    given(name, input, chunk, arguments)
        .unwrap_or_else(|failure| panic!("{name}: {failure}"))
        .text(first(name).as_str())
}

pub(crate) fn given(name: &str, input: &str, chunk: usize, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run(&PACK, name, input.as_bytes(), chunk, arguments)
}

/// As [`given`], for a primitive of two texts; the second one comes first.
pub(crate) fn of_two(name: &str, first: &str, second: &str, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run_with(&PACK, name, &[(1, second.as_bytes()), (0, first.as_bytes())], 7, arguments)
}

/// The name of a primitive's first output.
fn first(name: &str) -> String {
    let descriptors = (PACK.descriptors)();
    descriptors.iter().find(|descriptor| descriptor.name == name).unwrap().outputs[0].name.clone()
}
