//! Publishers: two signatures over the same bytes, one classical and one post-quantum; both must hold.

use crate::PackError;
use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair, ML_DSA_65, ML_DSA_65_SIGNING, PqdsaKeyPair, UnparsedPublicKey,
};
use std::fmt;

/// Bytes of an Ed25519 public key.
pub(crate) const ED25519_KEY_BYTES: usize = 32;
/// Bytes of an Ed25519 signature.
pub(crate) const ED25519_SIGNATURE_BYTES: usize = 64;
/// Bytes of an ML-DSA-65 public key (FIPS 204, table 2).
pub(crate) const ML_DSA_KEY_BYTES: usize = 1952;
/// Bytes of an ML-DSA-65 signature (FIPS 204, table 2).
pub(crate) const ML_DSA_SIGNATURE_BYTES: usize = 3309;

/// A publisher's public keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublisherKey {
    ed25519: Vec<u8>,
    ml_dsa: Vec<u8>,
}

impl PublisherKey {
    /// Bytes of both keys.
    pub const BYTES: usize = ED25519_KEY_BYTES + ML_DSA_KEY_BYTES;

    /// Reads the Ed25519 key followed by the ML-DSA-65 key. `None` for another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (ed25519, ml_dsa) = bytes.split_at_checked(ED25519_KEY_BYTES)?;
        (ml_dsa.len() == ML_DSA_KEY_BYTES).then(|| Self { ed25519: ed25519.to_vec(), ml_dsa: ml_dsa.to_vec() })
    }

    /// Both keys, as [`PublisherKey::from_bytes`] reads them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.ed25519.as_slice(), &self.ml_dsa].concat()
    }

    /// Checks both signatures over `message`.
    pub(crate) fn verify(&self, message: &[u8], signatures: &Signatures) -> Result<(), PackError> {
        UnparsedPublicKey::new(&ED25519, &self.ed25519)
            .verify(message, &signatures.ed25519)
            .map_err(|_| PackError::BadSignature("Ed25519"))?;
        UnparsedPublicKey::new(&ML_DSA_65, &self.ml_dsa)
            .verify(message, &signatures.ml_dsa)
            .map_err(|_| PackError::BadSignature("ML-DSA-65"))
    }
}

impl fmt::Display for PublisherKey {
    /// The first sixteen digits of the keys' BLAKE3.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", &blake3::hash(&self.to_bytes()).to_hex()[..16])
    }
}

impl fmt::Debug for PublisherKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublisherKey({self})")
    }
}

/// Both signatures.
pub(crate) struct Signatures {
    pub(crate) ed25519: Vec<u8>,
    pub(crate) ml_dsa: Vec<u8>,
}

/// A publisher's secret keys.
pub struct PublisherKeys {
    ed25519: Ed25519KeyPair,
    ml_dsa: PqdsaKeyPair,
}

impl PublisherKeys {
    /// New keys from the system's randomness.
    ///
    /// # Errors
    /// When there is none.
    pub fn generate() -> Result<Self, PackError> {
        Ok(Self {
            ed25519: Ed25519KeyPair::generate().map_err(|_| PackError::Keys("Ed25519 key generation failed"))?,
            ml_dsa: PqdsaKeyPair::generate(&ML_DSA_65_SIGNING)
                .map_err(|_| PackError::Keys("ML-DSA-65 key generation failed"))?,
        })
    }

    /// Keys from two 32-byte seeds, which the caller keeps secret.
    ///
    /// # Errors
    /// When the seeds are refused.
    pub fn from_seeds(ed25519: &[u8; 32], ml_dsa: &[u8; 32]) -> Result<Self, PackError> {
        Ok(Self {
            ed25519: Ed25519KeyPair::from_seed_unchecked(ed25519)
                .map_err(|_| PackError::Keys("the Ed25519 seed is refused"))?,
            ml_dsa: PqdsaKeyPair::from_seed(&ML_DSA_65_SIGNING, ml_dsa)
                .map_err(|_| PackError::Keys("the ML-DSA-65 seed is refused"))?,
        })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublisherKey {
        PublisherKey {
            ed25519: self.ed25519.public_key().as_ref().to_vec(),
            ml_dsa: self.ml_dsa.public_key().as_ref().to_vec(),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Signatures, PackError> {
        let mut ml_dsa = vec![0; ML_DSA_SIGNATURE_BYTES];
        let length = self.ml_dsa.sign(message, &mut ml_dsa).map_err(|_| PackError::Keys("signing failed"))?;
        ml_dsa.truncate(length);
        Ok(Signatures { ed25519: self.ed25519.sign(message).as_ref().to_vec(), ml_dsa })
    }
}
