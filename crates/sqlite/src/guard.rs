//! What a statement may do, and for how long.

use crate::SqliteError;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::limits::Limit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Bounds of one database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest image in bytes.
    pub image_bytes: usize,
    /// Most bytes of a result.
    pub result_bytes: usize,
    /// Most bytes that SQLite may hold at a time, in this process.
    pub memory_bytes: usize,
    /// Most instructions of SQLite's virtual machine for a statement: a hundred million take some seconds.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { image_bytes: 256 << 20, result_bytes: 256 << 20, memory_bytes: 1 << 30, steps: 500_000_000 }
    }
}

/// Instructions between two looks at the bounds.
const LOOK_EVERY: i32 = 1_000;
/// Functions that read beyond the database or make it a different one each time.
const REFUSED_FUNCTIONS: &[&str] =
    &["load_extension", "random", "randomblob", "fts3_tokenizer", "readfile", "writefile"];

/// Why a statement was stopped.
#[derive(Debug, Default)]
pub(crate) struct Stopped(AtomicU8);

impl Stopped {
    const STEPS: u8 = 1;
    const MEMORY: u8 = 2;

    /// What to tell the person, if it was stopped.
    pub(crate) fn why(&self) -> Option<&'static str> {
        match self.0.load(Ordering::Relaxed) {
            Self::STEPS => Some("the query takes too long; ask for less, or for a part of it"),
            Self::MEMORY => Some("the query needs too much memory; ask for less, or for a part of it"),
            _ => None,
        }
    }
}

/// Makes a connection one that only reads, and only so much.
pub(crate) fn harden(connection: &mut Connection, limits: Limits) -> Result<Arc<Stopped>, SqliteError> {
    let set = |config, value| connection.set_db_config(config, value).map(drop);
    let configured = set(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)
        .and_then(|()| set(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false))
        .and_then(|()| set(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false))
        .and_then(|()| connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"));
    configured.map_err(|error| SqliteError::Damaged(error.to_string()))?;
    let most = i32::try_from(limits.result_bytes).unwrap_or(i32::MAX);
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, most),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value).map_err(|error| SqliteError::Damaged(error.to_string()))?;
    }
    let stopped = Arc::new(Stopped::default());
    let told = Arc::clone(&stopped);
    let (mut looks, most) = (0_u64, limits.steps / u64::from(LOOK_EVERY.unsigned_abs()));
    let watch = move || {
        looks += 1;
        let why = if looks > most {
            Stopped::STEPS
        } else if held() > limits.memory_bytes {
            Stopped::MEMORY
        } else {
            return false;
        };
        told.0.store(why, Ordering::Relaxed);
        true
    };
    connection
        .progress_handler(LOOK_EVERY, Some(watch))
        .and_then(|()| {
            connection.authorizer(Some(|context: rusqlite::hooks::AuthContext<'_>| allowed(&context.action)))
        })
        .map_err(|error| SqliteError::Damaged(error.to_string()))?;
    Ok(stopped)
}

fn allowed(action: &AuthAction<'_>) -> Authorization {
    match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name }
            if !REFUSED_FUNCTIONS.iter().any(|refused| refused.eq_ignore_ascii_case(function_name)) =>
        {
            Authorization::Allow
        }
        // The check for damage.
        AuthAction::Pragma { pragma_name: "quick_check", .. } => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

/// Bytes that SQLite holds in this process.
#[expect(unsafe_code, reason = "the library has no safe way to ask")]
fn held() -> usize {
    // SAFETY: takes no arguments, may be called from any thread at any time (sqlite.org/c3ref/memory_highwater.html).
    let bytes = unsafe { rusqlite::ffi::sqlite3_memory_used() };
    usize::try_from(bytes).unwrap_or(0)
}
