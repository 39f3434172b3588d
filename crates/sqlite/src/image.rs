//! Opening an image.

use crate::{Database, Limits, SqliteError, guard};
use rusqlite::Connection;

/// How every database begins (sqlite.org/fileformat.html, section 1.3).
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the header tells how the file is written and read; 2 is by a write-ahead log.
const VERSIONS: std::ops::Range<usize> = 18..20;
const BY_JOURNAL: u8 = 1;

impl Database {
    /// Opens an image within the usual limits.
    ///
    /// # Errors
    /// [`SqliteError::NotDatabase`], [`SqliteError::Damaged`], [`SqliteError::Limit`].
    pub fn load(image: Vec<u8>) -> Result<Self, SqliteError> {
        Self::load_within(image, Limits::default())
    }

    /// Opens an image within limits. What a write-ahead log beside the file holds is not in it. O(image).
    ///
    /// # Errors
    /// As [`Database::load`].
    pub fn load_within(mut image: Vec<u8>, limits: Limits) -> Result<Self, SqliteError> {
        if image.len() > limits.image_bytes {
            return Err(SqliteError::Limit(format!("a database may have at most {} MiB", limits.image_bytes >> 20)));
        }
        if !image.starts_with(MAGIC) {
            return Err(SqliteError::NotDatabase);
        }
        // In memory there is no log beside it.
        if let Some(versions) = image.get_mut(VERSIONS) {
            versions.fill(BY_JOURNAL);
        }
        let damaged = |error: rusqlite::Error| SqliteError::Damaged(error.to_string());
        let mut connection = Connection::open_in_memory().map_err(damaged)?;
        connection.deserialize_read_exact("main", image.as_slice(), image.len(), true).map_err(damaged)?;
        let stopped = guard::harden(&mut connection, limits)?;
        let database = Self { connection, limits, stopped };
        database.check()?;
        Ok(database)
    }

    /// Looks for damage.
    fn check(&self) -> Result<(), SqliteError> {
        let found = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        match found {
            Ok(found) if found == "ok" => Ok(()),
            Ok(found) => Err(SqliteError::Damaged(found)),
            Err(error) => Err(match self.stopped.why() {
                Some(why) => SqliteError::Limit(why.to_owned()),
                None => SqliteError::Damaged(error.to_string()),
            }),
        }
    }
}
