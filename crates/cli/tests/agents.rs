//! `telos run`: any program as a guarded agent. Each test says so and ends early on a host that cannot sandbox.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use support::{Place, Said, words};

/// A place whose host can run agents; prints why not otherwise.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn guarded() -> Option<Place> {
    let place = Place::new();
    let said = place.run(["doctor", "--json"]);
    if said.code == 0 {
        return Some(place);
    }
    let missing: Vec<String> = said
        .json()
        .as_array()
        .into_iter()
        .flatten()
        .filter(|plane| plane["required"] == true && plane["available"] == false)
        .map(|plane| format!("{}: {}", words(plane, "plane"), words(plane, "found")))
        .collect();
    eprintln!("skipped: this host cannot guard agents ({})", missing.join("; "));
    None
}

/// `telos run -- sh -c script`.
fn shell(place: &Place, script: &str) -> Said {
    place.run(["run", "--", "sh", "-c", script])
}

/// Whether a program is on the search path; prints that a test is skipped otherwise.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: {program} does not run here");
    }
    found
}

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

#[test]
fn git_works() {
    let Some(place) = guarded() else { return };
    if !has("git") {
        return;
    }
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(place.work()).env("HOME", place.home());
        assert!(support::finish(command).code == 0, "git {arguments:?}");
    };
    git(&["init", "-q"]);
    place.file("new.txt", "one\n");
    place.run(["run", "--", "git", "status", "--short"]).exits(0).shows("?? new.txt");
    let said = place.run(["run", "--", "git", "add", "new.txt"]).exits(0);
    assert!(!place.exists(".git/index"), "the index was written outside the workspace: {}", said.err);
}

#[test]
fn python_works() {
    let Some(place) = guarded() else { return };
    if !has("python3") {
        return;
    }
    place.file(
        "script.py",
        "import json, tempfile\nopen('out.json', 'w').write(json.dumps({'a': 1}))\n\
        tempfile.mkstemp()\nprint('ran')\n",
    );
    place.run(["run", "--", "python3", "script.py"]).exits(0).shows("ran").tells("out.json");
    place.run(["commit"]).exits(0);
    assert_eq!(place.read("out.json"), b"{\"a\": 1}");
}

/// The home that holds the toolchain, which a throw-away home would hide.
fn toolchain_home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_dir())
}

#[test]
fn cargo_build_works() {
    let Some(place) = guarded() else { return };
    let (true, Some(home)) = (has("cargo"), toolchain_home()) else { return };
    place.file("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n");
    place.file("src/main.rs", "fn main() { println!(\"built\"); }\n");
    let mut command = place.command();
    command.env("HOME", home).args(["run", "--", "cargo", "run", "--offline", "--quiet"]);
    for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    finish_built(&place, command);
}

fn finish_built(place: &Place, command: Command) {
    support::finish(command).exits(0).shows("built");
    assert!(!place.exists("target"), "the build wrote outside its workspace");
}
