//! Loading: what is refused, and what the cache may and may not do.

mod common;

use common::{bounds, component, digest, guest, kind};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use telos_abi::limit::PACK_BYTES_MAX;
use telos_abi::{Digest, PortIndex};
use telos_engine::{Engine, EngineConfig, EngineError, Note, Stop};

const KEY: [u8; 32] = [7; 32];

fn cached(directory: &Path) -> Engine {
    Engine::new(EngineConfig::cached(directory.to_path_buf(), KEY)).expect("an engine")
}

fn load_and_use(engine: &Engine) {
    let component = guest();
    let pack = engine.load(digest(&component), || Some(component.as_slice().into())).expect("loads");
    let mut call = pack.call(kind::ECHO, &[0x80], &bounds(), &Stop::new()).expect("starts");
    assert_eq!(call.push(PortIndex(0), b"x").expect("runs")[0].bytes.of(&[]), b"x");
}

fn only_file(directory: &Path) -> PathBuf {
    let mut files: Vec<_> =
        fs::read_dir(directory).expect("the cache is there").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

#[test]
fn bytes_of_another_digest_are_refused() {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    let error = engine.load(Digest::ZERO, || Some(guest().into())).expect_err("not zero");
    assert!(matches!(error, EngineError::Digest { .. }));
}

/// A pack may be packed away: it is unpacked only to be compiled.
#[test]
fn bytes_are_asked_for_only_where_nothing_is_compiled() {
    let directory = tempfile::tempdir().expect("a directory");
    let component = guest();
    let missing = cached(directory.path()).load(digest(&component), || None);
    assert!(matches!(missing, Err(EngineError::Missing { .. })));
    load_and_use(&cached(directory.path()));
    let engine = cached(directory.path());
    engine.load(digest(&component), || None).expect("the code is kept");
}

#[test]
fn too_many_bytes_are_refused_before_they_are_hashed() {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    let error = engine.load(Digest::ZERO, || Some(vec![0; PACK_BYTES_MAX + 1].into()));
    assert!(matches!(error, Err(EngineError::TooLarge { .. })));
}

#[test]
fn what_is_no_component_is_refused() {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    let mut cut = guest();
    cut.truncate(cut.len() / 2);
    for bytes in [b"".as_slice(), b"\0asm\x01\0\0\0", b"(component)", &cut] {
        let error = engine.load(digest(bytes), || Some(bytes.into()));
        assert!(matches!(error, Err(EngineError::Invalid { .. })), "{error:?}");
    }
}

#[test]
fn any_import_is_refused() {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    for text in [
        "(component (import \"telos:host/files@1.0.0\" (instance)))",
        "(component (import \"now\" (func (result u64))))",
    ] {
        let bytes = wat::parse_str(text).expect("well formed");
        let error = engine.load(digest(&bytes), || Some(bytes.as_slice().into()));
        assert!(matches!(error, Err(EngineError::Imports { .. })), "{error:?}");
    }
}

#[test]
fn component_without_the_world_is_refused() {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    let bytes = wat::parse_str("(component)").expect("well formed");
    let error = engine.load(digest(&bytes), || Some(bytes.as_slice().into()));
    assert!(matches!(error, Err(EngineError::Interface { .. })), "{error:?}");
}

#[test]
fn threads_and_memory64_are_not_accepted() {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    for memory in ["(memory 1 1 shared)", "(memory i64 1)"] {
        let bytes = wat::parse_str(format!("(component (core module {memory}))")).expect("well formed");
        let error = engine.load(digest(&bytes), || Some(bytes.as_slice().into()));
        assert!(matches!(error, Err(EngineError::Invalid { .. })), "{error:?}");
    }
}

#[test]
fn one_pack_is_loaded_once() {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    let component = guest();
    let packs: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| engine.load(digest(&component), || Some(component.as_slice().into()))))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic").expect("loads")).collect()
    });
    assert!(std::sync::Arc::ptr_eq(&packs[0], &packs[1]));
}

#[test]
fn second_engine_takes_the_code_from_the_cache() {
    let home = tempfile::tempdir().expect("a directory");
    let directory = home.path().join("a/b");
    load_and_use(&cached(&directory));
    let file = only_file(&directory);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&file)), (0o700, 0o600));
    let before = fs::metadata(&file).expect("there").modified().expect("a time");

    let second = cached(&directory);
    load_and_use(&second);
    assert_eq!(second.take_notes(), []);
    let after = fs::metadata(&file).expect("there").modified().expect("a time");
    assert_eq!(before, after, "nothing was compiled, so nothing was written");
}

#[test]
fn code_that_was_touched_is_never_loaded() {
    let directory = tempfile::tempdir().expect("a directory");
    load_and_use(&cached(directory.path()));
    let file = only_file(directory.path());
    let good = fs::read(&file).expect("readable");
    let flip = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let bad = [
        flip(0),
        flip(31),
        flip(32),
        flip(good.len() / 2),
        flip(good.len() - 1),
        good[..good.len() - 1].to_vec(),
        good[..31].to_vec(),
        Vec::new(),
        [good.clone(), vec![0]].concat(),
        // What an attacker without the key would try: real code under no or another key's MAC.
        good[32..].to_vec(),
        [blake3::hash(&good[32..]).as_bytes().as_slice(), &good[32..]].concat(),
    ];
    for bytes in bad {
        fs::write(&file, &bytes).expect("writable");
        let engine = cached(directory.path());
        load_and_use(&engine);
        let notes = engine.take_notes();
        assert!(matches!(&notes[..], [Note::CacheRejected { .. }]), "{notes:?}");
        assert_eq!(fs::read(&file).expect("readable"), good, "replaced by the right code");
    }
}

#[test]
fn code_of_another_pack_or_key_is_never_loaded() {
    let directory = tempfile::tempdir().expect("a directory");
    load_and_use(&cached(directory.path()));
    let file = only_file(directory.path());

    let other = component(include_str!("common/guest.wat").replace("\\80", "\\40").as_str());
    let taken = file.to_string_lossy().replace(&digest(&guest()).to_string(), &digest(&other).to_string());
    fs::copy(&file, &taken).expect("writable");
    let engine = cached(directory.path());
    let pack = engine.load(digest(&other), || Some(other.as_slice().into())).expect("loads");
    assert_eq!(pack.describe(), Ok(vec![0x40]), "its own code ran");
    assert!(matches!(&engine.take_notes()[..], [Note::CacheRejected { .. }]));

    let stranger = Engine::new(EngineConfig::cached(directory.path().into(), [8; 32])).expect("an engine");
    load_and_use(&stranger);
    assert!(matches!(&stranger.take_notes()[..], [Note::CacheRejected { .. }]));
}

#[test]
fn cache_that_cannot_be_written_or_is_no_file_costs_only_time() {
    let home = tempfile::tempdir().expect("a directory");
    let blocked = home.path().join("file");
    fs::write(&blocked, b"in the way").expect("writable");
    let engine = cached(&blocked);
    load_and_use(&engine);
    let notes = engine.take_notes();
    assert!(notes.iter().any(|note| matches!(note, Note::CacheUnwritten { .. })), "{notes:?}");

    let directory = home.path().join("cache");
    load_and_use(&cached(&directory));
    let file = only_file(&directory);
    fs::remove_file(&file).expect("removable");
    std::os::unix::fs::symlink(&blocked, &file).expect("a link");
    let engine = cached(&directory);
    load_and_use(&engine);
    assert!(matches!(&engine.take_notes()[..], [Note::CacheRejected { .. }]));
    assert_eq!(fs::read(&blocked).expect("readable"), b"in the way", "the link was not followed");
}

#[test]
fn address_space_too_small_for_the_pool_falls_back() {
    let mut config = EngineConfig::uncached();
    // 4 GiB for each slot: more than 47 bits of address space hold.
    config.pool_slots = 100_000;
    let engine = Engine::new(config).expect("an engine");
    assert!(matches!(&engine.take_notes()[..], [Note::NoPool { .. }]));
    load_and_use(&engine);
}
