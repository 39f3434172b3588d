//! The primitives the tests plan over: the host's and the built-in packs' own descriptors.

use telos_abi::Descriptor;

/// Everything registered by default.
pub(crate) fn all() -> Vec<Descriptor> {
    let mut out = telos_registry::native::descriptors();
    for (_, descriptors) in telos_describe::packs::ALL {
        out.extend(descriptors());
    }
    out
}
