//! `text.count`: lines, words, characters, bytes.

use telos_pack::{Args, Failure, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Count::default()))
}

/// Bytes side by side in a vector.
const LANES: usize = 16;
/// Vectors counted in one go: as many as a byte can count, so that the loop adds whole vectors.
const VECTORS: usize = 255;

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

/// What is counted of each byte, lane by lane.
#[derive(Default)]
struct Tally {
    lines: [u8; LANES],
    words: [u8; LANES],
    characters: [u8; LANES],
}

impl Tally {
    /// Counts a vector; `before` holds the byte before each. At most [`VECTORS`] times.
    #[inline]
    fn add(&mut self, before: &[u8; LANES], bytes: &[u8; LANES]) {
        for lane in 0..LANES {
            self.lines[lane] = self.lines[lane].wrapping_add(u8::from(bytes[lane] == b'\n'));
            self.words[lane] = self.words[lane].wrapping_add(u8::from(white(before[lane]) & !white(bytes[lane])));
            self.characters[lane] = self.characters[lane].wrapping_add(u8::from(begins(bytes[lane])));
        }
    }
}

fn sum(lanes: &[u8; LANES]) -> u64 {
    lanes.iter().map(|count| u64::from(*count)).sum()
}

impl Count {
    fn byte(&mut self, byte: u8) {
        self.lines += u64::from(byte == b'\n');
        self.words += u64::from(self.last.is_none_or(white) && !white(byte));
        self.characters += u64::from(begins(byte));
        self.last = Some(byte);
    }
}

impl Running for Count {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.bytes += chunk.len() as u64;
        let Some((first, rest)) = chunk.split_first() else { return Ok(()) };
        self.byte(*first);
        // Every byte of `rest` has the one before it in `chunk`, at the same place.
        let (vectors, tail) = rest.as_chunks::<LANES>();
        let (before, _) = chunk.as_chunks::<LANES>();
        for (before, vectors) in before.chunks(VECTORS).zip(vectors.chunks(VECTORS)) {
            let mut tally = Tally::default();
            for (before, bytes) in before.iter().zip(vectors) {
                tally.add(before, bytes);
            }
            self.lines += sum(&tally.lines);
            self.words += sum(&tally.words);
            self.characters += sum(&tally.characters);
        }
        self.last = chunk.get(vectors.len() * LANES).copied();
        tail.iter().for_each(|byte| self.byte(*byte));
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
        fn agrees_with_the_standard_library(text in "[a-cé€ \n\t]{0,9000}", chunk in prop_oneof![1..300_usize, Just(9000)]) {
            let given = run(&PACK, "text.count", text.as_bytes(), chunk, &[]).unwrap();
            let got = ["lines", "words", "characters", "bytes"].map(|port| usize::try_from(given.int(port).unwrap()).unwrap());
            let expected =
                [text.lines().count(), text.split_ascii_whitespace().count(), text.chars().count(), text.len()];
            prop_assert_eq!(got, expected);
        }
    }
}
