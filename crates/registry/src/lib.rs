//! What primitives exist, what is known of them, and which of them fits some words.
//!
//! 1. **Ids are content.** A primitive's id is the hash of its descriptor, which holds the digest of its code.
//! 2. **Opening is cheap.** Descriptors of built-in packs are plain data of this binary; no wasm is read, parsed or run.
//! 3. **A pack from outside is believed only after both signatures** (Ed25519 and ML-DSA-65) of a trusted publisher
//!    hold over all of its bytes. The parser is total and limits everything before it allocates.
//! 4. **Evidence is redone, never copied**: publishing and verifying derive each statement from the component's bytes,
//!    by structure (L1) and by comparison with an independent reference on recorded seeds (L2).
//!
//! Not promised: that a reference is right. It is written independently, so that both must be wrong alike.
#![forbid(unsafe_code)]

mod canonical;
mod component;
mod error;
mod evidence;
pub mod native;
mod pack_file;
mod reference;
mod registry;
mod search;
mod signature;
mod structure;

pub use component::Component;
pub use error::{PackError, RegistryError};
pub use evidence::{Case, RunError, Runner, Statement, evidence_for};
pub use pack_file::{PackFile, publish};
pub use registry::{Entry, Pack, Registry};
pub use search::Hit;
pub use signature::{PublisherKey, PublisherKeys};
pub use structure::{Structure, inspect};
pub use telos_graph::codec::capability_id;
