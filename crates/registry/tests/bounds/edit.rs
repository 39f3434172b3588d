//! Pack `edit`.

use crate::inputs::{LINES, differing, mixed, numbered, repeated, repeated_bytes, text, within};
use crate::{Case, one, two};
use telos_abi::Value;
use telos_describe::choose;

const YES: Value = Value::Bool(true);

pub(super) fn cases() -> Vec<Case> {
    [replaced(), found(), changed(), spaced(), parts(), several(), encoded()].into_iter().flatten().collect()
}

fn replaced() -> Vec<Case> {
    let given = |find: &str, with: &str| [("find", text(find)), ("replacement", text(with))];
    let regex = |find: &str, with: &str| [("find", text(find)), ("replacement", text(with)), ("regex", YES)];
    vec![
        one("text.replace", &given("a", "bcd"), repeated("a")),
        one("text.replace", &given("a", "b"), repeated("a\n")),
        one("text.replace", &regex("(a)(x)?(b?)", "$3${2}\\1"), repeated("a")),
        one("text.replace", &regex(r"[a-z]+\s*\d\b|[α-ω]", "$0$0"), repeated("ab 1 \u{3b1}\n")),
        one("text.replace", &regex(r"(a|b)*c{1,50}d", "x"), repeated("ababababccccc\n")),
        one("text.replace", &regex("x?", "y"), repeated("é")),
        one("text.replace", &[("find", text("ß")), ("ignore-case", YES), ("whole-words", YES)], repeated("ß ")),
    ]
}

/// What every kind of things to find comes near to, over and over.
const NEAR: [(&str, &str); 22] = [
    ("emails", "a@a.aa "),
    ("emails", "a@b1.b"),
    ("urls", "http://a)((. "),
    ("links", "www.a-"),
    ("ip-addresses", "1.2.3.4 "),
    ("ip-addresses", "1:"),
    ("numbers", "1 "),
    ("numbers", "-1.5e3x,"),
    ("dates", "1 may 1,"),
    ("dates", "1-1-20 "),
    ("times", "1:00 a"),
    ("phone-numbers", "+1 (2) 3-"),
    ("hashtags", "#1a"),
    ("mentions", "@a.b-"),
    ("quoted", "'a"),
    ("quoted", "\u{ab}\"\""),
    ("quoted", "\u{201e}''x'"),
    ("words", "a'"),
    ("uuids", "01234567-89ab-"),
    ("prices", "$1.111"),
    ("prices", "1,111"),
    ("card-numbers", "1 1-1"),
];

fn found() -> Vec<Case> {
    let extracted = NEAR.map(|(kind, near)| one("text.extract", &[("kind", choose(kind))], repeated(near)));
    let masked = NEAR.map(|(kind, near)| {
        one("text.mask", &[("kind", choose(kind)), ("replacement", text("0123456789"))], repeated(near))
    });
    let others = [
        one("text.extract", &[("kind", choose("words")), ("distinct", YES)], numbered()),
        one("text.word-frequencies", &[], numbered()),
        one("text.word-frequencies", &[], repeated("\u{c9} ")),
        one("text.longest", &[("count", Value::Int(100_000)), ("of", choose("words"))], numbered()),
        one("text.longest", &[("count", Value::Int(200_000))], repeated("\n")),
        one("text.longest", &[("count", Value::Int(100_000)), ("shortest", YES)], numbered()),
    ];
    extracted.into_iter().chain(masked).chain(others).collect()
}

fn changed() -> Vec<Case> {
    let case = |case: &str, input: &str| one("text.change-case", &[("case", choose(case))], repeated(input));
    vec![
        case("upper", "\u{149}"),
        case("lower", "\u{130}\u{3a3}'"),
        case("title", "a "),
        case("title", "\u{149}\u{2019}\n"),
        case("sentence", "i. "),
        case("snake", "aB"),
        case("camel", "\u{149} "),
        one("text.number-lines", &[("start", Value::Int(i64::MAX)), ("separator", text("0123"))], repeated("\n")),
        one("text.surround", &[("prefix", text("0123456789")), ("suffix", text("0123456789"))], repeated("\n")),
        Case { name: "text.from", given: vec![("text", text(&"long ".repeat(3_000)))], inputs: Vec::new() },
        one("text.insert", &[("text", text(&"long ".repeat(3_000)))], repeated("a")),
        one("text.reverse", &[], repeated("\n")),
        one("text.reverse", &[("of", choose("words"))], repeated("a ")),
        one("text.reverse", &[("of", choose("letters"))], repeated("e\u{301}")),
        one("text.reverse", &[("of", choose("letters"))], repeated("\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}\n")),
        one("text.reverse", &[("of", choose("letters"))], repeated("\u{1f469}\u{200d}\u{1f469}\u{301}")),
    ]
}

fn spaced() -> Vec<Case> {
    let tidy = |what: &str, input: &str| one("text.tidy", &[("what", choose(what))], repeated(input));
    let tabs = |to: &str, width: i64, input: &str| {
        one("text.tabs", &[("to", choose(to)), ("width", Value::Int(width))], repeated(input))
    };
    vec![
        tidy("all", "a \n\n"),
        tidy("all", " \n"),
        tidy("trailing-space", "\u{3000}"),
        tidy("indentation", " a\n"),
        tidy("repeated-spaces", "a \t"),
        tidy("repeated-blank-lines", "\n"),
        tabs("spaces", 30, "\t"),
        tabs("spaces", 2, "\u{4e2d}\t"),
        tabs("tabs", 1, " "),
        tabs("tabs", 100, " \t\n"),
        one("text.indent", &[("spaces", Value::Int(60))], repeated("a\n")),
        one("text.wrap", &[("width", Value::Int(1))], repeated("a ")),
        one("text.wrap", &[("width", Value::Int(1))], repeated("\u{4e2d}\n")),
        one(
            "text.wrap",
            &[("width", Value::Int(81))],
            within(&" ".repeat(40), "0123456789012345678901234567890123456789 ", ""),
        ),
        one("text.wrap", &[("width", Value::Int(i64::MAX))], repeated("\u{1f469}\u{200d}\u{1f469}")),
        one("text.line-endings", &[("style", choose("crlf"))], repeated("\n")),
        one("text.line-endings", &[("style", choose("lf"))], repeated("\r")),
    ]
}

fn parts() -> Vec<Case> {
    let long = "a".repeat(30_000) + "b";
    vec![
        one("text.lines", &[("from", Value::Int(1)), ("to", Value::Int(i64::MAX))], repeated("\n")),
        one("text.fields", &[("field", Value::Int(1))], repeated("a \n")),
        one("text.fields", &[("field", Value::Int(300_000))], repeated("a ")),
        one("text.fields", &[("field", Value::Int(2)), ("delimiter", text("comma"))], repeated(",\n")),
        one("text.between", &[("start", text("a")), ("end", text("a"))], repeated("a\n")),
        one("text.between", &[("start", text(&long)), ("end", text("a"))], repeated("a")),
        one("text.join", &[("separator", text("0123456789"))], repeated("\n")),
        one("text.join", &[("paragraphs", YES)], repeated("a\n\n")),
        one("text.split", &[], repeated(",")),
        one("text.split", &[("delimiter", text(&long))], repeated("a")),
        one("text.value", &[], within("a\n", "\n", "")),
        one("text.value", &[], within("a", " ", "\n")),
    ]
}

fn several() -> Vec<Case> {
    let upper = || numbered().to_ascii_uppercase();
    let lines = |count: u32, mark: &str| differing(count, |number| format!("{mark}{number:x}\n"));
    // One line of forty is another.
    let changed = (0..LINES)
        .map(|line| if line % 40 == 0 { format!("{line}!\n") } else { format!("{:x}\n", mixed(line)) })
        .collect::<String>();
    let fold = [("ignore-case", YES)];
    let loose = [("ignore-case", YES), ("ignore-space", YES)];
    vec![
        two("text.append", &[], repeated("a"), repeated("a")),
        two("text.compare", &[("context", Value::Int(i64::MAX))], numbered(), changed),
        two("text.compare", &[], lines(4_000, "a"), lines(4_000, "b")),
        two("text.compare", &loose, repeated("A B\n"), repeated("a  b\n")),
        two("text.common", &[], numbered(), numbered()),
        two("text.common", &fold, upper(), numbered()),
        two("text.subtract", &fold, upper(), repeated("\n")),
        two("text.subtract", &[], repeated("\n"), numbered()),
        one("text.duplicates", &[], [numbered(), numbered()].concat()),
        one("text.duplicates", &fold, [numbered(), upper()].concat()),
        one("text.duplicates", &[], repeated("\n")),
    ]
}

fn encoded() -> Vec<Case> {
    let encode = |encoding: &str, input: &str| {
        one("text.encode", &[("encoding", choose(encoding)), ("lossy", YES)], repeated(input))
    };
    let decode = |encoding: &str, input: &[u8]| {
        one("text.decode-as", &[("encoding", choose(encoding)), ("lossy", YES)], repeated_bytes(input))
    };
    vec![
        encode("ascii", "\u{e9}"),
        encode("utf-16", "a"),
        encode("utf-16be", "\u{1f469}"),
        encode("windows-1252", "\u{17d}"),
        encode("iso-8859-2", "\u{4e2d}"),
        encode("shift-jis", "\u{9fa5}\u{3400}\u{e9}"),
        encode("shift-jis", "\u{51dc}\u{7199}"),
        encode("euc-jp", "\u{9fa5}\u{3400}\u{7199}"),
        encode("euc-kr", "\u{d7a3}\u{4e2d}\u{9fa5}"),
        encode("gbk", "\u{9fa5}\u{3400}\u{9f98}"),
        encode("gb18030", "\u{9fa5}\u{e5e5}\u{ffff}"),
        encode("big5", "\u{9fa5}\u{3400}\u{9f98}"),
        encode("big5", "\u{100}\u{7ff}"),
        encode("gbk", "\u{100}\u{7ff}"),
        encode("euc-kr", "\u{100}\u{7ff}"),
        encode("shift-jis", "\u{100}\u{7ff}"),
        decode("auto", &[0xff]),
        decode("auto", &[b'a', 0]),
        decode("ascii", &[0xff]),
        decode("utf-16le", &[0xd8, 0xd8]),
        decode("gb18030", &[0xff]),
        decode("gb18030", &[0x81, 0x30, 0x81, 0x30]),
        decode("big5", &[0x88, 0x62]),
        decode("euc-jp", &[0x8f, 0xff]),
        decode("shift-jis", &[0x81, 0xfd]),
        decode("euc-kr", &[0xc8, 0xfe]),
    ]
}
