//! Content identity.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A BLAKE3-256 digest. Which bytes were hashed, and under which domain, is said by the newtype around it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(#[serde(with = "as_bytes")] pub [u8; 32]);

impl Digest {
    /// All zero; the "previous" of the first record of a chain.
    pub const ZERO: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits, in either case. `None` for anything else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut out = [0_u8; 32];
        for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(out))
    }

    /// The first eight hexadecimal digits, for people; never enough to identify anything to a program.
    #[must_use]
    pub fn short(&self) -> ShortDigest {
        ShortDigest(*self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.short())
    }
}

/// Prints the first eight digits of a digest.
#[derive(Clone, Copy)]
pub struct ShortDigest(Digest);

impl fmt::Display for ShortDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0[..4].iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// Digests travel as byte strings (33 bytes in CBOR), not as arrays of 32 integers (up to 66).
mod as_bytes {
    use core::fmt;
    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        from.deserialize_bytes(Exactly32)
    }

    struct Exactly32;

    impl<'de> Visitor<'de> for Exactly32 {
        type Value = [u8; 32];

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("32 bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<[u8; 32], E> {
            bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<[u8; 32], A::Error> {
            let mut out = [0_u8; 32];
            for (index, byte) in out.iter_mut().enumerate() {
                *byte = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(index, &self))?;
            }
            match seq.next_element::<u8>()? {
                None => Ok(out),
                Some(_) => Err(A::Error::invalid_length(33, &self)),
            }
        }
    }
}
