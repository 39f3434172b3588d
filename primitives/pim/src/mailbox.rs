//! Messages of a stream: one message, or a mailbox in which lines that begin with `From ` come before each.

use telos_pack::{Failure, LineSink, Lines, Out, Running};

/// Most bytes of one message: what may be held whole.
const MESSAGE_BYTES_MAX: usize = telos_pack::Held::BYTES_MAX;
const SEPARATOR: &[u8] = b"From ";

/// Who takes messages.
pub(crate) trait MailSink {
    /// Takes message number `number`, from 1.
    fn mail(&mut self, number: u64, raw: &[u8], out: &mut Out) -> Result<(), Failure>;

    /// The input ended after `count` messages.
    fn end(&mut self, count: u64, out: &mut Out) -> Result<(), Failure>;
}

/// Runs a [`MailSink`] over the mail that enters port 0.
pub(crate) struct Mailbox<S> {
    lines: Lines,
    splitter: Splitter<S>,
}

impl<S: MailSink> Mailbox<S> {
    pub(crate) fn new(sink: S) -> Self {
        let splitter =
            Splitter { sink, form: Form::Unknown, blank: true, message: Vec::new(), count: 0, out: Out::new() };
        Self { lines: Lines::new(), splitter }
    }
}

impl<S: MailSink> Running for Mailbox<S> {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        std::mem::swap(&mut self.splitter.out, out);
        let result = self.lines.push(chunk, &mut self.splitter);
        std::mem::swap(&mut self.splitter.out, out);
        result
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        std::mem::swap(&mut self.splitter.out, out);
        let result = self.lines.finish(&mut self.splitter).and_then(|_| self.splitter.end());
        std::mem::swap(&mut self.splitter.out, out);
        result
    }
}

/// What the first line told.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Unknown,
    /// One message without a line before it.
    Single,
    /// Many, and whether the lines before them tell a time, so that prose that begins with `From ` is not one of them.
    Many {
        timed: bool,
    },
}

struct Splitter<S> {
    sink: S,
    form: Form,
    /// Whether the line before was empty, or there was none.
    blank: bool,
    message: Vec<u8>,
    count: u64,
    /// Stands in for the call's while lines are taken.
    out: Out,
}

impl<S: MailSink> LineSink for Splitter<S> {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            self.line(line)?;
        }
        Ok(())
    }
}

impl<S: MailSink> Splitter<S> {
    fn line(&mut self, line: &[u8]) -> Result<(), Failure> {
        let blank = std::mem::replace(&mut self.blank, matches!(line, b"\n" | b"\r\n"));
        match self.form {
            Form::Unknown if line.starts_with(SEPARATOR) => {
                self.form = Form::Many { timed: tells_time(line) };
                self.count = 1;
                return Ok(());
            }
            // Nothing but empty lines: a mailbox may begin with one.
            Form::Unknown if self.blank => return Ok(()),
            Form::Unknown => {
                self.form = Form::Single;
                self.count = 1;
            }
            Form::Many { timed } if blank && line.starts_with(SEPARATOR) && (!timed || tells_time(line)) => {
                self.hand_over()?;
                self.count += 1;
                return Ok(());
            }
            Form::Single | Form::Many { .. } => {}
        }
        let line = if matches!(self.form, Form::Many { .. }) { unescaped(line) } else { line };
        if line.len() > MESSAGE_BYTES_MAX - self.message.len() {
            let number = self.count;
            return Err(Failure::Limit(format!("message {number} is larger than {} MiB", MESSAGE_BYTES_MAX >> 20)));
        }
        self.message.extend_from_slice(line);
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), Failure> {
        let mut raw = std::mem::take(&mut self.message);
        if matches!(self.form, Form::Many { .. }) {
            // The empty line before the next `From ` belongs to the mailbox.
            let end = if raw.ends_with(b"\n\r\n") { 2 } else { usize::from(raw.ends_with(b"\n\n")) };
            raw.truncate(raw.len() - end);
        }
        self.sink.mail(self.count, &raw, &mut self.out)?;
        raw.clear();
        self.message = raw;
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        if self.count > 0 {
            self.hand_over()?;
        }
        self.sink.end(self.count, &mut self.out)
    }
}

/// Whether a line holds a time of day, as the date after `From ` and an address does.
fn tells_time(line: &[u8]) -> bool {
    line.windows(5).any(|five| {
        five.iter().zip(b"00:00").all(|(byte, form)| if *form == b':' { *byte == b':' } else { byte.is_ascii_digit() })
    })
}

/// A line without the `>` that keeps `From ` in a text from being taken for a new message.
fn unescaped(line: &[u8]) -> &[u8] {
    let quoted = line.iter().take_while(|byte| **byte == b'>').count();
    if quoted > 0 && line[quoted..].starts_with(SEPARATOR) { &line[1..] } else { line }
}
