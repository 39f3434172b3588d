//! Types and numbers that every room shares.
//!
//! 1. **Data only.** No room's behaviour lives here; the functions that exist build, combine or print one value.
//! 2. **`no_std + alloc`.** The kernel that boots by itself and the wasm packs use the same types.
//! 3. **One dependency**, serde's derive: it declares the wire form of the types and adds no logic.
//! 4. **Ids are newtypes**, so that a run cannot be passed where a node is meant.
//!
//! Not promised: stability of the in-memory layout. The *wire* forms (manifests, plans, receipts) are versioned
//! by the rooms that write them.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bytes;
mod descriptor;
mod digest;
mod effect;
mod grant;
mod id;
mod label;
pub mod limit;
mod port;
mod receipt;
mod rule;
mod types;
mod value;

pub use bytes::ByteText;
pub use descriptor::{
    Body, Bounds, Descriptor, EffectUse, Evidence, Growth, InputPort, LockUse, OutputPort, PortKind, Semantics, State,
    Target,
};
pub use digest::Digest;
pub use effect::{Effect, EffectKind, EffectSet, Facts, HostName, Resource};
pub use grant::{Budget, Clearance, Grant, GrantRow, Scope};
pub use id::{CapabilityId, EdgeIndex, NodeIndex, PlanHash, PortIndex, RunId, Timestamp};
pub use label::{Label, Origin, Secrecy, Taint};
pub use port::{Durability, RecordError, Recorder};
pub use receipt::{
    Act, ApprovalRecord, DecisionRecord, FileState, Outcome, PreImage, Receipt, ReceiptKind, RunKind, Status, Verdict,
};
pub use rule::{Rule, RuleInfo};
pub use types::{Field, HandleKind, Name, Refinement, Type, Usage};
pub use value::{Handle, Value};
