//! A pack's component, at hand or packed.

use std::borrow::Cow;
use std::fmt;

/// A component. What is built in is deflated (RFC 1951): it is two thirds smaller so, and unpacked only to be compiled,
/// checked or shown.
#[derive(Clone)]
pub enum Component {
    /// As it is.
    Whole(Vec<u8>),
    /// Deflated.
    Packed {
        /// What it became.
        deflated: &'static [u8],
        /// Bytes of the whole.
        size: usize,
    },
}

impl Component {
    /// The whole component. `None` if what is packed is damaged.
    #[must_use]
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Whole(bytes) => Some(Cow::Borrowed(bytes)),
            Self::Packed { deflated, size } => {
                let whole = miniz_oxide::inflate::decompress_to_vec_with_limit(deflated, *size).ok()?;
                (whole.len() == *size).then_some(Cow::Owned(whole))
            }
        }
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(out, "{} bytes", bytes.len()),
            Self::Packed { deflated, size } => write!(out, "{size} bytes in {}", deflated.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Component;

    /// "aaaaaaaa", as zlib deflates it.
    const DEFLATED: &[u8] = &[0x4b, 0x4c, 0x84, 0x00, 0x00];

    #[test]
    fn what_was_packed_comes_back_and_damage_is_noticed() {
        let packed = |deflated, size| Component::Packed { deflated, size };
        assert_eq!(packed(DEFLATED, 8).bytes().as_deref(), Some(b"aaaaaaaa".as_slice()));
        assert_eq!(packed(DEFLATED, 7).bytes(), None);
        assert_eq!(packed(DEFLATED, 9).bytes(), None);
        assert_eq!(packed(&DEFLATED[..2], 8).bytes(), None);
    }
}
