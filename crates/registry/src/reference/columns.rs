//! References of pack `columns`, by crate `csv`, plain lists and whole numbers.

use super::seed::Seed;
use super::{Reference, arguments, case, count, text};
use crate::evidence::Case;
use std::collections::BTreeSet;
use telos_abi::{Descriptor, PortIndex, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("table.rename", rename),
    ("table.drop", drop),
    ("table.transpose", transpose),
    ("table.distinct", distinct),
    ("table.missing", missing),
    ("table.missing-counts", missing_counts),
    ("table.one-of", one_of),
    ("table.search", search),
    ("table.between", between),
    ("table.compute", compute),
    ("table.fill", fill),
    ("table.round", round),
    ("table.share", share),
    ("table.running-total", running_total),
    ("table.bin", bin),
    ("table.by-time", by_time),
    ("table.join", join),
    ("table.append", append),
    ("table.change-case", change_case),
    ("table.trim", trim),
    ("table.values", values),
    ("table.from-lines", from_lines),
    ("table.to-markdown", to_markdown),
    ("table.to-html", to_html),
    ("directory.tree", tree),
];

const HEADER: [&str; 3] = ["name", "number", "note"];

type Fields = Vec<String>;

fn small(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(0)
}

/// Rows of a word, a whole number from -20 to 19 or nothing, and a field that may need quotes.
fn rows(seed: &mut Seed) -> Vec<Fields> {
    (0..seed.below(25))
        .map(|_| {
            let number = if seed.below(5) == 0 { String::new() } else { (small(seed.below(40)) - 20).to_string() };
            vec![
                seed.pick(&["ann", "bob", "cy", "é"]).to_owned(),
                number,
                seed.text(3, &["x", ",", "\"", "\n", "y", "€"]),
            ]
        })
        .collect()
}

fn csv(header: &[&str], rows: &[Fields]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).expect("a vector takes every byte");
    for row in rows {
        writer.write_record(row).expect("rows have the header's width");
    }
    writer.into_inner().expect("a vector takes every byte")
}

fn with_column(name: &str, rows: &[Fields], values: impl IntoIterator<Item = String>) -> Vec<u8> {
    let header: Vec<&str> = HEADER.iter().copied().chain([name]).collect();
    let rows: Vec<Fields> = rows.iter().zip(values).map(|(row, value)| [row.clone(), vec![value]].concat()).collect();
    csv(&header, &rows)
}

fn names(columns: &[&str]) -> Value {
    Value::List(columns.iter().map(|name| text(name)).collect())
}

fn number(row: &Fields) -> Option<i64> {
    row[1].parse().ok()
}

fn kept(descriptor: &Descriptor, given: &[(&str, Value)], rows: &[Fields], keep: impl Fn(&Fields) -> bool) -> Case {
    let kept: Vec<Fields> = rows.iter().filter(|row| keep(row)).cloned().collect();
    case(descriptor, given, csv(&HEADER, rows), vec![csv(&HEADER, &kept), count(kept.len())])
}

fn rename(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, at) = (rows(&mut seed), seed.below(3));
    let mut header = HEADER;
    header[at] = "other, name";
    let given = [("column", text(HEADER[at])), ("name", text("other, name"))];
    case(descriptor, &given, csv(&HEADER, &rows), vec![csv(&header, &rows)])
}

fn drop(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, at) = (rows(&mut seed), seed.below(3));
    let others: Vec<usize> = (0..3).filter(|other| *other != at).collect();
    let header: Vec<&str> = others.iter().map(|other| HEADER[*other]).collect();
    let left: Vec<Fields> = rows.iter().map(|row| others.iter().map(|other| row[*other].clone()).collect()).collect();
    case(descriptor, &[("columns", names(&[HEADER[at]]))], csv(&HEADER, &rows), vec![csv(&header, &left)])
}

fn transpose(seed: u64, descriptor: &Descriptor) -> Case {
    let mut rows = rows(&mut Seed::new(seed));
    rows.iter_mut().enumerate().for_each(|(place, row)| row[0] = format!("r{place}"));
    let keys: Vec<&str> = std::iter::once("name").chain(rows.iter().map(|row| row[0].as_str())).collect();
    let line =
        |at: usize| std::iter::once(HEADER[at].to_owned()).chain(rows.iter().map(|row| row[at].clone())).collect();
    case(descriptor, &[], csv(&HEADER, &rows), vec![csv(&keys, &[line(1), line(2)])])
}

fn distinct(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, by_name) = (rows(&mut seed), seed.flag());
    let mut seen = BTreeSet::new();
    let key = |row: &Fields| if by_name { vec![row[0].clone()] } else { row.clone() };
    let first: Vec<Fields> = rows.iter().filter(|row| seen.insert(key(row))).cloned().collect();
    let by = names(if by_name { &["name"] } else { &[] });
    case(descriptor, &[("by", by)], csv(&HEADER, &rows), vec![csv(&HEADER, &first), count(first.len())])
}

fn blank(field: &str) -> bool {
    field.chars().all(char::is_whitespace)
}

fn missing(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, some) = (rows(&mut seed), seed.flag());
    let columns = names(if some { &["number"] } else { &[] });
    kept(descriptor, &[("columns", columns)], &rows, |row| {
        if some { blank(&row[1]) } else { row.iter().any(|field| blank(field)) }
    })
}

fn missing_counts(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = rows(&mut Seed::new(seed));
    let counts = [0, 1, 2].map(|at| rows.iter().filter(|row| blank(&row[at])).count());
    let lines: Vec<Fields> = (0..3).map(|at| vec![HEADER[at].to_owned(), counts[at].to_string()]).collect();
    let outputs = vec![csv(&["column", "missing"], &lines), count(counts.iter().sum())];
    case(descriptor, &[], csv(&HEADER, &rows), outputs)
}

fn one_of(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, fold) = (rows(&mut seed), seed.flag());
    let given = [("column", text("name")), ("values", names(&["cy", "ANN"])), ("ignore-case", Value::Bool(fold))];
    kept(descriptor, &given, &rows, |row| row[0] == "cy" || fold && row[0] == "ann")
}

fn search(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, fold, some, invert) = (rows(&mut seed), seed.flag(), seed.flag(), seed.flag());
    let within = if some { names(&["name"]) } else { names(&[]) };
    let flags = [("ignore-case", Value::Bool(fold)), ("invert", Value::Bool(invert))];
    let given = [vec![("pattern", text("N")), ("columns", within)], flags.to_vec()].concat();
    let holds = |field: &String| field.contains('N') || fold && field.contains('n');
    kept(descriptor, &given, &rows, |row| row.iter().take(if some { 1 } else { row.len() }).any(holds) != invert)
}

fn between(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, a, b) = (rows(&mut seed), small(seed.below(40)) - 20, small(seed.below(40)) - 20);
    let given = [("from", text(&a.to_string())), ("to", text(&b.to_string())), ("column", names(&["number"]))];
    kept(descriptor, &given, &rows, |row| number(row).is_some_and(|value| (a.min(b)..=a.max(b)).contains(&value)))
}

fn compute(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, factor) = (rows(&mut seed), small(seed.below(9)) + 1);
    type Formula = fn(i64, i64) -> i64;
    let formulas: [(&str, Formula); 4] = [
        ("number * F - 1", |number, factor| number * factor - 1),
        ("-(Number + 3) % F", |number, factor| -(number + 3) % factor),
        ("`number` - F * (number - 2)", |number, factor| number - factor * (number - 2)),
        ("(number+number)/2+F", |number, factor| number + factor),
    ];
    let (formula, value) = formulas[seed.below(4)];
    let results = rows.iter().map(|row| number(row).map_or_else(String::new, |at| value(at, factor).to_string()));
    let given = [("expression", text(&formula.replace('F', &factor.to_string()))), ("name", text("made"))];
    case(descriptor, &given, csv(&HEADER, &rows), vec![with_column("made", &rows, results)])
}

fn fill(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, previous) = (rows(&mut seed), seed.flag());
    let (mut last, mut filled) = (String::new(), 0);
    let mut changed = rows.clone();
    for row in &mut changed {
        if row[1].is_empty() {
            row[1] = if previous { last.clone() } else { String::from("none") };
            filled += usize::from(!row[1].is_empty());
        }
        last.clone_from(&row[1]);
    }
    let value = if previous { "" } else { "none" };
    let given = [("value", text(value)), ("method", choose("previous")), ("columns", names(&["number"]))];
    case(descriptor, &given, csv(&HEADER, &rows), vec![csv(&HEADER, &changed), count(filled)])
}

/// Hundredths as a decimal without trailing zeros.
fn decimal(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    let text = format!("{sign}{whole}.{part:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `part / whole`, halves away from zero.
fn nearest(part: i64, whole: i64) -> i64 {
    (2 * part.abs() + whole.abs()) / (2 * whole.abs()) * part.signum() * whole.signum()
}

fn round(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let values: Vec<i64> = (0..seed.below(20)).map(|_| small(seed.below(40_001)) - 20_000).collect();
    let places = seed.below(3);
    let unit = [100, 10, 1][places];
    let column =
        |value: &dyn Fn(i64) -> i64| values.iter().map(|one| vec![decimal(value(*one))]).collect::<Vec<Fields>>();
    let given = [("decimals", Value::Int(small(places)))];
    let expected = csv(&["a"], &column(&|value| nearest(value, unit) * unit));
    case(descriptor, &given, csv(&["a"], &column(&|value| value)), vec![expected])
}

fn share(seed: u64, descriptor: &Descriptor) -> Case {
    let mut rows = rows(&mut Seed::new(seed));
    rows.iter_mut().for_each(|row| row[1] = row[1].trim_start_matches('-').to_owned());
    let total: i64 = rows.iter().filter_map(number).sum();
    let of = |row: &Fields| number(row).filter(|_| total > 0).map(|value| decimal(nearest(value * 10_000, total)));
    let shares = rows.iter().map(|row| of(row).unwrap_or_default());
    case(descriptor, &[("column", text("number"))], csv(&HEADER, &rows), vec![with_column("share", &rows, shares)])
}

fn running_total(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = rows(&mut Seed::new(seed));
    let totals = (1..=rows.len()).map(|end| rows[..end].iter().filter_map(number).sum::<i64>().to_string());
    let expected = with_column("running-total", &rows, totals);
    case(descriptor, &[("column", text("number"))], csv(&HEADER, &rows), vec![expected])
}

fn bin(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, width) = (rows(&mut seed), small(seed.below(9)) + 1);
    let places: Vec<i64> = rows.iter().filter_map(number).map(|value| value.div_euclid(width)).collect();
    let (least, greatest) = (places.iter().min().copied().unwrap_or(0), places.iter().max().copied().unwrap_or(-1));
    let lines: Vec<Fields> = (least..=greatest)
        .map(|place| {
            let inside = places.iter().filter(|other| **other == place).count();
            vec![(place * width).to_string(), ((place + 1) * width).to_string(), inside.to_string()]
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a width below 10")]
    let given = [("column", text("number")), ("width", Value::Float(width as f64))];
    case(descriptor, &given, csv(&HEADER, &rows), vec![csv(&["from", "to", "count"], &lines)])
}

/// The day of the week by counting days since March 1st of year 0, a Wednesday.
fn weekday(year: i64, month: i64, day: i64) -> &'static str {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    let names = ["Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday"];
    names[usize::try_from(days.rem_euclid(7)).unwrap_or(0)]
}

fn by_time(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let unit = seed.pick(&["minute", "hour", "day", "weekday", "month", "year"]);
    let rows: Vec<Fields> = (0..1 + seed.below(20))
        .map(|_| {
            let (year, month, day) =
                (small(1900 + seed.below(300)), small(1 + seed.below(12)), small(1 + seed.below(28)));
            let (hour, minute) = (seed.below(24), seed.below(60));
            let at = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:07");
            let label = match unit {
                "minute" => at[..16].to_owned(),
                "hour" => format!("{}:00", &at[..13]),
                "day" => at[..10].to_owned(),
                "month" => at[..7].to_owned(),
                "year" => at[..4].to_owned(),
                _ => weekday(year, month, day).to_owned(),
            };
            vec![at, label]
        })
        .collect();
    let input: Vec<Fields> = rows.iter().map(|row| row[..1].to_vec()).collect();
    case(descriptor, &[("unit", choose(unit))], csv(&["at"], &input), vec![csv(&["at", unit], &rows)])
}

fn two(descriptor: &Descriptor, given: &[(&str, Value)], tables: [Vec<u8>; 2], outputs: Vec<Vec<u8>>) -> Case {
    let inputs = (0..).map(PortIndex).zip(tables).collect();
    Case { arguments: arguments(descriptor, given), inputs, expected: Some(outputs) }
}

fn join(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (left, right) = (rows(&mut seed), rows(&mut seed));
    let kind = seed.pick(&["anti", "inner", "left", "right", "outer"]);
    let right: Vec<Fields> = right.into_iter().map(|row| vec![row[2].clone(), row[1].clone()]).collect();
    let equal = |row: &Fields, other: &Fields| !row[1].is_empty() && row[1] == other[1];
    let mut joined: Vec<Fields> = Vec::new();
    for row in &left {
        let partners: Vec<&Fields> = right.iter().filter(|other| equal(row, other)).collect();
        joined.extend(partners.iter().map(|other| [row.clone(), vec![other[0].clone()]].concat()));
        if partners.is_empty() && matches!(kind, "left" | "outer") {
            joined.push([row.clone(), vec![String::new()]].concat());
        }
    }
    if matches!(kind, "right" | "outer") {
        let alone = right.iter().filter(|other| !left.iter().any(|row| equal(row, other)));
        joined.extend(alone.map(|other| vec![String::new(), other[1].clone(), String::new(), other[0].clone()]));
    }
    let mut header = vec!["name", "number", "note", "remark"];
    if kind == "anti" {
        joined = left.iter().filter(|row| !right.iter().any(|other| equal(row, other))).cloned().collect();
        header.pop();
    }
    let outputs = vec![csv(&header, &joined), count(joined.len())];
    let tables = [csv(&HEADER, &left), csv(&["remark", "number"], &right)];
    two(descriptor, &[("kind", choose(kind))], tables, outputs)
}

fn append(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (above, below) = (rows(&mut seed), rows(&mut seed));
    let mut all: Vec<Fields> = above.iter().map(|row| [row.clone(), vec![String::new()]].concat()).collect();
    all.extend(below.iter().map(|row| vec![row[1].clone(), String::new(), row[2].clone(), row[0].clone()]));
    let outputs = vec![csv(&["name", "number", "note", "extra"], &all), count(all.len())];
    two(descriptor, &[], [csv(&HEADER, &above), csv(&["extra", "name", "note"], &below)], outputs)
}

fn change_case(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (rows, upper) = (rows(&mut seed), seed.flag());
    let mut changed = rows.clone();
    for row in &mut changed {
        let letters = row[0].chars().map(|letter| if letter == 'é' { 'É' } else { letter.to_ascii_uppercase() });
        row[0] = if upper { letters.collect() } else { row[0].clone() };
    }
    let given = [("case", choose(if upper { "upper" } else { "lower" })), ("columns", names(&["name"]))];
    case(descriptor, &given, csv(&HEADER, &rows), vec![csv(&HEADER, &changed)])
}

fn trim(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let fields: Vec<String> = (0..seed.below(20)).map(|_| seed.text(9, &["a", " ", " ", "\t", "b", "é"])).collect();
    let tidy = |field: &String| {
        let words = field.split([' ', '\t']).filter(|word| !word.is_empty());
        vec![String::from("x"), words.collect::<Vec<_>>().join(" ")]
    };
    let rows: Vec<Fields> = fields.iter().map(|field| vec![String::from("x"), field.clone()]).collect();
    let expected: Vec<Fields> = fields.iter().map(tidy).collect();
    case(descriptor, &[], csv(&["k", "v"], &rows), vec![csv(&["k", "v"], &expected)])
}

fn values(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = rows(&mut Seed::new(seed));
    let lines: String = rows.iter().map(|row| format!("{}\n", row[2].replace('\n', " "))).collect();
    let given = [("column", names(&["note"]))];
    case(descriptor, &given, csv(&HEADER, &rows), vec![lines.into_bytes(), count(rows.len())])
}

fn from_lines(seed: u64, descriptor: &Descriptor) -> Case {
    let input = Seed::new(seed).lines();
    let mut lines: Vec<&str> = input.split('\n').collect();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    let rows: Vec<Fields> = lines.iter().map(|line| vec![(*line).to_owned()]).collect();
    case(descriptor, &[], input.as_bytes(), vec![csv(&["line"], &rows), count(rows.len())])
}

fn to_markdown(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = rows(&mut Seed::new(seed));
    let line = |fields: &[String]| format!("| {} |\n", fields.join(" | ").replace('\n', " "));
    let body: String = rows.iter().map(|row| line(row)).collect();
    let expected = format!("| name | number | note |\n| --- | --- | --- |\n{body}");
    case(descriptor, &[], csv(&HEADER, &rows), vec![expected.into_bytes()])
}

fn to_html(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let fields: Vec<String> =
        (0..seed.below(20)).map(|_| seed.text(6, &["a", "<", ">", "&", "\"", "é", "\n"])).collect();
    let shown = |field: &String| {
        let field = field.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
        format!("<tr><td>x</td><td>{field}</td></tr>\n")
    };
    let rows: Vec<Fields> = fields.iter().map(|field| vec![String::from("x"), field.clone()]).collect();
    let body: String = fields.iter().map(shown).collect();
    let head = "<table>\n<thead>\n<tr><th>k</th><th>v</th></tr>\n</thead>\n<tbody>\n";
    let expected = format!("{head}{body}</tbody>\n</table>\n");
    case(descriptor, &[], csv(&["k", "v"], &rows), vec![expected.into_bytes()])
}

/// The lines of a tree are its paths in order, each with its last part behind as many columns as it is deep.
fn tree(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let mut paths: BTreeSet<String> = BTreeSet::new();
    for _ in 0..seed.below(12) {
        let parts: Vec<&str> = (0..=seed.below(3)).map(|_| seed.pick(&["a", "b", "c"])).collect();
        paths.insert(format!("{}.txt", parts.join("/")));
    }
    let mut places: BTreeSet<Vec<&str>> = BTreeSet::new();
    for path in &paths {
        let parts: Vec<&str> = path.split('/').collect();
        places.extend((1..=parts.len()).map(|deep| parts[..deep].to_vec()));
    }
    // A branch goes on past a place if something in the same directory comes after it.
    let more = |place: &[&str]| {
        places.iter().any(|other| {
            let deep = place.len() - 1;
            other.len() == place.len() && other[..deep] == place[..deep] && other[deep] > place[deep]
        })
    };
    let mut expected = String::new();
    for place in &places {
        for deep in 1..place.len() {
            expected.push_str(if more(&place[..deep]) { "│   " } else { "    " });
        }
        expected.push_str(if more(place) { "├── " } else { "└── " });
        expected.push_str(place[place.len() - 1]);
        let directory = places.iter().any(|other| other.len() > place.len() && other.starts_with(place));
        expected.push_str(if directory { "/\n" } else { "\n" });
    }
    let rows: Vec<Fields> = paths.iter().map(|path| vec![path.clone()]).collect();
    case(descriptor, &[], csv(&["path"], &rows), vec![expected.into_bytes()])
}
