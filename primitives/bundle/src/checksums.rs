//! `bundle.checksums`: a digest for each file.

use crate::digests::{Hash, digits};
use crate::listing::{Listing, within_return};
use crate::tar::{Entry, Walk, Walked};
use telos_pack::{Args, Failure, Out, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let hash = Hash::new(&args.choice(1)?)?;
    Ok(Walked::start(Checksums { hash, files: Vec::new() }))
}

struct Checksums {
    hash: Hash,
    /// Names and digests.
    files: Vec<(String, Vec<u8>)>,
}

impl Walk for Checksums {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.files.push((entry.name.to_owned(), Vec::new()));
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.hash.update(bytes);
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        if let Some((_, digest)) = self.files.last_mut() {
            self.hash.finish(digest);
            digest.shrink_to_fit();
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.files.sort();
        let mut lines = Listing::lines(0);
        let mut table = Listing::table(1, &["digest", "name"]);
        for (name, digest) in std::mem::take(&mut self.files) {
            let digest = digits(&digest);
            // As sha256sum does: a backslash before the digest says that the name is written with escapes.
            let escaped = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
            let mark = if escaped == name { "" } else { "\\" };
            lines.bytes(format!("{mark}{digest}  {escaped}\n").as_bytes());
            table.row(&[&digest, &name]);
            within_return(&[&lines, &table])?;
        }
        lines.flush(out);
        table.flush(out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{archive, directory, file};
    use telos_describe::choose;
    use telos_pack::testing::run;

    /// Published vectors of "abc" (FIPS 180-4, RFC 1321) and of the empty input (BLAKE3's own).
    const VECTORS: [(&str, &str, &str); 5] = [
        ("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "sha512",
            "abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        ("sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("md5", "abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("blake3", "", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
    ];

    #[test]
    fn published_vectors_hold_for_each_file_and_names_are_in_order() {
        for (algorithm, content, digest) in VECTORS {
            let bundle = archive(&[file("d/b,c", content), directory("e"), file("a", content)]);
            for chunk in [1, 600, 10_000] {
                let given =
                    run(&PACK, "bundle.checksums", &bundle, chunk, &[("algorithm", choose(algorithm))]).unwrap();
                assert_eq!(given.text("checksums"), format!("{digest}  a\n{digest}  d/b,c\n"), "{algorithm}");
                assert_eq!(given.text("table"), format!("digest,name\n{digest},a\n{digest},\"d/b,c\"\n"));
            }
        }
        let given = run(&PACK, "bundle.checksums", &[], 1, &[]).unwrap();
        assert_eq!((given.text("checksums").as_str(), given.text("table").as_str()), ("", "digest,name\n"));
    }

    #[test]
    fn names_are_escaped_as_the_usual_program_does() {
        let bundle = archive(&[file("a\nb", "")]);
        let given = run(&PACK, "bundle.checksums", &bundle, 512, &[("algorithm", choose("md5"))]).unwrap();
        assert_eq!(given.text("checksums"), "\\d41d8cd98f00b204e9800998ecf8427e  a\\nb\n");
    }
}
