//! Retrieval: a person's words find the primitive, and everything a registry is asked has one answer.

mod common;

use common::{built_in, registry};
use std::collections::BTreeSet;
use telos_graph::Catalogue;
use telos_registry::{Registry, RegistryError};

/// Requests in words that the examples of no descriptor repeat, and what must be among the first three hits.
const REQUESTS: [(&str, &str); 24] = [
    ("which lines mention a panic", "text.search"),
    ("grep the journal for oom", "text.search"),
    ("word count of thesis.md", "text.count"),
    ("alphabetize the guest list", "text.sort"),
    ("drop repeated entries", "text.unique"),
    ("most frequent ip addresses", "text.frequencies"),
    ("final 30 lines", "text.tail"),
    ("first 3 lines", "text.head"),
    ("is this valid utf-8", "text.decode"),
    ("load a tab separated spreadsheet", "table.parse"),
    ("rows whose price is under 5", "table.filter"),
    ("only the columns id and mail", "table.select"),
    ("mean wage grouped by town", "table.aggregate"),
    ("number of records per category", "table.count"),
    ("order the rows by date", "table.sort"),
    ("ten biggest cities", "table.top"),
    ("evaluate the jq expression", "json.query"),
    ("beautify this json", "json.format"),
    ("sha-512 fingerprint", "data.hash"),
    ("plot a line graph", "chart.draw"),
    ("erase old backups", "file.delete"),
    ("relocate the photos into archive", "file.move"),
    ("store the outcome in a file", "file.write"),
    ("make a new folder", "directory.make"),
];

#[test]
fn words_find_the_primitive() {
    let registry = registry();
    for (request, wanted) in REQUESTS {
        let hits = registry.search(request);
        let names: Vec<&str> = hits
            .iter()
            .take(3)
            .filter_map(|hit| registry.get(&hit.id))
            .map(|entry| entry.descriptor().name.as_str())
            .collect();
        assert!(names.contains(&wanted), "`{request}` gives {names:?}, not {wanted}");
    }
}

#[test]
fn search_is_deterministic_and_total() {
    let (one, two) = (registry(), registry());
    for request in ["", "the of a", "zzqx", "sort sort sort", "\u{0}\u{ffff}é", &"long ".repeat(10_000)] {
        assert_eq!(one.search(request), two.search(request));
    }
    assert!(one.search("zzqx").is_empty());
}

#[test]
fn every_primitive_is_found_by_id_and_name() {
    let registry = registry();
    for entry in registry.iter() {
        assert_eq!(registry.by_name(&entry.descriptor().name).map(|found| found.id()), Some(entry.id()));
        assert_eq!(registry.descriptor(&entry.id()), Some(entry.descriptor()));
        if let telos_abi::Body::Pack { component } = &entry.descriptor().body {
            assert!(registry.component(component).is_some() && registry.export_index(&entry.id()).is_some());
        }
    }
    assert!(registry.by_name("file").is_none() && registry.by_name("zz").is_none() && registry.by_name("").is_none());
}

#[test]
fn revocation_changes_the_epoch_and_a_second_pack_of_the_same_names_is_refused() {
    let all = registry();
    let revoked = all.by_name("text.sort").unwrap().id();
    let fewer = Registry::open(built_in(), &BTreeSet::from([revoked])).unwrap();
    assert!(fewer.get(&revoked).is_none() && fewer.by_name("text.sort").is_none());
    assert_ne!(all.epoch(), fewer.epoch());
    assert_eq!(all.epoch(), registry().epoch());
    let twice = [built_in(), built_in()].concat();
    assert!(matches!(Registry::open(twice, &BTreeSet::new()), Err(RegistryError::Duplicate { .. })));
}

#[test]
fn descriptors_are_well_formed() {
    for entry in registry().iter() {
        let descriptor = entry.descriptor();
        let semantics = &descriptor.semantics;
        let name = &descriptor.name;
        assert!(
            semantics.summary.ends_with('.') && semantics.words.len() >= 5 && semantics.examples.len() >= 3,
            "{name}"
        );
        let lower = |word: &String| *word == word.to_lowercase();
        assert!(semantics.words.iter().all(lower), "{name}");
        for port in &descriptor.inputs {
            assert!(
                !port.meaning.is_empty() && !port.words.is_empty() && port.words.iter().all(lower),
                "{name}.{}",
                port.name
            );
        }
        let names: BTreeSet<&str> = descriptor.inputs.iter().map(|port| port.name.as_str()).collect();
        assert_eq!(names.len(), descriptor.inputs.len(), "{name}");
    }
}
