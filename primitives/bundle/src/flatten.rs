//! `bundle.flatten`: all files in one directory.

use crate::tar::{BLOCK, END, Entry, Walk, Walked, last, padding, write_file};
use hashbrown::{HashMap, HashSet};
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Walked::start(Flatten::default()))
}

#[derive(Default)]
struct Flatten {
    taken: HashSet<String>,
    /// The number that a name gets when it comes again.
    next: HashMap<String, u64>,
    size: u64,
    written: Vec<u8>,
}

impl Flatten {
    /// The last part of a name, numbered before its extension if it is taken.
    fn free(&mut self, name: &str) -> String {
        let name = last(name);
        let mut free = name.to_owned();
        if self.taken.contains(name) {
            let (stem, extension) = match name.rsplit_once('.') {
                Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
                _ => (name, String::new()),
            };
            let number = self.next.entry(name.to_owned()).or_insert(2);
            while self.taken.contains(&free) {
                free = format!("{stem}-{number}{extension}");
                *number += 1;
            }
        }
        self.taken.insert(free.clone());
        free
    }
}

impl Walk for Flatten {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        let name = self.free(entry.name);
        let own = entry.headers.last_chunk::<BLOCK>();
        let own = own.ok_or_else(|| Failure::Internal(String::from("a file has no header")))?;
        self.size = entry.size;
        write_file(&mut self.written, &name, entry.size, own);
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.written.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        self.written.resize(self.written.len() + padding(self.size), 0);
        Ok(())
    }

    fn pause(&mut self, out: &mut Out) -> Result<(), Failure> {
        if self.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.written));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.written.extend_from_slice(&END);
        out.bytes(0, std::mem::take(&mut self.written));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{archive, directory, file, read};
    use telos_pack::testing::run;

    #[test]
    fn names_lose_their_directories_and_stay_different() {
        let long = "é".repeat(80) + ".txt";
        let entries = [
            directory("a"),
            file("a/x.txt", "1"),
            file("b/x.txt", "22"),
            file("x-2.txt", "3"),
            file("c/x.txt", "".repeat(3)),
            file("a/.hidden", "4"),
            file("b/.hidden", "5"),
            file(&format!("a/b/{long}"), "6".repeat(513)),
        ];
        for chunk in [1, 512, 100_000] {
            let given = run(&PACK, "bundle.flatten", &archive(&entries), chunk, &[]).unwrap();
            let files = read(&given.blobs["bundle"]);
            let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
            let expected = ["x.txt", "x-2.txt", "x-2-2.txt", "x-3.txt", ".hidden", ".hidden-2", &long];
            assert_eq!(names, expected);
            assert_eq!(files[1].1, b"22");
            assert_eq!(files[6].1, "6".repeat(513).into_bytes());
        }
    }

    #[test]
    fn an_empty_bundle_stays_one() {
        let given = run(&PACK, "bundle.flatten", &[], 1, &[]).unwrap();
        assert_eq!(given.blobs["bundle"], archive(&[]));
    }

    #[test]
    fn what_is_flat_is_left_as_it_is_read() {
        let bundle = archive(&[file("a", "1"), file("b", "2")]);
        let once = run(&PACK, "bundle.flatten", &bundle, 100, &[]).unwrap().blobs["bundle"].clone();
        assert_eq!(run(&PACK, "bundle.flatten", &once, 100, &[]).unwrap().blobs["bundle"], once);
        assert_eq!(read(&once), read(&bundle));
    }
}
