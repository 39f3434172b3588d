//! `text.common`, `text.subtract` and `text.duplicates`: lines that occur elsewhere, or more than once.

use crate::lines::{Made, held_text, key, lines_of};
use hashbrown::{HashMap, HashSet};
use telos_pack::{Args, Failure, Held, Out, Running};

pub(crate) fn common(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    start(args, true)
}

pub(crate) fn subtract(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    start(args, false)
}

fn start(args: &mut Args, in_both: bool) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Sets { held: [Held::new(), Held::new()], in_both, ignore_case: args.flag(2)? }))
}

struct Sets {
    held: [Held; 2],
    /// Keeps the lines that the second text has too; else those that it lacks.
    in_both: bool,
    ignore_case: bool,
}

impl Running for Sets {
    fn push(&mut self, port: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held[usize::from(port != 0)].push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let [first, second] = &mut self.held;
        let (first, second) = (held_text(first)?, held_text(second)?);
        let others: HashSet<_> = lines_of(&second).map(|line| key(line, self.ignore_case)).collect();
        let mut given = HashSet::new();
        let mut made = Made::default();
        made.took(first.len());
        for line in lines_of(&first) {
            let key = key(line, self.ignore_case);
            if others.contains(&key) == self.in_both && given.insert(key) {
                made.line(line)?;
            }
        }
        made.give(true, out);
        out.count(1, given.len() as u64);
        Ok(())
    }
}

pub(crate) fn duplicates(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Duplicates { held: Held::new(), ignore_case: args.flag(1)? }))
}

struct Duplicates {
    held: Held,
    ignore_case: bool,
}

impl Running for Duplicates {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let text = held_text(&mut self.held)?;
        // Whether a line that has been seen has been given as well.
        let mut seen: HashMap<_, bool> = HashMap::new();
        let mut made = Made::default();
        made.took(text.len());
        let mut count = 0;
        for line in lines_of(&text) {
            if let Some(given) = seen.get_mut(&key(line, self.ignore_case)) {
                if !std::mem::replace(given, true) {
                    made.line(line)?;
                    count += 1;
                }
            } else {
                seen.insert(key(line, self.ignore_case), false);
            }
        }
        made.give(true, out);
        out.count(1, count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{given, of_two};
    use proptest::prelude::*;
    use telos_pack::Value;

    fn lines(name: &str, first: &str, second: &str, ignore_case: bool) -> (String, Option<i64>) {
        let given = of_two(name, first, second, &[("ignore-case", Value::Bool(ignore_case))]).unwrap();
        (given.text("lines"), given.int("count"))
    }

    #[test]
    fn lines_in_both_or_in_the_first_alone() {
        let (first, second) = ("b\na\r\nB\nb\nc", "a\nb");
        assert_eq!(lines("text.common", first, second, false), ("b\na\n".into(), Some(2)));
        assert_eq!(lines("text.subtract", first, second, false), ("B\nc\n".into(), Some(2)));
        assert_eq!(lines("text.subtract", first, second, true), ("c\n".into(), Some(1)));
        assert_eq!(lines("text.common", "", second, false), (String::new(), Some(0)));
    }

    #[test]
    fn lines_that_occur_more_than_once() {
        let twice = given("text.duplicates", "a\nb\nÄ\na\nä\na", 2, &[("ignore-case", Value::Bool(true))]).unwrap();
        assert_eq!((twice.text("lines").as_str(), twice.int("count")), ("a\nä\n", Some(2)));
        assert_eq!(given("text.duplicates", "", 2, &[]).unwrap().int("count"), Some(0));
    }

    proptest! {
        #[test]
        fn every_line_is_common_or_left(first in "[abc\n]{0,30}", second in "[abc\n]{0,30}") {
            let (_, both) = lines("text.common", &first, &second, false);
            let (_, left) = lines("text.subtract", &first, &second, false);
            let distinct: std::collections::BTreeSet<&str> = first.lines().collect();
            prop_assert_eq!(both.unwrap() + left.unwrap(), i64::try_from(distinct.len()).unwrap());
        }
    }
}
