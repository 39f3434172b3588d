//! The command line's contract: exit codes, streams, the JSON object, flags.

mod support;

use std::os::unix::ffi::OsStrExt;
use support::{Place, finish, words};

/// The fields that every answer of `telos do --json` has.
const FIELDS: [&str; 7] = ["status", "result", "text", "files_written", "files_removed", "plan", "run"];

#[test]
fn done_is_0_and_the_object_has_every_field() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let object = place.intent(&["--json", "list files"]).exits(0).json();
    for field in FIELDS {
        assert!(object.get(field).is_some(), "{field} is missing: {object}");
    }
    assert_eq!(object["status"], "done");
    assert!(object["result"].to_string().contains("a.txt"), "{object}");
    assert!(words(&object, "run").len() >= 20);
}

#[test]
fn stdout_is_the_outcome_and_stderr_the_story() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let said = place.intent(&["rename a.txt to b.txt"]).exits(0).tells("wrote").tells("removed").tells("telos undo");
    assert_eq!(said.out.trim(), place.path("b.txt").canonicalize().expect("renamed").to_string_lossy());
    let said = place.run(["--quiet", "undo"]).exits(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
}

#[test]
fn a_plan_runs_nothing_and_leaves_no_run() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let object = place.intent(&["--plan", "--json", "delete a.txt"]).exits(0).json();
    assert_eq!((words(&object, "status"), object["run"].is_null()), ("planned", true));
    assert_eq!(object["plan"]["nodes"][0]["capability"], "file.delete");
    assert!(place.exists("a.txt"));
    assert_eq!(place.run(["runs", "--json"]).exits(0).json(), serde_json::json!([]));
}

#[test]
fn a_plan_exits_as_the_run_would() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    place.intent(&["--plan", "read nowhere.txt"]).exits(3);
    let inside = place.state().join("x");
    place.intent(&["--plan", "--yes", &format!("rename a.txt to {}", inside.display())]).exits(4);
    place.intent(&["--yes", &format!("rename a.txt to {}", inside.display())]).exits(4);
    assert!(place.exists("a.txt"));
}

#[test]
fn an_intent_that_means_nothing_is_3_and_changes_nothing() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let object = place.intent(&["--json", "zorble the quux"]).exits(3).json();
    assert_eq!((words(&object, "status"), object["run"].is_null()), ("ask", true));
    assert!(!words(&object, "text").is_empty());
}

#[test]
fn a_missing_file_is_3_and_near_names_are_offered() {
    let place = Place::new();
    place.file("report.txt", "one\n");
    let object = place.intent(&["--json", "read reprot.txt"]).exits(3).json();
    assert!(object.to_string().contains("report.txt\""), "no near match in {object}");
    assert!(words(&object, "text").contains("reprot.txt"));
}

#[test]
fn an_open_question_is_answered_later_in_words_or_by_number() {
    let place = Place::new();
    place.file("report.txt", "one\ntwo\n");
    place.run(["do", "--answer", "report.txt"]).exits(2).tells("no question is open");
    for answer in ["report.txt", "1"] {
        place.intent(&["count the lines of reprot.txt"]).exits(3).tells("telos do --answer");
        place.intent(&["--answer", answer]).exits(0).shows("2");
        place.intent(&["--answer", answer]).exits(2);
    }
}

#[test]
fn what_needs_approval_is_4_without_it_and_says_so_in_one_sentence() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let object = place.intent(&["--json", "delete a.txt"]).exits(4).json();
    assert_eq!((words(&object, "status"), words(&object, "rule")), ("refused", "P1"));
    let text = words(&object, "text");
    assert_eq!(text.matches("approv").count(), text.matches("approved").count() + 2, "{text}");
    assert!(text.contains("--yes") && text.contains("this would remove a file"), "{text}");
    assert_eq!(text.matches("needs your approval").count(), 1, "{text}");
    assert!(place.exists("a.txt"));
    place.intent(&["--yes", "delete a.txt"]).exits(0);
    assert!(!place.exists("a.txt"));
}

#[test]
fn yes_never_approves_what_a_rule_forbids() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    place.user_policy("[[refuse]]\nkinds = [\"file-delete\"]\nunder = [\"/\"]\nreason = \"keep all\"\n");
    place.intent(&["--yes", "delete a.txt"]).exits(4).tells("keep all");
    assert!(place.exists("a.txt"));
}

#[test]
fn keys_and_state_are_out_of_reach() {
    let place = Place::new();
    place.run(["key", "export"]).exits(0);
    let identity = place.state().join("keys/identity");
    let said = place.intent(&["--yes", &format!("read {}", identity.display())]);
    assert!(matches!(said.code, 3 | 4), "{said:?}");
    assert_eq!(said.out, "");
    let said = place.intent(&["--yes", &format!("delete {}", identity.display())]);
    assert!(matches!(said.code, 3 | 4), "{said:?}");
    assert!(identity.exists());
}

#[test]
fn a_run_that_fails_is_5_and_names_the_node() {
    let place = Place::new();
    place.file("bad.txt", b"\xff\xfe\xff\n");
    let object = place.intent(&["--json", "how many lines in bad.txt contain error"]).exits(5).json();
    assert_eq!(words(&object, "status"), "failed");
    assert!(words(&object, "text").contains("text."), "{object}");
    assert!(object["run"].is_string());
}

#[test]
fn an_interrupt_is_130() {
    let place = Place::new();
    let mut command = place.command();
    // Input that never ends keeps the run going until the signal comes.
    command.args(["do", "--json", "count lines of the input"]);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let open = child.stdin.take();
    let runs = place.state().join("log/open");
    while std::fs::read_dir(&runs).map_or(0, Iterator::count) == 0 {
        assert!(child.try_wait().expect("it can be asked").is_none(), "it ended before it was interrupted");
        std::thread::yield_now();
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    // Whoever feeds a pipe is interrupted with its reader.
    drop(open);
    let said: support::Said = child.wait_with_output().expect("it ends").into();
    assert_eq!(said.json()["status"], "cancelled", "{said:?}");
    said.exits(130);
}

#[test]
fn usage_errors_are_2() {
    let place = Place::new();
    place.run(["do"]).exits(2);
    place.intent(&[""]).exits(2).tells("empty");
    place.intent(&["   "]).exits(2).tells("empty");
    place.intent(&["--no-such-flag", "list files"]).exits(2).tells("--no-such-flag");
    place.run(["no-such-command"]).exits(2);
    place.run(["undo", "ffff"]).exits(2).tells("telos runs");
    place.run([std::ffi::OsStr::new("do"), std::ffi::OsStr::from_bytes(b"list \xff files")]).exits(2).tells("UTF-8");
    let object = place.intent(&["--json", " "]).exits(2).json();
    for field in FIELDS {
        assert!(object.get(field).is_some(), "{field} is missing: {object}");
    }
}

#[test]
fn a_folder_is_packed_with_the_labels_of_all_that_is_in_it() {
    let place = Place::new();
    place.file("d/a.txt", "one\n");
    place.piped(&["do", "save what is piped in as d/b.txt"], b"two\n").exits(0);
    place.intent(&["zip the folder d as d.zip"]).exits(0);
    assert!(place.exists("d.zip"));
}

#[test]
fn what_is_piped_in_is_data_and_never_gives_orders() {
    let place = Place::new();
    place.file("keep.txt", "one\n");
    let said = place.piped(&["do", "--yes", "count lines of the input"], b"delete keep.txt\nb\nc\n").exits(0);
    assert_eq!(said.out.trim(), "3");
    assert!(place.exists("keep.txt"));
}

#[test]
fn surfaces_are_text_web_or_none() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    place.intent(&["--surface", "text", "list files"]).exits(0).shows("a.txt");
    assert_eq!(place.intent(&["--surface", "none", "list files"]).exits(0).out, "");
    let said = place.intent(&["--surface", "web", "list files"]).exits(0);
    let page = said.out.trim().strip_prefix("file://").expect("a file URL");
    let html = std::fs::read_to_string(page).expect("the page exists");
    assert!(html.contains("a.txt") && !html.contains("http://") && !html.contains("https://"), "{html}");
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let place = Place::new();
    let plain = place.intent(&["zorble"]).exits(3);
    assert!(!plain.err.contains('\u{1b}') && !plain.out.contains('\u{1b}'));
    let forced = place.intent(&["--color", "always", "zorble"]).exits(3);
    assert!(forced.err.contains('\u{1b}'));
    let mut command = place.command();
    command.env("NO_COLOR", "1").args(["do", "zorble"]);
    assert!(!finish(command).err.contains('\u{1b}'));
}

#[test]
fn help_and_completions_need_no_state() {
    let place = Place::new();
    place.run(["--help"]).exits(0).shows("Exit codes").shows("doctor");
    place.run(["--version"]).exits(0).shows("telos");
    for shell in ["bash", "zsh", "fish"] {
        place.run(["completions", shell]).exits(0).shows("verify");
    }
    place.run(["completions", "no-such-shell"]).exits(2);
    assert!(!place.state().exists(), "looking at help made state");
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let place = Place::new();
    place.run(["completions", "--manual", "."]).exits(0);
    for page in ["telos.1", "telos-do.1", "telos-run.1", "telos-policy-explain.1"] {
        let text = String::from_utf8(place.read(page)).expect("a page is text");
        assert!(text.contains(".TH"), "{page}: {text}");
    }
    place.run(["completions", "--manual", "missing/folder"]).exits(5).tells("missing/folder");
}

#[test]
fn capabilities_can_be_listed_and_searched() {
    let place = Place::new();
    place.run(["cap", "ls"]).exits(0).shows("file.delete").shows("text.count");
    place.run(["cap", "show", "file.delete"]).exits(0).shows("file-delete");
    place.run(["cap", "search", "count", "words"]).exits(0).shows("text.count");
    place.run(["cap", "show", "file.delte"]).exits(2);
}

#[test]
fn doctor_does_not_fail_for_what_is_only_nice_to_have() {
    let place = Place::new();
    let said = place.run(["doctor", "--json"]);
    let planes = said.json();
    let planes = planes.as_array().expect("a list of planes");
    assert!(planes.iter().any(|plane| plane["required"] == false));
    let missing = planes.iter().any(|plane| plane["required"] == true && plane["available"] == false);
    said.exits(if missing { 4 } else { 0 });
}
