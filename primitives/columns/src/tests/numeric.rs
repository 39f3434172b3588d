//! Arithmetic, shares, figures and intervals.

use super::*;
use proptest::prelude::*;

const ORDERS: &str = "item,unit price,Quantity,net-price\npen,1.1,3,1\nink,,2,1\ncap,0.1,0,1\n";

fn computed(expression: &str) -> Result<Vec<String>, Failure> {
    let given = call("table.compute", ORDERS, &[("expression", text(expression))])?.text("table");
    Ok(given.lines().skip(1).map(|line| line.rsplit(',').next().unwrap_or("").to_owned()).collect())
}

#[test]
fn expressions_follow_arithmetic() {
    for (expression, expected) in [
        ("unit price * quantity", ["3.3", "", "0"]),
        ("`Unit Price`*Quantity", ["3.3", "", "0"]),
        ("1 + 2 * quantity", ["7", "5", "1"]),
        ("(1+2)*quantity", ["9", "6", "0"]),
        ("-quantity - -1", ["-2", "-1", "1"]),
        ("10 / quantity", ["3.33333333333333", "5", ""]),
        ("7 % quantity", ["1", "1", ""]),
        ("2 × quantity ÷ 4 − .5", ["1", "0.5", "-0.5"]),
        ("net-price - quantity", ["-2", "-1", "1"]),
        ("10 - 2 - 3", ["5", "5", "5"]),
        ("8/4/2", ["1", "1", "1"]),
        ("1.5e2", ["150", "150", "150"]),
        ("1e200 * 1e-200", ["1", "1", "1"]),
    ] {
        assert_eq!(computed(expression).unwrap(), expected, "{expression}");
    }
}

#[test]
fn a_wrong_expression_is_told_with_its_place() {
    for (expression, told) in [
        ("", "a number, a column or `(` at character 1, where it ends"),
        ("price * quantity", "at character 1, where there is `price * quantity`"),
        ("(quantity", "`)` at character 10, where it ends"),
        ("quantity quantity", "an operator at character 10"),
        ("quantity +", "at character 11, where it ends"),
        ("`gone` + 1", "no column `gone`"),
        ("1 + é", "at character 5, where there is `é`"),
        ("quantityé", "a number, a column"),
        ("2quantity", "an operator at character 2"),
    ] {
        let message = computed(expression).unwrap_err().to_string();
        assert!(message.contains(told), "{expression}: {message}");
    }
    assert!(computed("item + 1").unwrap_err().to_string().contains("row 1: `pen` in column `item`"));
    assert!(computed("1e308 * 10").unwrap_err().to_string().contains("too large"));
    let doubtful = call("table.compute", "A,a\n1,2\n", &[("expression", text("A + a"))]).unwrap();
    assert_eq!(doubtful.text("table"), "A,a,result\n1,2,3\n");
    let message = refused("table.compute", "AB,Ab\n1,2\n", &[("expression", text("ab"))]);
    assert!(message.contains("several columns"), "{message}");
}

#[test]
fn hostile_expressions_end_in_a_limit() {
    for expression in ["(".repeat(4000), "-".repeat(4000), "1+".repeat(2000) + "1", "1".repeat(5000)] {
        assert!(matches!(computed(&expression), Err(Failure::Limit(_))), "{}", &expression[..4]);
    }
}

#[test]
fn columns_with_names_like_numbers_need_backticks() {
    let given = |expression: &str| {
        let input = "2023,2024,2024 plan\n1,2,5\n";
        table("table.compute", input, &[("expression", text(expression)), ("name", text("d"))])
    };
    assert_eq!(given("2024 - 2023"), "2023,2024,2024 plan,d\n1,2,5,1\n");
    assert_eq!(given("`2024` + `2023`"), "2023,2024,2024 plan,d\n1,2,5,3\n");
    assert_eq!(given("2024 plan * 2"), "2023,2024,2024 plan,d\n1,2,5,10\n");
}

#[test]
fn a_computed_column_may_replace_one() {
    let arguments = [("expression", text("a * 2")), ("name", text("a"))];
    assert_eq!(table("table.compute", "a,b\n1,\"x,\"\n,y\n", &arguments), "a,b\n2,\"x,\"\n,y\n");
}

#[test]
fn numbers_are_rounded_where_they_are_numbers() {
    let input = "a,b\n2.675,x1.5\n-0.04,2.5\n";
    assert_eq!(table("table.round", input, &[]), "a,b\n3,x1.5\n0,3\n");
    let one = [("columns", names(&["a"])), ("decimals", Value::Int(2))];
    assert_eq!(table("table.round", input, &one), "a,b\n2.68,x1.5\n-0.04,2.5\n");
    assert!(refused("table.round", input, &[("columns", names(&["b"]))]).contains("row 1: `x1.5`"));
    assert_eq!(table("table.round", "a\n1.25\n", &[("decimals", Value::Int(i64::MAX))]), "a\n1.25\n");
}

#[test]
fn shares_are_of_the_total() {
    let share = |input: &str| table("table.share", input, &[("column", text("a"))]);
    assert_eq!(share("a\n1\n\"\"\n2\n"), "a,share\n1,33.33\n\"\",\n2,66.67\n".replace("\"\",", ","));
    assert_eq!(share("a,share\n0,x\n"), "a,share,share-2\n0,x,\n");
    assert!(refused("table.share", "a\nx\n", &[("column", text("a"))]).contains("row 1: `x`"));
}

#[test]
fn running_totals_are_exact() {
    let total = |input: &str| table("table.running-total", input, &[("column", text("a"))]);
    assert_eq!(total("a\n0.1\n0.2\n\"\"\n-0.3\n"), "a,running-total\n0.1,0.1\n0.2,0.3\n,0.3\n-0.3,0\n");
    let huge = total("a\n1e308\n0\n0\n");
    assert_eq!(huge, "a,running-total\n1e308,1e308\n0,1e308\n0,1e308\n");
}

#[test]
fn figures_describe_columns_of_numbers() {
    let given = table("table.describe", "name,a,b,c\nx,2,1,\ny,4,,\nz,4,z,\nw,10,,\n", &[]);
    let expected = "column,count,sum,mean,median,min,max,standard-deviation\n\
        a,4,20,5,4,2,10,3.46410161513775\n";
    assert_eq!(given, expected);
    let named = table("table.describe", "a,c\n0.1,\n0.2,\n", &[("columns", names(&["c", "a"]))]);
    assert!(named.ends_with("\nc,0,0,,,,,\na,2,0.3,0.15,0.15,0.1,0.2,0.0707106781186548\n"), "{named}");
    assert!(refused("table.describe", PEOPLE, &[("columns", names(&["name"]))]).contains("row 1: `Ann`"));
}

#[test]
fn intervals_cover_every_number() {
    let bin = |input: &str, width: f64, bins: i64| {
        let arguments = [("column", text("a")), ("width", Value::Float(width)), ("bins", Value::Int(bins))];
        call("table.bin", input, &arguments).map(|given| given.text("table"))
    };
    assert_eq!(bin("a\n1\n9\n10\n31\n", 10.0, 10).unwrap(), "from,to,count\n0,10,2\n10,20,1\n20,30,0\n30,40,1\n");
    assert_eq!(bin("a\n0.1\n0.3\n\"\"\n-0.1\n", 0.1, 1).unwrap().lines().count(), 6);
    assert_eq!(bin("a\n0\n100\n", 0.0, 4).unwrap().lines().nth(1), Some("0,50,1"));
    assert_eq!(bin("a\n5\n5\n", 0.0, 4).unwrap(), "from,to,count\n5,6,2\n");
    assert_eq!(bin("a\n", 0.0, 4).unwrap(), "from,to,count\n");
    assert!(bin("a\n0\n1e9\n", 1.0, 1).unwrap_err().to_string().contains("more than 10000"));
    assert!(bin("a\n-1e308\n1e308\n", 0.0, 10).is_err());
    assert!(bin("a\n1\n", -1.0, 1).is_err() && bin("a\nx\n", 1.0, 1).is_err());
    assert!(matches!(bin("a\n1\n", 0.0, 10_001), Err(Failure::Limit(_))));
}

proptest! {
    #[test]
    fn every_number_is_in_its_interval(values in prop::collection::vec(-500..500_i32, 1..40), tenths in 1..300_u32) {
        let lines = values.iter().map(|value| format!("{}\n", f64::from(*value) / 10.0));
        let input: String = std::iter::once("a\n".into()).chain(lines).collect();
        let width = f64::from(tenths) / 10.0;
        let arguments = [("column", text("a")), ("width", Value::Float(width))];
        let given = table("table.bin", &input, &arguments);
        let mut seen = 0.0;
        for line in given.lines().skip(1) {
            let fields: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
            let inside = values.iter().filter(|value| {
                let value = f64::from(**value) / 10.0;
                value > fields[0] + 1e-9 && value < fields[1] - 1e-9
            }).count();
            prop_assert!(fields[2] >= inside as f64, "{line}");
            seen += fields[2];
        }
        prop_assert_eq!(seen, values.len() as f64);
    }

    #[test]
    fn sums_of_integers_agree(a in -1_000..1_000_i64, b in -1_000..1_000_i64, c in 1..1_000_i64) {
        let input = format!("a,b,c\n{a},{b},{c}\n");
        let given = table("table.compute", &input, &[("expression", text("a*b - (c + a) % c"))]);
        let expected = format!("{}", a * b - (c + a) % c);
        prop_assert_eq!(given.trim_end().rsplit(',').next().unwrap(), expected);
    }

    #[test]
    fn any_expression_is_read_or_refused(expression in "[a-c0-9+*/%() .`é-]{0,40}") {
        let _ = call("table.compute", "a,b c,2\n1,2,3\n", &[("expression", text(&expression))]);
    }
}
