//! `bundle.text` and `bundle.lines`: the files that are text.

use crate::listing::Listing;
use crate::tar::{Entry, Walk, Walked};
use crate::utf8::Utf8;
use telos_pack::{Args, Failure, Held, Out, Running};

/// Most bytes of all texts: what a call gives at once, less a line feed after each.
const TEXT_BYTES_MAX: usize = Held::BYTES_MAX - (1 << 20);

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn text(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Walked::start(Text::default()))
}

/// Holds all texts, because the order of the bundle need not be that of the names.
#[derive(Default)]
struct Text {
    utf8: Utf8,
    texts: Vec<(String, Vec<u8>)>,
    bytes: usize,
    skipped: u64,
}

impl Walk for Text {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.texts.push((entry.name.to_owned(), Vec::new()));
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        let Some((_, held)) = self.texts.last_mut() else { return Ok(()) };
        let all = &mut self.bytes;
        let text = self.utf8.push(bytes, |piece| {
            *all += piece.len();
            if *all > TEXT_BYTES_MAX {
                return Err(Failure::Limit(format!(
                    "the texts have more than {} MiB; select fewer files before",
                    TEXT_BYTES_MAX >> 20
                )));
            }
            held.extend_from_slice(piece.as_bytes());
            Ok(())
        })?;
        if !text {
            self.bytes -= held.len();
            *held = Vec::new();
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        if !self.utf8.end() {
            let refused = self.texts.pop();
            self.bytes -= refused.map_or(0, |(_, held)| held.len());
            self.skipped += 1;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.texts.sort_by(|one, other| one.0.cmp(&other.0));
        let mut all = Vec::with_capacity(self.bytes + self.texts.len());
        for (_, text) in std::mem::take(&mut self.texts) {
            if all.last().is_some_and(|byte| *byte != b'\n') && !text.is_empty() {
                all.push(b'\n');
            }
            all.extend_from_slice(&text);
        }
        out.bytes(0, all);
        out.count(1, self.skipped);
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn lines(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let table = Listing::table(0, &["name", "lines", "words", "bytes"]);
    Ok(Walked::start(Lines { utf8: Utf8::default(), table, name: String::new(), tally: Tally::default(), skipped: 0 }))
}

struct Lines {
    utf8: Utf8,
    table: Listing,
    name: String,
    tally: Tally,
    skipped: u64,
}

/// What is counted of a file.
#[derive(Default)]
struct Tally {
    lines: u64,
    words: u64,
    bytes: u64,
    last: Option<u8>,
}

impl Tally {
    fn add(&mut self, text: &str) {
        let mut white = self.last.is_none_or(|byte| byte.is_ascii_whitespace());
        for byte in text.bytes() {
            let next = byte.is_ascii_whitespace();
            self.words += u64::from(white & !next);
            self.lines += u64::from(byte == b'\n');
            white = next;
        }
        self.last = text.bytes().next_back();
    }
}

impl Walk for Lines {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        entry.name.clone_into(&mut self.name);
        self.tally = Tally { bytes: entry.size, ..Tally::default() };
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        let tally = &mut self.tally;
        self.utf8.push(bytes, |piece| {
            tally.add(piece);
            Ok(())
        })?;
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        if !self.utf8.end() {
            self.skipped += 1;
            return Ok(());
        }
        let Tally { lines, words, bytes, last } = self.tally;
        let lines = lines + u64::from(last.is_some_and(|byte| byte != b'\n'));
        self.table.row(&[&self.name, &lines.to_string(), &words.to_string(), &bytes.to_string()]);
        Ok(())
    }

    fn pause(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.pause(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        out.count(1, self.skipped);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{archive, directory, file};
    use proptest::prelude::*;
    use telos_pack::Failure;
    use telos_pack::testing::run;

    #[test]
    fn texts_follow_each_other_by_name_and_each_begins_a_line() {
        let bundle = archive(&[
            directory("d"),
            file("d/b.txt", "two\n"),
            file("d/c.txt", ""),
            file("picture.png", [0x89, b'P', 0]),
            file("a.txt", "\u{feff}one"),
            file("z.txt", "é"),
        ]);
        for chunk in [1, 7, 4_096] {
            let given = run(&PACK, "bundle.text", &bundle, chunk, &[]).unwrap();
            assert_eq!((given.text("text").as_str(), given.int("skipped")), ("one\ntwo\né", Some(1)));
            let given = run(&PACK, "bundle.lines", &bundle, chunk, &[]).unwrap();
            let table = "name,lines,words,bytes\nd/b.txt,1,1,4\nd/c.txt,0,0,0\na.txt,1,1,6\nz.txt,1,1,2\n";
            assert_eq!((given.text("table").as_str(), given.int("skipped")), (table, Some(1)));
        }
    }

    #[test]
    fn too_much_text_is_refused_and_what_is_no_text_does_not_count() {
        let large = vec![b'a'; 40 << 20];
        let mut binary = vec![b'a'; 20 << 20];
        binary.push(0xff);
        let bundle = archive(&[file("a", &large), file("b", &binary), file("c", &binary)]);
        let given = run(&PACK, "bundle.text", &bundle, 1 << 20, &[]).unwrap();
        assert_eq!((given.blobs["text"].len(), given.int("skipped")), (large.len(), Some(2)));
        let bundle = archive(&[file("a", &large), file("b", &large)]);
        assert!(matches!(run(&PACK, "bundle.text", &bundle, 1 << 20, &[]), Err(Failure::Limit(_))));
    }

    proptest! {
        #[test]
        fn counts_agree_with_the_standard_library(text in "[ab\n é\t]{0,300}", chunk in 1..2_000_usize) {
            let given = run(&PACK, "bundle.lines", &archive(&[file("a", &text)]), chunk, &[]).unwrap();
            let (lines, words) = (text.lines().count(), text.split_ascii_whitespace().count());
            let expected = format!("name,lines,words,bytes\na,{lines},{words},{}\n", text.len());
            prop_assert_eq!(given.text("table"), expected);
        }
    }
}
