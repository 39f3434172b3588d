//! Undo: random runs are given back byte for byte, and what changed since is never touched.

use crate::testing::{Place, tree};
use crate::{Host, HostError};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;
use telos_abi::{HostName, Label, Receipt};

#[derive(Clone, Debug)]
enum Deed {
    Write(u8, u8),
    Delete(u8),
    Move(u8, u8),
    Copy(u8, u8),
    Directory(u8),
    Link(u8, u8),
    Mode(u8, bool),
}

/// Few names, nested, so that deeds meet.
fn name(number: u8) -> &'static str {
    const NAMES: [&str; 9] = ["a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "f", "f/a"];
    NAMES[usize::from(number) % NAMES.len()]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (any::<u8>(), any::<u8>()).prop_map(|(file, text)| Deed::Write(file, text)),
        2 => any::<u8>().prop_map(Deed::Delete),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Deed::Move(from, to)),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Deed::Copy(from, to)),
        2 => any::<u8>().prop_map(Deed::Directory),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(file, text)| Deed::Link(file, text)),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(file, exec)| Deed::Mode(file, exec)),
    ]
}

/// Does it if it can be done; what cannot is refused by the host and changes nothing.
fn attempt(host: &Host, deed: &Deed) {
    let _ = match *deed {
        Deed::Write(file, text) => host.do_write(name(file), &format!("text {text}")),
        Deed::Delete(file) => host.do_delete(name(file)),
        Deed::Move(from, to) => host.do_move(name(from), name(to)),
        Deed::Copy(from, to) => host.do_copy(name(from), name(to)),
        Deed::Directory(file) => host.do_directory(name(file)),
        // The text leads nowhere, so that no link is a way to another name.
        Deed::Link(file, text) => host.do_link(name(file), &format!("nowhere-{text}")),
        Deed::Mode(file, exec) => host.do_mode(name(file), if exec { 0o700 } else { 0o750 }),
    };
}

fn furnish(place: &Place) {
    std::fs::create_dir_all(place.work().join("d/e")).unwrap();
    for name in ["a", "d/a", "d/e/a"] {
        place.put(name, &format!("old {name}"));
        let file = std::fs::File::open(place.work().join(name)).unwrap();
        let old = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000, 123_456_789);
        file.set_modified(old).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_gives_back_the_tree_and_undoing_it_does_too(deeds in prop::collection::vec(deed(), 1..14)) {
        let place = Place::new();
        furnish(&place);
        let before = tree(&place.work());
        let (host, memory) = place.host(1);
        for deed in &deeds {
            attempt(&host, deed);
        }
        let after = tree(&place.work());
        let (undoer, undone) = place.host(2);
        undoer.do_undo(&memory.all()).unwrap();
        prop_assert_eq!(&tree(&place.work()), &before);
        let (again, _) = place.host(4);
        again.do_undo(&memory.all()).unwrap();
        prop_assert_eq!(&tree(&place.work()), &before);
        let (redoer, _) = place.host(3);
        redoer.do_undo(&undone.all()).unwrap();
        prop_assert_eq!(&tree(&place.work()), &after);
    }

    #[test]
    fn an_interrupted_undo_is_finished(
        deeds in prop::collection::vec(deed(), 1..12),
        room in 0_usize..30,
    ) {
        let place = Place::new();
        furnish(&place);
        let before = tree(&place.work());
        let (host, memory) = place.host(1);
        for deed in &deeds {
            attempt(&host, deed);
        }
        let short = std::sync::Arc::new(crate::testing::Memory { room: Some(room), ..Default::default() });
        let _ = place.host_with(2, short).do_undo(&memory.all());
        let (undoer, _) = place.host(3);
        undoer.do_undo(&memory.all()).unwrap();
        prop_assert_eq!(&tree(&place.work()), &before);
    }
}

#[test]
fn nothing_is_touched_when_anything_changed_since() {
    let place = Place::new();
    place.put("a", "old a");
    place.put("b", "old b");
    let (host, memory) = place.host(1);
    host.do_write("a", "new a").unwrap();
    host.do_write("b", "new b").unwrap();
    host.do_directory("made").unwrap();
    place.put("b", "edited since");
    place.put("made/stranger", "x");
    let left = tree(&place.work());
    let plan = host.plan_undo(&memory.all()).unwrap();
    let paths: Vec<_> = plan.conflicts().iter().map(|conflict| conflict.path.clone()).collect();
    assert_eq!(paths, [place.path("b"), place.path("made/stranger")]);
    assert!(matches!(host.undo(plan.clone(), Vec::new()), Err(HostError::Conflicts { count: 2 })));
    assert_eq!(tree(&place.work()), left);
    let rest = plan.without_conflicts();
    let permits = crate::testing::permits_for(&rest);
    host.undo(rest, permits).unwrap();
    assert_eq!(place.get("a"), "old a");
    assert_eq!(place.get("b"), "edited since");
    assert_eq!(place.get("made/stranger"), "x");
}

#[test]
fn a_file_that_was_only_touched_is_no_conflict() {
    let place = Place::new();
    place.put("a", "old");
    let (host, memory) = place.host(1);
    host.do_write("a", "new").unwrap();
    let file = std::fs::File::open(place.work().join("a")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    host.do_undo(&memory.all()).unwrap();
    assert_eq!(place.get("a"), "old");
}

#[test]
fn damaged_content_is_not_restored() {
    let place = Place::new();
    place.put("a", "old");
    let (host, memory) = place.host(1);
    host.do_write("a", "new").unwrap();
    let mut waiting = vec![place.state().join("pre-images")];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
                std::fs::write(path, "bad").unwrap();
            }
        }
    }
    assert!(matches!(host.do_undo(&memory.all()), Err(HostError::PreImage { .. })));
    assert_eq!(place.get("a"), "new");
}

#[test]
fn a_link_planted_on_the_way_is_a_conflict() {
    let place = Place::new();
    std::fs::create_dir(place.work().join("d")).unwrap();
    let (host, memory) = place.host(1);
    host.do_write("d/f", "mine").unwrap();
    std::fs::rename(place.work().join("d"), place.work().join("e")).unwrap();
    std::os::unix::fs::symlink("e", place.work().join("d")).unwrap();
    assert!(matches!(host.do_undo(&memory.all()), Err(HostError::Conflicts { .. })));
    assert_eq!(place.get("e/f"), "mine");
}

#[test]
fn what_was_sent_is_in_doubt_and_cannot_be_taken_back() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let sent = Receipt::Intended {
        act: 0,
        node: None,
        what: telos_abi::Act::Send {
            to: HostName { name: "example.org".into(), port: None },
            content: telos_abi::Digest::ZERO,
        },
        label: Label::BOTTOM,
    };
    let receipts = [sent];
    let resumed = host.resume(crate::testing::run(1), &receipts).unwrap();
    assert!(matches!(resumed.acts[0].2, crate::ActState::InDoubt(_)));
    assert_eq!(host.plan_undo(&receipts).unwrap().conflicts().len(), 1);
}

#[test]
fn a_name_used_twice_is_told_apart_by_its_point_in_the_run() {
    let place = Place::new();
    furnish(&place);
    let before = tree(&place.work());
    let (host, memory) = place.host(1);
    host.do_move("d", "f").unwrap();
    host.do_directory("d").unwrap();
    host.do_delete("d").unwrap();
    let after = tree(&place.work());
    let mut undone = None;
    for number in 2..4 {
        let (undoer, receipts) = place.host(number);
        let plan = undoer.plan_undo(&memory.all()).unwrap();
        assert_eq!(plan.conflicts(), [], "undo {number}");
        let permits = crate::testing::permits_for(&plan);
        undoer.undo(plan, permits).unwrap();
        assert_eq!(tree(&place.work()), before, "undo {number}");
        undone.get_or_insert(receipts);
    }
    let (redoer, _) = place.host(4);
    redoer.do_undo(&undone.unwrap().all()).unwrap();
    assert_eq!(tree(&place.work()), after);
}
