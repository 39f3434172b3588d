//! `telos run`: any program as a guarded agent. Each test says so and ends early on a host that cannot sandbox.

mod support;

use std::fs;
use support::{guarded, has, shell, words};

#[test]
fn streams_and_exit_code_pass_through() {
    let Some(place) = guarded() else { return };
    let said = shell(&place, "echo out; echo err >&2; exit 37").exits(37).tells("err");
    assert_eq!(said.out, "out\n");
    assert_eq!(
        place.piped(&["run", "--", "cat"], b"\x00\xffdata").exits(0).out,
        String::from_utf8_lossy(b"\x00\xffdata")
    );
    assert_eq!(shell(&place, "kill -TERM $$").code, 128 + 15);
    place.run(["run", "--", "no-such-program"]).exits(127).tells("no-such-program");
    place.run(["run", "--", "/etc/passwd"]).exits(126).tells("passwd");
    place.run(["run"]).exits(2);
}

#[test]
fn changes_wait_in_a_workspace_until_they_are_committed() {
    let Some(place) = guarded() else { return };
    place.file("edit.txt", "old\n");
    place.file("gone.txt", "x\n");
    let before = place.picture();
    shell(&place, "echo new > edit.txt; rm gone.txt; mkdir -p sub; echo made > sub/made.txt").exits(0);
    assert_eq!(place.picture(), before, "the workspace leaked");
    let said = place.run(["diff"]).exits(0).shows("-old").shows("+new").shows("D ").shows("A ");
    assert!(said.out.contains("sub/made.txt"), "{}", said.out);
    place.run(["commit"]).exits(4).tells("approv");
    assert_eq!(place.picture(), before, "a refused commit changed something");
    place.run(["commit", "--yes"]).exits(0);
    assert_eq!((place.read("edit.txt"), place.exists("gone.txt")), (b"new\n".to_vec(), false));
    assert_eq!(place.read("sub/made.txt"), b"made\n");
    place.run(["undo"]).exits(0).tells("restored");
    assert_eq!(place.picture(), before);
}

#[test]
fn undo_of_an_agent_drops_what_was_not_committed() {
    let Some(place) = guarded() else { return };
    shell(&place, "echo x > a.txt").exits(0);
    place.run(["undo"]).exits(0).tells("dropped");
    place.run(["diff"]).exits(2);
    place.run(["undo"]).exits(2);
    assert!(!place.exists("a.txt"));
}

#[test]
fn undo_of_an_agent_takes_back_its_commits_and_the_rest() {
    let Some(place) = guarded() else { return };
    let before = place.picture();
    shell(&place, "echo x > a.txt; echo y > b.txt").exits(0);
    let run = words(&place.run(["runs", "--json"]).json()[0], "id").to_owned();
    place.run(["commit", "--yes", "a.txt"]).exits(0);
    assert_eq!((place.exists("a.txt"), place.exists("b.txt")), (true, false));
    place.run(["undo", &run]).exits(0).tells("restored").tells("dropped");
    assert_eq!(place.picture(), before);
    place.run(["commit", "--run", &run]).exits(5).tells("no workspace");
}

#[test]
fn undo_of_a_direct_run_restores_the_directory() {
    let Some(place) = guarded() else { return };
    place.file("edit.txt", "old\n");
    place.file("gone.txt", "x\n");
    let before = place.picture();
    let script = "echo new > edit.txt; rm gone.txt; mkdir sub; echo made > sub/made.txt";
    place.run(["run", "--direct", "--yes", "--", "sh", "-c", script]).exits(0).tells("telos undo");
    assert_eq!((place.read("edit.txt"), place.exists("gone.txt")), (b"new\n".to_vec(), false));
    // What was asked is told once, with its answer.
    let why = place.run(["why"]).exits(0);
    assert_eq!(why.out.matches("granted by --yes: FileDelete").count(), 1, "{}", why.out);
    place.run(["undo"]).exits(0).tells("restored");
    assert_eq!(place.picture(), before);
}

#[test]
fn a_conflict_is_named_and_nothing_is_committed() {
    let Some(place) = guarded() else { return };
    place.file("a.txt", "old\n");
    shell(&place, "echo agent > a.txt; echo made > b.txt").exits(0);
    place.file("a.txt", "mine\n");
    place.run(["commit", "--yes"]).exits(4).tells("a.txt").tells("changed here");
    assert_eq!((place.read("a.txt"), place.exists("b.txt")), (b"mine\n".to_vec(), false));
    place.run(["commit", "--yes", "b.txt"]).exits(0);
    assert_eq!((place.read("a.txt"), place.read("b.txt")), (b"mine\n".to_vec(), b"made\n".to_vec()));
}

#[test]
fn secrets_are_hidden_and_only_near_ones_are_listed() {
    let Some(place) = guarded() else { return };
    place.file(".env", "TOKEN=abc\n");
    support::write(&place.home().join(".ssh/id_ed25519"), "PRIVATE\n");
    let mut command = place.command();
    command.env("GITHUB_TOKEN", "abc").args(["run", "--", "sh", "-c"]);
    command.arg("cat .env $HOME/.ssh/id_ed25519; echo token=$GITHUB_TOKEN; exit 1");
    let said = support::finish(command).exits(1).tells(".env").tells(".ssh").tells("GITHUB_TOKEN");
    assert_eq!(said.out, "token=\n", "a secret was read");
    assert!(!said.err.contains("/etc/shadow"), "{}", said.err);
    place.run(["run", "--read", ".env", "--", "cat", ".env"]).exits(0).shows("TOKEN=abc");
}

#[test]
fn telos_state_is_out_of_reach() {
    let Some(place) = guarded() else { return };
    let state = place.state();
    let said = shell(&place, &format!("cat {0}/keys/identity; ls {0}/log; rm -rf {0}; true", state.display()));
    assert_eq!(said.exits(0).out, "");
    assert!(state.join("keys/identity").exists());
    place.run(["verify"]).exits(0);
}

#[test]
fn the_network_is_closed_and_why_explains_it() {
    let Some(place) = guarded() else { return };
    if !has("python3") {
        return;
    }
    // An address for documentation (RFC 5737): nobody answers there even if the guard lets the call through.
    let script = "import socket; socket.create_connection(('192.0.2.1', 443), 5)";
    let said = place.run(["run", "--", "python3", "-c", script]);
    assert_ne!(said.code, 0, "the connection was not stopped");
    let said = said.tells("refused").tells("192.0.2.1");
    assert!(said.err.contains("--net") || said.err.contains("To go on"), "no way out: {}", said.err);
    place.run(["why"]).exits(0).shows("refused").shows("192.0.2.1");
}

#[test]
fn json_gives_one_object_on_stdout() {
    let Some(place) = guarded() else { return };
    let said = place.run(["run", "--json", "--", "sh", "-c", "echo hello; echo x > a.txt; exit 3"]).exits(3);
    let object = said.json();
    for field in ["status", "result", "text", "files_written", "files_removed", "plan", "run"] {
        assert!(object.get(field).is_some(), "{field} is missing: {object}");
    }
    assert_eq!((words(&object, "status"), &object["result"]["exit"]), ("failed", &3.into()));
    assert_eq!(object["result"]["changed_count"], 1);
    assert!(said.err.contains("hello"));
}

#[test]
fn children_end_with_the_program() {
    let Some(place) = guarded() else { return };
    shell(&place, "(while :; do :; done) & echo started").exits(0).shows("started");
    let busy = fs::read_dir("/proc").expect("proc").flatten().any(|entry| {
        let cwd = fs::read_link(entry.path().join("cwd"));
        cwd.is_ok_and(|cwd| cwd == place.work())
    });
    assert!(!busy, "a child outlived its program");
}

/// What undo can give back is asked about as a change, not as a loss; what the agent made itself is not asked about.
#[test]
fn a_direct_run_asks_only_about_what_it_did_not_make() {
    let Some(place) = guarded() else { return };
    place.file("edit.txt", "old\n");
    let own = "echo a > mine; echo b > mine; mv mine own; echo c > own; mkdir d; echo x > d/x; rm d/x own; rmdir d";
    let said = place.run(["run", "--direct", "--", "sh", "-c", own]).exits(0);
    assert!(!said.err.contains("refused"), "{}", said.err);
    let script = "echo x > edit.txt; mv edit.txt moved.txt && echo x > moved.txt; true";
    let said = place.run(["run", "--direct", "--", "sh", "-c", script]).exits(0).tells("file-overwrite");
    assert!(said.err.contains("(P1)") && !said.err.contains("P7"), "{}", said.err);
    assert_eq!(place.read("moved.txt"), b"old\n");
}

#[test]
fn hooks_and_configuration_wait_for_consent_and_start_up_files_are_refused() {
    let Some(place) = guarded() else { return };
    place.file(".git/config", "");
    shell(&place, "mkdir -p .git/hooks .claude; echo x > .git/hooks/pre-commit; echo y > .claude/settings.json")
        .exits(0);
    for path in [".git/hooks/pre-commit", ".claude/settings.json"] {
        place.run(["commit", ".git/hooks", ".claude", path]).exits(4).tells("P3");
        assert!(!place.exists(path), "{path}");
    }
    // By another way to the same name: the directory above is moved into place.
    shell(&place, "mkdir -p other/hooks; echo x > other/hooks/post-merge; rm -rf .git; mv other .git").exits(0);
    place.run(["commit"]).exits(4).tells("P3");
    assert!(place.exists(".git/config") && !place.exists(".git/hooks"));
    // In the home directory itself no consent helps.
    let mut command = place.command();
    command.current_dir(place.home()).args([
        "run",
        "--yes",
        "--",
        "sh",
        "-c",
        "echo x >> .bashrc; echo x > plain; true",
    ]);
    support::finish(command).exits(0).tells("P3").tells(".bashrc");
    let mut command = place.command();
    command.current_dir(place.home()).args(["commit", "--yes"]);
    support::finish(command).exits(0);
    assert!(place.home().join("plain").exists() && !place.home().join(".bashrc").exists());
}

/// One rule, one sentence, whoever would do it: the plan, the agent, and the log of either.
#[test]
fn a_refusal_reads_the_same_for_a_plan_and_an_agent() {
    let Some(place) = guarded() else { return };
    place.user_policy("[[refuse]]\nkinds = [\"write\"]\nunder = [\"/tmp\", \"/var\"]\nreason = \"not here\"\n");
    place.file("a.txt", "b\na\n");
    let agent = shell(&place, "echo x > made.txt").tells("refused by P4");
    let sentence = agent.err.split_once("refused by P4: ").expect("just seen").1.lines().next().unwrap_or_default();
    let plan = place.run(["do", "--yes", "sort a.txt and save it as made.txt"]).exits(4);
    assert!(plan.err.contains(sentence), "{sentence}\n{}", plan.err);
    assert!(place.run(["why"]).exits(0).out.contains(sentence));
}

#[test]
fn under_an_ordinary_account_too() {
    support::again_as_an_ordinary_account(&[
        "streams_and_exit_code_pass_through",
        "changes_wait_in_a_workspace_until_they_are_committed",
        "undo_of_a_direct_run_restores_the_directory",
        "secrets_are_hidden_and_only_near_ones_are_listed",
        "telos_state_is_out_of_reach",
        "the_network_is_closed_and_why_explains_it",
        "children_end_with_the_program",
    ]);
}
