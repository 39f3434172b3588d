//! The pack through its one interface.

use crate::PACK;
use telos_describe::choose;
use telos_pack::testing::run;
use telos_pack::{Failure, Value};

fn chart(table: &str, kind: &str, values: &[&str], title: &str) -> Result<String, Failure> {
    let values = Value::List(values.iter().map(|name| Value::Text((*name).into())).collect());
    let arguments = [("kind", choose(kind)), ("values", values), ("title", Value::Text(title.into()))];
    run(&PACK, "chart.draw", table.as_bytes(), 6, &arguments).map(|given| given.text("svg"))
}

#[test]
fn every_number_gets_a_bar_and_longer_bars_are_larger_values() {
    let svg = chart("month,sales\njan,10\nfeb,20\nmar,\n", "bar", &[], "").unwrap();
    let heights: Vec<f64> = svg
        .lines()
        .filter(|line| line.contains("#0072B2"))
        .map(|line| line.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(heights.len(), 2);
    assert!((heights[1] - 2.0 * heights[0]).abs() < 0.2, "{heights:?}");
    assert!(svg.contains("<title>sales by month</title>"));
}

#[test]
fn a_line_is_broken_where_a_value_is_missing() {
    let svg = chart("x,y\n1,1\n2,2\n3,\n4,3\n", "line", &["y"], "").unwrap();
    assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (1, 1));
}

#[test]
fn text_of_the_table_stays_text() {
    let svg = chart("<script>,\"a&\"\"b\"\n</text><script>alert(1)</script>\u{1},1\n", "bar", &[], "]]>\"'").unwrap();
    assert!(!svg.contains("<script") && !svg.contains('\u{1}'));
    assert!(svg.contains("]]&gt;&quot;&#39;"));
    // Outside of tags no bare markup remains: every `<` begins an element of ours.
    let ours = ["<svg ", "</svg>", "<title>", "</title>", "<text ", "</text>", "<rect ", "<line "];
    for (at, _) in svg.match_indices('<') {
        assert!(ours.iter().any(|tag| svg[at..].starts_with(tag)), "{}", &svg[at..]);
    }
}

#[test]
fn a_table_without_numbers_is_refused() {
    assert!(matches!(chart("a,b\nx,y\n", "bar", &[], ""), Err(Failure::BadInput(_))));
    assert!(matches!(chart("a,b\nx,y\n", "bar", &["b"], ""), Err(Failure::BadInput(_))));
    assert!(matches!(chart("a,b\n", "line", &[], ""), Err(Failure::BadInput(_))));
}

#[test]
fn a_pie_shows_shares_and_joins_what_has_no_colour_left() {
    let svg = chart("kind,n\na,1\nb,3\nc,0\n", "pie", &["n"], "").unwrap();
    assert_eq!(svg.matches("<path").count(), 2);
    assert!(svg.contains("a: 25.0 %") && svg.contains("b: 75.0 %"), "{svg}");
    let whole = chart("kind,n\na,1\n", "pie", &["n"], "").unwrap();
    assert!(whole.contains("<circle") && !whole.contains("<path"));
    let many: String = (1..=20).map(|number| format!("k{number},{number}\n")).collect();
    let many = chart(&format!("kind,n\n{many}"), "pie", &["n"], "").unwrap();
    assert_eq!(many.matches("<path").count(), 8);
    assert!(many.contains("13 others"));
    for bad in ["kind,n\na,-1\nb,2\n", "kind,n\na,0\n"] {
        assert!(chart(bad, "pie", &["n"], "").is_err(), "{bad}");
    }
}

#[test]
fn an_area_is_filled_to_zero_and_broken_where_a_value_is_missing() {
    let svg = chart("x,y\n1,1\n2,2\n3,\n4,3\n", "area", &["y"], "").unwrap();
    assert_eq!((svg.matches("<polygon").count(), svg.matches("<polyline").count()), (2, 1));
}

#[test]
fn a_scatter_plot_puts_points_where_both_numbers_say() {
    let svg = chart("size,price\n0,10\n10,20\n5,\n,3\n", "scatter", &["price"], "").unwrap();
    let places: Vec<f64> = svg
        .lines()
        .filter(|line| line.starts_with("<circle"))
        .map(|line| line.split("cx=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(places, [80.0, 780.0]);
    assert!(matches!(chart("town,n\nYork,1\n", "scatter", &[], ""), Err(Failure::BadInput(_))));
}
