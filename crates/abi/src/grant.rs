//! Grants: the rights an intent or agent starts with, as plain data. Their meaning is in `telos-policy`.

use crate::{ByteText, EffectKind, EffectSet, HostName, Secrecy};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A set of resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Every resource the kinds of the row can name.
    Any,
    /// A directory and everything beneath it, by absolute normalised path.
    Under(ByteText),
    /// Exactly this path.
    Path(ByteText),
    /// This host, or with a leading `*.` every name beneath it.
    Host(HostName),
    /// Exactly this name.
    Named(alloc::string::String),
}

/// Some effect kinds on some resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GrantRow {
    /// The kinds.
    pub kinds: EffectSet,
    /// The resources.
    pub scope: Scope,
}

/// Secrecy that may leave through a sink, by the user's own word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Clearance {
    /// The sink's effect kind.
    pub kind: EffectKind,
    /// The sinks.
    pub scope: Scope,
    /// The categories that may flow there.
    pub secrecy: Secrecy,
}

/// What a run may use up. Each number is a ceiling over the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Budget {
    /// Wasm fuel, about one unit an instruction.
    pub fuel: u64,
    /// Peak bytes of values and instances alive at once.
    pub memory_bytes: u64,
    /// Bytes produced for files, hosts and people.
    pub output_bytes: u64,
    /// Milliseconds on the longest path.
    pub wall_ms: u64,
    /// Primitive calls, map iterations counted.
    pub calls: u64,
}

/// The rights an intent or agent starts with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// Effects in scope. Order carries no meaning.
    pub rows: Vec<GrantRow>,
    /// Effects outside the rows that a plan may contain because the user's own turn names their place. They are not
    /// rights: each is decided as outside the grant, so a person is asked.
    pub askable: Vec<GrantRow>,
    /// Declared outward flows of secrecy.
    pub clearances: Vec<Clearance>,
    /// Ceilings.
    pub budget: Budget,
}
