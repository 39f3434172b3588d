//! The headers of bundles: tar archives of regular files and directories alone.

use crate::tarball::BLOCK;
use tar::{Builder, EntryType, Header};
use telos_pack::Failure;

/// Bytes of a header for a name, and for what precedes its last parts.
const NAME_BYTES: usize = 100;
const PREFIX_BYTES: usize = 155;
/// Largest size that the header's octal digits hold.
const SIZE_MAX: u64 = 0o77_777_777_777;
/// Permission bits that a bundle keeps, and those of a file and a directory where none are known.
const MODE_BITS: u32 = 0o777;
const FILE_MODE: u32 = 0o644;
const DIRECTORY_MODE: u32 = 0o755;

/// Zeros that end a bundle.
pub(crate) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// Appends the header of a file, with a record before it for what the header cannot say.
pub(crate) fn file(out: &mut Vec<u8>, name: &str, size: u64, mode: Option<u32>, seconds: u64) -> Result<(), Failure> {
    header(out, name, (EntryType::Regular, mode.unwrap_or(FILE_MODE)), size, seconds)
}

/// Appends the header of a directory.
pub(crate) fn directory(out: &mut Vec<u8>, name: &str, mode: Option<u32>, seconds: u64) -> Result<(), Failure> {
    header(out, &format!("{name}/"), (EntryType::Directory, mode.unwrap_or(DIRECTORY_MODE)), 0, seconds)
}

fn header(
    out: &mut Vec<u8>,
    name: &str,
    (kind, mode): (EntryType, u32),
    size: u64,
    seconds: u64,
) -> Result<(), Failure> {
    let digits = size.to_string();
    let mut records: Vec<(&str, &[u8])> = Vec::new();
    let short = divided(name.as_bytes());
    if short.is_none() {
        records.push(("path", name.as_bytes()));
    }
    if size > SIZE_MAX {
        records.push(("size", digits.as_bytes()));
    }
    let mut archive = Builder::new(std::mem::take(out));
    let internal = |error: std::io::Error| Failure::Internal(format!("a header could not be written: {error}"));
    archive.append_pax_extensions(records).map_err(internal)?;
    let stand_in = stand_in(name.as_bytes());
    let (prefix, rest) = short.unwrap_or((b"", &stand_in));
    let mut header = Header::new_ustar();
    if let Some(ustar) = header.as_ustar_mut() {
        ustar.prefix[..prefix.len()].copy_from_slice(prefix);
        ustar.name[..rest.len()].copy_from_slice(rest);
    }
    header.set_entry_type(kind);
    header.set_size(size.min(SIZE_MAX));
    header.set_mode(mode & MODE_BITS);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(seconds.min(SIZE_MAX));
    header.set_cksum();
    archive.get_mut().extend_from_slice(header.as_bytes());
    // Left to itself, the builder would end the archive.
    *out = std::mem::take(archive.get_mut());
    Ok(())
}

/// How a plain name is divided between the header's two fields; `None` if it needs a record of its own.
fn divided(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if !name.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    if name.len() <= NAME_BYTES {
        return Some((b"", name));
    }
    let fits = |at: &usize| name[*at] == b'/' && (1..=NAME_BYTES).contains(&(name.len() - at - 1));
    let at = (1..name.len().min(PREFIX_BYTES + 1)).find(fits)?;
    Some((&name[..at], &name[at + 1..]))
}

/// What a program that knows no records shows instead of the name.
fn stand_in(name: &[u8]) -> Vec<u8> {
    let plain: Vec<u8> = name.iter().map(|byte| if matches!(byte, b' '..=b'~') { *byte } else { b'_' }).collect();
    let end = &plain[plain.len().saturating_sub(NAME_BYTES)..];
    end.strip_prefix(b"/").unwrap_or(end).to_vec()
}
