//! References of pack `text`, by the standard library and crate `regex`.

use super::seed::Seed;
use super::{Reference, case, count, refusal, text};
use crate::evidence::Case;
use std::collections::{BTreeMap, BTreeSet};
use telos_abi::{Descriptor, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("text.decode", decode),
    ("text.search", search),
    ("text.count", measure),
    ("text.sort", sort),
    ("text.unique", unique),
    ("text.frequencies", frequencies),
    ("text.head", head),
    ("text.tail", tail),
];

fn joined<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    lines.into_iter().flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

/// `str::lines` would also drop a carriage return; no seed has one.
fn lines(input: &str) -> Vec<&str> {
    input.lines().collect()
}

fn decode(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let lossy = seed.flag();
    let count = seed.below(300);
    let pieces: [&[u8]; 7] = [b"a", b"\n", "é".as_bytes(), "€".as_bytes(), "🦀".as_bytes(), b"\xff", b"\xe2\x82"];
    let usable = if seed.flag() { 7 } else { 5 };
    let mut input = if seed.flag() { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
    for _ in 0..count {
        input.extend_from_slice(pieces[seed.below(usable)]);
    }
    let given = [("lossy", Value::Bool(lossy))];
    let unmarked = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&input).to_vec();
    match String::from_utf8(unmarked) {
        Ok(text) => case(descriptor, &given, input, vec![text.into_bytes()]),
        Err(error) if lossy => {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            case(descriptor, &given, input, vec![text.into_bytes()])
        }
        Err(_) => refusal(descriptor, &given, input),
    }
}

fn search(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines();
    let (is_regex, fold, invert) = (seed.flag(), seed.flag(), seed.flag());
    let pattern = if is_regex {
        seed.pick(&["fo+", "^a", "b$", "^$", r"\d", r"a\s*b", "[^a]", r"\bb\b", "é|€", "", r"\Aa", "("])
    } else {
        seed.pick(&["foo", "a", "a b", "é", ".", "B", "", "x"])
    };
    let given = [
        ("pattern", text(pattern)),
        ("regex", Value::Bool(is_regex)),
        ("ignore-case", Value::Bool(fold)),
        ("invert", Value::Bool(invert)),
    ];
    let expression = if is_regex { pattern.to_owned() } else { regex::escape(pattern) };
    let Ok(regex) = regex::RegexBuilder::new(&expression).case_insensitive(fold).build() else {
        return refusal(descriptor, &given, input);
    };
    let kept: Vec<&str> = lines(&input).into_iter().filter(|line| regex.is_match(line) != invert).collect();
    let outputs = vec![joined(kept.iter().copied()), count(kept.len())];
    case(descriptor, &given, input.as_bytes(), outputs)
}

fn measure(seed: u64, descriptor: &Descriptor) -> Case {
    let input = Seed::new(seed).lines();
    let numbers = [lines(&input).len(), input.split_whitespace().count(), input.chars().count(), input.len()];
    case(descriptor, &[], input.as_bytes(), numbers.map(count).to_vec())
}

fn sort(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (numeric, descending) = (seed.flag(), seed.flag());
    let input = if numeric {
        let numbers: Vec<i32> =
            (0..seed.below(40)).map(|_| i32::try_from(seed.below(200)).unwrap_or(0) - 100).collect();
        numbers.iter().map(|number| format!("{number}\n")).collect()
    } else {
        seed.lines()
    };
    let mut sorted = lines(&input);
    sorted.sort_unstable();
    if numeric {
        sorted.sort_by_key(|line| line.parse::<i32>().unwrap_or(0));
    }
    if descending {
        sorted.reverse();
    }
    let given = [("numeric", Value::Bool(numeric)), ("descending", Value::Bool(descending))];
    case(descriptor, &given, input.as_bytes(), vec![joined(sorted)])
}

fn unique(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let fold = seed.flag();
    let input = seed.lines();
    let mut seen = BTreeSet::new();
    let form = |line: &str| if fold { line.to_lowercase() } else { line.to_owned() };
    let kept: Vec<&str> = lines(&input).into_iter().filter(|line| seen.insert(form(line))).collect();
    let outputs = vec![joined(kept.iter().copied()), count(kept.len())];
    case(descriptor, &[("ignore-case", Value::Bool(fold))], input.as_bytes(), outputs)
}

fn frequencies(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines();
    let of = seed.pick(&["lines", "characters"]);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    if of == "lines" {
        lines(&input).into_iter().for_each(|line| *counts.entry(line.to_owned()).or_default() += 1);
    } else {
        let letters = input.chars().filter(|letter| !letter.is_whitespace());
        letters.for_each(|letter| *counts.entry(letter.to_string()).or_default() += 1);
    }
    let mut rows: Vec<(String, usize)> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let table: String = rows.iter().map(|(value, count)| format!("{value},{count}\n")).collect();
    let outputs = vec![format!("value,count\n{table}").into_bytes(), count(rows.len())];
    case(descriptor, &[("of", choose(of))], input.as_bytes(), outputs)
}

fn ends(seed: u64, descriptor: &Descriptor, cut: fn(&[&str], usize) -> String) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines();
    let wanted = seed.below(12);
    let all: Vec<&str> = input.split_inclusive('\n').collect();
    let kept = cut(&all, wanted).into_bytes();
    let wanted = Value::Int(i64::try_from(wanted).unwrap_or(0));
    case(descriptor, &[("count", wanted)], input.as_bytes(), vec![kept])
}

fn head(seed: u64, descriptor: &Descriptor) -> Case {
    ends(seed, descriptor, |lines, wanted| lines[..wanted.min(lines.len())].concat())
}

fn tail(seed: u64, descriptor: &Descriptor) -> Case {
    ends(seed, descriptor, |lines, wanted| lines[lines.len().saturating_sub(wanted)..].concat())
}
