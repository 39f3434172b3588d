//! A fresh directory for each case, with one state for all of them.

use base64::Engine as _;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use telos_abi::Resource;
use telos_engine::Stop;
use telos_system::{Ask, Consent, Intent, Person, Places, Report, Step, Telos};

/// Standard input belongs to the process: one case with data piped in at a time.
static STDIN: Mutex<()> = Mutex::new(());

/// Every file by path, and every directory with `None`.
pub(crate) type Tree = BTreeMap<String, Option<Vec<u8>>>;

pub(crate) struct Desk {
    root: tempfile::TempDir,
    telos: Telos,
    used: usize,
}

/// Agrees to what happens below the case's directory, as `--yes` does, and to nothing else. Answers no question.
struct Careful<'a>(&'a [u8]);

impl Person for Careful<'_> {
    fn consent(&self, asks: &[Ask]) -> Vec<Consent> {
        let inside = |ask: &Ask| match &ask.effect.resource {
            Resource::Path(path) => path.as_bytes().starts_with(self.0),
            _ => false,
        };
        asks.iter().map(|ask| if inside(ask) { Consent::GrantedBeforehand } else { Consent::Denied }).collect()
    }

    fn answer(&self, _: &str, _: &[String]) -> Option<String> {
        None
    }

    fn progress(&self, _: Step) {}
}

impl Desk {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for name in ["home", "work", "used"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let places = Places::from_environment(|name| match name {
            "HOME" => Some(root.path().join("home").into()),
            "TELOS_STATE_DIR" => Some(root.path().join("state").into()),
            _ => None,
        })
        .unwrap();
        let telos = Telos::new(places, &root.path().join("work"), None).unwrap();
        Self { root, telos, used: 0 }
    }

    fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Puts the earlier case's files aside (so that no identity is used again), and lays out these.
    pub(crate) fn lay(&mut self, files: &str) {
        self.used += 1;
        std::fs::rename(self.work(), self.root.path().join("used").join(self.used.to_string())).unwrap();
        std::fs::create_dir(self.work()).unwrap();
        // A plan of an earlier case must not answer this one.
        std::fs::remove_dir_all(self.root.path().join("state/plans")).ok();
        std::fs::remove_dir_all(self.root.path().join("state/cells")).ok();
        let files: BTreeMap<String, String> = serde_json::from_str(files).unwrap();
        for (name, content) in files {
            let path = self.work().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes(&content)).unwrap();
        }
    }

    pub(crate) fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        let mut waiting = vec![self.work()];
        while let Some(directory) = waiting.pop() {
            for entry in std::fs::read_dir(&directory).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.work()).unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    tree.insert(name, None);
                    waiting.push(path);
                } else {
                    tree.insert(name, Some(std::fs::read(&path).unwrap()));
                }
            }
        }
        tree
    }

    pub(crate) fn say(&self, text: &str, stdin: Option<&str>) -> Report {
        let _alone = stdin.map(|_| STDIN.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(data) = stdin {
            pipe_in(&self.root.path().join("stdin"), data);
        }
        let intent = Intent { text: text.to_owned(), plan_only: false, stdin_piped: stdin.is_some(), zone: None };
        let inside = std::fs::canonicalize(self.work()).unwrap();
        let person = Careful(inside.as_os_str().as_encoded_bytes());
        self.telos.carry_out(&intent, &person, &Stop::default()).unwrap()
    }
}

/// What a file of the data holds: text, `@N` for N bytes that are no text, or base64 after `base64:`.
fn bytes(content: &str) -> Vec<u8> {
    if let Some(length) = content.strip_prefix('@').and_then(|length| length.parse().ok()) {
        return vec![0xfe; length];
    }
    match content.strip_prefix("base64:") {
        Some(encoded) => {
            let kept: String = encoded.split_whitespace().collect();
            base64::engine::general_purpose::STANDARD.decode(kept).unwrap()
        }
        None => content.as_bytes().to_vec(),
    }
}

fn pipe_in(path: &Path, data: &str) {
    std::fs::File::create(path).unwrap().write_all(data.as_bytes()).unwrap();
    rustix::stdio::dup2_stdin(std::fs::File::open(path).unwrap()).unwrap();
}
