//! Blobs that are kept: in memory while small, in an unnamed file when large.

use rustix::fs::{Mode, OFlags};
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use telos_abi::Digest;
use telos_abi::limit::CHUNK_BYTES;

/// Bytes of one blob that stay in memory.
const MEMORY_BYTES: usize = 256 << 10;

/// A blob being written.
pub(crate) struct Spool<'a> {
    scratch: Cow<'a, Path>,
    held: Vec<u8>,
    file: Option<File>,
    bytes: u64,
    /// Two kilobytes, so not inside every output.
    hasher: Box<blake3::Hasher>,
}

impl<'a> Spool<'a> {
    pub(crate) fn new(scratch: impl Into<Cow<'a, Path>>) -> Self {
        Self { scratch: scratch.into(), held: Vec::new(), file: None, bytes: 0, hasher: Box::default() }
    }

    pub(crate) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.bytes += chunk.len() as u64;
        self.hasher.update(chunk);
        if let Some(file) = &mut self.file {
            return file.write_all(chunk);
        }
        if self.held.len() + chunk.len() <= MEMORY_BYTES {
            self.held.extend_from_slice(chunk);
            return Ok(());
        }
        let mut file = unnamed(&self.scratch)?;
        file.write_all(&self.held)?;
        file.write_all(chunk)?;
        self.held = Vec::new();
        self.file = Some(file);
        Ok(())
    }

    pub(crate) fn finish(self) -> Blob {
        Blob {
            bytes: self.bytes,
            digest: Digest(*self.hasher.finalize().as_bytes()),
            place: match self.file {
                Some(file) => Place::File(file),
                None => Place::Memory(self.held),
            },
        }
    }
}

/// A blob that was kept whole. Reading it does not use it up and can be done from several threads.
pub struct Blob {
    bytes: u64,
    digest: Digest,
    place: Place,
}

enum Place {
    Memory(Vec<u8>),
    File(File),
}

impl Blob {
    /// Its size.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.bytes
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// BLAKE3 of its bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Reads it from its beginning.
    #[must_use]
    pub fn reader(&self) -> BlobReader<'_> {
        self.reader_at(0)
    }

    /// Reads it from this byte on.
    pub(crate) fn reader_at(&self, at: u64) -> BlobReader<'_> {
        BlobReader { blob: self, at }
    }

    /// Hands over its bytes, chunk by chunk.
    pub(crate) fn each_chunk<E: From<io::Error>>(&self, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if let Place::Memory(bytes) = &self.place {
            return bytes.chunks(CHUNK_BYTES).try_for_each(take);
        }
        let mut reader = self.reader();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match reader.read(&mut chunk)? {
                0 => return Ok(()),
                read => take(&chunk[..read])?,
            }
        }
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Blob({} bytes, {:?})", self.bytes, self.digest)
    }
}

/// Reads a [`Blob`].
#[derive(Debug)]
pub struct BlobReader<'a> {
    blob: &'a Blob,
    at: u64,
}

impl Read for BlobReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &self.blob.place {
            Place::Memory(bytes) => {
                let at = usize::try_from(self.at).unwrap_or(usize::MAX).min(bytes.len());
                (&bytes[at..]).read(buffer)?
            }
            Place::File(file) => file.read_at(buffer, self.at)?,
        };
        self.at += read as u64;
        Ok(read)
    }
}

/// A file that no name leads to; it is gone when it is closed, also by kill -9.
fn unnamed(directory: &Path) -> io::Result<File> {
    let private = Mode::RUSR | Mode::WUSR;
    let flags = OFlags::RDWR | OFlags::CLOEXEC;
    match rustix::fs::open(directory, flags | OFlags::TMPFILE, private) {
        Ok(fd) => Ok(File::from(fd)),
        // Some file systems have none: there, a name exists between two system calls.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR) => named_then_not(directory),
        Err(error) => Err(error.into()),
    }
}

fn named_then_not(directory: &Path) -> io::Result<File> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = directory.join(format!(".spool-{}-{number}", std::process::id()));
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
    let fd = rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR)?;
    rustix::fs::unlink(&path)?;
    Ok(File::from(fd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_blobs_read_back_whole_and_more_than_once() {
        let scratch = tempfile::tempdir().expect("a directory");
        for size in [0, 1, MEMORY_BYTES, MEMORY_BYTES + 1, 3 * CHUNK_BYTES + 7] {
            let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
            let mut spool = Spool::new(scratch.path());
            for chunk in bytes.chunks(100_000) {
                spool.write(chunk).expect("there is room");
            }
            let blob = spool.finish();
            assert_eq!(blob.len(), size as u64);
            assert_eq!(blob.digest(), Digest(*blake3::hash(&bytes).as_bytes()));
            for _ in 0..2 {
                let mut back = Vec::new();
                blob.reader().read_to_end(&mut back).expect("readable");
                assert!(back == bytes);
                let mut chunks = Vec::new();
                blob.each_chunk(|chunk| {
                    assert!(chunk.len() <= CHUNK_BYTES);
                    chunks.extend_from_slice(chunk);
                    Ok::<_, io::Error>(())
                })
                .expect("readable");
                assert!(chunks == bytes);
            }
        }
        assert_eq!(std::fs::read_dir(scratch.path()).expect("there").count(), 0);
    }

    #[test]
    fn file_without_tmpfile_support_has_no_name_either() {
        let scratch = tempfile::tempdir().expect("a directory");
        let _file = named_then_not(scratch.path()).expect("a file");
        assert_eq!(std::fs::read_dir(scratch.path()).expect("there").count(), 0);
    }

    #[test]
    fn missing_scratch_directory_is_an_error() {
        let mut spool = Spool::new(Path::new("/nonexistent"));
        spool.write(&[0; 10]).expect("small data stays in memory");
        spool.write(&[0; MEMORY_BYTES]).expect_err("nowhere to put it");
    }
}
