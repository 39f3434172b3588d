//! `text.reverse`: the last line first, or the words or letters of each line backwards.

use crate::lines::{Edited, LineEdit, Made, held_text};
use telos_pack::{Args, Failure, Held, Out, Running};
use unicode_segmentation::UnicodeSegmentation;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    match args.choice(1)?.as_str() {
        "lines" => Ok(Box::new(Lines { held: Held::new() })),
        "words" => Ok(Edited::start(Words)),
        "letters" | "characters" => Ok(Edited::start(Letters)),
        other => Err(Failure::Internal(format!("`{other}` is not lines, words or letters"))),
    }
}

struct Lines {
    held: Held,
}

impl Running for Lines {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let text = held_text(&mut self.held)?;
        let mut reversed = String::with_capacity(text.len() + 1);
        // Found from the end, so that no list of lines is needed.
        let mut rest = text.strip_suffix('\n').unwrap_or(&text);
        while !text.is_empty() {
            let (before, line) = rest.rsplit_once('\n').map_or((None, rest), |(before, line)| (Some(before), line));
            reversed.push_str(line);
            reversed.push('\n');
            let Some(before) = before else { break };
            rest = before;
        }
        out.bytes(0, reversed.into_bytes());
        Ok(())
    }
}

struct Words;

impl LineEdit for Words {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        for (index, word) in line.split_whitespace().rev().enumerate() {
            made.text(if index == 0 { "" } else { " " })?;
            made.text(word)?;
        }
        Ok(true)
    }
}

struct Letters;

impl LineEdit for Letters {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        // An accent stays with its letter.
        line.graphemes(true).rev().try_for_each(|letter| made.text(letter))?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{choose, edited};
    use proptest::prelude::*;

    #[test]
    fn lines_words_and_letters() {
        assert_eq!(edited("text.reverse", "a\n\nb\nc", 2, &[]), "c\nb\n\na\n");
        assert_eq!(edited("text.reverse", "", 2, &[]), "");
        assert_eq!(edited("text.reverse", "\n", 2, &[]), "\n");
        assert_eq!(edited("text.reverse", " a b\tc \r\nd", 2, &[("of", choose("words"))]), "c b a\r\nd");
        assert_eq!(edited("text.reverse", "abc\ne\u{301}x🇫🇷\n", 2, &[("of", choose("letters"))]), "cba\n🇫🇷xe\u{301}\n");
    }

    proptest! {
        #[test]
        fn twice_is_as_before(lines in prop::collection::vec("[abé ]{0,4}", 0..12), chunk in 1..9_usize) {
            let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let backwards: String = lines.iter().rev().map(|line| format!("{line}\n")).collect();
            prop_assert_eq!(edited("text.reverse", &input, chunk, &[]), backwards);
            let letters = [("of", choose("letters"))];
            let once = edited("text.reverse", &input, chunk, &letters);
            prop_assert_eq!(edited("text.reverse", &once, chunk, &letters), input);
        }
    }
}
