//! `text.append`, `text.join` and `text.split`: texts into one, lines into one line, one line into several.

use crate::lines::{Edited, LineEdit, Made, separator};
use telos_pack::{Args, Failure, Held, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn append(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Append { last: b'\n', second: Held::new() }))
}

struct Append {
    /// Last byte of the first text; a line feed while it is empty.
    last: u8,
    /// The second text, which may come before or while the first one does.
    second: Held,
}

impl Running for Append {
    fn push(&mut self, port: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        if port == 1 {
            return self.second.push(chunk);
        }
        self.last = chunk.last().copied().unwrap_or(self.last);
        out.pushed(0, 0..chunk.len());
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let second = self.second.take();
        if self.last != b'\n' && !second.is_empty() {
            out.bytes(0, b"\n".to_vec());
        }
        out.bytes(0, second);
        Ok(())
    }
}

pub(crate) fn join(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let paragraphs = args.flag(2)?;
    Ok(Edited::start(Join { separator: separator(args.text(1)?), paragraphs, open: false, parted: false }))
}

struct Join {
    separator: String,
    /// Only the lines of a paragraph are joined.
    paragraphs: bool,
    /// The line under way has something.
    open: bool,
    /// A blank line came after what was written.
    parted: bool,
}

impl LineEdit for Join {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        if self.paragraphs {
            let line = line.trim();
            if line.is_empty() {
                self.parted = self.open;
                return Ok(false);
            }
            if std::mem::take(&mut self.parted) {
                made.text("\n\n")?;
            } else if self.open {
                made.text(&self.separator)?;
            }
            made.text(line)?;
        } else {
            made.text(if self.open { &self.separator } else { "" })?;
            made.text(line)?;
        }
        self.open = true;
        Ok(false)
    }

    fn end(&mut self, made: &mut Made, _: &mut Out) -> Result<(), Failure> {
        made.text(if self.open { "\n" } else { "" })
    }
}

pub(crate) fn split(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let delimiter = separator(args.text(1)?);
    if delimiter.is_empty() {
        return Err(Failure::bad("the delimiter is empty; say where to split"));
    }
    Ok(Edited::start(Split { delimiter, count: 0 }))
}

struct Split {
    delimiter: String,
    count: u64,
}

impl LineEdit for Split {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        for piece in line.split(self.delimiter.as_str()) {
            // What stands around a comma is no part of the pieces.
            made.line(piece.trim())?;
            self.count += 1;
        }
        Ok(false)
    }

    fn end(&mut self, _: &mut Made, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{edited, given, of_two, text};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    #[test]
    fn texts_are_put_together_at_a_line_feed() {
        let both = |first: &str, second: &str| of_two("text.append", first, second, &[]).unwrap().text("text");
        assert_eq!(both("a", "b"), "a\nb");
        assert_eq!(both("a\n", "b\n"), "a\nb\n");
        assert_eq!(both("", "b"), "b");
        assert_eq!(both("a", ""), "a");
    }

    #[test]
    fn lines_become_one_line_or_one_for_each_paragraph() {
        assert_eq!(edited("text.join", "a\r\nb\n\nc", 2, &[]), "a b  c\n");
        assert_eq!(edited("text.join", "a\nb\n", 2, &[("separator", text("commas"))]), "a,b\n");
        let paragraphs = [("paragraphs", Value::Bool(true))];
        assert_eq!(edited("text.join", "\na\n b \n\n \nc\nd", 2, &paragraphs), "a b\n\nc d\n");
        assert_eq!(edited("text.join", "", 2, &[]), "");
        let long = [("separator", text(&"x".repeat(16 << 10)))];
        assert!(matches!(given("text.join", &"\n".repeat(100_000), 65_536, &long), Err(Failure::Limit(_))));
    }

    #[test]
    fn a_line_becomes_several() {
        let split = given("text.split", "a, b,,c\nd", 2, &[("delimiter", text("comma"))]).unwrap();
        assert_eq!((split.text("lines").as_str(), split.int("count")), ("a\nb\n\nc\nd\n", Some(5)));
        assert!(matches!(given("text.split", "a", 1, &[("delimiter", text(""))]), Err(Failure::BadInput(_))));
    }

    proptest! {
        #[test]
        fn what_is_joined_can_be_split(lines in prop::collection::vec("[abé]{0,4}", 1..12), chunk in 1..9_usize) {
            let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let joined = edited("text.join", &input, chunk, &[("separator", text(";"))]);
            prop_assert_eq!(joined.lines().count(), 1);
            prop_assert_eq!(edited("text.split", &joined, chunk, &[("delimiter", text(";"))]), input);
        }
    }
}
