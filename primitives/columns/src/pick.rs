//! What most primitives here share: finding columns, naming new ones, telling what is wrong with a field.

use hashbrown::{HashMap, HashSet};
use telos_pack::{Failure, Held};
use telos_table::Header;

/// Characters of a field that a message shows.
const SHOWN_CHARACTERS: usize = 40;
/// Numbers from this on, and below its inverse, are written with an exponent.
const PLAIN_BELOW: f64 = 1e21;
/// Numbers below this, other than 0, are written with an exponent.
const PLAIN_FROM: f64 = 1e-7;
/// Whole numbers up to this are exact in a double.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Where these columns are, in the order given; each may be named once.
pub(crate) fn positions(header: &Header, columns: &[String]) -> Result<Vec<usize>, Failure> {
    let mut found: Vec<usize> = Vec::with_capacity(columns.len());
    for column in columns {
        let index = header.find(column)?;
        if found.contains(&index) {
            return Err(Failure::bad(format!("column `{column}` is named twice")));
        }
        found.push(index);
    }
    Ok(found)
}

/// As [`positions`], and all of them where none is named.
pub(crate) fn positions_or_all(header: &Header, columns: &[String]) -> Result<Vec<usize>, Failure> {
    if columns.is_empty() { Ok((0..header.names().len()).collect()) } else { positions(header, columns) }
}

/// Finds many columns of one table as [`Header::find`] finds one.
pub(crate) struct Lookup<'h> {
    exact: HashMap<&'h str, usize>,
    /// By the name in lower case; `None` where several columns share it.
    folded: HashMap<String, Option<usize>>,
}

impl<'h> Lookup<'h> {
    pub(crate) fn new(header: &'h Header) -> Self {
        let (mut exact, mut folded) = (HashMap::new(), HashMap::new());
        for (index, name) in header.names().iter().enumerate() {
            exact.entry(name.as_str()).or_insert(index);
            folded.entry(name.to_lowercase()).and_modify(|place| *place = None).or_insert(Some(index));
        }
        Self { exact, folded }
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let folded = || self.folded.get(&name.to_lowercase()).copied().flatten();
        self.exact.get(name).copied().or_else(folded)
    }
}

/// Gives out column names that are distinct: a name that is taken gets a number.
#[derive(Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
    /// The number that a repeated name gets next, so that many repetitions do not count from the start.
    next: HashMap<String, u64>,
}

impl Names {
    pub(crate) fn of(header: &Header) -> Self {
        Self { taken: header.names().iter().cloned().collect(), next: HashMap::new() }
    }

    pub(crate) fn fresh(&mut self, name: &str) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let number = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let candidate = format!("{name}-{number}");
            *number += 1;
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

/// A column's name as a person gives it; it must say something.
pub(crate) fn column_name(name: &str) -> Result<&str, Failure> {
    match name.trim() {
        "" => Err(Failure::bad("the new column has no name")),
        name => Ok(name),
    }
}

/// Whether a field holds no value.
pub(crate) fn is_missing(field: &str) -> bool {
    field.trim().is_empty()
}

/// The beginning of a field, for a message.
pub(crate) fn beginning(field: &str) -> String {
    field.chars().take(SHOWN_CHARACTERS).collect()
}

pub(crate) fn no_number(row: u64, field: &str, column: &str) -> Failure {
    Failure::bad(format!("row {row}: `{}` in column `{column}` is not a number", beginning(field)))
}

/// A number in decimal without the noise of binary arithmetic: whole numbers exactly, others to 15 digits.
pub(crate) fn shown(value: f64) -> String {
    let value = value + 0.0;
    if value.fract() == 0.0 && value.abs() <= WHOLE_MAX {
        return value.to_string();
    }
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    let size = rounded.abs();
    if (PLAIN_FROM..PLAIN_BELOW).contains(&size) { rounded.to_string() } else { format!("{rounded:e}") }
}

/// Refuses to hold or give more than one value may have.
pub(crate) fn within_limit(bytes: usize, what: &str) -> Result<(), Failure> {
    if bytes <= Held::BYTES_MAX {
        return Ok(());
    }
    let most = Held::BYTES_MAX >> 20;
    Err(Failure::Limit(format!("{what} takes more than {most} MiB; keep fewer rows or columns first")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_without_noise() {
        for (value, expected) in [
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (1.0 / 3.0, "0.333333333333333"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (1e300, "1e300"),
            (1.5e-9, "1.5e-9"),
            (1.1 * 1.1, "1.21"),
            (123_456_789.123, "123456789.123"),
        ] {
            assert_eq!(shown(value), expected);
        }
    }

    #[test]
    fn names_are_numbered_once_they_repeat() {
        let mut names = Names::default();
        let given: Vec<String> = ["a", "a", "a-2", "a"].iter().map(|name| names.fresh(name)).collect();
        assert_eq!(given, ["a", "a-2", "a-2-2", "a-3"]);
    }
}
