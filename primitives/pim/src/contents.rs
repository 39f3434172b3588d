//! Content lines of calendars and contacts (RFC 5545, RFC 6350, vCard 2.1): unfolded and taken apart.

use telos_pack::{Failure, LINE_BYTES_MAX, LineSink, Lines, Out, Running};

/// Most parameters of a line that are looked at.
const PARAMETERS_MAX: usize = 32;
/// Bytes of a line in which its parameters are looked for while it is put together.
const HEAD_BYTES_MAX: usize = 256;
/// Deepest nesting of components. A calendar's reach four deep.
const DEPTH_MAX: usize = 16;

/// A line: `NAME;PARAMETER=VALUE:VALUE`.
pub(crate) struct Content<'a> {
    /// In capitals, without the group before it.
    pub(crate) name: String,
    parameters: Vec<(&'a str, &'a str)>,
    pub(crate) value: &'a str,
}

impl<'a> Content<'a> {
    /// Takes a line apart; `None` if it is none.
    fn of(line: &'a str) -> Option<Self> {
        let end = line.find([';', ':'])?;
        let name = line[..end].rsplit('.').next().unwrap_or_default().trim().to_uppercase();
        let (mut parameters, mut rest) = (Vec::new(), &line[end..]);
        while let Some(parameter) = rest.strip_prefix(';') {
            let end = outside_quotes(parameter)?;
            let (name, value) = parameter[..end].split_once('=').unwrap_or((&parameter[..end], ""));
            if parameters.len() < PARAMETERS_MAX {
                parameters.push((name.trim(), value.trim().trim_matches('"')));
            }
            rest = &parameter[end..];
        }
        let value = rest.strip_prefix(':')?;
        Some(Self { name, parameters, value })
    }

    /// A parameter's value.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Whether a parameter has a value among others, or, as in vCard 2.1, the value stands alone.
    pub(crate) fn has(&self, name: &str, wanted: &str) -> bool {
        self.parameters.iter().any(|(known, value)| {
            let listed = value.split(',').any(|one| one.trim().eq_ignore_ascii_case(wanted));
            (known.eq_ignore_ascii_case(name) && listed) || (value.is_empty() && known.eq_ignore_ascii_case(wanted))
        })
    }

    /// The value as text, its escapes undone.
    pub(crate) fn text(&self) -> String {
        unescaped(self.value)
    }
}

/// Where the next `;` or `:` is that is not between quotes.
fn outside_quotes(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        !quoted && matches!(byte, b';' | b':')
    })
}

/// Text without the escapes of RFC 5545 and RFC 6350.
pub(crate) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            (letter, false) => plain.push(letter),
        }
    }
    plain
}

/// The pieces of a structured value, cut at `at` where no backslash is before it; escapes are left.
pub(crate) fn pieces(value: &str, at: char) -> Vec<&str> {
    let (mut pieces, mut start, mut escaped) = (Vec::new(), 0, false);
    for (index, letter) in value.char_indices() {
        if letter == at && !escaped {
            pieces.push(&value[start..index]);
            start = index + letter.len_utf8();
        }
        escaped = letter == '\\' && !escaped;
    }
    pieces.push(&value[start..]);
    pieces
}

/// Who takes content lines.
pub(crate) trait ContentSink {
    /// The component that holds everything: `VCALENDAR`, `VCARD`.
    const OUTERMOST: &'static str;

    /// Takes a line within `components`, the outermost first. Of `BEGIN` and `END`, the component itself is among them.
    fn content(&mut self, components: &[String], content: &Content<'_>, out: &mut Out) -> Result<(), Failure>;

    /// The input ended.
    fn end(&mut self, out: &mut Out) -> Result<(), Failure>;
}

/// Runs a [`ContentSink`] over the text that enters port 0.
pub(crate) struct Contents<S> {
    lines: Lines,
    unfold: Unfold<S>,
}

impl<S: ContentSink> Contents<S> {
    pub(crate) fn new(sink: S) -> Self {
        let unfold = Unfold {
            sink,
            pending: Vec::new(),
            components: Vec::new(),
            begun: false,
            number: 0,
            first: 0,
            out: Out::new(),
        };
        Self { lines: Lines::new(), unfold }
    }
}

impl<S: ContentSink> Running for Contents<S> {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        std::mem::swap(&mut self.unfold.out, out);
        let result = self.lines.push(chunk, &mut self.unfold);
        std::mem::swap(&mut self.unfold.out, out);
        result
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        std::mem::swap(&mut self.unfold.out, out);
        let result = self.lines.finish(&mut self.unfold).and_then(|_| self.unfold.end());
        std::mem::swap(&mut self.unfold.out, out);
        result
    }
}

struct Unfold<S> {
    sink: S,
    /// A line of which more may follow.
    pending: Vec<u8>,
    components: Vec<String>,
    /// Whether the outermost component has been seen.
    begun: bool,
    /// Lines read so far.
    number: u64,
    /// The number of the line that `pending` began with.
    first: u64,
    /// Stands in for the call's while lines are taken.
    out: Out,
}

impl<S: ContentSink> LineSink for Unfold<S> {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            self.number += 1;
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match line {
                [b' ' | b'\t', rest @ ..] => self.keep(rest)?,
                // Quoted-printable text goes on after a line that ends in `=`.
                _ if goes_on(&self.pending) => {
                    self.pending.pop();
                    self.keep(line)?;
                }
                _ => {
                    self.hand_over()?;
                    self.first = self.number;
                    self.keep(line)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a line is quoted-printable and not complete.
fn goes_on(line: &[u8]) -> bool {
    line.ends_with(b"=") && {
        let head = &line[..line.len().min(HEAD_BYTES_MAX)];
        let head = head.split(|byte| *byte == b':').next().unwrap_or_default();
        head.to_ascii_uppercase().windows(16).any(|part| part == b"QUOTED-PRINTABLE")
    }
}

impl<S: ContentSink> Unfold<S> {
    fn keep(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if bytes.len() > LINE_BYTES_MAX - self.pending.len() {
            let most = LINE_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("line {} and those it goes on from exceed {most} MiB", self.number)));
        }
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), Failure> {
        let mut line = std::mem::take(&mut self.pending);
        let text = std::str::from_utf8(&line).map_err(|_| Failure::Internal(String::from("the text is not UTF-8")))?;
        let text = if self.begun { text } else { text.trim_start_matches('\u{feff}') };
        let blank = text.trim().is_empty();
        match Content::of(text) {
            Some(content) if !blank => self.content(&content)?,
            _ if !blank && !self.begun => return Err(self.refusal()),
            // A line without a colon inside of a component is passed over, as other readers do.
            _ => {}
        }
        line.clear();
        self.pending = line;
        Ok(())
    }

    fn refusal(&self) -> Failure {
        Failure::bad(format!("line {}: expected `BEGIN:{}`, with which such a file begins", self.first, S::OUTERMOST))
    }

    fn content(&mut self, content: &Content<'_>) -> Result<(), Failure> {
        let named = content.value.trim().to_uppercase();
        if content.name == "BEGIN" {
            if self.components.is_empty() && named != S::OUTERMOST {
                return Err(self.refusal());
            }
            if self.components.len() == DEPTH_MAX {
                return Err(Failure::Limit(format!("line {}: more than {DEPTH_MAX} nested components", self.first)));
            }
            self.begun = true;
            self.components.push(named);
            return self.sink.content(&self.components, content, &mut self.out);
        }
        if self.components.is_empty() {
            return if self.begun { Ok(()) } else { Err(self.refusal()) };
        }
        if content.name == "END" {
            if self.components.last() != Some(&named) {
                let open = self.components.last().map_or("", String::as_str);
                let line = self.first;
                return Err(Failure::bad(format!("line {line}: `END:{named}` where `END:{open}` is expected")));
            }
            self.sink.content(&self.components, content, &mut self.out)?;
            self.components.pop();
            return Ok(());
        }
        self.sink.content(&self.components, content, &mut self.out)
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.hand_over()?;
        if !self.begun {
            return Err(Failure::bad(format!("the text is empty; expected `BEGIN:{}`", S::OUTERMOST)));
        }
        if let Some(open) = self.components.last() {
            return Err(Failure::bad(format!("the text ends within `{open}`: it is cut off")));
        }
        self.sink.end(&mut self.out)
    }
}
