//! Identities. Each is a newtype, so that one cannot be taken for another.

use crate::Digest;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Identity of a primitive: BLAKE3 over `"cap/v1"` and the canonical form of its [`crate::Descriptor`], which holds
/// the digest of the code. Two registries that agree on an id agree on behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CapabilityId(pub Digest);

/// Identity of a sealed plan: the canonical hash of its graph with the grant, policy version and registry epoch it
/// was validated under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanHash(pub Digest);

/// Position of a node in one graph. Meaningless in any other graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeIndex(pub u32);

/// Position of an edge in one graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EdgeIndex(pub u32);

/// Position of a port among a primitive's inputs, or among its outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PortIndex(pub u16);

/// Identity of one run: the millisecond it began and 32 random bits, printed as 20 hexadecimal digits. Sorting by
/// id sorts by start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId {
    /// Milliseconds since the Unix epoch; only the low 48 bits are used.
    pub started_ms: u64,
    /// Random bits that tell apart runs begun in the same millisecond.
    pub nonce: u32,
}

impl RunId {
    /// Reads the 20 digits that `Display` prints. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 20 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        Some(Self {
            started_ms: u64::from_str_radix(&text[..12], 16).ok()?,
            nonce: u32::from_str_radix(&text[12..], 16).ok()?,
        })
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:012x}{:08x}", self.started_ms & 0xffff_ffff_ffff, self.nonce)
    }
}

/// Milliseconds since the Unix epoch, as told by a front door. Pure rooms receive time; they never read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub u64);
