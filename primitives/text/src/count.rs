//! `text.count`: lines, words, characters, bytes.

use telos_pack::{Args, Failure, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Count::default()))
}

/// A class for each byte, so that the hot loop neither branches nor decodes: bit 0 begins a character, bit 1 is white.
const CLASS: [u8; 256] = classes();
const BEGINS: u8 = 1;
const WHITE: u8 = 2;

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        // Bytes 0x80..=0xbf continue a character.
        if byte & 0xc0 != 0x80 {
            table[byte] |= BEGINS;
        }
        if matches!(byte, 9..=13 | 32) {
            table[byte] |= WHITE;
        }
        byte += 1;
    }
    table
}

#[derive(Default)]
struct Count {
    lines: u64,
    words: u64,
    characters: u64,
    bytes: u64,
    last: Option<u8>,
    in_word: bool,
}

impl Running for Count {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.lines += memchr::memchr_iter(b'\n', chunk).count() as u64;
        let mut characters = 0_u64;
        let mut words = 0_u64;
        let mut white_before = u8::from(!self.in_word);
        for byte in chunk {
            let class = CLASS[usize::from(*byte)];
            let white = class >> 1;
            characters += u64::from(class & BEGINS);
            words += u64::from(white_before & !white & 1);
            white_before = white;
        }
        self.characters += characters;
        self.words += words;
        self.in_word = white_before == 0;
        self.bytes += chunk.len() as u64;
        self.last = chunk.last().copied().or(self.last);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let unfinished = self.last.is_some_and(|byte| byte != b'\n');
        out.count(0, self.lines + u64::from(unfinished));
        out.count(1, self.words);
        out.count(2, self.characters);
        out.count(3, self.bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::run;

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(text in "[a-cé€ \n\t]{0,80}", chunk in 1..9_usize) {
            let given = run(&PACK, "text.count", text.as_bytes(), chunk, &[]).unwrap();
            let got = ["lines", "words", "characters", "bytes"].map(|port| given.int(port).unwrap() as usize);
            let expected =
                [text.lines().count(), text.split_ascii_whitespace().count(), text.chars().count(), text.len()];
            prop_assert_eq!(got, expected);
        }
    }
}
