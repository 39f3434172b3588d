//! The primitives one after the other, as a session's graph has them.

use crate::PACK;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use telos_pack::Value;
use telos_pack::testing::{run, run_with};

fn int(value: usize) -> Value {
    Value::Int(i64::try_from(value).unwrap())
}

struct View<'a> {
    offset: usize,
    anchor: usize,
    rows: usize,
    columns: usize,
    wrap: bool,
    pattern: &'a str,
}

const PLAIN: View<'static> = View { offset: 0, anchor: 0, rows: 5, columns: 10, wrap: true, pattern: "" };

fn shown(data: &[u8], view: &View<'_>) -> Json {
    let window = &data[view.offset.min(data.len())..];
    let decoded = run(&PACK, "text.decode-window", window, 3, &[("offset", int(view.offset))]).unwrap();
    let pieces = decoded.blobs["pieces"].clone();
    let pattern = Value::Text(view.pattern.to_owned());
    let matches = run(&PACK, "text.index", &pieces, 7, &[("pattern", pattern)]).unwrap().blobs["matches"].clone();
    let settings = [
        ("anchor", int(view.anchor)),
        ("rows", int(view.rows)),
        ("columns", int(view.columns)),
        ("wrap", Value::Bool(view.wrap)),
    ];
    let rows = run_with(&PACK, "text.layout", &[(0, &pieces), (1, &matches)], 11, &settings).unwrap();
    let feeds = decoded.values["feeds"].clone();
    let settings = [("size", int(data.len())), ("feeds", feeds), ("number", Value::Int(1))];
    let rendered = run_with(&PACK, "reader.render", &[(0, &rows.blobs["rows"]), (1, &matches)], 13, &settings).unwrap();
    serde_json::from_slice(&rendered.blobs["view"]).unwrap()
}

fn texts(view: &Json) -> Vec<&str> {
    view["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect()
}

#[test]
fn lines_become_rows_with_offsets_and_numbers() {
    let view = shown(b"one\r\n\ntwo and three\nfour", &PLAIN);
    assert_eq!(texts(&view), ["one", "", "two and th", "ree", "four"]);
    let lines = view["lines"].as_array().unwrap();
    let of = |name: &str| lines.iter().map(|line| line[name].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(of("offset"), [0, 5, 6, 16, 20]);
    assert_eq!(of("line"), [1, 2, 3, 3, 4]);
    assert_eq!((&view["next"], &view["feeds"]), (&Json::Null, &json!(3)));
}

#[test]
fn rows_above_the_anchor_are_told_by_their_offsets() {
    let view = shown(b"a\nb\nc\nd\ne\n", &View { anchor: 4, rows: 2, ..PLAIN });
    assert_eq!(texts(&view), ["c", "d"]);
    assert_eq!(view["above"], json!([[2, true], [0, true]]));
    assert_eq!(view["next"], 8);
}

#[test]
fn what_a_terminal_would_obey_is_spelt_out() {
    let view = shown(b"\x1b[2J\x07\tx\xc2\x9b\xe2\x80\xaey", &View { columns: 80, ..PLAIN });
    assert_eq!(texts(&view), ["^[[2J^G x<U+009B><U+202E>y"]);
}

#[test]
fn broken_bytes_are_marks_and_keep_offsets() {
    let view = shown(b"a\xff\xfeb\nc\xe2\x82", &View { pattern: "b", ..PLAIN });
    assert_eq!(texts(&view), ["a\u{fffd}\u{fffd}b", "c\u{fffd}"]);
    assert_eq!(view["matches"], json!([[3, 4]]));
    assert_eq!(view["lines"][0]["marks"], json!([[3, 4]]));
    assert_eq!(view["lines"][1]["offset"], 5);
}

#[test]
fn case_matters_only_with_capitals() {
    let text = "Tea TEA tea \u{c4}pfel \u{e4}pfel".as_bytes();
    let found = |pattern| shown(text, &View { pattern, ..PLAIN })["matches"].as_array().unwrap().len();
    assert_eq!(
        (found("tea"), found("Tea"), found("\u{e4}pfel"), found("\u{c4}pfel"), found("coffee")),
        (3, 1, 2, 1, 0)
    );
}

#[test]
fn a_byte_order_mark_is_not_shown() {
    let view = shown("\u{feff}x\ny".as_bytes(), &PLAIN);
    assert_eq!(texts(&view), ["x", "y"]);
    assert_eq!(view["lines"][0]["starts"], true);
}

#[test]
fn a_very_long_line_is_cut_into_rows() {
    let long = "x".repeat(10_000);
    let view = shown(long.as_bytes(), &View { wrap: false, ..PLAIN });
    assert_eq!(texts(&view).iter().map(|row| row.len()).collect::<Vec<_>>(), [4096, 4096, 1808]);
}

#[test]
fn a_window_of_a_table_lines_up() {
    let table = b"name,n\nfig,1\n\"a\nb\",22\npear,\n";
    let given = run(&PACK, "table.window", table, 4, &[("first", int(1)), ("rows", int(5))]).unwrap();
    let view: Json = serde_json::from_slice(&given.blobs["view"]).unwrap();
    assert_eq!(view["rows"], json!([["a b", "22"], ["pear", ""]]));
    assert_eq!(view["columns"][1], json!({"name": "n", "width": 2, "numeric": true}));
    assert_eq!(view["count"], 3);
    let sorted = [("first", int(0)), ("rows", int(2)), ("by", int(2)), ("descending", Value::Bool(true))];
    let given = run(&PACK, "table.window", table, 4, &sorted).unwrap();
    let view: Json = serde_json::from_slice(&given.blobs["view"]).unwrap();
    assert_eq!(view["rows"], json!([["a b", "22"], ["fig", "1"]]));
}

proptest! {
    /// Whatever is in a file and wherever the anchor is, rows follow each other without gap or overlap.
    #[test]
    fn rows_go_on_where_the_last_ended(
        data in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), 32..127_u8], 1..80),
        rows in 1..4_usize,
        columns in 1..9_usize,
    ) {
        let whole = shown(&data, &View { rows: 200, columns, ..PLAIN });
        let all: Vec<u64> = whole["lines"].as_array().unwrap().iter().map(|line| line["offset"].as_u64().unwrap()).collect();
        for (at, offset) in all.iter().enumerate() {
            let anchor = usize::try_from(*offset).unwrap();
            let view = shown(&data, &View { anchor, rows, columns, ..PLAIN });
            let below: Vec<u64> = view["lines"].as_array().unwrap().iter().map(|line| line["offset"].as_u64().unwrap()).collect();
            prop_assert_eq!(&below, &all[at..all.len().min(at + rows)]);
            let above: Vec<u64> = view["above"].as_array().unwrap().iter().map(|row| row[0].as_u64().unwrap()).collect();
            let expected: Vec<u64> = all[at.saturating_sub(rows)..at].iter().rev().copied().collect();
            prop_assert_eq!(above, expected);
        }
    }
}
