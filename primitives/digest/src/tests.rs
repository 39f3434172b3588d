//! The pack through its one interface.

use crate::PACK;
use proptest::prelude::*;
use telos_describe::choose;
use telos_pack::Value;
use telos_pack::testing::{Given, run};

/// Published test vectors: FIPS 180-4 and FIPS 202 for "abc"; RFC 1321; BLAKE3's for the empty input; CRC-32's check value.
const VECTORS: [(&str, &str, &str); 9] = [
    ("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        "sha512",
        "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    (
        "sha384",
        "abc",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    ("sha224", "abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
    ("sha3-256", "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    ("sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("md5", "abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("blake3", "", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
    ("crc32", "123456789", "cbf43926"),
];

#[test]
fn published_vectors_hold() {
    for (algorithm, input, digest) in VECTORS {
        let given = run(&PACK, "data.hash", input.as_bytes(), 1, &[("algorithm", choose(algorithm))]).unwrap();
        assert_eq!(given.values["digest"], Value::Text(digest.into()), "{algorithm}");
    }
}

fn call(name: &str, data: &[u8], chunk: usize) -> Given {
    run(&PACK, name, data, chunk, &[]).unwrap()
}

fn told(data: &[u8]) -> (String, String) {
    let given = call("data.type", data, 7);
    let text = |port: &str| match &given.values[port] {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    (text("type"), text("description"))
}

#[test]
fn sizes_are_counted() {
    assert_eq!(call("data.size", b"", 1).int("bytes"), Some(0));
    assert_eq!(call("data.size", &[0; 1_000], 33).int("bytes"), Some(1_000));
}

#[test]
fn kinds_are_recognised() {
    let cases: [(&[u8], &str, &str); 14] = [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg", "JPEG image"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0", "application/pdf", "PDF document"),
        (b"%PDF-1.4\nplain", "application/pdf", "PDF document, ascii"),
        (b"PK\x03\x04\x14\0\0\0\0\0 rest of a zip archive", "application/zip", "zip archive"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "application/gzip", "data compressed with gzip"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "application/x-executable", "program (ELF)"),
        (b"  {\"a\": 1}", "application/json", "JSON document, ascii"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "image/svg+xml", "SVG picture, utf-8"),
        (b"<!doctype HTML><p>", "text/html", "HTML document, ascii"),
        ("grün".as_bytes(), "text/plain", "plain text, utf-8"),
        (b"{ int x; }", "text/plain", "plain text, ascii"),
        (b"\x01\x02\x03\x04\x05", "application/octet-stream", "binary data of an unknown kind"),
        (b"", "application/x-empty", "nothing: it is empty"),
    ];
    for (data, media, description) in cases {
        assert_eq!(told(data), (media.to_owned(), description.to_owned()));
    }
}

#[test]
fn text_is_told_from_what_is_none() {
    let encoding = |data: &[u8], chunk: usize| call("data.is-text", data, chunk).values["encoding"].clone();
    let cases: [(&[u8], &str); 9] = [
        (b"plain\r\n\tword\x1b[0m", "ascii"),
        ("grün €🦀".as_bytes(), "utf-8"),
        (b"gr\xfcn und blau sind Farben", "8-bit"),
        (b"\xfc\xfc", "binary"),
        (b"\xff\xfea\0", "utf-16le"),
        (b"\xfe\xff\0a", "utf-16be"),
        (b"a\0b", "binary"),
        (b"cut \xe2\x82", "binary"),
        (b"", "ascii"),
    ];
    for (data, wanted) in cases {
        for chunk in 1..5 {
            assert_eq!(encoding(data, chunk), Value::Text(wanted.into()), "{data:?}");
        }
    }
    assert_eq!(call("data.is-text", b"\0", 1).values["text"], Value::Bool(false));
}

proptest! {
    #[test]
    fn chunks_do_not_matter(data in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), 0xc2..0xf5_u8], 0..80), chunk in 1..9_usize) {
        for name in ["data.hash", "data.size", "data.type", "data.is-text"] {
            prop_assert_eq!(call(name, &data, chunk), call(name, &data, 1_000), "{}", name);
        }
        let is_utf8 = std::str::from_utf8(&data).is_ok() && !data.is_ascii();
        let told = call("data.is-text", &data, chunk).values["encoding"] == Value::Text("utf-8".into());
        prop_assert!(!told || is_utf8);
    }

    #[test]
    fn any_beginning_gives_an_answer(sign in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = told(&sign);
    }
}
