//! Which files are text: UTF-8 without a NUL, from the first byte to the last.

use simdutf8::compat::from_utf8;
use telos_pack::Failure;

const MARK: char = '\u{feff}';

/// What is known of a file so far.
#[derive(Default)]
pub(crate) struct Utf8 {
    /// The beginning of a character whose rest has not come. At most 3 bytes.
    pending: Vec<u8>,
    /// Whether the place where a byte order mark may stand has passed.
    begun: bool,
    refused: bool,
}

impl Utf8 {
    /// Takes the next bytes of a file and hands on what is text, without a byte order mark. False, for good, once the
    /// file is found to be no text.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        let mut rest = bytes;
        if self.refused || memchr::memchr(0, bytes).is_some() {
            self.refused = true;
            return Ok(false);
        }
        while let ([first, more @ ..], false) = (rest, self.pending.is_empty()) {
            self.pending.push(*first);
            rest = more;
            let character = std::mem::take(&mut self.pending);
            match from_utf8(&character) {
                Ok(text) => self.hand_on(text, &mut take)?,
                Err(error) if error.error_len().is_none() => self.pending = character,
                Err(_) => {
                    self.refused = true;
                    return Ok(false);
                }
            }
        }
        match from_utf8(rest) {
            Ok(text) => self.hand_on(text, &mut take)?,
            Err(error) if error.error_len().is_none() => {
                let (good, begun) = rest.split_at(error.valid_up_to());
                self.pending = begun.to_vec();
                self.hand_on(&String::from_utf8_lossy(good), &mut take)?;
            }
            Err(_) => self.refused = true,
        }
        Ok(!self.refused)
    }

    fn hand_on(&mut self, text: &str, take: &mut impl FnMut(&str) -> Result<(), Failure>) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        let text =
            if std::mem::replace(&mut self.begun, true) { text } else { text.strip_prefix(MARK).unwrap_or(text) };
        if text.is_empty() { Ok(()) } else { take(text) }
    }

    /// Whether the file, which ended, was text.
    pub(crate) fn end(&mut self) -> bool {
        let ended = std::mem::take(self);
        !ended.refused && ended.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Utf8;
    use proptest::prelude::*;

    /// The text of a file that comes in pieces.
    fn text(bytes: &[u8], chunk: usize) -> Option<String> {
        let mut utf8 = Utf8::default();
        let mut text = String::new();
        for piece in bytes.chunks(chunk) {
            utf8.push(piece, |more| {
                text.push_str(more);
                Ok(())
            })
            .unwrap();
        }
        utf8.end().then_some(text)
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(
            pieces in prop::collection::vec(prop::sample::select(vec![
                &b"a"[..], b"\n", "é".as_bytes(), "€".as_bytes(), "🦀".as_bytes(), b"\xff", b"\xe2\x82", b"\0",
            ]), 0..20),
            clean: bool,
            chunk in 1..9_usize,
        ) {
            let kept = pieces.into_iter().filter(|piece| !clean || std::str::from_utf8(piece).is_ok());
            let bytes: Vec<u8> = kept.flatten().copied().collect();
            let expected = String::from_utf8(bytes.clone()).ok().filter(|text| !text.contains('\0'));
            prop_assert_eq!(text(&bytes, chunk), expected);
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        for chunk in 1..5 {
            assert_eq!(text("\u{feff}a\u{feff}".as_bytes(), chunk).unwrap(), "a\u{feff}");
            assert_eq!(text("\u{feff}".as_bytes(), chunk).unwrap(), "");
        }
    }
}
