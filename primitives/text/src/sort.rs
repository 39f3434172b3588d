//! `text.sort`: lines in order.

use crate::lines_of;
use std::cmp::Ordering;
use telos_pack::{Args, Failure, Held, Out, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Sort { numeric: args.flag(1)?, descending: args.flag(2)?, held: Held::new() }))
}

struct Sort {
    numeric: bool,
    descending: bool,
    held: Held,
}

impl Running for Sort {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let text = self.held.take();
        let sorted = if self.numeric {
            let mut keyed: Vec<(f64, &[u8])> = lines_of(&text).map(|line| (leading_number(line), line)).collect();
            keyed.sort_by(|a, b| directed(a.0.total_cmp(&b.0).then(a.1.cmp(b.1)), self.descending));
            joined(keyed.iter().map(|(_, line)| *line), text.len())
        } else {
            let mut lines: Vec<&[u8]> = lines_of(&text).collect();
            lines.sort_unstable_by(|a, b| directed(a.cmp(b), self.descending));
            joined(lines.iter().copied(), text.len())
        };
        out.bytes(0, sorted);
        Ok(())
    }
}

fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

fn joined<'a>(lines: impl Iterator<Item = &'a [u8]>, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 1);
    for line in lines {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

/// The number at the start of a line, after white space; a line without one sorts before every number.
fn leading_number(line: &[u8]) -> f64 {
    let line = line.trim_ascii_start();
    let digits =
        line.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let mut end = digits.count();
    while end > 0 {
        let number = std::str::from_utf8(&line[..end]).ok().and_then(|text| text.parse::<f64>().ok());
        match number {
            // Minus zero is zero: `total_cmp` would part them.
            Some(number) => return number + 0.0,
            None => end -= 1,
        }
    }
    f64::NEG_INFINITY
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::Value;
    use telos_pack::testing::run;

    fn sort(text: &str, numeric: bool, descending: bool) -> String {
        let arguments = [("numeric", Value::Bool(numeric)), ("descending", Value::Bool(descending))];
        run(&PACK, "text.sort", text.as_bytes(), 7, &arguments).unwrap().text("lines")
    }

    #[test]
    fn numbers_are_read_from_the_start_of_the_line() {
        assert_eq!(sort("10 b\n9 a\nx\n-1\n1e3e\n1.5.2\n", true, false), "x\n-1\n1.5.2\n9 a\n10 b\n1e3e\n");
        assert_eq!(sort("2\n10\n1\n", true, true), "10\n2\n1\n");
    }

    #[test]
    fn a_last_line_without_feed_gets_one() {
        assert_eq!(sort("b\na", false, false), "a\nb\n");
        assert_eq!(sort("", false, false), "");
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(lines in prop::collection::vec("[a-cé]{0,4}", 0..20), descending: bool) {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let mut expected = lines.clone();
            expected.sort();
            if descending { expected.reverse(); }
            let expected: String = expected.iter().map(|line| format!("{line}\n")).collect();
            prop_assert_eq!(sort(&text, false, descending), expected);
        }
    }
}
