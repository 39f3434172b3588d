//! `text.line-endings`: LF as Unix has it, or CR LF as Windows does.

use crate::lines::Made;
use telos_pack::{Args, Failure, Out, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let ending = match args.choice(1)?.as_str() {
        "lf" | "unix" => "\n",
        "crlf" | "windows" | "dos" => "\r\n",
        other => return Err(Failure::Internal(format!("`{other}` is no line ending"))),
    };
    Ok(Box::new(Endings { ending, after_return: false, made: Made::default(), count: 0 }))
}

struct Endings {
    ending: &'static str,
    /// The last byte was a carriage return that is not written yet.
    after_return: bool,
    made: Made,
    /// Endings that were another before.
    count: u64,
}

impl Endings {
    fn end_line(&mut self, was: &str) -> Result<(), Failure> {
        self.count += u64::from(was != self.ending);
        self.made.text(self.ending)
    }
}

impl Running for Endings {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.made.took(chunk.len());
        let mut rest = chunk;
        if self.after_return && !rest.is_empty() {
            self.after_return = false;
            match rest.strip_prefix(b"\n") {
                Some(after) => {
                    rest = after;
                    self.end_line("\r\n")?;
                }
                None => self.end_line("\r")?,
            }
        }
        while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
            self.made.bytes(&rest[..at])?;
            let (was, next) = match &rest[at..] {
                [b'\r', b'\n', ..] => ("\r\n", at + 2),
                [b'\r'] => {
                    self.after_return = true;
                    rest = &[];
                    break;
                }
                [b'\r', ..] => ("\r", at + 1),
                _ => ("\n", at + 1),
            };
            self.end_line(was)?;
            rest = &rest[next..];
        }
        self.made.bytes(rest)?;
        self.made.give(false, out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        if std::mem::take(&mut self.after_return) {
            self.end_line("\r")?;
        }
        self.made.give(true, out);
        out.count(1, self.count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{choose, edited, given};
    use proptest::prelude::*;

    #[test]
    fn every_ending_becomes_the_one_wanted() {
        let given = given("text.line-endings", "a\r\nb\rc\n\r", 1, &[("style", choose("windows"))]).unwrap();
        assert_eq!((given.text("text").as_str(), given.int("count")), ("a\r\nb\r\nc\r\n\r\n", Some(3)));
        assert_eq!(edited("text.line-endings", "", 1, &[]), "");
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same(input in "[aé\r\n]{0,40}", chunk in 1..9_usize) {
            let expected = input.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(edited("text.line-endings", &input, chunk, &[]), expected.clone());
            let windows = edited("text.line-endings", &input, chunk, &[("style", choose("crlf"))]);
            prop_assert_eq!(windows, expected.replace('\n', "\r\n"));
        }
    }
}
