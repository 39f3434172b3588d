//! Keys: made once, sealed, refused when exposed or damaged.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

mod common;

use common::open_keys;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use telos_trust::{KeyError, Keys, PublicKeys, Sealing};

fn sealing(root: &Path) -> Sealing {
    Sealing::KeyFile(root.join("sealing.key"))
}

fn identity(root: &Path) -> PathBuf {
    root.join("keys/identity")
}

fn reopened(root: &Path) -> Result<Keys, KeyError> {
    Keys::open_or_create(&root.join("keys"), &sealing(root))
}

#[test]
fn keys_are_the_same_next_time_and_private() {
    let root = tempfile::tempdir().unwrap();
    let keys = open_keys(root.path());
    let again = open_keys(root.path());
    assert_eq!(keys.id(), again.id());
    assert_eq!(keys.derive("engine cache"), again.derive("engine cache"));
    assert_ne!(keys.derive("engine cache"), keys.derive("approvals"));
    for (path, mode) in [("keys", 0o700), ("keys/identity", 0o600), ("sealing.key", 0o600)] {
        assert_eq!(fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o777, mode, "{path}");
    }
}

#[test]
fn signatures_hold_for_one_message_in_one_context() {
    let root = tempfile::tempdir().unwrap();
    let keys = open_keys(root.path());
    let public = PublicKeys::parse(&keys.public().to_string()).unwrap();
    let signature = keys.sign("a", b"message").unwrap();
    assert!(public.verify("a", b"message", &signature));
    assert!(!public.verify("b", b"message", &signature) && !public.verify("a", b"other", &signature));
    // Either half alone is not enough.
    for place in [0, 63, 64, 3_372] {
        let mut bytes = signature.as_bytes().to_vec();
        bytes[place] ^= 1;
        assert!(!public.verify("a", b"message", &telos_trust::Signature::from_bytes(&bytes).unwrap()), "{place}");
    }
}

#[test]
fn threads_that_start_at_once_get_the_same_keys() {
    let root = tempfile::tempdir().unwrap();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| open_keys(root.path()).id())).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
    let left: Vec<_> =
        fs::read_dir(root.path().join("keys")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["identity"]);
}

#[test]
fn exposed_keys_are_refused_with_the_way_out() {
    let root = tempfile::tempdir().unwrap();
    open_keys(root.path());
    for path in [root.path().join("keys"), identity(root.path()), root.path().join("sealing.key")] {
        let before = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(before.mode() | 0o044)).unwrap();
        let error = reopened(root.path()).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { .. }) && error.to_string().contains("chmod go-rwx"), "{error}");
        fs::set_permissions(&path, before).unwrap();
    }
    assert!(reopened(root.path()).is_ok());
}

#[test]
fn every_changed_byte_of_the_sealed_file_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    open_keys(root.path());
    let whole = fs::read(identity(root.path())).unwrap();
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(identity(root.path()), &bytes).unwrap();
        assert!(reopened(root.path()).is_err(), "byte {place}");
        fs::write(identity(root.path()), &whole[..place]).unwrap();
        assert!(reopened(root.path()).is_err(), "cut at {place}");
    }
    fs::write(identity(root.path()), vec![0; 10_000]).unwrap();
    assert!(matches!(reopened(root.path()), Err(KeyError::Io { .. })));
}

#[test]
fn a_missing_sealing_key_makes_no_new_keys() {
    let root = tempfile::tempdir().unwrap();
    open_keys(root.path());
    fs::remove_file(root.path().join("sealing.key")).unwrap();
    assert!(matches!(reopened(root.path()), Err(KeyError::SealingKeyMissing { .. })));
    assert!(!root.path().join("sealing.key").exists());
    fs::write(root.path().join("sealing.key"), "nonsense").unwrap();
    fs::set_permissions(root.path().join("sealing.key"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(reopened(root.path()), Err(KeyError::Damaged { .. })));
}

#[test]
fn a_passphrase_seals() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("keys");
    let words = |text: &str| Sealing::Passphrase(text.to_owned().into());
    let keys = Keys::open_or_create(&dir, &words("correct horse")).unwrap();
    assert_eq!(Keys::open(&dir, &words("correct horse")).unwrap().id(), keys.id());
    assert!(matches!(Keys::open(&dir, &words("wrong")), Err(KeyError::DoesNotOpen { secret: "passphrase", .. })));
    assert!(matches!(Keys::open(&dir, &words("")), Err(KeyError::PassphraseEmpty)));
    assert!(matches!(Keys::open(&dir, &sealing(root.path())), Err(KeyError::PassphraseNeeded { .. })));
    let stored = fs::read(identity(root.path())).unwrap();
    // A hostile work factor is refused before any work is done.
    let mut greedy = stored;
    greedy[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
    fs::write(identity(root.path()), greedy).unwrap();
    assert!(matches!(Keys::open(&dir, &words("correct horse")), Err(KeyError::Damaged { .. })));
}

#[test]
fn a_pipe_or_link_in_the_place_of_keys_is_refused() {
    let root = tempfile::tempdir().unwrap();
    open_keys(root.path());
    let elsewhere = root.path().join("elsewhere");
    fs::rename(identity(root.path()), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, identity(root.path())).unwrap();
    assert!(reopened(root.path()).is_err());
    fs::remove_file(identity(root.path())).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, identity(root.path()), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    assert!(reopened(root.path()).is_err());
}
