//! Columns, rows and forms.

use super::*;
use proptest::prelude::*;
use telos_describe::choose;

#[test]
fn columns_are_told_with_their_kind() {
    let input = "n,d,t,w,e,Year\n1.5,2024-05-01,yes,a,,2024\n,1/13/2024,No,2,,2025\n-2,2024-05-01T12:00Z,TRUE,,,\n";
    let expected = "column,position,kind\nn,1,number\nd,2,date\nt,3,truth\nw,4,text\ne,5,empty\nYear,6,number\n";
    assert_eq!(table("table.columns", input, &[]), expected);
    assert_eq!(count("table.columns", "a,b", &[]), 2);
}

#[test]
fn a_column_gets_another_name() {
    let renamed = |name: &str| call("table.rename", PEOPLE, &[("column", text("CITY")), ("name", text(name))]);
    assert!(renamed(" town ").unwrap().text("table").starts_with("name,town,age\nAnn,Paris,30\n"));
    assert!(renamed("City").unwrap().text("table").starts_with("name,City,age\n"));
    assert!(renamed("age").unwrap_err().to_string().contains("already"));
    assert!(renamed(" ").is_err());
}

#[test]
fn dropped_columns_are_gone() {
    let dropped = table("table.drop", PEOPLE, &[("columns", names(&["age", "name"]))]);
    assert_eq!(dropped, "city\nParis\nRome\nParis\n\"\"\n");
    for columns in [&[][..], &["name", "Name"], &["name", "city", "age"]] {
        assert!(call("table.drop", PEOPLE, &[("columns", names(columns))]).is_err());
    }
}

#[test]
fn a_table_turned_around_keeps_its_fields() {
    let turned = table("table.transpose", "k,a,b\nx,1,2\nx,3,\n,5,6\n", &[]);
    assert_eq!(turned, "k,x,x-2,column-4\na,1,3,5\nb,2,,6\n");
    assert_eq!(table("table.transpose", "k\n1\n2\n", &[]), "k,1,2\n");
}

#[test]
fn the_first_of_equal_rows_is_kept() {
    let by_city = [("by", names(&["city"]))];
    let given = call("table.distinct", PEOPLE, &by_city).unwrap();
    assert_eq!(given.text("table"), "name,city,age\nAnn,Paris,30\nBob,Rome,9\nDee,,100\n");
    assert_eq!(given.int("count"), Some(3));
    assert_eq!(table("table.distinct", "a,b\n1,2\n1,\"2\"\n\"1,2\",\n", &[]), "a,b\n1,2\n\"1,2\",\n");
}

#[test]
fn what_is_missing_is_found_and_counted() {
    let given = call("table.missing", PEOPLE, &[]).unwrap();
    assert_eq!(given.text("table"), "name,city,age\n\"Cy, Jr\",Paris,\nDee,,100\n");
    assert_eq!(given.int("count"), Some(2));
    assert_eq!(count("table.missing", PEOPLE, &[("columns", names(&["age"]))]), 1);
    assert_eq!(count("table.missing", "a\n\" \"\n\"\"\n0\n", &[]), 2);
    let counts = call("table.missing-counts", PEOPLE, &[]).unwrap();
    assert_eq!(counts.text("table"), "column,missing\nname,0\ncity,1\nage,1\n");
    assert_eq!(counts.int("count"), Some(2));
}

#[test]
fn search_looks_in_every_column_or_in_some() {
    let count = |given: &[(&str, Value)]| count("table.search", PEOPLE, given);
    let all = count(&[("pattern", text("a")), ("ignore-case", Value::Bool(true))]);
    let some = count(&[("pattern", text("a")), ("columns", names(&["name"])), ("ignore-case", Value::Bool(true))]);
    assert!(some <= all && all > 0, "{some} of {all}");
    assert_eq!(count(&[("pattern", text("nowhere"))]), 0);
    assert!(refused("table.search", PEOPLE, &[("pattern", text(""))]).contains("no text"));
}

#[test]
fn one_of_compares_as_filters_do() {
    let kept = |column: &str, values: &[&str], fold: bool| {
        let fold = ("ignore-case", Value::Bool(fold));
        count("table.one-of", PEOPLE, &[("column", text(column)), ("values", names(values)), fold])
    };
    assert_eq!(kept("city", &["Paris", "rome"], false), 2);
    assert_eq!(kept("city", &["paris", " ROME "], true), 3);
    assert_eq!(kept("age", &["9.0", "100"], false), 2);
    let none = [("column", text("age")), ("values", names(&[]))];
    assert!(refused("table.one-of", PEOPLE, &none).contains("no value"));
}

#[test]
fn gaps_are_filled() {
    let input = "a,b\n1,x\n,\n3,\n";
    let filled = |arguments: &[(&str, Value)]| {
        let given = call("table.fill", input, arguments).unwrap();
        (given.text("table"), given.int("count").unwrap())
    };
    assert_eq!(filled(&[]), ("a,b\n1,x\n0,0\n3,0\n".into(), 3));
    assert_eq!(
        filled(&[("value", text("n,a")), ("columns", names(&["b"]))]),
        ("a,b\n1,x\n,\"n,a\"\n3,\"n,a\"\n".into(), 2)
    );
    assert_eq!(filled(&[("method", choose("previous"))]), ("a,b\n1,x\n1,x\n3,x\n".into(), 3));
    assert_eq!(filled(&[("method", choose("mean"))]), ("a,b\n1,x\n2,\n3,\n".into(), 1));
    let mean = [("method", choose("mean")), ("columns", names(&["b"]))];
    assert!(refused("table.fill", input, &mean).contains("row 1: `x` in column `b`"));
    assert_eq!(table("table.fill", "a\n\"\"\n1\n", &[("method", choose("previous"))]), "a\n\"\"\n1\n");
}

#[test]
fn a_value_that_would_multiply_the_output_is_refused() {
    let long = "x".repeat(257);
    assert!(matches!(call("table.fill", "a\n", &[("value", text(&long))]), Err(Failure::Limit(_))));
    let previous = [("method", choose("previous"))];
    assert!(call("table.fill", &format!("a,b\n{long},1\n"), &previous).is_ok());
    assert!(matches!(call("table.fill", &format!("a,b\n{long},1\n,2\n"), &previous), Err(Failure::Limit(_))));
}

#[test]
fn letters_and_blanks_change() {
    let input = "a,b\n  ann  o'neil\tÉ ,Straße\n";
    let case = |case: &str| table("table.change-case", input, &[("case", choose(case))]);
    assert_eq!(case("upper"), "a,b\n  ANN  O'NEIL\tÉ ,STRASSE\n");
    assert_eq!(case("lower"), "a,b\n  ann  o'neil\té ,straße\n");
    assert_eq!(case("title"), "a,b\n  Ann  O'neil\tÉ ,Straße\n");
    assert_eq!(table("table.trim", input, &[]), "a,b\nann o'neil É,Straße\n");
    assert_eq!(table("table.trim", input, &[("columns", names(&["b"]))]), input);
}

#[test]
fn lines_and_values_turn_into_each_other() {
    let values = call("table.values", "a,b\n1,\"x\ny\"\n2,\n", &[("column", names(&["b"]))]).unwrap();
    assert_eq!((values.text("lines").as_str(), values.int("count")), ("x y\n\n", Some(2)));
    assert_eq!(call("table.values", PEOPLE, &[]).unwrap().text("lines"), "Ann\nBob\nCy, Jr\nDee\n");
    let lines = call("table.from-lines", "a,b\r\n\n\"q\"\nlast", &[]).unwrap();
    assert_eq!(lines.text("table"), "line\n\"a,b\"\n\"\"\n\"\"\"q\"\"\"\nlast\n");
    assert_eq!(lines.int("count"), Some(4));
    assert_eq!(table("table.from-lines", "", &[]), "line\n");
}

#[test]
fn documents_show_fields_and_obey_none() {
    let input = "a|b,<i>\n\"x\ny\",\"_u_ a_b <script>&amp; & *\"\n";
    let markdown = call("table.to-markdown", input, &[]).unwrap().text("markdown");
    let expected = "| a\\|b | \\<i> |\n| --- | --- |\n| x y | \\_u\\_ a_b \\<script>\\&amp; & \\* |\n";
    assert_eq!(markdown, expected);
    let html = call("table.to-html", input, &[]).unwrap().text("html");
    let expected = "<table>\n<thead>\n<tr><th>a|b</th><th>&lt;i&gt;</th></tr>\n</thead>\n<tbody>\n\
        <tr><td>x<br>y</td><td>_u_ a_b &lt;script&gt;&amp;amp; &amp; *</td></tr>\n</tbody>\n</table>\n";
    assert_eq!(html, expected);
}

proptest! {
    #[test]
    fn turning_a_table_around_twice_gives_it_back(
        rows in prop::collection::vec(prop::collection::vec("[x,\"\n1é]{0,3}", 2), 1..6),
    ) {
        let mut canonical = Vec::new();
        telos_table::write_row(&mut canonical, ["k", "p", "q"]);
        for (number, row) in rows.iter().enumerate() {
            let key = format!("r{number}");
            telos_table::write_row(&mut canonical, std::iter::once(key.as_str()).chain(row.iter().map(String::as_str)));
        }
        let canonical = String::from_utf8(canonical).unwrap();
        prop_assert_eq!(table("table.transpose", &table("table.transpose", &canonical, &[]), &[]), canonical);
    }

    #[test]
    fn lines_come_back_from_their_table(lines in prop::collection::vec("[a,\" é]{0,4}", 0..8)) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let made = table("table.from-lines", &text, &[]);
        prop_assert_eq!(call("table.values", &made, &[]).unwrap().text("lines"), text);
    }
}
