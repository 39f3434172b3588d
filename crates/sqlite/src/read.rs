//! Tables and results as CSV.

use crate::{Database, SqliteError};
use rusqlite::types::ValueRef;
use std::collections::BTreeSet;

/// Bytes of a binary value that are shown.
const BLOB_SHOWN: usize = 32;

impl Database {
    /// The tables and views: `name`, `kind`, `rows`, `columns`; and how many there are.
    ///
    /// # Errors
    /// [`SqliteError::Damaged`], [`SqliteError::Limit`].
    pub fn tables(&self) -> Result<(Vec<u8>, usize), SqliteError> {
        let mut out = csv::WriterBuilder::new().from_writer(Vec::new());
        let wrote = |error: csv::Error| SqliteError::Limit(error.to_string());
        out.write_record(["name", "kind", "rows", "columns"]).map_err(wrote)?;
        let names = self.names()?;
        for (name, kind) in &names {
            let quoted = quoted(name);
            // A view may be of a table that is no more.
            let rows = self.one(&format!("SELECT count(*) FROM {quoted}")).unwrap_or_default();
            let columns = self.connection.prepare(&format!("SELECT * FROM {quoted}"));
            let columns = columns.map_or_else(|_| String::new(), |found| found.column_count().to_string());
            out.write_record([name, kind, &rows, &columns]).map_err(wrote)?;
        }
        let bytes = out.into_inner().map_err(|error| SqliteError::Limit(error.to_string()))?;
        Ok((bytes, names.len()))
    }

    /// Names of tables and views, and the columns of each: what a glance shows.
    ///
    /// # Errors
    /// As [`Database::tables`].
    pub fn columns(&self) -> Result<Vec<(String, Vec<String>)>, SqliteError> {
        let of = |name: String| {
            let found = self.connection.prepare(&format!("SELECT * FROM {}", quoted(&name)));
            let columns = found.map(|found| found.column_names().map(str::to_owned).collect());
            (name, columns.unwrap_or_default())
        };
        Ok(self.names()?.into_iter().map(|(name, _)| of(name)).collect())
    }

    /// The statements that made the tables, views and indices, or those of one table.
    ///
    /// # Errors
    /// [`SqliteError::NoTable`], and as [`Database::tables`].
    pub fn schema(&self, table: Option<&str>) -> Result<String, SqliteError> {
        let table = table.map(|table| self.named(table)).transpose()?;
        let sql = "SELECT tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid";
        let mut found = self.prepared(sql)?;
        let rows = found.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        let mut out = String::new();
        for row in rows.map_err(|error| self.failure(&error))? {
            let (of, sql) = row.map_err(|error| self.failure(&error))?;
            if table.as_ref().is_none_or(|table| *table == of) {
                out.push_str(&sql);
                out.push_str(";\n");
            }
        }
        Ok(out)
    }

    /// A table or view whole; without a name the only one.
    ///
    /// # Errors
    /// [`SqliteError::NoTable`], [`SqliteError::WhichTable`], and as [`Database::query`].
    pub fn table(&self, name: Option<&str>) -> Result<(Vec<u8>, u64), SqliteError> {
        let name = match name {
            Some(name) => self.named(name)?,
            None => match self.names()?.as_slice() {
                [(name, _)] => name.clone(),
                names => return Err(SqliteError::WhichTable(listed(names))),
            },
        };
        self.query(&format!("SELECT * FROM {}", quoted(&name)))
    }

    /// The first rows of the table or view of this very name.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub fn beginning(&self, table: &str, rows: usize) -> Result<(Vec<u8>, u64), SqliteError> {
        self.query(&format!("SELECT * FROM {} LIMIT {rows}", quoted(table)))
    }

    /// What one statement gives, as canonical CSV, and how many rows that are. Columns of one name get numbers; what is
    /// missing is an empty field, binary values are shown in hexadecimal.
    ///
    /// # Errors
    /// [`SqliteError::Query`] for what is not understood or does more than read, [`SqliteError::Limit`].
    pub fn query(&self, sql: &str) -> Result<(Vec<u8>, u64), SqliteError> {
        let mut found = self.prepared(sql)?;
        let names = distinct(found.column_names());
        if names.is_empty() {
            return Err(SqliteError::Query("it gives no table; only SELECT does".to_owned()));
        }
        let mut out = csv::WriterBuilder::new().from_writer(Vec::new());
        let wrote = |error: csv::Error| SqliteError::Limit(error.to_string());
        out.write_record(&names).map_err(wrote)?;
        let (mut count, mut bytes) = (0_u64, 0_usize);
        let mut rows = found.query([]).map_err(|error| self.failure(&error))?;
        while let Some(row) = rows.next().map_err(|error| self.failure(&error))? {
            for at in 0..names.len() {
                let field = field(row.get_ref(at).map_err(|error| self.failure(&error))?);
                bytes += field.len() + 1;
                if bytes > self.limits.result_bytes {
                    let most = self.limits.result_bytes >> 20;
                    return Err(SqliteError::Limit(format!("the result is larger than {most} MiB; ask for less")));
                }
                out.write_field(field).map_err(wrote)?;
            }
            out.write_record(None::<&[u8]>).map_err(wrote)?;
            count += 1;
        }
        let bytes = out.into_inner().map_err(|error| SqliteError::Limit(error.to_string()))?;
        Ok((bytes, count))
    }

    /// Tables and views by name with their kind, without those of SQLite itself, in the order they were made.
    fn names(&self) -> Result<Vec<(String, String)>, SqliteError> {
        let sql = "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' \
                   ESCAPE '\\' ORDER BY rowid";
        let mut found = self.prepared(sql)?;
        let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let rows = rows.and_then(Iterator::collect::<Result<Vec<_>, _>>);
        rows.map_err(|error| self.failure(&error))
    }

    /// The table that is meant: by its name, whatever the case of its letters, or as one or several of the thing.
    fn named(&self, said: &str) -> Result<String, SqliteError> {
        let names = self.names()?;
        let plain = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
        let wanted = plain(said.trim());
        let exact = names.iter().find(|(name, _)| name == said);
        let same = || names.iter().find(|(name, _)| plain(name) == wanted);
        let number = || {
            let one = |name: &str| name.strip_suffix('s').map_or_else(|| name.to_owned(), str::to_owned);
            names.iter().find(|(name, _)| one(&plain(name)) == one(&wanted))
        };
        match exact.or_else(same).or_else(number) {
            Some((name, _)) => Ok(name.clone()),
            None => Err(SqliteError::NoTable { name: said.to_owned(), known: listed(&names) }),
        }
    }

    fn prepared(&self, sql: &str) -> Result<rusqlite::Statement<'_>, SqliteError> {
        self.connection.prepare(sql).map_err(|error| self.failure(&error))
    }

    fn one(&self, sql: &str) -> Result<String, SqliteError> {
        let count = self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        count.map(|count| count.to_string()).map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &rusqlite::Error) -> SqliteError {
        match (self.stopped.why(), error) {
            (Some(why), _) => SqliteError::Limit(why.to_owned()),
            (None, rusqlite::Error::SqliteFailure(code, _))
                if code.code == rusqlite::ErrorCode::AuthorizationForStatementDenied =>
            {
                SqliteError::Query("it may only read from this database".to_owned())
            }
            (None, error) => SqliteError::Query(error.to_string()),
        }
    }
}

fn listed(names: &[(String, String)]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(|(name, _)| name.as_str()).collect();
    match names.len() {
        0 => "no tables".to_owned(),
        more if more > SHOWN => format!("{} and {} more", shown.join(", "), more - SHOWN),
        _ => shown.join(", "),
    }
}

/// A name as SQL quotes it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names of columns, each once.
fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let once = |name: &str| {
        let mut name_once = name.to_owned();
        let mut number = 2;
        while !seen.insert(name_once.clone()) {
            name_once = format!("{name}_{number}");
            number += 1;
        }
        name_once
    };
    names.map(once).collect()
}

fn field(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => {
            let digits: String = bytes.iter().take(BLOB_SHOWN).map(|byte| format!("{byte:02x}")).collect();
            let more = if bytes.len() > BLOB_SHOWN { format!("… ({} bytes)", bytes.len()) } else { String::new() };
            format!("x'{digits}'{more}")
        }
    }
}
