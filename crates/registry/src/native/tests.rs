//! The host's own descriptors: well formed, and found by the words that people use.

use super::descriptors;
use crate::Registry;
use std::collections::BTreeSet;
use telos_abi::{Body, Target};

#[test]
fn each_is_well_formed_and_acts_on_what_its_inputs_choose() {
    let all = descriptors();
    let names: BTreeSet<&str> = all.iter().map(|descriptor| descriptor.name.as_str()).collect();
    assert_eq!(names.len(), all.len());
    assert!(all.windows(2).all(|pair| pair[0].name < pair[1].name), "in the order of their names");
    for descriptor in &all {
        let name = &descriptor.name;
        assert_eq!(descriptor.body, Body::Host, "{name}");
        let semantics = &descriptor.semantics;
        assert!(semantics.summary.ends_with('.'), "{name}");
        assert!(
            semantics.words.len() >= 5 && semantics.examples.len() >= 3 && semantics.examples.len() <= 10,
            "{name}"
        );
        let words = descriptor.inputs.iter().flat_map(|port| &port.words).chain(&semantics.words);
        assert!(words.clone().all(|word| *word == word.to_lowercase()), "{name}");
        assert!(descriptor.inputs.iter().all(|port| !port.meaning.is_empty() && !port.words.is_empty()), "{name}");
        for effect in &descriptor.effects {
            let Target::Input(port) = effect.target else { continue };
            let port = &descriptor.inputs[usize::from(port.0)];
            assert_eq!(port.kind, telos_abi::PortKind::Authority, "{name}.{}", port.name);
        }
    }
}

#[test]
fn words_find_the_primitive() {
    let registry = Registry::open(Vec::new(), &BTreeSet::new()).expect("the host's own");
    for (request, wanted) in [
        ("copy the manual to manual-old.md", "file.copy"),
        ("duplicate every picture in the backup folder", "file.copy-into"),
        ("zip up my whole project directory", "directory.bundle"),
        ("pack all the csv files", "file.bundle"),
        ("unpack the download into src", "directory.fill"),
        ("how big is the log", "file.information"),
        ("what is today's date", "clock.today"),
        ("erase old backups", "file.delete"),
        ("relocate the photos into archive", "file.move"),
        ("store the outcome in a file", "file.write"),
        ("make a new folder", "directory.make"),
    ] {
        let hits = registry.search(request);
        let entries = hits.iter().take(3).filter_map(|hit| registry.get(&hit.id));
        let names: Vec<&str> = entries.map(|entry| entry.descriptor().name.as_str()).collect();
        assert!(names.contains(&wanted), "`{request}` gives {names:?}, not {wanted}");
    }
}
