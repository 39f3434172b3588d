//! ⟨id, τ, σ, φ, s⟩: what a registry knows of a primitive. The id is the hash of this descriptor.

use crate::{Digest, EffectKind, Label, Name, PortIndex, Refinement, Secrecy, Type, Value};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a value entering a port decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PortKind {
    /// Chooses what is acted on: a path, host, recipient, command, amount. Must be untainted (R5).
    Authority,
    /// Content that is carried. Its secrecy must be within the sink's clearance (R6).
    Payload,
    /// Text read as an instruction. Must be untainted and cannot be endorsed (R7).
    Intent,
}

/// An input.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct InputPort {
    /// Name, unique among the inputs.
    pub name: Name,
    /// τ of the value.
    pub ty: Type,
    /// What it decides.
    pub kind: PortKind,
    /// Secrecy that may enter. [`Secrecy::ALL`] for a primitive that keeps everything inside the run.
    pub clearance: Secrecy,
    /// Value used when nothing is connected; a port without one is required.
    pub default: Option<Value>,
    /// One phrase that tells a person or planner what goes here ("column to group by").
    pub meaning: String,
    /// Words that people use for this input, lower case ("by", "per", "containing").
    pub words: Vec<String>,
}

/// An output.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct OutputPort {
    /// Name, unique among the outputs.
    pub name: Name,
    /// τ of the value.
    pub ty: Type,
    /// Label that the primitive itself adds; inputs' labels are joined in by rule R4.
    pub source: Label,
    /// Inputs this output provably does not depend on. Empty unless evidence is at least [`Evidence::Proof`].
    pub independent_of: Vec<PortIndex>,
    /// One phrase for people and planners.
    pub meaning: String,
}

/// σ: what the primitive is for, in words. Signed with the rest; never given raw to a model as instructions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Semantics {
    /// One sentence, imperative ("Keep the rows whose column satisfies a comparison").
    pub summary: String,
    /// Ontology tags, from general to special ("text", "search").
    pub tags: Vec<String>,
    /// Words and short phrases people use for the action, lower case ("find", "look for", "grep").
    pub words: Vec<String>,
    /// Example requests this primitive takes part in. Retrieval reads them; nothing matches them literally.
    pub examples: Vec<String>,
}

/// How an output or cost grows with the size of the inputs: `fixed + per_input_byte * input bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Growth {
    /// Independent of input.
    pub fixed: u64,
    /// For each input byte.
    pub per_input_byte: u64,
}

/// Upper bounds, checked when published and enforced when run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bounds {
    /// Wasm fuel.
    pub fuel: Growth,
    /// Bytes of memory.
    pub memory_bytes: Growth,
    /// Bytes of all outputs together.
    pub output_bytes: Growth,
    /// Milliseconds before the call is stopped, whatever its fuel.
    pub wall_ms: u64,
}

/// What an effect acts on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The resource named by this input.
    Input(PortIndex),
    /// The directory the run was started in.
    WorkingDirectory,
    /// The kind says it all.
    None,
    /// What has this name, whatever is put in: a cell that Telos keeps.
    Named(String),
}

/// One effect that the primitive performs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectUse {
    /// Its kind. A primitive that may create or overwrite declares both.
    pub kind: EffectKind,
    /// On what.
    pub target: Target,
}

/// A lock class the primitive holds while it runs. Classes are totally ordered by rank (R15).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LockUse {
    /// Class name.
    pub class: Name,
    /// Position in the global order.
    pub rank: u16,
    /// Units taken, all at once.
    pub units: u16,
    /// Units that exist.
    pub capacity: u16,
}

/// s: whether something survives the call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing does.
    Stateless,
    /// A cell that lives for a session; its label only grows (R19).
    Cell {
        /// Name of the cell.
        cell: Name,
        /// Categories the cell may hold.
        clearance: Secrecy,
        /// Whether this primitive writes it.
        writes: bool,
    },
    /// SESSION_STORE⟨host, credentials⟩: what a host gave to know the person by. Kept for each host until it expires. No
    /// value of a graph ever holds it: the host room adds it to what that host is asked.
    Session {
        /// Name of the store.
        store: Name,
        /// Categories the store holds.
        clearance: Secrecy,
        /// Seconds that what names no end of its own is kept.
        lifetime_s: u64,
        /// Whether this primitive writes it.
        writes: bool,
    },
    /// CACHE_LAYER⟨address, answer, TTL⟩: earlier answers of the primitive's own reads, each with its label.
    Cache {
        /// Name of the store.
        store: Name,
        /// Categories an answer may have to be kept.
        clearance: Secrecy,
        /// Seconds that an answer counts as fresh, at most.
        ttl_s: u64,
    },
}

/// How much is known of the code, from least to most. A level counts only with its artefact, re-checked on publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Evidence {
    /// L0: nothing.
    None = 0,
    /// L1: validates, imports nothing it should not, memory bounded, fuel metered.
    Structure = 1,
    /// L2: agrees with an independent reference on recorded seeds.
    Differential = 2,
    /// L3: a bounded proof.
    Proof = 3,
    /// L4: a certificate over the wasm bytes.
    Certificate = 4,
}

/// φ: the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// An export of a wasm component with no imports.
    Pack {
        /// BLAKE3 of the component's bytes.
        component: Digest,
    },
    /// A function of the `host` room, which takes a permit for each effect.
    Host,
}

/// A primitive's full description.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Descriptor {
    /// Dotted name, noun before verb ("text.search"). Unique in a registry together with the version.
    pub name: String,
    /// Grows when τ or behaviour changes.
    pub version: u32,
    /// σ.
    pub semantics: Semantics,
    /// Inputs.
    pub inputs: Vec<InputPort>,
    /// Outputs.
    pub outputs: Vec<OutputPort>,
    /// Effects; empty for every pure pack.
    pub effects: Vec<EffectUse>,
    /// Bounds.
    pub bounds: Bounds,
    /// Locks.
    pub locks: Vec<LockUse>,
    /// State.
    pub state: State,
    /// Refinements this primitive may introduce because it checks or produces them (R2).
    pub introduces: Vec<Refinement>,
    /// Level of evidence attached.
    pub evidence: Evidence,
    /// Code.
    pub body: Body,
}
