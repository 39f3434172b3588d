//! Each primitive on plain and odd tables.

mod combined;
mod numeric;
mod shaped;
mod timed;

use crate::PACK;
use telos_pack::testing::{Given, run, run_with};
use telos_pack::{Failure, Value};

const PEOPLE: &str = "name,city,age\nAnn,Paris,30\nBob,Rome,9\n\"Cy, Jr\",Paris,\nDee,,100\n";

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn names(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| text(value)).collect())
}

fn call(name: &str, input: &str, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    let whole = run(&PACK, name, input.as_bytes(), usize::MAX, arguments);
    let pieces = run(&PACK, name, input.as_bytes(), 3, arguments);
    assert_eq!(whole, pieces, "{name} depends on how its input is cut");
    whole
}

fn table(name: &str, input: &str, arguments: &[(&str, Value)]) -> String {
    call(name, input, arguments).unwrap().text("table")
}

fn count(name: &str, input: &str, arguments: &[(&str, Value)]) -> i64 {
    call(name, input, arguments).unwrap().int("count").unwrap()
}

fn refused(name: &str, input: &str, arguments: &[(&str, Value)]) -> String {
    call(name, input, arguments).unwrap_err().to_string()
}

fn both(name: &str, left: &str, right: &str, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    let ordered = run_with(&PACK, name, &[(0, left.as_bytes()), (1, right.as_bytes())], 5, arguments);
    let turned = run_with(&PACK, name, &[(1, right.as_bytes()), (0, left.as_bytes())], 2, arguments);
    assert_eq!(ordered, turned, "{name} depends on which table comes first");
    ordered
}

/// The arguments that a primitive needs, by name.
fn needed(name: &str) -> Vec<(&'static str, Value)> {
    match name {
        "table.rename" => vec![("column", text("a")), ("name", text("z"))],
        "table.drop" => vec![("columns", names(&["a"]))],
        "table.search" => vec![("pattern", text("1"))],
        "table.one-of" => vec![("column", text("a")), ("values", names(&["1"]))],
        "table.between" => vec![("from", text("0")), ("to", text("5")), ("column", names(&["a"]))],
        "table.compute" => vec![("expression", text("a + b"))],
        "table.share" | "table.running-total" | "table.bin" => vec![("column", text("a"))],
        "table.by-time" => vec![("column", names(&["a"])), ("unit", telos_describe::choose("year"))],
        _ => Vec::new(),
    }
}

#[test]
fn every_primitive_takes_odd_tables_and_refuses_none_at_all() {
    for descriptor in (PACK.descriptors)() {
        let name = descriptor.name.as_str();
        let arguments = needed(name);
        if matches!(name, "table.join" | "table.append") {
            assert!(both(name, "", "a\n", &arguments).is_err() && both(name, "a\n", "", &arguments).is_err());
            continue;
        }
        if name != "table.from-lines" {
            assert!(refused(name, "", &arguments).contains("empty"), "{name}");
        }
        // It is of paths alone.
        if name == "directory.tree" {
            assert!(refused(name, "a,b\n1,2\n", &arguments).contains("no column `path`"));
            continue;
        }
        for input in ["a,b\n", "a,b\n2020,1", "a,b\r\n2020,1\r\n", "a,b\n,\n,\n", "é,a,b,\"c\n\"\n1,2021,3,\"\"\"\"\n"]
        {
            if let Err(failure) = call(name, input, &arguments) {
                assert!(matches!(failure, Failure::BadInput(_)), "{name} {input:?}: {failure}");
                assert_eq!(name, "table.by-time", "{failure}");
            }
        }
        let wide = ",".repeat(70_000) + "\n";
        let outcome = run(&PACK, name, wide.as_bytes(), usize::MAX, &arguments);
        assert!(name == "table.from-lines" || outcome.is_err(), "{name}");
    }
}

#[test]
fn a_column_that_is_not_there_is_told_with_those_there_are() {
    for (name, mut arguments) in (PACK.descriptors)().iter().map(|one| (one.name.clone(), needed(&one.name))) {
        let Some(column) = arguments.iter_mut().find(|(port, _)| matches!(*port, "column" | "columns")) else {
            continue;
        };
        column.1 = if matches!(column.1, Value::List(_)) { names(&["salary"]) } else { text("salary") };
        let message = refused(&name, PEOPLE, &arguments);
        assert!(message.contains("no column `salary`") && message.contains("name, city, age"), "{name}: {message}");
    }
}
