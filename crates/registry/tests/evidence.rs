//! Every built-in pack is what it claims; no changed, cut or lying pack file is believed.

mod common;

use common::{EngineRunner, built_in, component};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use telos_abi::Evidence;
use telos_registry::{PackError, PackFile, PublisherKeys, Registry, evidence_for, inspect, publish};

static KEYS: LazyLock<PublisherKeys> =
    LazyLock::new(|| PublisherKeys::from_seeds(&[1; 32], &[2; 32]).expect("these seeds are accepted"));

/// The smallest pack, published.
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let pack = built_in().into_iter().min_by_key(|pack| component(pack).len()).expect("there are packs");
    publish(&pack.name, &component(&pack), pack.descriptors.clone(), &EngineRunner::new(), &KEYS)
        .expect("a built-in pack can be published")
});

#[test]
fn every_built_in_pack_has_the_evidence_it_claims() {
    let runner = EngineRunner::new();
    let mut lacking = Vec::new();
    for pack in built_in() {
        match evidence_for(&component(&pack), &pack.descriptors, &runner) {
            Ok(statements) => {
                assert_eq!(statements.len(), pack.descriptors.len());
                let again = evidence_for(&component(&pack), &pack.descriptors, &runner).unwrap();
                assert_eq!(statements, again, "evidence is reproducible");
            }
            Err(error) => lacking.push(format!("pack {}: {error}", pack.name)),
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn a_published_pack_is_trusted_by_those_who_know_its_publisher() {
    let file = PackFile::parse(&FILE).unwrap();
    file.verify(&EngineRunner::new()).unwrap();
    let stranger = PackFile::parse(&FILE).unwrap().trusted(&BTreeSet::new());
    assert!(matches!(stranger, Err(PackError::UntrustedPublisher { .. })));
    let pack = file.trusted(&BTreeSet::from([KEYS.public()])).unwrap();
    let registry = Registry::open(vec![pack], &BTreeSet::new()).unwrap();
    let built_in = common::registry();
    for entry in registry.iter() {
        assert!(built_in.get(&entry.id()).is_some(), "ids are content: {}", entry.descriptor().name);
    }
}

#[test]
fn claims_beyond_the_code_are_refused() {
    let runner = EngineRunner::new();
    let pack = built_in().into_iter().find(|pack| pack.name == "digest").unwrap();
    let publish_as = |change: fn(&mut telos_abi::Descriptor)| {
        let mut descriptors = pack.descriptors.clone();
        change(&mut descriptors[0]);
        publish("digest", &component(&pack), descriptors, &runner, &KEYS).unwrap_err().to_string()
    };
    assert!(publish_as(|d| d.evidence = Evidence::Proof).contains("other descriptors"));
    assert!(
        publish_as(|d| d
            .effects
            .push(telos_abi::EffectUse { kind: telos_abi::EffectKind::NetSend, target: telos_abi::Target::None }))
        .contains("neither effects")
    );
    assert!(publish_as(|d| d.name = String::from("Bad Name")).contains("lower-case"));
    assert!(publish_as(|d| d.version = 7).contains("other descriptors"));
}

#[test]
fn components_that_are_no_packs_are_refused() {
    for bytes in [b"".as_slice(), b"\0asm\x01\0\0\0", b"\0asm\x0d\0\x01\0", b"\x7fELF"] {
        assert!(matches!(inspect(bytes), Err(PackError::Structure(_))), "{bytes:02x?}");
    }
    let importing =
        [b"\0asm\x0d\0\x01\0".as_slice(), b"\x07\x05\x01\x40\x00\x01\x00", b"\x0a\x06\x01\x00\x01f\x01\x00"].concat();
    let message = inspect(&importing).unwrap_err().to_string();
    assert!(message.contains("imports `f`"), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_changed_byte_survives(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut file = FILE.clone();
        let at = at.index(file.len());
        file[at] ^= flip;
        let trusted = PackFile::parse(&file).and_then(|file| file.trusted(&BTreeSet::from([KEYS.public()])));
        prop_assert!(trusted.is_err(), "byte {at}");
    }

    #[test]
    fn no_cut_or_longer_file_is_read(at in any::<prop::sample::Index>(), more in prop::collection::vec(any::<u8>(), 1..9)) {
        prop_assert!(PackFile::parse(&FILE[..at.index(FILE.len())]).is_err());
        prop_assert!(PackFile::parse(&[FILE.as_slice(), &more].concat()).is_err());
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200), size in any::<u32>()) {
        let claimed = [b"telospk1".as_slice(), &size.to_le_bytes(), &bytes].concat();
        prop_assert!(PackFile::parse(&bytes).is_err() && PackFile::parse(&claimed).is_err() && inspect(&bytes).is_err());
    }
}
