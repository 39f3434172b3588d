//! Quotations in a line, in one pass: a mark that opens nothing must not hide the one after it, and a line full of such
//! marks must not be read again for each.

use crate::find::alone;
use std::ops::Range;

/// Opening marks, each with those that close it.
const MARKS: [(char, &[char]); 6] =
    [('"', &['"']), ('“', &['”']), ('«', &['»']), ('„', &['“', '”']), ('‘', &['’']), ('\'', &['\''])];

/// Where the closing mark of one kind comes next.
#[derive(Clone, Copy)]
enum Next {
    /// Not looked for yet.
    Unknown,
    /// At this byte.
    At(usize),
    /// Nowhere in the rest of the line.
    Nowhere,
}

/// What stands between the quotation marks of `line`, in order. An apostrophe quotes only where no letter touches it from
/// outside. O(length): each kind of closing mark is looked for onward from where it was found last.
pub(crate) fn quotations(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = [Next::Unknown; MARKS.len()];
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(letter) = line[from..].chars().next() {
            let inside = from + letter.len_utf8();
            let found = MARKS.iter().position(|(open, _)| *open == letter);
            let closed = found.and_then(|kind| closing(line, inside, MARKS[kind].1, &mut next[kind]));
            let Some(close) = closed else {
                from = inside;
                continue;
            };
            let end = close + line[close..].chars().next().map_or(0, char::len_utf8);
            let apostrophe = matches!(letter, '\'' | '‘');
            if letter == '\'' && close == inside || apostrophe && !alone(line, &(from..end)) {
                from = inside;
                continue;
            }
            from = end;
            return Some(inside..close);
        }
        None
    })
}

/// The first of `marks` at or after byte `from`.
fn closing(line: &str, from: usize, marks: &[char], next: &mut Next) -> Option<usize> {
    let stale = match *next {
        Next::Unknown => true,
        Next::At(at) => at < from,
        Next::Nowhere => false,
    };
    if stale {
        *next = line[from..].find(marks).map_or(Next::Nowhere, |at| Next::At(from + at));
    }
    match *next {
        Next::At(at) => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::quotations;

    fn found(line: &str) -> Vec<&str> {
        quotations(line).map(|range| &line[range]).collect()
    }

    #[test]
    fn apostrophes_hide_nothing() {
        assert_eq!(found("don't say \"hi\" or 'yes' or “so”, 'tis \"\""), ["hi", "yes", "so", ""]);
        assert_eq!(found("„a“ „b” «c» ‘d’ ''"), ["a", "b", "c", "d"]);
        assert_eq!(found("\"open"), Vec::<&str>::new());
    }

    #[test]
    fn a_line_full_of_marks_is_read_once() {
        for mark in ["'", "‘", "«", "\"", "„", "'a"] {
            let line = mark.repeat(200_000) + "’x";
            assert!(quotations(&line).count() <= line.len());
        }
    }
}
