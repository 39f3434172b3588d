//! `text.number-lines`, `text.surround` and `text.indent`: what is put before and after each line.

use crate::lines::{Edited, LineEdit, Made};
use telos_pack::{Args, Failure, Running};

/// Most spaces before a line.
const INDENT_MAX: u64 = 1_000;

pub(crate) fn number_lines(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Edited::start(Number { next: args.count(1)?, separator: args.text(2)? }))
}

struct Number {
    next: u64,
    separator: String,
}

impl LineEdit for Number {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        made.text(&self.next.to_string())?;
        made.text(&self.separator)?;
        made.text(line)?;
        self.next = self.next.saturating_add(1);
        Ok(true)
    }
}

pub(crate) fn surround(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Edited::start(Surround { prefix: args.text(1)?, suffix: args.text(2)?, blank_too: true }))
}

pub(crate) fn indent(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let spaces = args.count(1)?;
    if spaces > INDENT_MAX {
        return Err(Failure::bad(format!("an indentation of {spaces} spaces; at most {INDENT_MAX} are made")));
    }
    let prefix = " ".repeat(usize::try_from(spaces).unwrap_or(0));
    Ok(Edited::start(Surround { prefix, suffix: String::new(), blank_too: false }))
}

struct Surround {
    prefix: String,
    suffix: String,
    /// Whether empty lines are surrounded as well.
    blank_too: bool,
}

impl LineEdit for Surround {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        if self.blank_too || !line.is_empty() {
            made.text(&self.prefix)?;
            made.text(line)?;
            made.text(&self.suffix)?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{edited, given, text};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    #[test]
    fn lines_are_numbered_from_where_it_is_said() {
        assert_eq!(edited("text.number-lines", "a\n\nb", 1, &[]), "1. a\n2. \n3. b");
        let arguments = [("start", Value::Int(9)), ("separator", text("\t"))];
        assert_eq!(edited("text.number-lines", "a\r\nb\n", 3, &arguments), "9\ta\r\n10\tb\n");
        assert_eq!(edited("text.number-lines", "", 3, &[]), "");
        let last = [("start", Value::Int(i64::MAX))];
        assert_eq!(edited("text.number-lines", "a\nb\n", 3, &last), "9223372036854775807. a\n9223372036854775808. b\n");
    }

    #[test]
    fn lines_are_surrounded_inside_their_endings() {
        let arguments = [("prefix", text("<")), ("suffix", text(">"))];
        assert_eq!(edited("text.surround", "a\r\n\nü", 2, &arguments), "<a>\r\n<>\n<ü>");
        assert_eq!(edited("text.surround", "a\n", 2, &[]), "a\n");
        let long = [("prefix", text(&"x".repeat(16 << 10)))];
        assert!(matches!(given("text.surround", &"\n".repeat(100_000), 65_536, &long), Err(Failure::Limit(_))));
    }

    #[test]
    fn blank_lines_are_not_indented() {
        assert_eq!(edited("text.indent", "a\n\n  b", 2, &[("spaces", Value::Int(2))]), "  a\n\n    b");
        let far = [("spaces", Value::Int(i64::MAX))];
        assert!(matches!(given("text.indent", "a", 1, &far), Err(Failure::BadInput(_))));
    }

    proptest! {
        #[test]
        fn every_line_gets_what_it_is_given(input in "[ab\n]{0,40}", chunk in 1..9_usize) {
            let arguments = [("prefix", text("- ")), ("suffix", text(";"))];
            let expected: Vec<String> = input.lines().map(|line| format!("- {line};")).collect();
            let got = edited("text.surround", &input, chunk, &arguments);
            prop_assert_eq!(got.lines().collect::<Vec<_>>(), expected);
            prop_assert_eq!(got.ends_with('\n'), input.ends_with('\n'));
        }
    }
}
