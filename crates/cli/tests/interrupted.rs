//! Runs that are killed, at every instant that the program names and while a host keeps silent, and disks that fill.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use support::{Place, Said, finish, is_root, words};

/// Every name below a directory with its mode and content.
type Picture = Vec<(PathBuf, u32, Option<Vec<u8>>)>;

/// Reads one request whole; what it posts is sent on. Whoever holds the stream decides when the sender hears of it.
fn request(stream: TcpStream) -> (TcpStream, String) {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body is as long as announced");
    (reader.into_inner(), String::from_utf8_lossy(&body).into_owned())
}

/// A host that takes what it is sent and never answers.
fn silent_host() -> (String, Receiver<(TcpStream, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let url = format!("http://{}/in", listener.local_addr().expect("it is bound"));
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if tell.send(request(stream)).is_err() {
                return;
            }
        }
    });
    (url, told)
}

#[test]
fn what_was_sent_before_a_kill_is_in_doubt_and_never_sent_again() {
    let place = Place::new();
    place.file("notes.txt", "a\nb\n");
    let (url, told) = silent_host();
    let mut child = place
        .command()
        .args(["do", "--yes", &format!("post notes.txt to {url}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let (connection, body) = told.recv().expect("the host is asked");
    assert_eq!(body, "a\nb\n");
    child.kill().expect("it can be killed");
    child.wait().expect("it is dead");
    drop(connection);

    let runs = place.run(["runs", "--json"]).exits(0).json();
    let run = words(&runs[0], "id").to_owned();
    assert!(runs[0]["status"].is_null(), "{runs}");
    // Nobody can be asked: it says what to do and stays as it is, as often as one likes.
    for _ in 0..2 {
        let said = place.run(["resume"]).exits(4).tells("in doubt").tells("127.0.0.1");
        let said = said.tells(&format!("telos resume {run} --yes")).tells("telos undo");
        assert_eq!(said.out, "");
        assert!(place.run(["runs", "--json"]).exits(0).json()[0]["status"].is_null());
    }
    let object = place.run(["resume", "--json"]).exits(4).json();
    assert_eq!((words(&object, "status"), words(&object, "run")), ("refused", run.as_str()));
    place.run(["resume", "--yes"]).exits(0);
    let runs = place.run(["runs", "--json"]).exits(0).json();
    assert_eq!(words(&runs[0], "status"), "done");
    place.run(["resume", &run]).exits(5).tells("it has ended");
    assert!(told.try_recv().is_err(), "it was sent again");
    place.run(["why", &run]).exits(0).shows("in doubt").shows("--yes").shows("nobody could be asked");
    assert_eq!(place.verified()["sound"], true);
}

#[test]
fn a_run_that_is_going_on_is_not_taken_back() {
    let place = Place::new();
    place.file("notes.txt", "a\nb\n");
    let (url, told) = silent_host();
    let mut child = place
        .command()
        .args(["do", "--yes", &format!("post notes.txt to {url}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let _held = told.recv().expect("the host is asked");
    let run = words(&place.run(["runs", "--json"]).exits(0).json()[0], "id").to_owned();
    place.run(["undo", &run]).exits(5).tells("still going on");
    child.kill().expect("it can be killed");
    child.wait().expect("it is dead");
    assert_eq!(place.verified()["sound"], true);
}

#[test]
fn an_interrupted_run_is_resumed_where_it_began() {
    if !knows_instants() {
        return;
    }
    let place = Place::new();
    place.run(["key", "export"]).exits(0);
    // The first instants come before the run has a receipt; from its journal entry on there is a run to resume.
    let killed = killed(&place, "TELOS_TEST_KILL_AT", 2).expect("the run has acts");
    let elsewhere = place.home();
    let mut command = place.command();
    command.args(["resume", "--yes"]).current_dir(&elsewhere);
    finish(command).exits(2).tells("began in").tells(&place.work().display().to_string());
    assert_eq!(place.picture(), killed, "a refused resume did something");
    place.run(["resume", "--yes"]).exits(0);
    assert_eq!(place.picture(), []);
}

/// The files of a run that deletes them.
fn fill(place: &Place) -> Picture {
    for (name, content) in [("a.log", "alpha\n"), ("b.log", "beta\n")] {
        place.file(name, content);
    }
    place.picture()
}

/// Runs a deletion that dies at instant `at` of the room that `variable` belongs to. The picture it left, or `None`
/// if it lived to its end.
fn killed(place: &Place, variable: &str, at: u64) -> Option<Picture> {
    fill(place);
    let mut command = place.command();
    command.env(variable, at.to_string()).args(["do", "--yes", "delete all log files"]);
    let output = command.output().expect("the binary starts");
    if output.status.signal().is_none() {
        Said::from(output).exits(0);
        return None;
    }
    assert_eq!(output.status.signal(), Some(9), "it died of something else");
    Some(place.picture())
}

/// After a kill, what is there is what was there before each deletion or after it; a file on its way out may stand
/// under a temporary name.
fn whole(before: &Picture, after: &Picture) {
    let known = |(path, mode, content): &(PathBuf, u32, Option<Vec<u8>>)| {
        let leaving = is_temporary(path);
        before.iter().any(|was| (was.0 == *path || leaving) && was.1 == *mode && was.2 == *content)
    };
    assert!(after.iter().all(known), "something else than before: {after:?}");
}

fn status(place: &Place) -> Option<serde_json::Value> {
    let runs = place.run(["runs", "--json"]).exits(0).json();
    runs.get(0).map(|run| run["status"].clone())
}

/// Whether the binary under test knows the instants: builds without debug assertions do not.
fn knows_instants() -> bool {
    let known = cfg!(debug_assertions) && std::env::var_os("TELOS_TEST_BINARY").is_none();
    if !known {
        eprintln!("skipped: this binary was built without debug assertions and cannot be killed at a named instant");
    }
    known
}

/// Kills at every instant; `recover` brings the place to its end. Returns the number of instants.
fn killed_at_every_instant(variable: &str, recover: impl Fn(&Place, &Picture)) -> u64 {
    for at in 0.. {
        let place = Place::new();
        // Keys and directories are there: the instants are those of the run.
        place.run(["key", "export"]).exits(0);
        let before = fill(&place);
        let Some(after) = killed(&place, variable, at) else { return at };
        whole(&before, &after);
        assert_eq!(place.verified()["sound"], true, "{variable}={at}");
        recover(&place, &before);
        assert_eq!(place.verified()["sound"], true, "{variable}={at}");
        // Nothing stands in the way of the next run.
        fill(&place);
        place.intent(&["--yes", "delete all log files"]).exits(0);
        assert_eq!(place.picture(), [], "{variable}={at}");
    }
    unreachable!("it ends when a run does")
}

/// Resume finishes what was begun, and undo gives everything back.
fn resumed(place: &Place, before: &Picture) {
    match status(place) {
        None => assert_eq!(&place.picture(), before, "changed something without a run in the log"),
        Some(status) => {
            if status.is_null() {
                place.run(["resume", "--yes"]).exits(0);
            }
            if place.picture() != *before {
                assert_eq!(place.picture(), [], "neither all nor nothing was done");
                place.run(["undo"]).exits(0);
            }
            assert_eq!(&place.picture(), before);
        }
    }
}

/// Undo alone gives everything back, leaves nothing behind, and ends the run: there is nothing to resume.
fn undone(place: &Place, before: &Picture) {
    if place.picture() != *before {
        place.run(["undo"]).exits(0);
        place.run(["resume"]).exits(2).tells("no interrupted run");
    }
    assert_eq!(&place.picture(), before);
}

/// Whether this is the name of a file on its way in or out.
fn is_temporary(path: &std::path::Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".telos-"))
}

#[test]
fn a_run_killed_between_any_two_steps_on_its_files_is_finished_or_taken_back() {
    if !knows_instants() {
        return;
    }
    let instants = killed_at_every_instant("TELOS_TEST_KILL_AT", resumed);
    assert!(instants > 8, "only {instants} instants were reached");
    assert_eq!(killed_at_every_instant("TELOS_TEST_KILL_AT", undone), instants);
}

#[test]
fn a_run_killed_between_any_two_steps_on_the_log_is_finished_or_taken_back() {
    if !knows_instants() {
        return;
    }
    let instants = killed_at_every_instant("TELOS_TEST_KILL_LOG_AT", resumed);
    assert!(instants > 8, "only {instants} instants were reached");
}

/// A small file system of its own at `folder`; `None`, with a word, where this account may not mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: PathBuf, bytes: usize) -> Option<Self> {
        std::fs::create_dir_all(&folder).expect("the test owns it");
        let size = format!("size={bytes}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder).output();
        if !is_root() || !mounted.is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: only root can mount a small disk to fill (and only where mounting is allowed)");
            return None;
        }
        Some(Self(folder))
    }

    /// Fills all but `bytes`.
    fn fill(&self, bytes: u64) -> PathBuf {
        let path = self.0.join("filler");
        let left = rustix::fs::statvfs(&self.0).map(|about| about.f_bavail * about.f_frsize).expect("it is mounted");
        let file = std::fs::File::create(&path).expect("the disk takes a name");
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, left.saturating_sub(bytes).max(1))
            .expect("there is this much room");
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: nothing of the test may keep it from being removed with its directory.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_under_the_state_loses_nothing() {
    let place = Place::new();
    let Some(disk) = SmallDisk::at(place.state(), 1 << 20) else { return };
    place.run(["key", "export"]).exits(0);
    place.file("big.log", "x".repeat(64 << 10));
    let before = place.picture();
    for room in [0, 4 << 10, 8 << 10, 16 << 10, 80 << 10] {
        let filler = disk.fill(room);
        let said = place.intent(&["--yes", "delete big.log"]);
        assert!(matches!(said.code, 0 | 5), "{said:?}");
        if said.code == 5 {
            assert!(said.err.contains("No space left"), "with {room}: {}", said.err);
            assert!(!said.err.contains("panicked"), "with {room}: {}", said.err);
        }
        std::fs::remove_file(filler).expect("it is there");
        if place.picture() != before {
            place.run(["undo"]).exits(0);
        }
        assert_eq!(place.picture(), before, "with {room}");
        assert_eq!(place.verified()["sound"], true, "with {room}");
    }
    place.intent(&["--yes", "delete big.log"]).exits(0);
}

#[test]
fn a_full_disk_under_the_work_is_an_error_that_changes_nothing() {
    let place = Place::new();
    let Some(disk) = SmallDisk::at(place.work(), 256 << 10) else { return };
    place.file("a.txt", "b\na\n".repeat(8 << 10));
    disk.fill(4 << 10);
    let before = place.picture();
    let said = place.intent(&["sort a.txt and save it as b.txt"]).exits(5).tells("No space left");
    assert!(!said.err.contains("panicked"), "{}", said.err);
    assert_eq!(place.picture(), before);
    assert_eq!(place.verified()["sound"], true);
}

#[test]
fn an_outcome_that_cannot_be_kept_is_a_failure() {
    let place = Place::new();
    place.file("a.txt", "one\n");
    let full = std::fs::File::options().write(true).open("/dev/full").expect("every Linux has it");
    let mut command = place.command();
    command.args(["do", "list files"]).stdout(full);
    finish(command).exits(5).tells("No space left");
}
