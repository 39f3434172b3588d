//! `log.parse`: lines to a table of entries.

use crate::entry::{Entry, goes_on, read, uncoloured};
use crate::level;
use telos_pack::{Args, EMIT_BYTES, Failure, LineSink, Lines, Out, Running};
use telos_table::write_row;

/// Longest message, in bytes: lines that go on beyond it begin an entry of their own.
const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Longest line that is searched for named fields and a head; a longer one is a message.
const HEAD_BYTES_MAX: usize = 1 << 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let wanted = args.choice(1)?;
    let year = i16::try_from(args.count(2)?).ok().filter(|year| *year < 10_000);
    let year = year.ok_or_else(|| Failure::bad("the year must be one of four digits"))?;
    let mut entries = Entries { wanted, year, open: None, line: 0, count: 0, written: Vec::new() };
    write_row(&mut entries.written, ["time", "level", "source", "message", "line"]);
    Ok(Box::new(Parse { lines: Lines::new(), entries }))
}

struct Parse {
    lines: Lines,
    entries: Entries,
}

impl Running for Parse {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.entries)?;
        if self.entries.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.entries.written));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.entries)?;
        self.entries.close();
        out.bytes(0, std::mem::take(&mut self.entries.written));
        out.count(1, self.entries.count);
        Ok(())
    }
}

/// An entry that more lines may belong to.
struct Open {
    entry: Entry,
    line: u64,
}

struct Entries {
    /// The level that is kept, or "all".
    wanted: String,
    /// The year where a line does not tell; 0 if it is not known.
    year: i16,
    open: Option<Open>,
    line: u64,
    count: u64,
    written: Vec<u8>,
}

impl LineSink for Entries {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        let block = std::str::from_utf8(block);
        let block = block.map_err(|_| Failure::Internal(String::from("the text is not UTF-8")))?;
        for line in block.lines() {
            self.line += 1;
            self.take(&uncoloured(line));
        }
        Ok(())
    }
}

impl Entries {
    fn take(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let found = if line.len() <= HEAD_BYTES_MAX { read(line) } else { None };
        // What is indented goes on with the entry before, unless it tells a time.
        let found = found.filter(|entry| !line.starts_with(['\t', ' ']) || entry.time.is_some());
        match (found, &mut self.open) {
            (None, Some(open)) if belongs(line, &open.entry) => {
                open.entry.message.push('\n');
                open.entry.message.push_str(line.trim_end());
            }
            (found, _) => {
                self.close();
                let plain = || Entry { message: line.trim().to_owned(), ..Entry::default() };
                self.open = Some(Open { entry: found.unwrap_or_else(plain), line: self.line });
            }
        }
    }

    /// Writes the entry that is open, if it is wanted.
    fn close(&mut self) {
        let Some(Open { entry, line }) = self.open.take() else { return };
        let level = level::meant(entry.level);
        let grave = self.wanted == "error" && level == "fatal";
        if self.wanted != "all" && level != self.wanted && !grave {
            return;
        }
        self.count += 1;
        let time = entry.time.map_or_else(String::new, |time| time.in_year(self.year).to_string());
        let row = [&time, entry.level, &entry.source, &entry.message, &line.to_string()];
        write_row(&mut self.written, row);
    }
}

/// Whether a line that begins no entry goes on with the one before: any line does where entries begin with a time.
fn belongs(line: &str, entry: &Entry) -> bool {
    let begun = entry.time.is_some() || goes_on(line) && (!entry.level.is_empty() || !entry.message.is_empty());
    begun && entry.message.len() + line.len() < MESSAGE_BYTES_MAX
}
