//! A run is killed at every instant that [`crate::step`] names, and must be found either before or after each act.

use crate::step::KILL_AT;
use crate::testing::{Place, Tree, run, tree};
use crate::{ActState, Host, HostConfig};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use telos_abi::{Durability, Receipt, RecordError, Recorder};

const ROOT: &str = "TELOS_TEST_ROOT";
const TASK: &str = "TELOS_TEST_TASK";

/// Receipts in a file, each whole or absent, as the log keeps them.
struct OnDisk(Mutex<File>);

impl OnDisk {
    fn open(path: &Path) -> Arc<Self> {
        let file = File::options().create(true).append(true).open(path).unwrap();
        Arc::new(Self(Mutex::new(file)))
    }
}

impl Recorder for OnDisk {
    fn record(&self, receipt: &Receipt, _: Durability) -> Result<u64, RecordError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(receipt, &mut bytes).unwrap();
        self.0.lock().unwrap().write_all(&bytes).unwrap();
        Ok(0)
    }
}

fn receipts(path: &Path) -> Vec<Receipt> {
    let Ok(bytes) = std::fs::read(path) else {
        return Vec::new();
    };
    let mut rest = bytes.as_slice();
    let mut out = Vec::new();
    while !rest.is_empty() {
        out.push(ciborium::from_reader(&mut rest).unwrap());
    }
    out
}

/// The work of the child process: every kind of act, and on files of every earlier state.
fn work(host: &Host) {
    host.do_write("new", "created").unwrap();
    host.do_write("old", "overwritten").unwrap();
    host.do_directory("d/e").unwrap();
    host.do_move("moved", "d/e/moved").unwrap();
    host.do_move("onto", "old").unwrap();
    host.do_copy("script", "d/e/copied").unwrap();
    host.do_copy("script", "copied-onto").unwrap();
    host.do_delete("gone").unwrap();
    host.do_link("link", "elsewhere").unwrap();
    host.do_mode("script", 0o711).unwrap();
}

/// Run by [`child`] only; without its environment there is nothing to do.
#[test]
fn child_process() {
    let Some(root) = std::env::var_os(ROOT).map(PathBuf::from) else {
        return;
    };
    let config = HostConfig::new(root.join("state"), root.join("work"));
    let task = std::env::var(TASK).unwrap();
    let number = if task == "undo" { 2 } else { 1 };
    let recorder = OnDisk::open(&root.join(format!("log-{number}")));
    let mut host = Host::open(config, recorder, run(number)).unwrap();
    host.unnamed_first = task != "named";
    if task == "undo" {
        host.do_undo(&receipts(&root.join("log-1"))).unwrap();
    } else {
        work(&host);
    }
}

/// Runs the task in a process that dies at instant `at`. True if it lived to the end.
fn child(root: &Path, task: &str, at: Option<u64>) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash_tests::child_process", "--quiet"]).env(ROOT, root).env(TASK, task);
    if let Some(at) = at {
        command.env(KILL_AT, at.to_string());
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("panicked"), "{text}");
    output.status.success()
}

fn prepare() -> (Place, PathBuf, Tree) {
    let place = Place::new();
    for name in ["old", "moved", "onto", "gone", "script", "copied-onto"] {
        place.put(name, &format!("content of {name}"));
    }
    std::os::unix::fs::symlink("before", place.work().join("link")).unwrap();
    let root = place.work().parent().unwrap().to_path_buf();
    let before = tree(&place.work());
    (place, root, before)
}

/// After a kill: resume settles everything, and undo gives back the state before the run.
fn recover(place: &Place, root: &Path, before: &Tree, at: u64) {
    let log = root.join("log-1");
    let host = Host::open(place.config(), OnDisk::open(&log), run(1)).unwrap();
    let resumed = host.resume(run(1), &receipts(&log)).unwrap();
    for (act, what, state) in &resumed.acts {
        assert!(!matches!(state, ActState::InDoubt(_)), "instant {at}, act {act}: {what:?} is {state:?}");
    }
    assert_eq!(resumed.left, [], "instant {at}");
    let hidden = |tree: &Tree| tree.keys().any(|name| String::from_utf8_lossy(name).contains(".telos-"));
    assert!(!hidden(&tree(&place.work())), "instant {at}");
    let (undoer, _) = place.host(9);
    undoer.do_undo(&receipts(&log)).unwrap();
    assert_eq!(&tree(&place.work()), before, "instant {at}");
}

fn killed_everywhere(task: &str) {
    for at in 0.. {
        let (place, root, before) = prepare();
        let finished = child(&root, task, Some(at));
        recover(&place, &root, &before, at);
        if finished {
            assert!(at > 40, "only {at} instants were reached");
            return;
        }
    }
}

#[test]
fn a_run_killed_at_any_instant_is_recovered() {
    killed_everywhere("work");
}

#[test]
fn so_it_is_where_spools_have_names() {
    killed_everywhere("named");
}

#[test]
fn an_undo_killed_at_any_instant_is_finished_by_another() {
    for at in 0.. {
        let (place, root, before) = prepare();
        assert!(child(&root, "work", None));
        let finished = child(&root, "undo", Some(at));
        let log = root.join("log-2");
        let host = Host::open(place.config(), OnDisk::open(&log), run(2)).unwrap();
        let resumed = host.resume(run(2), &receipts(&log)).unwrap();
        assert_eq!(resumed.left, [], "instant {at}");
        host.do_undo(&receipts(&root.join("log-1"))).unwrap();
        assert_eq!(tree(&place.work()), before, "instant {at}");
        if finished {
            assert!(at > 40, "only {at} instants were reached");
            return;
        }
    }
}
