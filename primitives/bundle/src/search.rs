//! `bundle.search`: lines that match, in all files that are text.
//!
//! Whether a file is text is known at its end only, so what was found in it waits until then. When much waits, the
//! file counts as text, and one that turns out to be none later is refused.

use crate::listing::Listing;
use crate::matcher::{Matcher, content};
use crate::tar::{Entry, Walk, Walked};
use crate::utf8::Utf8;
use telos_pack::{Args, Failure, LineSink, Lines, Out, Running};
use telos_table::write_row;

/// Bytes of rows of one file that wait for its end.
const WAITING_BYTES_MAX: usize = 8 << 20;
/// Most bytes of rows that one chunk may lead to. Less than a call can give at once.
const STEP_BYTES_MAX: usize = 48 << 20;
/// Most bytes of all rows.
const TABLE_BYTES_MAX: u64 = 1 << 30;
/// Most bytes of a line that are shown, so that a row stays within what readers of tables take.
const SHOWN_BYTES_MAX: usize = 1 << 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let pattern = args.text(1)?;
    let matcher = Matcher::new(&pattern, args.flag(2)?, args.flag(3)?)?;
    Ok(Walked::start(Search {
        utf8: Utf8::default(),
        lines: Lines::new(),
        file: File { matcher, name: String::new(), line: 0, rows: Vec::new(), found: 0, given: false },
        table: Listing::table(0, &["name", "line", "text"]),
        names: Listing::lines(1),
        count: 0,
        files: 0,
        skipped: 0,
        bytes: 0,
    }))
}

struct Search {
    utf8: Utf8,
    lines: Lines,
    file: File,
    table: Listing,
    names: Listing,
    count: u64,
    files: u64,
    skipped: u64,
    bytes: u64,
}

/// The file that is read.
struct File {
    matcher: Matcher,
    name: String,
    /// Lines before the next one.
    line: u64,
    /// What was found and waits.
    rows: Vec<u8>,
    /// Number of rows, those that left included.
    found: u64,
    /// Whether rows left before the end of the file.
    given: bool,
}

impl LineSink for File {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        let mut from = 0;
        while let Some((start, end)) = self.matcher.next_line(block, from) {
            self.line += line_feeds(&block[from..start]) + 1;
            self.row(content(&block[start..end]));
            if self.rows.len() > STEP_BYTES_MAX {
                return Err(Failure::Limit(format!(
                    "`{}` has too many lines that match; search for something more special",
                    self.name
                )));
            }
            from = end;
        }
        self.line += line_feeds(&block[from..]);
        Ok(())
    }
}

impl File {
    fn row(&mut self, line: &[u8]) {
        self.found += 1;
        let text = String::from_utf8_lossy(line);
        let number = self.line.to_string();
        if text.len() <= SHOWN_BYTES_MAX {
            write_row(&mut self.rows, [self.name.as_str(), &number, &text]);
        } else {
            let shown = &text[..text.floor_char_boundary(SHOWN_BYTES_MAX)];
            write_row(&mut self.rows, [self.name.as_str(), &number, &format!("{shown}…")]);
        }
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

impl Search {
    /// Rows of the file that waited become rows of the table.
    fn accept(&mut self) -> Result<(), Failure> {
        self.table.bytes(&self.file.rows);
        self.bytes += self.file.rows.len() as u64;
        self.file.rows.clear();
        if self.table.len() + self.names.len() > STEP_BYTES_MAX || self.bytes > TABLE_BYTES_MAX {
            return Err(Failure::Limit(String::from("too many lines match; search for something more special")));
        }
        Ok(())
    }
}

impl Walk for Search {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        entry.name.clone_into(&mut self.file.name);
        self.file.line = 0;
        self.file.found = 0;
        self.file.given = false;
        self.file.rows.clear();
        self.lines = Lines::new();
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        let (lines, file) = (&mut self.lines, &mut self.file);
        let text = self.utf8.push(bytes, |piece| {
            lines.push(piece.as_bytes(), file).map_err(|failure| match failure {
                Failure::Limit(why) if !why.contains('`') => Failure::Limit(format!("{why} in `{}`", file.name)),
                other => other,
            })
        })?;
        if !text && self.file.given {
            return Err(Failure::bad(format!(
                "`{}` begins as text, but is not UTF-8 text to its end; leave it out",
                self.file.name
            )));
        }
        if text && self.file.rows.len() > WAITING_BYTES_MAX {
            self.file.given = true;
            self.accept()?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Out) -> Result<(), Failure> {
        if !self.utf8.end() {
            self.skipped += 1;
            return if self.file.given { self.data(&[0], out) } else { Ok(()) };
        }
        self.lines.finish(&mut self.file)?;
        if self.file.found > 0 {
            self.names.name(&self.file.name);
            self.files += 1;
            self.count += self.file.found;
        }
        self.accept()
    }

    fn pause(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.pause(out);
        self.names.pause(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        self.names.flush(out);
        out.count(2, self.count);
        out.count(3, self.files);
        out.count(4, self.skipped);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::SHOWN_BYTES_MAX;
    use crate::PACK;
    use crate::testing::{Put, archive, directory, file};
    use proptest::prelude::*;
    use telos_pack::testing::{Given, run};
    use telos_pack::{Failure, Value};

    fn search(entries: &[Put], chunk: usize, pattern: &str, flags: [bool; 2]) -> Result<Given, Failure> {
        let [regex, ignore_case] = flags.map(Value::Bool);
        let pattern = Value::Text(pattern.into());
        let arguments = [("pattern", pattern), ("regex", regex), ("ignore-case", ignore_case)];
        run(&PACK, "bundle.search", &archive(entries), chunk, &arguments)
    }

    #[test]
    fn lines_are_told_with_file_and_number() {
        let entries = [
            directory("d"),
            file("d/a.txt", "one\r\nthe budget, \"small\"\n\nBudget"),
            file("b.md", "no\n"),
            file("c.bin", "budget\0"),
            file("latin.txt", b"budget \xe4\n"),
            file("cut.txt", b"budget \xc3"),
            file("z.md", "\u{feff}budget"),
        ];
        for chunk in [1, 3, 700, 100_000] {
            let given = search(&entries, chunk, "budget", [false; 2]).unwrap();
            let table = "name,line,text\nd/a.txt,2,\"the budget, \"\"small\"\"\"\nz.md,1,budget\n";
            assert_eq!((given.text("table").as_str(), given.text("names").as_str()), (table, "d/a.txt\nz.md\n"));
            assert_eq!(["count", "files", "skipped"].map(|port| given.int(port)), [Some(2), Some(2), Some(3)]);
            let given = search(&entries, chunk, "^BUDGET$", [true, true]).unwrap();
            assert_eq!(given.text("table"), "name,line,text\nd/a.txt,4,Budget\nz.md,1,budget\n");
            let given = search(&entries, chunk, "one$|^$", [true, false]).unwrap();
            assert_eq!(given.text("table"), "name,line,text\nd/a.txt,1,one\nd/a.txt,3,\n");
        }
    }

    #[test]
    fn without_files_or_matches_the_table_is_empty() {
        for entries in [vec![], vec![file("a", "")], vec![file("a", "x\n")]] {
            let given = search(&entries, 99, "needle", [false; 2]).unwrap();
            assert_eq!((given.text("table").as_str(), given.int("count")), ("name,line,text\n", Some(0)));
        }
    }

    #[test]
    fn a_bad_or_huge_expression_is_refused() {
        for bad in ["a(", r"\w{900}{900}"] {
            assert!(matches!(search(&[], 1, bad, [true, false]), Err(Failure::BadInput(_))), "{bad}");
        }
    }

    #[test]
    fn long_lines_are_cut_and_longer_ones_refused() {
        let long = "é".repeat(SHOWN_BYTES_MAX);
        let given = search(&[file("a", &long)], 1 << 20, "é", [false; 2]).unwrap();
        assert!(given.text("table").ends_with("é…\n") && given.text("table").len() < SHOWN_BYTES_MAX + 100);
        let refused = search(&[file("a", long.repeat(9))], 1 << 20, "é", [false; 2]).unwrap_err();
        assert!(matches!(&refused, Failure::Limit(why) if why.contains("`a`")), "{refused}");
    }

    #[test]
    fn a_large_file_gives_its_rows_and_one_that_ends_as_no_text_is_refused() {
        let mut lines = "needle\n".repeat(2_000_000).into_bytes();
        let given = search(&[file("a", &lines)], 1 << 20, "needle", [false; 2]).unwrap();
        assert_eq!((given.int("count"), given.int("files")), (Some(2_000_000), Some(1)));
        assert!(given.text("table").ends_with("a,2000000,needle\n"));
        lines.push(0xff);
        for end in [&b""[..], b"\n"] {
            lines.extend_from_slice(end);
            assert!(matches!(search(&[file("a", &lines)], 1 << 20, "needle", [false; 2]), Err(Failure::BadInput(_))));
        }
    }

    #[test]
    fn rows_that_names_blow_up_are_refused() {
        let name = "long/".repeat(800) + "name";
        let entries = [file(&name, "\n".repeat(100_000))];
        assert!(matches!(search(&entries, 1 << 20, "", [false; 2]), Err(Failure::Limit(_))));
    }

    proptest! {
        #[test]
        fn agrees_with_line_by_line(
            texts in prop::collection::vec("[ab\n ]{0,40}", 0..4), chunk in 1..2_000_usize,
            pattern in prop::sample::select(vec!["a", "ab", "", "b ", "^a", "b$", "^$", r"\s", "a|^b"]), regex: bool,
        ) {
            let entries: Vec<Put> =
                texts.iter().enumerate().map(|(number, text)| file(&number.to_string(), text)).collect();
            let given = search(&entries, chunk, pattern, [regex, false]).unwrap();
            let expression = regex_automata::meta::Regex::new(pattern).unwrap();
            let matches = |line: &str| if regex { expression.is_match(line) } else { line.contains(pattern) };
            let mut expected = String::from("name,line,text\n");
            for (number, text) in texts.iter().enumerate() {
                for (line, text) in text.lines().enumerate().filter(|(_, line)| matches(line)) {
                    expected.push_str(&format!("{number},{},{text}\n", line + 1));
                }
            }
            prop_assert_eq!(given.text("table"), expected);
        }
    }
}
