//! References of pack `reader`: windows whose lines, matches and rows are known before they are put together.

use super::seed::Seed;
use super::{Reference, arguments, case, count, text};
use crate::evidence::Case;
use telos_abi::{Descriptor, PortIndex, Value};

pub(super) const ALL: &[(&str, Reference)] = &[
    ("text.decode-window", decode),
    ("text.index", index),
    ("text.layout", layout),
    ("reader.render", render),
    ("table.window", window),
];

fn int(value: usize) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

fn rows(header: &str, rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(format!("{header}\n").into_bytes());
    for row in rows {
        // A vector takes every byte; what is lost would show as a difference.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

fn row(fields: &[&dyn ToString]) -> Vec<String> {
    fields.iter().map(|field| field.to_string()).collect()
}

/// A window that begins with a letter: pieces of text, broken bytes and ends of lines.
fn decode(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let offset = seed.below(1 << 20);
    let (mut data, mut pieces, mut feeds) = (Vec::new(), Vec::new(), 0);
    let mut line = String::new();
    let mut begins = offset;
    for _ in 0..seed.below(120) {
        match seed.below(6) {
            0 => {
                let end = seed.pick(&["\n", "\r\n"]);
                pieces.push(row(&[&begins, &line, &end.len()]));
                data.extend_from_slice(end.as_bytes());
                (line, begins, feeds) = (String::new(), offset + data.len(), feeds + 1);
            }
            1 => {
                if !line.is_empty() {
                    pieces.push(row(&[&begins, &line, &0]));
                }
                pieces.push(row(&[&(offset + data.len()), &'\u{fffd}', &0]));
                data.push(0xff);
                (line, begins) = (String::new(), offset + data.len());
            }
            _ => {
                let letters = seed.pick(&["a", "é, ", "€", "\"q\"", " "]);
                line.push_str(letters);
                data.extend_from_slice(letters.as_bytes());
            }
        }
    }
    // After a broken byte a piece without text remains where the window ends, but none after the end of a line.
    if !line.is_empty() || data.last() == Some(&0xff) {
        pieces.push(row(&[&begins, &line, &0]));
    }
    case(descriptor, &[("offset", int(offset))], data, vec![rows("offset,text,end", &pieces), count(feeds)])
}

fn index(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let pattern = seed.pick(&["ab", "Ab", "a", "é", "É", "x y", ""]);
    let exact = pattern.chars().any(char::is_uppercase);
    let (mut pieces, mut matches, mut offset) = (Vec::new(), Vec::new(), seed.below(1000));
    for _ in 0..seed.below(40) {
        let line = seed.text(12, &["a", "b", "AB", "É", "é", "x", " ", "y"]);
        let same = |at: usize| {
            line.get(at..at + pattern.len()).is_some_and(|part| match exact {
                true => part == pattern,
                false => part.to_lowercase() == pattern.to_lowercase(),
            })
        };
        let mut at = 0;
        while !pattern.is_empty() && at < line.len() {
            let found = same(at);
            if found {
                matches.push(row(&[&(offset + at), &(offset + at + pattern.len())]));
            }
            at += if found { pattern.len() } else { 1 };
        }
        pieces.push(row(&[&offset, &line, &1]));
        offset += line.len() + 1;
    }
    let found = matches.len();
    let outputs = vec![rows("start,end", &matches), count(found)];
    case(descriptor, &[("pattern", text(pattern))], rows("offset,text,end", &pieces), outputs)
}

/// Lines of letters, rows of which are cut by counting.
fn layout(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (wrap, columns, most) = (seed.flag(), 1 + seed.below(9), 1 + seed.below(6));
    let width = if wrap { columns } else { usize::MAX };
    let (mut pieces, mut all, mut offset) = (Vec::new(), Vec::new(), 0_usize);
    for _ in 0..1 + seed.below(30) {
        let line = seed.text(24, &["a", "b", "c"]);
        pieces.push(row(&[&offset, &line, &1]));
        let mut from = 0_usize;
        loop {
            let to = line.len().min(from.saturating_add(width));
            all.push((offset + from, u8::from(from == 0), line[from..to].to_owned()));
            from = to;
            if from >= line.len() {
                break;
            }
        }
        offset += line.len() + 1;
    }
    let first = seed.below(all.len());
    let mut expected = Vec::new();
    for (at, (offset, starts, letters)) in all.iter().enumerate() {
        let marks = if letters.starts_with('a') { "0-1" } else { "" };
        match at {
            at if at < first && first - at > most => {}
            at if at < first => expected.push(row(&[offset, starts, &"above", &"", &""])),
            at if at < first + most => expected.push(row(&[offset, starts, &"shown", letters, &marks])),
            at if at == first + most => expected.push(row(&[offset, starts, &"next", &"", &""])),
            _ => {}
        }
    }
    let marked = all.iter().filter(|(_, _, letters)| letters.starts_with('a'));
    let marked: Vec<Vec<String>> = marked.map(|(offset, _, _)| row(&[offset, &(*offset + 1)])).collect();
    let given =
        [("anchor", int(all[first].0)), ("rows", int(most)), ("columns", int(columns)), ("wrap", Value::Bool(wrap))];
    Case {
        arguments: arguments(descriptor, &given),
        inputs: vec![(PortIndex(0), rows("offset,text,end", &pieces)), (PortIndex(1), rows("start,end", &marked))],
        expected: Some(vec![rows("offset,starts,place,text,marks", &expected)]),
    }
}

fn render(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (above, shown) = (seed.below(4), seed.below(5));
    let (size, feeds, first) = (seed.below(1000), seed.below(100), seed.below(9));
    let mut given = Vec::new();
    let mut higher = Vec::new();
    for at in 0..above {
        given.push(row(&[&at, &1, &"above", &"", &""]));
        higher.insert(0, format!("[{at},true]"));
    }
    let mut lines = Vec::new();
    for at in 0..shown {
        let offset = above + at;
        given.push(row(&[&offset, &1, &"shown", &"x\"y", &"0-2"]));
        let line = if first == 0 { 0 } else { first + at };
        lines.push(format!(r#"{{"offset":{offset},"line":{line},"starts":true,"text":"x\"y","marks":[[0,2]]}}"#));
    }
    let next = seed.flag().then(|| above + shown);
    given.extend(next.map(|next| row(&[&next, &0, &"next", &"", &""])));
    let next = next.map_or(String::from("null"), |next| next.to_string());
    let (above, lines) = (higher.join(","), lines.join(","));
    let view = format!(
        r#"{{"size":{size},"feeds":{feeds},"lines":[{lines}],"above":[{above}],"next":{next},"matches":[[3,5]]}}"#
    );
    let settings = [("size", int(size)), ("feeds", int(feeds)), ("number", int(first))];
    Case {
        arguments: arguments(descriptor, &settings),
        inputs: vec![
            (PortIndex(0), rows("offset,starts,place,text,marks", &given)),
            (PortIndex(1), b"start,end\n3,5\n".to_vec()),
        ],
        expected: Some(vec![view.into_bytes()]),
    }
}

fn window(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (all, first, most) = (seed.below(12), seed.below(8), seed.below(6));
    // Each number once, in some order.
    let mut numbers: Vec<usize> = (0..all).collect();
    numbers.rotate_left(seed.below(all));
    let table: Vec<Vec<String>> = numbers.iter().map(|number| row(&[number, &"x,y"])).collect();
    let (by, descending) = (seed.below(2), seed.flag());
    if by == 1 {
        numbers.sort_unstable();
        if descending {
            numbers.reverse();
        }
    }
    let shown: Vec<&usize> = numbers.iter().skip(first).take(most).collect();
    let width = shown.iter().map(|number| number.to_string().len()).max().unwrap_or(0).max(1);
    let cells: Vec<String> = shown.iter().map(|number| format!(r#"["{number}","x,y"]"#)).collect();
    let cells = cells.join(",");
    let (numeric, wide) = if shown.is_empty() { (false, 1) } else { (true, 3) };
    let view = format!(
        r#"{{"columns":[{{"name":"n","width":{width},"numeric":{numeric}}},{{"name":"t","width":{wide},"numeric":false}}],"rows":[{cells}],"count":{all}}}"#
    );
    let given = [("first", int(first)), ("rows", int(most)), ("by", int(by)), ("descending", Value::Bool(descending))];
    case(descriptor, &given, rows("n,t", &table), vec![view.into_bytes()])
}
