//! `bundle.compare`: what two bundles have, and which of it differs.

use crate::digests::{Identifier, Identity};
use crate::listing::{Listing, within_return};
use crate::tar::{Entry, Reader, Walk};
use crate::top::{Top, parent};
use std::collections::BTreeMap;
use telos_pack::{Args, Failure, Out, Running, Value};

/// Directories above a common one that are tried to bring names together.
const ABOVE_MAX: usize = 16;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Compare { readers: [Reader::new(), Reader::new()], sides: <[Side; 2]>::default() }))
}

struct Compare {
    readers: [Reader; 2],
    sides: [Side; 2],
}

/// The files of one bundle.
#[derive(Default)]
struct Side {
    identifier: Identifier,
    name: String,
    files: BTreeMap<String, Identity>,
    top: Top,
}

impl Walk for Side {
    fn directory(&mut self, name: &str, _: &mut Out) -> Result<(), Failure> {
        self.top.directory(name);
        Ok(())
    }

    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.top.file(entry.name);
        entry.name.clone_into(&mut self.name);
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.identifier.update(bytes);
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        self.files.insert(std::mem::take(&mut self.name), self.identifier.finish());
        Ok(())
    }
}

impl Side {
    /// The files by their names below `top`.
    fn below<'a>(&'a self, top: &str) -> BTreeMap<&'a str, Identity> {
        let named = |(name, identity): (&'a String, &Identity)| (name.get(top.len()..).unwrap_or(name), *identity);
        self.files.iter().map(named).collect()
    }
}

/// The directories below which the names of the two sides are compared: the common ones, or one of them and one above
/// the other, whichever gives the most names that both sides have. "minutes" and a "backup" that holds nothing but
/// "minutes" are compared either way.
fn tops<'a>(first: &'a Side, second: &'a Side) -> (&'a str, &'a str) {
    let above = |top: &'a str| {
        let all = std::iter::successors(Some(top), |top| (!top.is_empty()).then(|| parent(top)));
        all.skip(1).take(ABOVE_MAX)
    };
    let (one, other) = (first.top.path(), second.top.path());
    let pairs = std::iter::once((one, other))
        .chain(above(one).map(|top| (top, other)))
        .chain(above(other).map(|top| (one, top)));
    let most = first.files.len().min(second.files.len());
    let mut best = (0, (one, other));
    for (one, other) in pairs {
        let common = common_names(first, one, second, other);
        if common > best.0 {
            best = (common, (one, other));
        }
        if common == most {
            break;
        }
    }
    best.1
}

fn common_names(first: &Side, one: &str, second: &Side, other: &str) -> usize {
    let mut name = String::new();
    let found = first.files.keys().filter(|file| {
        name.clear();
        name.push_str(other);
        name.push_str(file.get(one.len()..).unwrap_or(file));
        second.files.contains_key(&name)
    });
    found.count()
}

impl Running for Compare {
    fn push(&mut self, port: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let side = usize::from(port.min(1));
        self.readers[side].push(chunk, &mut self.sides[side], out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.readers.iter_mut().try_for_each(Reader::finish)?;
        let [first, second] = &self.sides;
        let (one, other) = tops(first, second);
        let (first, second) = (first.below(one), second.below(other));
        let mut differences: Vec<(&str, &str)> = Vec::new();
        for (name, identity) in &first {
            match second.get(name) {
                None => differences.push((name, "only in first")),
                Some(other) if other != identity => differences.push((name, "different")),
                Some(_) => {}
            }
        }
        differences
            .extend(second.keys().filter(|name| !first.contains_key(*name)).map(|name| (*name, "only in second")));
        differences.sort_unstable();
        let mut table = Listing::table(0, &["name", "difference"]);
        for (name, difference) in &differences {
            table.row(&[name, difference]);
            within_return(&[&table])?;
        }
        table.flush(out);
        out.value(1, &Value::Bool(differences.is_empty()));
        out.count(2, differences.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{Put, archive, directory, file};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use telos_pack::Value;
    use telos_pack::testing::run_with;

    fn compared(first: &[Put], second: &[Put]) -> String {
        let (first, second) = (archive(first), archive(second));
        let given = run_with(&PACK, "bundle.compare", &[(0, &first), (1, &second)], 700, &[]).unwrap();
        let turned = run_with(&PACK, "bundle.compare", &[(1, &second), (0, &first)], 3, &[]).unwrap();
        assert_eq!(given, turned);
        let table = given.text("table").strip_prefix("name,difference\n").unwrap().to_owned();
        assert_eq!(given.values["same"], Value::Bool(table.is_empty()));
        assert_eq!(given.int("count"), i64::try_from(table.lines().count()).ok());
        table
    }

    #[test]
    fn differences_are_told_by_name() {
        let first = [directory("m"), file("m/a", "1"), file("m/b", "2"), file("m/c/d", "3")];
        let second = [file("n/a", "1"), file("n/b", "x"), file("n/e", "")];
        assert_eq!(compared(&first, &second), "b,different\nc/d,only in first\ne,only in second\n");
        assert_eq!(compared(&first, &first), "");
        assert_eq!(compared(&[], &[]), "");
        assert_eq!(compared(&[], &[file("a/b", "")]), "b,only in second\n");
    }

    #[test]
    fn where_a_bundle_lay_makes_no_difference() {
        let here = [file("minutes/a", "1"), file("minutes/x/b", "2")];
        let there = [directory("backup/minutes"), file("backup/minutes/a", "1"), file("backup/minutes/x/b", "2")];
        let whole = [directory("backup"), directory("backup/minutes"), file("backup/minutes/a", "1")];
        assert_eq!(compared(&here, &there), "");
        assert_eq!(compared(&there, &here), "");
        assert_eq!(compared(&here, &whole), "minutes/x/b,only in first\n");
    }

    #[test]
    fn a_directory_that_only_one_side_has_more_than_one_of_is_no_common_one() {
        // All that is left of the second lies in `x`, and still it is `x/b` that both have.
        let first = [file("m/a", "1"), file("m/x/b", "2"), file("m/x/c", "2")];
        let second = [file("n/x/b", "2"), file("n/x/c", "3")];
        assert_eq!(compared(&first, &second), "a,only in first\nx/c,different\n");
        assert_eq!(compared(&second, &first), "a,only in second\nx/c,different\n");
    }

    proptest! {
        #[test]
        fn agrees_with_maps(
            first in prop::collection::btree_map("[a-d]", "[xy]", 0..5),
            second in prop::collection::btree_map("[a-d]", "[xy]", 0..5),
        ) {
            let entries = |files: &BTreeMap<String, String>| -> Vec<Put> {
                files.iter().map(|(name, content)| file(name, content)).collect()
            };
            let mut names: Vec<&String> = first.keys().chain(second.keys()).collect();
            names.sort();
            names.dedup();
            let expected: String = names.iter().filter_map(|name| match (first.get(*name), second.get(*name)) {
                (Some(one), Some(other)) if one == other => None,
                (Some(_), Some(_)) => Some(format!("{name},different\n")),
                (Some(_), None) => Some(format!("{name},only in first\n")),
                _ => Some(format!("{name},only in second\n")),
            }).collect();
            prop_assert_eq!(compared(&entries(&first), &entries(&second)), expected);
        }
    }
}
