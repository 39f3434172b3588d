//! `text.lines`, `text.fields` and `text.between`: parts of a text by their place.

use crate::lines::{Edited, LineEdit, Made, separator};
use telos_pack::{Args, Failure, Out, Running};

pub(crate) fn lines(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (from, to, onwards) = (args.count(1)?, args.count(2)?, args.flag(3)?);
    let to = match to {
        _ if onwards => u64::MAX,
        0 => from,
        to if to < from => {
            return Err(Failure::bad(format!("lines {from} to {to}: the last line lies before the first")));
        }
        to => to,
    };
    Ok(Box::new(LineRange { from, to, at: 1 }))
}

struct LineRange {
    /// First line wanted, counted from 1.
    from: u64,
    /// Last line wanted.
    to: u64,
    /// The line that the next byte belongs to.
    at: u64,
}

impl Running for LineRange {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let mut start = (self.at >= self.from).then_some(0);
        for feed in memchr::memchr_iter(b'\n', chunk) {
            if self.at > self.to {
                return Ok(());
            }
            self.at += 1;
            if start.is_none() && self.at == self.from {
                start = Some(feed + 1);
            }
            if self.at > self.to {
                out.pushed(0, start.unwrap_or(feed + 1)..feed + 1);
                return Ok(());
            }
        }
        if let Some(start) = start.filter(|_| self.at <= self.to) {
            out.pushed(0, start..chunk.len());
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

pub(crate) fn fields(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let place = args.count(1)?.checked_sub(1).ok_or_else(|| Failure::bad("fields are counted from 1"))?;
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    Ok(Edited::start(Fields { place, delimiter: separator(args.text(2)?), from_end: args.flag(3)? }))
}

struct Fields {
    /// Counted from 0.
    place: usize,
    /// What stands between fields; empty for white space.
    delimiter: String,
    from_end: bool,
}

impl LineEdit for Fields {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        let field = match (self.delimiter.is_empty(), self.from_end) {
            (true, false) => line.split_whitespace().nth(self.place),
            (true, true) => line.split_whitespace().rev().nth(self.place),
            (false, false) => line.split(self.delimiter.as_str()).nth(self.place),
            (false, true) => line.rsplit(self.delimiter.as_str()).nth(self.place),
        };
        match field {
            Some(field) => made.text(field.trim()).map(|()| true),
            None => Ok(false),
        }
    }
}

pub(crate) fn between(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (start, end, with_markers) = (args.text(1)?, args.text(2)?, args.flag(3)?);
    if start.is_empty() {
        return Err(Failure::bad("the text that marks the start is empty"));
    }
    Ok(Edited::start(Between { start, end, with_markers, inside: false }))
}

struct Between {
    start: String,
    /// Empty to go on until the end.
    end: String,
    with_markers: bool,
    inside: bool,
}

impl LineEdit for Between {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        let marker = if self.inside {
            !self.end.is_empty() && line.contains(self.end.as_str())
        } else {
            line.contains(self.start.as_str())
        };
        let kept = if marker { self.with_markers } else { self.inside };
        self.inside ^= marker;
        if kept {
            made.text(line)?;
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{edited, given, text};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    fn range(input: &str, chunk: usize, from: i64, to: i64) -> String {
        edited("text.lines", input, chunk, &[("from", Value::Int(from)), ("to", Value::Int(to))])
    }

    #[test]
    fn one_line_some_lines_and_the_rest() {
        assert_eq!(range("a\nb\nc", 1, 2, 0), "b\n");
        assert_eq!(range("a\nb\nc", 2, 2, 9), "b\nc");
        assert_eq!(range("a\nb\nc", 2, 7, 0), "");
        let onwards = [("from", Value::Int(2)), ("onwards", Value::Bool(true))];
        assert_eq!(edited("text.lines", "a\nb\nc\n", 3, &onwards), "b\nc\n");
        let wrong = given("text.lines", "a\n", 1, &[("from", Value::Int(3)), ("to", Value::Int(2))]);
        assert!(matches!(wrong, Err(Failure::BadInput(_))));
    }

    #[test]
    fn fields_by_white_space_or_by_a_delimiter() {
        let second = ("field", Value::Int(2));
        assert_eq!(edited("text.fields", " a  b c\nd\ne\tf\r\n", 3, std::slice::from_ref(&second)), "b\nf\r\n");
        let by_comma = [second, ("delimiter", text("commas"))];
        assert_eq!(edited("text.fields", "a, b ,c\nd\n,,\n", 3, &by_comma), "b\n\n");
        let last = [("field", Value::Int(1)), ("from-end", Value::Bool(true))];
        assert_eq!(edited("text.fields", "a b\nc", 3, &last), "b\nc");
        assert!(matches!(given("text.fields", "", 1, &[("field", Value::Int(0))]), Err(Failure::BadInput(_))));
    }

    #[test]
    fn what_stands_between_two_marks() {
        let marks = [("start", text("BEGIN")), ("end", text("END"))];
        assert_eq!(edited("text.between", "x\nBEGIN 1\na\nEND\ny\nBEGIN\nb", 3, &marks), "a\nb");
        let mut with = marks.to_vec();
        with.push(("with-markers", Value::Bool(true)));
        assert_eq!(edited("text.between", "x\nBEGIN 1\na\nEND\ny\n", 3, &with), "BEGIN 1\na\nEND\n");
        assert_eq!(edited("text.between", "x\n# A\na\nb\n", 3, &[("start", text("# A"))]), "a\nb\n");
    }

    proptest! {
        #[test]
        fn ranges_agree_with_a_list_of_lines(input in "[ab\n]{0,40}", chunk in 1..9_usize, from in 1..6_usize, more in 0..5_usize) {
            let lines: Vec<&str> = input.split_inclusive('\n').collect();
            let expected: String = lines.iter().skip(from - 1).take(more + 1).copied().collect();
            let (first, last) = (i64::try_from(from).unwrap(), i64::try_from(from + more).unwrap());
            prop_assert_eq!(range(&input, chunk, first, last), expected);
        }
    }
}
