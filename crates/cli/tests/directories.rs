//! Whole directories, and texts that a request itself holds, through the binary.

mod support;

use support::Place;

#[test]
fn a_directory_is_renamed_and_given_back() {
    let place = Place::new();
    place.file("drafts/a.txt", "one\n");
    place.file("drafts/deep/b.txt", "two\n");
    place.intent(&["rename the folder drafts to archive"]).exits(0);
    assert_eq!(place.read("archive/deep/b.txt"), b"two\n");
    assert!(!place.exists("drafts"));
    place.run(["undo"]).exits(0);
    assert_eq!(place.read("drafts/deep/b.txt"), b"two\n");
    assert!(!place.exists("archive"));
}

#[test]
fn a_directory_is_moved_but_never_over_another() {
    let place = Place::new();
    place.file("slides/a.txt", "one\n");
    place.file("teaching/notes.txt", "two\n");
    place.intent(&["move the folder slides into teaching"]).exits(0);
    assert_eq!(place.read("teaching/slides/a.txt"), b"one\n");
    assert!(!place.exists("slides"));
    place.file("slides/b.txt", "three\n");
    place.intent(&["move the folder slides into teaching"]).exits(5);
    assert_eq!(place.read("slides/b.txt"), b"three\n");
    assert_eq!(place.read("teaching/slides/a.txt"), b"one\n");
}

#[test]
fn an_empty_file_is_made_and_none_is_emptied() {
    let place = Place::new();
    place.intent(&["make an empty file todo.md"]).exits(0);
    assert_eq!(place.read("todo.md"), b"");
    place.file("full.md", "something\n");
    let _ = place.intent(&["--yes", "make an empty file full.md"]);
    assert_eq!(place.read("full.md"), b"something\n");
}

#[test]
fn words_of_the_request_become_a_file_or_a_line_of_one() {
    let place = Place::new();
    place.intent(&["write 'back at noon' into a new file door.txt"]).exits(0);
    assert_eq!(place.read("door.txt"), b"back at noon\n");
    place.intent(&["--yes", "add the line call the plumber to door.txt"]).exits(0);
    assert_eq!(place.read("door.txt"), b"back at noon\ncall the plumber\n");
    place.run(["undo"]).exits(0);
    assert_eq!(place.read("door.txt"), b"back at noon\n");
}

#[test]
fn a_directory_is_deleted_with_all_that_is_in_it_and_given_back() {
    let place = Place::new();
    for name in ["tmp/a.txt", "tmp/.hidden", "tmp/deep/b.txt", "tmpfile", "keep/c.txt"] {
        place.file(name, name);
    }
    std::fs::create_dir(place.path("tmp/empty")).expect("a directory");
    std::os::unix::fs::symlink("../keep", place.path("tmp/link")).expect("a link");
    let before = place.picture();
    place.intent(&["delete the folder tmp"]).exits(4);
    assert!(place.picture() == before, "without consent nothing goes");
    place.intent(&["--yes", "delete the folder tmp"]).exits(0);
    assert!(!place.exists("tmp") && place.exists("tmpfile") && place.exists("keep/c.txt"));
    place.run(["undo"]).exits(0);
    assert!(place.exists("tmp/.hidden") && place.exists("tmp/empty") && place.exists("tmp/deep/b.txt"));
    assert_eq!(std::fs::read_link(place.path("tmp/link")).expect("a link"), std::path::Path::new("../keep"));
}
