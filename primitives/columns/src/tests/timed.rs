//! Times and ranges.

use super::*;
use telos_describe::choose;

fn labels(unit: &str, fields: &[&str]) -> Result<Vec<String>, Failure> {
    let input: String =
        std::iter::once(String::from("n,at\n")).chain(fields.iter().map(|field| format!("1,\"{field}\"\n"))).collect();
    let given = call("table.by-time", &input, &[("unit", choose(unit)), ("column", names(&["at"]))])?.text("table");
    Ok(given.lines().skip(1).map(|line| line.rsplit(',').next().unwrap_or("").to_owned()).collect())
}

#[test]
fn a_moment_lies_in_each_unit() {
    let at = ["2024-12-30T23:59:01+02:00", "1 Jan 2024", ""];
    for (unit, expected) in [
        ("minute", ["2024-12-30T23:59", "2024-01-01T00:00", ""]),
        ("hour", ["2024-12-30T23:00", "2024-01-01T00:00", ""]),
        ("hour-of-day", ["23", "00", ""]),
        ("day", ["2024-12-30", "2024-01-01", ""]),
        ("week", ["2025-W01", "2024-W01", ""]),
        ("weekday", ["Monday", "Monday", ""]),
        ("month", ["2024-12", "2024-01", ""]),
        ("quarter", ["2024-Q4", "2024-Q1", ""]),
        ("year", ["2024", "2024", ""]),
    ] {
        assert_eq!(labels(unit, &at).unwrap(), expected, "{unit}");
    }
    assert_eq!(labels("hour", &["9:15:00"]).unwrap(), ["09:00"]);
}

#[test]
fn what_does_not_tell_the_unit_is_refused() {
    for (unit, field) in
        [("day", "2024-05"), ("month", "2024"), ("day", "12:00:00"), ("hour", "soon"), ("week", "13/13/13")]
    {
        let message = labels(unit, &["2024-05-01", field]).unwrap_err().to_string();
        assert!(message.contains(&format!("row 2: `{field}` in column `at`")), "{message}");
    }
    assert!(labels("day", &["31/12/2024"]).unwrap_err().to_string().contains("do days come first"));
}

#[test]
fn the_column_of_dates_is_found() {
    let month = [("unit", choose("month"))];
    let given = table("table.by-time", "id,when,month\n2024,,x\n7,2024-05-01,y\n", &month);
    assert_eq!(given, "id,when,month,month-2\n2024,,x,\n7,2024-05-01,y,2024-05\n");
    let rows = "1,x\n".repeat(150);
    for input in ["a,b\n1,x\n", &format!("a,b\n{rows}")] {
        let message = refused("table.by-time", input, &month);
        assert!(message.contains("no column holds dates; the columns are: a, b"), "{message}");
    }
    assert_eq!(table("table.by-time", "a,b\n", &month), "a,b,month\n");
}

#[test]
fn rows_lie_between_two_values() {
    let between = |input: &str, from: &str, to: &str, column: &[&str]| {
        let arguments = [("from", text(from)), ("to", text(to)), ("column", names(column))];
        call("table.between", input, &arguments).map(|given| given.int("count").unwrap())
    };
    assert_eq!(between(PEOPLE, "9", "30", &["age"]).unwrap(), 2);
    assert_eq!(between(PEOPLE, "30.0", "9", &["age"]).unwrap(), 2);
    let log = "id,at\n1,2024-01-31T23:59:59.5Z\n2,2024-02-01\n3,\n4,01/31/2024 10:30\n";
    assert_eq!(between(log, "2024-01-01", "2024-01-31", &[]).unwrap(), 2);
    assert_eq!(between(log, "2024-02", "Jan 2024", &["at"]).unwrap(), 3);
    assert_eq!(between(log, "10:00", "11:00", &[]).unwrap(), 1);
    assert_eq!(between("a\n1\n5\n", "0", "2", &[]).unwrap(), 1);
    assert!(between(PEOPLE, "9", "30", &[]).unwrap_err().to_string().contains("which column"));
    assert!(between(PEOPLE, "a", "b", &["name"]).unwrap_err().to_string().contains("neither"));
    assert!(between(PEOPLE, "2024-01-01", "10:00", &["name"]).is_err());
}
