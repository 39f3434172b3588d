//! Compiled packs on disk, each under a MAC.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use telos_abi::Digest;

/// Distinguishes this MAC from every other use of a key.
const DOMAIN: &[u8] = b"telos/compiled-pack/v1";
const MAC_BYTES: usize = 32;
/// Largest cache file that is read: compiled code is at most some ten times its component.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// A directory of compiled packs for one engine configuration and one key.
pub(crate) struct Cache {
    directory: PathBuf,
    key: [u8; 32],
    compatibility: u64,
}

/// Native code whose MAC was right.
pub(crate) struct Authentic(Vec<u8>);

impl Authentic {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0[MAC_BYTES..]
    }
}

/// What the cache knows of a pack.
pub(crate) enum Found {
    Nothing,
    /// There is a file, but not one that this engine wrote under this key.
    Foreign(String),
    Code(Authentic),
}

impl Cache {
    pub(crate) fn new(directory: PathBuf, key: [u8; 32], engine: &wasmtime::Engine) -> Self {
        let mut hasher = Blake3Hasher(blake3::Hasher::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Self { directory, key, compatibility: hasher.finish() }
    }

    fn path(&self, pack: &Digest) -> PathBuf {
        self.directory.join(format!("{pack}-{:016x}.cwasm", self.compatibility))
    }

    fn mac(&self, pack: &Digest, code: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(DOMAIN);
        hasher.update(&pack.0);
        hasher.update(&self.compatibility.to_le_bytes());
        hasher.update(code);
        hasher.finalize()
    }

    /// Reads the code for `pack`; hands out only what carries the right MAC.
    pub(crate) fn read(&self, pack: &Digest) -> Found {
        let path = self.path(pack);
        let bytes = match read_private(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
            Err(error) => return Found::Foreign(format!("{}: {error}", path.display())),
        };
        let Some((mac, code)) = bytes.split_first_chunk::<MAC_BYTES>() else {
            return Found::Foreign(format!("{}: cut short", path.display()));
        };
        // `blake3::Hash` compares in constant time.
        if self.mac(pack, code) != blake3::Hash::from_bytes(*mac) {
            return Found::Foreign(format!("{}: wrong MAC", path.display()));
        }
        Found::Code(Authentic(bytes))
    }

    /// Puts `code`, as `Component::serialize` returned it, in place. Other processes see all of it or nothing.
    ///
    /// Not synced: a file torn by a power cut has a wrong MAC.
    pub(crate) fn write(&self, pack: &Digest, code: &[u8]) -> io::Result<()> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = self.directory.join(format!(".{pack}-{}-{number}.part", std::process::id()));
        let written = self.write_file(&temporary, pack, code).and_then(|()| fs::rename(&temporary, self.path(pack)));
        if written.is_err() {
            // Best effort: the first error is the one worth telling.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn write_file(&self, path: &Path, pack: &Digest, code: &[u8]) -> io::Result<()> {
        // A process killed here before may have left a file under a reused process id.
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(self.mac(pack, code).as_bytes())?;
        file.write_all(code)
    }
}

/// Reads a regular file of bounded size without following a link at its end.
fn read_private(path: &Path) -> io::Result<Vec<u8>> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let mut file: File = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let about = file.metadata()?;
    if !about.is_file() || about.size() > FILE_BYTES_MAX {
        return Err(io::Error::other("not a cache file"));
    }
    let size = usize::try_from(about.size()).map_err(io::Error::other)?;
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    Read::by_ref(&mut file).take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The standard library's hasher may differ between builds; this one does not.
struct Blake3Hasher(blake3::Hasher);

impl Hasher for Blake3Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        self.0.finalize_xof().fill(&mut first);
        u64::from_le_bytes(first)
    }
}
