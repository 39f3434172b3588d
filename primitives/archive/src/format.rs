//! What data is, by how it begins.

/// Bytes that are looked at.
pub(crate) const LOOKED_AT: usize = 512;

/// A form in which data is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zlib,
    Bzip2,
    Xz,
    Zstd,
    Lz4,
}

/// What data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Compressed(Compression),
    Zip,
    Tar,
    Unknown,
}

impl Format {
    /// Recognises data by its first [`LOOKED_AT`] bytes, or all if there are fewer.
    pub(crate) fn of(data: &[u8]) -> Self {
        match data {
            [0x1f, 0x8b, 8, ..] => Self::Compressed(Compression::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if bzip2_goes_on(rest) => Self::Compressed(Compression::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Compressed(Compression::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Compressed(Compression::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] => Self::Compressed(Compression::Lz4),
            // A member, an empty archive, one that is divided.
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => Self::Zip,
            _ if crate::tarball::is_header(data) => Self::Tar,
            // The two bytes are a multiple of 31 for every window and level; only the usual windows are believed.
            [0x58 | 0x68 | 0x78, second, ..] if u16::from_be_bytes([data[0], *second]).is_multiple_of(31) => {
                Self::Compressed(Compression::Zlib)
            }
            _ => Self::Unknown,
        }
    }
}

/// After the four bytes comes the number π before a block, or that of its root before the end.
fn bzip2_goes_on(rest: &[u8]) -> bool {
    let begins = |magic: &[u8]| rest.iter().zip(magic).all(|(byte, wanted)| byte == wanted);
    begins(b"1AY&SY") || begins(b"\x17rE8P\x90")
}
