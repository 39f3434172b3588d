//! Walking a segment: whole records in order, and an exact account of the first byte that is not part of one.

use super::format::{self, FRAME_BYTES, HASH_BYTES, HEADER_BYTES, HeaderFault, PREFIX_BYTES, Prefix, SegmentHeader};
use super::source::{Source, Window};
use crate::codec::{narrow, wide};
use std::io;
use std::num::NonZero;
use std::ops::Range;
use std::thread;
use telos_abi::Digest;

/// Bytes that [`Walker::stride`] looks at: at least so many that threads pay, at most so many that they stay cheap.
const STRIDE_BYTES_MIN: usize = 256 << 10;
const STRIDE_BYTES_MAX: usize = 4 << 20;
/// Threads of a stride; reading keeps no more of them busy.
const STRIDE_THREADS_MAX: usize = 8;

/// One whole, correctly chained record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordView<'a> {
    /// Position in the segment, from 0.
    pub seq: u64,
    /// The caller's kind number.
    pub kind: u16,
    /// The caller's bytes.
    pub payload: &'a [u8],
    /// Chain hash: a digest of this record and all before it.
    pub hash: Digest,
    /// Where the record begins in the file.
    pub offset: u64,
}

/// What lies at the walker's position.
#[derive(Debug)]
pub enum Step<'a> {
    /// A whole record.
    Record(RecordView<'a>),
    /// Bytes that are no correctly chained record of this segment.
    Damage(Damage),
    /// The end of the file, right after a whole record.
    End,
}

/// Where whole records stop, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Sequence number that was due.
    pub seq: u64,
    /// Where its record should begin.
    pub offset: u64,
    /// What the damaged stretch looks like.
    pub shape: Shape,
    /// Where whole records begin again, if they do.
    pub next: Option<Resumption>,
}

/// A later record that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumption {
    /// Its sequence number.
    pub seq: u64,
    /// Where it begins.
    pub offset: u64,
    /// Records that were durable when it was appended.
    pub durable: u64,
}

/// What a damaged stretch looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Bytes of a record differ from what was chained.
    Changed,
    /// This many records are missing.
    Missing(u64),
    /// Records are not in their order.
    Reordered,
    /// A record of another segment stands here.
    Foreign,
}

impl Damage {
    /// Whether a write cut short by a kill or power cut explains it: nothing that was durable is concerned.
    #[must_use]
    pub fn may_be_torn(&self) -> bool {
        self.next.is_none_or(|next| next.durable <= self.seq)
    }
}

/// Reads a segment from its beginning. Total on any bytes; holds one window of the file, never all of it.
pub struct Walker<S> {
    window: Window<S>,
    header: SegmentHeader,
    tag: u32,
    offset: u64,
    seq: u64,
    head: Digest,
}

/// Why a walk could not begin.
#[derive(Debug)]
pub enum OpenFault {
    /// The system could not read.
    Io(io::Error),
    /// The header is not one.
    Header(HeaderFault),
}

impl<S: Source> Walker<S> {
    /// Reads the header and stands before the first record.
    ///
    /// # Errors
    /// When the header cannot be read or is not one.
    pub fn new(source: S) -> Result<Self, OpenFault> {
        let mut window = Window::new(source).map_err(OpenFault::Io)?;
        let bytes = window.get(0, HEADER_BYTES).map_err(OpenFault::Io)?.ok_or(OpenFault::Header(HeaderFault::Short))?;
        let header = SegmentHeader::parse(bytes).map_err(OpenFault::Header)?;
        let encoded: &[u8; HEADER_BYTES] = bytes.try_into().map_err(|_| OpenFault::Header(HeaderFault::Short))?;
        let tag = format::tag_of(encoded);
        let head = last_hash(encoded);
        Ok(Self { window, header, tag, offset: wide(HEADER_BYTES), seq: 0, head })
    }

    /// The segment's header.
    #[must_use]
    pub const fn header(&self) -> &SegmentHeader {
        &self.header
    }

    /// Sequence number that is due next.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Where the next record begins.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Chain hash of the last record passed; the header's digest before the first.
    #[must_use]
    pub const fn head(&self) -> Digest {
        self.head
    }

    pub(crate) const fn tag(&self) -> u32 {
        self.tag
    }

    /// Bytes of the file.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.window.length()
    }

    /// The next record. At damage the walker stays where it is; see [`Self::pass`].
    ///
    /// # Errors
    /// When the system cannot read.
    pub fn step(&mut self) -> io::Result<Step<'_>> {
        let (offset, seq) = (self.offset, self.seq);
        if offset == self.window.length() {
            return Ok(Step::End);
        }
        let Some(prefix) = self.whole_record(offset)?.filter(|prefix| prefix.seq == seq) else {
            return self.damage().map(Step::Damage);
        };
        let length = prefix.payload_bytes();
        let hashed = HASH_BYTES + PREFIX_BYTES + length;
        let Some(bytes) = self.window.get(offset - wide(HASH_BYTES), hashed + HASH_BYTES)? else {
            return Err(io::Error::other("the file shrank while it was read"));
        };
        self.offset = offset + prefix.record_bytes();
        self.seq = seq + 1;
        self.head = last_hash(bytes);
        let payload = &bytes[HASH_BYTES + PREFIX_BYTES..hashed];
        Ok(Step::Record(RecordView { seq, kind: prefix.kind, payload, hash: self.head, offset }))
    }

    /// Passes whole records on several threads, as far as they go, and shows each to `seen`: number, offset, chain
    /// hash. Answers how many. At 0 (little is left, or what comes next is not whole) [`Self::step`] knows more.
    ///
    /// A record's hash covers the stored hash before it, not the one recomputed for it, so records are checked
    /// independently; each being right makes the chain right.
    ///
    /// # Errors
    /// When the system cannot read.
    pub(crate) fn stride(&mut self, mut seen: impl FnMut(u64, u64, Digest)) -> io::Result<u64> {
        let before = self.offset - wide(HASH_BYTES);
        let left = narrow(self.window.length() - before).unwrap_or(STRIDE_BYTES_MAX).min(STRIDE_BYTES_MAX);
        if left < STRIDE_BYTES_MIN {
            return Ok(0);
        }
        let (tag, seq) = (self.tag, self.seq);
        let Some(bytes) = self.window.get(before, left)? else { return Ok(0) };
        let frames = framed(bytes, tag, seq);
        let whole = whole_frames(bytes, &frames);
        for (frame, seq) in frames.iter().take(whole).zip(seq..) {
            seen(seq, before + wide(frame.start + HASH_BYTES), last_hash(&bytes[..frame.end]));
        }
        if let Some(last) = whole.checked_sub(1).and_then(|last| frames.get(last)) {
            self.head = last_hash(&bytes[..last.end]);
            self.offset = before + wide(last.end);
            self.seq += wide(whole);
        }
        Ok(wide(whole))
    }

    /// Goes on after damage, at the next whole record.
    ///
    /// # Errors
    /// When the system cannot read.
    pub fn pass(&mut self, next: &Resumption) -> io::Result<()> {
        let before = next.offset - wide(HASH_BYTES);
        if let Some(bytes) = self.window.get(before, HASH_BYTES)? {
            self.head = last_hash(bytes);
        }
        self.offset = next.offset;
        self.seq = next.seq;
        Ok(())
    }

    /// The record at `offset` if it is whole, of this segment and chained to the 32 bytes before it.
    fn whole_record(&mut self, offset: u64) -> io::Result<Option<Prefix>> {
        let Some(prefix) = self.window.get(offset, PREFIX_BYTES)?.and_then(Prefix::parse) else {
            return Ok(None);
        };
        if prefix.tag != self.tag || prefix.durable > prefix.seq {
            return Ok(None);
        }
        let hashed = HASH_BYTES + PREFIX_BYTES + prefix.payload_bytes();
        let Some(bytes) = self.window.get(offset - wide(HASH_BYTES), hashed + HASH_BYTES)? else {
            return Ok(None);
        };
        Ok((format::chain_hash(&bytes[..hashed]) == last_hash(bytes)).then_some(prefix))
    }

    #[cold]
    fn damage(&mut self) -> io::Result<Damage> {
        let (seq, offset) = (self.seq, self.offset);
        let next = self.resume(offset + 1)?;
        let until = next.map_or(self.window.length(), |next| next.offset);
        let stretch = self.frames(offset, until)?;
        let shape = match &stretch {
            Some(frames) if !self.only_prefix_changed(offset)? => {
                classify(self.tag, seq, frames, next.map(|next| next.seq))
            }
            // Cut off within a record, or so changed that record boundaries are lost.
            _ => Shape::Changed,
        };
        Ok(Damage { seq, offset, shape, next })
    }

    /// Looks for the next whole record. Payloads may imitate records, so the bytes hashed in vain are limited.
    fn resume(&mut self, from: u64) -> io::Result<Option<Resumption>> {
        let length = self.window.length();
        let mut budget = length.saturating_mul(4).saturating_add(64 << 20);
        let tag = self.tag.to_le_bytes();
        let mut at = from;
        while let Some(available) = narrow((length - at).min(64 << 10)).filter(|count| *count >= FRAME_BYTES) {
            let Some(bytes) = self.window.get(at, available)? else {
                break;
            };
            let fits = |place: &usize| bytes[*place + 4..*place + 8] == tag;
            let places: Vec<usize> = (0..=available - PREFIX_BYTES).filter(fits).collect();
            for place in places {
                let offset = at + wide(place);
                let Some(prefix) = self.window.get(offset, PREFIX_BYTES)?.and_then(Prefix::parse) else {
                    continue;
                };
                if prefix.seq < self.seq || offset + prefix.record_bytes() > length {
                    continue;
                }
                match budget.checked_sub(prefix.record_bytes()) {
                    Some(left) => budget = left,
                    None => return Ok(None),
                }
                if self.whole_record(offset)?.is_some() {
                    return Ok(Some(Resumption { seq: prefix.seq, offset, durable: prefix.durable }));
                }
            }
            at += wide(available - PREFIX_BYTES + 1);
        }
        Ok(None)
    }

    /// The records between two offsets by their lengths alone, if they fill the stretch exactly.
    fn frames(&mut self, from: u64, until: u64) -> io::Result<Option<Vec<Prefix>>> {
        let mut out = Vec::new();
        let mut at = from;
        while at < until {
            let Some(prefix) = self.window.get(at, PREFIX_BYTES)?.and_then(Prefix::parse) else {
                return Ok(None);
            };
            at += prefix.record_bytes();
            out.push(prefix);
        }
        Ok((at == until).then_some(out))
    }

    /// Whether the record at `offset` is the one that is due, with only its tag or number changed.
    fn only_prefix_changed(&mut self, offset: u64) -> io::Result<bool> {
        let (tag, seq) = (self.tag, self.seq);
        let Some(prefix) = self.window.get(offset, PREFIX_BYTES)?.and_then(Prefix::parse) else {
            return Ok(false);
        };
        let hashed = HASH_BYTES + PREFIX_BYTES + prefix.payload_bytes();
        let Some(bytes) = self.window.get(offset - wide(HASH_BYTES), hashed + HASH_BYTES)? else {
            return Ok(false);
        };
        let mut restored = bytes[..hashed].to_vec();
        restored[HASH_BYTES..HASH_BYTES + PREFIX_BYTES].copy_from_slice(&Prefix { tag, seq, ..prefix }.encode());
        Ok(format::chain_hash(&restored) == last_hash(bytes))
    }
}

/// The stretches of the records that begin 32 bytes into `bytes`, each with the hash before it, by their prefixes alone.
fn framed(bytes: &[u8], tag: u32, first: u64) -> Vec<Range<usize>> {
    let (mut out, mut start) = (Vec::new(), 0);
    for seq in first.. {
        let prefix = bytes.get(start + HASH_BYTES..start + HASH_BYTES + PREFIX_BYTES).and_then(Prefix::parse);
        let due = prefix.filter(|prefix| prefix.tag == tag && prefix.seq == seq && prefix.durable <= seq);
        let Some(prefix) = due else { break };
        let end = start + HASH_BYTES + FRAME_BYTES + prefix.payload_bytes();
        if end > bytes.len() {
            break;
        }
        out.push(start..end);
        start = end - HASH_BYTES;
    }
    out
}

/// How many of the stretches, from the first on, end with the hash of what they hold.
fn whole_frames(bytes: &[u8], frames: &[Range<usize>]) -> usize {
    let whole = |frame: &Range<usize>| {
        let stretch = &bytes[frame.clone()];
        format::chain_hash(&stretch[..stretch.len() - HASH_BYTES]) == last_hash(stretch)
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(STRIDE_THREADS_MAX);
    let shares = frames.chunks(frames.len().div_ceil(threads).max(1));
    let counts: Vec<(usize, usize)> = thread::scope(|scope| {
        let count = |share: &[Range<usize>]| (share.iter().take_while(|frame| whole(frame)).count(), share.len());
        let mut shares: Vec<_> = shares.collect();
        let own = shares.pop().unwrap_or_default();
        let others: Vec<_> = shares
            .into_iter()
            .map(|share| (share, thread::Builder::new().spawn_scoped(scope, move || count(share))))
            .collect();
        let last = count(own);
        // Where the machine refuses a thread, this one does the work.
        let first = others.into_iter().map(|(share, thread)| match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(counted)) => counted,
            _ => count(share),
        });
        first.chain([last]).collect()
    });
    let full = counts.iter().take_while(|(whole, all)| whole == all).count();
    counts.iter().take(full + 1).map(|(whole, _)| whole).sum()
}

fn last_hash(bytes: &[u8]) -> Digest {
    Digest(bytes.last_chunk().copied().unwrap_or_default())
}

/// `due` is the number expected first, `until` the number of the whole record that follows the stretch.
fn classify(tag: u32, due: u64, frames: &[Prefix], until: Option<u64>) -> Shape {
    if frames.iter().any(|frame| frame.tag != tag) {
        return Shape::Foreign;
    }
    let count = wide(frames.len());
    let mut numbers: Vec<u64> = frames.iter().map(|frame| frame.seq).collect();
    if numbers.iter().copied().eq(due..due.saturating_add(count)) && until.is_none_or(|until| until == due + count) {
        return Shape::Changed;
    }
    let rising = numbers.is_sorted_by(|left, right| left < right);
    numbers.sort_unstable();
    let permuted = numbers.iter().copied().eq(due..due.saturating_add(count));
    let fits = until.is_none_or(|until| until.checked_sub(due) == Some(count));
    match (rising, numbers.first(), until) {
        _ if permuted && fits => Shape::Reordered,
        (true, Some(first), None) if *first > due => Shape::Missing(first - due),
        (true, Some(first), Some(until)) if *first >= due && numbers.last() < Some(&until) && until - due > count => {
            Shape::Missing(until - due - count)
        }
        (true, None, Some(until)) if until > due => Shape::Missing(until - due),
        _ => Shape::Reordered,
    }
}
