//! The log: keys, verification by a stranger, tampering, retention.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use support::{Place, Said, words};

/// A place with three finished runs.
fn with_runs() -> Place {
    let place = Place::new();
    for name in ["a.txt", "b.txt", "c.txt"] {
        place.file(name, "one\n");
        place.intent(&["--yes", &format!("delete {name}")]).exits(0);
    }
    place
}

fn log(place: &Place) -> PathBuf {
    place.state().join("log")
}

/// Regular files below a directory, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a directory of the log").flatten() {
            if entry.path().is_dir() { open.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found
}

fn segments(place: &Place) -> Vec<PathBuf> {
    files(&log(place).join("segments"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a fresh directory");
    for entry in fs::read_dir(from).expect("it can be listed").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}

/// Verifying says tampering, where, and exits 4.
#[track_caller]
fn caught(said: Said, about: &str) {
    let said = said.exits(4).shows("TAMPERING").shows("NOT sound");
    assert!(said.out.contains(about), "`{about}` is not named: {}", said.out);
}

fn run_id(segment: &Path) -> String {
    let name = segment.file_name().expect("it has a name").to_string_lossy().into_owned();
    name.chars().take_while(char::is_ascii_hexdigit).collect()
}

#[test]
fn a_stranger_with_the_public_key_verifies_a_copy() {
    let place = with_runs();
    let key = place.run(["key", "export"]).exits(0).out;
    let stranger = Place::new();
    copy(&log(&place), &stranger.path("log"));
    stranger.file("key", &key);
    stranger.run(["verify", "log", "--key", "key"]).exits(0).shows("sound: ").shows("head: ");
    let other = stranger.run(["key", "export"]).exits(0).out;
    assert_ne!(other, key);
    stranger.file("wrong", other);
    stranger.run(["verify", "log", "--key", "wrong"]).exits(4).shows("NOT sound");
    stranger.file("garbage", "not a key");
    stranger.run(["verify", "log", "--key", "garbage"]).exits(2).tells("garbage");
    stranger.run(["verify", "log", "--key", "nowhere"]).exits(2).tells("nowhere");
    stranger.run(["verify", "nowhere"]).exits(2).tells("nowhere");
}

#[test]
fn an_edited_record_is_found_in_its_run() {
    let place = with_runs();
    let victim = &segments(&place)[1];
    let sound = fs::read(victim).expect("a segment");
    for position in [sound.len() / 3, sound.len() / 2, sound.len() - 2] {
        let mut bytes = sound.clone();
        bytes[position] ^= 1;
        fs::write(victim, bytes).expect("the owner can write");
        caught(place.run(["verify"]), &run_id(victim));
    }
    fs::write(victim, sound).expect("the owner can write");
    place.run(["verify"]).exits(0);
}

#[test]
fn a_truncated_segment_is_found() {
    let place = with_runs();
    let victim = &segments(&place)[1];
    let bytes = fs::read(victim).expect("a segment");
    for kept in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        fs::write(victim, &bytes[..kept]).expect("the owner can write");
        caught(place.run(["verify"]), &run_id(victim));
    }
}

#[test]
fn a_removed_segment_is_found() {
    let place = with_runs();
    let victim = segments(&place).swap_remove(1);
    fs::remove_file(&victim).expect("the owner can remove it");
    caught(place.run(["verify"]), &run_id(&victim));
}

#[test]
fn swapped_segments_are_found() {
    let place = with_runs();
    let [first, second, _] = &segments(&place)[..] else { panic!("three runs leave three segments") };
    let kept = fs::read(first).expect("a segment");
    fs::copy(second, first).expect("the owner can write");
    fs::write(second, kept).expect("the owner can write");
    caught(place.run(["verify"]), &run_id(first));
}

#[test]
fn a_segment_of_another_log_is_found() {
    let place = with_runs();
    let other = with_runs();
    let (victim, foreign) = (&segments(&place)[1], &segments(&other)[1]);
    fs::copy(foreign, victim).expect("the owner can write");
    caught(place.run(["verify"]), &run_id(victim));
    // Under its own name it has no checkpoint that this key signed.
    let place = with_runs();
    fs::copy(foreign, log(&place).join("segments").join(foreign.file_name().expect("a name"))).expect("copied");
    caught(place.run(["verify"]), &run_id(foreign));
}

#[test]
fn a_rollback_is_found_with_the_head_that_was_kept() {
    let place = with_runs();
    let old = place.root().join("old");
    copy(&log(&place), &old);
    place.file("d.txt", "one\n");
    place.intent(&["--yes", "delete d.txt"]).exits(0);
    let head = words(&place.verified(), "head").to_owned();
    place.run(["verify", "--head", &head]).exits(0);
    fs::remove_dir_all(log(&place)).expect("the owner can remove it");
    copy(&old, &log(&place));
    caught(place.run(["verify", "--head", &head]), "rollback");
    place.run(["verify", "--head", "nonsense"]).exits(2).tells("--head");
}

#[test]
fn a_head_stays_good_while_the_log_grows() {
    let place = with_runs();
    let head = words(&place.verified(), "head").to_owned();
    place.file("d.txt", "one\n");
    place.intent(&["--yes", "delete d.txt"]).exits(0);
    place.run(["verify", "--head", &head]).exits(0);
}

#[test]
fn retention_drops_records_and_the_log_stays_verifiable() {
    let place = with_runs();
    let key = place.run(["key", "export"]).exits(0).out;
    place.file("key", key);
    place.run(["gc", "--keep-days", "0"]).exits(0).shows("3 runs");
    let found = place.verified();
    assert_eq!((&found["sound"], &found["pruned"]), (&true.into(), &3.into()), "{found}");
    place.run(["verify", "--key", "key"]).exits(0).shows("3 segments pruned");
    assert_eq!(place.run(["runs", "--json"]).exits(0).json(), serde_json::json!([]));
    place.file("d.txt", "one\n");
    place.intent(&["--yes", "delete d.txt"]).exits(0);
    place.run(["verify"]).exits(0);
}

#[test]
fn keys_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::MetadataExt;
    let place = with_runs();
    for file in files(&place.state().join("keys")).into_iter().chain([place.state(), place.state().join("seal/key")]) {
        let mode = fs::metadata(&file).expect("it was listed").mode();
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", file.display());
    }
}

#[test]
fn lost_keys_are_reported_and_never_replaced_in_silence() {
    let place = with_runs();
    fs::write(place.state().join("seal/key"), [7_u8; 32]).expect("the owner can write");
    place.file("d.txt", "one\n");
    let said = place.intent(&["--yes", "delete d.txt"]).exits(5);
    assert!(said.err.contains("key"), "{}", said.err);
    assert!(place.exists("d.txt"));
}
