//! What can go wrong, where, and what to do next.

use std::io;
use std::path::{Path, PathBuf};
use telos_abi::RunId;

/// The keys could not be made or opened. No variant carries secret bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The system refused a file operation.
    #[error("cannot {action} {}: {source}; check the disk and the permissions of that path", path.display())]
    Io {
        /// What was tried ("read", "create").
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Others than the owner may reach a secret.
    #[error("{} is open to others (mode {mode:o}), so the keys in it are not secret; if nobody else has read it, run: chmod go-rwx '{}'", path.display(), path.display())]
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A secret belongs to another user.
    #[error("{} belongs to user {owner}, not to you; run as that user, or choose another state directory", path.display())]
    NotOwned {
        /// The file or directory.
        path: PathBuf,
        /// Numeric user id of its owner.
        owner: u32,
    },
    /// A key file cannot be parsed.
    #[error("{} is damaged: {what}; restore it from a backup, or move it away and new keys will be made (logs signed before stay verifiable with the old public key)", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A key file was written by a newer version.
    #[error("{} has format version {version}, this program reads version 1; use a newer telos", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version found.
        version: u32,
    },
    /// The keys are sealed under a passphrase and none was given.
    #[error("the keys in {} are sealed with a passphrase; set TELOS_PASSPHRASE", path.display())]
    PassphraseNeeded {
        /// The sealed file.
        path: PathBuf,
    },
    /// The keys are sealed under a machine-local key and a passphrase was given.
    #[error("the keys in {} are sealed with a key file, not with a passphrase; unset TELOS_PASSPHRASE", path.display())]
    PassphraseNotUsed {
        /// The sealed file.
        path: PathBuf,
    },
    /// The passphrase is empty.
    #[error("the passphrase is empty; set TELOS_PASSPHRASE to a real one, or unset it to seal with a key file")]
    PassphraseEmpty,
    /// The machine-local sealing key is gone, and with it the keys sealed under it.
    #[error("{} is missing, and the keys in {} cannot be opened without it; restore it, or move the sealed keys away and new ones will be made", path.display(), sealed.display())]
    SealingKeyMissing {
        /// Where the sealing key should be.
        path: PathBuf,
        /// What is sealed under it.
        sealed: PathBuf,
    },
    /// Authenticated decryption failed.
    #[error("the keys in {} do not open: the {secret} is wrong, or the file was changed", path.display())]
    DoesNotOpen {
        /// The sealed file.
        path: PathBuf,
        /// "passphrase" or "sealing key".
        secret: &'static str,
    },
    /// The cryptographic library refused; no random bytes, or no memory for the key derivation.
    #[error("cryptography failed: {0}; free some memory and try again")]
    Crypto(&'static str),
}

impl KeyError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_path_buf(), source }
    }
}

/// The text given as a public key is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a telos public key: {what}; make one with: telos key export")]
pub struct PublicKeyError {
    pub(crate) what: &'static str,
}

/// The log could not be read or written. After any of these the segment on disk still ends with a whole record, or
/// with a torn one that readers recognise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The system refused a file operation.
    #[error("cannot {action} {}: {source}; free space or fix the permissions, then try again", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The payload is larger than [`telos_abi::limit::RECORD_BYTES_MAX`].
    #[error(
        "a record of {bytes} bytes is over the limit of {limit} bytes; split it or store the data elsewhere and record its digest"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// An earlier failure left it unknown what reached the disk; nothing more is accepted.
    #[error(
        "the log of run {run} stopped accepting records after an earlier failure; the records acknowledged before it are safe"
    )]
    Stopped {
        /// The run.
        run: RunId,
    },
    /// There is no such segment.
    #[error("there is no run {run} in the log; list them with: telos runs")]
    NoSuchRun {
        /// The run.
        run: RunId,
    },
    /// A segment of this name exists.
    #[error("run {run} is already in the log; begin the new run under another id")]
    RunExists {
        /// The run.
        run: RunId,
    },
    /// Another process writes this segment.
    #[error("run {run} is still going on in another process; wait for it or stop it first")]
    Live {
        /// The run.
        run: RunId,
    },
    /// Records that were acknowledged are damaged or missing.
    #[error(
        "the log of run {run} is damaged at record {seq} (byte {offset}): {what}; nothing was changed; see: telos verify"
    )]
    Damaged {
        /// The run.
        run: RunId,
        /// First record concerned.
        seq: u64,
        /// Its place in the file.
        offset: u64,
        /// What was found.
        what: &'static str,
    },
    /// The file of checkpoints is damaged.
    #[error("{} is damaged at byte {offset}: {what}; nothing was changed; see: telos verify", path.display())]
    CheckpointsDamaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// What was found.
        what: &'static str,
    },
    /// The log is older than the head these keys last signed, or differs from it.
    #[error(
        "the log was rolled back or replaced: checkpoint {signed} was signed with these keys, the log {found}; restore the newer log, or move this one away and a new one will begin"
    )]
    RolledBack {
        /// Index of the newest checkpoint signed.
        signed: u64,
        /// What the log holds instead.
        found: &'static str,
    },
    /// A file was written by another version of the format.
    #[error("{} has format version {version}, this program reads version 1; use a newer telos", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version found.
        version: u16,
    },
    /// The keys' own record of the head cannot be kept.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl LogError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_path_buf(), source }
    }
}
