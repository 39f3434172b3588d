//! A throw-away home, state and directory for the real binary.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod person;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// One user with one directory to work in.
pub(crate) struct Place {
    root: tempfile::TempDir,
    /// Where compiled packs are, if not in this place.
    cache: Option<PathBuf>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Fails with everything that was printed unless the exit code is `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Fails unless standard error contains `words`.
    #[track_caller]
    pub(crate) fn tells(self, words: &str) -> Self {
        assert!(self.err.contains(words), "`{words}` is not in stderr:\n{}", self.err);
        self
    }

    /// Fails unless standard output contains `words`.
    #[track_caller]
    pub(crate) fn shows(self, words: &str) -> Self {
        assert!(self.out.contains(words), "`{words}` is not in stdout:\n{}", self.out);
        self
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let code = output.status.code().or_else(|| output.status.signal().map(|signal| 128 + signal)).unwrap_or(-1);
        Self {
            code,
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        for folder in ["home", "work"] {
            fs::create_dir(root.path().join(folder)).expect("a fresh directory is writable");
        }
        Self { root, cache: None }
    }

    /// A place that shares its compiled packs with others of this kind: for tests that wait at a terminal.
    pub(crate) fn with_shared_packs() -> Self {
        Self { cache: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-packs")), ..Self::new() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root().join("state")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    /// Writes a file below the working directory, with the directories above it.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        write(&path, content);
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        fs::symlink_metadata(self.path(name)).is_ok()
    }

    /// The user's policy file.
    pub(crate) fn user_policy(&self, text: &str) {
        write(&self.home().join(".config/telos/policy.toml"), text);
    }

    /// The binary in this place, with nothing of the caller's environment but the search path.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("TELOS_STATE_DIR", self.state())
            .env("LANG", "C.UTF-8")
            // A test's state is its own: nothing goes on in it after a command has ended.
            .env("TELOS_NO_PREPARE", "1")
            .current_dir(self.work())
            .stdin(Stdio::null());
        command.envs(self.cache.iter().map(|cache| ("TELOS_CACHE_DIR", cache)));
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        let mut command = self.command();
        command.args(arguments);
        finish(command)
    }

    /// `telos do …` with flags before the intent.
    pub(crate) fn intent(&self, arguments: &[&str]) -> Said {
        self.run(std::iter::once("do").chain(arguments.iter().copied()))
    }

    /// Runs with `input` piped in.
    pub(crate) fn piped(&self, arguments: &[&str], input: &[u8]) -> Said {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        // A command that does not read its input closes it; that is its right.
        let _ = child.stdin.take().expect("it is piped").write_all(input);
        child.wait_with_output().expect("it ends").into()
    }

    /// `telos verify --json`, whatever its exit code.
    pub(crate) fn verified(&self) -> serde_json::Value {
        self.run(["verify", "--json"]).json()
    }

    /// Every name below the working directory with its mode and content.
    pub(crate) fn picture(&self) -> Vec<(PathBuf, u32, Option<Vec<u8>>)> {
        let mut found = Vec::new();
        let mut open = vec![self.work()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).expect("a directory of the test").flatten() {
                let meta = entry.metadata().expect("it was just listed");
                let content = meta.is_file().then(|| fs::read(entry.path()).expect("a readable file"));
                found.push((entry.path(), meta.permissions().mode(), content));
                if meta.is_dir() {
                    open.push(entry.path());
                }
            }
        }
        found.sort();
        found
    }
}

/// The binary under test. `TELOS_TEST_BINARY` names another copy, so that these tests can be run by an account that
/// cannot see the build folder.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("TELOS_TEST_BINARY").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_telos")), PathBuf::from)
}

pub(crate) fn finish(mut command: Command) -> Said {
    command.output().expect("the binary starts").into()
}

pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("it has a parent")).expect("the test owns the directory");
    fs::write(path, content).expect("the test owns the file");
}

pub(crate) fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the test owns the file");
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
}

/// The words of a JSON field.
#[track_caller]
pub(crate) fn words<'a>(value: &'a serde_json::Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no text in `{field}`: {value}"))
}

/// A place whose host can run agents; prints why not otherwise.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub(crate) fn guarded() -> Option<Place> {
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
pub(crate) fn shell(place: &Place, script: &str) -> Said {
    place.run(["run", "--", "sh", "-c", script])
}

/// Whether a program is on the search path; prints that a test is skipped otherwise.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: {program} does not run here");
    }
    found
}

/// Tells the tests that they were started by [`again_as_an_ordinary_account`].
const AGAIN: &str = "TELOS_TEST_AGAIN";
/// An account without a name or a home on most systems.
const NOBODY: u32 = 65_534;

/// Runs tests of the calling test binary once more under an ordinary account, if this one is root's. Their skips are
/// passed on.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub(crate) fn again_as_an_ordinary_account(tests: &[&str]) {
    use std::os::unix::process::CommandExt;
    if !is_root() || std::env::var_os(AGAIN).is_some() {
        return;
    }
    let shelf = tempfile::tempdir().expect("a temporary directory can be made");
    chmod(shelf.path(), 0o755);
    let scratch = shelf.path().join("scratch");
    fs::create_dir(&scratch).expect("a fresh directory is writable");
    std::os::unix::fs::chown(&scratch, Some(NOBODY), Some(NOBODY)).expect("root may");
    // The build folder may be closed to others. Another name costs nothing; a copy is needed across file systems.
    let shelve = |from: PathBuf, name: &str| {
        let to = shelf.path().join(name);
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to).expect("a program can be copied");
        }
        to
    };
    let own = shelve(std::env::current_exe().expect("a path"), "tests");
    let mut again = Command::new(own);
    again.args(tests).args(["--exact", "--nocapture"]).uid(NOBODY).gid(NOBODY).current_dir(&scratch);
    again.env("TELOS_TEST_BINARY", shelve(binary(), "telos")).env("TMPDIR", &scratch).env("HOME", &scratch);
    again.env(AGAIN, "1");
    let said = finish(again);
    said.err.lines().filter(|line| line.starts_with("skipped")).for_each(|line| eprintln!("ordinary account: {line}"));
    said.exits(0).shows(&format!("{} passed", tests.len()));
}
