//! Packs `columns` and `logs`.

use crate::inputs::{distinct_rows, names, repeated, table, text};
use crate::{Case, one, two};
use telos_abi::Value;
use telos_describe::choose;

pub(super) fn cases() -> Vec<Case> {
    [tables(), logs()].into_iter().flatten().collect()
}

fn tables() -> Vec<Case> {
    let column = |name: &str| vec![("column", text(name))];
    let columns = |name: &str| ("column", names(&[name]));
    let day = table("2024-05-01T12:00:00Z,1/2/2024,x\n");
    let hundred_steps = vec![("expression", text(&["a"; 50].join("*")))];
    let range = |from: &str, to: &str| vec![("from", text(from)), ("to", text(to)), columns("a")];
    let methods = |name: &str| vec![("method", choose(name))];
    let many: Vec<String> = (0..256).map(|value| format!("x{value}")).collect();
    let many = names(&many.iter().map(String::as_str).collect::<Vec<_>>());
    vec![
        one("table.columns", &[], day.clone()),
        one("table.columns", &[], table("1,,\n")),
        one("table.rename", &[("column", text("a")), ("name", text("z"))], table(",,\n")),
        one("table.drop", &[("columns", names(&["a"]))], table(",,\n")),
        one("table.transpose", &[], ["a,b,c\n".as_bytes(), &b"x,,\n".repeat(60_000)].concat()),
        one("table.distinct", &[], distinct_rows()),
        one("table.missing", &[], table(",,\n")),
        one("table.missing-counts", &[], table(",,\n")),
        one(
            "table.one-of",
            &[("column", text("a")), ("values", many), ("ignore-case", Value::Bool(true))],
            table("X,,\n"),
        ),
        one("table.search", &[("pattern", text("zz"))], table("X\u{e9},,\n")),
        one("table.search", &[("pattern", text(&"a".repeat(400)))], repeated("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,,\n")),
        one("table.between", &range("0", "5"), table("1,,\n")),
        one("table.between", &range("2024-01-01", "2024-12-31"), day.clone()),
        one("table.between", &range("10:00", "11:00"), table("x,,\n")),
        one("table.compute", &hundred_steps, [b"a\n".as_slice(), &repeated("7\n")].concat()),
        one("table.fill", &[("value", text("x"))], table(",,\n")),
        one("table.fill", &methods("previous"), table("1,,\n")),
        one("table.fill", &methods("mean"), table("1,,\n")),
        one("table.round", &[], table("1.5,1e9,\n")),
        one("table.share", &column("b"), distinct_rows()),
        one("table.running-total", &column("a"), [b"a\n".as_slice(), &repeated("7\n")].concat()),
        one("table.describe", &[], table("1,2,3\n")),
        one("table.bin", &column("b"), distinct_rows()),
        one("table.by-time", &[("unit", choose("weekday")), columns("a")], day.clone()),
        one("table.by-time", &[("unit", choose("hour")), columns("b")], day),
        one("table.by-time", &[("unit", choose("year")), columns("a")], table("2024,,\n")),
        two("table.join", &[("by", names(&["a"])), ("kind", choose("outer"))], distinct_rows(), distinct_rows()),
        two("table.append", &[], table(",,\n"), table(",,\n")),
        one("table.change-case", &[("case", choose("title"))], table("\u{e9}a,B c,\n")),
        one("table.trim", &[], table(" a  b,,\n")),
        one("table.values", &[], table(",,\n")),
        one("table.from-lines", &[], repeated("\n")),
        one("table.to-markdown", &[], table("*,_,\n")),
        one("table.to-html", &[], table("&,<,\n")),
        one("directory.tree", &[], tree()),
    ]
}

/// Paths that share nothing, each as deep as a tree is drawn.
fn tree() -> Vec<u8> {
    let path = |number: usize| format!("{number}/{}b\n", "a/".repeat(62)).into_bytes();
    [b"path\n".to_vec(), (0..6_000).flat_map(path).collect()].concat()
}

fn logs() -> Vec<Case> {
    let columns = |name: &str| ("column", names(&[name]));
    let request = "1.2.3.4 - - [01/May/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\" 0.1\n";
    vec![
        one("log.parse", &[], repeated("x\n")),
        one("log.parse", &[], repeated("2024-05-01 12:00:00 [a] b - ERROR - c: d\n")),
        one("log.parse", &[], repeated("{\"level\":1,\"msg\":\"x\",\"a\":[[1]]}\n")),
        one("log.parse", &[], repeated("level=info msg=\"x\" a=b\n")),
        one("access-log.parse", &[], repeated(request)),
        one("log.messages", &[columns("a")], distinct_rows()),
        one("log.messages", &[columns("a")], table("'\"1` 'x 1-1:1,\n")),
    ]
}
