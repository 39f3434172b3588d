//! Why a pack or a registry is refused.

use telos_abi::CapabilityId;
use thiserror::Error;

/// Why a pack is refused.
#[derive(Debug, Error)]
pub enum PackError {
    /// The bytes are no pack file.
    #[error("this is not a pack file: {0}")]
    Malformed(String),
    /// A signature does not hold.
    #[error("the {0} signature does not match the pack; it was changed after it was published")]
    BadSignature(&'static str),
    /// Signed by nobody who is trusted.
    #[error("the pack is signed by {publisher}, who is not among the trusted publishers; add the key to trust it")]
    UntrustedPublisher {
        /// The publisher's key, shortened.
        publisher: String,
    },
    /// The component is not what a pack may be (L1).
    #[error("the component is refused: {0}")]
    Structure(String),
    /// A descriptor is not what a pack may claim.
    #[error("primitive `{name}`: {what}")]
    Descriptor {
        /// The primitive.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// The code disagrees with the reference (L2), or cannot be run.
    #[error("primitive `{name}` has not the evidence it claims: {what}")]
    Evidence {
        /// The primitive.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// Keys could not be made or used.
    #[error("the publisher's keys cannot be used: {0}")]
    Keys(&'static str),
}

/// Why a registry cannot be opened.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// Two primitives have one name and version.
    #[error("two packs define `{name}` version {version}; remove one of them")]
    Duplicate {
        /// The name.
        name: String,
        /// The version.
        version: u32,
    },
    /// The same primitive twice.
    #[error("primitive {0:?} is registered twice")]
    Twice(CapabilityId),
}
