//! Declared bounds hold with a margin on inputs that are large and as bad as we know how to make them.

mod common;

use common::{EngineRunner, built_in};
use telos_abi::Value;
use telos_describe::choose;

/// Bytes of each input.
const BYTES: usize = LINES as usize * 10;
/// Lines of ten bytes in them.
const LINES: u32 = 200_000;

fn repeated(piece: &str) -> Vec<u8> {
    piece.as_bytes().iter().copied().cycle().take(BYTES - BYTES % piece.len()).collect()
}

fn table(row: &str) -> Vec<u8> {
    ["a,b,c\n".as_bytes(), &repeated(row)].concat()
}

/// Lines that all differ.
fn numbered() -> Vec<u8> {
    (0_u32..LINES).map(|line| format!("{:x}\n", line.wrapping_mul(2_654_435_761))).collect::<String>().into()
}

fn distinct_rows() -> Vec<u8> {
    let rows = (0_u32..LINES / 2).map(|line| format!("{:x},{line},x\n", line.wrapping_mul(2_654_435_761)));
    (String::from("a,b,c\n") + &rows.collect::<String>()).into()
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn names(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| text(value)).collect())
}

type Case = (&'static str, Vec<(&'static str, Value)>, Vec<u8>);

fn cases() -> Vec<Case> {
    let regex = |pattern: &str| vec![("pattern", text(pattern)), ("regex", Value::Bool(true))];
    let objects = format!("[{}0]", "{\"a\":1,\"b\":\"x\"},".repeat(BYTES / 20).replace(",0", ""));
    let objects = objects.replace(",0]", "]");
    vec![
        ("text.decode", vec![("lossy", Value::Bool(true))], repeated("\u{20ac}a")),
        ("text.search", vec![("pattern", text("e"))], repeated("e\n")),
        ("text.search", vec![("pattern", text("needle"))], repeated("hay hay hay\n")),
        ("text.search", regex(r"[a-z]+\s*\d\b|[α-ω]"), repeated("ab cd \u{3b1}\n")),
        ("text.search", regex(r"(a|b)*c{1,50}d"), repeated("ababababccccc\n")),
        ("text.search", regex(r"[^x]*y"), repeated("a\n")),
        ("text.count", vec![], repeated("a ")),
        ("text.sort", vec![], numbered()),
        ("text.sort", vec![("numeric", Value::Bool(true))], repeated("1.5e3x\n2\n")),
        ("text.unique", vec![], numbered()),
        ("text.unique", vec![("ignore-case", Value::Bool(true))], repeated("\n")),
        ("text.frequencies", vec![("of", choose("words")), ("ignore-case", Value::Bool(true))], numbered()),
        ("text.frequencies", vec![("of", choose("characters"))], repeated("a\u{e9}")),
        ("text.head", vec![("count", Value::Int(i64::MAX))], repeated("\n")),
        ("text.tail", vec![("count", Value::Int(100_000))], repeated("\n")),
        ("table.parse", vec![], table("1,\"x,\"\"y\",\n")),
        ("table.filter", vec![("column", text("a")), ("value", text("1"))], table("1,2,\n")),
        ("table.select", vec![("columns", names(&["c", "a"]))], table(",,\n")),
        ("table.count", vec![("by", names(&["a", "b"]))], distinct_rows()),
        ("table.aggregate", vec![("column", text("b")), ("by", names(&["a"]))], distinct_rows()),
        ("table.aggregate", vec![("column", text("b")), ("function", choose("median"))], table("1,2,3\n")),
        ("table.sort", vec![("column", text("a"))], distinct_rows()),
        ("table.sort", vec![("column", text("a"))], table("1,,\n")),
        ("table.top", vec![("column", text("b"))], distinct_rows()),
        ("table.to-json", vec![], table(",,\n")),
        ("table.head", vec![("count", Value::Int(i64::MAX))], table("1,,\n")),
        ("table.tail", vec![("count", Value::Int(100_000))], table("1,,\n")),
        ("table.format", vec![], distinct_rows()),
        ("json.parse", vec![], format!("[{}1]", "1,".repeat(BYTES / 2)).into()),
        ("json.query", vec![("filter", text("map(.a)"))], objects.clone().into()),
        ("json.format", vec![], format!("[{}1]", "1,".repeat(BYTES / 2)).into()),
        ("table.from-json", vec![], objects.into()),
        ("data.hash", vec![], repeated("a")),
        ("data.hash", vec![("algorithm", choose("sha512"))], repeated("a")),
        ("data.hash", vec![("algorithm", choose("blake3"))], repeated("a")),
        ("base64.encode", vec![], repeated("abc")),
        ("base64.decode", vec![], repeated("A")),
        ("hex.encode", vec![], repeated("a")),
        ("hex.decode", vec![], repeated("a")),
        ("chart.draw", vec![], [b"a,b\n".as_slice(), &b"x,1\n".repeat(4_000)].concat()),
    ]
}

/// Cases of the packs `columns` and `logs`.
fn column_cases() -> Vec<Case> {
    let column = |name: &str| vec![("column", text(name))];
    let columns = |name: &str| ("column", names(&[name]));
    let day = table("2024-05-01T12:00:00Z,1/2/2024,x\n");
    let hundred_steps = vec![("expression", text(&["a"; 50].join("*")))];
    let range = |from: &str, to: &str| vec![("from", text(from)), ("to", text(to)), columns("a")];
    let methods = |name: &str| vec![("method", choose(name))];
    let many: Vec<String> = (0..256).map(|value| format!("x{value}")).collect();
    let many = names(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let request = "1.2.3.4 - - [01/May/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\" 0.1\n";
    vec![
        ("table.columns", vec![], day.clone()),
        ("table.columns", vec![], table("1,,\n")),
        ("table.rename", vec![("column", text("a")), ("name", text("z"))], table(",,\n")),
        ("table.drop", vec![("columns", names(&["a"]))], table(",,\n")),
        ("table.transpose", vec![], ["a,b,c\n".as_bytes(), &b"x,,\n".repeat(60_000)].concat()),
        ("table.distinct", vec![], distinct_rows()),
        ("table.missing", vec![], table(",,\n")),
        ("table.missing-counts", vec![], table(",,\n")),
        (
            "table.one-of",
            vec![("column", text("a")), ("values", many), ("ignore-case", Value::Bool(true))],
            table("X,,\n"),
        ),
        ("table.between", range("0", "5"), table("1,,\n")),
        ("table.between", range("2024-01-01", "2024-12-31"), day.clone()),
        ("table.between", range("10:00", "11:00"), table("x,,\n")),
        ("table.compute", hundred_steps, [b"a\n".as_slice(), &repeated("7\n")].concat()),
        ("table.fill", vec![("value", text("x"))], table(",,\n")),
        ("table.fill", methods("previous"), table("1,,\n")),
        ("table.fill", methods("mean"), table("1,,\n")),
        ("table.round", vec![], table("1.5,1e9,\n")),
        ("table.share", column("b"), distinct_rows()),
        ("table.running-total", column("a"), [b"a\n".as_slice(), &repeated("7\n")].concat()),
        ("table.describe", vec![], table("1,2,3\n")),
        ("table.bin", column("b"), distinct_rows()),
        ("table.by-time", vec![("unit", choose("weekday")), columns("a")], day.clone()),
        ("table.by-time", vec![("unit", choose("hour")), columns("b")], day),
        ("table.by-time", vec![("unit", choose("year")), columns("a")], table("2024,,\n")),
        ("table.join", vec![("by", names(&["a"])), ("kind", choose("outer"))], distinct_rows()),
        ("table.append", vec![], table(",,\n")),
        ("table.change-case", vec![("case", choose("title"))], table("\u{e9}a,B c,\n")),
        ("table.trim", vec![], table(" a  b,,\n")),
        ("table.values", vec![], table(",,\n")),
        ("table.from-lines", vec![], repeated("\n")),
        ("table.to-markdown", vec![], table("*,_,\n")),
        ("table.to-html", vec![], table("&,<,\n")),
        ("log.parse", vec![], repeated("x\n")),
        ("log.parse", vec![], repeated("2024-05-01 12:00:00 [a] b - ERROR - c: d\n")),
        ("log.parse", vec![], repeated("{\"level\":1,\"msg\":\"x\",\"a\":[[1]]}\n")),
        ("log.parse", vec![], repeated("level=info msg=\"x\" a=b\n")),
        ("access-log.parse", vec![], repeated(request)),
        ("log.messages", vec![columns("a")], distinct_rows()),
        ("log.messages", vec![columns("a")], table("'\"1` 'x 1-1:1,\n")),
    ]
}

#[test]
fn every_primitive_stays_within_half_its_fuel() {
    let (runner, packs) = (EngineRunner::new(), built_in());
    let mut broken = Vec::new();
    let mut covered = std::collections::BTreeSet::new();
    for (name, given, input) in cases().into_iter().chain(column_cases()) {
        let found = packs.iter().find_map(|pack| {
            let index = pack.descriptors.iter().position(|descriptor| descriptor.name == name)?;
            Some((pack, index))
        });
        let (pack, index) = found.unwrap();
        let descriptor = &pack.descriptors[index];
        let export = u32::try_from(index).unwrap();
        let given_for = |port: &str| given.iter().find(|(name, _)| *name == port).map(|(_, value)| value.clone());
        let arguments: Vec<Option<Value>> =
            descriptor.inputs.iter().map(|port| given_for(&port.name).or_else(|| port.default.clone())).collect();
        let mut encoded = Vec::new();
        ciborium::into_writer(&arguments, &mut encoded).unwrap();
        covered.insert(name);
        let usage = match runner.measure(&pack.component, descriptor, export, &encoded, &input) {
            Ok(usage) => usage,
            Err(error) => {
                broken.push(format!("{name} {given:?}: {error}"));
                continue;
            }
        };
        let fuel = descriptor.bounds.fuel;
        println!("{name:18} {:6.1} fuel a byte of {}", usage.fuel as f64 / input.len() as f64, fuel.per_input_byte);
        let allowed = fuel.fixed + fuel.per_input_byte * input.len() as u64;
        if usage.fuel * 2 > allowed {
            broken.push(format!("{name} {given:?}: {} of {allowed}", usage.fuel));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    for descriptor in packs.iter().flat_map(|pack| &pack.descriptors) {
        assert!(covered.contains(descriptor.name.as_str()), "{} is not covered", descriptor.name);
    }
}
