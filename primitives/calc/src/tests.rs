//! The pack as a host drives it.

use crate::PACK;
use crate::words;
use proptest::prelude::*;
use telos_describe::choose;
use telos_pack::Value;
use telos_pack::testing::{Given, run};

fn said(name: &str, arguments: &[(&str, Value)]) -> Result<Given, String> {
    run(&PACK, name, b"", 1, arguments).map_err(|failure| failure.to_string())
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// The first output as text.
fn first(name: &str, arguments: &[(&str, Value)]) -> String {
    let given = said(name, arguments).unwrap();
    let outputs = (PACK.descriptors)().into_iter().find(|descriptor| descriptor.name == name).unwrap().outputs;
    match &given.values[&outputs[0].name] {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn computed(expression: &str) -> String {
    first("number.compute", &[("expression", text(expression))])
}

#[test]
fn arithmetic_is_exact_and_understands_words() {
    for (expression, result) in [
        ("0.1 + 0.2", "0.3"),
        ("12 * (3 + 4)", "84"),
        ("2^10 - 1", "1023"),
        ("1,234.5 / 3", "411.5"),
        ("15% of 80", "12"),
        ("seventeen plus four", "21"),
        ("two hundred and five times 2", "410"),
        ("144 divided by twelve", "12"),
        ("the square root of 81", "9"),
        ("7 x 8", "56"),
        ("5 squared", "25"),
        ("sqrt(2)", "1.41421356237"),
        ("1/3", "0.333333333333"),
        ("10 mod 3", "1"),
        ("9 ÷ 2 =", "4.5"),
        ("1.5e3 + 2", "1502"),
        ("3.5 million / 7", "500000"),
        ("2 ^ 3 dozen", "68719476736"),
        ("half of 80", "40"),
        ("two thirds of 90", "60"),
        ("a quarter of 200", "50"),
        ("double 21", "42"),
        ("5 factorial", "120"),
        ("one point two five times 4", "5"),
        ("2 to the 8th", "256"),
        ("4x5", "20"),
        ("the sum of 1, 2 and 3", "6"),
        ("product of 6 and 7", "42"),
        ("subtract 3 from 10", "7"),
        ("divide 10 by 4", "2.5"),
        ("80 + 15%", "92"),
        ("80 - 20%", "64"),
        ("2 million + 1", "2000001"),
    ] {
        assert_eq!(computed(expression), result, "{expression}");
    }
    let goes_on = [("expression", text("times 3")), ("number", Value::Float(14.0))];
    assert_eq!(first("number.compute", &goes_on), "42");
}

#[test]
fn what_is_no_arithmetic_or_too_large_is_refused() {
    let (long, deep, signs) = ("1+".repeat(1_000), format!("{}1", "(".repeat(190)), format!("{}1", "- ".repeat(90)));
    let large = ["9^9^9^9", "1/0", "2^100000", &long, &deep, &signs];
    for bad in [
        "",
        "hello",
        "1 +",
        "100 usd to eur",
        "roll 6",
        "@x",
        "'a'",
        "12,5 * 2",
        "1.234,5 + 1",
        "(-8)^(1/3)",
        "5 point",
    ]
    .into_iter()
    .chain(large)
    {
        assert!(said("number.compute", &[("expression", text(bad))]).is_err(), "{bad}");
    }
}

#[test]
fn percentages() {
    let two =
        |one: &'static str, a: f64, other: &'static str, b: f64| [(one, Value::Float(a)), (other, Value::Float(b))];
    assert_eq!(first("number.percent", &two("percent", 17.0, "of", 300.0)), "51");
    assert_eq!(first("number.add-percent", &two("number", 80.0, "percent", 19.0)), "95.2");
    assert_eq!(first("number.take-percent", &two("number", 59.9, "percent", 15.0)), "50.915");
    assert_eq!(first("number.share", &two("part", 12.0, "whole", 80.0)), "15 %");
    assert_eq!(first("number.change", &two("from", 80.0, "to", 100.0)), "25 %");
    assert_eq!(first("number.change", &two("from", 40.0, "to", 30.0)), "-25 %");
    assert!(said("number.share", &two("part", 1.0, "whole", 0.0)).is_err());
}

#[test]
fn rounding_is_decimal() {
    let round =
        |number, places| first("number.round", &[("number", Value::Float(number)), ("places", Value::Int(places))]);
    assert_eq!(round(2.675, 2), "2.68");
    assert_eq!(round(-17.5, 0), "-18");
    assert_eq!(round(3.0, 2), "3.00");
    assert_eq!(round(-0.2, 0), "0");
}

#[test]
fn whole_numbers() {
    let factors = |number| first("number.factors", &[("number", Value::Int(number))]);
    assert_eq!(factors(360), "2 × 2 × 2 × 3 × 3 × 5");
    assert_eq!(factors(97), "97");
    assert_eq!((factors(0), factors(1)), ("0".to_owned(), "1".to_owned()));
    assert!(said("number.factors", &[("number", Value::Int(i64::MAX))]).is_err());
    let both = said("number.divisor", &[("first", Value::Int(84)), ("second", Value::Int(36))]).unwrap();
    assert_eq!((both.int("divisor"), both.int("multiple")), (Some(12), Some(252)));
    assert!(said("number.divisor", &[("first", Value::Int(i64::MAX)), ("second", Value::Int(i64::MAX - 1))]).is_err());
}

#[test]
fn bases_and_numerals() {
    let base = |number, to| first("number.base", &[("number", text(number)), ("to", choose(to))]);
    assert_eq!(base("255", "hexadecimal"), "ff");
    assert_eq!(base("0x1f4", "decimal"), "500");
    assert_eq!(base("ff", "binary"), "11111111");
    let binary = [("number", text("101101")), ("from", choose("binary")), ("to", choose("decimal"))];
    assert_eq!(first("number.base", &binary), "45");
    assert!(said("number.base", &[("number", text("12.5")), ("to", choose("binary"))]).is_err());
    let roman = |number| first("number.roman", &[("number", text(number))]);
    assert_eq!((roman("1994").as_str(), roman("mcmxciv").as_str()), ("MCMXCIV", "1994"));
    for bad in ["0", "4000", "IIII", "VX", "", "MMMMMMMM"] {
        assert!(said("number.roman", &[("number", text(bad))]).is_err(), "{bad}");
    }
    assert_eq!(first("number.spell", &[("number", Value::Int(7_019))]), "seven thousand and nineteen");
}

#[test]
fn units() {
    let convert = |amount, from, to| {
        first("unit.convert", &[("amount", Value::Float(amount)), ("from", text(from)), ("to", text(to))])
    };
    assert_eq!(convert(5.0, "miles", "km"), "8.04672 km");
    assert_eq!(convert(72.0, "Fahrenheit", "°C"), "22.2222222222 °C");
    assert_eq!(convert(-40.0, "celsius", "fahrenheit"), "-40 fahrenheit");
    assert_eq!(convert(2.5, "gb", "mb"), "2500 mb");
    assert_eq!(convert(1.0, "nautical miles", "m"), "1852 m");
    assert_eq!(convert(100.0, "km/h", "kph"), "100 kph");
    for (amount, from, to, given) in [
        (10.0, "degrees celsius", "degrees Fahrenheit", "50 degrees Fahrenheit"),
        (50.0, "Degrees Fahrenheit", "° C", "10 ° C"),
        (180.0, "degrees", "radians", "3.14159265359 radians"),
        (300.0, "rpm", "hertz", "5 hertz"),
        (2.0, "UK gallons", "litres", "9.09218 litres"),
        (9.09218, "l", "imperial gallons", "2 imperial gallons"),
        (1.0, "long ton", "kg", "1016.0469088 kg"),
        (2.0, "cups", "millilitres", "473.176473 millilitres"),
        (10.0, "in", "cm", "25.4 cm"),
        (3.0, "sq km", "m²", "3000000 m²"),
        (1.0, "cubic feet", "cubic inches", "1728 cubic inches"),
        (8.0, "Mb", "MB", "1 MB"),
        (8.0, "Mbit", "MB", "1 MB"),
        (23.0, "mpg", "l/100km", "10.2267210145 l/100km"),
        (500.0, "mcg", "mg", "0.5 mg"),
        (1.0, "ft-lbs", "joules", "1.3558179483314004 joules"),
        (1.0, "PS", "watts", "735.49875 watts"),
    ] {
        assert_eq!(convert(amount, from, to), given, "{from}");
    }
    for (from, to) in [
        ("kg", "metres"),
        ("usd", "eur"),
        ("2 m", "cm"),
        ("m)", "cm"),
        ("", "cm"),
        ("bananas", "kg"),
        ("tons", "kg"),
        ("degrees kg", "kg"),
    ] {
        let arguments = [("amount", Value::Float(1.0)), ("from", text(from)), ("to", text(to))];
        assert!(said("unit.convert", &arguments).is_err(), "{from} to {to}");
    }
}

#[test]
fn statistics_of_lines() {
    let input = b"Readings\n2\n4\n4\n$5.50\nn/a\n-1\n";
    for chunk in [1, 3, 64] {
        let given = run(&PACK, "numbers.statistics", input, chunk, &[]).unwrap();
        let figure = |name: &str| match given.values[name] {
            Value::Float(value) => value,
            _ => f64::NAN,
        };
        assert_eq!((figure("sum"), figure("mean"), figure("median")), (14.5, 2.9, 4.0));
        assert_eq!((figure("min"), figure("max"), figure("mode"), figure("range")), (-1.0, 5.5, 4.0, 6.5));
        assert_eq!((figure("variance"), figure("deviation")), (6.3, 2.50998007960223));
        assert_eq!((given.int("count"), given.int("skipped")), (Some(5), Some(2)));
    }
    assert!(run(&PACK, "numbers.statistics", b"none\n", 9, &[]).is_err());
}

#[test]
fn days() {
    let day = |name: &str, date: &str| first(name, &[("date", text(date))]);
    assert_eq!(day("date.weekday", "the 14th of March 2023"), "Tuesday");
    assert_eq!(day("date.week", "2021-01-03"), "Int(53)");
    let between =
        |from, to, unit| first("date.difference", &[("from", text(from)), ("to", text(to)), ("unit", choose(unit))]);
    assert_eq!(between("2024-01-01", "2024-03-15", "days"), "74 days");
    assert_eq!(between("1990-06-03", "2026-06-02", "years"), "35 years");
    assert_eq!(between("2026-01-05", "2026-02-02", "weekdays"), "20 weekdays");
    assert_eq!(between("2024-03-02", "2024-03-01", "days"), "1 day, the second day is the earlier one");
    let shift = |date, amount, unit, back| {
        let unit = ("unit", choose(unit));
        first("date.shift", &[("date", text(date)), ("amount", Value::Int(amount)), unit, ("back", Value::Bool(back))])
    };
    assert_eq!(shift("2024-03-01", 45, "days", false), "2024-04-15");
    assert_eq!(shift("31 August 2025", 6, "months", false), "2026-02-28");
    assert_eq!(shift("2026-07-03", 10, "weekdays", false), "2026-07-17");
    assert_eq!(shift("2026-07-04", 5, "weekdays", false), "2026-07-10");
    assert_eq!(shift("2026-07-06", 1, "weekdays", true), "2026-07-03");
    let written = |form| first("date.format", &[("date", text("March 14, 2023")), ("format", choose(form))]);
    assert_eq!(written("iso"), "2023-03-14");
    assert_eq!(written("full"), "Tuesday, 14 March 2023");
    assert_eq!(first("date.leap", &[("year", Value::Int(1900))]), "Bool(false)");
    assert_eq!(day("date.weekday", "14/03/2023"), "Tuesday");
    for bad in ["soon", "30 February 2024", "14 March", "", "2023", "March 2023"] {
        assert!(said("date.weekday", &[("date", text(bad))]).is_err(), "{bad}");
    }
}

#[test]
fn times_of_day() {
    let between = |from, to| first("time.difference", &[("from", text(from)), ("to", text(to))]);
    assert_eq!(between("9:15", "17:40"), "8 hours 25 minutes");
    assert_eq!(between("22:00", "6:30am"), "8 hours 30 minutes");
    assert_eq!(between("8am", "1.20 pm"), "5 hours 20 minutes");
    assert_eq!(between("3 o'clock", "14h30"), "11 hours 30 minutes");
    let shift = |time, amount, unit, back| {
        let unit = ("unit", choose(unit));
        first(
            "time.shift",
            &[("time", text(time)), ("amount", Value::Float(amount)), unit, ("back", Value::Bool(back))],
        )
    };
    assert_eq!(shift("22:15", 90.0, "minutes", false), "23:45");
    assert_eq!(shift("noon", 1.5, "hours", true), "10:30");
    assert_eq!(shift("23:00", 2.0, "hours", false), "01:00 on the next day");
    assert!(said("time.difference", &[("from", text("25:00")), ("to", text("9"))]).is_err());
}

#[test]
fn times_in_other_zones() {
    let convert = |time: &str, from: &str, to: &str, date: &str| {
        let given = [("time", time), ("from", from), ("to", to), ("date", date)];
        first("time.convert", &given.map(|(port, value)| (port, text(value))))
    };
    assert_eq!(convert("15:00", "New York", "Berlin", "2026-07-01"), "2026-07-01 21:00");
    assert_eq!(convert("9am EST", "", "London", "15 January 2026"), "2026-01-15 14:00");
    assert_eq!(convert("23:30", "Tokyo", "UTC", ""), "14:30");
    assert_eq!(convert("14:30", "", "Tokyo", ""), "23:30");
    assert_eq!(convert("20:00", "UTC", "UTC+5:30", ""), "01:30 on the next day");
    assert_eq!(convert("2026-07-01T14:30:00+02:00", "", "new york", ""), "2026-07-01 08:30");
    assert_eq!(convert("8:15 central european standard time", "", "utc", ""), convert("8:15", "Berlin", "UTC", ""));
    // Clocks change on other days here than there.
    assert_eq!(
        convert("12:00", "Berlin", "New York", ""),
        "06:00 on most days; 07:00 while it is UTC+01:00 here and UTC-04:00 there"
    );
    let refused = |time: &str, from: &str, to: &str, date: &str| {
        let given = [("time", time), ("from", from), ("to", to), ("date", date)];
        said("time.convert", &given.map(|(port, value)| (port, text(value)))).unwrap_err()
    };
    assert!(refused("2:30", "Berlin", "UTC", "2026-03-29").contains("put forward"));
    assert!(refused("12:00", "Atlantis", "UTC", "").contains("Atlantis"));
    assert!(refused("25:00", "", "UTC", "").contains("no time of day"));
    assert!(refused("12:00", "", "", "").contains("no time zone"));
}

proptest! {
    #[test]
    fn a_time_in_another_zone_and_back_is_the_same(minutes in 0..1_440_u32, day in 1..29_u32, month in 1..13_u32) {
        // Neither zone changes its clocks, so that every time is there once.
        let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let there = first("time.convert", &[
            ("time", text(&format!("2026-{month:02}-{day:02} {time}"))),
            ("from", text("Kathmandu")),
            ("to", text("Tokyo")),
        ]);
        let back = first("time.convert", &[("time", text(&there)), ("from", text("Tokyo")), ("to", text("Kathmandu"))]);
        prop_assert_eq!(back, format!("2026-{month:02}-{day:02} {time}"));
    }

    #[test]
    fn a_number_in_words_is_read_back(number: u64) {
        let said = words::spelt(number);
        let plain = said.replace('-', " ");
        let parts: Vec<&str> = plain.split(' ').collect();
        prop_assert_eq!(words::number(&parts), Some(number), "{}", said);
    }

    #[test]
    fn any_expression_ends(expression in "[0-9+*/^%(). a-z!-]{0,24}") {
        let _ = said("number.compute", &[("expression", text(&expression))]);
    }

    #[test]
    fn any_text_is_taken(words in "\\PC{0,24}") {
        for (name, port) in [("number.roman", "number"), ("date.weekday", "date"), ("number.compute", "expression")] {
            let _ = said(name, &[(port, text(&words))]);
        }
        let _ = said("unit.convert", &[("from", text(&words)), ("to", text("m"))]);
        let _ = said("time.difference", &[("from", text(&words)), ("to", text("9:00"))]);
        let _ = said("time.convert", &[("time", text(&words)), ("to", text("UTC"))]);
        let _ = said("time.convert", &[("time", text("9:00")), ("to", text(&words))]);
    }

    #[test]
    fn weekdays_are_counted_one_by_one(start in 0..20_000_i32, days in 0..60_i64, back: bool) {
        let from = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(start)).unwrap();
        let shifted = first("date.shift", &[
            ("date", text(&from.to_string())),
            ("amount", Value::Int(days)),
            ("unit", choose("weekdays")),
            ("back", Value::Bool(back)),
        ]);
        let (mut at, mut left) = (from, days);
        while left > 0 {
            at = if back { at.yesterday().unwrap() } else { at.tomorrow().unwrap() };
            left -= i64::from(at.weekday().to_monday_zero_offset() < 5);
        }
        prop_assert_eq!(shifted, at.to_string());
    }
}
