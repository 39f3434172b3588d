//! Sealing at rest: secrets are stored encrypted under a key that is kept elsewhere.
//!
//! Envelope v1 (little-endian): magic `TELOSKEY` · version u32 · mode u32 (1 key file, 2 passphrase) ·
//! Argon2 memory KiB u32 · passes u32 · lanes u32 · salt 32 · nonce 12 · AES-256-GCM-SIV ciphertext and tag.
//! Everything before the ciphertext is authenticated with it, so neither role, version nor work factor can be changed.

use crate::codec::{Reader, from_hex, to_hex};
use crate::error::KeyError;
use crate::files;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"TELOSKEY";
const VERSION: u32 = 1;
const MODE_KEY_FILE: u32 = 1;
const MODE_PASSPHRASE: u32 = 2;
const SALT_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const PREFIX_BYTES: usize = 8 + 5 * 4 + SALT_BYTES + NONCE_BYTES;
const SEALING_KEY_LINE: &str = "telos-sealing-key 1 ";

/// Argon2id's work for new envelopes: 64 MiB, 3 passes, 1 lane; about 0.1 s on the machines of 2026.
const WORK: Work = Work { memory_kib: 64 << 10, passes: 3, lanes: 1 };
/// Most work an envelope may ask for. A hostile file must not take the machine down before it fails to open.
const WORK_MAX: Work = Work { memory_kib: 1 << 20, passes: 16, lanes: 16 };

/// What seals the secrets at rest.
///
/// A *passphrase* protects them from whoever gets the disk, a backup or the files, as far as it is hard to guess
/// (Argon2id, 64 MiB, 3 passes). A *key file* protects only when it is not taken together with the keys: against a
/// copied, synchronised or backed-up state directory that leaves the key file behind. Neither protects against a
/// program that runs as the same user while the keys are in use.
#[derive(Clone)]
pub enum Sealing {
    /// A machine-local key in this file, made on first use. Choose a place outside the key directory.
    KeyFile(PathBuf),
    /// A person's passphrase. Opening costs about 0.1 s and 64 MiB of memory.
    Passphrase(Zeroizing<String>),
}

#[derive(Clone, Copy)]
struct Work {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Encrypts `secret`. `role` says what is sealed: an envelope of one role does not open as another.
pub(crate) fn seal(sealing: &Sealing, role: &str, secret: &[u8], path: &Path) -> Result<Vec<u8>, KeyError> {
    let mut salt = [0_u8; SALT_BYTES];
    let mut nonce = [0_u8; NONCE_BYTES];
    fill(&mut salt)?;
    fill(&mut nonce)?;
    let (mode, work, key) = match sealing {
        Sealing::KeyFile(file) => {
            let kept = open_or_create_key(file)?;
            (MODE_KEY_FILE, Work { memory_kib: 0, passes: 0, lanes: 0 }, from_file(&kept, &salt))
        }
        Sealing::Passphrase(words) => (MODE_PASSPHRASE, WORK, from_passphrase(words, &salt, WORK)?),
    };
    let mut out = MAGIC.to_vec();
    for number in [VERSION, mode, work.memory_kib, work.passes, work.lanes] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&salt);
    out.extend_from_slice(&nonce);
    let mut sealed = Zeroizing::new(secret.to_vec());
    cipher(&key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound(role, &out)), &mut *sealed)
        .map_err(|_| KeyError::Crypto("the secrets could not be sealed"))?;
    debug_assert_eq!(out.len(), PREFIX_BYTES, "the prefix is what `open` expects of {}", path.display());
    out.extend_from_slice(&sealed);
    Ok(out)
}

/// Decrypts what [`seal`] made. `path` is only named in errors.
pub(crate) fn open(
    sealing: &Sealing,
    role: &str,
    envelope: &[u8],
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let damaged = |what| KeyError::Damaged { path: path.to_path_buf(), what };
    let parsed = Envelope::parse(envelope).ok_or_else(|| damaged("it is too short or is not a file of sealed keys"))?;
    if parsed.version != VERSION {
        return Err(KeyError::Version { path: path.to_path_buf(), version: parsed.version });
    }
    let (key, secret) = match (sealing, parsed.mode) {
        (Sealing::KeyFile(file), MODE_KEY_FILE) => {
            let kept = read_key(file).map_err(|error| missing(error, file, path))?;
            (from_file(&kept, &parsed.salt), "sealing key")
        }
        (Sealing::Passphrase(words), MODE_PASSPHRASE) => {
            if !parsed.work.is_reasonable() {
                return Err(damaged("it asks for more work than any such file does"));
            }
            (from_passphrase(words, &parsed.salt, parsed.work)?, "passphrase")
        }
        (Sealing::KeyFile(_), MODE_PASSPHRASE) => {
            return Err(KeyError::PassphraseNeeded { path: path.to_path_buf() });
        }
        (Sealing::Passphrase(_), MODE_KEY_FILE) => {
            return Err(KeyError::PassphraseNotUsed { path: path.to_path_buf() });
        }
        _ => return Err(damaged("it is sealed in no known way")),
    };
    let mut bytes = Zeroizing::new(parsed.ciphertext.to_vec());
    let aad = Aad::from(bound(role, parsed.prefix));
    let length = cipher(&key)?
        .open_in_place(Nonce::assume_unique_for_key(parsed.nonce), aad, &mut bytes)
        .map_err(|_| KeyError::DoesNotOpen { path: path.to_path_buf(), secret })?
        .len();
    bytes.truncate(length);
    Ok(bytes)
}

struct Envelope<'a> {
    version: u32,
    mode: u32,
    work: Work,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
    prefix: &'a [u8],
    ciphertext: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (prefix, ciphertext) = bytes.split_at_checked(PREFIX_BYTES)?;
        let mut reader = Reader::new(prefix);
        if reader.slice(MAGIC.len())? != MAGIC || ciphertext.len() < TAG_BYTES {
            return None;
        }
        Some(Self {
            version: reader.u32()?,
            mode: reader.u32()?,
            work: Work { memory_kib: reader.u32()?, passes: reader.u32()?, lanes: reader.u32()? },
            salt: reader.array()?,
            nonce: reader.array()?,
            prefix,
            ciphertext,
        })
    }
}

impl Work {
    const fn is_reasonable(self) -> bool {
        self.memory_kib <= WORK_MAX.memory_kib && self.passes <= WORK_MAX.passes && self.lanes <= WORK_MAX.lanes
    }
}

fn missing(error: KeyError, file: &Path, sealed: &Path) -> KeyError {
    match error {
        KeyError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            KeyError::SealingKeyMissing { path: file.to_path_buf(), sealed: sealed.to_path_buf() }
        }
        other => other,
    }
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, KeyError> {
    UnboundKey::new(&AES_256_GCM_SIV, key)
        .map(LessSafeKey::new)
        .map_err(|_| KeyError::Crypto("the sealing key was not accepted"))
}

fn bound(role: &str, prefix: &[u8]) -> Vec<u8> {
    let mut out = role.as_bytes().to_vec();
    out.push(0);
    out.extend_from_slice(prefix);
    out
}

fn from_file(kept: &[u8; 32], salt: &[u8; SALT_BYTES]) -> Zeroizing<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_derive_key("telos 2026 trust v1 key-encryption key");
    hasher.update(kept).update(salt);
    Zeroizing::new(hasher.finalize().into())
}

fn from_passphrase(words: &str, salt: &[u8], work: Work) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    if words.is_empty() {
        return Err(KeyError::PassphraseEmpty);
    }
    let parameters = argon2::Params::new(work.memory_kib, work.passes, work.lanes, Some(32))
        .map_err(|_| KeyError::Crypto("the work factor is not one Argon2 accepts"))?;
    let mut key = Zeroizing::new([0_u8; 32]);
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, parameters)
        .hash_password_into(words.as_bytes(), salt, key.as_mut())
        .map_err(|_| KeyError::Crypto("the passphrase could not be stretched"))?;
    Ok(key)
}

/// The machine-local key, made if it is not there. Two processes that start at once end with the same one.
fn open_or_create_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    match read_key(path) {
        Err(KeyError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
        done => return done,
    }
    let parent = files::parent(path);
    files::make_private_dir(parent).map_err(KeyError::io("create", parent))?;
    let mut key = Zeroizing::new([0_u8; 32]);
    fill(key.as_mut())?;
    let text = Zeroizing::new(format!("{SEALING_KEY_LINE}{}\n", *Zeroizing::new(to_hex(key.as_ref()))));
    files::create_once(path, text.as_bytes()).map_err(KeyError::io("create", path))?;
    read_key(path)
}

fn read_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    check_private(path)?;
    let bytes = Zeroizing::new(files::read_small(path, 4_096).map_err(KeyError::io("read", path))?);
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| from_hex(text.strip_prefix(SEALING_KEY_LINE)?.trim_end()))
        .map(Zeroizing::new)
        .ok_or_else(|| KeyError::Damaged { path: path.to_path_buf(), what: "it is not a sealing key" })
}

/// Refuses a secret that others may reach.
pub(crate) fn check_private(path: &Path) -> Result<(), KeyError> {
    match files::exposure(path).map_err(KeyError::io("look at", path))? {
        None => Ok(()),
        Some(files::Exposure::Open(mode)) => Err(KeyError::Exposed { path: path.to_path_buf(), mode }),
        Some(files::Exposure::NotOwned(owner)) => Err(KeyError::NotOwned { path: path.to_path_buf(), owner }),
    }
}

/// Random bytes from the system.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), KeyError> {
    aws_lc_rs::rand::fill(bytes).map_err(|_| KeyError::Crypto("the system gave no random bytes"))
}
