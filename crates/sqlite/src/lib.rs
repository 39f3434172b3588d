//! SQLite databases as data: bytes in, tables out.
//!
//! 1. **Nothing beyond the bytes.** A database is an image in memory: there is no file that SQL could reach, attach,
//!    write or load, and an authorizer refuses every action but reading.
//! 2. **An end to everything.** Steps, memory, lengths and results have limits, whatever the statement or the image says.
//! 3. **Whatever the image holds, no panic**: SQLite's own checks are on, its schema is not trusted.
//!
//! Not promised: that two versions of SQLite write the same image.

mod guard;
mod image;
mod make;
mod read;

pub use guard::Limits;
pub use make::make;

use rusqlite::Connection;
use std::sync::Arc;
use thiserror::Error;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum SqliteError {
    /// The bytes do not begin as a database does.
    #[error("this is no SQLite database")]
    NotDatabase,
    /// The database is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// There is no such table.
    #[error("there is no table “{name}” in the database; it has {known}")]
    NoTable {
        /// What was asked for.
        name: String,
        /// The names that there are, for a person.
        known: String,
    },
    /// The database has none or several tables, and none was named.
    #[error("name the table to read: the database has {0}")]
    WhichTable(String),
    /// SQL that is not understood or that does more than read.
    #[error("the query cannot be run: {0}")]
    Query(String),
    /// A limit was reached.
    #[error("{0}")]
    Limit(String),
    /// A table that no database can hold.
    #[error("the table cannot be written into a database: {0}")]
    Table(String),
}

/// A database in memory, to be read.
pub struct Database {
    connection: Connection,
    limits: Limits,
    stopped: Arc<guard::Stopped>,
}

#[cfg(test)]
mod tests;
