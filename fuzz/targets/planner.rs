//! The offline planner: whatever is typed, it proposes, asks or abstains, and what it proposes is well formed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use telos_abi::{ByteText, CapabilityId, Descriptor, Timestamp};
use telos_graph::{Catalogue, codec};
use telos_model::{Cascade, Entry, EntryKind, Library, Proposal, Surroundings, Turn};

static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let packs = telos_describe::packs::ALL.into_iter().flat_map(|(_, descriptors)| descriptors());
    let all = telos_registry::native::descriptors().into_iter().chain(packs);
    Shelf(all.map(|descriptor| (codec::capability_id(&descriptor), descriptor)).collect())
});

fuzz_target!(|text: &str| {
    let turn = Turn {
        text: text.to_owned(),
        directory: ByteText::from("/home/ada"),
        stdin_piped: text.len() % 2 == 1,
        now: Timestamp(1_795_219_200_000),
        zone: None,
    };
    let answer = Cascade::new(None, None).propose(&turn, &Files, &*SHELF, &|_| Ok(()));
    if let Proposal::Graph(proposed) = answer.proposal {
        let bytes = codec::encode(&proposed.graph).expect("a proposal is small");
        assert!(codec::decode(&bytes).is_ok(), "a proposal is a graph");
        for reading in &proposed.readings {
            assert!(text.get(reading.span.clone()).is_some(), "a reading points into the turn");
        }
    }
});

/// The built-in primitives.
struct Shelf(Vec<(CapabilityId, Descriptor)>);

impl Catalogue for Shelf {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.0.iter().find(|(other, _)| other == id).map(|(_, descriptor)| descriptor)
    }

    fn epoch(&self) -> u64 {
        1
    }
}

impl Library for Shelf {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(CapabilityId, &'a Descriptor)) {
        self.0.iter().for_each(|(id, descriptor)| see(*id, descriptor));
    }
}

/// A few files that are always there.
struct Files;

impl Surroundings for Files {
    fn entries(&self) -> Vec<Entry> {
        let entry = |path: &str, kind| Entry { path: path.to_owned(), kind, size_bytes: 100, modified: Timestamp(0) };
        let files = ["app.log", "sales.csv", "people.csv", "orders.json", "notes.txt", "photo one.jpg", "data/é.csv"];
        let mut entries: Vec<Entry> = files.iter().map(|path| entry(path, EntryKind::File)).collect();
        entries.push(entry("data", EntryKind::Directory));
        entries
    }

    fn lookup(&self, path: &str) -> Option<Entry> {
        self.entries().into_iter().find(|entry| entry.path == path)
    }

    fn columns(&self, path: &str) -> Vec<String> {
        if path.ends_with(".csv") { vec!["region".into(), "amount".into(), "größe".into()] } else { Vec::new() }
    }

    fn json_keys(&self, path: &str) -> Vec<String> {
        if path.ends_with(".json") { vec!["id".into(), "price".into()] } else { Vec::new() }
    }
}
