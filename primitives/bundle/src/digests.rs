//! Digests of files.

use sha2::Digest as _;
use sha2::{Sha256, Sha512};
use telos_pack::Failure;

/// One digest under way.
pub(crate) enum Hash {
    Sha256(Sha256),
    Sha512(Sha512),
    Sha1(sha1::Sha1),
    Md5(md5::Md5),
    Blake3(Box<blake3::Hasher>),
}

impl Hash {
    /// The digest of a name that the descriptor's choice has.
    pub(crate) fn new(algorithm: &str) -> Result<Self, Failure> {
        Ok(match algorithm {
            "sha256" => Self::Sha256(Sha256::new()),
            "sha512" => Self::Sha512(Sha512::new()),
            "sha1" => Self::Sha1(sha1::Sha1::new()),
            "md5" => Self::Md5(md5::Md5::new()),
            "blake3" => Self::Blake3(Box::default()),
            other => return Err(Failure::Internal(format!("`{other}` is not a digest"))),
        })
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
            Self::Sha1(hash) => hash.update(bytes),
            Self::Md5(hash) => hash.update(bytes),
            Self::Blake3(hash) => {
                hash.update(bytes);
            }
        }
    }

    /// Appends the digest, and begins anew.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Sha256(hash) => out.extend_from_slice(&hash.finalize_reset()),
            Self::Sha512(hash) => out.extend_from_slice(&hash.finalize_reset()),
            Self::Sha1(hash) => out.extend_from_slice(&hash.finalize_reset()),
            Self::Md5(hash) => out.extend_from_slice(&hash.finalize_reset()),
            Self::Blake3(hash) => {
                out.extend_from_slice(hash.finalize().as_bytes());
                hash.reset();
            }
        }
    }
}

/// A digest as lower-case hexadecimal digits.
pub(crate) fn digits(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is equal only for files with the same content: size and SHA-256.
pub(crate) type Identity = (u64, [u8; 32]);

/// The [`Identity`] of one file after the other.
#[derive(Default)]
pub(crate) struct Identifier {
    size: u64,
    hash: Sha256,
}

impl Identifier {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
    }

    /// The file ended; the next begins.
    pub(crate) fn finish(&mut self) -> Identity {
        (std::mem::take(&mut self.size), self.hash.finalize_reset().into())
    }
}
