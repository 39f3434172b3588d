//! References of pack `calc`: whole numbers, days counted from a fixed one, and what a calendar says by hand.

use super::seed::Seed;
use super::{Reference, arguments, case, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use telos_abi::{Descriptor, PortIndex, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("number.compute", compute),
    ("number.percent", percent),
    ("number.add-percent", add_percent),
    ("number.take-percent", take_percent),
    ("number.share", share),
    ("number.change", change),
    ("number.round", round),
    ("number.test", test),
    ("truth.not", not),
    ("number.factors", factors),
    ("number.divisor", divisor),
    ("number.of-count", of_count),
    ("number.whole", whole),
    ("number.read", read),
    ("number.write", write),
    ("number.base", base),
    ("number.roman", roman),
    ("number.spell", spell),
    ("unit.convert", convert),
    ("numbers.statistics", statistics),
    ("date.weekday", weekday),
    ("date.difference", difference),
    ("date.shift", shift),
    ("date.format", format),
    ("date.week", week),
    ("date.leap", leap),
    ("time.difference", time_difference),
    ("time.shift", time_shift),
    ("time.convert", time_convert),
];

/// Days from 1970-01-01 to 2099-12-31.
const DAYS: usize = 47_481;
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// Numbers whose fractions end within three decimals.
const DIVIDERS: [i64; 9] = [1, 2, 4, 5, 8, 10, 20, 25, 50];

/// A call with settings alone.
fn settings(descriptor: &Descriptor, given: &[(&str, Value)], outputs: &[Value]) -> Case {
    Case {
        arguments: arguments(descriptor, given),
        inputs: Vec::new(),
        expected: Some(outputs.iter().map(canonical).collect()),
    }
}

fn below(seed: &mut Seed, limit: usize) -> i64 {
    i64::try_from(seed.below(limit)).unwrap_or(0)
}

/// A whole number that is exactly a double.
fn float(whole: i64) -> f64 {
    f64::from(i32::try_from(whole).unwrap_or(0))
}

/// Thousandths as a decimal.
fn thousandths(number: i64) -> String {
    let digits = format!("{:04}", number.unsigned_abs());
    let (whole, part) = digits.split_at(digits.len() - 3);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{}{whole}{point}{part}", if number < 0 { "-" } else { "" })
}

/// Both outputs of a computation whose result is in thousandths.
fn result(number: i64, unit: &str) -> [Value; 2] {
    [text(&format!("{}{unit}", thousandths(number))), Value::Float(float(number) / 1_000.0)]
}

fn compute(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (mut value, mut expression) = (below(&mut seed, 20), String::new());
    expression.push_str(&value.to_string());
    for _ in 0..seed.below(4) {
        let other = 1 + below(&mut seed, 12);
        let (sign, next) = match seed.below(3) {
            0 => (["+", "plus"], value + other),
            1 => (["-", "minus"], value - other),
            _ => (["*", "times"], value * other),
        };
        expression = format!("({expression}) {} {other}", seed.pick(&sign));
        value = next;
    }
    settings(descriptor, &[("expression", text(&expression))], &[text(&value.to_string()), Value::Float(float(value))])
}

fn two(seed: u64, one: i64, names: [&'static str; 2]) -> (i64, i64, [(&'static str, Value); 2]) {
    let mut seed = Seed::new(seed);
    let (a, b) = (below(&mut seed, 100) * one, below(&mut seed, 1_000));
    (a, b, [(names[0], Value::Float(float(a))), (names[1], Value::Float(float(b)))])
}

fn percent(seed: u64, descriptor: &Descriptor) -> Case {
    let (percent, of, given) = two(seed, 1, ["percent", "of"]);
    settings(descriptor, &given, &result(percent * of * 10, ""))
}

fn add_percent(seed: u64, descriptor: &Descriptor) -> Case {
    let (percent, number, given) = two(seed, 1, ["percent", "number"]);
    settings(descriptor, &given, &result(number * (100 + percent) * 10, ""))
}

fn take_percent(seed: u64, descriptor: &Descriptor) -> Case {
    let (percent, number, given) = two(seed, 1, ["percent", "number"]);
    settings(descriptor, &given, &result(number * (100 - percent) * 10, ""))
}

/// A whole that divides without a rest, and a part.
fn parts(seed: u64) -> (i64, i64) {
    let mut seed = Seed::new(seed);
    (DIVIDERS[seed.below(DIVIDERS.len())], below(&mut seed, 1_000))
}

fn share(seed: u64, descriptor: &Descriptor) -> Case {
    let (whole, part) = parts(seed);
    let given = [("part", Value::Float(float(part))), ("whole", Value::Float(float(whole)))];
    settings(descriptor, &given, &result(part * 100_000 / whole, " %"))
}

fn change(seed: u64, descriptor: &Descriptor) -> Case {
    let (from, to) = parts(seed);
    let given = [("from", Value::Float(float(from))), ("to", Value::Float(float(to)))];
    settings(descriptor, &given, &result((to - from) * 100_000 / from, " %"))
}

fn round(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (number, places) = (below(&mut seed, 100_000), seed.below(4));
    let step = 10_i64.pow(3 - u32::try_from(places).unwrap_or(0));
    let rounded = (number + step / 2) / step * step;
    let digits = format!("{:04}", rounded);
    let (whole, part) = digits.split_at(digits.len() - 3);
    let said = if places == 0 { whole.to_owned() } else { format!("{whole}.{}", &part[..places]) };
    let given =
        [("number", Value::Float(float(number) / 1_000.0)), ("places", Value::Int(i64::try_from(places).unwrap_or(0)))];
    settings(descriptor, &given, &[text(&said), Value::Float(float(rounded) / 1_000.0)])
}

fn test(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (number, than) = (below(&mut seed, 20), below(&mut seed, 20));
    let comparison = seed.pick(&["less", "at-most", "greater", "at-least", "equals", "not-equals"]);
    let holds = match comparison {
        "less" => number < than,
        "at-most" => number <= than,
        "greater" => number > than,
        "at-least" => number >= than,
        "equals" => number == than,
        _ => number != than,
    };
    let given = [
        ("number", Value::Float(float(number))),
        ("comparison", choose(comparison)),
        ("than", Value::Float(float(than))),
    ];
    settings(descriptor, &given, &[Value::Bool(holds)])
}

fn not(seed: u64, descriptor: &Descriptor) -> Case {
    let holds = Seed::new(seed).below(2) == 1;
    settings(descriptor, &[("holds", Value::Bool(holds))], &[Value::Bool(!holds)])
}

fn factors(seed: u64, descriptor: &Descriptor) -> Case {
    const PRIMES: [i64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 97, 101, 997, 7_919];
    let mut seed = Seed::new(seed);
    let mut chosen: Vec<i64> = (0..=seed.below(4)).map(|_| PRIMES[seed.below(PRIMES.len())]).collect();
    let number: i64 = chosen.iter().take(3).product();
    chosen.truncate(3);
    chosen.sort_unstable();
    let said: Vec<String> = chosen.iter().map(ToString::to_string).collect();
    let outputs = [text(&said.join(" × ")), Value::Bool(chosen.len() == 1)];
    settings(descriptor, &[("number", Value::Int(number))], &outputs)
}

fn divisor(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (first, second) = (1 + below(&mut seed, 300), 1 + below(&mut seed, 300));
    let divides = |number: &i64| first % number == 0 && second % number == 0;
    let divisor = (1..=first).rev().find(divides).unwrap_or(1);
    let multiple = (1..).map(|times| times * first).find(|multiple| multiple % second == 0).unwrap_or(0);
    let given = [("first", Value::Int(first)), ("second", Value::Int(second))];
    settings(descriptor, &given, &[Value::Int(divisor), Value::Int(multiple)])
}

fn of_count(seed: u64, descriptor: &Descriptor) -> Case {
    let count = below(&mut Seed::new(seed), 1_000_000) - 500_000;
    settings(descriptor, &[("count", Value::Int(count))], &[Value::Float(float(count))])
}

fn whole(seed: u64, descriptor: &Descriptor) -> Case {
    let count = below(&mut Seed::new(seed), 1_000_000);
    settings(descriptor, &[("number", Value::Float(float(count)))], &[Value::Int(count)])
}

fn read(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let number = below(&mut seed, 2_000_000) - 1_000_000;
    let input =
        format!("{}{number}{}", seed.pick(&["", "sum of net\n", "it is "]), seed.pick(&["", "\n", " in all\n"]));
    case(descriptor, &[], input.as_str(), vec![canonical(&Value::Float(float(number)))])
}

fn write(seed: u64, descriptor: &Descriptor) -> Case {
    let number = below(&mut Seed::new(seed), 2_000_000) - 1_000_000;
    settings(descriptor, &[("number", Value::Float(float(number)))], &[text(&number.to_string())])
}

fn base(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let number = below(&mut seed, 1_000_000);
    let (name, radix) = [("binary", 2), ("octal", 8), ("decimal", 10), ("hexadecimal", 16)][seed.below(4)];
    let (mut rest, mut digits) = (number, Vec::new());
    loop {
        digits.push(
            u8::try_from(rest % radix)
                .ok()
                .and_then(|digit| b"0123456789abcdef".get(usize::from(digit)))
                .map_or('?', |digit| char::from(*digit)),
        );
        rest /= radix;
        if rest == 0 {
            break;
        }
    }
    let said: String = digits.into_iter().rev().collect();
    let given = [("number", text(&number.to_string())), ("to", choose(name))];
    settings(descriptor, &given, &[text(&said)])
}

fn roman(seed: u64, descriptor: &Descriptor) -> Case {
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    const TENS: [&str; 10] = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"];
    const HUNDREDS: [&str; 10] = ["", "C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM"];
    const THOUSANDS: [&str; 4] = ["", "M", "MM", "MMM"];
    let mut seed = Seed::new(seed);
    let number = 1 + seed.below(3_999);
    let numeral = [THOUSANDS[number / 1_000], HUNDREDS[number / 100 % 10], TENS[number / 10 % 10], ONES[number % 10]];
    let (numeral, number) = (numeral.concat(), number.to_string());
    let (said, given) = if seed.flag() { (number, numeral) } else { (numeral, number) };
    settings(descriptor, &[("number", text(&said))], &[text(&given)])
}

/// The words of the parts that a number is made of, which are known before it is.
fn spell(seed: u64, descriptor: &Descriptor) -> Case {
    const SMALL: [(&str, i64); 9] = [
        ("one", 1),
        ("three", 3),
        ("ten", 10),
        ("twelve", 12),
        ("nineteen", 19),
        ("twenty", 20),
        ("forty-five", 45),
        ("eighty", 80),
        ("ninety-nine", 99),
    ];
    const HUNDREDS: [(&str, i64); 3] = [("one hundred", 100), ("five hundred", 500), ("nine hundred", 900)];
    const POWERS: [(&str, i64); 3] = [("billion", 1_000_000_000), ("million", 1_000_000), ("thousand", 1_000)];
    let mut seed = Seed::new(seed);
    // A part below a thousand: whether it has hundreds, its words, its value.
    let part = |seed: &mut Seed| {
        let (hundred, hundreds) = HUNDREDS[seed.below(HUNDREDS.len())];
        let (small, value) = SMALL[seed.below(SMALL.len())];
        match seed.below(3) {
            0 => (true, hundred.to_owned(), hundreds),
            1 => (false, small.to_owned(), value),
            _ => (true, format!("{hundred} and {small}"), hundreds + value),
        }
    };
    let (mut said, mut number): (Vec<String>, i64) = (Vec::new(), 0);
    for (power, each) in POWERS {
        if seed.flag() {
            let (_, words, value) = part(&mut seed);
            said.push(format!("{words} {power}"));
            number += value * each;
        }
    }
    if said.is_empty() || seed.flag() {
        let (has_hundreds, words, value) = part(&mut seed);
        let joined = !said.is_empty() && !has_hundreds;
        said.push(if joined { format!("and {words}") } else { words });
        number += value;
    }
    settings(descriptor, &[("number", Value::Int(number))], &[text(&said.join(" "))])
}

fn convert(seed: u64, descriptor: &Descriptor) -> Case {
    /// Thousandths of the second unit in one of the first.
    const UNITS: [(&str, &str, i64); 10] = [
        ("km", "m", 1_000_000),
        ("inch", "cm", 2_540),
        ("kg", "g", 1_000_000),
        ("hours", "minutes", 60_000),
        ("weeks", "days", 7_000),
        ("litres", "ml", 1_000_000),
        ("feet", "inches", 12_000),
        ("MB", "kB", 1_000_000),
        ("cm", "mm", 10_000),
        ("yards", "feet", 3_000),
    ];
    let mut seed = Seed::new(seed);
    let amount = 2 + below(&mut seed, 500);
    let (from, to, each) = UNITS[seed.below(UNITS.len())];
    let given = [("amount", Value::Float(float(amount))), ("from", text(from)), ("to", text(to))];
    settings(descriptor, &given, &result(amount * each, &format!(" {to}")))
}

fn statistics(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    // A power of two, so that the mean is exact.
    let count = [2, 4, 8][seed.below(3)];
    let numbers: Vec<i64> = (0..count).map(|_| below(&mut seed, 40) - 10).collect();
    let input: String = numbers.iter().map(|number| format!("{number}\n")).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let sum: i64 = numbers.iter().sum();
    let mean = float(sum) / float(count);
    let squares: f64 = numbers.iter().map(|number| (float(*number) - mean) * (float(*number) - mean)).sum();
    let variance = squares / float(count - 1);
    let middle = sorted.len() / 2;
    let often = |number: i64| sorted.iter().filter(|other| **other == number).count();
    let most = sorted.iter().map(|number| often(*number)).max().unwrap_or(0);
    let mode = sorted.iter().find(|number| often(**number) == most).copied().unwrap_or(0);
    let (least, greatest) = (sorted[0], sorted[sorted.len() - 1]);
    let figures = [
        mean,
        float(sorted[middle - 1] + sorted[middle]) / 2.0,
        float(sum),
        float(least),
        float(greatest),
        variance.sqrt(),
        variance,
        float(mode),
        float(greatest - least),
    ];
    // What a double of a decimal is good for.
    let tidy = |value: f64| format!("{value:.14e}").parse::<f64>().map_or(value, |value| value);
    let floats = figures.iter().map(|figure| Value::Float(tidy(*figure)));
    let outputs: Vec<Value> = floats.chain([Value::Int(count), Value::Int(0)]).collect();
    Case {
        arguments: arguments(descriptor, &[]),
        inputs: vec![(PortIndex(0), input.into_bytes())],
        expected: Some(outputs.iter().map(canonical).collect()),
    }
}

fn is_leap(year: usize) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn month_days(year: usize, month: usize) -> usize {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day, so many days after 1970-01-01: counted month by month.
fn civil(mut days: usize) -> (usize, usize, usize) {
    let (mut year, mut month) = (1970, 1);
    while days >= month_days(year, month) {
        days -= month_days(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    (year, month, days + 1)
}

fn iso(days: usize) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// 1970-01-01 was a Thursday.
fn weekday_of(days: usize) -> &'static str {
    WEEKDAYS[(days + 3) % 7]
}

fn weekday(seed: u64, descriptor: &Descriptor) -> Case {
    let days = Seed::new(seed).below(DAYS);
    settings(descriptor, &[("date", text(&iso(days)))], &[text(weekday_of(days))])
}

fn difference(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (from, gone) = (seed.below(DAYS / 2), seed.below(DAYS / 2));
    let (unit, count) = match seed.below(4) {
        0 => ("weeks", gone / 7),
        1 => ("hours", gone * 24),
        2 => ("weekdays", (from..from + gone).filter(|day| (day + 3) % 7 < 5).count()),
        _ => ("days", gone),
    };
    let said = format!("{count} {}", if count == 1 { unit.trim_end_matches('s') } else { unit });
    let given = [("from", text(&iso(from))), ("to", text(&iso(from + gone))), ("unit", choose(unit))];
    settings(descriptor, &given, &[text(&said), Value::Int(i64::try_from(count).unwrap_or(0))])
}

fn shift(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (from, amount, back) = (10_000 + seed.below(DAYS - 20_000), seed.below(1_000), seed.flag());
    let (unit, days) = if seed.flag() { ("weeks", amount * 7) } else { ("days", amount) };
    let to = if back { from - days } else { from + days };
    let given = [
        ("date", text(&iso(from))),
        ("amount", Value::Int(i64::try_from(amount).unwrap_or(0))),
        ("unit", choose(unit)),
        ("back", Value::Bool(back)),
    ];
    settings(descriptor, &given, &[text(&iso(to)), text(weekday_of(to))])
}

fn format(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let days = seed.below(DAYS);
    let (year, month, day) = civil(days);
    let (form, said) = match seed.below(3) {
        0 => ("us", format!("{month:02}/{day:02}/{year}")),
        1 => ("german", format!("{day:02}.{month:02}.{year}")),
        _ => ("iso", iso(days)),
    };
    settings(descriptor, &[("date", text(&iso(days))), ("format", choose(form))], &[text(&said)])
}

/// The week and its year are those of the Thursday in it (ISO 8601).
fn week(seed: u64, descriptor: &Descriptor) -> Case {
    let days = 3 + Seed::new(seed).below(DAYS);
    let thursday = days - (days + 3) % 7 + 3;
    let (year, month, day) = civil(thursday);
    let before: usize = (1..month).map(|month| month_days(year, month)).sum();
    let whole = |number: usize| Value::Int(i64::try_from(number).unwrap_or(0));
    settings(descriptor, &[("date", text(&iso(days)))], &[whole((before + day - 1) / 7 + 1), whole(year)])
}

fn leap(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let year = if seed.flag() { 100 * (1 + seed.below(30)) } else { 1 + seed.below(3_000) };
    let given = [("year", Value::Int(i64::try_from(year).unwrap_or(0)))];
    settings(descriptor, &given, &[Value::Bool(is_leap(year))])
}

fn clock(minutes: usize) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn time_difference(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (from, gone) = (seed.below(1_440), seed.below(1_440));
    let said = |count: usize, unit: &str| match count {
        0 => None,
        1 => Some(format!("1 {unit}")),
        many => Some(format!("{many} {unit}s")),
    };
    let parts: Vec<String> = [said(gone / 60, "hour"), said(gone % 60, "minute")].into_iter().flatten().collect();
    let duration = if parts.is_empty() { "0 minutes".to_owned() } else { parts.join(" ") };
    let minutes = float(i64::try_from(gone).unwrap_or(0));
    let given = [("from", text(&clock(from))), ("to", text(&clock((from + gone) % 1_440)))];
    settings(descriptor, &given, &[text(&duration), Value::Float(minutes), Value::Float(minutes / 60.0)])
}

fn time_shift(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let from = seed.below(1_440);
    let amount = seed.below(1_440 - from);
    let at = clock(from + amount);
    let given = [("time", text(&clock(from))), ("amount", Value::Float(float(i64::try_from(amount).unwrap_or(0))))];
    settings(descriptor, &given, &[text(&at), text(&at)])
}

/// Zones whose clocks are not changed are so many minutes from UTC; summer time of the European Union begins and ends on the
/// last Sundays of March and October.
fn time_convert(seed: u64, descriptor: &Descriptor) -> Case {
    const ZONES: [(&str, i64); 7] = [
        ("UTC", 0),
        ("Tokyo", 540),
        ("Kathmandu", 345),
        ("Phoenix", -420),
        ("EST", -300),
        ("UTC-3:30", -210),
        ("Berlin", 60),
    ];
    let mut seed = Seed::new(seed);
    // From 2000 to 2019, at noon or later and before the day ends: no change of clocks is near.
    let (days, minutes) = (10_957 + seed.below(7_300), 720 + seed.below(720));
    let summer = |days: usize| {
        let (_, month, day) = civil(days);
        let sunday = (days + 4) % 7;
        // The last Sunday is over, or is today.
        let over = day >= 25 && day - sunday.min(day) >= 25;
        (4..10).contains(&month) || month == 3 && over || month == 10 && !over
    };
    let ((from, here), (to, there)) = (ZONES[seed.below(ZONES.len())], ZONES[seed.below(ZONES.len())]);
    let summer_minutes = |name: &str| if name == "Berlin" && summer(days) { 60 } else { 0 };
    let offset = |name: &str, minutes: i64| minutes + summer_minutes(name);
    let at = i64::try_from(days * 1_440 + minutes).unwrap_or(0) - offset(from, here) + offset(to, there);
    let at = usize::try_from(at).unwrap_or(0);
    let clock_there = clock(at % 1_440);
    let said = format!("{} {clock_there}", iso(at / 1_440));
    let given = [("time", text(&clock(minutes))), ("from", text(from)), ("to", text(to)), ("date", text(&iso(days)))];
    settings(descriptor, &given, &[text(&said), text(&clock_there)])
}
