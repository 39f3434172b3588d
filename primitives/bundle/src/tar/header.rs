//! One header block: 512 bytes that say what follows (POSIX.1-1988 `ustar`, the older format, and GNU's).

use super::BLOCK;
use std::ops::Range;
use telos_pack::Failure;

/// Where the parts of a header lie that are read here.
const NAME: Range<usize> = 0..100;
pub(crate) const MODE: Range<usize> = 100..108;
const SIZE: Range<usize> = 124..136;
pub(crate) const MODIFIED: Range<usize> = 136..148;
const CHECKSUM: Range<usize> = 148..156;
const KIND: usize = 156;
const MAGIC: Range<usize> = 257..263;
const PREFIX: Range<usize> = 345..500;

/// What POSIX writes as magic. GNU writes a blank instead of the NUL and keeps other things where the prefix is.
const USTAR: &[u8] = b"ustar\0";

/// A header as it stands, before longer names and sizes replace its own.
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    pub(super) kind: u8,
}

/// Reads the header at byte `at` of the archive. `None` for a block of zeros, which ends an archive.
pub(super) fn parse(block: &[u8; BLOCK], at: u64) -> Result<Option<Header>, Failure> {
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let told = octal(&block[CHECKSUM]);
    if told.is_none_or(|told| told != unsigned_sum(block) && i64::try_from(told).ok() != Some(signed_sum(block))) {
        return Err(Failure::bad(format!("there is no header at byte {at}: this is not a bundle, or it is damaged")));
    }
    let size = number(&block[SIZE]);
    let size = size.ok_or_else(|| Failure::bad(format!("the header at byte {at} has no readable size")))?;
    let mut name = Vec::new();
    if block[MAGIC] == *USTAR && block[PREFIX.start] != 0 {
        name.extend_from_slice(until_nul(&block[PREFIX]));
        name.push(b'/');
    }
    name.extend_from_slice(until_nul(&block[NAME]));
    Ok(Some(Header { name, size, kind: block[KIND] }))
}

/// The bytes before the first NUL.
pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())]
}

/// The checksum's own field counts as blanks.
fn unsigned_sum(block: &[u8; BLOCK]) -> u64 {
    let other = block[..CHECKSUM.start].iter().chain(&block[CHECKSUM.end..]);
    other.map(|byte| u64::from(*byte)).sum::<u64>() + 8 * u64::from(b' ')
}

/// As some old programs summed.
fn signed_sum(block: &[u8; BLOCK]) -> i64 {
    let other = block[..CHECKSUM.start].iter().chain(&block[CHECKSUM.end..]);
    other.map(|byte| i64::from(byte.cast_signed())).sum::<i64>() + 8 * i64::from(b' ')
}

/// Octal digits between blanks and NULs.
fn octal(field: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(field).ok()?.trim_matches(|letter| letter == ' ' || letter == '\0');
    if digits.is_empty() {
        return Some(0);
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { u64::from_str_radix(digits, 8).ok() } else { None }
}

/// Octal digits or, where the first bit is set, a binary number: what does not fit into the digits.
fn number(field: &[u8]) -> Option<u64> {
    let [first, rest @ ..] = field else { return None };
    if first & 0x80 == 0 {
        return octal(field);
    }
    rest.iter().try_fold(u64::from(first & 0x7f), |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)))
}

/// Appends the headers of a file of `size` bytes, with a further header before where the name or size needs one.
/// Mode and time are taken from `from`, the block that it had before.
pub(crate) fn write_file(out: &mut Vec<u8>, name: &str, size: u64, from: &[u8; BLOCK]) {
    let mut records = Vec::new();
    if name.len() > NAME.len() {
        record(&mut records, "path", name);
    }
    if size >= 1 << 33 {
        record(&mut records, "size", &size.to_string());
    }
    if !records.is_empty() {
        let length = records.len() as u64;
        write_block(out, b"././@PaxHeader", length, b'x', from);
        out.extend_from_slice(&records);
        out.resize(out.len() + super::padding(length), 0);
    }
    write_block(out, name.as_bytes(), size, b'0', from);
}

/// A record of a pax header. It begins with its own length, whose digits count too.
fn record(out: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    out.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
}

fn write_block(out: &mut Vec<u8>, name: &[u8], size: u64, kind: u8, from: &[u8; BLOCK]) {
    let mut block = [0; BLOCK];
    let shown = name.len().min(NAME.len());
    block[..shown].copy_from_slice(&name[..shown]);
    block[MODE].copy_from_slice(&from[MODE]);
    block[MODIFIED].copy_from_slice(&from[MODIFIED]);
    // A size that has more digits is told before, and read there.
    let digits = format!("{:011o}", size & ((1 << 33) - 1));
    block[SIZE.start..SIZE.end - 1].copy_from_slice(digits.as_bytes());
    block[KIND] = kind;
    block[MAGIC].copy_from_slice(USTAR);
    block[MAGIC.end..MAGIC.end + 2].copy_from_slice(b"00");
    let sum = format!("{:06o}\0 ", unsigned_sum(&block));
    block[CHECKSUM].copy_from_slice(sum.as_bytes());
    out.extend_from_slice(&block);
}
