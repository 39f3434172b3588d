//! `text.head` and `text.tail`: the first and last lines.

use telos_pack::{Args, Failure, LINE_BYTES_MAX, Out, Running};

pub(crate) fn head(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Head { left: args.count(1)? }))
}

pub(crate) fn tail(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let wanted = usize::try_from(args.count(1)?).unwrap_or(usize::MAX);
    Ok(Box::new(Tail { wanted, held: Vec::new(), settled: 0 }))
}

struct Head {
    left: u64,
}

impl Running for Head {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let mut end = 0;
        while self.left > 0 && end < chunk.len() {
            match memchr::memchr(b'\n', &chunk[end..]) {
                Some(at) => {
                    end += at + 1;
                    self.left -= 1;
                }
                None => end = chunk.len(),
            }
        }
        out.pushed(0, 0..end);
        Ok(())
    }

    fn finish(&mut self, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

/// Holds a suffix of the input that has at least the wanted lines, and trims it whenever it has doubled.
struct Tail {
    wanted: usize,
    held: Vec<u8>,
    /// Bytes held after the last trim.
    settled: usize,
}

/// Below this the suffix is not worth trimming.
const SLACK_BYTES: usize = 1 << 20;
/// Most bytes of lines that are given back.
const HELD_BYTES_MAX: usize = 2 * LINE_BYTES_MAX;

impl Running for Tail {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.extend_from_slice(chunk);
        if self.held.len() > 2 * self.settled + SLACK_BYTES {
            self.trim();
            if self.held.len() > HELD_BYTES_MAX {
                let most = HELD_BYTES_MAX >> 20;
                return Err(Failure::Limit(format!(
                    "the last lines are longer than {most} MiB together; ask for fewer"
                )));
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.trim();
        out.bytes(0, std::mem::take(&mut self.held));
        Ok(())
    }
}

impl Tail {
    fn trim(&mut self) {
        let lines_end = self.held.strip_suffix(b"\n").map_or(self.held.len(), <[u8]>::len);
        let start = match self.wanted.checked_sub(1) {
            None => self.held.len(),
            Some(feeds) => memchr::memrchr_iter(b'\n', &self.held[..lines_end]).nth(feeds).map_or(0, |at| at + 1),
        };
        self.held.drain(..start);
        self.settled = self.held.len();
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::Value;
    use telos_pack::testing::run;

    fn ends(name: &str, text: &str, chunk: usize, count: usize) -> String {
        let count = Value::Int(i64::try_from(count).unwrap());
        run(&PACK, name, text.as_bytes(), chunk, &[("count", count)]).unwrap().text("lines")
    }

    #[test]
    fn a_long_input_is_trimmed_on_the_way() {
        let text: String = (0..400_000).map(|line| format!("line {line}\n")).collect();
        assert_eq!(ends("text.tail", &text, 65_536, 2), "line 399998\nline 399999\n");
    }

    proptest! {
        #[test]
        fn agree_with_a_list_of_lines(text in "[ab\n]{0,40}", chunk in 1..9_usize, count in 0..6_usize) {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let first: String = lines.iter().take(count).copied().collect();
            let last: String = lines.iter().skip(lines.len().saturating_sub(count)).copied().collect();
            prop_assert_eq!(ends("text.head", &text, chunk, count), first);
            prop_assert_eq!(ends("text.tail", &text, chunk, count), last);
        }
    }
}
