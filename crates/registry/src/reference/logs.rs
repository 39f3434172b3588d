//! References of pack `logs`: logs are written from what their table is to hold.

use super::seed::Seed;
use super::{Reference, case, count, refusal, text};
use crate::evidence::Case;
use std::collections::BTreeMap;
use telos_abi::{Descriptor, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] =
    &[("log.parse", parse), ("access-log.parse", access), ("log.messages", messages)];

fn csv<const WIDTH: usize>(header: [&str; WIDTH], rows: &[[String; WIDTH]]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).expect("a vector takes every byte");
    for row in rows {
        writer.write_record(row).expect("rows have the header's width");
    }
    writer.into_inner().expect("a vector takes every byte")
}

fn two_digits(seed: &mut Seed, from: usize, count: usize) -> String {
    format!("{:02}", from + seed.below(count))
}

fn parse(seed: u64, descriptor: &Descriptor) -> Case {
    const LEVELS: [(&str, &str); 5] =
        [("ERROR", "error"), ("WARNING", "warn"), ("Info", "info"), ("CRITICAL", "fatal"), ("DEBUG", "debug")];
    let mut seed = Seed::new(seed);
    let (layout, wanted) = (seed.below(4), seed.pick(&["all", "all", "error", "warn"]));
    let (mut log, mut line, mut rows) = (String::new(), 0, Vec::new());
    for _ in 0..seed.below(12) {
        let day = format!("2024-{}-{}", two_digits(&mut seed, 1, 12), two_digits(&mut seed, 1, 28));
        let clock = format!("{}:{}:07", two_digits(&mut seed, 0, 24), two_digits(&mut seed, 0, 60));
        let (written, level) = LEVELS[seed.below(5)];
        let (source, said) = (seed.pick(&["app.db", "web"]), seed.pick(&["gone, now", "it \"is\" é", "x"]));
        let escaped = said.replace('"', "\\\"");
        log += &match layout {
            0 => format!("{day} {clock} {written} {source}: {said}\n"),
            1 => format!("{day}T{clock} [{written}] {source} - {said}\n"),
            2 => format!("level={written} time={day}T{clock} logger={source} msg=\"{escaped}\"\n"),
            _ => format!(
                "{{\"msg\":\"{escaped}\",\"ts\":\"{day} {clock}\",\"level\":\"{written}\",\"name\":\"{source}\"}}\n"
            ),
        };
        line += 1;
        let (begun, mut message) = (line, said.to_owned());
        for _ in 0..seed.below(3) {
            log += "\tat some.place\n";
            message += "\n\tat some.place";
            line += 1;
        }
        if wanted == "all" || wanted == level || (wanted, level) == ("error", "fatal") {
            let level = if written == "Info" { level } else { written }.to_owned();
            rows.push([format!("{day}T{clock}"), level, source.to_owned(), message, begun.to_string()]);
        }
    }
    let table = csv(["time", "level", "source", "message", "line"], &rows);
    case(descriptor, &[("level", choose(wanted))], log, vec![table, count(rows.len())])
}

fn access(seed: u64, descriptor: &Descriptor) -> Case {
    const HEADER: [&str; 9] = ["address", "time", "method", "path", "status", "bytes", "referrer", "agent", "duration"];
    let mut seed = Seed::new(seed);
    let (combined, mut log, mut rows, mut skipped) = (seed.flag(), String::new(), Vec::new(), 0);
    for _ in 0..seed.below(20) {
        if seed.below(6) == 0 {
            log += seed.pick(&["no request\n", "1.2.3.4 - - [x] \"GET /\" 200 1\n"]);
            skipped += 1;
            continue;
        }
        let address = format!("10.0.0.{}", seed.below(256));
        let (day, hour) = (two_digits(&mut seed, 1, 28), two_digits(&mut seed, 0, 24));
        let (method, path) = (seed.pick(&["GET", "POST"]), seed.pick(&["/", "/a,b?c=\u{e9}", "/x y"]));
        let (status, bytes) = (100 + seed.below(500), seed.below(9_999).to_string());
        let (referrer, agent) = (seed.pick(&["", "http://a/"]), seed.pick(&["", "Mozilla/5.0 (X; Y)"]));
        let shown = |field: &str| if field.is_empty() { String::from("-") } else { field.to_owned() };
        log +=
            &format!("{address} - - [{day}/May/2024:{hour}:00:09 +0200] \"{method} {path} HTTP/1.1\" {status} {bytes}");
        let (mut row, mut duration) = ([referrer, agent].map(str::to_owned), String::new());
        if combined {
            duration = format!("0.{}", 1 + seed.below(9));
            log += &format!(" \"{}\" \"{}\" {duration}", shown(referrer), shown(agent));
        } else {
            row = [String::new(), String::new()];
        }
        log += "\n";
        let time = format!("2024-05-{day}T{hour}:00:09+02:00");
        let [referrer, agent] = row;
        rows.push([address, time, method.into(), path.into(), status.to_string(), bytes, referrer, agent, duration]);
    }
    if rows.is_empty() && skipped > 0 {
        return refusal(descriptor, &[], log);
    }
    case(descriptor, &[], log, vec![csv(HEADER, &rows), count(rows.len()), count(skipped)])
}

fn messages(seed: u64, descriptor: &Descriptor) -> Case {
    const KINDS: [(&str, &str); 4] = [
        ("took # ms", "took <number> ms"),
        ("user-# is \"#\", not 'y'", "user-<number> is <text>, not <text>"),
        ("lost 0x#", "lost <id>"),
        ("at #:#.# in v#", "at <number> in v<number>"),
    ];
    let mut seed = Seed::new(seed);
    let (mut rows, mut counts) = (Vec::new(), BTreeMap::new());
    for _ in 0..seed.below(40) {
        let (kind, shape) = KINDS[seed.below(4)];
        let message = kind.split('#').collect::<Vec<_>>().join(&seed.below(1_000).to_string());
        let trace = seed.pick(&["", "\n at 7"]);
        rows.push([String::from("x"), message + trace]);
        *counts.entry(shape).or_insert(0_usize) += 1;
    }
    let mut kinds: Vec<(usize, &str)> = counts.into_iter().map(|(shape, times)| (times, shape)).collect();
    kinds.sort_by_key(|(times, _)| usize::MAX - times);
    let shown: Vec<[String; 2]> = kinds.iter().map(|(times, shape)| [(*shape).to_owned(), times.to_string()]).collect();
    let column = Value::List(vec![text("said")]);
    let table = csv(["k", "said"], &rows);
    case(descriptor, &[("column", column)], table, vec![csv(["message", "count"], &shown), count(shown.len())])
}
