//! Which label a file's content keeps when the run that wrote it is over.
//!
//! A view in SQLite, rebuildable from receipts. A file is found again by its identity, so that it keeps its label
//! when somebody renames it, and by its path, so that it keeps its label when an editor replaces it. Where both are
//! known and differ the answer is their join: too much rather than too little.

use crate::store::private_directory;
use crate::{HostError, Identity};
use rusqlite::{Connection, OpenFlags, params};
use std::fs::{File, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use telos_abi::{Label, Secrecy, Taint};

/// How long one run waits for another that is writing the view.
const WAIT: Duration = Duration::from_secs(10);

/// The view of one state directory. Opened at the first question, and only if it exists or must be made.
#[derive(Debug)]
pub(crate) struct Labels {
    path: PathBuf,
    connection: Mutex<Option<Connection>>,
}

impl Labels {
    pub(crate) fn new(state: &Path) -> Self {
        Self { path: state.join("labels.sqlite"), connection: Mutex::new(None) }
    }

    /// The label of a file by identity or path; bottom for a file never written by Telos.
    pub(crate) fn get(&self, identity: Option<Identity>, path: &[u8]) -> Result<Label, HostError> {
        let Some(guard) = self.open(false)? else {
            return Ok(Label::BOTTOM);
        };
        let Some(connection) = guard.as_ref() else {
            return Ok(Label::BOTTOM);
        };
        let [device, inode, birth] = columns(identity);
        self.explain(join_of(
            connection,
            "select secrecy, taint from label where path = ?1 or (device = ?2 and inode = ?3 and birth = ?4)",
            params![path, device, inode, birth],
        ))
    }

    /// Paths at which content that not everyone may learn was written, at most `limit`.
    pub(crate) fn secret_paths(&self, limit: usize) -> Result<Vec<Vec<u8>>, HostError> {
        let Some(guard) = self.open(false)? else {
            return Ok(Vec::new());
        };
        let Some(connection) = guard.as_ref() else {
            return Ok(Vec::new());
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.explain((|| {
            let mut asked = connection.prepare("select distinct path from label where secrecy != 0 limit ?1")?;
            asked.query_map(params![limit], |row| row.get(0))?.collect()
        })())
    }

    /// Says that the file `identity`, at `path`, now has exactly this label: its content was replaced as a whole.
    pub(crate) fn set(&self, identity: Identity, path: &[u8], label: Label) -> Result<(), HostError> {
        let Some(mut guard) = self.open(label != Label::BOTTOM)? else {
            return Ok(());
        };
        let Some(connection) = guard.as_mut() else {
            return Ok(());
        };
        let [device, inode, birth] = columns(Some(identity));
        self.explain((|| {
            connection.execute(
                "insert or replace into label (device, inode, birth, path, secrecy, taint) values (?1, ?2, ?3, ?4, ?5, ?6)",
                params![device, inode, birth, path, bits(label.secrecy.0), bits(label.taint.0)],
            )?;
            Ok(())
        })())
    }

    /// Says that nothing but `identity` stands at `path` any more. Called after the act, so that a crash between
    /// leaves a file with too much of a label, never with too little.
    pub(crate) fn settle(&self, identity: Option<Identity>, path: &[u8]) -> Result<(), HostError> {
        let Some(guard) = self.open(false)? else {
            return Ok(());
        };
        let Some(connection) = guard.as_ref() else {
            return Ok(());
        };
        let [device, inode, birth] = columns(identity);
        self.explain((|| {
            connection.execute(
                "delete from label where path = ?1 and not (device = ?2 and inode = ?3 and birth = ?4)",
                params![path, device, inode, birth],
            )?;
            Ok(())
        })())
    }

    /// Forgets everything, before a rebuild.
    pub(crate) fn clear(&self) -> Result<(), HostError> {
        let mut guard = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        *guard = None;
        for suffix in ["", "-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            match std::fs::remove_file(&name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(HostError::std("remove", name.as_bytes())(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The connection, or `None` where there is no view and none is wanted.
    fn open(&self, create: bool) -> Result<Option<MutexGuard<'_, Option<Connection>>>, HostError> {
        let mut guard = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.is_some() {
            return Ok(Some(guard));
        }
        if !create && !self.path.exists() {
            return Ok(None);
        }
        if let Some(state) = self.path.parent() {
            private_directory(state).map_err(HostError::std("make", state.as_os_str().as_bytes()))?;
        }
        let _alone = self.lock()?;
        self.make_private()?;
        *guard = Some(self.explain(connect(&self.path))?);
        Ok(Some(guard))
    }

    /// Held while a connection is set up: SQLite changes the journal mode without waiting for anyone who is about to
    /// do the same, whatever its busy timeout (`sqlite3BtreeSetVersion` asks with a read transaction open).
    fn lock(&self) -> Result<File, HostError> {
        let path = self.path.with_extension("lock");
        let shown = path.as_os_str().as_bytes();
        let file = private().truncate(false).create(true).open(&path).map_err(HostError::std("open", shown))?;
        file.lock().map_err(HostError::std("lock", shown))?;
        Ok(file)
    }

    /// SQLite gives its companion files the mode of the first, so that one is made private before SQLite sees it. One
    /// that exists is not opened: closing it would give up the locks that this process holds on it (fcntl(2)).
    fn make_private(&self) -> Result<(), HostError> {
        match private().create_new(true).open(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(HostError::std("create", self.path.as_os_str().as_bytes())(error))
            }
            _ => Ok(()),
        }
    }

    fn explain<T>(&self, result: rusqlite::Result<T>) -> Result<T, HostError> {
        result.map_err(|error| HostError::Labels {
            path: self.path.as_os_str().as_bytes().into(),
            why: error.to_string(),
        })
    }
}

/// For files that only this account may read.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true).mode(0o600);
    options
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(WAIT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A label must be on the disk before the file it belongs to appears.
    connection.pragma_update(None, "synchronous", "full")?;
    let known: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    if known == 0 {
        connection.execute_batch(
            "begin immediate;
             create table if not exists label (
                 device integer not null, inode integer not null, birth integer not null,
                 path blob not null, secrecy integer not null, taint integer not null,
                 primary key (device, inode, birth)) without rowid;
             create index if not exists label_path on label (path);
             pragma user_version = 1;
             commit;",
        )?;
    }
    Ok(connection)
}

fn join_of(connection: &Connection, query: &str, values: impl rusqlite::Params) -> rusqlite::Result<Label> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(values)?;
    let mut label = Label::BOTTOM;
    while let Some(row) = rows.next()? {
        label = label.join(Label {
            secrecy: Secrecy(row.get::<_, i64>(0)?.cast_unsigned()),
            taint: Taint(row.get::<_, i64>(1)?.cast_unsigned()),
        });
    }
    Ok(label)
}

/// SQLite's integers are signed; the bits are what counts.
fn bits(set: u64) -> i64 {
    set.cast_signed()
}

fn columns(identity: Option<Identity>) -> [i64; 3] {
    identity.map_or([-1, -1, -1], |identity| [bits(identity.device), bits(identity.inode), identity.birth_ns])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: Label = Label::secret(Secrecy::ALL);
    const NETWORK: Label = Label::tainted(Taint::NETWORK);

    fn file(inode: u64) -> Identity {
        Identity { device: u64::MAX - 7, inode, birth_ns: 5 }
    }

    #[test]
    fn found_by_identity_and_by_path() {
        let state = tempfile::tempdir().unwrap();
        let labels = Labels::new(state.path());
        assert_eq!(labels.get(Some(file(1)), b"/a").unwrap(), Label::BOTTOM);
        assert!(!labels.path.exists(), "a question makes no view");
        labels.set(file(1), b"/a", SECRET).unwrap();
        let again = Labels::new(state.path());
        assert_eq!(again.get(Some(file(1)), b"/renamed").unwrap(), SECRET);
        assert_eq!(again.get(Some(file(2)), b"/a").unwrap(), SECRET);
        assert_eq!(again.get(Some(file(2)), b"/b").unwrap(), Label::BOTTOM);
    }

    #[test]
    fn replaced_content_settles_to_the_new_label() {
        let state = tempfile::tempdir().unwrap();
        let labels = Labels::new(state.path());
        labels.set(file(1), b"/a", SECRET).unwrap();
        labels.set(file(2), b"/a", NETWORK).unwrap();
        assert_eq!(labels.get(Some(file(2)), b"/a").unwrap(), SECRET.join(NETWORK), "before the act settles, both");
        labels.settle(Some(file(2)), b"/a").unwrap();
        assert_eq!(labels.get(Some(file(2)), b"/a").unwrap(), NETWORK);
        labels.settle(None, b"/a").unwrap();
        assert_eq!(labels.get(Some(file(2)), b"/a").unwrap(), Label::BOTTOM);
    }

    #[test]
    fn a_damaged_view_is_an_error_and_not_an_absent_label() {
        let state = tempfile::tempdir().unwrap();
        std::fs::write(state.path().join("labels.sqlite"), vec![7; 8192]).unwrap();
        let labels = Labels::new(state.path());
        assert!(matches!(labels.get(Some(file(1)), b"/a"), Err(HostError::Labels { .. })));
        labels.clear().unwrap();
        assert_eq!(labels.get(Some(file(1)), b"/a").unwrap(), Label::BOTTOM);
    }

    #[test]
    fn many_runs_write_at_once() {
        let state = tempfile::tempdir().unwrap();
        let runs = 8;
        let together = std::sync::Barrier::new(runs);
        std::thread::scope(|scope| {
            for run in (0..).take(runs) {
                let (path, together) = (state.path(), &together);
                scope.spawn(move || {
                    let labels = Labels::new(path);
                    together.wait();
                    for index in 0..5 {
                        let name = format!("/{run}/{index}");
                        labels.set(file(run * 100 + index), name.as_bytes(), SECRET).unwrap();
                    }
                });
            }
        });
        let labels = Labels::new(state.path());
        assert_eq!(labels.get(None, b"/3/4").unwrap(), SECRET);
    }
}
