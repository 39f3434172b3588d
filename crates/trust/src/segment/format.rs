//! Segment format v1: one run's records, each chained to the one before. See `docs/log-format.md`.

use crate::codec::{self, Reader};
use crate::head::LogId;
use crate::keys::KeyId;
use telos_abi::limit::RECORD_BYTES_MAX;
use telos_abi::{Digest, RunId, Timestamp};

const MAGIC: &[u8; 8] = b"TELOSSEG";
/// The version this room writes, and the newest it reads.
pub(crate) const VERSION: u16 = 1;
/// Bytes of the header before its digest.
const HEADER_BODY_BYTES: usize = 128;
// The sum is checked at the end of this file.
/// Bytes of the header; the first record begins here.
pub(crate) const HEADER_BYTES: usize = HEADER_BODY_BYTES + HASH_BYTES;
/// Bytes of a chain hash.
pub(crate) const HASH_BYTES: usize = 32;
/// Bytes of a record before its payload.
pub(crate) const PREFIX_BYTES: usize = 4 + 4 + 8 + 8 + 2;
/// Bytes of a record beside its payload.
pub(crate) const FRAME_BYTES: usize = PREFIX_BYTES + HASH_BYTES;

// Keys of keyed BLAKE3: public constants that separate the domains of the hashes.
const HEADER_DOMAIN: &[u8; 32] = b"telos log v1: segment header    ";
const RECORD_DOMAIN: &[u8; 32] = b"telos log v1: record chain      ";

/// What a segment says of itself before its first record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// The log it belongs to.
    pub log: LogId,
    /// The run whose records it holds.
    pub run: RunId,
    /// When it was begun.
    pub created: Timestamp,
    /// The identity that began it.
    pub key: KeyId,
    /// Number of checkpoints the log had when it was begun.
    pub checkpoints_before: u64,
    /// Digest of the last of them; zero if there was none.
    pub checkpoint_before: Digest,
}

/// Why bytes are not a segment header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderFault {
    /// Fewer bytes than a header has: the writer was killed before anything was recorded.
    Short,
    /// Not a segment, or its header was changed.
    Damaged,
    /// Written by this newer version of the format.
    Version(u16),
}

impl SegmentHeader {
    /// The bytes a segment begins with.
    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut body = Vec::with_capacity(HEADER_BYTES);
        body.extend_from_slice(MAGIC);
        body.extend_from_slice(&VERSION.to_le_bytes());
        body.extend_from_slice(&[0; 6]);
        body.extend_from_slice(&self.log.0);
        body.extend_from_slice(&self.run.started_ms.to_le_bytes());
        body.extend_from_slice(&self.run.nonce.to_le_bytes());
        body.extend_from_slice(&[0; 4]);
        body.extend_from_slice(&self.created.0.to_le_bytes());
        body.extend_from_slice(&self.key.0.0);
        body.extend_from_slice(&self.checkpoints_before.to_le_bytes());
        body.extend_from_slice(&self.checkpoint_before.0);
        let digest = blake3::keyed_hash(HEADER_DOMAIN, &body);
        body.extend_from_slice(digest.as_bytes());
        body.try_into().expect("the fields above add up to HEADER_BYTES")
    }

    /// Reads a header from the beginning of a segment. Total on any bytes.
    ///
    /// # Errors
    /// When the bytes are too few, not a header, or of a newer version.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderFault> {
        let header = bytes.get(..HEADER_BYTES).ok_or(HeaderFault::Short)?;
        let mut reader = Reader::new(header);
        if reader.slice(MAGIC.len()) != Some(MAGIC) {
            return Err(HeaderFault::Damaged);
        }
        match reader.u16() {
            Some(1) => Self::parse_v1(header, reader).ok_or(HeaderFault::Damaged),
            Some(version) if version > VERSION => Err(HeaderFault::Version(version)),
            _ => Err(HeaderFault::Damaged),
        }
    }

    fn parse_v1(header: &[u8], mut reader: Reader<'_>) -> Option<Self> {
        let (body, digest) = header.split_at_checked(HEADER_BODY_BYTES)?;
        if blake3::keyed_hash(HEADER_DOMAIN, body).as_bytes() != digest {
            return None;
        }
        reader.slice(6)?;
        let log = LogId(reader.array()?);
        let run = RunId { started_ms: reader.u64()?, nonce: reader.u32()? };
        reader.slice(4)?;
        Some(Self {
            log,
            run,
            created: Timestamp(reader.u64()?),
            key: KeyId(Digest(reader.array()?)),
            checkpoints_before: reader.u64()?,
            checkpoint_before: Digest(reader.array()?),
        })
    }
}

/// Most records of a segment. Out of reach for a writer; keeps arithmetic on outside numbers from overflowing.
const RECORDS_MAX: u64 = 1 << 62;

/// The fixed part of a record, before its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    /// Payload bytes.
    pub(crate) length: u32,
    /// First four bytes of the header's digest: tells records of other segments apart and finds record boundaries.
    pub(crate) tag: u32,
    /// Position in the segment, from 0.
    pub(crate) seq: u64,
    /// Records known to be durable when this one was appended: whatever is lost before them was no torn write.
    pub(crate) durable: u64,
    /// The caller's kind number.
    pub(crate) kind: u16,
}

impl Prefix {
    pub(crate) fn encode(&self) -> [u8; PREFIX_BYTES] {
        let mut out = [0; PREFIX_BYTES];
        out[0..4].copy_from_slice(&self.length.to_le_bytes());
        out[4..8].copy_from_slice(&self.tag.to_le_bytes());
        out[8..16].copy_from_slice(&self.seq.to_le_bytes());
        out[16..24].copy_from_slice(&self.durable.to_le_bytes());
        out[24..26].copy_from_slice(&self.kind.to_le_bytes());
        out
    }

    /// `None` if the bytes are too few, or the length or number is over its limit.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let prefix = Self {
            length: reader.u32()?,
            tag: reader.u32()?,
            seq: reader.u64()?,
            durable: reader.u64()?,
            kind: reader.u16()?,
        };
        (prefix.payload_bytes() <= RECORD_BYTES_MAX && prefix.seq < RECORDS_MAX).then_some(prefix)
    }

    pub(crate) fn payload_bytes(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// Bytes of the whole record.
    pub(crate) fn record_bytes(&self) -> u64 {
        u64::from(self.length) + codec::wide(FRAME_BYTES)
    }
}

/// The chain hash of a record. `chained` is the 32 bytes of the hash before it, its prefix and its payload, which lie
/// next to each other in the file.
pub(crate) fn chain_hash(chained: &[u8]) -> Digest {
    Digest(blake3::keyed_hash(RECORD_DOMAIN, chained).into())
}

/// The tag of the segment that begins with this header.
pub(crate) fn tag_of(header: &[u8; HEADER_BYTES]) -> u32 {
    let mut reader = Reader::new(&header[HEADER_BODY_BYTES..]);
    reader.u32().unwrap_or_default()
}

const _: () = assert!(HEADER_BODY_BYTES == 8 + 2 + 6 + 16 + 8 + 4 + 4 + 8 + 32 + 8 + 32);
