//! Identity of primitives.

use serde::Serialize;
use telos_abi::{CapabilityId, Descriptor, Digest};

/// The identity of a primitive: BLAKE3 over `"cap/v1"` and the descriptor's canonical CBOR.
#[must_use]
pub fn capability_id(descriptor: &Descriptor) -> CapabilityId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"cap/v1");
    hasher.update(&canonical(descriptor));
    CapabilityId(Digest(hasher.finalize().into()))
}

/// CBOR of a document whose maps have declared keys; the same document gives the same bytes.
pub(crate) fn canonical<T: Serialize>(document: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(document, &mut bytes).expect("a vector takes every byte, and these types serialise");
    bytes
}
