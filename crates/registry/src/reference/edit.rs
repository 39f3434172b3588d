//! References of pack `edit`: the standard library, crate `regex`, and texts made of parts that are known.

use super::seed::Seed;
use super::{Reference, arguments, case, count, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use std::collections::{BTreeMap, BTreeSet};
use telos_abi::{Descriptor, PortIndex, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("text.replace", replace),
    ("text.extract", extract),
    ("text.mask", mask),
    ("text.change-case", change_case),
    ("text.tidy", tidy),
    ("text.tabs", tabs),
    ("text.line-endings", line_endings),
    ("text.number-lines", number_lines),
    ("text.surround", surround),
    ("text.from", from),
    ("text.value", value),
    ("text.insert", insert),
    ("text.indent", indent),
    ("text.reverse", reverse),
    ("text.wrap", wrap),
    ("text.lines", line_range),
    ("text.fields", fields),
    ("text.between", between),
    ("text.append", append),
    ("text.join", join),
    ("text.split", split),
    ("text.compare", compare),
    ("text.common", common),
    ("text.subtract", subtract),
    ("text.duplicates", duplicates),
    ("text.word-frequencies", word_frequencies),
    ("text.longest", longest),
    ("text.encode", encode),
    ("text.decode-as", decode_as),
];

fn int(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Each line as `edit` leaves it, with the line feed it had; a line that is left out takes its line feed along.
fn each_line(input: &str, mut edit: impl FnMut(&str) -> Option<String>) -> Vec<u8> {
    let lines = input.split_inclusive('\n').filter_map(|line| {
        let body = line.trim_end_matches('\n');
        edit(body).map(|edited| edited + &line[body.len()..])
    });
    lines.collect::<String>().into_bytes()
}

fn ended<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Vec<u8> {
    lines.into_iter().map(|line| format!("{}\n", line.as_ref())).collect::<String>().into_bytes()
}

fn replace(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines();
    let (is_regex, fold) = (seed.flag(), seed.flag());
    let (find, with) = if is_regex {
        (seed.pick(&["fo+", "(a)(b)?", r"\d", "[é€]", "^a", "b$"]), seed.pick(&["<$0>", "$1-", "x", "$$"]))
    } else {
        (seed.pick(&["foo", "a", "é", "a b", ".", "B"]), seed.pick(&["", "x", "$0", "€"]))
    };
    let expression = if is_regex { find.to_owned() } else { regex::escape(find) };
    let regex = regex::RegexBuilder::new(&expression).case_insensitive(fold).build().expect("these are expressions");
    let mut replaced = 0;
    let output = each_line(&input, |line| {
        replaced += regex.find_iter(line).count();
        let all = if is_regex { regex.replace_all(line, with) } else { regex.replace_all(line, regex::NoExpand(with)) };
        Some(all.into_owned())
    });
    let given = [
        ("find", text(find)),
        ("replacement", text(with)),
        ("regex", Value::Bool(is_regex)),
        ("ignore-case", Value::Bool(fold)),
    ];
    case(descriptor, &given, input, vec![output, count(replaced)])
}

/// Things of known kinds.
const THINGS: [(&str, &str); 10] = [
    ("emails", "ann@b.org"),
    ("emails", "bob.c@d-e.com"),
    ("urls", "https://a.org/x?y=1"),
    ("ip-addresses", "10.0.0.1"),
    ("ip-addresses", "fe80::1"),
    ("dates", "2024-03-05"),
    ("dates", "3 March 2024"),
    ("hashtags", "#news"),
    ("uuids", "550e8400-e29b-41d4-a716-446655440000"),
    ("", "nothing"),
];

/// A text of things, the wanted kind, and which of the things in the text are of it.
fn things(seed: &mut Seed) -> (Vec<(&'static str, &'static str, &'static str)>, &'static str) {
    let all = (0..seed.below(60)).map(|_| {
        let (kind, thing) = THINGS[seed.below(THINGS.len())];
        (kind, thing, seed.pick(&[" ", "\n", ", ", " (é) "]))
    });
    let all = all.collect();
    (all, seed.pick(&["emails", "urls", "ip-addresses", "dates", "hashtags", "uuids"]))
}

fn extract(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (things, wanted) = things(&mut seed);
    let distinct = seed.flag();
    let input: String = things.iter().map(|(_, thing, after)| format!("{thing}{after}")).collect();
    let mut seen = BTreeSet::new();
    let found: Vec<&str> = things
        .iter()
        .filter(|thing| thing.0 == wanted)
        .map(|thing| thing.1)
        .filter(|thing| seen.insert(*thing) || !distinct)
        .collect();
    let given = [("kind", choose(wanted)), ("distinct", Value::Bool(distinct))];
    case(descriptor, &given, input, vec![ended(&found), count(found.len())])
}

fn mask(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (things, wanted) = things(&mut seed);
    let joined = |hide: bool| -> String {
        let piece = |(kind, thing, after): &(&str, &str, &str)| {
            format!("{}{after}", if hide && *kind == wanted { "***" } else { thing })
        };
        things.iter().map(piece).collect()
    };
    let hidden = things.iter().filter(|thing| thing.0 == wanted).count();
    case(descriptor, &[("kind", choose(wanted))], joined(false), vec![joined(true).into_bytes(), count(hidden)])
}

fn change_case(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let words: Vec<Vec<&str>> = (0..seed.below(20))
        .map(|_| (0..seed.below(6)).map(|_| seed.pick(&["ann", "bob", "été", "x2"])).collect())
        .collect();
    let input: String = words.iter().map(|line| line.join(" ") + "\n").collect();
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let capital = |word: &str| if word.is_ascii() { capital(word) } else { String::from("Été") };
    let wanted = seed.pick(&["upper", "lower", "title", "snake", "kebab", "constant", "pascal"]);
    let edited = words.iter().map(|line| match wanted {
        "upper" => line.join(" ").to_uppercase(),
        "title" => line.iter().map(|word| capital(word)).collect::<Vec<_>>().join(" "),
        "snake" => line.join("_"),
        "kebab" => line.join("-"),
        "constant" => line.join("_").to_uppercase(),
        "pascal" => line.iter().map(|word| capital(word)).collect(),
        _ => line.join(" "),
    });
    case(descriptor, &[("case", choose(wanted))], input.as_str(), vec![ended(edited)])
}

fn tidy(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.text(200, &["a", " ", "\t", "é", "\n", "\n"]);
    let wanted = seed.pick(&["trailing-space", "indentation", "both-ends", "blank-lines", "repeated-blank-lines"]);
    let mut blank_before = false;
    let output = each_line(&input, |line| {
        let blank = line.trim().is_empty();
        let repeated = blank && std::mem::replace(&mut blank_before, blank);
        blank_before = blank;
        match wanted {
            "trailing-space" => Some(line.trim_end()),
            "indentation" => Some(line.trim_start()),
            "both-ends" => Some(line.trim()),
            "blank-lines" => Some(line).filter(|_| !blank),
            _ => Some(line).filter(|_| !repeated),
        }
        .map(str::to_owned)
    });
    case(descriptor, &[("what", choose(wanted))], input.as_str(), vec![output])
}

fn tabs(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.text(200, &["a", "b", "\t", " ", "\n"]);
    let width = 1 + seed.below(9);
    let output = each_line(&input, |line| {
        let mut out = String::new();
        for letter in line.chars() {
            out.push(if letter == '\t' { ' ' } else { letter });
            while letter == '\t' && !out.len().is_multiple_of(width) {
                out.push(' ');
            }
        }
        Some(out)
    });
    case(descriptor, &[("width", int(width))], input, vec![output])
}

fn line_endings(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let pieces: Vec<&str> = (0..seed.below(300)).map(|_| seed.pick(&["a", "é", "\n", "\r\n"])).collect();
    let crlf = seed.flag();
    let (style, ending) = if crlf { ("crlf", "\r\n") } else { ("lf", "\n") };
    let output: String = pieces.iter().map(|piece| if piece.ends_with('\n') { ending } else { piece }).collect();
    let others = pieces.iter().filter(|piece| piece.ends_with('\n') && **piece != ending).count();
    case(descriptor, &[("style", choose(style))], pieces.concat(), vec![output.into_bytes(), count(others)])
}

fn number_lines(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, start) = (seed.lines(), seed.below(1_000));
    let mut next = start;
    let output = each_line(&input, |line| {
        next += 1;
        Some(format!("{}: {line}", next - 1))
    });
    case(descriptor, &[("start", int(start)), ("separator", text(": "))], input.as_str(), vec![output])
}

fn surround(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines();
    let (prefix, suffix) = (seed.pick(&["", "- ", "é"]), seed.pick(&["", ";"]));
    let output = each_line(&input, |line| Some([prefix, line, suffix].concat()));
    case(descriptor, &[("prefix", text(prefix)), ("suffix", text(suffix))], input.as_str(), vec![output])
}

fn from(seed: u64, descriptor: &Descriptor) -> Case {
    let said = Seed::new(seed).pick(&["", "a", "two words", "é, ü"]);
    let output = if said.is_empty() { String::new() } else { format!("{said}\n") };
    Case {
        arguments: arguments(descriptor, &[("text", text(said))]),
        inputs: Vec::new(),
        expected: Some(vec![output.into_bytes()]),
    }
}

fn value(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let line = seed.pick(&["a", "two words", "é, ü", "2024-05-01"]);
    let input = format!("{}{line}{}", seed.pick(&["", "\n", " \n\n"]), seed.pick(&["", "\n", " \n \n"]));
    case(descriptor, &[], input.as_str(), vec![canonical(&text(line))])
}

fn insert(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, line, first) = (seed.lines(), seed.pick(&["new", "é ü"]), seed.flag());
    let parted = if input.is_empty() || input.ends_with('\n') { "" } else { "\n" };
    let output = if first { format!("{line}\n{input}") } else { format!("{input}{parted}{line}\n") };
    let given = [("text", text(line)), ("at", choose(if first { "start" } else { "end" }))];
    case(descriptor, &given, input.as_str(), vec![output.into_bytes()])
}

fn indent(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, spaces) = (seed.lines(), seed.below(12));
    let indented = |line: &str| if line.is_empty() { String::new() } else { " ".repeat(spaces) + line };
    let output = each_line(&input, |line| Some(indented(line)));
    case(descriptor, &[("spaces", int(spaces))], input.as_str(), vec![output])
}

fn reverse(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, of) = (seed.lines(), seed.pick(&["lines", "words", "letters"]));
    let words = |line: &str| line.split_whitespace().rev().collect::<Vec<_>>().join(" ");
    let output = match of {
        "lines" => ended(input.lines().rev()),
        "words" => each_line(&input, |line| Some(words(line))),
        _ => each_line(&input, |line| Some(line.chars().rev().collect())),
    };
    case(descriptor, &[("of", choose(of))], input.as_str(), vec![output])
}

fn wrap(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let width = 3 + seed.below(20);
    let words: Vec<&str> = (0..seed.below(100)).map(|_| seed.pick(&["a", "bb", "ccc", "d\u{e9}"])).collect();
    let mut lines: Vec<String> = Vec::new();
    for word in &words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push((*word).to_owned()),
        }
    }
    case(descriptor, &[("width", int(width))], words.join(" "), vec![lines.join("\n").into_bytes()])
}

fn line_range(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines();
    let (from, more) = (1 + seed.below(12), seed.below(12));
    let kept: String = input.split_inclusive('\n').skip(from - 1).take(more + 1).collect();
    case(descriptor, &[("from", int(from)), ("to", int(from + more))], input.as_str(), vec![kept.into_bytes()])
}

fn fields(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines();
    let (field, from_end) = (1 + seed.below(3), seed.flag());
    let output = each_line(&input, |line| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if from_end {
            words.reverse();
        }
        words.get(field - 1).map(|word| (*word).to_owned())
    });
    case(descriptor, &[("field", int(field)), ("from-end", Value::Bool(from_end))], input.as_str(), vec![output])
}

fn between(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, with_markers) = (seed.lines(), seed.flag());
    let mut inside = false;
    let output = each_line(&input, |line| {
        let before = inside;
        let marker = line.contains(if before { "B" } else { "foo" });
        inside = before != marker;
        let kept = if marker { with_markers } else { before };
        kept.then(|| line.to_owned())
    });
    let given = [("start", text("foo")), ("end", text("B")), ("with-markers", Value::Bool(with_markers))];
    case(descriptor, &given, input.as_str(), vec![output])
}

/// A case with two blobs, which enter ports 0 and 1.
fn pair(descriptor: &Descriptor, given: &[(&str, Value)], inputs: [&str; 2], outputs: Vec<Vec<u8>>) -> Case {
    let ports = [PortIndex(0), PortIndex(1)];
    let inputs = ports.into_iter().zip(inputs.map(|input| input.as_bytes().to_vec())).collect();
    Case { arguments: arguments(descriptor, given), inputs, expected: Some(outputs) }
}

fn append(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (first, second) = (seed.lines(), seed.lines());
    let apart = !first.is_empty() && !second.is_empty() && !first.ends_with('\n');
    let both = [first.as_str(), if apart { "\n" } else { "" }, &second].concat();
    pair(descriptor, &[], [&first, &second], vec![both.into_bytes()])
}

fn join(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, separator) = (seed.lines(), seed.pick(&["", ", ", "é"]));
    let joined = input.lines().collect::<Vec<_>>().join(separator);
    let output = if input.is_empty() { String::new() } else { joined + "\n" };
    case(descriptor, &[("separator", text(separator))], input.as_str(), vec![output.into_bytes()])
}

fn split(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, delimiter) = (seed.lines(), seed.pick(&["a", "foo", "é", "10"]));
    let pieces: Vec<&str> = input.lines().flat_map(|line| line.split(delimiter)).map(str::trim).collect();
    case(descriptor, &[("delimiter", text(delimiter))], input.as_str(), vec![ended(&pieces), count(pieces.len())])
}

/// Distinct lines, of which some that are not neighbours change: there is one shortest way from the old to the new.
fn compare(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (mut first, mut second, mut diff) = (String::new(), String::new(), String::new());
    let (mut differing, mut may_change) = (0, true);
    for line in 1..=seed.below(60) {
        let changes = may_change && seed.below(4) == 0;
        first += &format!("line {line}\n");
        second += &if changes { format!("other {line}\n") } else { format!("line {line}\n") };
        if changes {
            differing += 1;
            diff += &format!("@@ -{line} +{line} @@\n-line {line}\n+other {line}\n");
        }
        may_change = !changes;
    }
    if differing > 0 {
        diff = format!("--- first\n+++ second\n{diff}");
    }
    let same = canonical(&Value::Bool(differing == 0));
    let outputs = vec![diff.into_bytes(), count(differing), count(differing), count(differing), same];
    pair(descriptor, &[("context", Value::Int(0))], [&first, &second], outputs)
}

fn common(seed: u64, descriptor: &Descriptor) -> Case {
    sets(seed, descriptor, true)
}

fn subtract(seed: u64, descriptor: &Descriptor) -> Case {
    sets(seed, descriptor, false)
}

fn sets(seed: u64, descriptor: &Descriptor, in_both: bool) -> Case {
    let mut seed = Seed::new(seed);
    let (first, second, fold) = (seed.lines(), seed.lines(), seed.flag());
    let form = |line: &str| if fold { line.to_lowercase() } else { line.to_owned() };
    let others: BTreeSet<String> = second.lines().map(form).collect();
    let mut seen = BTreeSet::new();
    let wanted = |line: &&str| others.contains(&form(line)) == in_both && seen.insert(form(line));
    let kept: Vec<&str> = first.lines().filter(wanted).collect();
    let outputs = vec![ended(&kept), count(kept.len())];
    pair(descriptor, &[("ignore-case", Value::Bool(fold))], [&first, &second], outputs)
}

fn duplicates(seed: u64, descriptor: &Descriptor) -> Case {
    let input = Seed::new(seed).lines();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for line in input.lines() {
        let seen = times.entry(line).or_default();
        *seen += 1;
        if *seen == 2 {
            kept.push(line);
        }
    }
    case(descriptor, &[], input.as_str(), vec![ended(&kept), count(kept.len())])
}

fn word_frequencies(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let words: Vec<&str> =
        (0..seed.below(200)).map(|_| seed.pick(&["ann", "Ann", "été", "well-known", "x2"])).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    words.iter().for_each(|word| *counts.entry(word.to_lowercase()).or_default() += 1);
    let mut rows: Vec<(String, usize)> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let table =
        ended(std::iter::once(String::from("word,count")).chain(rows.iter().map(|(word, n)| format!("{word},{n}"))));
    case(descriptor, &[], words.join(seed.pick(&[" ", ", ", "\n"])), vec![table, count(rows.len())])
}

fn longest(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (input, wanted) = (seed.lines(), seed.below(8));
    let mut lines: Vec<(usize, usize, &str)> =
        input.lines().enumerate().map(|(at, line)| (at + 1, line.chars().count(), line)).collect();
    lines.sort_by_key(|(_, length, _)| std::cmp::Reverse(*length));
    lines.truncate(wanted);
    let rows = lines.iter().map(|(at, length, line)| format!("{at},{length},{line}"));
    let table = ended(std::iter::once(String::from("line,length,text")).chain(rows));
    let first = lines.first().map_or(0, |(_, length, _)| *length);
    case(descriptor, &[("count", int(wanted))], input.as_str(), vec![table, count(first)])
}

/// A text, an encoding that has all of it, and its bytes in that encoding.
fn encoded(seed: &mut Seed) -> (String, &'static str, Vec<u8>) {
    let encoding = seed.pick(&["latin1", "windows-1252", "utf-16le", "utf-16be", "utf-8"]);
    let input = seed.text(300, &["a", "é", "ÿ", "\n", " "]);
    let bytes = match encoding {
        "utf-8" => input.clone().into_bytes(),
        "utf-16le" => input.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => input.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => input.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect(),
    };
    (input, encoding, bytes)
}

fn encode(seed: u64, descriptor: &Descriptor) -> Case {
    let (input, encoding, bytes) = encoded(&mut Seed::new(seed));
    case(descriptor, &[("encoding", choose(encoding))], input, vec![bytes, count(0)])
}

fn decode_as(seed: u64, descriptor: &Descriptor) -> Case {
    let (output, encoding, bytes) = encoded(&mut Seed::new(seed));
    let outputs = vec![output.into_bytes(), canonical(&text(encoding))];
    case(descriptor, &[("encoding", choose(encoding))], bytes, outputs)
}
