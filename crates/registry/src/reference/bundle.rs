//! References of pack `bundle`: the plainest work on lists of names and contents, and a writer of archives that knows
//! nothing but short names.

use super::seed::Seed;
use super::{Reference, arguments, case, count, refusal, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use std::collections::{BTreeMap, BTreeSet};
use telos_abi::{Descriptor, PortIndex, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("bundle.files", files),
    ("bundle.names", names),
    ("image.list", pictures),
    ("bundle.select", select),
    ("bundle.search", search),
    ("bundle.text", joined),
    ("bundle.lines", lines),
    ("bundle.duplicates", duplicates),
    ("bundle.compare", compare),
    ("bundle.checksums", checksums),
    ("bundle.check", check),
    ("bundle.flatten", flatten),
    ("data.compare", compare_data),
];

/// Names and contents; a name that ends in a slash is a directory.
type Files = Vec<(String, Vec<u8>)>;

/// Distinct names, below `top`, in no order, and contents of which some are alike and some no text.
fn some_files(seed: &mut Seed, top: &str) -> Files {
    let mut names = BTreeSet::new();
    for _ in 0..seed.below(12) {
        let directory = seed.pick(&["", "", "a/", "a/b/", "é/"]);
        names.insert(format!("{directory}{}", seed.pick(&["x.md", "y.txt", "Z.MD", "notes", "b.c", "one.txt", "w"])));
    }
    let mut files: Files = Vec::new();
    for name in names {
        let mut content = match seed.below(6) {
            0 => Vec::new(),
            1 => b"alike\n".to_vec(),
            2 => seed.pick(&["foo", "a foo\nb"]).as_bytes().to_vec(),
            _ => seed.lines().into_bytes(),
        };
        if seed.below(6) == 0 {
            content.push(0xff);
        }
        let at = seed.below(files.len() + 1);
        files.insert(at, (format!("{top}{name}"), content));
    }
    files
}

/// A tar archive (POSIX.1-1988). Names have at most 100 bytes.
fn archive(files: &Files) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files {
        let mut header = name.clone().into_bytes();
        header.resize(100, 0);
        let kind = if name.ends_with('/') { '5' } else { '0' };
        let length = content.len();
        header.extend(
            format!("0000644\0{zero}{zero}{length:011o}\0{:011o}\0        {kind}", 0, zero = "0000000\0").bytes(),
        );
        header.resize(257, 0);
        header.extend(b"ustar\x0000");
        header.resize(512, 0);
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header.splice(148..156, format!("{sum:06o}\0 ").bytes());
        out.extend(header);
        out.extend(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.extend([0; 1_024]);
    out
}

fn is_text(content: &[u8]) -> bool {
    std::str::from_utf8(content).is_ok()
}

/// Those that are text, as text.
fn texts(files: &Files) -> Vec<(&str, &str)> {
    files.iter().filter_map(|(name, content)| Some((name.as_str(), std::str::from_utf8(content).ok()?))).collect()
}

fn skipped(files: &Files) -> Vec<u8> {
    count(files.iter().filter(|(_, content)| !is_text(content)).count())
}

fn sorted(mut files: Files) -> Files {
    files.sort();
    files
}

fn files(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let mut files = some_files(&mut seed, "top/");
    let sum = [count(files.len()), count(files.iter().map(|(_, content)| content.len()).sum())];
    files.insert(0, (String::from("top/"), Vec::new()));
    let row = |(name, content): &(String, Vec<u8>)| match name.strip_suffix('/') {
        Some(name) => format!("{name},0,directory\n"),
        None => format!("{name},{},file\n", content.len()),
    };
    let table: String = files.iter().map(row).collect();
    let mut input = archive(&files);
    if seed.below(4) == 0 {
        // Another byte in a header, so that its checksum is wrong.
        input[seed.below(100)] ^= 1;
        return refusal(descriptor, &[], input);
    }
    let [number, bytes] = sum;
    case(descriptor, &[], input, vec![format!("name,size,kind\n{table}").into_bytes(), number, bytes])
}

fn pictures(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let mut files = some_files(&mut seed, "");
    let mut rows = String::new();
    for (name, content) in &mut files {
        let (width, height) = (1 + seed.below(9), 1 + seed.below(9));
        if name.ends_with(".md") {
            // The head of a GIF (CompuServe 1990): signature, width and height, the low byte first.
            let side = |pixels: usize| [u8::try_from(pixels).unwrap_or(0), 0];
            *content = [b"GIF89a".as_slice(), &side(width), &side(height), &[0; 3]].concat();
            rows.push_str(&format!("{name},gif,{width},{height},{}\n", content.len()));
        }
    }
    let number = count(rows.lines().count());
    let table = format!("name,format,width,height,size\n{rows}");
    case(descriptor, &[], archive(&files), vec![table.into_bytes(), number])
}

fn names(seed: u64, descriptor: &Descriptor) -> Case {
    let files = some_files(&mut Seed::new(seed), "");
    let names: String = files.iter().map(|(name, _)| format!("{name}\n")).collect();
    case(descriptor, &[], archive(&files), vec![names.into_bytes()])
}

fn select(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let files = some_files(&mut seed, "");
    let invert = seed.flag();
    let (pattern, matches): (&str, fn(&str) -> bool) = match seed.below(5) {
        0 => ("*.md", |name| name.to_lowercase().ends_with(".md")),
        1 => ("txt", |name| name.ends_with(".txt")),
        2 => ("a", |name| name.starts_with("a/")),
        3 => ("a/b/*", |name| name.starts_with("a/b/")),
        _ => ("w", |name| name.ends_with("w")),
    };
    let kept: Files = files.iter().filter(|(name, _)| matches(name) != invert).cloned().collect();
    let given = [("pattern", text(pattern)), ("invert", Value::Bool(invert))];
    let number = count(kept.len());
    case(descriptor, &given, archive(&files), vec![archive(&kept), number])
}

fn search(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let files = some_files(&mut seed, "");
    let (is_regex, fold) = (seed.flag(), seed.flag());
    let pattern = if is_regex {
        seed.pick(&["fo+", "^a", "b$", "^$", r"\d", "é|€", "("])
    } else {
        seed.pick(&["foo", "B", "."])
    };
    let given = [("pattern", text(pattern)), ("regex", Value::Bool(is_regex)), ("ignore-case", Value::Bool(fold))];
    let expression = if is_regex { pattern.to_owned() } else { regex::escape(pattern) };
    let Ok(regex) = regex::RegexBuilder::new(&expression).case_insensitive(fold).build() else {
        return refusal(descriptor, &given, archive(&files));
    };
    let (mut table, mut found) = (String::from("name,line,text\n"), Vec::new());
    for (name, text) in texts(&files) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| regex.is_match(line)) {
            table.push_str(&format!("{name},{},{line}\n", number + 1));
            found.push(name);
        }
    }
    let lines = count(found.len());
    found.dedup();
    let names: String = found.iter().map(|name| format!("{name}\n")).collect();
    let outputs = vec![table.into_bytes(), names.into_bytes(), lines, count(found.len()), skipped(&files)];
    case(descriptor, &given, archive(&files), outputs)
}

fn joined(seed: u64, descriptor: &Descriptor) -> Case {
    let files = some_files(&mut Seed::new(seed), "");
    let ordered = sorted(files.clone());
    let texts: Vec<&str> = texts(&ordered).into_iter().map(|(_, text)| text).filter(|text| !text.is_empty()).collect();
    let last = texts.len().saturating_sub(1);
    let ended = |(at, text): (usize, &&str)| match at < last && !text.ends_with('\n') {
        true => format!("{text}\n"),
        false => (*text).to_owned(),
    };
    let all: String = texts.iter().enumerate().map(ended).collect();
    case(descriptor, &[], archive(&files), vec![all.into_bytes(), skipped(&files)])
}

fn lines(seed: u64, descriptor: &Descriptor) -> Case {
    let files = some_files(&mut Seed::new(seed), "");
    let row = |(name, text): (&str, &str)| {
        let words = text.split_ascii_whitespace().count();
        format!("{name},{},{words},{}\n", text.lines().count(), text.len())
    };
    let table: String = texts(&files).into_iter().map(row).collect();
    let outputs = vec![format!("name,lines,words,bytes\n{table}").into_bytes(), skipped(&files)];
    case(descriptor, &[], archive(&files), outputs)
}

fn duplicates(seed: u64, descriptor: &Descriptor) -> Case {
    let files = some_files(&mut Seed::new(seed), "");
    let ordered = sorted(files.clone());
    let mut groups: Vec<(&Vec<u8>, Vec<&str>)> = Vec::new();
    for (name, content) in &ordered {
        match groups.iter_mut().find(|(known, _)| *known == content) {
            Some((_, names)) => names.push(name),
            None => groups.push((content, vec![name])),
        }
    }
    groups.retain(|(_, names)| names.len() > 1);
    let (mut table, mut spare) = (String::from("group,name,size\n"), 0);
    for (number, (content, names)) in groups.iter().enumerate() {
        names.iter().for_each(|name| table.push_str(&format!("{},{name},{}\n", number + 1, content.len())));
        spare += content.len() * (names.len() - 1);
    }
    case(descriptor, &[], archive(&files), vec![table.into_bytes(), count(groups.len()), count(spare)])
}

/// A case with two blobs.
fn pair(descriptor: &Descriptor, inputs: [Vec<u8>; 2], outputs: Vec<Vec<u8>>) -> Case {
    let [first, second] = inputs;
    Case {
        arguments: arguments(descriptor, &[]),
        inputs: vec![(PortIndex(0), first), (PortIndex(1), second)],
        expected: Some(outputs),
    }
}

fn compare(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let mut first = some_files(&mut seed, "");
    // One file without a directory, so that there is no other common one.
    first.push((String::from("same"), b"same".to_vec()));
    let mut second = first.clone();
    for (_, content) in &mut second {
        if seed.below(4) == 0 {
            content.push(b'!');
        }
    }
    second.retain(|(name, _)| name == "same" || seed.below(4) > 0);
    first.retain(|(name, _)| name == "same" || seed.below(4) > 0);
    let maps: [BTreeMap<&str, &[u8]>; 2] = [&first, &second]
        .map(|files| files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect());
    let all: BTreeSet<&str> = maps.iter().flat_map(BTreeMap::keys).copied().collect();
    let (mut table, mut number) = (String::from("name,difference\n"), 0);
    for name in all {
        let difference = match (maps[0].get(name), maps[1].get(name)) {
            (Some(_), None) => "only in first",
            (None, Some(_)) => "only in second",
            (one, other) if one != other => "different",
            _ => continue,
        };
        table.push_str(&format!("{name},{difference}\n"));
        number += 1;
    }
    let below = |files: &Files, top: &str| -> Files {
        files.iter().map(|(name, content)| (format!("{top}{name}"), content.clone())).collect()
    };
    let inputs =
        [archive(&below(&first, "minutes/")), archive(&below(&second, seed.pick(&["minutes/", "b/minutes/", ""])))];
    pair(descriptor, inputs, vec![table.into_bytes(), canonical(&Value::Bool(number == 0)), count(number)])
}

/// A digest in hexadecimal digits, by other libraries than the pack's where there is one here.
fn hashed(algorithm: &str, content: &[u8]) -> String {
    let bytes = match algorithm {
        "sha256" => digest(&SHA256, content).as_ref().to_vec(),
        "sha512" => digest(&SHA512, content).as_ref().to_vec(),
        _ => blake3::hash(content).as_bytes().to_vec(),
    };
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn checksums(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let files = some_files(&mut seed, "");
    let algorithm = seed.pick(&["sha256", "sha512", "blake3"]);
    let (mut list, mut table) = (String::new(), String::from("digest,name\n"));
    for (name, content) in sorted(files.clone()) {
        let digest = hashed(algorithm, &content);
        list.push_str(&format!("{digest}  {name}\n"));
        table.push_str(&format!("{digest},{name}\n"));
    }
    let outputs = vec![list.into_bytes(), table.into_bytes()];
    case(descriptor, &[("algorithm", choose(algorithm))], archive(&files), outputs)
}

fn check(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let mut files = some_files(&mut seed, "");
    files.push((String::from("always"), Vec::new()));
    let algorithm = seed.pick(&["sha256", "sha512", "blake3"]);
    let tagged = seed.flag();
    let (mut list, mut table, mut wrong) = (String::new(), String::from("name,status\n"), 0);
    let mut gone = Vec::new();
    for (number, (name, content)) in files.iter_mut().enumerate() {
        let digest = hashed(algorithm, content);
        // A last part that no other name has, so that what is gone is found nowhere.
        let (listed, status) = match seed.below(4) {
            0 => (format!("{name}{number}"), "missing"),
            1 => (name.clone(), "failed"),
            _ => (name.clone(), "ok"),
        };
        match status {
            "missing" => gone.push(name.clone()),
            "failed" => content.push(b'!'),
            _ => {}
        }
        wrong += usize::from(status != "ok");
        list.push_str(&if tagged { format!("SHA ({listed}) = {digest}\n") } else { format!("{digest} *{listed}\n") });
        table.push_str(&format!("{listed},{status}\n"));
    }
    files.retain(|(name, _)| !gone.contains(name));
    let outputs = vec![table.into_bytes(), count(wrong), canonical(&Value::Bool(wrong == 0))];
    pair(descriptor, [archive(&files), list.into_bytes()], outputs)
}

fn flatten(seed: u64, descriptor: &Descriptor) -> Case {
    let files = some_files(&mut Seed::new(seed), "");
    let mut flat: Files = Vec::new();
    for (name, content) in &files {
        let name = name.rsplit('/').next().unwrap_or(name);
        let (stem, extension) = name.rfind('.').map_or((name, ""), |at| name.split_at(at));
        let numbered = (2..20).map(|number| format!("{stem}-{number}{extension}"));
        let free = std::iter::once(name.to_owned()).chain(numbered);
        let free = free.into_iter().find(|name| flat.iter().all(|(taken, _)| taken != name));
        flat.push((free.unwrap_or_default(), content.clone()));
    }
    // The pack's own headers name no owner.
    let mut expected = archive(&flat);
    let mut at = 0;
    for (_, content) in &flat {
        expected[at + 108..at + 124].fill(0);
        expected[at + 148..at + 156].fill(b' ');
        let sum: u32 = expected[at..at + 512].iter().map(|byte| u32::from(*byte)).sum();
        expected[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        at += 512 + content.len().next_multiple_of(512);
    }
    case(descriptor, &[], archive(&files), vec![expected])
}

fn compare_data(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let first = seed.lines().into_bytes();
    let mut second = first.clone();
    match seed.below(4) {
        0 => second.extend_from_slice(b"more"),
        1 => second.truncate(seed.below(first.len() + 1)),
        2 if !second.is_empty() => second[seed.below(first.len())] ^= 1,
        _ => {}
    }
    let both = first.len().min(second.len());
    let at = (0..both).find(|at| first[*at] != second[*at]);
    let line = 1 + first[..at.unwrap_or(both)].iter().filter(|byte| **byte == b'\n').count();
    let [shorter, longer] = if first.len() < second.len() { ["first", "second"] } else { ["second", "first"] };
    let difference = match at {
        _ if first == second => String::from("identical"),
        Some(at) => format!("differ at byte {} (line {line})", at + 1),
        None if both == 0 => format!("the {shorter} is empty, the {longer} is not"),
        None => format!("differ after byte {both} (line {line}), where the {shorter} ends"),
    };
    let outputs = vec![canonical(&Value::Bool(first == second)), canonical(&text(&difference))];
    pair(descriptor, [first, second], outputs)
}
