//! Bundles read as they come: a push parser of tar archives.
//!
//! Read are `ustar` and older headers, long names and sizes in the ways of POSIX.1-2001 (pax) and of GNU. Anything but
//! regular files and directories with relative names is refused, because a bundle has nothing else. What is held is
//! one header and one name; the content passes through.

mod header;
mod long;
mod name;

use header::Header;
use long::{Long, META_BYTES_MAX, Meta};
use telos_pack::{Failure, Out, Running};

pub(crate) use header::write_file;
pub(crate) use name::last;

/// Bytes of a block: headers are one, contents are filled up to a multiple.
pub(crate) const BLOCK: usize = 512;
/// Zeros that end an archive.
pub(crate) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];
/// Most files and directories of a bundle: as many as a directory walk returns.
const ENTRIES_MAX: u64 = 1_000_000;
/// Most bytes of all names together: what some primitives hold.
const NAMES_BYTES_MAX: usize = 64 << 20;
/// Most bytes of one file: as many as a blob has at most.
const FILE_BYTES_MAX: u64 = 1 << 36;

/// A file that begins.
pub(crate) struct Entry<'a> {
    /// Its name, relative and plain.
    pub(crate) name: &'a str,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its headers as they stand in the archive; the last [`BLOCK`] bytes are its own.
    pub(crate) headers: &'a [u8],
}

/// Who walks through a bundle.
pub(crate) trait Walk {
    /// There is a directory.
    fn directory(&mut self, _name: &str, _out: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    /// A file begins.
    fn begin(&mut self, entry: &Entry<'_>, out: &mut Out) -> Result<(), Failure>;

    /// The file goes on. Never empty.
    fn data(&mut self, _bytes: &[u8], _out: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    /// The file ended.
    fn end(&mut self, _out: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    /// A chunk was read: what was gathered may leave.
    fn pause(&mut self, _out: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    /// Everything was read.
    fn finish(&mut self, _out: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

/// Zeros after a content of `size` bytes.
pub(crate) fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    (BLOCK - over) % BLOCK
}

/// What the next bytes are.
enum State {
    Header,
    /// What some kinds of header say about the entry after them, with its padding.
    Meta(Meta, usize),
    /// Bytes left of a file, and zeros after it.
    Content(u64, usize),
    Padding(usize),
    /// After the zeros that end the archive.
    Ended,
}

/// Where in a bundle the bytes are that come.
pub(crate) struct Reader {
    state: State,
    block: [u8; BLOCK],
    filled: usize,
    /// Headers since the last entry, as they stand.
    headers: Vec<u8>,
    meta: Vec<u8>,
    long: Long,
    position: u64,
    entries: u64,
    names: usize,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Header,
            block: [0; BLOCK],
            filled: 0,
            headers: Vec::new(),
            meta: Vec::new(),
            long: Long::default(),
            position: 0,
            entries: 0,
            names: 0,
        }
    }

    /// Takes a chunk.
    pub(crate) fn push(&mut self, mut chunk: &[u8], walk: &mut impl Walk, out: &mut Out) -> Result<(), Failure> {
        while !chunk.is_empty() {
            let taken = match &mut self.state {
                State::Header => self.header(chunk, walk, out)?,
                State::Meta(..) => self.meta(chunk)?,
                State::Content(left, padding) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(chunk.len());
                    *left -= taken as u64;
                    let ended = (*left == 0).then_some(*padding);
                    walk.data(&chunk[..taken], out)?;
                    if let Some(padding) = ended {
                        walk.end(out)?;
                        self.state = if padding == 0 { State::Header } else { State::Padding(padding) };
                    }
                    taken
                }
                State::Padding(left) => {
                    let taken = (*left).min(chunk.len());
                    *left -= taken;
                    if *left == 0 {
                        self.state = State::Header;
                    }
                    taken
                }
                State::Ended => chunk.len(),
            };
            self.position += taken as u64;
            chunk = &chunk[taken..];
        }
        walk.pause(out)
    }

    /// Checks that the archive did not end within something.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        let whole = matches!(self.state, State::Ended)
            || (matches!(self.state, State::Header) && self.filled == 0 && self.headers.is_empty());
        if whole {
            return Ok(());
        }
        Err(Failure::bad(format!("the bundle ends at byte {}, in the middle of a file or header", self.position)))
    }

    fn header(&mut self, chunk: &[u8], walk: &mut impl Walk, out: &mut Out) -> Result<usize, Failure> {
        let taken = (BLOCK - self.filled).min(chunk.len());
        self.block[self.filled..self.filled + taken].copy_from_slice(&chunk[..taken]);
        self.filled += taken;
        if self.filled < BLOCK {
            return Ok(taken);
        }
        self.filled = 0;
        let at = (self.position + taken as u64).saturating_sub(BLOCK as u64);
        let Some(header) = header::parse(&self.block, at)? else {
            if !self.headers.is_empty() {
                return Err(Failure::bad(format!("the bundle ends at byte {at}, in the middle of a file or header")));
            }
            self.state = State::Ended;
            return Ok(taken);
        };
        self.headers.extend_from_slice(&self.block);
        if self.headers.len() > 2 * META_BYTES_MAX {
            return Err(Failure::Limit(format!("the headers before byte {at} are too long")));
        }
        if let Some(meta) = Meta::of(header.kind) {
            let size = usize::try_from(header.size).ok().filter(|size| *size <= META_BYTES_MAX);
            let size = size.ok_or_else(|| {
                Failure::Limit(format!("the header at byte {at} has more than {} KiB", META_BYTES_MAX >> 10))
            })?;
            if size > 0 {
                self.state = State::Meta(meta, size);
            }
            return Ok(taken);
        }
        self.entry(&header, at, walk, out)?;
        self.headers.clear();
        Ok(taken)
    }

    fn entry(&mut self, header: &Header, at: u64, walk: &mut impl Walk, out: &mut Out) -> Result<(), Failure> {
        let long = std::mem::take(&mut self.long);
        let raw = long.name.as_deref().unwrap_or(&header.name);
        let name = name::relative(raw, at)?;
        let directory = match header.kind {
            b'5' => true,
            // Before there was a kind for directories, a slash at the end of the name made one.
            0 | b'0' | b'7' => raw.last() == Some(&b'/'),
            kind => {
                return Err(Failure::bad(format!(
                    "`{name}` is {}; a bundle has only files and directories",
                    described(kind)
                )));
            }
        };
        self.counted(&name)?;
        if directory {
            // A size that is given for a directory is no content.
            return if name.is_empty() { Ok(()) } else { walk.directory(&name, out) };
        }
        if name.is_empty() {
            return Err(Failure::bad(format!("the file at byte {at} has no name")));
        }
        let size = long.size.unwrap_or(header.size);
        if size > FILE_BYTES_MAX {
            return Err(Failure::Limit(format!("`{name}` has more than {} GiB", FILE_BYTES_MAX >> 30)));
        }
        walk.begin(&Entry { name: &name, size, headers: &self.headers }, out)?;
        if size == 0 {
            return walk.end(out);
        }
        self.state = State::Content(size, padding(size));
        Ok(())
    }

    fn counted(&mut self, name: &str) -> Result<(), Failure> {
        self.entries += 1;
        if self.entries > ENTRIES_MAX {
            return Err(Failure::Limit(format!("the bundle has more than {ENTRIES_MAX} files and directories")));
        }
        self.names += name.len();
        if self.names > NAMES_BYTES_MAX {
            return Err(Failure::Limit(format!(
                "the names in the bundle have more than {} MiB",
                NAMES_BYTES_MAX >> 20
            )));
        }
        Ok(())
    }

    fn meta(&mut self, chunk: &[u8]) -> Result<usize, Failure> {
        let State::Meta(meta, size) = self.state else { return Ok(0) };
        let whole = size + padding(size as u64);
        let taken = (whole - self.meta.len()).min(chunk.len());
        self.meta.extend_from_slice(&chunk[..taken]);
        if self.meta.len() < whole {
            return Ok(taken);
        }
        let at = (self.position + taken as u64).saturating_sub(whole as u64);
        self.headers.extend_from_slice(&self.meta);
        self.long.take(meta, &self.meta[..size], at)?;
        if meta == Meta::Global {
            // It belongs to no entry.
            self.headers.truncate(self.headers.len() - whole - BLOCK);
        }
        self.meta.clear();
        self.state = State::Header;
        Ok(taken)
    }
}

fn described(kind: u8) -> &'static str {
    match kind {
        b'1' | b'2' => "a link",
        b'3' | b'4' => "a device",
        b'6' => "a pipe",
        b'S' => "a sparse file",
        _ => "of an unknown kind",
    }
}

/// Runs a [`Walk`] over the bundle that enters port 0.
pub(crate) struct Walked<W> {
    reader: Reader,
    walk: W,
}

impl<W: Walk + 'static> Walked<W> {
    pub(crate) fn start(walk: W) -> Box<dyn Running> {
        Box::new(Self { reader: Reader::new(), walk })
    }
}

impl<W: Walk> Running for Walked<W> {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.reader.push(chunk, &mut self.walk, out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.reader.finish()?;
        self.walk.finish(out)
    }
}

#[cfg(test)]
mod tests;
