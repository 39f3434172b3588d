//! `text.encode`: text as bytes of another encoding.

use crate::encoding::{Charset, charset};
use crate::lines::{Made, utf8};
use encoding_rs::{Encoder, EncoderResult};
use telos_pack::{Args, Failure, Out, Running};

/// What stands for a character that the encoding lacks.
const SUBSTITUTE: char = '?';

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let name = args.choice(1)?;
    let charset = charset(&name)?;
    let mut made = Made::default();
    match charset {
        Charset::Utf8 { mark: true } => made.letter('\u{feff}')?,
        Charset::Utf16 { big, mark: true } => made.bytes(&unit(0xfeff, big))?,
        _ => {}
    }
    let encoder = match charset {
        Charset::Tabled(encoding) => Some(encoding.new_encoder()),
        _ => None,
    };
    Ok(Box::new(Encode {
        name,
        charset,
        encoder,
        lossy: args.flag(2)?,
        pending: Vec::new(),
        made,
        line: 1,
        replaced: 0,
    }))
}

struct Encode {
    name: String,
    charset: Charset,
    /// For an encoding with tables.
    encoder: Option<Encoder>,
    lossy: bool,
    /// The beginning of a character whose rest is in the next chunk.
    pending: Vec<u8>,
    made: Made,
    /// Number of the line, counted from 1.
    line: u64,
    replaced: u64,
}

fn unit(unit: u16, big: bool) -> [u8; 2] {
    if big { unit.to_be_bytes() } else { unit.to_le_bytes() }
}

/// Where the last character that is complete ends.
fn complete(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}

impl Encode {
    fn text(&mut self, text: &str) -> Result<(), Failure> {
        match self.charset {
            Charset::Utf8 { .. } => self.made.text(text),
            Charset::Utf16 { big, .. } => text.encode_utf16().try_for_each(|code| self.made.bytes(&unit(code, big))),
            Charset::Ascii => self.bytes(text, 0x7f),
            Charset::Latin1 => self.bytes(text, 0xff),
            Charset::Tabled(_) => self.tabled(text),
        }
    }

    /// One byte for each character up to `last`.
    fn bytes(&mut self, text: &str, last: u8) -> Result<(), Failure> {
        for letter in text.chars() {
            self.line += u64::from(letter == '\n');
            match u8::try_from(letter).ok().filter(|byte| *byte <= last) {
                Some(byte) => self.made.bytes(&[byte])?,
                None => self.lacking(letter)?,
            }
        }
        Ok(())
    }

    fn tabled(&mut self, text: &str) -> Result<(), Failure> {
        let mut rest = text;
        let mut encoded = Vec::new();
        while !rest.is_empty() {
            let Some(encoder) = &mut self.encoder else { break };
            encoded.clear();
            encoded.reserve(encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(rest.len()));
            let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut encoded, false);
            self.line += memchr::memchr_iter(b'\n', &rest.as_bytes()[..read]).count() as u64;
            rest = &rest[read..];
            self.made.bytes(&encoded)?;
            if let EncoderResult::Unmappable(letter) = result {
                self.lacking(letter)?;
            }
        }
        Ok(())
    }

    fn lacking(&mut self, letter: char) -> Result<(), Failure> {
        if !self.lossy {
            let Self { line, name, .. } = self;
            return Err(Failure::bad(format!(
                "`{letter}` on line {line} does not exist in {name} (encode with `lossy` to write {SUBSTITUTE} instead)"
            )));
        }
        self.replaced += 1;
        self.made.letter(SUBSTITUTE)
    }
}

impl Running for Encode {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.made.took(chunk.len());
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.extend_from_slice(chunk);
        self.pending = bytes.split_off(complete(&bytes));
        self.text(utf8(&bytes)?)?;
        self.made.give(false, out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let rest = std::mem::take(&mut self.pending);
        self.text(utf8(&rest)?)?;
        self.made.give(true, out);
        out.count(1, self.replaced);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{choose, given};
    use proptest::prelude::*;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn encoded(input: &str, encoding: &str, lossy: bool) -> Result<(Vec<u8>, i64), Failure> {
        let arguments = [("encoding", choose(encoding)), ("lossy", Value::Bool(lossy))];
        let given = given("text.encode", input, 1, &arguments)?;
        Ok((given.blobs.get("data").cloned().unwrap_or_default(), given.int("replaced").unwrap()))
    }

    #[test]
    fn characters_become_the_bytes_of_the_encoding() {
        assert_eq!(encoded("ü€", "windows-1252", false).unwrap(), (b"\xfc\x80".to_vec(), 0));
        assert_eq!(encoded("ü", "latin1", false).unwrap().0, b"\xfc");
        assert_eq!(encoded("a🦀", "utf-16be", false).unwrap().0, b"\0a\xd8\x3e\xdd\x80");
        assert_eq!(encoded("a", "utf-16", false).unwrap().0, b"\xff\xfea\0");
        assert_eq!(encoded("é", "utf-8-bom", false).unwrap().0, "\u{feff}é".as_bytes());
        assert_eq!(encoded("日本", "shift-jis", false).unwrap().0, b"\x93\xfa\x96\x7b");
        assert_eq!(encoded("", "ascii", false).unwrap().0, b"");
    }

    #[test]
    fn what_the_encoding_lacks_is_refused_or_replaced() {
        for encoding in ["latin1", "ascii", "windows-1250", "shift-jis"] {
            let message = encoded("a\nb🦀", encoding, false).unwrap_err().to_string();
            assert!(message.contains("`🦀` on line 2"), "{encoding}: {message}");
            assert_eq!(encoded("a🦀b", encoding, true).unwrap(), (b"a?b".to_vec(), 1));
        }
    }

    proptest! {
        // Each case runs many calls.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn what_is_encoded_can_be_decoded(input in "[aé\nüÀ]{0,40}", chunk in 1..9_usize) {
            for encoding in ["latin1", "windows-1252", "utf-16", "utf-16le", "utf-16be", "utf-8", "utf-8-bom", "iso-8859-15", "gb18030"] {
                let (data, _) = encoded(&input, encoding, false).unwrap();
                let decoded = run(&PACK, "text.decode-as", &data, chunk, &[("encoding", choose(encoding))]).unwrap();
                prop_assert_eq!(decoded.text("text"), input.clone(), "{}", encoding);
            }
        }
    }
}
