//! `text.compare`: the differences between two texts, as a unified diff.

use crate::effort::too_far;
use crate::lines::{Made, held_text, key};
use hashbrown::HashMap;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};
use std::borrow::Cow;
use std::ops::Range;
use telos_pack::{Args, Failure, Held, Out, Running, Value};

/// Most lines of each text.
const LINES_MAX: usize = 4 << 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Compare {
        held: [Held::new(), Held::new()],
        context: usize::try_from(args.count(2)?).unwrap_or(LINES_MAX).min(LINES_MAX),
        ignore_case: args.flag(3)?,
        ignore_space: args.flag(4)?,
    }))
}

struct Compare {
    held: [Held; 2],
    /// Equal lines shown around a difference.
    context: usize,
    ignore_case: bool,
    ignore_space: bool,
}

impl Running for Compare {
    fn push(&mut self, port: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held[usize::from(port != 0)].push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let [first, second] = &mut self.held;
        let (first, second) = (held_text(first)?, held_text(second)?);
        let (old, new) = (lines(&first)?, lines(&second)?);
        let ops = self.differences(&old, &new)?;
        let mut made = Made::default();
        made.took(first.len() + second.len());
        let (mut count, mut added, mut removed) = (0, 0, 0);
        for op in &ops {
            if op.tag() != DiffTag::Equal {
                let (gone, come) = (op.old_range().len() as u64, op.new_range().len() as u64);
                count += gone.max(come);
                removed += gone;
                added += come;
            }
        }
        if count > 0 {
            made.text("--- first\n+++ second\n")?;
            for hunk in group_diff_ops(ops, self.context) {
                write_hunk(&hunk, &old, &new, &mut made)?;
            }
        }
        made.give(true, out);
        out.count(1, count);
        out.count(2, added);
        out.count(3, removed);
        out.value(4, &Value::Bool(count == 0));
        Ok(())
    }
}

/// The lines of a text with their endings.
fn lines(text: &str) -> Result<Vec<&str>, Failure> {
    let lines: Vec<&str> = text.split_inclusive('\n').take(LINES_MAX + 1).collect();
    if lines.len() > LINES_MAX {
        return Err(Failure::Limit(format!("texts of more than {LINES_MAX} lines are not compared")));
    }
    Ok(lines)
}

impl Compare {
    /// What makes the new lines from the old ones. Equal lines get equal numbers first, so that each is read once.
    fn differences<'a>(&self, old: &[&'a str], new: &[&'a str]) -> Result<Vec<DiffOp>, Failure> {
        let mut numbers: HashMap<Cow<'a, str>, usize> = HashMap::new();
        let [old, new] = [old, new].map(|lines| {
            let mut numbered = Vec::with_capacity(lines.len());
            for line in lines {
                let next = numbers.len();
                numbered.push(*numbers.entry(self.form(line)).or_insert(next));
            }
            numbered
        });
        if too_far(&old, &new) {
            return Err(Failure::Limit(String::from("the texts have too many lines for how much they differ")));
        }
        Ok(capture_diff_slices(Algorithm::Myers, &old, &new))
    }

    /// The form in which a line is compared.
    fn form<'a>(&self, line: &'a str) -> Cow<'a, str> {
        if self.ignore_space {
            let words: Vec<&str> = line.split_whitespace().collect();
            return Cow::Owned(key(&words.join(" "), self.ignore_case).into_owned());
        }
        key(line, self.ignore_case)
    }
}

/// The place of a range of lines as hunks name it: counted from 1, and an empty range by the line before it.
fn place(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        length => format!("{},{length}", range.start + 1),
    }
}

fn write_hunk(hunk: &[DiffOp], old: &[&str], new: &[&str], made: &mut Made) -> Result<(), Failure> {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return Ok(()) };
    let gone = place(&(first.old_range().start..last.old_range().end));
    let come = place(&(first.new_range().start..last.new_range().end));
    made.text(&format!("@@ -{gone} +{come} @@\n"))?;
    for op in hunk {
        if op.tag() == DiffTag::Equal {
            write_lines(" ", old, op.old_range(), made)?;
        } else {
            write_lines("-", old, op.old_range(), made)?;
            write_lines("+", new, op.new_range(), made)?;
        }
    }
    Ok(())
}

fn write_lines(mark: &str, lines: &[&str], range: Range<usize>, made: &mut Made) -> Result<(), Failure> {
    for line in lines.get(range).unwrap_or_default() {
        made.text(mark)?;
        made.text(line)?;
        made.text(if line.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::of_two;
    use proptest::prelude::*;
    use telos_pack::Value;
    use telos_pack::testing::Given;

    fn compared(first: &str, second: &str, arguments: &[(&str, Value)]) -> Given {
        of_two("text.compare", first, second, arguments).unwrap()
    }

    #[test]
    fn a_changed_line_counts_once() {
        let given = compared("a\nb\nc\n", "a\nx\nc\nd\n", &[("context", Value::Int(1))]);
        assert_eq!(given.text("diff"), "--- first\n+++ second\n@@ -1,3 +1,4 @@\n a\n-b\n+x\n c\n+d\n");
        assert_eq!(["count", "added", "removed"].map(|port| given.int(port)), [Some(2), Some(2), Some(1)]);
        assert_eq!(given.values["same"], Value::Bool(false));
    }

    #[test]
    fn equal_texts_have_no_differences() {
        for text in ["", "a\nb", "a\nb\n"] {
            let given = compared(text, text, &[]);
            assert_eq!((given.text("diff").as_str(), given.int("count")), ("", Some(0)));
            assert_eq!(given.values["same"], Value::Bool(true));
        }
        let loose = [("ignore-case", Value::Bool(true)), ("ignore-space", Value::Bool(true))];
        assert_eq!(compared("A  b \r\n", "a B", &loose).int("count"), Some(0));
        assert_eq!(compared("ab", "a b", &loose).int("count"), Some(1));
    }

    #[test]
    fn a_missing_last_line_feed_is_told() {
        let given = compared("a", "a\n", &[]);
        let expected = "--- first\n+++ second\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n";
        assert_eq!(given.text("diff"), expected);
        assert_eq!(compared("", "a\n", &[]).text("diff"), "--- first\n+++ second\n@@ -0,0 +1 @@\n+a\n");
    }

    /// The second text, made from the first one and a diff that shows every line.
    fn applied(diff: &str) -> (String, String) {
        let mut texts = (String::new(), String::new());
        for line in diff.lines().skip(2).filter(|line| !line.starts_with("@@")) {
            let (mark, text) = line.split_at(1);
            if mark != "+" {
                texts.0 += &format!("{text}\n");
            }
            if mark != "-" {
                texts.1 += &format!("{text}\n");
            }
        }
        texts
    }

    proptest! {
        #[test]
        fn a_diff_holds_both_texts(
            first in prop::collection::vec("[a-d]{1,2}", 1..20), second in prop::collection::vec("[a-d]{1,2}", 1..20),
        ) {
            let [first, second] = [first, second].map(|lines| lines.iter().map(|line| format!("{line}\n")).collect::<String>());
            let given = compared(&first, &second, &[("context", Value::Int(1_000))]);
            prop_assert_eq!(given.int("count") == Some(0), first == second);
            if first != second {
                prop_assert_eq!(applied(&given.text("diff")), (first, second));
            }
        }
    }
}
