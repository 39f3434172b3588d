//! Real programs under the guard: what they can do, what they cannot, and what is said about it.

mod common;

use common::{World, able, refused};
use telos_abi::{EffectKind, HostName, Receipt};
use telos_guard::workspace::{Entry, Workspace};
use telos_guard::{Exit, GuardError, Withheld};

#[test]
fn exit_codes_and_signals_come_back() {
    if !able() {
        return;
    }
    assert_eq!(World::new().shell("exit 7").0.exit, Exit::Code(7));
    let (end, _) = World::new().shell("kill -TERM $$");
    assert_eq!(end.exit, Exit::Signal(15));
    assert_eq!(end.exit.code(), 143);
}

#[test]
fn a_program_that_does_not_exist_is_an_error_and_leaves_no_workspace() {
    if !able() {
        return;
    }
    let world = World::new();
    assert!(matches!(world.run(&["no-such-program"]), Err(GuardError::Program { .. })));
    assert_eq!(telos_guard::workspace::workspaces(&world.path("state")).unwrap(), []);
}

#[test]
fn changes_land_in_the_workspace_only() {
    if !able() {
        return;
    }
    let world = World::new();
    world.write("project/old", "before");
    world.write("project/gone/a", "a");
    world.write("project/same", "same");
    let (end, text) = world.shell(
        "set -e; echo after > old; echo new > new; mkdir sub; echo x > sub/x; rm -r gone; ln -s old link; touch same; \
         chmod 600 same; mv new moved; cat old moved",
    );
    assert_eq!((end.exit, text.as_str()), (Exit::Code(0), "after\nnew\n"));
    assert_eq!(std::fs::read_to_string(world.path("project/old")).unwrap(), "before");
    assert!(world.path("project/gone/a").exists() && !world.path("project/moved").exists());
    assert!(end.refused.is_empty(), "{:?}", end.refused);
    assert!(end.permitted > 5);

    let workspace = Workspace::open(&world.path("state"), world.run_id()).unwrap();
    let work = world.path("project").canonicalize().unwrap();
    let changes = workspace.changes().unwrap();
    let told: Vec<(String, bool, bool)> = changes
        .iter()
        .map(|change| {
            let inner = change.path.strip_prefix(&work).unwrap().to_str().unwrap().to_owned();
            (inner, change.before.is_some(), change.after.is_some())
        })
        .collect();
    let expected = [
        ("gone", true, false),
        ("gone/a", true, false),
        ("link", false, true),
        ("moved", false, true),
        ("old", true, true),
        ("same", true, true),
        ("sub", false, true),
        ("sub/x", false, true),
    ];
    assert_eq!(told, expected.map(|(path, before, after)| (path.to_owned(), before, after)));
    assert!(changes.iter().all(|change| !change.conflict));
    assert_eq!(changes[5].after, Some(Entry::File { size: 4, mode: 0o600 }));
    assert!(!changes[5].content);
    let content = std::io::read_to_string(workspace.content(&work.join("old")).unwrap()).unwrap();
    assert_eq!(content, "after\n");

    // The host moves on: what the agent also changed is now a conflict.
    write_later(
        &world.path("project/old"),
        &world.path("state/workspaces").join(world.run_id().to_string()).join("ended"),
    );
    let conflicts: Vec<_> = workspace.changes().unwrap().into_iter().filter(|change| change.conflict).collect();
    assert_eq!(conflicts.len(), 1);
    assert!(matches!(Workspace::open(&world.path("state"), world.run_id()), Err(GuardError::Busy { .. })));
    workspace.discard().unwrap();
    assert!(Workspace::open(&world.path("state"), world.run_id()).is_err());
}

#[test]
fn secrets_and_state_are_hidden_and_reported() {
    if !able() {
        return;
    }
    let mut world = World::new();
    world.write("home/.ssh/id_ed25519", "PRIVATE");
    world.write("home/.netrc", "PRIVATE");
    world.write("home/.config/tool", "fine");
    world.write("project/.env", "PRIVATE");
    world.write("project/deep/er/.env", "PRIVATE");
    world.write("state/keys/secret", "PRIVATE");
    world.write("outside/file", "PRIVATE");
    world.environment.push(("MY_API_KEY".into(), "PRIVATE".into()));
    let (end, text) = world.shell(
        "cat ~/.ssh/id_ed25519 ~/.netrc .env deep/er/.env ../state/keys/secret ../outside/file /proc/1/environ; env; \
         cat /proc/self/root$PWD/.env /etc/shadow; cat ~/.config/tool",
    );
    assert!(!text.contains("PRIVATE"), "{text}");
    assert!(text.ends_with("fine"), "{text}");
    let paths: Vec<String> = end
        .withheld
        .iter()
        .filter_map(|withheld| match withheld {
            Withheld::Path(path) => Some(path.to_string()),
            _ => None,
        })
        .collect();
    for suffix in ["home/.ssh", "home/.netrc", "project/.env", "deep/er/.env"] {
        assert!(paths.iter().any(|path| path.ends_with(suffix)), "{suffix}: {paths:?}");
    }
    assert!(end.withheld.contains(&Withheld::Variable("MY_API_KEY".into())));
}

#[test]
fn home_takes_writes_that_end_with_the_run() {
    if !able() {
        return;
    }
    let world = World::new();
    world.write("home/.cache/tool/index", "old");
    let (end, text) =
        world.shell("echo new > ~/.cache/tool/index && mkdir -p ~/.npm && cat ~/.cache/tool/index && echo t > /tmp/t");
    assert_eq!((end.exit, text.as_str()), (Exit::Code(0), "new\n"));
    assert_eq!(std::fs::read_to_string(world.path("home/.cache/tool/index")).unwrap(), "old");
    assert!(!world.path("home/.npm").exists());
}

#[test]
fn writes_outside_fail_are_recorded_and_explained() {
    if !able() {
        return;
    }
    let world = World::new();
    let (end, text) =
        world.shell("echo x > /etc/telos-was-here; rm -f /usr/bin/env; ln -s /etc here; echo x > here/y; true");
    assert!(text.contains("denied"), "{text}");
    assert!(refused(&end, EffectKind::FileCreate, "/etc/telos-was-here"), "{:?}", end.refused);
    assert!(refused(&end, EffectKind::FileDelete, "/usr/bin/env"));
    assert!(std::path::Path::new("/usr/bin/env").exists() && !std::path::Path::new("/etc/telos-was-here").exists());
    let log = world.log.0.lock().unwrap();
    assert!(
        log.iter()
            .any(|receipt| matches!(receipt, Receipt::Decided(record) if record.reason.contains("outside the grant")))
    );
    assert_eq!(end.refused[0].program.as_bytes(), b"sh");
}

#[test]
fn hooks_are_refused_live_even_inside_the_workspace() {
    if !able() {
        return;
    }
    let world = World::new();
    world.write("project/.git/hooks/keep", "");
    let (end, _) = world.shell("echo x > benign; mv benign .git/hooks/pre-commit");
    assert!(refused(&end, EffectKind::FileCreate, ".git/hooks/pre-commit"), "{:?}", end.refused);
}

#[test]
fn the_network_is_closed_and_names_are_told() {
    if !able() {
        return;
    }
    let world = World::new();
    let script = r#"
import socket
def attempt(what, do):
    try:
        do(); print(what, "WENT THROUGH")
    except OSError as error:
        print(what, error.errno)
attempt("address", lambda: socket.create_connection(("192.0.2.1", 80), 3))
attempt("name", lambda: socket.create_connection(("exfiltration.example", 443), 3))
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.2", 53)))
attempt("mptcp", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262))
attempt("packet", lambda: socket.socket(17, socket.SOCK_RAW))
attempt("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\0/tmp/.X11-unix/X0"))
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
print("loopback", "works")
"#;
    let (end, text) = world.run(&["python3", "-c", script]).unwrap();
    assert!(!text.contains("WENT THROUGH") && text.contains("loopback works"), "{text}");
    assert!(refused(&end, EffectKind::NetConnect, "192.0.2.1:80"), "{:?}", end.refused);
    assert!(refused(&end, EffectKind::NetConnect, "exfiltration.example"), "{:?}", end.refused);
    assert!(refused(&end, EffectKind::NetSend, "192.0.2.2:53"), "{:?}", end.refused);
}

#[test]
fn a_granted_host_is_reached_on_behalf_and_no_other() {
    if !able() {
        return;
    }
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, closed) = (server.local_addr().unwrap().port(), other.local_addr().unwrap().port());
    let greeter = std::thread::spawn(move || {
        for connection in server.incoming().take(2) {
            std::io::Write::write_all(&mut connection.unwrap(), b"hello").unwrap();
        }
    });
    let mut world = World::new();
    world.hosts.push(HostName { name: "127.0.0.1".into(), port: Some(port) });
    let script = format!(
        r#"
import asyncio, socket
print(socket.create_connection(("127.0.0.1", {port}), 5).recv(5).decode())
async def main():
    reader, writer = await asyncio.open_connection("127.0.0.1", {port})
    print((await reader.read(5)).decode())
asyncio.run(main())
try:
    socket.create_connection(("127.0.0.1", {closed}), 5); print("WENT THROUGH")
except OSError as error:
    print("closed")
"#
    );
    let (_, text) = world.run(&["python3", "-c", &script]).unwrap();
    assert_eq!(text, "hello\nhello\nclosed\n");
    greeter.join().unwrap();
}

#[test]
fn daemons_die_with_the_agent() {
    if !able() {
        return;
    }
    let world = World::new();
    let (end, text) = world.shell("setsid sh -c 'echo started; exec sleep 1000' & sleep 0.2; exit 0");
    assert_eq!((end.exit, text.as_str()), (Exit::Code(0), "started\n"));
    // `run` read the pipe to its end: had the daemon lived, its copy would have kept it open.
}

#[test]
fn git_and_python_work_as_a_developer_expects() {
    if !able() {
        return;
    }
    let world = World::new();
    let (end, text) = world.shell(
        "set -e; git init -q .; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one; git status --short; \
         python3 -c 'import json, tempfile, multiprocessing; tempfile.TemporaryFile(); multiprocessing.Lock(); print(1)'",
    );
    assert_eq!((end.exit, text.as_str()), (Exit::Code(0), "1\n"), "{:?}", end.refused);
    assert!(!world.path("project/.git").exists());
}

#[test]
fn direct_changes_reach_the_host_and_can_be_restored() {
    if !able() {
        return;
    }
    let mut world = World::new();
    world.mode = telos_guard::WorkspaceMode::Direct;
    world.write("project/old", "before");
    world.write("project/gone/a", "a");
    world.write("project/kept", "kept");
    let (end, _) = world.shell("echo after > old; rm -r gone; mkdir new; echo x > new/x; echo y > ../outside/y");
    // The scripted policy permits only what lands in a workspace.
    assert!(refused(&end, EffectKind::FileOverwrite, "project/old"));
    world.permit_direct = true;
    let world = world.next();
    let (end, text) = world.shell("echo after > old; rm -r gone; mkdir new; echo x > new/x");
    assert_eq!(end.exit, Exit::Code(0), "{text} {:?}", end.refused);
    assert_eq!(std::fs::read_to_string(world.path("project/old")).unwrap(), "after\n");
    let workspace = Workspace::open(&world.path("state"), world.run_id()).unwrap();
    assert!(workspace.is_direct());
    let work = world.path("project").canonicalize().unwrap();
    let names = |changes: &[telos_guard::workspace::Change]| {
        changes.iter().map(|one| one.path.strip_prefix(&work).unwrap().to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&workspace.changes().unwrap()), ["gone", "gone/a", "new", "new/x", "old"]);
    write_later(
        &world.path("project/old"),
        &world.path("state/workspaces").join(world.run_id().to_string()).join("ended"),
    );
    let restoration = workspace.restoration().unwrap();
    assert_eq!(restoration.iter().filter(|one| one.conflict).count(), 1);
    for operation in telos_guard::workspace::operations(&restoration) {
        use telos_guard::workspace::Operation;
        let path = operation.path();
        match &operation {
            Operation::Delete { .. } => std::fs::remove_file(path).unwrap(),
            Operation::RemoveDirectory { .. } => std::fs::remove_dir(path).unwrap(),
            Operation::MakeDirectory { .. } => std::fs::create_dir(path).unwrap(),
            Operation::Write { .. } => {
                std::fs::write(path, std::io::read_to_string(workspace.content(path).unwrap()).unwrap()).unwrap();
            }
            Operation::MakeLink { .. } | Operation::SetMode { .. } => {}
        }
    }
    assert_eq!(workspace.restoration().unwrap(), []);
    assert_eq!(std::fs::read_to_string(world.path("project/old")).unwrap(), "before");
    workspace.discard().unwrap();
}

#[test]
fn a_killed_guard_takes_its_agent_along() {
    if !able() {
        return;
    }
    const INNER: &str = "TELOS_TEST_GUARD_TO_KILL";
    if std::env::var_os(INNER).is_some() {
        // The guard that is going to be killed: its agent passes our standard output on to a process that never ends.
        let world = World::new();
        let mut spec = world.spec(&["sh", "-c", "setsid sleep 1000 & echo ready; sleep 1000"]);
        spec.environment.retain(|(name, _)| name != INNER);
        let rules = common::Rules { directory: world.path("project"), hosts: Vec::new(), permit_direct: false };
        let ports = telos_guard::Ports { decider: &rules, asker: &common::Nobody, recorder: &world.log };
        let _ = telos_guard::run(spec, &ports);
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let mut guard = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_guard_takes_its_agent_along", "--nocapture"])
        .env(INNER, "1")
        .env("TMPDIR", scratch.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = std::io::BufReader::new(guard.stdout.take().unwrap());
    let mut line = String::new();
    while !line.ends_with("ready\n") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut output, &mut line).unwrap(), 0, "the agent started");
    }
    guard.kill().unwrap();
    guard.wait().unwrap();
    // Ends only when every process that holds the pipe has ended.
    std::io::Read::read_to_end(&mut output, &mut Vec::new()).unwrap();
}

#[test]
fn signals_sent_to_the_guard_reach_the_agent() {
    if !able() {
        return;
    }
    const INNER: &str = "TELOS_TEST_GUARD_TO_SIGNAL";
    if std::env::var_os(INNER).is_some() {
        let world = World::new();
        let spec =
            world.spec(&["sh", "-c", "trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.01; done"]);
        let rules = common::Rules { directory: world.path("project"), hosts: Vec::new(), permit_direct: false };
        let ports = telos_guard::Ports { decider: &rules, asker: &common::Nobody, recorder: &world.log };
        let end = telos_guard::run(spec, &ports).unwrap();
        std::process::exit(end.exit.code());
    }
    let mut guard = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "signals_sent_to_the_guard_reach_the_agent", "--nocapture"])
        .env(INNER, "1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = std::io::BufReader::new(guard.stdout.take().unwrap());
    let mut line = String::new();
    while !line.ends_with("ready\n") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut output, &mut line).unwrap(), 0, "the agent started");
    }
    let pid = rustix::process::Pid::from_child(&guard);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(guard.wait().unwrap().code(), Some(9));
}

#[test]
fn under_an_ordinary_account_too() {
    common::again_as_an_ordinary_account();
}

/// Writes a file until its time stamp is later than another's: stamps move in steps.
fn write_later(path: &std::path::Path, than: &std::path::Path) {
    use std::os::unix::fs::MetadataExt;
    let stamp = |path: &std::path::Path| {
        let about = std::fs::metadata(path).expect("the file exists");
        (about.ctime(), about.ctime_nsec())
    };
    while stamp(path) <= stamp(than) {
        std::fs::write(path, "meanwhile").expect("the file is ours");
    }
}
