//! The canonical bytes of the registry's own documents.

use serde::Serialize;

/// CBOR of a document whose maps have declared keys; the same document gives the same bytes.
pub(crate) fn canonical<T: Serialize>(document: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(document, &mut bytes).expect("a vector takes every byte, and these types serialise");
    bytes
}
