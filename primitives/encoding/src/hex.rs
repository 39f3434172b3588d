//! Two digits a byte.

use crate::{is_blank, shown};
use telos_pack::{Args, Failure, Out, Running};

/// `hex.encode`.
pub(crate) fn encode(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Encode))
}

/// `hex.decode`.
pub(crate) fn decode(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Decode { high: None }))
}

struct Encode;

impl Running for Encode {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = chunk.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        out.bytes(0, digits.collect());
        Ok(())
    }

    fn finish(&mut self, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

struct Decode {
    /// The first digit of a byte whose second has not come.
    high: Option<u8>,
}

impl Running for Decode {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let mut bytes = Vec::with_capacity(chunk.len() / 2 + 1);
        for byte in chunk.iter().copied().filter(|byte| !is_blank(*byte)) {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'A'..=b'F' => byte - b'A' + 10,
                _ => return Err(Failure::bad(format!("{} is not a hexadecimal digit", shown(byte)))),
            };
            match self.high.take() {
                Some(high) => bytes.push(high << 4 | digit),
                None => self.high = Some(digit),
            }
        }
        out.bytes(0, bytes);
        Ok(())
    }

    fn finish(&mut self, _: &mut Out) -> Result<(), Failure> {
        match self.high {
            None => Ok(()),
            Some(_) => Err(Failure::bad("the number of hexadecimal digits is odd: the last byte is cut off")),
        }
    }
}
