//! Lays out blocks and words as lines: white space collapses, blocks begin lines, and lists and quotes put their marks
//! before each line that lies in them.

use crate::whole::Sink;
use telos_pack::Failure;

/// What must come before the next word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    None,
    /// It begins a line.
    Line,
    /// There is an empty line before it.
    Blank,
}

/// A mark before lines: for a list's item it is on the first line alone, and blanks hold its place on the others.
struct Prefix {
    first: String,
    rest: String,
    is_used: bool,
}

#[derive(Default)]
pub(super) struct Writer {
    sink: Sink,
    prefixes: Vec<Prefix>,
    pending: Option<Break>,
    /// White space waits, so that none ends a line.
    space: bool,
    /// Marks that open what comes next; they wait as well, so that no white space follows them.
    marks: String,
    /// Whether the line has nothing but prefixes.
    at_start: bool,
    /// Elements that keep all their content on one line.
    one_line: usize,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { at_start: true, ..Self::default() }
    }

    /// Ends the block before, if there is one. Inside what is kept on one line it is a blank.
    pub(super) fn block(&mut self, wanted: Break) {
        if self.one_line > 0 {
            self.space = true;
            return;
        }
        self.space = false;
        self.pending = Some(self.pending.map_or(wanted, |before| before.max(wanted)));
    }

    pub(super) fn begin_line_only(&mut self) {
        self.one_line += 1;
    }

    pub(super) fn end_line_only(&mut self) {
        self.one_line = self.one_line.saturating_sub(1);
    }

    pub(super) fn is_line_only(&self) -> bool {
        self.one_line > 0
    }

    pub(super) fn begin_prefix(&mut self, first: &str, rest: &str) {
        self.prefixes.push(Prefix { first: first.to_owned(), rest: rest.to_owned(), is_used: false });
    }

    /// Ends it. An item without content still shows its mark.
    pub(super) fn end_prefix(&mut self) -> Result<(), Failure> {
        if self.prefixes.last().is_some_and(|prefix| !prefix.is_used) {
            self.begin()?;
        }
        self.prefixes.pop();
        Ok(())
    }

    /// Whether the next word begins a line.
    pub(super) fn is_at_start(&self) -> bool {
        (self.at_start || self.pending.is_some()) && self.marks.is_empty()
    }

    /// Words of a text, white space between them collapsed; `form` spells each word, told whether it begins a line.
    pub(super) fn words(&mut self, text: &str, form: &dyn Fn(&str, bool) -> String) -> Result<(), Failure> {
        if text.starts_with(is_space) {
            self.space = true;
        }
        let mut rest = text.split(is_space).filter(|word| !word.is_empty()).peekable();
        while let Some(word) = rest.next() {
            let spelt = form(word, self.is_at_start());
            self.raw(&spelt)?;
            self.space = rest.peek().is_some();
        }
        if text.ends_with(is_space) {
            self.space = true;
        }
        Ok(())
    }

    /// A mark that opens what follows. Dropped by [`Writer::close`] if nothing does.
    pub(super) fn open(&mut self, mark: &str) {
        self.marks.push_str(mark);
    }

    /// The mark that closes it, before white space that waits.
    pub(super) fn close(&mut self, open: &str, mark: &str) -> Result<(), Failure> {
        if self.marks.ends_with(open) && !open.is_empty() {
            self.marks.truncate(self.marks.len() - open.len());
            return Ok(());
        }
        self.sink.text(mark)
    }

    /// A text as it is, on the present line.
    pub(super) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        self.begin()?;
        let marks = std::mem::take(&mut self.marks);
        self.sink.text(&marks)?;
        self.sink.text(text)?;
        self.at_start = false;
        Ok(())
    }

    /// A line's end inside a block.
    pub(super) fn line_break(&mut self, mark: &str) -> Result<(), Failure> {
        if self.one_line > 0 {
            self.space = true;
            return Ok(());
        }
        if !self.is_at_start() {
            self.sink.text(mark)?;
        }
        self.space = false;
        self.pending = Some(self.pending.unwrap_or(Break::Line));
        Ok(())
    }

    /// Lines as they are, each after the prefixes; empty ones stay.
    pub(super) fn lines(&mut self, text: &str) -> Result<(), Failure> {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.line_feed(line.trim_end().is_empty())?;
            }
            if index == 0 {
                self.begin()?;
            }
            self.sink.text(line)?;
            self.at_start = false;
        }
        Ok(())
    }

    /// Writes what waits: line feeds and prefixes, or a blank.
    fn begin(&mut self) -> Result<(), Failure> {
        let pending = self.pending.take();
        if self.sink.is_empty() {
            self.write_prefixes(false)?;
        } else if let Some(pending) = pending {
            if pending == Break::Blank {
                self.line_feed(true)?;
            }
            if pending > Break::None {
                self.line_feed(false)?;
                self.at_start = true;
            }
        } else if self.space && !self.at_start {
            self.sink.text(" ")?;
        }
        self.space = false;
        Ok(())
    }

    fn line_feed(&mut self, is_empty: bool) -> Result<(), Failure> {
        self.sink.text("\n")?;
        self.write_prefixes(is_empty)
    }

    fn write_prefixes(&mut self, is_empty: bool) -> Result<(), Failure> {
        let mut line = String::new();
        for prefix in &mut self.prefixes {
            // An empty line comes before an item, not in it.
            if is_empty && !prefix.is_used {
                break;
            }
            line.push_str(if prefix.is_used { &prefix.rest } else { &prefix.first });
            prefix.is_used = true;
        }
        self.sink.text(if is_empty { line.trim_end() } else { &line })
    }

    /// All lines, the last with its line feed.
    pub(super) fn into_bytes(mut self) -> Result<Vec<u8>, Failure> {
        if !self.sink.is_empty() {
            self.sink.text("\n")?;
        }
        Ok(self.sink.into_bytes())
    }
}

/// White space that HTML collapses: not the no-break space.
fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
