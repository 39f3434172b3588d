//! `bundle.files` and `bundle.names`: what there is.

use crate::listing::Listing;
use crate::tar::{Entry, Walk, Walked};
use telos_pack::{Args, Failure, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn files(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let table = Listing::table(0, &["name", "size", "kind"]);
    Ok(Walked::start(Files { table, count: 0, bytes: 0 }))
}

struct Files {
    table: Listing,
    count: u64,
    bytes: u64,
}

impl Walk for Files {
    fn directory(&mut self, name: &str, _: &mut Out) -> Result<(), Failure> {
        self.table.row(&[name, "0", "directory"]);
        Ok(())
    }

    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.table.row(&[entry.name, &entry.size.to_string(), "file"]);
        self.count += 1;
        self.bytes = self.bytes.saturating_add(entry.size);
        Ok(())
    }

    fn pause(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.pause(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        out.count(1, self.count);
        out.count(2, self.bytes);
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn names(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Walked::start(Names { lines: Listing::lines(0) }))
}

struct Names {
    lines: Listing,
}

impl Walk for Names {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.lines.name(entry.name);
        Ok(())
    }

    fn pause(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.pause(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.flush(out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{archive, directory, file};
    use telos_pack::testing::run;

    #[test]
    fn files_and_directories_are_listed_in_the_order_of_the_bundle() {
        let bundle = archive(&[directory("b"), file("b/ä,\"x\".txt", "hello"), file("a", "")]);
        for chunk in [1, 511, 513, 100_000] {
            let given = run(&PACK, "bundle.files", &bundle, chunk, &[]).unwrap();
            let table = "name,size,kind\nb,0,directory\n\"b/ä,\"\"x\"\".txt\",5,file\na,0,file\n";
            assert_eq!(given.text("table"), table);
            assert_eq!((given.int("count"), given.int("bytes")), (Some(2), Some(5)));
            let given = run(&PACK, "bundle.names", &bundle, chunk, &[]).unwrap();
            assert_eq!(given.text("names"), "b/ä,\"x\".txt\na\n");
        }
    }

    #[test]
    fn an_empty_bundle_has_no_files() {
        for bundle in [Vec::new(), archive(&[]), archive(&[directory("empty")])] {
            let given = run(&PACK, "bundle.files", &bundle, 100, &[]).unwrap();
            assert_eq!((given.int("count"), given.int("bytes")), (Some(0), Some(0)));
            assert!(given.text("table").starts_with("name,size,kind\n"));
            assert_eq!(run(&PACK, "bundle.names", &bundle, 100, &[]).unwrap().text("names"), "");
        }
    }

    #[test]
    fn a_name_stays_on_its_line() {
        let given = run(&PACK, "bundle.names", &archive(&[file("two\nlines", "")]), 99, &[]).unwrap();
        assert_eq!(given.text("names"), "two\\nlines\n");
    }
}
