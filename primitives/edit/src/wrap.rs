//! `text.wrap`: lines no longer than a width.

use crate::lines::{Edited, LineEdit, Made};
use telos_pack::{Args, Failure, Running};
use unicode_width::UnicodeWidthStr;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Edited::start(Wrap { width: usize::try_from(args.count(1)?).unwrap_or(usize::MAX) }))
}

struct Wrap {
    /// In columns.
    width: usize,
}

impl LineEdit for Wrap {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        if line.width() <= self.width {
            made.text(line)?;
            return Ok(true);
        }
        let body = line.trim_start();
        let indentation = &line[..line.len() - body.len()];
        made.text(indentation)?;
        let indented = indentation.width();
        // An indentation that leaves little room is not repeated.
        let (again, begin) = if indented <= self.width / 2 { (indentation, indented) } else { ("", 0) };
        let mut column = indented;
        let mut first = true;
        for word in body.split_whitespace() {
            let width = word.width();
            if first {
                first = false;
            } else if column + 1 + width <= self.width {
                made.text(" ")?;
                column += 1;
            } else {
                made.text("\n")?;
                made.text(again)?;
                column = begin;
            }
            made.text(word)?;
            column += width;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{edited, given};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    fn wrapped(input: &str, width: i64) -> String {
        edited("text.wrap", input, 3, &[("width", Value::Int(width))])
    }

    #[test]
    fn long_lines_break_at_spaces_and_keep_their_indentation() {
        assert_eq!(wrapped("one two three\nfour\n", 7), "one two\nthree\nfour\n");
        assert_eq!(wrapped("  one two three", 7), "  one\n  two\n  three");
        assert_eq!(wrapped("unbreakable a b", 3), "unbreakable\na b");
        assert_eq!(wrapped("日本 日本 日本", 9), "日本 日本\n日本");
        assert_eq!(wrapped("", 5), "");
        assert_eq!(wrapped("a b\n", i64::MAX), "a b\n");
    }

    #[test]
    fn a_great_indentation_does_not_grow() {
        let line = format!("{}{}", " ".repeat(100_000), "a ".repeat(100_000));
        assert_eq!(wrapped(&line, 1).len(), 100_000 + 2 * 100_000 - 1);
        let line = format!("{}{}", " ".repeat(100_000), "a ".repeat(100_000));
        let hostile = given("text.wrap", &line, 1 << 20, &[("width", Value::Int(200_000))]);
        assert!(matches!(hostile, Ok(_) | Err(Failure::Limit(_))));
    }

    proptest! {
        #[test]
        fn words_stay_and_lines_fit(input in "[ab]{1,6}( [ab]{1,6}){0,20}", width in 6..30_i64) {
            let lines = wrapped(&input, width);
            prop_assert_eq!(lines.split_whitespace().collect::<Vec<_>>(), input.split_whitespace().collect::<Vec<_>>());
            for line in lines.lines() { prop_assert!(i64::try_from(line.len()).unwrap() <= width); }
        }
    }
}
