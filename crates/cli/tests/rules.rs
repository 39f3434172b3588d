//! Policy files, sensitivity, labels of files.

mod support;

use support::{Place, words, write};

#[test]
fn a_broken_policy_file_stops_everything_and_names_the_place() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    place.user_policy("[[allow]]\nkinds = [\"file-explode\"]\nunder = [\"/\"]\n");
    let said = place.intent(&["rename a.txt to b.txt"]).exits(2).tells("policy.toml").tells("file-explode");
    assert!(said.err.contains(":2:"), "line and column are missing: {}", said.err);
    place.run(["policy", "check"]).exits(2).shows("policy.toml").shows("file-explode");
    place.user_policy("[[allow\n");
    place.intent(&["list files"]).exits(2).tells("policy.toml:1");
    place.user_policy("[[allow]]\nkind = [\"file-delete\"]\n");
    place.intent(&["list files"]).exits(2).tells("kind");
    assert!(place.exists("a.txt"));
}

#[test]
fn policy_that_is_not_text_or_too_large_is_an_error() {
    let place = Place::new();
    let file = place.home().join(".config/telos/policy.toml");
    // TELOS_STATE_DIR moves the state alone; the configuration stays in the home.
    write(&file, b"\xff\xfe");
    place.intent(&["list files"]).exits(2).tells("policy.toml");
    write(&file, vec![b'#'; 8 << 20]);
    place.intent(&["list files"]).exits(2).tells("policy.toml");
}

#[test]
fn check_accepts_good_files_and_reports_missing_ones() {
    let place = Place::new();
    place.file("good.toml", "[[refuse]]\nkinds = [\"file-delete\"]\nunder = [\"/\"]\n");
    place.run(["policy", "check", "good.toml"]).exits(0).shows("ok");
    place.run(["policy", "check", "missing.toml"]).exits(2).shows("not there");
    place.run(["policy", "check"]).exits(0);
}

#[test]
fn an_allow_rule_of_the_user_takes_the_question_away() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let path = place.work().canonicalize().expect("it exists");
    place.user_policy(&format!("[[allow]]\nkinds = [\"file-delete\"]\nunder = [\"{}\"]\n", path.display()));
    place.intent(&["delete a.txt"]).exits(0);
    assert!(!place.exists("a.txt"));
}

#[test]
fn a_project_file_can_only_tighten() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    place.file(".telos/policy.toml", "[[refuse]]\nkinds = [\"file-move\"]\nunder = [\"/\"]\n");
    place.intent(&["--yes", "rename a.txt to b.txt"]).exits(4);
    assert!(place.exists("a.txt"));
    place.file(".telos/policy.toml", "[[allow]]\nkinds = [\"file-delete\"]\nunder = [\"/\"]\n");
    let said = place.intent(&["delete a.txt"]);
    assert!(matches!(said.code, 2 | 4), "a project's file loosened the policy: {said:?}");
    assert!(place.exists("a.txt"));
}

#[test]
fn explain_names_the_verdict_and_the_rules_considered() {
    let place = Place::new();
    let object = place.run(["policy", "explain", "file-delete", "a.txt", "--json"]).exits(0).json();
    assert_eq!(words(&object, "verdict"), "ask");
    assert!(object["considered"].as_array().is_some_and(|steps| steps.len() > 1), "{object}");
    let state = place.state().join("keys/identity");
    let object = place.run(["policy", "explain", "file-overwrite", &state.to_string_lossy(), "--json"]).exits(0).json();
    assert_eq!(words(&object, "verdict"), "refuse");
    place.run(["policy", "explain", "file-explode", "a.txt"]).exits(2).tells("file-explode");
}

/// The labels of every node of a plan.
fn labels(object: &serde_json::Value) -> String {
    object["plan"]["nodes"].as_array().expect("a plan").iter().map(|node| node["labels"].to_string()).collect()
}

#[test]
fn a_sensitive_file_carries_secrecy_through_a_plan_and_onto_what_is_written() {
    let place = Place::new();
    place.file(".env", "TOKEN=abc\n");
    place.file("plain.txt", "one\n");
    let clean = place.intent(&["--plan", "--json", "how many lines in plain.txt contain one"]).exits(0).json();
    assert!(!labels(&clean).contains("credential"), "{clean}");
    let secret = place.intent(&["--plan", "--json", "how many lines in .env contain TOKEN"]).exits(0).json();
    assert!(labels(&secret).contains("credential"), "{secret}");
    place.intent(&["--yes", "write .env to copied.txt"]).exits(0);
    assert_eq!(place.read("copied.txt"), b"TOKEN=abc\n");
    let again = place.intent(&["--plan", "--json", "how many lines in copied.txt contain TOKEN"]).exits(0).json();
    assert!(labels(&again).contains("credential"), "the label did not stay on the file: {again}");
    place.intent(&["--yes", "rename copied.txt to renamed.txt"]).exits(0);
    let moved = place.intent(&["--plan", "--json", "how many lines in renamed.txt contain TOKEN"]).exits(0).json();
    assert!(labels(&moved).contains("credential"), "the label did not move with the file: {moved}");
}

#[test]
fn a_file_outside_the_directory_is_asked_about() {
    let place = Place::new();
    let outside = place.root().join("outside.txt");
    write(&outside, "one\n");
    let words = format!("delete {}", outside.display());
    let said = place.intent(&[&words]);
    assert!(matches!(said.code, 3 | 4), "{said:?}");
    assert!(outside.exists());
}

#[test]
fn a_link_that_leads_out_of_the_directory_gives_no_right() {
    let place = Place::new();
    let outside = place.root().join("outside.txt");
    write(&outside, "one\n");
    std::os::unix::fs::symlink(place.root(), place.path("door")).expect("a link can be made");
    let said = place.intent(&["delete door/outside.txt"]);
    assert!(matches!(said.code, 3..=5), "{said:?}");
    assert!(outside.exists());
}
