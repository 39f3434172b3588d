//! Public keys: what a stranger needs to check a log.

use crate::codec::{from_hex, to_hex};
use crate::error::PublicKeyError;
use aws_lc_rs::signature::{ED25519, ML_DSA_65, UnparsedPublicKey};
use std::fmt;
use telos_abi::Digest;

/// Bytes of an Ed25519 public key.
pub(crate) const ED25519_KEY_BYTES: usize = 32;
/// Bytes of an ML-DSA-65 public key.
pub(crate) const ML_DSA_KEY_BYTES: usize = 1_952;
/// Bytes of an Ed25519 signature.
pub(crate) const ED25519_SIGNATURE_BYTES: usize = 64;
/// Bytes of an ML-DSA-65 signature.
pub(crate) const ML_DSA_SIGNATURE_BYTES: usize = 3_309;
/// Bytes of both signatures, Ed25519 first.
pub(crate) const SIGNATURE_BYTES: usize = ED25519_SIGNATURE_BYTES + ML_DSA_SIGNATURE_BYTES;
/// Most bytes of a public key's text: more than a real one takes, with room for comments.
pub const PUBLIC_KEY_TEXT_BYTES_MAX: usize = 16 << 10;

const FIRST_LINE: &str = "telos-public-key 1";

/// Identity of a pair of public keys: a digest over both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub Digest);

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// An Ed25519 and an ML-DSA-65 signature over the same message. Valid only if both are: a break of either algorithm
/// alone forges nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature(Box<[u8; SIGNATURE_BYTES]>);

impl Signature {
    /// Reads what [`Self::as_bytes`] gave. `None` if the length is wrong; nothing else is checked here.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Box::new(bytes.try_into().ok()?)))
    }

    /// Both signatures, Ed25519 first: 3,373 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// The public halves of an identity's keys.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKeys {
    ed25519: [u8; ED25519_KEY_BYTES],
    ml_dsa: Box<[u8; ML_DSA_KEY_BYTES]>,
    id: KeyId,
}

impl PublicKeys {
    pub(crate) fn new(ed25519: [u8; ED25519_KEY_BYTES], ml_dsa: Box<[u8; ML_DSA_KEY_BYTES]>) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("telos 2026 trust v1 key id");
        hasher.update(&ed25519).update(ml_dsa.as_slice());
        let id = KeyId(Digest(hasher.finalize().into()));
        Self { ed25519, ml_dsa, id }
    }

    /// The pair's identity.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Whether both signatures over `message` in this context are valid.
    #[must_use]
    pub fn verify(&self, context: &str, message: &[u8], signature: &Signature) -> bool {
        let framed = framed(context, message);
        let (classical, lattice) = signature.0.split_at(ED25519_SIGNATURE_BYTES);
        let ed25519 = UnparsedPublicKey::new(&ED25519, self.ed25519);
        let ml_dsa = UnparsedPublicKey::new(&ML_DSA_65, self.ml_dsa.as_slice());
        ed25519.verify(&framed, classical).is_ok() && ml_dsa.verify(&framed, lattice).is_ok()
    }

    /// Reads the text that `Display` prints. Blank lines and lines that begin with `#` are skipped. Total on any text.
    ///
    /// # Errors
    /// When a line is missing, unknown or malformed, or the id does not belong to the keys.
    pub fn parse(text: &str) -> Result<Self, PublicKeyError> {
        let fail = |what| PublicKeyError { what };
        if text.len() > PUBLIC_KEY_TEXT_BYTES_MAX {
            return Err(fail("it is too long"));
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        if lines.next() != Some(FIRST_LINE) {
            return Err(fail("the first line is not \"telos-public-key 1\""));
        }
        let mut field = |name: &str| lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let ed25519 =
            field("ed25519").and_then(from_hex).ok_or(fail("the line \"ed25519\" is missing or malformed"))?;
        let ml_dsa =
            field("ml-dsa-65").and_then(from_hex).ok_or(fail("the line \"ml-dsa-65\" is missing or malformed"))?;
        let id = field("id").and_then(Digest::from_hex).ok_or(fail("the line \"id\" is missing or malformed"))?;
        if lines.next().is_some() {
            return Err(fail("something follows the line \"id\""));
        }
        let keys = Self::new(ed25519, Box::new(ml_dsa));
        if keys.id.0 == id { Ok(keys) } else { Err(fail("the id does not belong to the keys, so a digit was changed")) }
    }
}

impl fmt::Display for PublicKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{FIRST_LINE}")?;
        writeln!(out, "ed25519 {}", to_hex(&self.ed25519))?;
        writeln!(out, "ml-dsa-65 {}", to_hex(self.ml_dsa.as_slice()))?;
        writeln!(out, "id {}", self.id)
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicKeys({})", self.id.0.short())
    }
}

/// What is really signed: no message of one context can be passed off as a message of another.
pub(crate) fn framed(context: &str, message: &[u8]) -> Vec<u8> {
    let mut out = b"telos signature v1\0".to_vec();
    out.extend_from_slice(&crate::codec::wide(context.len()).to_le_bytes());
    out.extend_from_slice(context.as_bytes());
    out.extend_from_slice(message);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> PublicKeys {
        PublicKeys::new([7; ED25519_KEY_BYTES], Box::new([9; ML_DSA_KEY_BYTES]))
    }

    #[test]
    fn the_text_comes_back() {
        let text = sample().to_string();
        assert_eq!(PublicKeys::parse(&text), Ok(sample()));
        let decorated = format!("# from Ada\r\n\r\n{}", text.replace('\n', "\r\n"));
        assert_eq!(PublicKeys::parse(&decorated), Ok(sample()));
    }

    #[test]
    fn contexts_do_not_mix() {
        assert_ne!(framed("ab", b"c"), framed("a", b"bc"));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC{0,200}") {
            prop_assert!(PublicKeys::parse(&text).is_err());
        }

        #[test]
        fn a_changed_digit_is_noticed(place in 20_usize..4_000, digit in "[0-9a-f]") {
            let mut text = sample().to_string();
            text.replace_range(place..=place, &digit);
            let parsed = PublicKeys::parse(&text);
            prop_assert!(text == sample().to_string() || parsed.is_err());
        }
    }
}
