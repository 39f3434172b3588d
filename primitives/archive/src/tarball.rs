//! Tar archives, walked while they come. Headers are read by crate `tar`.

use crate::name::MEMBERS_MAX;
use crate::source::{Kind, Member, Visit};
use crate::time;
use tar::{EntryType, Header};
use telos_pack::{Failure, Out};

/// Bytes of a block: headers are one, contents are filled up to a multiple.
pub(crate) const BLOCK: usize = 512;
/// Most bytes of a header that holds what fits into no field: a long name, attributes.
const RECORDS_BYTES_MAX: u64 = 1 << 20;

/// Digits that the length of a record may have, and the blank after them.
const RECORD_DIGITS_MAX: usize = 20;

/// Whether data begins with a header, or with the zeros of an archive without members.
pub(crate) fn is_header(data: &[u8]) -> bool {
    data.first_chunk::<BLOCK>().is_some_and(|block| block.iter().all(|byte| *byte == 0) || has_checksum(block))
}

/// Whether the sum of a header's bytes is the one it tells.
fn has_checksum(block: &[u8; BLOCK]) -> bool {
    let sum: u32 =
        (0..).zip(block).map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    Header::from_byte_slice(block).cksum().is_ok_and(|told| told == sum)
}

/// What the bytes are that come next.
enum Next {
    Header,
    /// Bytes left of what a header tells about the one after it, and of the padding after that.
    Records(EntryType, u64, usize),
    /// Bytes left of a content, whether they are wanted, and bytes of padding.
    Content(u64, bool, usize),
    Padding(usize),
    /// After the zeros that end the archive.
    Nothing,
}

/// Where in an archive the bytes are that come.
pub(crate) struct Tarball {
    next: Next,
    block: Vec<u8>,
    records: Vec<u8>,
    /// Name and size that were told before the header they are of.
    long_name: Option<Vec<u8>>,
    long_size: Option<u64>,
    modified: Option<u64>,
    members: u64,
    position: u64,
}

impl Tarball {
    pub(crate) fn new() -> Self {
        Self {
            next: Next::Header,
            block: Vec::with_capacity(BLOCK),
            records: Vec::new(),
            long_name: None,
            long_size: None,
            modified: None,
            members: 0,
            position: 0,
        }
    }

    /// Takes a chunk.
    pub(crate) fn push(&mut self, mut chunk: &[u8], visit: &mut impl Visit, out: &mut Out) -> Result<(), Failure> {
        while !chunk.is_empty() {
            let taken = self.step(chunk, visit, out)?;
            self.position += taken as u64;
            chunk = &chunk[taken..];
        }
        Ok(())
    }

    fn step(&mut self, chunk: &[u8], visit: &mut impl Visit, out: &mut Out) -> Result<usize, Failure> {
        match &mut self.next {
            Next::Nothing => Ok(chunk.len()),
            Next::Header => {
                let taken = chunk.len().min(BLOCK - self.block.len());
                self.block.extend_from_slice(&chunk[..taken]);
                if self.block.len() == BLOCK {
                    self.header(visit, out)?;
                }
                Ok(taken)
            }
            Next::Records(kind, left, padding) => {
                let (kind, padding) = (*kind, *padding);
                let taken = within(*left, chunk);
                *left -= taken as u64;
                self.records.extend_from_slice(&chunk[..taken]);
                if *left == 0 {
                    self.next = Next::Padding(padding);
                    self.told(kind)?;
                }
                Ok(taken)
            }
            Next::Content(left, wanted, padding) => {
                let taken = within(*left, chunk);
                *left -= taken as u64;
                let (ended, wanted, padding) = (*left == 0, *wanted, *padding);
                if wanted && taken > 0 {
                    visit.data(&chunk[..taken], out)?;
                }
                if ended {
                    self.next = Next::Padding(padding);
                    if wanted {
                        visit.end(out)?;
                    }
                }
                Ok(taken)
            }
            Next::Padding(left) => {
                let taken = chunk.len().min(*left);
                *left -= taken;
                if *left == 0 {
                    self.next = Next::Header;
                }
                Ok(taken)
            }
        }
    }

    fn header(&mut self, visit: &mut impl Visit, out: &mut Out) -> Result<(), Failure> {
        let at = self.position / BLOCK as u64 * BLOCK as u64;
        let block = std::mem::take(&mut self.block);
        let Some(bytes) = block.first_chunk::<BLOCK>() else { return Ok(()) };
        if bytes.iter().all(|byte| *byte == 0) {
            self.next = if self.members == 0 && at == 0 { Next::Header } else { Next::Nothing };
            return Ok(());
        }
        if !has_checksum(bytes) {
            let what = if self.members == 0 { "this holds no tar archive" } else { "the tar archive is damaged" };
            return Err(Failure::bad(format!("{what}: there is no header at byte {at}")));
        }
        let header = Header::from_byte_slice(bytes);
        let kind = header.entry_type();
        let told = header.entry_size().map_err(|_| Failure::bad(format!("the header at byte {at} has no size")))?;
        if kind.is_pax_local_extensions()
            || kind.is_pax_global_extensions()
            || kind.is_gnu_longname()
            || kind.is_gnu_longlink()
        {
            if told > RECORDS_BYTES_MAX {
                let most = RECORDS_BYTES_MAX >> 20;
                return Err(Failure::Limit(format!(
                    "the header at byte {at} tells more than {most} MiB about the next"
                )));
            }
            self.records.clear();
            self.next = after(Next::Records(kind, told, padding(told)), told);
            return Ok(());
        }
        self.member(header, told, visit, out)
    }

    fn member(&mut self, header: &Header, told: u64, visit: &mut impl Visit, out: &mut Out) -> Result<(), Failure> {
        self.members += 1;
        if self.members > MEMBERS_MAX {
            return Err(Failure::Limit(format!("the archive has more than {MEMBERS_MAX} members")));
        }
        let entry = header.entry_type();
        let name = self.long_name.take().unwrap_or_else(|| header.path_bytes().into_owned());
        // What has no content may tell a size all the same: a hard link tells that of its file.
        let has_content = !matches!(
            entry,
            EntryType::Link
                | EntryType::Symlink
                | EntryType::Directory
                | EntryType::Char
                | EntryType::Block
                | EntryType::Fifo
        );
        let size = if has_content { self.long_size.take().unwrap_or(told) } else { 0 };
        self.long_size = None;
        let kind = match entry {
            EntryType::GNUSparse => return Err(sparse()),
            EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") => Kind::Directory,
            EntryType::Regular | EntryType::Continuous => Kind::File,
            EntryType::Directory => Kind::Directory,
            EntryType::Link | EntryType::Symlink => Kind::Link,
            _ => Kind::Other,
        };
        let seconds = self.modified.take().or_else(|| header.mtime().ok()).unwrap_or(0);
        let member = Member {
            name: String::from_utf8_lossy(&name).into_owned(),
            size,
            modified: time::told(seconds),
            seconds,
            mode: header.mode().ok(),
            kind,
        };
        let wanted = visit.begin(&member, out)?;
        if size == 0 && wanted {
            visit.end(out)?;
        }
        self.next = after(Next::Content(size, wanted, padding(size)), size);
        Ok(())
    }

    /// Reads what was told about the next member.
    fn told(&mut self, kind: EntryType) -> Result<(), Failure> {
        let until_nul = |bytes: &[u8]| bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        if kind.is_gnu_longname() {
            self.long_name = Some(until_nul(&self.records));
        }
        if !kind.is_pax_local_extensions() {
            return Ok(());
        }
        let refused =
            |what: &str| Failure::bad(format!("the tar archive is damaged at byte {}: {what}", self.position));
        let mut rest = self.records.as_slice();
        while !rest.is_empty() {
            let (key, value, after) = record(rest).ok_or_else(|| refused("a record cannot be read"))?;
            let number = || std::str::from_utf8(value).ok()?.split('.').next()?.parse::<u64>().ok();
            match key {
                b"path" => self.long_name = Some(value.to_vec()),
                b"size" => self.long_size = Some(number().ok_or_else(|| refused("a size is no number"))?),
                b"mtime" => self.modified = number(),
                _ if key.starts_with(b"GNU.sparse.") => return Err(sparse()),
                _ => {}
            }
            rest = after;
        }
        Ok(())
    }

    /// The input ended.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        match self.next {
            Next::Nothing => Ok(()),
            // Some programs leave out the zeros, and the padding of the last member.
            Next::Header if self.block.is_empty() && self.position > 0 => Ok(()),
            Next::Padding(_) => Ok(()),
            _ => Err(Failure::bad(format!("the tar archive ends too early, at byte {}", self.position))),
        }
    }
}

/// The first record, `length key=value` and a line feed, and what follows it. Crate `tar` ends a record at the first line
/// feed, which a name may hold.
fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = data.iter().take(RECORD_DIGITS_MAX).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&data[..blank]).ok()?.parse().ok()?;
    let pair = data.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = pair.iter().position(|byte| *byte == b'=')?;
    Some((&pair[..equals], &pair[equals + 1..], data.get(length..)?))
}

fn sparse() -> Failure {
    Failure::bad("the archive holds a sparse file, of which the holes are not stored; such files are not read here")
}

/// How much of a chunk is among so many bytes.
fn within(left: u64, chunk: &[u8]) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len())
}

/// Zeros after a content of `size` bytes.
pub(crate) fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    (BLOCK - over) % BLOCK
}

/// What comes after a header: nothing of what has no bytes.
fn after(next: Next, size: u64) -> Next {
    if size == 0 { Next::Header } else { next }
}
