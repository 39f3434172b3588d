//! Editing line by line: what most primitives of this pack are built on.

use telos_pack::{EMIT_BYTES, Failure, Held, LineSink, Lines, Out, Running};

/// Most bytes that one push may make: what the host takes back at once.
pub(crate) const MADE_BYTES_MAX: usize = Held::BYTES_MAX;
/// Bytes that a call may make whatever its input.
pub(crate) const MADE_FIXED_BYTES: u64 = 64 << 20;
/// Bytes that it may make beside them for each byte of input: longer replacements than this are refused in the end.
pub(crate) const MADE_PER_INPUT_BYTE: u64 = 32;

/// What an edit does with a line.
pub(crate) trait LineEdit {
    /// Appends what becomes of `line`, which has no line ending, and tells whether that is a line, which then gets the
    /// ending that `line` had.
    ///
    /// # Errors
    /// When a limit is passed.
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure>;

    /// Appends what comes after the last line, and gives the values that are no text.
    ///
    /// # Errors
    /// As [`LineEdit::line`].
    fn end(&mut self, _made: &mut Made, _out: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

/// Text that was made and not yet handed over, within the limits of what may be made.
#[derive(Default)]
pub(crate) struct Made {
    bytes: Vec<u8>,
    /// Bytes of input so far.
    taken: u64,
    /// Bytes handed over.
    given: u64,
}

impl Made {
    /// Counts input, which lets more be made.
    pub(crate) fn took(&mut self, bytes: usize) {
        self.taken += bytes as u64;
    }

    /// Bytes that may still be made now.
    pub(crate) fn room(&self) -> usize {
        let all = MADE_FIXED_BYTES + self.taken.saturating_mul(MADE_PER_INPUT_BYTE);
        let left = usize::try_from(all.saturating_sub(self.given)).unwrap_or(usize::MAX);
        left.min(MADE_BYTES_MAX).saturating_sub(self.bytes.len())
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// When more is made than the limits allow.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if bytes.len() > self.room() {
            return Err(too_much());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends text.
    ///
    /// # Errors
    /// As [`Made::bytes`].
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    /// Appends a line with its line feed.
    ///
    /// # Errors
    /// As [`Made::bytes`].
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.bytes(line.as_bytes())?;
        self.bytes(b"\n")
    }

    /// Appends a character.
    ///
    /// # Errors
    /// As [`Made::bytes`].
    pub(crate) fn letter(&mut self, letter: char) -> Result<(), Failure> {
        self.text(letter.encode_utf8(&mut [0; 4]))
    }

    /// Hands over what was made, as the blob at output 0, if it is worth it or `all` is wanted.
    pub(crate) fn give(&mut self, all: bool, out: &mut Out) {
        if all || self.bytes.len() >= EMIT_BYTES {
            self.given += self.bytes.len() as u64;
            out.bytes(0, std::mem::take(&mut self.bytes));
        }
    }
}

/// Refuses to make more.
pub(crate) fn too_much() -> Failure {
    Failure::Limit(format!(
        "this would make more than {} MiB and {MADE_PER_INPUT_BYTE} bytes for each byte of input",
        MADE_FIXED_BYTES >> 20
    ))
}

/// A call that edits line by line. Gives the text at output 0.
pub(crate) struct Edited<E> {
    lines: Lines,
    sink: Sink<E>,
}

impl<E: LineEdit + 'static> Edited<E> {
    /// Begins.
    pub(crate) fn start(edit: E) -> Box<dyn Running> {
        Box::new(Self { lines: Lines::new(), sink: Sink { edit, made: Made::default(), unended: false } })
    }
}

struct Sink<E> {
    edit: E,
    made: Made,
    /// The line that comes is the last one and had no line feed.
    unended: bool,
}

impl<E: LineEdit> LineSink for Sink<E> {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        let block = utf8(block)?;
        for line in block.split_terminator('\n') {
            let (line, ending) = line.strip_suffix('\r').map_or((line, "\n"), |line| (line, "\r\n"));
            if self.edit.line(line, &mut self.made)? {
                let ending = if self.unended { ending.trim_end_matches('\n') } else { ending };
                self.made.text(ending)?;
            }
        }
        Ok(())
    }
}

impl<E: LineEdit> Running for Edited<E> {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.sink.made.took(chunk.len());
        self.lines.push(chunk, &mut self.sink)?;
        self.sink.made.give(false, out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.sink.unended = true;
        self.lines.finish(&mut self.sink)?;
        self.sink.edit.end(&mut self.sink.made, out)?;
        self.sink.made.give(true, out);
        Ok(())
    }
}

/// Bytes as the text that they are by their type.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Failure> {
    std::str::from_utf8(bytes).map_err(|_| Failure::Internal(String::from("the text is not UTF-8")))
}

/// What was held as the text that it is by its type.
pub(crate) fn held_text(held: &mut Held) -> Result<String, Failure> {
    String::from_utf8(held.take()).map_err(|_| Failure::Internal(String::from("the text is not UTF-8")))
}

/// The lines of a text without their endings. A last line without line feed counts; nothing after one does.
pub(crate) fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}

/// The form in which two texts are compared.
pub(crate) fn key(text: &str, ignore_case: bool) -> std::borrow::Cow<'_, str> {
    // What has no capitals is not copied: millions of short lines would not fit.
    let differs = |byte: u8| byte.is_ascii_uppercase() || !byte.is_ascii();
    if ignore_case && text.bytes().any(differs) { text.to_lowercase().into() } else { text.into() }
}

/// A separator that a person may also call by name: "comma", "tabs".
pub(crate) fn separator(said: String) -> String {
    let known = match said.to_lowercase().as_str() {
        "comma" | "commas" => ",",
        "semicolon" | "semicolons" => ";",
        "colon" | "colons" => ":",
        "tab" | "tabs" | "\\t" => "\t",
        "space" | "spaces" | "blank" | "blanks" => " ",
        "pipe" | "pipes" | "bar" | "bars" => "|",
        "dash" | "dashes" | "hyphen" | "hyphens" => "-",
        "slash" | "slashes" => "/",
        "dot" | "dots" | "period" | "periods" | "full stop" => ".",
        "underscore" | "underscores" => "_",
        _ => return said,
    };
    known.to_owned()
}
