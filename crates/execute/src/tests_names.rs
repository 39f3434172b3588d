//! Whether names are there, what hangs on it, and new names made from old ones, on real files.

use crate::testing::{Build, World, shown, source, text};
use crate::{Outcome, RunFailure};
use std::fs;
use std::os::unix::fs::symlink;
use telos_graph::Input;

#[test]
fn what_is_there_decides_what_is_done() {
    let world = World::new();
    world.put("old", b"x");
    world.put("kept", b"x");
    world.put("there", b"");
    symlink("nowhere", world.work.join("link")).expect("writable");
    let mut build = Build::default();
    let mut delete_if = |name: &str, file: &str| {
        let there = build.host("file.exists", vec![text(name)]);
        build.show(there, 0);
        let delete = build.host("file.delete", vec![text(file)]);
        build.node(delete).guard = Some(source(there, 0));
    };
    delete_if("there", "old");
    delete_if("none/at/all", "kept");
    let link = build.host("file.exists", vec![text("link")]);
    build.show(link, 0);
    let outcome = world.run(&build.0).expect("it runs");
    let told: Vec<Vec<u8>> = outcome.outputs.iter().map(|output| shown(&output.content)).collect();
    assert_eq!(told, [&b"Bool(true)"[..], b"Bool(false)", b"Bool(true)"]);
    assert_eq!(world.names(), ["kept", "link", "there"]);
}

/// Renames every file of the directory `docs` by the settings from `find` on.
fn rename(world: &World, settings: &[Input]) -> Result<Outcome, RunFailure> {
    let mut build = Build::default();
    let list = build.host("file.list", vec![text("docs")]);
    let change = build.host("file.change-name", [&[Input::From(source(list, 0)), text("docs")], settings].concat());
    build.each(change, 0);
    world.run(&build.0)
}

fn names(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.work.join("docs")).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn names_are_changed_by_a_rule_and_given_back() {
    let world = World::new();
    fs::create_dir(world.work.join("docs")).expect("writable");
    for name in ["docs/my list.txt", "docs/old plan b.txt", "docs/plain.txt"] {
        world.put(name, name.as_bytes());
    }
    rename(&world, &[text(" "), text("-")]).expect("it runs");
    assert_eq!(names(&world), ["my-list.txt", "old-plan-b.txt", "plain.txt"]);
    assert_eq!(world.get("docs/my-list.txt"), Some(b"docs/my list.txt".to_vec()));
    world.undo();
    assert_eq!(names(&world), ["my list.txt", "old plan b.txt", "plain.txt"]);
}

#[test]
fn a_taken_name_or_one_elsewhere_stops_all_of_it() {
    let world = World::new();
    fs::create_dir(world.work.join("docs")).expect("writable");
    let all = ["a b.txt", "c d.txt", "c-d.txt"];
    for name in all {
        world.put(&format!("docs/{name}"), name.as_bytes());
    }
    let taken = rename(&world, &[text(" "), text("-")]).expect_err("c-d.txt is taken");
    assert!(taken.to_string().contains("already there"), "{taken}");
    assert_eq!(names(&world), all);
    let elsewhere = rename(&world, &[text(" "), text("/../")]).expect_err("no name");
    assert!(elsewhere.to_string().contains("cannot be the name of a file"), "{elsewhere}");
    assert_eq!(names(&world), all);
}

#[test]
fn only_a_file_of_the_directory_is_renamed() {
    let world = World::new();
    for directory in ["docs", "docs-old"] {
        fs::create_dir(world.work.join(directory)).expect("writable");
    }
    world.put("docs-old/a b", b"x");
    let mut build = Build::default();
    build.host("file.change-name", vec![text("docs-old/a b"), text("docs"), text(" "), text("-")]);
    let failure = world.run(&build.0).expect_err("it is in another directory");
    assert!(failure.to_string().contains("is not in"), "{failure}");
    assert_eq!(world.get("docs-old/a b"), Some(b"x".to_vec()));
}

#[test]
fn a_directory_is_not_moved_into_itself() {
    let world = World::new();
    fs::create_dir(world.work.join("docs")).expect("writable");
    let mut build = Build::default();
    build.host("directory.move", vec![text("docs"), text("docs/deep")]);
    let failure = world.run(&build.0).expect_err("it would vanish");
    assert!(failure.to_string().contains("into itself"), "{failure}");
    assert!(names(&world).is_empty());
}
