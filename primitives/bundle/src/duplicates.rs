//! `bundle.duplicates`: files with the same content.

use crate::digests::{Identifier, Identity};
use crate::listing::{Listing, within_return};
use crate::tar::{Entry, Walk, Walked};
use hashbrown::HashMap;
use telos_pack::{Args, Failure, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Walked::start(Duplicates::default()))
}

#[derive(Default)]
struct Duplicates {
    identifier: Identifier,
    files: Vec<(String, Identity)>,
}

impl Walk for Duplicates {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.files.push((entry.name.to_owned(), Identity::default()));
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.identifier.update(bytes);
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        let identity = self.identifier.finish();
        if let Some((_, slot)) = self.files.last_mut() {
            *slot = identity;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.files.sort();
        // A name that comes twice is one file.
        self.files.dedup_by(|one, other| one.0 == other.0);
        let mut alike: HashMap<Identity, u64> = HashMap::new();
        for (_, identity) in &self.files {
            *alike.entry(*identity).or_default() += 1;
        }
        // Groups in the order of their first names, then names in order.
        let mut groups: HashMap<Identity, u64> = HashMap::new();
        let mut rows = Vec::new();
        for (name, identity) in self.files.iter().filter(|(_, identity)| alike.get(identity) > Some(&1)) {
            let next = groups.len() as u64 + 1;
            rows.push((*groups.entry(*identity).or_insert(next), name, identity.0));
        }
        rows.sort();
        let mut table = Listing::table(0, &["group", "name", "size"]);
        let (mut before, mut spare) = (0, 0_u64);
        for (group, name, size) in rows {
            table.row(&[&group.to_string(), name, &size.to_string()]);
            within_return(&[&table])?;
            spare = spare.saturating_add(if group == before { size } else { 0 });
            before = group;
        }
        table.flush(out);
        out.count(1, groups.len() as u64);
        out.count(2, spare);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{archive, directory, file};
    use proptest::prelude::*;
    use telos_pack::testing::run;

    #[test]
    fn files_with_the_same_content_are_grouped() {
        let bundle = archive(&[
            file("z.txt", "one"),
            directory("d"),
            file("b.txt", "two"),
            file("d/a.txt", "one"),
            file("c.txt", "one"),
            file("e", ""),
            file("f", "two"),
            file("only", "three"),
        ]);
        for chunk in [1, 512, 9_999] {
            let given = run(&PACK, "bundle.duplicates", &bundle, chunk, &[]).unwrap();
            let table = "group,name,size\n1,b.txt,3\n1,f,3\n2,c.txt,3\n2,d/a.txt,3\n2,z.txt,3\n";
            assert_eq!(given.text("table"), table);
            assert_eq!((given.int("count"), given.int("bytes")), (Some(2), Some(9)));
        }
    }

    #[test]
    fn without_copies_there_are_no_groups() {
        for bundle in [archive(&[]), archive(&[file("a", "")]), archive(&[file("a", "x"), file("b", "y")])] {
            let given = run(&PACK, "bundle.duplicates", &bundle, 100, &[]).unwrap();
            assert_eq!((given.text("table").as_str(), given.int("count")), ("group,name,size\n", Some(0)));
        }
    }

    proptest! {
        #[test]
        fn groups_are_those_of_the_contents(contents in prop::collection::vec("[ab]{0,2}", 0..12)) {
            let entries: Vec<_> =
                contents.iter().enumerate().map(|(number, content)| file(&format!("{number:02}"), content)).collect();
            let given = run(&PACK, "bundle.duplicates", &archive(&entries), 700, &[]).unwrap();
            let alike = |content: &String| contents.iter().filter(|other| *other == content).count();
            let rows = contents.iter().filter(|content| alike(content) > 1).count();
            prop_assert_eq!(given.text("table").lines().count(), rows + 1);
            let mut groups: Vec<&String> = contents.iter().filter(|content| alike(content) > 1).collect();
            groups.sort();
            groups.dedup();
            prop_assert_eq!(given.int("count"), i64::try_from(groups.len()).ok());
        }
    }
}
