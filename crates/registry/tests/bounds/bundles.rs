//! Pack `bundle`.

use crate::inputs::{BYTES, LINES, bundle, checksums, numbered, repeated, repeated_bytes, small_files, text};
use crate::{Case, one, two};
use telos_abi::Value;
use telos_describe::choose;

const YES: Value = Value::Bool(true);

pub(super) fn cases() -> Vec<Case> {
    [whole(), searched(), hashed(), compared()].into_iter().flatten().collect()
}

/// One file with this content over and over.
fn single(piece: &str) -> Vec<u8> {
    bundle([("a", repeated(piece))])
}

/// As many files as fit, all in other directories.
fn scattered() -> Vec<u8> {
    small_files(|number| format!("{}{number:x}", "d/".repeat(40)))
}

fn alike(number: u32) -> String {
    format!("d{number:x}/a.txt")
}

/// Files of a few bytes.
fn tiny(content: &str) -> Vec<u8> {
    let content = content.as_bytes();
    bundle((0..u32::try_from(BYTES / 1_024).unwrap()).map(|number| (format!("d/{number:x}"), content)))
}

fn whole() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["bundle.files", "bundle.names", "bundle.text", "bundle.lines", "bundle.flatten", "image.list"] {
        cases.push(one(name, &[], scattered()));
        cases.push(one(name, &[], small_files(alike)));
        cases.push(one(name, &[], small_files(|number| format!("\"\n,{number:x}"))));
        cases.push(one(name, &[], single("\u{e9}\n")));
        cases.push(one(name, &[], tiny("a b")));
        cases.push(one(name, &[], bundle([("a", repeated_bytes(&[0xff]))])));
    }
    cases.push(one("bundle.lines", &[], single("a ")));
    for pattern in ["**/*a*[b-c]?{d,e}*", "*.t?t", "txt", "d/d/d/d/d/d/d/d/d/d/d/a", "{a,b,{c,d}}*{e,f}*{g,h}*"] {
        cases.push(one("bundle.select", &[("pattern", text(pattern)), ("invert", YES)], scattered()));
    }
    let many = "*a".repeat(200) + "*b";
    let long = small_files(|number| format!("{}{number:x}", "a".repeat(90)));
    cases.push(one("bundle.select", &[("pattern", text(&many)), ("invert", YES)], long));
    cases.push(one("bundle.select", &[("pattern", text("a"))], single("a")));
    cases
}

fn searched() -> Vec<Case> {
    let plain = |pattern: &str, input: Vec<u8>| one("bundle.search", &[("pattern", text(pattern))], input);
    let regex = |pattern: &str, input: Vec<u8>| {
        one("bundle.search", &[("pattern", text(pattern)), ("regex", YES), ("ignore-case", YES)], input)
    };
    vec![
        plain("e", single("e\n")),
        plain("", single("\n")),
        plain("needle", single("hay hay hay\n")),
        plain("a", tiny("a")),
        plain("a", single("\"a,\"\n")),
        regex(r"[a-z]+\s*\d\b|[α-ω]", single("ab cd \u{3b1}\n")),
        regex(r"(a|b)*c{1,50}d", single("ababababccccc\n")),
        regex(r"[^x]*y", single("a\n")),
        regex(r"\w{3}\b", tiny("\u{e9}\u{df}")),
    ]
}

fn hashed() -> Vec<Case> {
    let mut cases: Vec<Case> = ["sha256", "sha512", "md5", "sha1", "blake3"]
        .into_iter()
        .flat_map(|algorithm| {
            let given = [("algorithm", choose(algorithm))];
            [single("a"), scattered(), tiny("a")].map(|input| one("bundle.checksums", &given, input))
        })
        .collect();
    for input in [single("a"), scattered(), tiny("a"), small_files(|number| format!("{number:x}"))] {
        cases.push(one("bundle.duplicates", &[], input));
    }
    let list = |name: fn(u32) -> String| checksums(LINES / 4, name);
    cases.push(two("bundle.check", &[], single("a"), list(alike)));
    cases.push(two("bundle.check", &[], small_files(alike), list(alike)));
    cases.push(two("bundle.check", &[], scattered(), list(|number| format!("./x//{number:x}"))));
    cases.push(two("bundle.check", &[], tiny("a"), list(|number| format!("e/{number:x}"))));
    cases
}

fn compared() -> Vec<Case> {
    let deeper = || small_files(|number| format!("x/{}{number:x}", "d/".repeat(40)));
    vec![
        two("bundle.compare", &[], scattered(), scattered()),
        two("bundle.compare", &[], scattered(), deeper()),
        two("bundle.compare", &[], small_files(alike), small_files(|number| format!("e{number:x}"))),
        two("bundle.compare", &[], single("a"), single("a")),
        two("bundle.compare", &[], tiny("a"), tiny("b")),
        two("data.compare", &[], repeated("a"), repeated("a")),
        two("data.compare", &[], repeated("\n"), repeated("\n")),
        two("data.compare", &[], numbered(), [numbered(), numbered()].concat()),
    ]
}
