//! What may happen to a plan's bytes between the one who wrote them and the one who reads them.

/// A change of bytes that leaves something other than one canonical plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// No bytes at all.
    Empty,
    /// The end is missing.
    Truncated,
    /// Bytes follow the plan.
    Trailing,
    /// A key of the outer map is given twice.
    DuplicateKey,
    /// The outer map's size is written in more bytes than it needs.
    LongLength,
    /// The outer map has no size and an end mark instead.
    Indefinite,
    /// A list promises 2⁶⁴−1 items.
    HugeLength,
    /// Lists in lists, far deeper than any plan.
    Deep,
    /// A tag around the plan.
    Tagged,
    /// A key that no plan has.
    UnknownKey,
}

impl Tamper {
    /// Every way.
    pub const ALL: [Self; 10] = [
        Self::Empty,
        Self::Truncated,
        Self::Trailing,
        Self::DuplicateKey,
        Self::LongLength,
        Self::Indefinite,
        Self::HugeLength,
        Self::Deep,
        Self::Tagged,
        Self::UnknownKey,
    ];

    /// Changes the canonical bytes of a graph, which begin with the header of a map of two keys.
    pub fn apply(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Empty => bytes.clear(),
            Self::Truncated => bytes.truncate(bytes.len().saturating_sub(1)),
            Self::Trailing => bytes.push(0),
            Self::DuplicateKey => add_key(bytes, b"outputs"),
            Self::UnknownKey => add_key(bytes, b"trusted"),
            Self::LongLength => drop(bytes.splice(..1, [0xb8, 2])),
            Self::Indefinite => {
                bytes.splice(..1, [0xbf]);
                bytes.push(0xff);
            }
            Self::HugeLength => {
                let head = [&[0x9b_u8][..], &[0xff; 8]].concat();
                bytes.splice(..1, head);
            }
            Self::Deep => *bytes = vec![0x81; 50_000],
            Self::Tagged => bytes.insert(0, 0xc1),
        }
    }
}

/// A third pair in the outer map: the key with an empty list.
fn add_key(bytes: &mut Vec<u8>, key: &[u8; 7]) {
    bytes.splice(..1, [0xa3]);
    bytes.push(0x67);
    bytes.extend_from_slice(key);
    bytes.push(0x80);
}
