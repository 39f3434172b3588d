//! Names and sizes that do not fit into a header: they come in a header of their own before it.

use super::header::until_nul;
use telos_pack::Failure;

/// Most bytes of what such a header holds. Names have 4,095 at most; the rest is for attributes that are passed over.
pub(super) const META_BYTES_MAX: usize = 1 << 20;

/// What a header says about the entry after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meta {
    /// Records of POSIX.1-2001 ("pax").
    Records,
    /// The same for all entries. Nothing there concerns names.
    Global,
    /// The name, in GNU's way.
    Name,
    /// The target of a link. Links are refused when they come.
    Target,
}

impl Meta {
    pub(super) fn of(kind: u8) -> Option<Self> {
        match kind {
            b'x' => Some(Self::Records),
            b'g' => Some(Self::Global),
            b'L' => Some(Self::Name),
            b'K' => Some(Self::Target),
            _ => None,
        }
    }
}

/// What replaces a header's own name and size.
#[derive(Default)]
pub(super) struct Long {
    pub(super) name: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
}

impl Long {
    /// Takes what stood at byte `at` of the archive.
    pub(super) fn take(&mut self, meta: Meta, data: &[u8], at: u64) -> Result<(), Failure> {
        match meta {
            Meta::Records => self.records(data, at),
            Meta::Name => {
                self.name = Some(until_nul(data).to_vec());
                Ok(())
            }
            Meta::Global | Meta::Target => Ok(()),
        }
    }

    fn records(&mut self, mut data: &[u8], at: u64) -> Result<(), Failure> {
        while !data.is_empty() {
            let refused = || Failure::bad(format!("the header at byte {at} has a record that cannot be read"));
            let (key, value, rest) = record(data).ok_or_else(refused)?;
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
                    self.size = Some(size.ok_or_else(refused)?);
                }
                _ if key.starts_with(b"GNU.sparse.") => {
                    return Err(Failure::bad(format!(
                        "the file at byte {at} is sparse; a bundle has only plain files"
                    )));
                }
                _ => {}
            }
            data = rest;
        }
        Ok(())
    }
}

/// The first record, `length key=value` and a line feed, and what follows it.
fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = memchr::memchr(b' ', data)?;
    let length: usize = std::str::from_utf8(data.get(..blank)?).ok()?.parse().ok()?;
    let pair = data.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = memchr::memchr(b'=', pair)?;
    Some((pair.get(..equals)?, pair.get(equals + 1..)?, data.get(length..)?))
}
