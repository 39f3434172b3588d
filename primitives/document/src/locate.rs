//! Where in a document a path leads.
//!
//! As written from the top; else, where exactly one place fits, anywhere below ("port" for `server.port`); else without
//! regard to case, blanks, dashes and underscores; else as words, the last of which names the field and the others what
//! it lies in ("database password"). Several places are never chosen among: the answer names them.

use crate::path::{Likeness, Reading, Segment, Step, at, folded, readings, same_folded, spell};
use serde_json::Value as Json;
use std::collections::HashSet;
use telos_pack::Failure;

/// Most places named where several fit, and most keys named where none does.
const NAMED_MAX: usize = 5;
/// Most keys compared to tell which are near.
const COMPARED_MAX: usize = 10_000;
/// Longest name compared, in characters.
const COMPARED_LETTERS_MAX: usize = 64;

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Found(Vec<Step>),
    Missing,
    Several(Failure),
}

/// Finds the place, if there is exactly one.
pub(crate) fn locate(document: &Json, path: &str) -> Place {
    let readings = readings(path);
    for likeness in [Likeness::Exact, Likeness::Folded] {
        if let Some(steps) = readings.iter().find_map(|reading| reading.resolve(document, likeness)) {
            return Place::Found(steps);
        }
        let named: Vec<&Reading> = readings.iter().filter(|reading| begins_with_name(reading)).collect();
        let mut hits = Hits::default();
        walk(document, &mut Vec::new(), &mut |steps, value| {
            for reading in &named {
                if let Some(rest) = reading.resolve(value, likeness) {
                    hits.add([steps, rest.as_slice()].concat());
                }
            }
        });
        match hits.place(path) {
            Place::Missing => {}
            place => return place,
        }
    }
    by_words(document, path)
}

/// The value a path leads to.
pub(crate) fn value_at<'a>(document: &'a Json, path: &str) -> Result<(Vec<Step>, &'a Json), Failure> {
    match locate(document, path) {
        Place::Found(steps) => {
            let value = at(document, &steps);
            let value = value.ok_or_else(|| Failure::Internal(format!("`{path}` was found but is not there")))?;
            Ok((steps, value))
        }
        Place::Missing => Err(missing(document, path)),
        Place::Several(failure) => Err(failure),
    }
}

fn begins_with_name(reading: &Reading) -> bool {
    matches!(reading.segments.first(), Some(Segment::Name(_) | Segment::Quoted(_)))
}

/// Visits every value, outer ones first. Recursion is as deep as the document, which has a limit.
fn walk<'a>(value: &'a Json, steps: &mut Vec<Step>, visit: &mut dyn FnMut(&[Step], &'a Json)) {
    visit(steps, value);
    let inner: Box<dyn Iterator<Item = (Step, &'a Json)>> = match value {
        Json::Array(items) => Box::new(items.iter().enumerate().map(|(index, item)| (Step::At(index), item))),
        Json::Object(entries) => Box::new(entries.iter().map(|(key, item)| (Step::Key(key.clone()), item))),
        _ => return,
    };
    for (step, item) in inner {
        steps.push(step);
        walk(item, steps, visit);
        steps.pop();
    }
}

/// The last word names the field, the others what it lies in, in this order.
fn by_words(document: &Json, path: &str) -> Place {
    let parts = path.split(|letter: char| letter.is_whitespace() || matches!(letter, '.' | '/' | '>'));
    let words: Vec<String> = parts.map(folded).filter(|word| !word.is_empty()).collect();
    let Some((name, outer)) = words.split_last().filter(|(_, outer)| !outer.is_empty()) else {
        return Place::Missing;
    };
    let is = |step: &Step, word: &str| matches!(step, Step::Key(key) if same_folded(key, word));
    let mut hits = Hits::default();
    walk(document, &mut Vec::new(), &mut |steps, _| {
        let Some((last, above)) = steps.split_last() else { return };
        let mut above = above.iter();
        if is(last, name) && outer.iter().all(|word| above.any(|step| is(step, word))) {
            hits.add(steps.to_vec());
        }
    });
    hits.place(path)
}

/// Places that fit.
#[derive(Default)]
struct Hits {
    places: Vec<Vec<Step>>,
    count: u64,
}

impl Hits {
    fn add(&mut self, steps: Vec<Step>) {
        if self.places.contains(&steps) {
            return;
        }
        self.count += 1;
        if self.places.len() < NAMED_MAX {
            self.places.push(steps);
        }
    }

    fn place(mut self, path: &str) -> Place {
        if self.count > 1 {
            let named: Vec<String> = self.places.iter().map(|steps| format!("`{}`", spell(steps))).collect();
            let more = if self.count > named.len() as u64 { ", …" } else { "" };
            return Place::Several(Failure::bad(format!(
                "`{path}` is in {} places of the document: {}{more}; say which is meant",
                self.count,
                named.join(", ")
            )));
        }
        self.places.pop().map_or(Place::Missing, Place::Found)
    }
}

/// Tells that there is no such place, and which keys come near.
pub(crate) fn missing(document: &Json, path: &str) -> Failure {
    let mut keys: HashSet<&str> = HashSet::new();
    let mut ordered: Vec<&str> = Vec::new();
    walk(document, &mut Vec::new(), &mut |_, value| {
        for key in value.as_object().into_iter().flat_map(serde_json::Map::keys) {
            if ordered.len() < COMPARED_MAX && keys.insert(key) {
                ordered.push(key);
            }
        }
    });
    let names = readings(path).into_iter().flat_map(|reading| reading.segments).filter_map(|segment| match segment {
        Segment::Name(name) | Segment::Quoted(name) => Some(folded(&name)),
        Segment::Position(_) => None,
    });
    let names: Vec<String> = names.filter(|name| !name.is_empty()).take(4 * NAMED_MAX).collect();
    let far = |key: &str| names.iter().map(|name| unlikeness(&folded(key), name)).min().unwrap_or(usize::MAX);
    let mut near: Vec<(usize, &str)> = ordered.iter().map(|key| (far(key), *key)).collect();
    near.sort_by_key(|(far, _)| *far);
    let near: Vec<String> = near
        .iter()
        .filter(|(far, _)| *far < usize::MAX)
        .take(NAMED_MAX)
        .map(|(_, key)| format!("`{}`", cut(key)))
        .collect();
    let hint = match (near.is_empty(), document) {
        (false, _) => format!("; near it are {}", near.join(", ")),
        (true, Json::Object(entries)) if !entries.is_empty() => {
            let top: Vec<String> = entries.keys().take(2 * NAMED_MAX).map(|key| format!("`{}`", cut(key))).collect();
            let more = if entries.len() > top.len() { ", …" } else { "" };
            format!("; its keys are {}{more}", top.join(", "))
        }
        (true, Json::Array(items)) => format!("; it is an array of {} items", items.len()),
        _ => String::new(),
    };
    Failure::bad(format!("`{}` is not in the document{hint}", cut(path)))
}

/// The beginning of a name, short enough for a message.
fn cut(name: &str) -> String {
    let short: String = name.chars().take(COMPARED_LETTERS_MAX).collect();
    if short.len() < name.len() { format!("{short}…") } else { short }
}

/// How far a key is from a name: edits, less for one that contains the other; `usize::MAX` when it is another word.
fn unlikeness(key: &str, name: &str) -> usize {
    let (key, name): (Vec<char>, Vec<char>) = (key.chars().collect(), name.chars().collect());
    if key.is_empty() || key.len() > COMPARED_LETTERS_MAX || name.len() > COMPARED_LETTERS_MAX {
        return usize::MAX;
    }
    let holds = |long: &[char], short: &[char]| short.len() >= 3 && long.windows(short.len()).any(|part| part == short);
    if holds(&key, &name) || holds(&name, &key) {
        return 1;
    }
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (index, letter) in key.iter().enumerate() {
        let mut next = vec![index + 1];
        for (at, other) in name.iter().enumerate() {
            let place = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut least = place(&row, at) + usize::from(letter != other);
            least = least.min(place(&next, at) + 1).min(place(&row, at + 1) + 1);
            // Two letters in the wrong order are one slip.
            let is_swapped =
                index > 0 && at > 0 && key.get(index - 1) == Some(other) && name.get(at - 1) == Some(letter);
            if is_swapped {
                least = least.min(place(&above, at - 1) + 1);
            }
            next.push(least);
        }
        above = std::mem::replace(&mut row, next);
    }
    let edits = row.last().copied().unwrap_or(0);
    if edits <= (name.len() / 3).max(1) { edits } else { usize::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place(document: &Json, path: &str) -> String {
        match locate(document, path) {
            Place::Found(steps) => spell(&steps),
            Place::Missing => missing(document, path).to_string(),
            Place::Several(failure) => failure.to_string(),
        }
    }

    #[test]
    fn one_place_is_found_wherever_it_lies() {
        let document = json!({
            "name": "n", "server": {"port": 1, "tls": {"name": "x", "Cert-File": "c"}},
            "databases": {"main": {"password": 1}, "spare": {"password": 2}}, "list": [{"id": 1}, {"id": 2}]
        });
        for (path, wanted) in [
            ("name", "name"),
            ("port", "server.port"),
            ("tls.name", "server.tls.name"),
            ("cert_file", "server.tls.Cert-File"),
            ("TLS cert file", ""),
            ("tls certfile", "server.tls.Cert-File"),
            ("main password", "databases.main.password"),
            ("list[1].id", "list[1].id"),
            ("list 1", ""),
        ] {
            if wanted.is_empty() {
                assert!(matches!(locate(&document, path), Place::Missing), "{path}");
            } else {
                assert_eq!(place(&document, path), wanted, "{path}");
            }
        }
    }

    #[test]
    fn several_places_and_none_are_told_with_what_there_is() {
        let document = json!({"a": {"port": 1}, "b": [{"port": 2}], "proto": 3});
        assert_eq!(
            place(&document, "port"),
            "`port` is in 2 places of the document: `a.port`, `b[0].port`; say which is meant"
        );
        assert_eq!(place(&document, "prot"), "`prot` is not in the document; near it are `proto`, `port`");
        assert_eq!(place(&document, "zebra"), "`zebra` is not in the document; its keys are `a`, `b`, `proto`");
        assert_eq!(place(&json!([1, 2]), "x"), "`x` is not in the document; it is an array of 2 items");
        assert_eq!(place(&json!(1), "x"), "`x` is not in the document");
        let many: Vec<Json> = (0..100).map(|_| json!({"k": 1})).collect();
        assert!(place(&json!(many), "k").contains("in 100 places"));
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(unlikeness("timeout", "timeuot"), 1);
        assert_eq!(unlikeness("abc", "abd"), 1);
        assert_eq!(unlikeness("abc", "xyz"), usize::MAX);
        assert_eq!(unlikeness("portnumber", "port"), 1);
    }
}
