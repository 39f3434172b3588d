//! Putting files together into one bundle.
//!
//! A bundle is a ustar archive that two runs over the same files give byte for byte: members in the byte order of their
//! names, owned by nobody in particular. It streams: one chunk is in memory, whatever the files hold.

use super::changing::next;
use super::{At, joined, path, paths};
use crate::{HostCall, Sink, Step, StepError};
use tar::{Builder, EntryType, Header};
use telos_abi::limit::{BLOB_BYTES_MAX, CHUNK_BYTES};
use telos_abi::{ByteText, Effect, Facts, Label, PortIndex, Value};
use telos_host::{FileKind, FileReader, HostError, ListOptions, Meta};
use telos_policy::Permit;

const BUNDLE: PortIndex = PortIndex(0);
const COUNT: PortIndex = PortIndex(1);

/// Largest size that the header's octal digits hold.
const OCTAL_MAX: u64 = 0o77_777_777_777;
/// Size of the blocks an archive is made of, in bytes.
pub(super) const BLOCK: usize = 512;
/// Bytes of a header for a name, and for what precedes its last parts.
const NAME_BYTES: usize = 100;
const PREFIX_BYTES: usize = 155;
/// Permission bits that a bundle keeps.
const MODE_BITS: u32 = 0o777;

/// `directory.bundle`, `file.bundle`.
pub(super) struct Bundle<'h> {
    at: At<'h>,
    /// The directory to walk.
    walks: Option<Walk>,
    /// In the byte order of names, once known.
    parts: Vec<Part>,
}

/// A directory to walk.
struct Walk {
    directory: ByteText,
    /// Whether names that begin with a dot are entered.
    hidden: bool,
    /// Whether names in the bundle leave the directory's own out.
    inside: bool,
}

/// What becomes a member.
struct Part {
    /// Its name in the bundle.
    name: Vec<u8>,
    path: ByteText,
    /// Of a directory, its permission bits and time of last change; a file's are read with it.
    directory: Option<(u32, i128)>,
}

impl<'h> Bundle<'h> {
    pub(super) fn directory(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let flag = |input: usize| matches!(call.arguments.get(input), Some(Some(Value::Bool(true))));
        let walk = Walk { directory: path(call, 0)?, hidden: flag(1), inside: flag(2) };
        Ok(Self { at, walks: Some(walk), parts: Vec::new() })
    }

    pub(super) fn files(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let parts = paths(call, 0)?.into_iter().map(|path| {
            let path = at.look(&path)?.name_path();
            Ok(Part { name: at.view(&path)?, path, directory: None })
        });
        let mut parts = parts.collect::<Result<Vec<_>, StepError>>()?;
        parts.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        parts.dedup_by(|one, other| one.path == other.path);
        if let Some(pair) = parts.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let (one, other) = (&pair[0].path, &pair[1].path);
            return Err(format!("{one} and {other} would have the same name in the bundle").into());
        }
        Ok(Self { at, walks: None, parts })
    }

    fn files_of(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.directory.is_none())
    }
}

impl Step for Bundle<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn looks(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let Some(walk) = &self.walks else { return Ok(Vec::new()) };
        let located = self.at.look(&walk.directory)?;
        Ok(vec![self.at.facts(&located, located.list_effect()?)])
    }

    fn look(&mut self, permits: Vec<Permit>) -> Result<(), StepError> {
        let Some(walk) = &self.walks else { return Ok(()) };
        let located = self.at.look(&walk.directory)?;
        let options = ListOptions { recursive: true, hidden: walk.hidden, ..ListOptions::default() };
        let listing = self.at.host.list(next(&mut permits.into_iter())?, &located, options)?;
        if let Some((left_out, why)) = listing.skipped.first() {
            let path = joined(&listing.directory, left_out.as_bytes());
            return Err(format!("{path} cannot be put into a bundle: {why}; leave it out, or make it readable").into());
        }
        let above = if walk.inside { Vec::new() } else { self.at.view(&listing.directory)? };
        self.parts.reserve(listing.entries.len());
        for entry in &listing.entries {
            let directory = match entry.kind {
                FileKind::File => None,
                FileKind::Directory => Some((entry.mode, entry.mtime_ns)),
                // Links, pipes, sockets and devices are no content.
                _ => continue,
            };
            let name = if above.is_empty() { entry.path.0.clone() } else { [&above[..], b"/", &entry.path.0].concat() };
            self.parts.push(Part { name, path: joined(&listing.directory, &entry.path.0), directory });
        }
        Ok(())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("putting files together takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let mut bytes = 0_u64;
        let mut effects = Vec::new();
        for part in self.files_of() {
            let located = self.at.look(&part.path)?;
            effects.push(self.at.facts(&located, located.read_effect()?));
            bytes = bytes.saturating_add(located.meta().map_or(0, |meta| meta.size));
            if located.kind() != Some(FileKind::File) {
                return Err(format!("{} is not a regular file and cannot be put into a bundle", part.path).into());
            }
        }
        if bytes > BLOB_BYTES_MAX {
            return Err(format!("{bytes} bytes are more than the {BLOB_BYTES_MAX} that a bundle holds").into());
        }
        Ok(effects)
    }

    fn label(&self) -> Result<Label, StepError> {
        self.files_of().try_fold(Label::BOTTOM, |label, part| {
            let own = self.at.host.label_of(&self.at.look(&part.path)?)?;
            Ok(label.join(own))
        })
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        let mut archive = Archive::new();
        let mut chunk = Vec::new();
        let mut files = 0_i64;
        for part in &self.parts {
            if let Some((mode, mtime_ns)) = part.directory {
                archive.begin(&part.name, EntryType::Directory, 0, mode, mtime_ns)?;
            } else {
                let located = self.at.look(&part.path)?;
                let reader = self.at.host.read(next(&mut permits)?, &located)?;
                let meta = located.meta().ok_or_else(|| changed(&part.path))?;
                archive.file(part, meta, reader, &mut chunk, out)?;
                files += 1;
            }
            archive.flush(CHUNK_BYTES, out)?;
        }
        archive.end();
        archive.flush(0, out)?;
        out.value(COUNT, Value::Int(files))
    }
}

fn changed(path: &ByteText) -> StepError {
    Box::new(HostError::Changed { path: path.clone() })
}

/// An archive being written: what was not handed on yet.
struct Archive(Builder<Vec<u8>>);

impl Archive {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    /// A whole file, of the size it had when it was opened: a log that grows meanwhile goes in as it was.
    fn file(
        &mut self,
        part: &Part,
        meta: &Meta,
        mut reader: FileReader,
        chunk: &mut Vec<u8>,
        out: &mut dyn Sink,
    ) -> Result<(), StepError> {
        let mut left = meta.size;
        self.begin(&part.name, EntryType::Regular, left, meta.mode, meta.mtime_ns)?;
        while left > 0 {
            if !reader.next_chunk(chunk)? {
                return Err(changed(&part.path));
            }
            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            self.0.get_mut().extend_from_slice(&chunk[..taken]);
            left -= taken as u64;
            self.flush(CHUNK_BYTES, out)?;
        }
        let over = usize::try_from(meta.size % BLOCK as u64).unwrap_or(0);
        if over > 0 {
            self.0.get_mut().extend_from_slice(&[0; BLOCK][over..]);
        }
        Ok(())
    }

    /// The header of a member, with a pax record before it for what the header cannot say.
    fn begin(&mut self, name: &[u8], kind: EntryType, size: u64, mode: u32, mtime_ns: i128) -> Result<(), StepError> {
        let slash: &[u8] = if kind == EntryType::Directory { b"/" } else { b"" };
        let name = [name, slash].concat();
        let digits = size.to_string();
        let mut records: Vec<(&str, &[u8])> = Vec::new();
        let short = split(&name);
        if short.is_none() {
            records.push(("path", &name));
        }
        if size > OCTAL_MAX {
            records.push(("size", digits.as_bytes()));
        }
        self.0.append_pax_extensions(records)?;
        let mut header = Header::new_ustar();
        let stand_in = stand_in(&name);
        let (prefix, rest) = short.unwrap_or((&[], &stand_in));
        if let Some(ustar) = header.as_ustar_mut() {
            ustar.prefix[..prefix.len()].copy_from_slice(prefix);
            ustar.name[..rest.len()].copy_from_slice(rest);
        }
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(mode & MODE_BITS);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(u64::try_from(mtime_ns.div_euclid(1_000_000_000)).unwrap_or(0));
        header.set_cksum();
        self.0.get_mut().extend_from_slice(header.as_bytes());
        Ok(())
    }

    fn end(&mut self) {
        self.0.get_mut().extend_from_slice(&[0; 2 * BLOCK]);
    }

    /// Hands on what is ready if that is more than `most` bytes.
    fn flush(&mut self, most: usize, out: &mut dyn Sink) -> Result<(), StepError> {
        let ready = self.0.get_mut();
        if ready.len() > most {
            out.chunk(BUNDLE, ready)?;
            ready.clear();
        }
        Ok(())
    }
}

/// How a plain name is divided between the header's two fields; `None` if it needs a record of its own.
fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if !name.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    if name.len() <= NAME_BYTES {
        return Some((b"", name));
    }
    let cut = |at: &usize| name[*at] == b'/' && (1..=NAME_BYTES).contains(&(name.len() - at - 1));
    let at = (1..name.len().min(PREFIX_BYTES + 1)).find(cut)?;
    Some((&name[..at], &name[at + 1..]))
}

/// What a program that knows no records shows instead of the name.
fn stand_in(name: &[u8]) -> Vec<u8> {
    let plain = name.iter().map(|byte| if matches!(byte, b' '..=b'~') { *byte } else { b'_' });
    let plain: Vec<u8> = plain.collect();
    let end = &plain[plain.len().saturating_sub(NAME_BYTES)..];
    end.strip_prefix(b"/").unwrap_or(end).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_divided_where_they_fit() {
        let long = |first: usize, second: usize| [&vec![b'a'; first][..], b"/", &vec![b'b'; second]].concat();
        assert_eq!(split(b"a/b c.txt"), Some((&b""[..], &b"a/b c.txt"[..])));
        assert_eq!(split(&long(155, 100)), Some((&[b'a'; 155][..], &[b'b'; 100][..])));
        assert_eq!(split(&long(156, 100)), None);
        assert_eq!(split(&long(10, 101)), None);
        assert_eq!(split(&[long(90, 9), b"/".to_vec()].concat()), Some((&[b'a'; 90][..], &b"bbbbbbbbb/"[..])));
        assert_eq!(split("äpfel".as_bytes()), None);
        assert_eq!(split(b"two\nlines"), None);
        assert_eq!(stand_in("dé/ü.txt".as_bytes()), b"d__/__.txt");
        assert_eq!(stand_in(&long(3, 99)), [b'b'; 99]);
    }
}
