//! Undo, resume, interrupted and concurrent runs.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;
use support::{Place, chmod, words};

#[test]
fn undo_brings_a_deleted_file_back_with_its_mode_and_time() {
    let place = Place::new();
    let path = place.file("a.sh", b"#!/bin/sh\n\xff\n");
    chmod(&path, 0o750);
    let before = fs::metadata(&path).expect("it is there").modified().expect("a time");
    place.intent(&["--yes", "delete a.sh"]).exits(0);
    assert!(!place.exists("a.sh"));
    place.run(["undo"]).exits(0).tells("restored").tells("a.sh");
    let meta = fs::metadata(&path).expect("it is back");
    assert_eq!((meta.permissions().mode() & 0o7777, meta.modified().expect("a time")), (0o750, before));
    assert_eq!(place.read("a.sh"), b"#!/bin/sh\n\xff\n");
}

#[test]
fn undo_removes_what_was_created_and_says_removed() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let before = place.picture();
    place.intent(&["sort a.txt and save it as b.txt"]).exits(0);
    assert_ne!(place.picture(), before);
    let said = place.run(["undo"]).exits(0).tells("removed").tells("b.txt");
    assert!(!said.err.contains("wrote"), "{}", said.err);
    assert_eq!(place.picture(), before);
}

#[test]
fn undo_restores_an_overwritten_file_byte_for_byte() {
    let place = Place::new();
    let old = place.file("old.txt", "old\n");
    chmod(&old, 0o600);
    place.file("new.txt", "new\n");
    let before = place.picture();
    place.intent(&["rename new.txt to old.txt"]).exits(4).tells("approv");
    assert_eq!(place.picture(), before);
    place.intent(&["--yes", "rename new.txt to old.txt"]).exits(0);
    assert_eq!(place.read("old.txt"), b"new\n");
    place.run(["undo"]).exits(0);
    assert_eq!(place.picture(), before);
}

#[test]
fn undo_of_a_link_brings_back_the_link_and_not_its_target() {
    let place = Place::new();
    place.file("target.txt", "kept\n");
    symlink("target.txt", place.path("link.txt")).expect("a link can be made");
    let said = place.intent(&["--yes", "delete link.txt"]);
    if said.code == 0 {
        assert!(place.exists("target.txt"), "the target went with the link");
        place.run(["undo"]).exits(0);
    }
    assert_eq!(fs::read_link(place.path("link.txt")).expect("still a link").to_str(), Some("target.txt"));
    assert_eq!(place.read("target.txt"), b"kept\n");
}

#[test]
fn undo_refuses_with_a_report_if_a_file_changed_since() {
    let place = Place::new();
    for name in ["a.log", "b.log"] {
        place.file(name, name);
    }
    place.intent(&["--yes", "delete all log files"]).exits(0);
    place.file("b.log", "somebody else's\n");
    let before = place.picture();
    let said = place.run(["undo"]).exits(4).tells("b.log").tells("changed since");
    assert!(said.err.contains("undo again"), "no way out: {}", said.err);
    assert_eq!(place.picture(), before, "a refused undo touched something");
}

#[test]
fn an_undo_can_be_undone_and_again() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let before = place.picture();
    place.intent(&["rename a.txt to b.txt"]).exits(0);
    let after = place.picture();
    let undo = place.run(["undo", "--json"]).exits(0).json();
    assert_eq!(place.picture(), before);
    let redo = place.run(["undo", words(&undo, "run"), "--json"]).exits(0).json();
    assert_eq!(place.picture(), after);
    place.run(["undo", words(&redo, "run")]).exits(0);
    assert_eq!(place.picture(), before);
}

#[test]
fn undo_takes_runs_back_one_after_the_other_and_then_says_there_is_none() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let before = place.picture();
    place.intent(&["rename a.txt to b.txt"]).exits(0);
    place.intent(&["rename b.txt to c.txt"]).exits(0);
    place.run(["undo"]).exits(0);
    place.run(["undo"]).exits(0);
    assert_eq!(place.picture(), before);
    place.run(["undo"]).exits(2).tells("telos runs");
}

#[test]
fn why_shows_the_plan_the_decision_and_the_change() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    place.intent(&["--yes", "delete a.txt"]).exits(0);
    let said = place.run(["why"]).exits(0).shows("file.delete(file = \"a.txt\")").shows("--yes");
    assert!(said.out.contains("changed") && said.out.contains("P1"), "{}", said.out);
}

/// Kills a deletion of many files once `done` of them are gone, and returns what was there before.
fn killed_after(place: &Place, done: usize) -> Vec<(std::path::PathBuf, u32, Option<Vec<u8>>)> {
    const FILES: usize = 40;
    for index in 0..FILES {
        place.file(&format!("f{index:02}.log"), format!("{index}\n").repeat(index + 1));
    }
    let before = place.picture();
    let mut command = place.command();
    command.args(["do", "--yes", "delete all log files"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the binary starts");
    while FILES - fs::read_dir(place.work()).expect("a directory").count() < done
        && child.try_wait().expect("it can be asked").is_none()
    {
        std::hint::spin_loop();
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it is dead");
    for index in 0..FILES {
        if let Ok(content) = fs::read_to_string(place.path(&format!("f{index:02}.log"))) {
            assert_eq!(content, format!("{index}\n").repeat(index + 1), "a torn file");
        }
    }
    before
}

fn is_open(place: &Place) -> bool {
    place.run(["runs", "--json"]).exits(0).json()[0]["status"].is_null()
}

#[test]
fn resume_after_a_kill_finishes_the_run() {
    let mut interrupted = 0;
    for done in [0, 1, 5, 20, 39] {
        let place = Place::new();
        let before = killed_after(&place, done);
        // A kill before the run began, or after it ended, leaves nothing to resume.
        if place.run(["runs", "--json"]).exits(0).json() == serde_json::json!([]) {
            assert_eq!(place.picture(), before);
            continue;
        }
        if is_open(&place) {
            interrupted += 1;
            place.run(["runs"]).exits(0).shows("open");
            place.run(["resume", "--yes"]).exits(0);
        }
        assert_eq!(place.picture(), [], "killed after {done}");
        assert_eq!(place.verified()["sound"], true);
        place.run(["undo"]).exits(0);
        assert_eq!(place.picture(), before, "killed after {done}");
    }
    assert!(interrupted > 0, "no kill hit a run");
}

#[test]
fn undo_after_a_kill_brings_everything_back() {
    for done in [1, 3, 13, 30] {
        let place = Place::new();
        let before = killed_after(&place, done);
        place.run(["undo"]).exits(0);
        assert_eq!(place.picture(), before, "killed after {done}");
        assert_eq!(place.verified()["sound"], true);
    }
}

#[test]
fn a_killed_undo_can_be_started_again() {
    let place = Place::new();
    for index in 0..40 {
        place.file(&format!("f{index:02}.log"), format!("{index}\n"));
    }
    let before = place.picture();
    let done = place.intent(&["--yes", "--json", "delete all log files"]).exits(0).json();
    for already in [1, 10, 25] {
        let mut child =
            place.command().args(["undo", words(&done, "run")]).stderr(Stdio::null()).spawn().expect("starts");
        while fs::read_dir(place.work()).expect("a directory").count() < already
            && child.try_wait().expect("it can be asked").is_none()
        {
            std::hint::spin_loop();
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it is dead");
    }
    place.run(["undo", words(&done, "run")]).exits(0);
    assert_eq!(place.picture(), before);
    assert_eq!(place.verified()["sound"], true);
}

#[test]
fn concurrent_runs_all_succeed_and_the_log_is_sound() {
    const PROCESSES: usize = 8;
    let place = Place::new();
    for index in 0..PROCESSES {
        place.file(&format!("in{index}.txt"), "x\n");
    }
    // No state exists yet: the processes also race to make the keys.
    let children: Vec<_> = (0..PROCESSES)
        .map(|index| {
            let mut command = place.command();
            command.args(["do", &format!("rename in{index}.txt to out{index}.txt")]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
        })
        .collect();
    for child in children {
        support::Said::from(child.wait_with_output().expect("it ends")).exits(0);
    }
    for index in 0..PROCESSES {
        assert_eq!(place.read(&format!("out{index}.txt")), b"x\n");
    }
    let found = place.verified();
    assert_eq!((&found["sound"], &found["segments"]), (&true.into(), &PROCESSES.into()), "{found}");
}
