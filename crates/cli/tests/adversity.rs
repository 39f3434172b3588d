//! Bad input, broken state, hostile surroundings: a clear error, and nothing lost.

mod support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use support::{Place, Said, chmod, finish, is_root, write};

/// `telos do` with a shell's limits set before it. The shell ends as `telos`, so no other process feels them.
fn limited(place: &Place, limit: &str, arguments: &[&str]) -> Said {
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg(format!("{limit}; exec \"$0\" \"$@\"")).arg(support::binary()).args(arguments);
    let own = place.command();
    command.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(place.work());
    finish(command)
}

#[test]
fn a_name_longer_than_any_file_system_takes_is_an_answer() {
    let place = Place::new();
    let said = place.intent(&[&format!("read {}.txt", "n".repeat(5_000))]).exits(3);
    assert!(!said.err.is_empty());
    place.file("a.txt", "one\n");
    let said = place.intent(&["--yes", &format!("rename a.txt to {}.txt", "n".repeat(300))]);
    assert!(matches!(said.code, 3..=5), "{said:?}");
    assert_eq!(place.read("a.txt"), b"one\n");
}

#[test]
fn a_huge_intent_is_an_answer() {
    let place = Place::new();
    let said = place.intent(&[&"word ".repeat(20_000)]);
    assert!(matches!(said.code, 2 | 3), "{}", said.code);
}

#[test]
fn names_that_are_not_text_do_not_disturb() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let odd = place.work().join(OsStr::from_bytes(b"odd\xff.log"));
    write(&odd, "odd\n");
    write(&place.work().join("new\nline \u{1b}[31m.log"), "odd\n");
    let said = place.intent(&["list files"]).exits(0).shows("a.txt");
    assert!(!said.out.contains('\u{1b}'), "an escape sequence reached the output");
    place.intent(&["--json", "list files"]).exits(0).json();
    place.file("b.log", "plain\n");
    let before = place.picture();
    place.intent(&["--yes", "delete all log files"]).exits(0);
    assert!(!place.exists("b.log") && place.exists("a.txt"));
    place.run(["undo"]).exits(0);
    assert_eq!(place.picture(), before);
}

#[test]
fn an_unreadable_file_is_an_error_that_names_it() {
    let place = Place::new();
    if is_root() {
        eprintln!("skipped: root reads everything");
        return;
    }
    chmod(&place.file("a.txt", "one\n"), 0o000);
    let said = place.intent(&["how many lines in a.txt contain one"]);
    assert!(matches!(said.code, 3..=5), "{said:?}");
    assert!(said.err.contains("a.txt"), "{}", said.err);
}

#[test]
fn a_read_only_directory_is_an_error_and_nothing_is_lost() {
    let place = Place::new();
    if is_root() {
        eprintln!("skipped: root writes everywhere");
        return;
    }
    place.file("a.txt", "one\n");
    chmod(&place.work(), 0o555);
    let said = place.intent(&["--yes", "rename a.txt to b.txt"]).exits(5).tells("ermission");
    assert!(said.err.contains("a.txt") || said.err.contains("b.txt"), "{}", said.err);
    place.intent(&["--yes", "delete a.txt"]).exits(5);
    chmod(&place.work(), 0o755);
    assert_eq!(place.read("a.txt"), b"one\n");
    place.run(["verify"]).exits(0);
}

#[test]
fn state_that_cannot_be_written_is_named() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    fs::write(place.state(), "not a directory").expect("the test owns it");
    let said = place.intent(&["--yes", "delete a.txt"]).exits(5);
    assert!(said.err.contains(&*place.state().to_string_lossy()), "{}", said.err);
    assert!(place.exists("a.txt"));
    if !is_root() {
        fs::remove_file(place.state()).expect("the test owns it");
        fs::create_dir(place.state()).expect("the test owns it");
        chmod(&place.state(), 0o500);
        place.intent(&["--yes", "delete a.txt"]).exits(5).tells("state");
        chmod(&place.state(), 0o700);
        assert!(place.exists("a.txt"));
    }
}

#[test]
fn a_disk_that_is_full_loses_nothing() {
    let place = Place::new();
    place.run(["key", "export"]).exits(0);
    place.file("big.log", "x".repeat(1 << 20));
    let before = place.picture();
    // In blocks of 512 or 1024 bytes; SIGXFSZ is what a shell's limit sends unless it is ignored.
    for blocks in [0, 1, 8, 64, 512] {
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
        let said = limited(&place, &limit, &["do", "--yes", "delete big.log"]);
        if said.code == 0 {
            place.run(["undo"]).exits(0);
        } else {
            assert_eq!(said.code, 5, "{said:?}");
            assert!(!said.err.is_empty() && !said.err.contains("panicked"), "{}", said.err);
            // What the interrupted run left is settled like any other.
            let runs = place.run(["runs", "--json"]).exits(0).json();
            if runs.as_array().is_some_and(|runs| runs.first().is_some_and(|run| run["status"].is_null())) {
                place.run(["undo", support::words(&runs[0], "id")]).exits(0);
            }
        }
        assert_eq!(place.picture(), before, "with {blocks} blocks");
        assert_eq!(place.verified()["sound"], true, "with {blocks} blocks");
    }
}

#[test]
fn without_a_home_state_needs_a_place() {
    let place = Place::new();
    let mut command = place.command();
    command.env_remove("HOME").env_remove("TELOS_STATE_DIR").args(["do", "list files"]);
    finish(command).exits(5).tells("HOME");
    let mut command = place.command();
    command.env_remove("HOME").args(["do", "list files"]);
    finish(command).exits(0);
}

#[test]
fn a_directory_that_is_gone_is_an_error() {
    let place = Place::new();
    let mut command = std::process::Command::new("sh");
    let gone = place.path("gone");
    fs::create_dir(&gone).expect("the test owns it");
    command.args(["-c", "rmdir ../gone; exec \"$0\" do 'list files'"]).arg(support::binary());
    command.env("HOME", place.home()).env("TELOS_STATE_DIR", place.state()).current_dir(gone);
    finish(command).exits(2).tells("current directory");
}

#[test]
fn a_broken_configuration_is_an_error_that_names_it() {
    let place = Place::new();
    let file = place.home().join(".config/telos/config.toml");
    for (text, named) in [("[model\n", "config.toml"), ("[model]\nprovider = \"zorble\"\n", "zorble"), ("x = 1\n", "x")]
    {
        write(&file, text);
        place.intent(&["list files"]).exits(2).tells("config.toml").tells(named);
    }
}

/// Every regular file below `folder` gets this content.
fn spoil(folder: &std::path::Path, with: &dyn Fn(Vec<u8>) -> Vec<u8>) -> usize {
    let mut spoiled = 0;
    for entry in fs::read_dir(folder).expect("a directory of the state").flatten() {
        if entry.path().is_dir() {
            spoiled += spoil(&entry.path(), with);
        } else {
            let content = with(fs::read(entry.path()).expect("a cache entry"));
            fs::write(entry.path(), content).expect("the owner can write");
            spoiled += 1;
        }
    }
    spoiled
}

#[test]
fn spoiled_caches_are_made_again() {
    let place = Place::new();
    place.file("a.txt", "one\ntwo\n");
    let ask = || place.intent(&["how many lines in a.txt contain one"]).exits(0).out;
    let first = ask();
    let flipped = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 1;
        }
        bytes
    };
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    for folder in ["plans", "cache/compiled"] {
        let folder = place.state().join(folder);
        assert!(spoil(&folder, &flipped) > 0, "{} is empty", folder.display());
        assert_eq!(ask(), first, "{} with a flipped bit", folder.display());
    }
    spoil(&place.state().join("plans"), &cut);
    spoil(&place.state().join("plans"), &|_| vec![0xff; 100]);
    assert_eq!(ask(), first);
    spoil(&place.state().join("cache/compiled"), &cut);
    assert_eq!(ask(), first);
    fs::remove_dir_all(place.state().join("cache")).expect("a cache may go at any time");
    assert_eq!(ask(), first);
}

#[test]
fn an_interrupted_first_start_is_taken_up() {
    let place = Place::new();
    place.run(["key", "export"]).exits(0);
    // What a kill between making the directory and writing the first key leaves.
    fs::remove_dir_all(place.state().join("keys")).expect("the owner can remove it");
    fs::create_dir(place.state().join("keys")).expect("the owner can make it");
    chmod(&place.state().join("keys"), 0o700);
    place.file("a.txt", "one\n");
    place.intent(&["rename a.txt to b.txt"]).exits(0);
    place.run(["verify"]).exits(0);
}

#[test]
fn runs_from_the_future_do_not_disturb() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    if finish_at(&place, "2099-01-01 00:00:00", "rename a.txt to b.txt").is_none() {
        eprintln!("skipped: faketime is not here, so the clock cannot be set back");
        return;
    }
    place.intent(&["rename b.txt to c.txt"]).exits(0);
    place.run(["verify"]).exits(0);
    assert_eq!(place.run(["runs", "--json"]).exits(0).json().as_array().map(Vec::len), Some(2));
}

fn finish_at(place: &Place, clock: &str, intent: &str) -> Option<Said> {
    let own = place.command();
    let mut command = std::process::Command::new("faketime");
    command.arg(clock).arg(support::binary()).args(["do", intent]).current_dir(place.work());
    command.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Some(Said::from(command.output().ok()?).exits(0))
}

#[test]
fn the_output_may_go_away() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "\"$0\" do 'list files' | true"]).arg(support::binary());
    command.env("HOME", place.home()).env("TELOS_STATE_DIR", place.state()).current_dir(place.work());
    assert_eq!(finish(command).err, "");
}

#[test]
fn a_file_with_two_names_is_removed_under_one() {
    let place = Place::new();
    let path = place.file("a.log", "one\n");
    fs::hard_link(&path, place.path("b.txt")).expect("the file system has hard links");
    place.intent(&["--yes", "delete a.log"]).exits(0);
    assert_eq!(
        (place.read("b.txt"), fs::metadata(place.path("b.txt")).expect("there").nlink()),
        (b"one\n".to_vec(), 1)
    );
    place.run(["undo"]).exits(0);
    assert_eq!(place.read("a.log"), b"one\n");
}
