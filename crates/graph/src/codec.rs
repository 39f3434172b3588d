//! Wire forms: one byte string for one graph or descriptor.
//!
//! CBOR as ciborium writes it. Reading limits the size first and the nesting next, then writes the result again and
//! accepts only the same bytes: duplicate keys, trailing bytes, long integers and other spellings are all refused by
//! that one comparison. NaN has a canonical spelling, so it is refused by value.

use crate::shape;
use crate::{Graph, Place, Violation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use telos_abi::limit::{DESCRIPTOR_BYTES_MAX, NESTING_MAX, PLAN_BYTES_MAX};
use telos_abi::{CapabilityId, Descriptor, Digest, Rule};
use thiserror::Error;

/// Document levels that ciborium may enter: those around a value, and three for each level of a value or type.
const DOCUMENT_NESTING_MAX: usize = 16 + 3 * NESTING_MAX;

/// Why bytes are not a graph or descriptor.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// More bytes than may be read.
    #[error("it is {bytes} bytes long, and {max} are read at most")]
    TooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not CBOR of this document, or nested too deeply.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// Another spelling of a readable document.
    #[error("it is not in canonical form: writing it again gives other bytes")]
    NotCanonical,
    /// A document that no graph or descriptor may be.
    #[error("{0}")]
    Shape(String),
}

/// Writes a graph in canonical form.
///
/// # Errors
/// R0 if the graph is beyond the limits of what can be read back.
pub fn encode(graph: &Graph) -> Result<Vec<u8>, Violation> {
    shape::check(graph)?;
    let bytes = write(graph);
    if bytes.len() > PLAN_BYTES_MAX {
        return Err(malformed(&CodecError::TooLong { bytes: bytes.len(), max: PLAN_BYTES_MAX }));
    }
    Ok(bytes)
}

/// Reads a graph. Total: any bytes give a graph or an error.
///
/// # Errors
/// R0, with what is wrong.
pub fn decode(bytes: &[u8]) -> Result<Graph, Violation> {
    let graph: Graph = read(bytes, PLAN_BYTES_MAX).map_err(|error| malformed(&error))?;
    shape::check(&graph)?;
    if write(&graph) != bytes {
        return Err(malformed(&CodecError::NotCanonical));
    }
    Ok(graph)
}

/// Writes a descriptor in canonical form.
#[must_use]
pub fn encode_descriptor(descriptor: &Descriptor) -> Vec<u8> {
    write(descriptor)
}

/// Reads a descriptor. Total. Its meaning is checked where it is used (R1, R2).
///
/// # Errors
/// See [`CodecError`].
pub fn decode_descriptor(bytes: &[u8]) -> Result<Descriptor, CodecError> {
    let descriptor: Descriptor = read(bytes, DESCRIPTOR_BYTES_MAX)?;
    for default in descriptor.inputs.iter().filter_map(|port| port.default.as_ref()) {
        shape::check_value(default).map_err(|fault| CodecError::Shape(fault.to_owned()))?;
    }
    if write(&descriptor) != bytes {
        return Err(CodecError::NotCanonical);
    }
    Ok(descriptor)
}

/// The identity of a primitive: BLAKE3 over `"cap/v1"` and the descriptor's canonical form.
#[must_use]
pub fn capability_id(descriptor: &Descriptor) -> CapabilityId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"cap/v1");
    hasher.update(&write(descriptor));
    CapabilityId(Digest(hasher.finalize().into()))
}

/// The canonical bytes of anything made of maps with declared keys.
pub(crate) fn write<T: Serialize>(document: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(document, &mut bytes)
        .expect("a vector takes every byte, and these types serialise without failing");
    bytes
}

fn read<T: DeserializeOwned>(bytes: &[u8], max: usize) -> Result<T, CodecError> {
    if bytes.len() > max {
        return Err(CodecError::TooLong { bytes: bytes.len(), max });
    }
    ciborium::de::from_reader_with_recursion_limit(bytes, DOCUMENT_NESTING_MAX)
        .map_err(|error| CodecError::Unreadable(error.to_string()))
}

fn malformed(error: &CodecError) -> Violation {
    Violation {
        rule: Rule::R0,
        place: Place::Graph,
        message: format!("this is not a plan: {error}"),
        way_out: "use the bytes that Telos wrote, or propose the graph again".into(),
    }
}
