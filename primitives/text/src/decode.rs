//! `text.decode`: bytes to UTF-8.
//!
//! What is text already is named as a part of the chunk and not copied; only a character that crosses chunks, and a
//! chunk in which something is replaced, are put together anew.

use simdutf8::compat::from_utf8;
use telos_pack::{Args, Failure, Out, Running};

const MARK: &str = "\u{feff}";
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Decode { lossy: args.flag(1)?, offset: 0, pending: Vec::new(), begun: false }))
}

struct Decode {
    lossy: bool,
    /// Bytes of the input before `pending`.
    offset: u64,
    /// The beginning of a character whose rest is in the next chunk. At most 3 bytes.
    pending: Vec<u8>,
    /// Whether the place where a byte order mark may stand has passed.
    begun: bool,
}

impl Running for Decode {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let mut from = 0;
        if !self.pending.is_empty() {
            from = continuation(chunk);
            let mut character = std::mem::take(&mut self.pending);
            character.extend_from_slice(&chunk[..from]);
            // Where the chunk goes on, what continues the character is here in full.
            self.pass(&character, None, from < chunk.len(), out)?;
        }
        self.pass(&chunk[from..], Some(from), false, out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let rest = std::mem::take(&mut self.pending);
        self.pass(&rest, None, true, out)
    }
}

/// Bytes at the start of `chunk` that may continue a character: at most 3.
fn continuation(chunk: &[u8]) -> usize {
    chunk.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count()
}

impl Decode {
    /// Emits what is complete of `data`, which begins at byte `at` of the chunk, or is not a part of it. When `whole`,
    /// an unfinished character is an error like any other; else it is kept.
    fn pass(&mut self, data: &[u8], at: Option<usize>, whole: bool, out: &mut Out) -> Result<(), Failure> {
        let mut rest = data;
        let mut text = Vec::new();
        let mut kept = 0;
        while let Err(error) = from_utf8(rest) {
            let (good, bad) = rest.split_at(error.valid_up_to());
            let length = match error.error_len() {
                None if !whole => {
                    self.pending = bad.to_vec();
                    kept = bad.len();
                    rest = good;
                    break;
                }
                None => bad.len(),
                Some(length) => length,
            };
            if !self.lossy {
                let consumed = data.len() - rest.len() + good.len();
                return Err(self.refusal(consumed, bad[0]));
            }
            text.extend_from_slice(good);
            text.extend_from_slice(REPLACEMENT);
            rest = &bad[length..];
        }
        let passed = data.len() - kept;
        let mut start = 0;
        if passed > 0 && !std::mem::replace(&mut self.begun, true) && data.starts_with(MARK.as_bytes()) {
            start = MARK.len();
        }
        self.offset += passed as u64;
        match at {
            Some(at) if text.is_empty() => out.pushed(0, at + start..at + passed),
            _ => {
                text.extend_from_slice(rest);
                text.drain(..start);
                out.bytes(0, text);
            }
        }
        Ok(())
    }

    fn refusal(&self, consumed: usize, byte: u8) -> Failure {
        let offset = self.offset + consumed as u64;
        Failure::bad(format!(
            "byte {offset} (0x{byte:02x}) is not UTF-8 text; this may be a binary file or another encoding (decode with \
             `lossy` to replace such bytes)"
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn decode(data: &[u8], chunk: usize, lossy: bool) -> Result<String, Failure> {
        run(&PACK, "text.decode", data, chunk, &[("lossy", Value::Bool(lossy))]).map(|given| given.text("text"))
    }

    #[test]
    fn a_mark_is_dropped_only_at_the_start() {
        assert_eq!(decode("\u{feff}a\u{feff}".as_bytes(), 1, false).unwrap(), "a\u{feff}");
        assert_eq!(decode(b"\xef\xbb", 1, true).unwrap(), "\u{fffd}");
    }

    #[test]
    fn the_offset_of_a_bad_byte_is_told_across_chunks() {
        let mut data = "\u{feff}grün".as_bytes().to_vec();
        let at = data.len();
        data.extend_from_slice(b"\xffend");
        for chunk in 1..12 {
            let message = decode(&data, chunk, false).unwrap_err().to_string();
            assert!(message.contains(&format!("byte {at} (0xff)")), "{chunk}: {message}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(data in prop::collection::vec(prop_oneof![any::<u8>(), 0xc0..0xff_u8], 0..60), chunk in 1..9_usize) {
            let unmarked = data.strip_prefix(super::MARK.as_bytes()).unwrap_or(&data);
            prop_assert_eq!(decode(&data, chunk, true).unwrap(), String::from_utf8_lossy(unmarked));
            prop_assert_eq!(decode(&data, chunk, false).ok(), std::str::from_utf8(unmarked).ok().map(String::from));
        }
    }
}
