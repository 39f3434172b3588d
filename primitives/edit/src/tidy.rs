//! `text.tidy` and `text.tabs`: white space that nobody wants.

use crate::lines::{Edited, LineEdit, Made};
use telos_pack::{Args, Failure, Running};
use unicode_width::UnicodeWidthChar;

/// Most columns of a tab stop.
const TAB_COLUMNS_MAX: u64 = 100;

pub(crate) fn tidy(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let what = match args.choice(1)?.as_str() {
        "all" => What::All,
        "trailing-space" | "trailing-whitespace" => What::Trailing,
        "indentation" | "leading-space" => What::Leading,
        "both-ends" => What::BothEnds,
        "blank-lines" | "empty-lines" => What::BlankLines,
        "repeated-blank-lines" => What::RepeatedBlankLines,
        "repeated-spaces" => What::RepeatedSpaces,
        other => return Err(Failure::Internal(format!("`{other}` is nothing to tidy"))),
    };
    Ok(Edited::start(Tidy { what, blanks: 0, begun: false }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    All,
    Trailing,
    Leading,
    BothEnds,
    BlankLines,
    RepeatedBlankLines,
    RepeatedSpaces,
}

struct Tidy {
    what: What,
    /// Blank lines right before this line.
    blanks: u64,
    /// A line that is not blank has been seen.
    begun: bool,
}

impl LineEdit for Tidy {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        let blank = line.trim().is_empty();
        let before = self.blanks;
        self.blanks = if blank { before + 1 } else { 0 };
        let dropped = match self.what {
            What::All | What::BlankLines => blank,
            What::RepeatedBlankLines => blank && before > 0,
            _ => false,
        };
        if dropped {
            return Ok(false);
        }
        // A blank line waits until something follows, so that none is left at the start or end.
        if self.what == What::All && std::mem::replace(&mut self.begun, true) && before > 0 {
            made.text("\n")?;
        }
        match self.what {
            What::All | What::Trailing => made.text(line.trim_end())?,
            What::Leading => made.text(line.trim_start())?,
            What::BothEnds => made.text(line.trim())?,
            What::RepeatedSpaces => squeeze(line, made)?,
            What::BlankLines | What::RepeatedBlankLines => made.text(line)?,
        }
        Ok(true)
    }
}

fn space(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

/// One space for each run of spaces and tabs after the indentation.
fn squeeze(line: &str, made: &mut Made) -> Result<(), Failure> {
    let body = line.trim_start_matches(space);
    made.text(&line[..line.len() - body.len()])?;
    let mut after_space = false;
    for piece in body.split_inclusive(space) {
        let word = piece.trim_end_matches(space);
        if !word.is_empty() {
            made.text(if after_space { " " } else { "" })?;
            made.text(word)?;
        }
        after_space = word.len() < piece.len();
    }
    made.text(if after_space { " " } else { "" })
}

pub(crate) fn tabs(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let to_spaces = args.choice(1)? == "spaces";
    let width = args.count(2)?;
    if !(1..=TAB_COLUMNS_MAX).contains(&width) {
        return Err(Failure::bad(format!("a tab stop of {width} columns; expected 1 to {TAB_COLUMNS_MAX}")));
    }
    let width = usize::try_from(width).unwrap_or(1);
    Ok(Edited::start(Tabs { to_spaces, width, blanks: " ".repeat(width) }))
}

struct Tabs {
    to_spaces: bool,
    /// Columns between tab stops.
    width: usize,
    /// As many blanks.
    blanks: String,
}

impl LineEdit for Tabs {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        if !self.to_spaces {
            let body = line.trim_start_matches(space);
            let columns = self.columns(&line[..line.len() - body.len()]);
            (0..columns / self.width).try_for_each(|_| made.text("\t"))?;
            (0..columns % self.width).try_for_each(|_| made.text(" "))?;
            made.text(body)?;
            return Ok(true);
        }
        let mut column = 0;
        for letter in line.chars() {
            if letter == '\t' {
                let next = self.stop_after(column);
                made.text(&self.blanks[..next - column])?;
                column = next;
            } else {
                made.letter(letter)?;
                column += letter.width().unwrap_or(0);
            }
        }
        Ok(true)
    }
}

impl Tabs {
    fn stop_after(&self, column: usize) -> usize {
        (column / self.width + 1) * self.width
    }

    /// Columns that an indentation takes.
    fn columns(&self, indentation: &str) -> usize {
        indentation.chars().fold(0, |column, letter| if letter == '\t' { self.stop_after(column) } else { column + 1 })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{choose, edited, given};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    const MESSY: &str = "\n\n  a  b \t\n\n \n\nc\t\t d\r\n\n";

    fn tidied(what: &str) -> String {
        edited("text.tidy", MESSY, 3, &[("what", choose(what))])
    }

    #[test]
    fn each_kind_of_white_space() {
        assert_eq!(tidied("all"), "  a  b\n\nc\t\t d\r\n");
        assert_eq!(tidied("trailing-space"), "\n\n  a  b\n\n\n\nc\t\t d\r\n\n");
        assert_eq!(tidied("indentation"), "\n\na  b \t\n\n\n\nc\t\t d\r\n\n");
        assert_eq!(tidied("both-ends"), "\n\na  b\n\n\n\nc\t\t d\r\n\n");
        assert_eq!(tidied("blank-lines"), "  a  b \t\nc\t\t d\r\n");
        assert_eq!(tidied("repeated-blank-lines"), "\n  a  b \t\n\nc\t\t d\r\n\n");
        assert_eq!(tidied("repeated-spaces"), "\n\n  a b \n\n \n\nc d\r\n\n");
        assert_eq!(edited("text.tidy", "", 3, &[]), "");
        assert_eq!(edited("text.tidy", "a ", 3, &[]), "a");
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        let width = ("width", Value::Int(4));
        assert_eq!(edited("text.tabs", "a\tb\n\t中\tc", 2, std::slice::from_ref(&width)), "a   b\n    中  c");
        let back = edited("text.tabs", "      a  b\n  \tc\n", 2, &[("to", choose("tabs")), width]);
        assert_eq!(back, "\t  a  b\n\tc\n");
        assert!(matches!(given("text.tabs", "", 1, &[("width", Value::Int(0))]), Err(Failure::BadInput(_))));
        let wide = given("text.tabs", &"\t".repeat(3_000_000), 1 << 20, &[("width", Value::Int(100))]);
        assert!(matches!(wide, Err(Failure::Limit(_))));
    }

    proptest! {
        // Each case runs many calls.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn tidying_again_changes_nothing(input in "[ab \t\n]{0,60}", chunk in 1..9_usize) {
            for what in ["all", "trailing-space", "indentation", "both-ends", "blank-lines", "repeated-blank-lines", "repeated-spaces"] {
                let arguments = [("what", choose(what))];
                let once = edited("text.tidy", &input, chunk, &arguments);
                prop_assert_eq!(edited("text.tidy", &once, 64, &arguments), once.clone());
                let letters = |text: &str| text.split_whitespace().collect::<String>();
                prop_assert_eq!(letters(&once), letters(&input));
            }
        }
    }
}
