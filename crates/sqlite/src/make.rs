//! A database of a table.

use crate::read::quoted;
use crate::{Limits, SqliteError};
use rusqlite::{Connection, ToSql};

/// What the values of a column are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Integer,
    Real,
    Text,
}

impl Affinity {
    fn name(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
        }
    }

    /// Of a field: a number only if it is written the way it would be written back.
    fn of(field: &str) -> Self {
        if field.parse::<i64>().is_ok_and(|number| number.to_string() == field) {
            return Self::Integer;
        }
        let plain = field.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let leads = field.trim_start_matches('-').starts_with("0.") || !field.trim_start_matches('-').starts_with('0');
        match field.parse::<f64>() {
            Ok(number) if plain && leads && number.is_finite() => Self::Real,
            _ => Self::Text,
        }
    }

    fn with(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Text, _) | (_, Self::Text) => Self::Text,
            _ => Self::Real,
        }
    }
}

/// A database with one table of what is in canonical CSV. Columns of numbers become numbers; empty fields are missing.
///
/// # Errors
/// [`SqliteError::Table`] for what is no table or has more columns than a database takes, [`SqliteError::Limit`].
pub fn make(table: &[u8], name: &str) -> Result<Vec<u8>, SqliteError> {
    let limits = Limits::default();
    if table.len() > limits.image_bytes {
        return Err(SqliteError::Limit(format!("a table may have at most {} MiB", limits.image_bytes >> 20)));
    }
    let bad = |error: csv::Error| SqliteError::Table(error.to_string());
    let wrong = |error: rusqlite::Error| SqliteError::Table(error.to_string());
    let name = if name.trim().is_empty() { "data" } else { name.trim() };
    let mut reader = csv::Reader::from_reader(table);
    let names = reader.headers().map_err(bad)?.clone();
    let mut kinds: Vec<Option<Affinity>> = vec![None; names.len()];
    for record in reader.records() {
        for (kind, field) in kinds.iter_mut().zip(&record.map_err(bad)?) {
            if !field.is_empty() {
                let own = Affinity::of(field);
                *kind = Some(kind.map_or(own, |kind| kind.with(own)));
            }
        }
    }
    let kinds: Vec<Affinity> = kinds.into_iter().map(|kind| kind.unwrap_or(Affinity::Text)).collect();
    let columns: Vec<String> =
        names.iter().zip(&kinds).map(|(name, kind)| format!("{} {}", quoted(name), kind.name())).collect();
    let mut connection = Connection::open_in_memory().map_err(wrong)?;
    connection.execute(&format!("CREATE TABLE {} ({})", quoted(name), columns.join(", ")), []).map_err(wrong)?;
    let places: Vec<&str> = kinds.iter().map(|_| "?").collect();
    let insert = format!("INSERT INTO {} VALUES ({})", quoted(name), places.join(", "));
    let transaction = connection.transaction().map_err(wrong)?;
    {
        let mut statement = transaction.prepare(&insert).map_err(wrong)?;
        let mut reader = csv::Reader::from_reader(table);
        for record in reader.records() {
            let record = record.map_err(bad)?;
            let values: Vec<Box<dyn ToSql>> =
                record.iter().zip(&kinds).map(|(field, kind)| value(field, *kind)).collect();
            let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
            statement.execute(values.as_slice()).map_err(wrong)?;
        }
    }
    transaction.commit().map_err(wrong)?;
    let image = connection.serialize("main").map_err(wrong)?;
    Ok(image.to_vec())
}

fn value(field: &str, kind: Affinity) -> Box<dyn ToSql> {
    match kind {
        _ if field.is_empty() => Box::new(None::<String>),
        Affinity::Integer => Box::new(field.parse::<i64>().ok()),
        Affinity::Real => Box::new(field.parse::<f64>().ok()),
        Affinity::Text => Box::new(field.to_owned()),
    }
}
