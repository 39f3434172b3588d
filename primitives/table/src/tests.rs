//! The pack through its one interface.

use crate::PACK;
use proptest::prelude::*;
use telos_describe::choose;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

const PEOPLE: &str = "name,city,age\nAnn,Paris,30\nBob,Rome,9\n\"Cy, Jr\",Paris,\nDee,paris,100\n";

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn names(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| text(value)).collect())
}

fn call(name: &str, input: &str, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run(&PACK, name, input.as_bytes(), 5, arguments)
}

fn table(name: &str, input: &str, arguments: &[(&str, Value)]) -> String {
    call(name, input, arguments).unwrap().text("table")
}

#[test]
fn delimiters_are_recognised() {
    let expected = "a,b\n1,\"x,y\"\n";
    for input in ["a;b\n1;x,y\n", "a\tb\r\n1\tx,y\r\n", "a|b\n1|x,y", "\u{feff}a,b\n1,\"x,y\"\n"] {
        assert_eq!(table("table.parse", input, &[]), expected, "{input:?}");
    }
    assert_eq!(table("table.parse", "only\none\n", &[]), "only\none\n");
    assert_eq!(table("table.parse", "a;b\n", &[]), "a,b\n");
}

#[test]
fn headers_become_distinct_names() {
    assert_eq!(table("table.parse", "a,, a ,a-2\n1,2,3,4\n", &[]), "a,column-2,a-2,a-2-2\n1,2,3,4\n");
    let bare = table("table.parse", "1,2\n", &[("header", Value::Bool(false))]);
    assert_eq!(bare, "column-1,column-2\n1,2\n");
}

#[test]
fn rows_are_filled_but_never_cut() {
    assert_eq!(table("table.parse", "a,b\n1\n1,2,,\n", &[]), "a,b\n1,\n1,2\n");
    let message = call("table.parse", "a,b\n1,2\n1,2,3\n", &[]).unwrap_err().to_string();
    assert!(message.contains("row 2 has 3 fields"), "{message}");
    assert!(call("table.parse", "", &[]).is_err());
}

#[test]
fn numbers_compare_as_numbers_and_nothing_is_neither_small_nor_large() {
    let over = |comparison: &str, value: &str| {
        let arguments = [("column", text("AGE")), ("comparison", choose(comparison)), ("value", text(value))];
        call("table.filter", PEOPLE, &arguments).unwrap().int("count").unwrap()
    };
    assert_eq!(over("greater", "10"), 2);
    assert_eq!(over("less", "1000"), 3);
    assert_eq!(over("equals", ""), 1);
    assert_eq!(over("not-equals", "9.0"), 3);
    assert_eq!(over("at-least", "old"), 0);
}

#[test]
fn a_missing_column_is_told_with_those_there_are() {
    let arguments = [("column", text("salary")), ("value", text("1"))];
    let message = call("table.filter", PEOPLE, &arguments).unwrap_err().to_string();
    assert!(message.contains("no column `salary`") && message.contains("name, city, age"), "{message}");
}

#[test]
fn groups_count_and_add_up() {
    let by = ("by", names(&["city"]));
    assert_eq!(table("table.count", PEOPLE, std::slice::from_ref(&by)), "city,count\nParis,2\nRome,1\nparis,1\n");
    let total = |function: &str| {
        table("table.aggregate", PEOPLE, &[("column", text("age")), ("function", choose(function)), by.clone()])
    };
    assert_eq!(total("sum"), "city,sum of age\nParis,30\nRome,9\nparis,100\n");
    assert_eq!(total("max"), "city,max of age\nParis,30\nRome,9\nparis,100\n");
    let whole =
        |function: &str| table("table.aggregate", PEOPLE, &[("column", text("age")), ("function", choose(function))]);
    assert_eq!(whole("median"), "median of age\n30\n");
    assert_eq!(whole("mean"), "mean of age\n46.333333333333336\n");
    let empty = [("column", text("a")), ("function", choose("mean"))];
    assert_eq!(table("table.aggregate", "a\n", &empty), "mean of a\n\"\"\n");
    let refused = call("table.aggregate", PEOPLE, &[("column", text("name"))]).unwrap_err().to_string();
    assert!(refused.contains("row 1: `Ann` in column `name`"), "{refused}");
}

#[test]
fn order_is_by_number_then_text_and_empty_is_last() {
    let sorted = table("table.sort", PEOPLE, &[("column", text("age")), ("descending", Value::Bool(true))]);
    assert_eq!(sorted, "name,city,age\nDee,paris,100\nAnn,Paris,30\nBob,Rome,9\n\"Cy, Jr\",Paris,\n");
    let top = [("column", text("age")), ("count", Value::Int(1)), ("smallest", Value::Bool(true))];
    assert_eq!(table("table.top", PEOPLE, &top), "name,city,age\nBob,Rome,9\n");
}

#[test]
fn json_keeps_codes_as_text() {
    let json = call("table.to-json", "a,b\n007,-1.5e3\n\"x\"\"\n\",\n", &[]).unwrap().text("json");
    assert_eq!(json, "[\n{\"a\":\"007\",\"b\":-1.5e3},\n{\"a\":\"x\\\"\\n\",\"b\":null}\n]\n");
}

#[test]
fn text_forms_stay_one_line_a_row() {
    let form = |format: &str| {
        call("table.format", "a,b\nx|y,1\n\"p\nq\",20\n", &[("format", choose(format))]).unwrap().text("text")
    };
    assert_eq!(form("tsv"), "a\tb\nx|y\t1\np q\t20\n");
    assert_eq!(form("markdown"), "| a | b |\n| --- | --- |\n| x\\|y | 1 |\n| p q | 20 |\n");
    assert_eq!(form("aligned"), "a     b\nx|y   1\np q  20\n");
}

#[test]
fn selection_follows_the_order_asked() {
    assert_eq!(
        table("table.select", PEOPLE, &[("columns", names(&["age", "name"]))]).lines().nth(3),
        Some(",\"Cy, Jr\"")
    );
    assert!(call("table.select", PEOPLE, &[("columns", names(&["age", "Age"]))]).is_err());
    assert!(call("table.select", PEOPLE, &[("columns", names(&[]))]).is_err());
}

proptest! {
    #[test]
    fn a_canonical_table_parses_to_itself(
        rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r é1]{0,4}", 3), 0..8), chunk in 1..9_usize,
    ) {
        let mut canonical = Vec::new();
        telos_table::write_row(&mut canonical, ["x", "y", "z"]);
        for row in &rows { telos_table::write_row(&mut canonical, row.iter().map(String::as_str)); }
        let given = run(&PACK, "table.parse", &canonical, chunk, &[("delimiter", text(","))]).unwrap();
        prop_assert_eq!(given.blobs["table"].as_slice(), canonical.as_slice());
        prop_assert_eq!(given.int("rows"), i64::try_from(rows.len()).ok());
    }

    #[test]
    fn top_is_the_beginning_of_sort(ages in prop::collection::vec(-50..50_i32, 0..30), count in 0..8_u8) {
        let input: String = std::iter::once("a\n".into()).chain(ages.iter().map(|age| format!("{age}\n"))).collect();
        let sorted = table("table.sort", &input, &[("column", text("a")), ("descending", Value::Bool(true))]);
        let expected: String = sorted.split_inclusive('\n').take(usize::from(count) + 1).collect();
        prop_assert_eq!(table("table.top", &input, &[("column", text("a")), ("count", Value::Int(count.into()))]), expected);
    }
}

#[test]
fn the_header_is_not_among_the_first_or_last_rows() {
    let part = |name: &str, rows: i64| table(name, PEOPLE, &[("count", Value::Int(rows))]);
    assert_eq!(part("table.head", 1), "name,city,age\nAnn,Paris,30\n");
    assert_eq!(part("table.tail", 2), "name,city,age\n\"Cy, Jr\",Paris,\nDee,paris,100\n");
    assert_eq!(part("table.tail", 0), part("table.head", 0));
    assert_eq!(part("table.head", 99), part("table.tail", 99));
}
