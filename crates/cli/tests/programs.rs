//! What developers run, run by `telos run`: each program does its work, and what it leaves is what it would have left.

mod support;

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use support::{Place, guarded, has, shell};

/// A program outside the guard, in the place's directory.
fn outside(place: &Place, program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place.work()).env("HOME", place.home());
    support::finish(command).exits(0).out
}

/// `telos run -- python3 -c script`, if there is a Python.
fn python(place: &Place, script: &str) -> Option<support::Said> {
    has("python3").then(|| place.run(["run", "--", "python3", "-c", script]))
}

#[test]
fn a_python_script_runs_and_its_file_is_committed() {
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

#[test]
fn git_reads_and_commits() {
    let Some(place) = guarded() else { return };
    if !has("git") {
        return;
    }
    outside(&place, "git", &["init", "-q", "--template="]);
    place.file("new.txt", "one\n");
    place.run(["run", "--", "git", "status", "--short"]).exits(0).shows("?? new.txt");
    let script = "git add new.txt && git -c user.name=a -c user.email=a@b commit -qm first && git status --short";
    let said = shell(&place, script).exits(0);
    assert_eq!(said.out, "", "{}", said.err);
    assert!(!place.exists(".git/index"), "the index was written outside the workspace: {}", said.err);
    place.run(["commit", "--yes"]).exits(0);
    assert_eq!(outside(&place, "git", &["log", "--format=%s"]), "first\n");
    assert_eq!(outside(&place, "git", &["status", "--short"]), "");
    outside(&place, "git", &["fsck", "--strict"]);
}

/// The home that holds the toolchain, which a throw-away home would hide.
fn toolchain_home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_dir())
}

/// With a dependency that lies beside it, as vendored ones do.
#[test]
fn cargo_builds_a_crate_and_its_dependency() {
    let Some(place) = guarded() else { return };
    let (true, Some(home)) = (has("cargo"), toolchain_home()) else { return };
    let manifest = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{more}")
    };
    place.file("Cargo.toml", manifest("tiny", "[dependencies]\ndep = { path = \"vendor/dep\" }\n[workspace]\n"));
    place.file("src/main.rs", "fn main() { println!(\"{}\", dep::word()); }\n");
    place.file("vendor/dep/Cargo.toml", manifest("dep", ""));
    place.file("vendor/dep/src/lib.rs", "pub fn word() -> &'static str { \"built\" }\n");
    let mut command = place.command();
    command.env("HOME", home).args(["run", "--", "cargo", "run", "--offline", "--quiet"]);
    for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    support::finish(command).exits(0).shows("built");
    assert!(!place.exists("target"), "the build wrote outside its workspace");
}

#[test]
fn make_and_a_c_compiler_build() {
    let Some(place) = guarded() else { return };
    if !has("make") || !has("cc") {
        return;
    }
    place.file("Makefile", "all: hello\n\t./hello\nhello: hello.c\n\tcc -o hello hello.c\n");
    place.file("hello.c", "#include <stdio.h>\nint main(void) { puts(\"built\"); return 0; }\n");
    place.run(["run", "--", "make"]).exits(0).shows("built");
    place.run(["commit"]).exits(0);
    assert_eq!(outside(&place, "./hello", &[]), "built\n");
}

#[test]
fn node_and_npm_run() {
    let Some(place) = guarded() else { return };
    if has("node") {
        let script = "require('fs').writeFileSync('n.txt', 'x'); console.log('ran')";
        place.run(["run", "--", "node", "-e", script]).exits(0).shows("ran").tells("n.txt");
    }
    if has("npm") {
        place.run(["run", "--", "npm", "init", "-y"]).exits(0).tells("package.json");
    }
}

#[test]
fn caches_in_the_home_take_writes_that_end_with_the_run() {
    let Some(place) = guarded() else { return };
    support::write(&place.home().join(".cache/pip/old"), "old");
    let script = "set -e; cd; echo new > .cache/pip/old; mkdir -p .cache/pip/http/a .npm/_logs .local/share/x; \
                  echo x > .cache/pip/http/a/b; mv .cache/pip/http .cache/pip/moved; cat .cache/pip/old .cache/pip/moved/a/b";
    assert_eq!(shell(&place, script).exits(0).out, "new\nx\n");
    assert_eq!(fs::read(place.home().join(".cache/pip/old")).expect("it is there"), b"old");
    assert!(!place.home().join(".npm").exists() && !place.home().join(".cache/pip/moved").exists());
}

#[test]
fn ends_by_signals_and_closed_pipes_are_told_as_a_shell_tells_them() {
    let Some(place) = guarded() else { return };
    for (signal, code) in [("KILL", 137), ("SEGV", 139), ("PIPE", 141)] {
        shell(&place, &format!("kill -{signal} $$")).exits(code);
    }
    let mut command = place.command();
    let mut child = command
        .args(["run", "--", "yes"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    child.stdout.take().expect("it is piped").read_exact(&mut [0; 2]).expect("`yes` writes");
    assert_eq!(child.wait().expect("it ends").code(), Some(141));
}

#[test]
fn a_deep_tree_of_processes_comes_back() {
    let Some(place) = guarded() else { return };
    let script = "if [ \"$1\" -gt 0 ]; then sh deep.sh $(($1 - 1)); exit $(($? + 1)); fi; exit 0";
    place.file("deep.sh", script);
    place.run(["run", "--", "sh", "deep.sh", "60"]).exits(60);
}

#[test]
fn a_daemon_ends_with_its_program_and_does_not_hold_its_pipes() {
    let Some(place) = guarded() else { return };
    let script = r#"
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(writer, b"x")
        time.sleep(1000)
    os._exit(0)
os.read(reader, 1)
print("started")
"#;
    // Ends only when no process holds the output any more.
    if let Some(said) = python(&place, script) {
        said.exits(0).shows("started");
    }
}

#[test]
fn an_agent_inside_an_agent_is_told_that_it_is_guarded_already() {
    let Some(place) = guarded() else { return };
    fs::copy(support::binary(), place.path("telos")).expect("the binary can be copied");
    let said = place.run(["run", "--", "./telos", "run", "--", "true"]).exits(4);
    assert!(said.err.contains("already") && said.err.contains("guarded"), "{}", said.err);
}

#[test]
fn sockets_and_pipes_work_and_are_not_committed() {
    let Some(place) = guarded() else { return };
    let script = r#"
import os, socket
os.mkfifo("pipe")
server = socket.socket(socket.AF_UNIX); server.bind("socket"); server.listen()
client = socket.socket(socket.AF_UNIX); client.connect("socket")
server.accept()[0].send(b"through\n")
print(client.recv(8).decode(), end="")
open("file", "w").write("x")
"#;
    let Some(said) = python(&place, script) else { return };
    assert_eq!(said.exits(0).out, "through\n");
    place.run(["diff"]).exits(0).shows("pipe").shows("socket");
    place.run(["commit"]).exits(0);
    assert!(place.exists("file") && !place.exists("pipe") && !place.exists("socket"));
}

#[test]
fn modes_times_attributes_and_odd_names_come_with_a_commit() {
    let Some(place) = guarded() else { return };
    place.file("old.sh", "old\n");
    let script = r##"
import os
os.mkdir("d"); os.chmod("d", 0o750)
open("d/run.sh", "w").write("#!/bin/sh\n"); os.chmod("d/run.sh", 0o755); os.utime("d/run.sh", (1, 1_000_000_000))
open(b"a\nb \xff", "w").write("odd")
open("old.sh", "w").write("new\n"); os.chmod("old.sh", 0o640); os.utime("old.sh", (2, 2_000_000_000))
try: os.setxattr("old.sh", "user.note", b"kept")
except OSError: pass
with open("sparse", "wb") as file:
    file.seek(8 << 20); file.write(b"end")
os.link("old.sh", "second"); os.symlink("/etc/hostname", "out")
"##;
    let Some(said) = python(&place, script) else { return };
    said.exits(0);
    place.run(["commit", "--yes"]).exits(0);
    let about = |name: &str| fs::symlink_metadata(place.path(name)).expect("it was committed");
    assert_eq!((about("d").mode() & 0o7777, about("d/run.sh").mode() & 0o7777), (0o750, 0o755));
    assert_eq!((about("d/run.sh").mtime(), about("old.sh").mtime()), (1_000_000_000, 2_000_000_000));
    assert_eq!((about("old.sh").mode() & 0o7777, place.read("old.sh")), (0o640, b"new\n".to_vec()));
    assert_eq!(fs::read(place.work().join(OsStr::from_bytes(b"a\nb \xff"))).expect("it was committed"), b"odd");
    assert_eq!((about("sparse").len(), place.read("second")), ((8 << 20) + 3, b"new\n".to_vec()));
    assert_eq!(fs::read_link(place.path("out")).expect("a link"), PathBuf::from("/etc/hostname"));
    if let Some(note) = attribute(&place, "old.sh") {
        assert_eq!(note, "kept");
    }
    place.run(["undo"]).exits(0);
    assert_eq!(place.read("old.sh"), b"old\n");
    assert!(!place.exists("sparse") && !place.exists("d") && !place.exists("out"));
}

/// The extended attribute that the test set; `None` where the file system has none or there is no tool to read it.
fn attribute(place: &Place, name: &str) -> Option<String> {
    let script = format!("import os; print(os.getxattr({name:?}, 'user.note').decode(), end='')");
    let probe = "import os; open('t', 'w'); os.setxattr('t', 'user.note', b'x'); os.unlink('t')";
    let run = |script: &str| {
        let mut command = Command::new("python3");
        command.args(["-c", script]).current_dir(place.work());
        support::finish(command)
    };
    (run(probe).code == 0).then(|| run(&script).out)
}

#[test]
fn ten_thousand_files_are_told_apart_from_one() {
    let Some(place) = guarded() else { return };
    let script = r#"
import os
for i in range(100):
    os.mkdir(f"d{i}")
    for j in range(100): open(f"d{i}/{j}", "w").close()
"#;
    let Some(said) = python(&place, script) else { return };
    said.exits(0).tells("10100 paths");
    assert!(!place.exists("d0"));
    place.run(["commit", "d7/8", "d7"]).exits(0);
    assert!(place.exists("d7/8") && !place.exists("d8"));
}

#[test]
fn a_planted_pipe_or_link_does_not_mislead_a_commit() {
    let Some(place) = guarded() else { return };
    let outside = place.root().join("outside");
    support::write(&outside.join("kept"), "kept");
    place.file("d/file", "old");
    // The link leads out of the tree, to where the commit must not follow it.
    let script = format!("rm -r d; ln -s {} d; mkdir e; mkfifo e/pipe; echo x > e/file", outside.display());
    shell(&place, &script).exits(0);
    place.run(["commit", "--yes"]).exits(0);
    assert_eq!(fs::read(outside.join("kept")).expect("it is there"), b"kept");
    assert!(fs::symlink_metadata(place.path("d")).is_ok_and(|about| about.is_symlink()));
    assert!(place.exists("e/file") && !place.exists("e/pipe"));
    let pipes = fs::read_dir(place.path("e")).expect("it was committed").flatten();
    assert!(pipes.filter_map(|entry| entry.file_type().ok()).all(|kind| !kind.is_fifo()));
}

#[test]
fn under_an_ordinary_account_too() {
    support::again_as_an_ordinary_account(&[
        "a_python_script_runs_and_its_file_is_committed",
        "git_reads_and_commits",
        "make_and_a_c_compiler_build",
        "caches_in_the_home_take_writes_that_end_with_the_run",
        "modes_times_attributes_and_odd_names_come_with_a_commit",
        "a_daemon_ends_with_its_program_and_does_not_hold_its_pipes",
    ]);
}
