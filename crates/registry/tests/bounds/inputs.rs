//! Inputs of about two megabytes.

use std::fmt::Write as _;
use telos_abi::Value;

/// Bytes of each input.
pub(crate) const BYTES: usize = LINES as usize * 10;
/// Lines of ten bytes in them.
pub(crate) const LINES: u32 = 200_000;

pub(crate) fn repeated(piece: &str) -> Vec<u8> {
    repeated_bytes(piece.as_bytes())
}

pub(crate) fn repeated_bytes(piece: &[u8]) -> Vec<u8> {
    piece.iter().copied().cycle().take(BYTES - BYTES % piece.len()).collect()
}

/// A piece over and over between a beginning and an end.
pub(crate) fn within(begin: &str, piece: &str, end: &str) -> Vec<u8> {
    [begin.as_bytes(), &repeated(piece), end.as_bytes()].concat()
}

/// `count` pieces that all differ.
pub(crate) fn differing(count: u32, piece: impl Fn(u32) -> String) -> Vec<u8> {
    (0..count).map(|number| piece(mixed(number))).collect::<String>().into_bytes()
}

/// The same numbers in another order.
pub(crate) fn mixed(number: u32) -> u32 {
    number.wrapping_mul(2_654_435_761)
}

/// Lines that all differ.
pub(crate) fn numbered() -> Vec<u8> {
    differing(LINES, |number| format!("{number:x}\n"))
}

/// Bytes without any order, which nothing compresses.
pub(crate) fn noise() -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(state >> 56).unwrap_or(0)
    };
    (0..BYTES).map(next).collect()
}

pub(crate) fn table(row: &str) -> Vec<u8> {
    within("a,b,c\n", row, "")
}

pub(crate) fn distinct_rows() -> Vec<u8> {
    let rows = (0_u32..LINES / 2).map(|line| format!("{:x},{line},x\n", mixed(line)));
    (String::from("a,b,c\n") + &rows.collect::<String>()).into()
}

/// A list with this item over and over.
pub(crate) fn json_list(item: &str) -> Vec<u8> {
    within("[", &format!("{item},"), &format!("{item}]"))
}

/// An object with keys that all differ, each with this value.
pub(crate) fn json_object(value: &str) -> Vec<u8> {
    let count = LINES * 10 / u32::try_from(value.len() + 12).unwrap();
    let entries = differing(count, |number| format!("\"{number:08x}\":{value},"));
    ["{".as_bytes(), &entries, b"\"\":0}"].concat()
}

/// A bundle: a tar archive with the headers that POSIX.1-1988 has.
pub(crate) fn bundle<N: AsRef<str>, C: AsRef<[u8]>>(files: impl IntoIterator<Item = (N, C)>) -> Vec<u8> {
    let mut written = Vec::new();
    for (name, content) in files {
        let (name, content) = (name.as_ref().as_bytes(), content.as_ref());
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name);
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[136..147].copy_from_slice(b"14614401160");
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        written.extend_from_slice(&header);
        written.extend_from_slice(content);
        written.resize(written.len().next_multiple_of(512), 0);
    }
    written.resize(written.len() + 1_024, 0);
    written
}

/// A bundle of as many empty files as fit.
pub(crate) fn small_files(name: impl Fn(u32) -> String) -> Vec<u8> {
    bundle((0..LINES * 10 / 512).map(|number| (name(number), "")))
}

/// A list of checksums of files with such names.
pub(crate) fn checksums(count: u32, name: impl Fn(u32) -> String) -> Vec<u8> {
    let mut list = String::new();
    for number in 0..count {
        writeln!(list, "{:032x}  {}", mixed(number), name(number)).unwrap();
    }
    list.into_bytes()
}

pub(crate) fn text(value: &str) -> Value {
    Value::Text(value.into())
}

pub(crate) fn names(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| text(value)).collect())
}
