//! Four letters for three bytes.

use crate::{is_blank, shown};
use telos_pack::{Args, Failure, Out, Running};

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD: u8 = b'=';

/// `base64.encode`.
pub(crate) fn encode(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Encode { rest: Vec::with_capacity(3) }))
}

/// `base64.decode`.
pub(crate) fn decode(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Decode { bits: 0, letters: 0, pads: 0 }))
}

struct Encode {
    /// Up to two bytes that wait for a third.
    rest: Vec<u8>,
}

/// The letters of one to three bytes, padded to four.
fn group(bytes: &[u8], letters: &mut Vec<u8>) {
    let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for place in 0..4 {
        let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
        letters.push(if place <= bytes.len() { letter } else { PAD });
    }
}

impl Running for Encode {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let mut letters = Vec::with_capacity(chunk.len() / 3 * 4 + 8);
        let missing = if self.rest.is_empty() { 0 } else { 3 - self.rest.len() };
        let (first, chunk) = chunk.split_at(missing.min(chunk.len()));
        self.rest.extend_from_slice(first);
        if self.rest.len() == 3 {
            group(&self.rest, &mut letters);
            self.rest.clear();
        }
        let whole = chunk.chunks_exact(3);
        self.rest.extend_from_slice(whole.remainder());
        whole.for_each(|bytes| group(bytes, &mut letters));
        out.bytes(0, letters);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let mut letters = Vec::new();
        if !self.rest.is_empty() {
            group(&self.rest, &mut letters);
        }
        out.bytes(0, letters);
        Ok(())
    }
}

struct Decode {
    /// Six bits for each letter of the group so far.
    bits: u32,
    letters: u32,
    pads: u32,
}

fn value(letter: u8) -> Result<u32, Failure> {
    Ok(u32::from(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return Err(Failure::bad(format!("{} is not a letter of base64", shown(letter)))),
    }))
}

impl Running for Decode {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let mut bytes = Vec::with_capacity(chunk.len() / 4 * 3 + 3);
        for letter in chunk.iter().copied().filter(|byte| !is_blank(*byte)) {
            if letter == PAD {
                self.pads += 1;
                if self.letters + self.pads > 4 || self.letters < 2 {
                    return Err(Failure::bad("`=` stands where base64 does not end"));
                }
                continue;
            }
            if self.pads > 0 {
                return Err(Failure::bad("something follows the `=` that ends base64"));
            }
            self.bits = self.bits << 6 | value(letter)?;
            self.letters += 1;
            if self.letters == 4 {
                bytes.extend_from_slice(&self.bits.to_be_bytes()[1..]);
                (self.bits, self.letters) = (0, 0);
            }
        }
        out.bytes(0, bytes);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        if self.pads > 0 && self.letters + self.pads != 4 {
            return Err(Failure::bad("base64 ends with too few `=`"));
        }
        let whole = self.bits << (6 * (4 - self.letters) % 24);
        let [_, bytes @ .., _] = whole.to_be_bytes();
        let (bytes, unused) = match self.letters {
            0 => return Ok(()),
            2 => (bytes[..1].to_vec(), self.bits & 15),
            3 => (bytes.to_vec(), self.bits & 3),
            _ => return Err(Failure::bad("base64 is cut off: one letter is left over")),
        };
        if unused != 0 {
            return Err(Failure::bad("the last letter of base64 holds bits that stand for nothing: it is damaged"));
        }
        out.bytes(0, bytes);
        Ok(())
    }
}
