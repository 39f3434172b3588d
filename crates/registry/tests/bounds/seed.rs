//! Packs `text`, `table`, `json`, `encoding`, `digest`, `svg` and `chart`.

use crate::inputs::{distinct_rows, json_list, names, numbered, repeated, repeated_bytes, table, text, within};
use crate::{Case, one, two};
use telos_abi::Value;
use telos_describe::choose;

pub(super) fn cases() -> Vec<Case> {
    [texts(), tables(), windows()].into_iter().flatten().collect()
}

/// A drawing with as many shapes and turned texts as the largest chart.
fn drawing() -> String {
    let shapes = (0..5_000).map(|number| {
        let (x, y) = (number % 800, number % 480);
        format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"9\" height=\"99\" fill=\"#0072B2\" fill-opacity=\"0.7\"/>\n\
             <text x=\"{x}\" y=\"{y}\" text-anchor=\"end\" transform=\"rotate(-40 {x} {y})\">label {number}</text>\n"
        )
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 480\" width=\"800\" height=\"480\">{}</svg>",
        shapes.collect::<String>()
    )
}

fn texts() -> Vec<Case> {
    let regex = |pattern: &str| vec![("pattern", text(pattern)), ("regex", Value::Bool(true))];
    vec![
        one("text.decode", &[("lossy", Value::Bool(true))], repeated("\u{20ac}a")),
        one("text.search", &[("pattern", text("e"))], repeated("e\n")),
        one("text.search", &[("pattern", text("needle"))], repeated("hay hay hay\n")),
        one("text.search", &regex(r"[a-z]+\s*\d\b|[α-ω]"), repeated("ab cd \u{3b1}\n")),
        one("text.search", &regex(r"(a|b)*c{1,50}d"), repeated("ababababccccc\n")),
        one("text.search", &regex(r"[^x]*y"), repeated("a\n")),
        one("text.count", &[], repeated("a ")),
        one("text.sort", &[], numbered()),
        one("text.sort", &[("numeric", Value::Bool(true))], repeated("1.5e3x\n2\n")),
        one("text.unique", &[], numbered()),
        one("text.unique", &[("ignore-case", Value::Bool(true))], repeated("\n")),
        one("text.frequencies", &[("of", choose("words")), ("ignore-case", Value::Bool(true))], numbered()),
        one("text.frequencies", &[("of", choose("characters"))], repeated("a\u{e9}")),
        one("text.head", &[("count", Value::Int(i64::MAX))], repeated("\n")),
        one("text.tail", &[("count", Value::Int(100_000))], repeated("\n")),
    ]
}

/// What sessions show, on more than they read at once.
fn windows() -> Vec<Case> {
    let pieces = |row: &str| within("offset,text,end\n", row, "");
    let at = |rows: i64| {
        [("anchor", 0), ("rows", rows), ("columns", 1)].map(|(name, value)| (name, Value::Int(value))).to_vec()
    };
    let matches = within("start,end\n", "0,1\n", "");
    let sizes = ["size", "feeds", "number"].map(|name| (name, Value::Int(1)));
    let shown = within("offset,starts,place,text,marks\n", "1,1,shown,a,0-1\n", "");
    let page = |by: i64| [("first", 0), ("rows", 100), ("by", by)].map(|(name, value)| (name, Value::Int(value)));
    vec![
        one("text.decode-window", &[("offset", Value::Int(i64::from(u32::MAX)))], repeated_bytes(b"\xff")),
        one("text.decode-window", &[("offset", Value::Int(0))], repeated("\n")),
        one("text.index", &[("pattern", text("a"))], pieces("0,aaaaaaaa,1\n")),
        one("text.index", &[("pattern", text("\u{e9}"))], pieces("0,\u{c9}\u{c9}\u{c9},1\n")),
        two("text.layout", &at(100_000), pieces("0,a\u{1}\u{202e},1\n"), matches.clone()),
        two("text.layout", &at(1), pieces("0,,1\n"), matches.clone()),
        two("reader.render", &sizes, shown, matches),
        one("table.window", &page(0), table(",,\n")),
        one("table.window", &page(1), distinct_rows()),
    ]
}

fn tables() -> Vec<Case> {
    let objects = json_list("{\"a\":1,\"b\":\"x\"}");
    vec![
        one("table.parse", &[], table("1,\"x,\"\"y\",\n")),
        one("table.filter", &[("column", text("a")), ("value", text("1"))], table("1,2,\n")),
        one("table.filter-columns", &[("column", text("a")), ("other", text("b"))], table("1,2,\n")),
        one("table.select", &[("columns", names(&["c", "a"]))], table(",,\n")),
        one("table.count", &[("by", names(&["a", "b"]))], distinct_rows()),
        one("table.aggregate", &[("column", text("b")), ("by", names(&["a"]))], distinct_rows()),
        one("table.aggregate", &[("column", text("b")), ("function", choose("median"))], table("1,2,3\n")),
        one("table.sort", &[("column", text("a"))], distinct_rows()),
        one("table.sort", &[("column", text("a"))], table("1,,\n")),
        one("table.top", &[("column", text("b"))], distinct_rows()),
        one("table.to-json", &[], table(",,\n")),
        one("table.head", &[("count", Value::Int(i64::MAX))], table("1,,\n")),
        one("table.tail", &[("count", Value::Int(100_000))], table("1,,\n")),
        one("table.format", &[], distinct_rows()),
        one("json.parse", &[], json_list("1")),
        one("json.query", &[("filter", text("map(.a)"))], objects.clone()),
        one("json.format", &[], json_list("1")),
        one("table.from-json", &[], objects),
        one("data.hash", &[], repeated("a")),
        one("data.hash", &[("algorithm", choose("sha512"))], repeated("a")),
        one("data.hash", &[("algorithm", choose("blake3"))], repeated("a")),
        one("data.hash", &[("algorithm", choose("sha3-256"))], repeated("a")),
        one("data.hash", &[("algorithm", choose("sha384"))], repeated("a")),
        one("data.hash", &[("algorithm", choose("sha1"))], repeated("a")),
        one("data.hash", &[("algorithm", choose("md5"))], repeated("a")),
        one("data.hash", &[("algorithm", choose("crc32"))], repeated("a")),
        one("data.size", &[], repeated("a")),
        one("data.type", &[], within("<?xml", "<rss", "é")),
        one("data.type", &[], repeated_bytes(&[0xc3, 0xa9, 0])),
        one("data.is-text", &[], repeated("é")),
        one("data.is-text", &[], repeated_bytes(&[0xff])),
        one("base64.encode", &[], repeated("abc")),
        one("base64.decode", &[], repeated("A")),
        one("hex.encode", &[], repeated("a")),
        one("hex.decode", &[], repeated("a")),
        one("svg.to-png", &[], drawing()),
        one("svg.to-png", &[("width", Value::Int(4_000))], drawing()),
        one("chart.draw", &[], [b"a,b\n".as_slice(), &b"x,1\n".repeat(4_000)].concat()),
        one("chart.draw", &[("kind", choose("area"))], [b"a,b\n".as_slice(), &b"x,1\n".repeat(4_000)].concat()),
        one("chart.draw", &[("kind", choose("scatter"))], [b"a,b\n".as_slice(), &b"1,1\n".repeat(4_000)].concat()),
        one("chart.draw", &[("kind", choose("pie"))], [b"a,b\n".as_slice(), &b"x,1\n".repeat(4_000)].concat()),
    ]
}
