//! Identities: one pair of signing keys and one root secret per key directory.
//!
//! `identity` holds three sealed 32-byte secrets (Ed25519 seed, ML-DSA-65 seed, root of subkeys); `head-<log id>`
//! holds the newest checkpoint these keys signed for a log, so that an older copy of the log is noticed.

mod public;
mod seal;

pub use public::{KeyId, PUBLIC_KEY_TEXT_BYTES_MAX, PublicKeys, Signature};
pub use seal::Sealing;

pub(crate) use public::SIGNATURE_BYTES;
pub(crate) use seal::fill as random;

use crate::error::KeyError;
use crate::files;
use crate::head::{HEAD_TEXT_BYTES_MAX, Head, LogId};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, ML_DSA_65_SIGNING, PqdsaKeyPair};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const IDENTITY: &str = "identity";
const IDENTITY_BYTES_MAX: u64 = 4_096;
const ROLE: &str = "telos identity v1";
const SEED_BYTES: usize = 32;

/// An identity's secret keys, open in memory. Dropping it erases the root secret; the cryptographic library erases
/// its own copies of the signing keys.
pub struct Keys {
    dir: PathBuf,
    ed25519: Ed25519KeyPair,
    ml_dsa: PqdsaKeyPair,
    root: Zeroizing<[u8; SEED_BYTES]>,
    public: PublicKeys,
}

impl Keys {
    /// Opens the keys in `dir`, making directory and keys on first use. Processes that start at once end with the
    /// same keys.
    ///
    /// # Errors
    /// When a file cannot be read or made, is damaged or open to others, or does not open under this sealing.
    pub fn open_or_create(dir: &Path, sealing: &Sealing) -> Result<Self, KeyError> {
        files::make_private_dir(dir).map_err(KeyError::io("create", dir))?;
        seal::check_private(dir)?;
        match Self::open(dir, sealing) {
            Err(KeyError::Io { source, path, .. })
                if source.kind() == io::ErrorKind::NotFound && path == dir.join(IDENTITY) => {}
            done => return done,
        }
        let mut secrets = Zeroizing::new([0_u8; 3 * SEED_BYTES]);
        seal::fill(secrets.as_mut())?;
        let path = dir.join(IDENTITY);
        let sealed = seal::seal(sealing, ROLE, secrets.as_ref(), &path)?;
        files::create_once(&path, &sealed).map_err(KeyError::io("create", &path))?;
        // Read back what is there: it may be another process's, and it proves that the keys open again.
        Self::open(dir, sealing)
    }

    /// Opens the keys in `dir`; never makes any.
    ///
    /// # Errors
    /// As [`Self::open_or_create`], and when there are none.
    pub fn open(dir: &Path, sealing: &Sealing) -> Result<Self, KeyError> {
        let path = dir.join(IDENTITY);
        seal::check_private(dir)?;
        seal::check_private(&path)?;
        let envelope = files::read_small(&path, IDENTITY_BYTES_MAX).map_err(KeyError::io("read", &path))?;
        let secrets = seal::open(sealing, ROLE, &envelope, &path)?;
        let damaged = || KeyError::Damaged { path: path.clone(), what: "the sealed secrets are not three seeds" };
        let (classical, rest) = secrets.split_at_checked(SEED_BYTES).ok_or_else(damaged)?;
        let (lattice, root) = rest.split_at_checked(SEED_BYTES).ok_or_else(damaged)?;
        let ed25519 = Ed25519KeyPair::from_seed_unchecked(classical).map_err(|_| damaged())?;
        let ml_dsa = PqdsaKeyPair::from_seed(&ML_DSA_65_SIGNING, lattice).map_err(|_| damaged())?;
        let public = PublicKeys::new(
            ed25519.public_key().as_ref().try_into().map_err(|_| damaged())?,
            Box::new(ml_dsa.public_key().as_ref().try_into().map_err(|_| damaged())?),
        );
        let root = Zeroizing::new(root.try_into().map_err(|_| damaged())?);
        Ok(Self { dir: dir.to_path_buf(), ed25519, ml_dsa, root, public })
    }

    /// The public halves, for export and verification.
    #[must_use]
    pub const fn public(&self) -> &PublicKeys {
        &self.public
    }

    /// Identity of the pair.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.public.id()
    }

    /// A secret key for one purpose, the same on every call. Purposes are named by constants of the caller
    /// ("engine cache"); knowing one subkey tells nothing about another or about the root.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(&format!("telos 2026 trust v1 subkey: {purpose}"), self.root.as_ref())
    }

    /// Signs `message` with both algorithms. A signature made in one context is not valid in another.
    ///
    /// # Errors
    /// When the cryptographic library has no memory or no random bytes.
    pub fn sign(&self, context: &str, message: &[u8]) -> Result<Signature, KeyError> {
        let framed = public::framed(context, message);
        let mut bytes = vec![0_u8; SIGNATURE_BYTES];
        let (classical, lattice) = bytes.split_at_mut(public::ED25519_SIGNATURE_BYTES);
        classical.copy_from_slice(self.ed25519.sign(&framed).as_ref());
        let length = self.ml_dsa.sign(&framed, lattice).map_err(|_| KeyError::Crypto("ML-DSA-65 gave no signature"))?;
        debug_assert_eq!(length, public::ML_DSA_SIGNATURE_BYTES);
        Signature::from_bytes(&bytes).ok_or(KeyError::Crypto("the signatures have unexpected lengths"))
    }

    /// The newest checkpoint these keys signed for this log, or `None` if they signed none. Give it to
    /// [`crate::verify()`] as the expected head.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn signed_head(&self, log: LogId) -> Result<Option<Head>, KeyError> {
        let path = self.head_path(log);
        let bytes = match files::read_small(&path, HEAD_TEXT_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(KeyError::io("read", &path)(error)),
        };
        // A power cut can leave a new name without content on some file systems; that is no head, not a wrong one.
        if bytes.is_empty() {
            return Ok(None);
        }
        std::str::from_utf8(&bytes)
            .ok()
            .and_then(Head::parse)
            .filter(|head| head.log == log)
            .map(Some)
            .ok_or(KeyError::Damaged { path, what: "it is not the head of this log" })
    }

    /// Remembers a signed head. Called with the log's lock held, so heads only grow.
    pub(crate) fn remember_head(&self, head: &Head) -> Result<(), KeyError> {
        let path = self.head_path(head.log);
        files::replace(&path, format!("{head}\n").as_bytes()).map_err(KeyError::io("write", &path))
    }

    fn head_path(&self, log: LogId) -> PathBuf {
        self.dir.join(format!("head-{log}"))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Keys({})", self.id().0.short())
    }
}
