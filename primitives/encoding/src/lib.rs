//! Pack `encoding`: base64 and hexadecimal, both ways, chunk by chunk.
#![deny(unsafe_code)]

mod base64;
mod hex;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::encoding::descriptors,
    primitives: &[base64::encode, base64::decode, hex::encode, hex::decode],
};

telos_pack::export_pack!(crate::PACK);

/// Blanks and line breaks, which carry nothing.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A letter as a message shows it.
fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("the byte {byte:#04x}") }
}

#[cfg(test)]
mod tests {
    use super::PACK;
    use telos_pack::testing::run;

    /// RFC 4648, section 10.
    const BASE64: [(&str, &str); 7] = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ];

    fn encoded(name: &str, input: &[u8], chunk: usize) -> String {
        run(&PACK, name, input, chunk, &[]).unwrap().text("encoded")
    }

    fn decoded(name: &str, input: &[u8], chunk: usize) -> Result<Vec<u8>, String> {
        let given = run(&PACK, name, input, chunk, &[]).map_err(|failure| failure.to_string())?;
        Ok(given.blobs.get("data").cloned().unwrap_or_default())
    }

    #[test]
    fn published_vectors_hold_in_any_chunks() {
        for chunk in 1..8 {
            for (plain, letters) in BASE64 {
                assert_eq!(encoded("base64.encode", plain.as_bytes(), chunk), letters);
                assert_eq!(decoded("base64.decode", letters.as_bytes(), chunk).unwrap(), plain.as_bytes());
            }
            assert_eq!(encoded("hex.encode", b"foobar\xff\x00", chunk), "666f6f626172ff00");
            assert_eq!(decoded("hex.decode", b"666F6f62 6172\nFF00\r\n", chunk).unwrap(), b"foobar\xff\x00");
        }
    }

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for (encode, decode) in [("base64.encode", "base64.decode"), ("hex.encode", "hex.decode")] {
            let letters = encoded(encode, &all, 7);
            assert_eq!(decoded(decode, letters.as_bytes(), 11).unwrap(), all);
        }
    }

    #[test]
    fn base64_is_read_wrapped_unpadded_and_in_the_alphabet_of_urls() {
        assert_eq!(decoded("base64.decode", b"Zm9v\r\nYmE\n", 3).unwrap(), b"fooba");
        assert_eq!(decoded("base64.decode", b"-_-_", 3).unwrap(), decoded("base64.decode", b"+/+/", 3).unwrap());
    }

    #[test]
    fn what_is_not_an_encoding_is_refused() {
        for bad in ["Z", "Zm9vY", "Zm9v!", "Zg==Zg==", "Zg=", "Z===", "=", "Zm9=v", "Zh==", "\u{e4}"] {
            assert!(decoded("base64.decode", bad.as_bytes(), 2).is_err(), "{bad}");
        }
        for bad in ["6", "6g", "0x66", "666"] {
            assert!(decoded("hex.decode", bad.as_bytes(), 2).is_err(), "{bad}");
        }
    }
}
