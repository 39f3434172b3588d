//! `text.count`: lines, words, characters, bytes.

use telos_pack::{Args, Failure, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Count::default()))
}

/// Bytes counted in one go: few enough that a byte holds the count, so that the loops run on whole vectors.
const BLOCK_BYTES: usize = 128;

/// Whether a byte is white space in ASCII.
fn white(byte: u8) -> bool {
    (byte == b' ') | (byte.wrapping_sub(b'\t') < 5)
}

/// Whether a byte begins a character: 0x80..=0xbf continue one.
fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

#[derive(Default)]
struct Count {
    lines: u64,
    words: u64,
    characters: u64,
    bytes: u64,
    last: Option<u8>,
}

impl Running for Count {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.lines += memchr::memchr_iter(b'\n', chunk).count() as u64;
        for block in chunk.chunks(BLOCK_BYTES) {
            let before = self.last.unwrap_or(b' ');
            let mut characters = 0_u8;
            for byte in block {
                characters = characters.wrapping_add(u8::from(begins(*byte)));
            }
            let mut words = u8::from(white(before) & !white(block[0]));
            for (byte, next) in block.iter().zip(&block[1..]) {
                words = words.wrapping_add(u8::from(white(*byte) & !white(*next)));
            }
            self.characters += u64::from(characters);
            self.words += u64::from(words);
            self.last = block.last().copied();
        }
        self.bytes += chunk.len() as u64;
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
        fn agrees_with_the_standard_library(text in "[a-cé€ \n\t]{0,400}", chunk in 1..300_usize) {
            let given = run(&PACK, "text.count", text.as_bytes(), chunk, &[]).unwrap();
            let got = ["lines", "words", "characters", "bytes"].map(|port| usize::try_from(given.int(port).unwrap()).unwrap());
            let expected =
                [text.lines().count(), text.split_ascii_whitespace().count(), text.chars().count(), text.len()];
            prop_assert_eq!(got, expected);
        }
    }
}
