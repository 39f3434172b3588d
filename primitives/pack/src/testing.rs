//! Runs a primitive natively, the way a host would. For tests and references; a pack never calls it.

use crate::{Failure, Out, Pack};
use std::collections::BTreeMap;
use telos_abi::{Descriptor, Type, Value};

/// What a call gave: bytes of each blob output and the value of each other output, by port name.
#[derive(Debug, Default, PartialEq)]
pub struct Given {
    /// Blobs.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Values.
    pub values: BTreeMap<String, Value>,
}

impl Given {
    /// The blob at `port` as text; empty where nothing was emitted.
    #[must_use]
    pub fn text(&self, port: &str) -> String {
        String::from_utf8_lossy(self.blobs.get(port).map_or(&[], Vec::as_slice)).into_owned()
    }

    /// The whole number at `port`.
    #[must_use]
    pub fn int(&self, port: &str) -> Option<i64> {
        match self.values.get(port)? {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Adds what was emitted while `piece` was pushed.
    fn take(&mut self, out: &mut Out, piece: &[u8], descriptor: &Descriptor) -> Result<(), Failure> {
        for emission in out.take() {
            let port = descriptor.outputs.get(usize::from(emission.port));
            let port = port.ok_or_else(|| Failure::Internal(format!("no output {}", emission.port)))?;
            let bytes = emission.bytes.of(piece);
            if matches!(port.ty, Type::Blob { .. }) {
                self.blobs.entry(port.name.clone()).or_default().extend_from_slice(bytes);
            } else {
                let value = ciborium::from_reader(bytes)
                    .map_err(|error| Failure::Internal(format!("output {} is not CBOR: {error}", port.name)))?;
                self.values.insert(port.name.clone(), value);
            }
        }
        Ok(())
    }
}

/// Runs primitive `name` of `pack` on `input` at port 0, pushed in pieces of `chunk` bytes; `arguments` replace defaults.
///
/// # Errors
/// As the primitive fails; [`Failure::Internal`] for a name or port that does not exist.
pub fn run(pack: &Pack, name: &str, input: &[u8], chunk: usize, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run_with(pack, name, &[(0, input)], chunk, arguments)
}

/// As [`run`], with what enters each port that takes a blob, one port after the other.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    pack: &Pack,
    name: &str,
    inputs: &[(u16, &[u8])],
    chunk: usize,
    arguments: &[(&str, Value)],
) -> Result<Given, Failure> {
    let descriptors = (pack.descriptors)();
    let missing = || Failure::Internal(format!("no primitive {name}"));
    let index = descriptors.iter().position(|descriptor| descriptor.name == name).ok_or_else(missing)?;
    let descriptor = &descriptors[index];
    let mut values: Vec<Option<Value>> = descriptor.inputs.iter().map(|port| port.default.clone()).collect();
    for (port, value) in arguments {
        let at = descriptor.inputs.iter().position(|input| input.name == *port).ok_or_else(missing)?;
        values[at] = Some(value.clone());
    }
    let mut encoded = Vec::new();
    ciborium::into_writer(&values, &mut encoded).expect("a vector takes every byte");
    let number = u32::try_from(index).map_err(|_| missing())?;
    let mut running = crate::running::start(pack, number, &encoded)?;
    let mut out = Out::new();
    let mut given = Given::default();
    for (port, input) in inputs {
        for piece in input.chunks(chunk.max(1)) {
            running.push(*port, piece, &mut out)?;
            given.take(&mut out, piece, descriptor)?;
        }
    }
    running.finish(&mut out)?;
    given.take(&mut out, &[], descriptor)?;
    Ok(given)
}
