//! Pack `calc`. Settings alone: the worst are the largest numbers and the longest names that are taken.

use crate::inputs::{repeated, text, within};
use crate::{Case, one};
use telos_abi::Value;
use telos_describe::choose;

fn settings(name: &'static str, given: &[(&'static str, Value)]) -> Case {
    Case { name, given: given.to_vec(), inputs: Vec::new() }
}

pub(super) fn cases() -> Vec<Case> {
    [computed(), numbers(), units(), days(), zones(), statistics()].into_iter().flatten().collect()
}

fn computed() -> Vec<Case> {
    let long = |piece: &str| text(piece.repeat(390 / piece.len()).trim_end_matches(['+', '*', '^', '/']));
    let expressions = [
        text("2^1000"),
        text("sqrt(2)"),
        text("170!"),
        text("(1/3)^99"),
        text("sin(1e15)"),
        text("cbrt(123456789.123456789)"),
        text("ninety nine million nine hundred and ninety nine thousand times seventy seven squared"),
        long("9+"),
        text("9.87654321*".repeat(8).trim_end_matches('*')),
        long("1/7+"),
        text("sqrt(2)+sqrt(3)+sqrt(5)+sqrt(7)"),
        text(&format!("{}1{}", "(".repeat(32), ")".repeat(32))),
        text(&format!("{}1", "-".repeat(8))),
        text(&format!("{}2{}", "abs(".repeat(32), ")".repeat(32))),
        text(&format!("2{}", "^1".repeat(190))),
        text(&format!("0{}", "!".repeat(8))),
        text("999999.999999 million / 7.7777777 trillion * 3.3333333 quadrillion"),
        text(&format!("sum of {}2 and 3", "1, ".repeat(100))),
        text(&format!("one point {}", "9".repeat(60))),
        text(&format!("{} + 15%", long_sum())),
    ];
    expressions.map(|expression| settings("number.compute", &[("expression", expression)])).into()
}

fn long_sum() -> String {
    "1/7+".repeat(90).trim_end_matches('+').to_owned()
}

fn numbers() -> Vec<Case> {
    let odd = || Value::Float(123_456_789.123_456_79);
    let seven = || Value::Float(7.3e-9);
    vec![
        settings("number.percent", &[("percent", odd()), ("of", seven())]),
        settings("number.add-percent", &[("number", odd()), ("percent", seven())]),
        settings("number.take-percent", &[("number", odd()), ("percent", seven())]),
        settings("number.share", &[("part", odd()), ("whole", seven())]),
        settings("number.change", &[("from", odd()), ("to", seven())]),
        settings("number.round", &[("number", Value::Float(1e15)), ("places", Value::Int(15))]),
        settings("number.round", &[("number", seven()), ("places", Value::Int(12))]),
        settings("number.test", &[("number", odd()), ("than", seven())]),
        settings("truth.not", &[("holds", Value::Bool(true))]),
        settings("number.factors", &[("number", Value::Int(999_999_999_989))]),
        settings("number.factors", &[("number", Value::Int(1 << 39))]),
        // Neighbours in Fibonacci's sequence take Euclid's algorithm longest.
        settings("number.divisor", &[("first", Value::Int(1_836_311_903)), ("second", Value::Int(1_134_903_170))]),
        settings("number.of-count", &[("count", Value::Int(i64::MAX))]),
        settings("number.whole", &[("number", Value::Float(9_007_199_254_740_992.0))]),
        settings("number.write", &[("number", seven())]),
        one("number.read", &[], within("7\n", " -.,", "")),
        one("number.read", &[], within("7\n", "\n", "")),
        one("number.read", &[], within("", "a.b-", "7")),
        settings("number.base", &[("number", text(&"f".repeat(32))), ("to", choose("binary"))]),
        settings("number.roman", &[("number", text("MMMDCCCLXXXVIII"))]),
        settings("number.roman", &[("number", text("3888"))]),
        settings("number.spell", &[("number", Value::Int(i64::MAX))]),
    ]
}

fn units() -> Vec<Case> {
    let pairs = [
        ("light years", "inches"),
        ("fahrenheit", "celsius"),
        ("square miles", "square feet"),
        ("gallons", "ml"),
        ("horsepower", "watt"),
        ("miles per hour", "metres per second"),
        ("imperial gallons", "bushels"),
        ("mpg", "litres per 100 km"),
        ("degrees fahrenheit", "degrees celsius"),
        ("cubic nautical miles", "cubic feet"),
    ];
    let convert = |(from, to)| {
        let amount = ("amount", Value::Float(123_456_789.123_456_79));
        settings("unit.convert", &[amount, ("from", text(from)), ("to", text(to))])
    };
    pairs.map(convert).into()
}

fn days() -> Vec<Case> {
    let day = |name: &'static str, date: &str| settings(name, &[("date", text(date))]);
    let spaces = format!("the {}31st of December 9999", " ".repeat(15_000));
    vec![
        day("date.weekday", &spaces),
        day("date.week", &spaces),
        day("date.format", &spaces),
        settings("date.leap", &[("year", Value::Int(9_999))]),
        settings(
            "date.difference",
            &[("from", text("0001-01-01")), ("to", text("9999-12-31")), ("unit", choose("weekdays"))],
        ),
        settings("date.difference", &[("from", text("0001-01-01")), ("to", text(&spaces)), ("unit", choose("months"))]),
        settings(
            "date.shift",
            &[("date", text("0001-01-01")), ("amount", Value::Int(2_000_003)), ("unit", choose("weekdays"))],
        ),
        settings("time.difference", &[("from", text(&format!("{}9:15pm", " ".repeat(15_000)))), ("to", text("noon"))]),
        settings(
            "time.shift",
            &[("time", text("11:59:59 pm")), ("amount", Value::Float(1e9)), ("unit", choose("seconds"))],
        ),
    ]
}

/// Every day of a year is looked at where none is said, and every zone for a name that none has.
fn zones() -> Vec<Case> {
    let convert = |time: &str, from: &str, to: &str| {
        settings("time.convert", &[("time", text(time)), ("from", text(from)), ("to", text(to))])
    };
    let long = format!("{}9:15pm", " ".repeat(15_000));
    vec![
        convert("11:59:59 pm", "Europe/London", "America/New_York"),
        convert("23:30", "Asia/Gaza", "Africa/Casablanca"),
        convert("8:15 pacific standard time zone", "", "Pacific/Apia"),
        convert(&long, "Lord Howe", "Troll"),
        convert("9999-12-30 12:00", "Berlin", "Sydney"),
    ]
}

fn statistics() -> Vec<Case> {
    ["1\n", "-1,234,567.891e5\n", "9.87654321\n", "1\nno number\n", "1\nv1.2.3.4 \n"]
        .map(|line| one("numbers.statistics", &[], repeated(line)))
        .into()
}
