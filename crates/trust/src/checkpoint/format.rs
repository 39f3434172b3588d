//! Checkpoint file format v1. See `docs/log-format.md`.

use crate::codec::{self, Reader, wide};
use crate::head::LogId;
use crate::keys::{KeyId, SIGNATURE_BYTES, Signature};
use telos_abi::{Digest, RunId, Timestamp};

const MAGIC: &[u8; 8] = b"TELOSCKP";
const VERSION: u16 = 1;
/// Bytes of the file's header; the first frame begins here.
pub(crate) const HEADER_BYTES: usize = 8 + 2 + 6 + 16 + 32;
/// The context checkpoints are signed in.
pub(crate) const SIGNING_CONTEXT: &str = "telos log checkpoint v1";
/// Bytes of the signed part of a frame.
const STATEMENT_BYTES: usize = 8 + 32 + 16 + 8 + 32 + 4 + 32;
/// Bytes of one entry.
const ENTRY_BYTES: usize = 8 + 4 + 1 + 8 + 8 + 32;
/// Most entries of one checkpoint; what is left over joins the next.
pub(crate) const ENTRIES_MAX: usize = 4_096;
/// Bytes of a frame beside its entries: both lengths, statement, signatures and check.
const FRAME_FIXED_BYTES: usize = 4 + STATEMENT_BYTES + SIGNATURE_BYTES + 32 + 4;
/// Most bytes of a frame.
pub(crate) const FRAME_BYTES_MAX: usize = FRAME_FIXED_BYTES + ENTRIES_MAX * ENTRY_BYTES;

const HEADER_DOMAIN: &[u8; 32] = b"telos log v1: checkpoint header ";
const STATEMENT_DOMAIN: &[u8; 32] = b"telos log v1: checkpoint digest ";
const FRAME_DOMAIN: &[u8; 32] = b"telos log v1: checkpoint frame  ";
const TREE_DOMAIN: &[u8; 32] = b"telos log v1: checkpoint tree   ";

/// What a checkpoint says of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EntryState {
    /// The run ended and its segment is complete.
    Closed = 1,
    /// The run was killed; this is what it left. It may be resumed and covered again.
    Interrupted = 2,
    /// The records were dropped by retention; the chain hash stays as their trace.
    Pruned = 3,
}

/// A segment's line in a checkpoint: a leaf of its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) run: RunId,
    pub(crate) state: EntryState,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) head: Digest,
}

/// The signed part of a checkpoint. Its entries are signed through the root of their tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) index: u64,
    pub(crate) previous: Digest,
    pub(crate) log: LogId,
    pub(crate) at: Timestamp,
    pub(crate) key: KeyId,
    pub(crate) entries: u32,
    pub(crate) root: Digest,
}

/// A whole checkpoint as read; the signature is not checked yet.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) statement: Statement,
    pub(crate) entries: Vec<Entry>,
    pub(crate) signature: Signature,
    /// Whether the entries are the ones whose root was signed, and the frame's own check holds.
    pub(crate) intact: bool,
    /// Bytes of the frame in the file.
    pub(crate) bytes: usize,
}

impl Entry {
    fn encode(&self) -> [u8; ENTRY_BYTES] {
        let mut out = Vec::with_capacity(ENTRY_BYTES);
        out.extend_from_slice(&self.run.started_ms.to_le_bytes());
        out.extend_from_slice(&self.run.nonce.to_le_bytes());
        out.push(self.state as u8);
        out.extend_from_slice(&self.records.to_le_bytes());
        out.extend_from_slice(&self.bytes.to_le_bytes());
        out.extend_from_slice(&self.head.0);
        out.try_into().expect("the fields above add up to ENTRY_BYTES")
    }

    fn parse(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            run: RunId { started_ms: reader.u64()?, nonce: reader.u32()? },
            state: match reader.array::<1>()? {
                [1] => EntryState::Closed,
                [2] => EntryState::Interrupted,
                [3] => EntryState::Pruned,
                _ => return None,
            },
            records: reader.u64()?,
            bytes: reader.u64()?,
            head: Digest(reader.array()?),
        })
    }
}

impl Statement {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(STATEMENT_BYTES);
        out.extend_from_slice(&self.index.to_le_bytes());
        out.extend_from_slice(&self.previous.0);
        out.extend_from_slice(&self.log.0);
        out.extend_from_slice(&self.at.0.to_le_bytes());
        out.extend_from_slice(&self.key.0.0);
        out.extend_from_slice(&self.entries.to_le_bytes());
        out.extend_from_slice(&self.root.0);
        out
    }

    fn parse(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            index: reader.u64()?,
            previous: Digest(reader.array()?),
            log: LogId(reader.array()?),
            at: Timestamp(reader.u64()?),
            key: KeyId(Digest(reader.array()?)),
            entries: reader.u32()?,
            root: Digest(reader.array()?),
        })
    }

    /// The checkpoint's digest: what is signed, and what the next checkpoint names as its previous.
    pub(crate) fn digest(&self) -> Digest {
        Digest(blake3::keyed_hash(STATEMENT_DOMAIN, &self.encode()).into())
    }
}

/// The file's header.
pub(crate) fn encode_header(log: LogId) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 6]);
    out.extend_from_slice(&log.0);
    let digest = blake3::keyed_hash(HEADER_DOMAIN, &out);
    out.extend_from_slice(digest.as_bytes());
    out
}

/// Reads the header. `Err(Some(version))` for a newer version, `Err(None)` for what is no header.
pub(crate) fn parse_header(bytes: &[u8]) -> Result<LogId, Option<u16>> {
    let mut reader = Reader::new(bytes);
    if reader.slice(MAGIC.len()) != Some(MAGIC) {
        return Err(None);
    }
    match reader.u16() {
        Some(1) => {
            let id = (reader.slice(6), reader.array());
            match id {
                (Some(_), Some(id)) if bytes.get(..HEADER_BYTES) == Some(&encode_header(LogId(id))) => Ok(LogId(id)),
                _ => Err(None),
            }
        }
        Some(version) if version > VERSION => Err(Some(version)),
        _ => Err(None),
    }
}

/// The bytes of a checkpoint.
pub(crate) fn encode_frame(statement: &Statement, entries: &[Entry], signature: &Signature) -> Vec<u8> {
    let total = FRAME_FIXED_BYTES + entries.len() * ENTRY_BYTES;
    let length = u32::try_from(total).expect("ENTRIES_MAX keeps frames far below 4 GiB").to_le_bytes();
    let mut out = Vec::with_capacity(total);
    out.extend_from_slice(&length);
    out.extend_from_slice(&statement.encode());
    for entry in entries {
        out.extend_from_slice(&entry.encode());
    }
    out.extend_from_slice(signature.as_bytes());
    let check = blake3::keyed_hash(FRAME_DOMAIN, &out);
    out.extend_from_slice(check.as_bytes());
    // The length again, so that the last frame is found from the end of the file.
    out.extend_from_slice(&length);
    out
}

/// The length that a frame beginning with these bytes claims, if a frame can have it.
pub(crate) fn claimed_bytes(first: [u8; 4]) -> Option<usize> {
    let length = codec::narrow(u64::from(u32::from_le_bytes(first)))?;
    let entries = length.checked_sub(FRAME_FIXED_BYTES)?;
    (length <= FRAME_BYTES_MAX && entries.is_multiple_of(ENTRY_BYTES)).then_some(length)
}

impl Frame {
    /// Reads the frame that `bytes` begin with. `None` if they hold no whole frame.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let first: [u8; 4] = *bytes.first_chunk()?;
        let length = claimed_bytes(first)?;
        let frame = bytes.get(..length)?;
        let (checked, rest) = frame.split_at_checked(length - 36)?;
        let mut reader = Reader::new(checked);
        reader.slice(4)?;
        let statement = Statement::parse(&mut reader)?;
        let count = (length - FRAME_FIXED_BYTES) / ENTRY_BYTES;
        let mut well_formed = wide(count) == u64::from(statement.entries);
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            let mut one = Reader::new(reader.slice(ENTRY_BYTES)?);
            match Entry::parse(&mut one) {
                Some(entry) => entries.push(entry),
                None => well_formed = false,
            }
        }
        let signature = Signature::from_bytes(reader.slice(SIGNATURE_BYTES)?)?;
        let check_holds = rest.first_chunk() == Some(blake3::keyed_hash(FRAME_DOMAIN, checked).as_bytes())
            && rest.last_chunk() == Some(&first);
        let intact = well_formed && check_holds && root_of(&entries) == statement.root;
        Some(Self { statement, entries, signature, intact, bytes: length })
    }
}

/// Root of the entries' Merkle tree (RFC 6962 shape, BLAKE3): leaves `H(0 ‖ entry)`, nodes `H(1 ‖ left ‖ right)`.
pub(crate) fn root_of(entries: &[Entry]) -> Digest {
    // Complete subtrees from left to right with their number of leaves; equal neighbours merge.
    let mut peaks: Vec<(u64, Digest)> = Vec::new();
    for entry in entries {
        let mut leaf = vec![0];
        leaf.extend_from_slice(&entry.encode());
        peaks.push((1, Digest(blake3::keyed_hash(TREE_DOMAIN, &leaf).into())));
        while let [.., (left_size, left), (right_size, right)] = peaks.as_slice() {
            if left_size != right_size {
                break;
            }
            let merged = (left_size * 2, node(left, right));
            peaks.truncate(peaks.len() - 2);
            peaks.push(merged);
        }
    }
    let folded = peaks.into_iter().rev().map(|(_, digest)| digest).reduce(|right, left| node(&left, &right));
    folded.unwrap_or_else(|| Digest(blake3::keyed_hash(TREE_DOMAIN, b"").into()))
}

fn node(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [1_u8; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Digest(blake3::keyed_hash(TREE_DOMAIN, &bytes).into())
}

/// Reads `bytes` as a checkpoint file and answers how many whole frames it begins with. For fuzzing: total on any
/// bytes.
#[must_use]
pub fn check_bytes(bytes: &[u8]) -> Option<u64> {
    parse_header(bytes).ok()?;
    let mut rest = bytes.get(HEADER_BYTES..)?;
    let mut count = 0;
    while let Some(frame) = Frame::parse(rest) {
        rest = rest.get(frame.bytes..)?;
        count += 1;
    }
    Some(count)
}
