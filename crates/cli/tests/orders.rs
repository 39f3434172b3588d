//! Files by their order, folders by kind, trees, and results that lie beside what they were made of.

mod support;

use std::time::{Duration, SystemTime};
use support::Place;

fn aged(place: &Place, name: &str, content: &str, days: u64) {
    let path = place.file(name, content);
    let then = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
    let file = std::fs::File::options().write(true).open(path).expect("the file was made");
    file.set_modified(then).expect("its own time");
}

#[test]
fn the_oldest_files_are_moved_as_files() {
    let place = Place::new();
    aged(&place, "a.txt", "a\n", 9);
    aged(&place, "b.txt", "b\n", 5);
    aged(&place, "c.txt", "c\n", 1);
    place.intent(&["move the two oldest files into archive"]).exits(0);
    assert!(place.exists("archive/a.txt") && place.exists("archive/b.txt") && place.exists("c.txt"));
    place.run(["undo"]).exits(0);
    assert!(place.exists("a.txt") && place.exists("b.txt"));
}

#[test]
fn a_folder_is_organised_by_extension_and_given_back() {
    let place = Place::new();
    for name in ["inbox/a.txt", "inbox/b.csv", "inbox/c.TXT", "inbox/plain"] {
        place.file(name, "x\n");
    }
    place.intent(&["organise the folder inbox by extension"]).exits(0);
    for name in ["inbox/txt/a.txt", "inbox/csv/b.csv", "inbox/txt/c.TXT", "inbox/other/plain"] {
        assert!(place.exists(name), "{name}");
    }
    place.run(["undo"]).exits(0);
    assert!(place.exists("inbox/a.txt") && !place.exists("inbox/txt"));
}

#[test]
fn a_tree_is_drawn_and_a_folder_copied() {
    let place = Place::new();
    place.file("docs/a.txt", "a\n");
    place.file("docs/deep/b.txt", "b\n");
    let tree = place.intent(&["show the directory tree of docs"]).exits(0);
    assert!(tree.out.contains("└── deep/\n    └── b.txt"), "{}", tree.out);
    place.intent(&["copy the folder docs to docs-copy"]).exits(0);
    assert_eq!(place.read("docs-copy/deep/b.txt"), b"b\n");
}

#[test]
fn what_is_made_of_a_folders_files_may_lie_in_it() {
    let place = Place::new();
    place.file("bees/a.csv", "x\n1\n");
    place.file("bees/b.csv", "x\n2\n");
    place.intent(&["zip all csv files in bees into bees/all.zip"]).exits(0);
    place.file("bees/names.txt", "b\na\n");
    place.intent(&["list what is in bees/all.zip"]).exits(0).shows("b.csv");
    place.intent(&["sort the lines of bees/names.txt, save them as bees/sorted.txt and then gzip that file"]).exits(0);
    assert!(place.exists("bees/sorted.txt.gz"));
}
