//! References of pack `document`: small documents whose parts are known, spelt and taken apart by hand.

use super::seed::Seed;
use super::{Reference, arguments, case, count, refusal, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use telos_abi::{Descriptor, PortIndex, Value};

pub(super) const ALL: &[(&str, Reference)] = &[
    ("ini.parse", ini),
    ("jsonl.parse", lines),
    ("json.to-lines", to_lines),
    ("json.keys", keys),
    ("json.count", items),
    ("json.flatten", flatten),
    ("json.sort-keys", sort_keys),
    ("json.merge", merge),
    ("json.compare", compare),
];

/// Keys, and how a path names them.
const KEYS: [(&str, &str); 6] =
    [("b", "b"), ("aa", "aa"), ("c-1", "c-1"), ("é", "é"), ("d e", "[\"d e\"]"), ("f.g", "[\"f.g\"]")];

/// What stands under a key of a small document.
#[derive(Clone, PartialEq)]
enum Branch {
    Number(usize),
    Inner(Vec<(usize, usize)>),
}

/// Entries by the position of their key in [`KEYS`].
type Tree = Vec<(usize, Branch)>;

fn some_keys(seed: &mut Seed) -> Vec<usize> {
    let first = seed.below(KEYS.len());
    (0..KEYS.len()).map(|at| (first + at * 5) % KEYS.len()).filter(|_| seed.flag()).collect()
}

/// Never empty.
fn tree(seed: &mut Seed) -> Tree {
    let mut keys = some_keys(seed);
    if keys.is_empty() {
        keys.push(seed.below(KEYS.len()));
    }
    let branch = |key| match seed.below(3) {
        0 => (key, Branch::Inner(some_keys(seed).into_iter().map(|inner| (inner, seed.below(3))).collect())),
        _ => (key, Branch::Number(seed.below(3))),
    };
    keys.into_iter().map(branch).collect()
}

fn spelt_inner(inner: &[(usize, usize)]) -> String {
    let entries: Vec<String> = inner.iter().map(|(key, number)| format!("\"{}\":{number}", KEYS[*key].0)).collect();
    format!("{{{}}}", entries.join(","))
}

fn spelt_branch(branch: &Branch) -> String {
    match branch {
        Branch::Number(number) => number.to_string(),
        Branch::Inner(inner) => spelt_inner(inner),
    }
}

fn spelt(tree: &Tree) -> String {
    let entries: Vec<String> =
        tree.iter().map(|(key, branch)| format!("\"{}\":{}", KEYS[*key].0, spelt_branch(branch))).collect();
    format!("{{{}}}", entries.join(","))
}

fn table(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // A vector takes every byte; what is lost would show as a difference.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

fn row(fields: [&str; 3]) -> Vec<String> {
    fields.map(str::to_owned).to_vec()
}

fn ini(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (mut input, mut parts) = (String::new(), Vec::new());
    for section in 0..seed.below(5) {
        input.push_str(seed.pick(&["; note\n", "\n", ""]));
        input.push_str(&format!("[s {section}]\n"));
        let mut entries = Vec::new();
        for key in 0..seed.below(4) {
            let value = seed.pick(&["x", "a b", "", "1", "é=é", "http://h/#a"]);
            let quote = seed.pick(&["", "'"]);
            input.push_str(&format!("k{key}{}{quote}{value}{quote}\n", seed.pick(&["=", " = ", ": "])));
            entries.push(format!("    \"k{key}\": \"{value}\""));
        }
        let inside = if entries.is_empty() { String::new() } else { format!("\n{}\n  ", entries.join(",\n")) };
        parts.push(format!("  \"s {section}\": {{{inside}}}"));
    }
    if seed.below(4) == 0 {
        return refusal(descriptor, &[], format!("{input}neither\n"));
    }
    let json = if parts.is_empty() { String::from("{}\n") } else { format!("{{\n{}\n}}\n", parts.join(",\n")) };
    case(descriptor, &[], input, vec![json.into_bytes()])
}

fn lines(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let documents: Vec<String> = (0..seed.below(20)).map(|_| spelt(&tree(&mut seed))).collect();
    let input: String =
        documents.iter().map(|document| format!("{document}{}", seed.pick(&["\n", "\r\n", " \n\n"]))).collect();
    if seed.below(4) == 0 {
        return refusal(descriptor, &[], format!("{input}{{\"a\":}}\n"));
    }
    let json = if documents.is_empty() { String::from("[]\n") } else { format!("[\n{}\n]\n", documents.join(",\n")) };
    case(descriptor, &[], input, vec![json.into_bytes(), count(documents.len())])
}

fn to_lines(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let documents: Vec<String> = (0..seed.below(20)).map(|_| spelt(&tree(&mut seed))).collect();
    let input = format!("[ {} ]", documents.join(seed.pick(&[",", " , ", ",\n"])));
    let lines: String = documents.iter().map(|document| format!("{document}\n")).collect();
    case(descriptor, &[], input, vec![lines.into_bytes(), count(documents.len())])
}

fn keys(seed: u64, descriptor: &Descriptor) -> Case {
    let tree = tree(&mut Seed::new(seed));
    let mut rows = vec![row(["key", "kind", "size"])];
    rows.extend(tree.iter().map(|(key, branch)| match branch {
        Branch::Number(_) => row([KEYS[*key].0, "number", ""]),
        Branch::Inner(inner) => row([KEYS[*key].0, "object", &inner.len().to_string()]),
    }));
    case(descriptor, &[], spelt(&tree), vec![table(&rows), count(tree.len())])
}

fn items(seed: u64, descriptor: &Descriptor) -> Case {
    let tree = tree(&mut Seed::new(seed));
    let (key, branch) = &tree[0];
    match branch {
        Branch::Inner(inner) => {
            let path = [("path", text(KEYS[*key].1))];
            case(descriptor, &path, spelt(&tree), vec![count(inner.len())])
        }
        Branch::Number(_) => case(descriptor, &[], spelt(&tree), vec![count(tree.len())]),
    }
}

/// The path of an entry inside another.
fn below(outer: usize, inner: usize) -> String {
    let (outer, inner) = (KEYS[outer].1, KEYS[inner].1);
    if inner.starts_with('[') { format!("{outer}{inner}") } else { format!("{outer}.{inner}") }
}

fn flatten(seed: u64, descriptor: &Descriptor) -> Case {
    let tree = tree(&mut Seed::new(seed));
    let mut rows = vec![vec![String::from("path"), String::from("value")]];
    for (key, branch) in &tree {
        match branch {
            Branch::Inner(inner) if !inner.is_empty() => {
                rows.extend(inner.iter().map(|(name, number)| vec![below(*key, *name), number.to_string()]));
            }
            leaf => rows.push(vec![KEYS[*key].1.to_owned(), spelt_branch(leaf)]),
        }
    }
    case(descriptor, &[], spelt(&tree), vec![table(&rows), count(rows.len() - 1)])
}

fn sort_keys(seed: u64, descriptor: &Descriptor) -> Case {
    let tree = tree(&mut Seed::new(seed));
    let mut sorted = tree.clone();
    sorted.sort_by_key(|(key, _)| KEYS[*key].0);
    for (_, branch) in &mut sorted {
        if let Branch::Inner(inner) = branch {
            inner.sort_by_key(|(key, _)| KEYS[*key].0);
        }
    }
    case(descriptor, &[], spelt(&tree), vec![format!("{}\n", spelt(&sorted)).into_bytes()])
}

/// A case with two documents.
fn two(descriptor: &Descriptor, first: &Tree, second: &Tree, outputs: Vec<Vec<u8>>) -> Case {
    let inputs = vec![(PortIndex(0), spelt(first).into_bytes()), (PortIndex(1), spelt(second).into_bytes())];
    Case { arguments: arguments(descriptor, &[]), inputs, expected: Some(outputs) }
}

/// Puts entries over others by key.
fn put<T: Clone>(base: &mut Vec<(usize, T)>, over: &[(usize, T)], both: impl Fn(&mut T, &T)) {
    for (key, value) in over {
        match base.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => both(old, value),
            None => base.push((*key, value.clone())),
        }
    }
}

fn merge(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (first, second) = (tree(&mut seed), tree(&mut seed));
    let mut merged = first.clone();
    put(&mut merged, &second, |old, new| match (old, new) {
        (Branch::Inner(old), Branch::Inner(new)) => put(old, new, |old, new| *old = *new),
        (old, new) => *old = new.clone(),
    });
    two(descriptor, &first, &second, vec![format!("{}\n", spelt(&merged)).into_bytes()])
}

/// What either side has under each key: keys of the first in its order, then those that only the second has.
fn paired<'a, T>(first: &'a [(usize, T)], second: &'a [(usize, T)]) -> Vec<(usize, Option<&'a T>, Option<&'a T>)> {
    let find = |entries: &'a [(usize, T)], key| entries.iter().find(|(known, _)| *known == key).map(|(_, value)| value);
    let added = second.iter().filter(|(key, _)| find(first, *key).is_none());
    first.iter().chain(added).map(|(key, _)| (*key, find(first, *key), find(second, *key))).collect()
}

fn compare(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let first = tree(&mut seed);
    let second = if seed.below(4) == 0 { first.clone() } else { tree(&mut seed) };
    let mut rows = vec![row(["path", "first", "second"])];
    for (key, one, other) in paired(&first, &second) {
        if let (Some(Branch::Inner(one)), Some(Branch::Inner(other))) = (one, other) {
            for (name, one, other) in paired(one, other).into_iter().filter(|(_, one, other)| one != other) {
                let shown = |number: Option<&usize>| number.map_or_else(String::new, ToString::to_string);
                rows.push(vec![below(key, name), shown(one), shown(other)]);
            }
        } else if one != other {
            let shown = |branch: Option<&Branch>| branch.map_or_else(String::new, spelt_branch);
            rows.push(vec![KEYS[key].1.to_owned(), shown(one), shown(other)]);
        }
    }
    let same = canonical(&Value::Bool(rows.len() == 1));
    two(descriptor, &first, &second, vec![table(&rows), same, count(rows.len() - 1)])
}
