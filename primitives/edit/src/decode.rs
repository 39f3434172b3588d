//! `text.decode-as`: bytes of another encoding as text.

use crate::encoding::{Charset, charset};
use crate::lines::Made;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use telos_pack::{Args, Failure, Held, Out, Running, Value};

/// What stands for bytes that are no character.
const REPLACEMENT: char = '\u{fffd}';

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let name = args.choice(1)?;
    let how = if name == "auto" { How::Unknown(Held::new()) } else { how(charset(&name)?) };
    Ok(Box::new(Decode { name, how, lossy: args.flag(2)?, made: Made::default(), offset: 0 }))
}

fn how(charset: Charset) -> How {
    let decoder = match charset {
        Charset::Ascii => return How::Bytes { last: 0x7f },
        Charset::Latin1 => return How::Bytes { last: 0xff },
        Charset::Utf8 { .. } => UTF_8.new_decoder_with_bom_removal(),
        // The mark says which one it is.
        Charset::Utf16 { mark: true, .. } => UTF_16LE.new_decoder(),
        Charset::Utf16 { big: true, .. } => UTF_16BE.new_decoder_with_bom_removal(),
        Charset::Utf16 { big: false, .. } => UTF_16LE.new_decoder_with_bom_removal(),
        Charset::Tabled(encoding) => encoding.new_decoder_without_bom_handling(),
    };
    How::Tabled(Box::new(decoder))
}

enum How {
    /// To be seen from all of it.
    Unknown(Held),
    /// A byte is the character of its number, up to `last`.
    Bytes {
        last: u8,
    },
    Tabled(Box<Decoder>),
}

struct Decode {
    name: String,
    how: How,
    lossy: bool,
    made: Made,
    /// Bytes of input before those at hand.
    offset: u64,
}

/// The encoding that bytes are most likely in: what a mark says, UTF-8 where it is well-formed, UTF-16 where every other
/// byte is mostly zero, else the one that most old files of western languages are in.
fn likely(bytes: &[u8]) -> &'static Encoding {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return marked;
    }
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = |count: usize| count > bytes.len() / 4;
    match () {
        () if most(odd) && even * 8 <= odd => UTF_16LE,
        () if most(even) && odd * 8 <= even => UTF_16BE,
        () if std::str::from_utf8(bytes).is_ok() => UTF_8,
        () => WINDOWS_1252,
    }
}

impl Decode {
    fn decode(&mut self, bytes: &[u8], last: bool) -> Result<(), Failure> {
        self.made.took(bytes.len());
        match &mut self.how {
            How::Bytes { last } => {
                let last = *last;
                for (at, byte) in (0..).zip(bytes) {
                    if *byte <= last { self.made.letter(char::from(*byte))? } else { self.malformed(at)? }
                }
                self.offset += bytes.len() as u64;
                Ok(())
            }
            _ => self.tabled(bytes, last),
        }
    }

    fn tabled(&mut self, bytes: &[u8], last: bool) -> Result<(), Failure> {
        let mut rest = bytes;
        loop {
            let How::Tabled(decoder) = &mut self.how else { return Ok(()) };
            let room = decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len());
            // Piece by piece: what fits is made of what is read, and a limit is noticed in time.
            let mut decoded = String::with_capacity(room.min(self.made.room() + REPLACEMENT.len_utf8()));
            let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut decoded, last);
            rest = &rest[read..];
            self.made.text(&decoded)?;
            self.offset += read as u64;
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull if self.made.room() < REPLACEMENT.len_utf8() * 2 => {
                    return Err(crate::lines::too_much());
                }
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let back = u64::from(length) + u64::from(after);
                    self.offset = self.offset.saturating_sub(back);
                    self.malformed(0)?;
                    self.offset += back;
                }
            }
        }
    }

    fn malformed(&mut self, at: u64) -> Result<(), Failure> {
        if self.lossy {
            return self.made.letter(REPLACEMENT);
        }
        let (offset, name) = (self.offset + at, &self.name);
        Err(Failure::bad(format!(
            "byte {offset} is no character in {name}; this may be another encoding (decode with `lossy` to replace it)"
        )))
    }
}

impl Running for Decode {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        if let How::Unknown(held) = &mut self.how {
            return held.push(chunk);
        }
        self.decode(chunk, false)?;
        self.made.give(false, out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let mut rest = Vec::new();
        if let How::Unknown(held) = &mut self.how {
            rest = held.take();
            let encoding = likely(&rest);
            self.name = encoding.name().to_lowercase();
            self.how = How::Tabled(Box::new(encoding.new_decoder_with_bom_removal()));
        }
        self.decode(&rest, true)?;
        self.made.give(true, out);
        out.value(1, &Value::Text(self.name.clone()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::choose;
    use proptest::prelude::*;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn decoded(data: &[u8], encoding: &str, lossy: bool) -> Result<(String, String), Failure> {
        let arguments = [("encoding", choose(encoding)), ("lossy", Value::Bool(lossy))];
        let given = run(&PACK, "text.decode-as", data, 1, &arguments)?;
        let Value::Text(found) = given.values["encoding"].clone() else { panic!() };
        Ok((given.text("text"), found))
    }

    #[test]
    fn an_encoding_can_be_named_or_guessed() {
        assert_eq!(decoded(b"gr\xfcn \x80", "windows-1252", false).unwrap().0, "grün €");
        assert_eq!(decoded(b"gr\xfcn", "auto", false).unwrap(), ("grün".into(), "windows-1252".into()));
        assert_eq!(decoded("grün".as_bytes(), "auto", false).unwrap(), ("grün".into(), "utf-8".into()));
        assert_eq!(decoded(b"\xff\xfea\0", "auto", false).unwrap(), ("a".into(), "utf-16le".into()));
        assert_eq!(decoded(b"\0a\0b\0c", "auto", false).unwrap(), ("abc".into(), "utf-16be".into()));
        assert_eq!(decoded(b"\x93\xfa\x96\x7b", "shift-jis", false).unwrap().0, "日本");
        assert_eq!(decoded(b"", "auto", false).unwrap().0, "");
        assert_eq!(decoded(b"\xfe\xff\0a", "utf-16", false).unwrap().0, "a");
    }

    #[test]
    fn bytes_that_are_no_character_are_refused_or_replaced() {
        for (data, encoding, at) in
            [(&b"a\xffb"[..], "utf-8", 1), (b"ab\x80", "ascii", 2), (b"\0\xd8a\0", "utf-16le", 0)]
        {
            let message = decoded(data, encoding, false).unwrap_err().to_string();
            assert!(message.starts_with(&format!("byte {at} is no character")), "{encoding}: {message}");
            assert!(decoded(data, encoding, true).unwrap().0.contains('\u{fffd}'));
        }
        assert!(matches!(decoded(b"a", "utf-16le", false), Err(Failure::BadInput(_))));
    }

    proptest! {
        // Each case runs many calls.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_bytes_are_taken_when_lossy(data in prop::collection::vec(any::<u8>(), 0..80)) {
            for encoding in ["auto", "utf-8", "utf-16", "ascii", "latin1", "windows-1252", "shift-jis", "gb18030", "big5", "euc-kr"] {
                prop_assert!(decoded(&data, encoding, true).is_ok(), "{}", encoding);
            }
            let latin: String = data.iter().map(|byte| char::from(*byte)).collect();
            prop_assert_eq!(decoded(&data, "latin1", false).unwrap().0, latin);
        }
    }
}
