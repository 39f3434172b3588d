//! What archives are read, and what is refused.

use super::{BLOCK, Entry, Reader, Walk};
use crate::testing::{Put, archive, directory, file, with_headers};
use proptest::prelude::*;
use tar::{EntryType, Header};
use telos_pack::{Failure, Out};

/// Gathers the files of a bundle.
#[derive(Default)]
struct Gathered(Vec<(String, Vec<u8>)>);

impl Walk for Gathered {
    fn directory(&mut self, name: &str, _: &mut Out) -> Result<(), Failure> {
        self.0.push((format!("{name}/"), Vec::new()));
        Ok(())
    }

    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.0.push((entry.name.to_owned(), Vec::new()));
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.0.last_mut().unwrap().1.extend_from_slice(bytes);
        Ok(())
    }
}

fn gathered(bundle: &[u8], chunk: usize) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let (mut reader, mut walk, mut out) = (Reader::new(), Gathered::default(), Out::new());
    bundle.chunks(chunk).try_for_each(|piece| reader.push(piece, &mut walk, &mut out))?;
    reader.finish()?;
    Ok(walk.0)
}

fn names(bundle: &[u8]) -> Vec<String> {
    gathered(bundle, 1_000).unwrap().into_iter().map(|(name, _)| name).collect()
}

/// A header with a name, kind and size put in as they are, and what follows it.
fn raw(name: &[u8], kind: u8, size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(EntryType::new(kind));
    header.set_size(size);
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
    out
}

/// A file after a pax header with these records.
fn with_records(records: &str, size: u64, content: &[u8]) -> Vec<u8> {
    [raw(b"pax", b'x', records.len() as u64, records.as_bytes()), raw(b"short", b'0', size, content)].concat()
}

#[test]
fn every_form_of_long_name_is_read() {
    let long = "directory/".repeat(20) + "file";
    let prefixed = "p".repeat(80) + "/" + &"n".repeat(90);
    let entries = [directory("d"), file("d/x", "content"), file(&long, "y".repeat(1_500))];
    let expected = ["d/", "d/x", &long];
    assert_eq!(names(&archive(&entries)), expected);
    assert_eq!(names(&with_headers(&[file(&prefixed, "x")], Header::new_ustar)), [prefixed]);
    assert_eq!(names(&with_headers(&[file("old", "x"), directory("d/")], Header::new_old)), ["old", "d/"]);
    let record = format!("{} path={long}\n", long.len() + 10);
    assert_eq!(names(&with_records(&record, 2, b"hi")), [long]);
    assert_eq!(gathered(&with_records("9 size=2\n", 99, b"hi"), 7).unwrap(), [("short".into(), b"hi".to_vec())]);
    let global = raw(b"g", b'g', 12, b"12 path=bad\n");
    assert_eq!(names(&[global, raw(b"a", b'0', 0, b"")].concat()), ["a"]);
}

#[test]
fn names_are_made_plain() {
    for (given, expected) in [("./a", "a"), ("a//b/./c", "a/b/c"), ("a...b/..c", "a...b/..c"), ("ä\\x", "ä\\x")] {
        assert_eq!(names(&raw(given.as_bytes(), b'0', 0, b"")), [expected]);
    }
    assert_eq!(names(&raw(b"a\xff", b'0', 0, b"")), ["a\\xff"]);
    assert_eq!(names(&raw(b"dir/", 0, 0, b"")), ["dir/"]);
    assert!(names(&raw(b"./", b'5', 0, b"")).is_empty());
    for bad in ["/etc/passwd", "../a", "a/../b", "a/..", "", "."] {
        assert!(matches!(gathered(&raw(bad.as_bytes(), b'0', 0, b""), 512), Err(Failure::BadInput(_))), "{bad}");
    }
}

#[test]
fn what_bundles_do_not_have_is_refused() {
    for kind in [b'1', b'2', b'3', b'4', b'6', b'S', b'V', 0xff] {
        let told = gathered(&raw(b"a", kind, 0, b""), 512).unwrap_err();
        assert!(matches!(&told, Failure::BadInput(why) if why.contains("`a`")), "{told}");
    }
    for records in
        ["x", "8 path=a\n", "0 path=a\n", "99999999999999999999 a=b\n", "10 size=xx\n", "21 GNU.sparse.map=1,2\n"]
    {
        assert!(matches!(gathered(&with_records(records, 0, b""), 100), Err(Failure::BadInput(_))), "{records}");
    }
    let nul = "13 path=a\0b c\n";
    assert!(gathered(&with_records(nul, 0, b""), 100).is_err());
    for bytes in [&b"hello"[..], &[b'x'; BLOCK], &b"PK\x03\x04".repeat(500)] {
        assert!(matches!(gathered(bytes, 100), Err(Failure::BadInput(_))));
    }
}

#[test]
fn limits_hold() {
    let long_name = raw(b"l", b'L', 5_000, &[b'n'; 5_000]);
    assert!(gathered(&[long_name, raw(b"a", b'0', 0, b"")].concat(), 512).is_err());
    for kind in [b'L', b'x', b'g'] {
        assert!(matches!(gathered(&raw(b"l", kind, 1 << 30, b""), 512), Err(Failure::Limit(_))));
    }
    assert!(matches!(gathered(&raw(b"l", b'K', 0, b"").repeat(10_000), 512), Err(Failure::Limit(_))));
    assert!(matches!(gathered(&with_records("21 size=999999999999\n", 0, b""), 512), Err(Failure::Limit(_))));
    let mut header = raw(b"a", b'0', 0, b"");
    header[124..136].copy_from_slice(&[0xff; 12]);
    let mut header = Header::from_byte_slice(&header).clone();
    header.set_cksum();
    assert!(gathered(header.as_bytes(), 512).is_err());
}

#[test]
fn a_bundle_that_is_cut_is_refused_and_one_without_end_is_not() {
    let bundle = archive(&[file("a", "content"), file(&"n".repeat(200), "x".repeat(600))]);
    let whole = gathered(&bundle, 100).unwrap();
    assert_eq!(gathered(&bundle[..bundle.len() - 2 * BLOCK], 100).unwrap(), whole);
    for length in [1, 100, 511, 513, 600, 1_100, 1_536 + 512, 2_000, bundle.len() - 2 * BLOCK - 1] {
        assert!(matches!(gathered(&bundle[..length], 100), Err(Failure::BadInput(_))), "{length}");
    }
    // After the end may be anything, as after the end of a tape.
    assert_eq!(gathered(&[&bundle[..], b"rubbish"].concat(), 100).unwrap(), whole);
}

proptest! {
    #[test]
    fn what_the_crate_writes_is_read_in_any_chunks(
        entries in prop::collection::vec(("[a-zé]{1,60}(/[a-z ]{1,60}x){0,3}", prop::collection::vec(any::<u8>(), 0..1_200)), 0..6),
        chunk in 1..3_000_usize,
    ) {
        let put: Vec<Put> = entries.iter().map(|(name, content)| file(name, content)).collect();
        prop_assert_eq!(gathered(&archive(&put), chunk).unwrap(), entries);
    }

    #[test]
    fn any_bytes_give_an_answer(
        bytes in prop::collection::vec(any::<u8>(), 0..2_000), at in any::<prop::sample::Index>(), byte: u8, chunk in 1..600_usize,
    ) {
        let _ = gathered(&bytes, chunk);
        let mut bundle = archive(&[file("a", "content"), file(&"n".repeat(200), "x".repeat(600))]);
        let at = at.index(bundle.len());
        bundle[at] = byte;
        let whole = gathered(&bundle, chunk);
        prop_assert_eq!(whole, gathered(&bundle, 100_000));
    }
}
