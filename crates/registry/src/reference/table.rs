//! References of pack `table`, by crate `csv` and plain lists.

use super::seed::Seed;
use super::{Reference, case, count, text};
use crate::evidence::Case;
use std::collections::BTreeMap;
use telos_abi::{Descriptor, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("table.parse", parse),
    ("table.filter", filter),
    ("table.filter-columns", filter_columns),
    ("table.select", select),
    ("table.count", count_rows),
    ("table.aggregate", aggregate),
    ("table.sort", sort),
    ("table.top", top),
    ("table.to-json", to_json),
    ("table.from-json", from_json),
    ("table.head", head),
    ("table.tail", tail),
];

const HEADER: [&str; 3] = ["name", "number", "note"];

/// A row: a word, a whole number, a field that may need quotes.
type Row = (String, i64, String);

fn rows(seed: &mut Seed) -> Vec<Row> {
    (0..seed.below(30))
        .map(|_| {
            let number = i64::try_from(seed.below(40)).unwrap_or(0) - 20;
            let name = seed.pick(&["ann", "bob", "cy", "é"]).to_owned();
            (name, number, seed.text(4, &["x", ",", "\"", "\n", " ", "€"]))
        })
        .collect()
}

fn fields(row: &Row) -> [String; 3] {
    [row.0.clone(), row.1.to_string(), row.2.clone()]
}

pub(super) fn csv<R: AsRef<[F]>, F: AsRef<[u8]>>(
    header: &[&str],
    rows: impl IntoIterator<Item = R>,
    delimiter: u8,
) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(header).expect("a vector takes every byte");
    for row in rows {
        writer.write_record(row.as_ref()).expect("rows have the header's width");
    }
    writer.into_inner().expect("a vector takes every byte")
}

fn table(rows: &[Row]) -> Vec<u8> {
    csv(&HEADER, rows.iter().map(fields), b',')
}

fn parse(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let rows = rows(&mut seed);
    let delimiter = [b',', b';', b'\t', b'|'][seed.below(4)];
    let input = csv(&HEADER, rows.iter().map(fields), delimiter);
    let named = char::from(delimiter).to_string();
    case(descriptor, &[("delimiter", text(&named))], input, vec![table(&rows), count(rows.len())])
}

fn filter(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let rows = rows(&mut seed);
    let limit = i64::try_from(seed.below(40)).unwrap_or(0) - 20;
    let comparison = seed.pick(&["equals", "not-equals", "less", "at-most", "greater", "at-least"]);
    let kept: Vec<Row> = rows
        .iter()
        .filter(|row| match comparison {
            "equals" => row.1 == limit,
            "not-equals" => row.1 != limit,
            "less" => row.1 < limit,
            "at-most" => row.1 <= limit,
            "greater" => row.1 > limit,
            _ => row.1 >= limit,
        })
        .cloned()
        .collect();
    let given = [("column", text("number")), ("comparison", choose(comparison)), ("value", text(&limit.to_string()))];
    case(descriptor, &given, table(&rows), vec![table(&kept), count(kept.len())])
}

fn filter_columns(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let pairs: Vec<[i64; 2]> =
        (0..seed.below(30)).map(|_| [0; 2].map(|_| i64::try_from(seed.below(12)).unwrap_or(0) - 6)).collect();
    let comparison = seed.pick(&["equals", "less", "at-least"]);
    let kept = pairs.iter().filter(|[held, other]| match comparison {
        "equals" => held == other,
        "less" => held < other,
        _ => held >= other,
    });
    let written = |pairs: Vec<&[i64; 2]>| {
        csv(&["held", "wanted"], pairs.iter().map(|pair| pair.map(|number| number.to_string())), b',')
    };
    let (kept, all) = (kept.collect::<Vec<_>>(), written(pairs.iter().collect()));
    let given = [("column", text("held")), ("comparison", choose(comparison)), ("other", text("wanted"))];
    case(descriptor, &given, all, vec![written(kept.clone()), count(kept.len())])
}

fn select(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let rows = rows(&mut seed);
    let picked = if seed.flag() { vec![2, 0] } else { vec![1] };
    let header: Vec<&str> = picked.iter().map(|index| HEADER[*index]).collect();
    let kept = rows.iter().map(|row| picked.iter().map(|index| fields(row)[*index].clone()).collect::<Vec<_>>());
    let columns = Value::List(header.iter().map(|name| text(name)).collect());
    case(descriptor, &[("columns", columns)], table(&rows), vec![csv(&header, kept, b',')])
}

/// The numbers of each group, or of all rows.
fn grouped(rows: &[Row], by_name: bool) -> BTreeMap<String, Vec<i64>> {
    let mut groups: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    if !by_name {
        groups.insert(String::new(), Vec::new());
    }
    for row in rows {
        groups.entry(if by_name { row.0.clone() } else { String::new() }).or_default().push(row.1);
    }
    groups
}

fn group_table(column: &str, by_name: bool, groups: BTreeMap<String, String>) -> Vec<u8> {
    if by_name {
        csv(&["name", column], groups.into_iter().map(|(key, value)| vec![key, value]), b',')
    } else {
        csv(&[column], groups.into_values().map(|value| vec![value]), b',')
    }
}

fn by(by_name: bool) -> Value {
    Value::List(if by_name { vec![text("name")] } else { Vec::new() })
}

fn count_rows(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let rows = rows(&mut seed);
    let by_name = seed.flag();
    let groups = grouped(&rows, by_name).into_iter().map(|(key, numbers)| (key, numbers.len().to_string())).collect();
    let outputs = vec![group_table("count", by_name, groups), count(rows.len())];
    case(descriptor, &[("by", by(by_name))], table(&rows), outputs)
}

fn aggregate(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let rows = rows(&mut seed);
    let by_name = seed.flag();
    let function = seed.pick(&["sum", "mean", "min", "max", "median"]);
    let value = |mut numbers: Vec<i64>| {
        numbers.sort_unstable();
        let total: i64 = numbers.iter().sum();
        if function == "sum" {
            return total.to_string();
        }
        let (Some(least), Some(greatest)) = (numbers.first(), numbers.last()) else { return String::new() };
        match function {
            "min" => least.to_string(),
            "max" => greatest.to_string(),
            "mean" => (real(total) / real(i64::try_from(numbers.len()).unwrap_or(1))).to_string(),
            _ => ((real(numbers[numbers.len() / 2]) + real(numbers[(numbers.len() - 1) / 2])) / 2.0).to_string(),
        }
    };
    let groups = grouped(&rows, by_name).into_iter().map(|(key, numbers)| (key, value(numbers))).collect();
    let outputs = vec![group_table(&format!("{function} of number"), by_name, groups)];
    let given = [("column", text("number")), ("function", choose(function)), ("by", by(by_name))];
    case(descriptor, &given, table(&rows), outputs)
}

#[expect(clippy::cast_precision_loss, reason = "seeds hold small numbers")]
fn real(number: i64) -> f64 {
    number as f64
}

fn ordered(mut rows: Vec<Row>, descending: bool) -> Vec<Row> {
    rows.sort_by_key(|row| if descending { -row.1 } else { row.1 });
    rows
}

fn sort(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let rows = rows(&mut seed);
    let descending = seed.flag();
    let given = [("column", text("number")), ("descending", Value::Bool(descending))];
    case(descriptor, &given, table(&rows), vec![table(&ordered(rows, descending))])
}

fn top(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let rows = rows(&mut seed);
    let (wanted, smallest) = (seed.below(8), seed.flag());
    let count = Value::Int(i64::try_from(wanted).unwrap_or(0));
    let given = [("column", text("number")), ("count", count), ("smallest", Value::Bool(smallest))];
    let input = table(&rows);
    let mut kept = ordered(rows, !smallest);
    kept.truncate(wanted);
    case(descriptor, &given, input, vec![table(&kept)])
}

fn head(seed: u64, descriptor: &Descriptor) -> Case {
    end(seed, descriptor, |rows, wanted| rows.truncate(wanted))
}

fn tail(seed: u64, descriptor: &Descriptor) -> Case {
    end(seed, descriptor, |rows, wanted| drop(rows.drain(..rows.len().saturating_sub(wanted))))
}

fn end(seed: u64, descriptor: &Descriptor, cut: fn(&mut Vec<Row>, usize)) -> Case {
    let mut seed = Seed::new(seed);
    let mut rows = rows(&mut seed);
    let wanted = seed.below(12);
    let input = table(&rows);
    cut(&mut rows, wanted);
    let count = Value::Int(i64::try_from(wanted).unwrap_or(0));
    case(descriptor, &[("count", count)], input, vec![table(&rows)])
}

fn to_json(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = rows(&mut Seed::new(seed));
    let quoted = |field: &str| serde_json::Value::from(field).to_string();
    let objects: Vec<String> = rows
        .iter()
        .map(|(name, number, note)| {
            let note = if note.is_empty() { String::from("null") } else { quoted(note) };
            format!("\n{{\"name\":{},\"number\":{number},\"note\":{note}}}", quoted(name))
        })
        .collect();
    let json = format!("[{}\n]\n", objects.join(","));
    case(descriptor, &[], table(&rows), vec![json.into_bytes()])
}

fn from_json(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = rows(&mut Seed::new(seed));
    let quoted = |field: &str| serde_json::Value::from(field).to_string();
    let objects: Vec<String> = rows
        .iter()
        .map(|(name, number, note)| {
            format!("{{\"name\": {}, \"number\": {number}, \"note\": {}}}", quoted(name), quoted(note))
        })
        .collect();
    let expected = if rows.is_empty() { b"value\n".to_vec() } else { table(&rows) };
    let json = format!("[{}]", objects.join(", "));
    case(descriptor, &[], json, vec![expected, count(rows.len())])
}
