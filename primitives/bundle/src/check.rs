//! `bundle.check`: whether files are what a list of checksums says.
//!
//! The list may come after the bundle, and only the list tells which digests it has. So every digest is computed that
//! a list may have.

use crate::digests::Hash;
use crate::list::{self, Listed};
use crate::listing::{Listing, within_return};
use crate::tar::{Entry, Reader, Walk, last};
use crate::top::Top;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry as Slot;
use telos_pack::{Args, Failure, Held, Out, Running, Value};

/// Where in the digests of a file each one lies, by the order in which they are computed.
const PARTS: [(&str, std::ops::Range<usize>); 5] =
    [("md5", 0..16), ("sha1", 16..36), ("sha256", 36..68), ("blake3", 68..100), ("sha512", 100..164)];
/// Bytes of all digests of a file.
const DIGESTS_BYTES: usize = 164;

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let hashes: Result<Vec<Hash>, Failure> = PARTS.iter().map(|(algorithm, _)| Hash::new(algorithm)).collect();
    let files = Files { hashes: hashes?, digests: Vec::new(), names: Vec::new(), top: Top::default() };
    Ok(Box::new(Check { reader: Reader::new(), files, list: Held::new() }))
}

struct Check {
    reader: Reader,
    files: Files,
    list: Held,
}

/// The files of the bundle.
struct Files {
    hashes: Vec<Hash>,
    /// [`DIGESTS_BYTES`] for each file, in the order of `names`.
    digests: Vec<u8>,
    names: Vec<String>,
    top: Top,
}

impl Walk for Files {
    fn directory(&mut self, name: &str, _: &mut Out) -> Result<(), Failure> {
        self.top.directory(name);
        Ok(())
    }

    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.top.file(entry.name);
        self.names.push(entry.name.to_owned());
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.hashes.iter_mut().for_each(|hash| hash.update(bytes));
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        let digests = &mut self.digests;
        self.hashes.iter_mut().for_each(|hash| hash.finish(digests));
        Ok(())
    }
}

impl Files {
    /// Whether file number `file` has the digest, of whatever kind has that length.
    fn has(&self, file: usize, digest: &[u8]) -> bool {
        let start = file * DIGESTS_BYTES;
        let digests = self.digests.get(start..start + DIGESTS_BYTES).unwrap_or_default();
        PARTS.iter().any(|(_, part)| digests.get(part.clone()) == Some(digest))
    }

    /// For each listed name the file it means: that name, that name below the common directory, or the only file with
    /// that last part which no other line means.
    fn meant(&self, listed: &[Listed]) -> Vec<Option<usize>> {
        let mut numbers = HashMap::with_capacity(self.names.len());
        // A name that comes twice is what came last, as when the archive is unpacked.
        self.names.iter().enumerate().for_each(|(number, name)| {
            numbers.insert(name.as_str(), number);
        });
        let top = self.top.path();
        let exact = |listed: &Listed| {
            let name = plain(&listed.name);
            numbers.get(name.as_str()).or_else(|| numbers.get(format!("{top}{name}").as_str())).copied()
        };
        let mut meant: Vec<Option<usize>> = listed.iter().map(exact).collect();
        let mut taken = vec![false; self.names.len()];
        meant.iter().flatten().for_each(|number| taken[*number] = true);
        let mut by_last: HashMap<&str, Option<usize>> = HashMap::new();
        for (name, number) in numbers.iter().filter(|(_, number)| !taken[**number]) {
            match by_last.entry(last(name)) {
                Slot::Occupied(mut slot) => *slot.get_mut() = None,
                Slot::Vacant(slot) => {
                    slot.insert(Some(*number));
                }
            }
        }
        for (slot, listed) in meant.iter_mut().zip(listed).filter(|(slot, _)| slot.is_none()) {
            *slot = by_last.get(last(&listed.name)).copied().flatten();
        }
        meant
    }
}

/// A listed name as names in bundles are written.
fn plain(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

impl Running for Check {
    fn push(&mut self, port: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        if port == 0 { self.reader.push(chunk, &mut self.files, out) } else { self.list.push(chunk) }
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.reader.finish()?;
        let list = self.list.take();
        let text = std::str::from_utf8(&list).map_err(|_| Failure::bad("the checksums are not UTF-8 text"))?;
        let listed = list::parse(text)?;
        let meant = self.files.meant(&listed);
        let mut table = Listing::table(0, &["name", "status"]);
        let mut wrong = 0;
        for (listed, file) in listed.iter().zip(meant) {
            let status = match file {
                Some(file) if self.files.has(file, &listed.digest) => "ok",
                Some(_) => "failed",
                None => "missing",
            };
            wrong += u64::from(status != "ok");
            table.row(&[&listed.name, status]);
            within_return(&[&table])?;
        }
        table.flush(out);
        out.count(1, wrong);
        out.value(2, &Value::Bool(wrong == 0));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{Put, archive, directory, file};
    use telos_describe::choose;
    use telos_pack::testing::{Given, run, run_with};
    use telos_pack::{Failure, Value};

    fn check(entries: &[Put], list: &str) -> Result<Given, Failure> {
        let bundle = archive(entries);
        let given = run_with(&PACK, "bundle.check", &[(0, &bundle), (1, list.as_bytes())], 600, &[]);
        let turned = run_with(&PACK, "bundle.check", &[(1, list.as_bytes()), (0, &bundle)], 7, &[]);
        assert_eq!(given, turned);
        given
    }

    fn told(entries: &[Put], list: &str) -> (String, i64, Value) {
        let given = check(entries, list).unwrap();
        (given.text("table"), given.int("count").unwrap(), given.values["valid"].clone())
    }

    const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    #[test]
    fn every_kind_of_checksums_of_a_bundle_holds_for_it() {
        let entries = [directory("d"), file("d/a", "abc"), file("d/two\nlines", ""), file("d/e/b", "x")];
        for algorithm in ["sha256", "sha512", "sha1", "md5", "blake3"] {
            let algorithm = [("algorithm", choose(algorithm))];
            let list = run(&PACK, "bundle.checksums", &archive(&entries), 99, &algorithm).unwrap().text("checksums");
            let (table, wrong, valid) = told(&entries, &list);
            assert_eq!(table, "name,status\nd/a,ok\nd/e/b,ok\n\"d/two\nlines\",ok\n");
            assert_eq!((wrong, valid), (0, Value::Bool(true)));
        }
    }

    #[test]
    fn what_is_changed_or_gone_is_told_and_what_is_not_listed_is_not() {
        let entries = [file("d/a", "abd"), file("d/b", "abc"), file("d/sums.md5", "")];
        let list = format!("{MD5}  d/a\n{SHA1} *./d/b\n{MD5}  d/c\n");
        let expected = (String::from("name,status\nd/a,failed\n./d/b,ok\nd/c,missing\n"), 2, Value::Bool(false));
        assert_eq!(told(&entries, &list), expected);
        assert!(matches!(check(&entries, "no list"), Err(Failure::BadInput(_))));
        assert!(matches!(check(&entries, ""), Err(Failure::BadInput(_))));
    }

    #[test]
    fn names_are_found_below_the_top_and_by_their_last_part_if_it_is_the_only_one() {
        let entries = [file("top/a", "abc"), file("top/x/b", "abc"), file("top/y/b", "-"), file("top/x/c", "abc")];
        let status = |name: &str| {
            let table = told(&entries, &format!("{MD5}  {name}\n")).0;
            table.trim_end().rsplit(',').next().unwrap().to_owned()
        };
        assert_eq!(["a", "x/b", "y/b", "c", "/home/me/c"].map(status), ["ok", "ok", "failed", "ok", "ok"]);
        assert_eq!(["b", "z/b", "d"].map(status), ["missing"; 3]);
        // What another line means by its name is not what a line with a like name means.
        let list = format!("{MD5}  x/c\n{MD5}  z/c\n");
        assert_eq!(told(&entries, &list).0, "name,status\nx/c,ok\nz/c,missing\n");
    }
}
