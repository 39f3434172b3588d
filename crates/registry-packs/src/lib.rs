//! The bytes of the built-in packs, built from `primitives/` by this crate's build script.
//!
//! 1. **Bytes only.** What they are is described by `telos-describe`; the `registry` checks and indexes them.
//! 2. **Reproducible.** The same sources and compiler give the same digests in any directory.
//! 3. **No wasm in the repository.** What is embedded was built on this machine.
#![forbid(unsafe_code)]

use telos_abi::{Descriptor, Digest};

/// A pack that is part of the binary.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its name, which is its folder in `primitives/`.
    pub name: &'static str,
    /// BLAKE3 of the component, computed when it was built.
    pub digest: Digest,
    /// The component, deflated (RFC 1951).
    pub deflated: &'static [u8],
    /// Bytes of the component.
    pub size: usize,
}

/// Every built-in pack, in order of name.
pub const PACKS: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

impl BuiltIn {
    /// Its primitives in the order of their export index, with the component's digest filled in.
    #[must_use]
    pub fn descriptors(&self) -> Vec<Descriptor> {
        let described = telos_describe::packs::ALL.iter().find(|(name, _)| *name == self.name);
        let mut descriptors = described.map_or_else(Vec::new, |(_, descriptors)| descriptors());
        for descriptor in &mut descriptors {
            descriptor.body = telos_abi::Body::Pack { component: self.digest };
        }
        descriptors
    }
}
