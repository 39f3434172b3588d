//! Paths into a document: how people write them, and how results spell them.
//!
//! `a.b[0].c`, `a/b/0/c`, `/a/b` (RFC 6901), `$.a.b`, `.a["b.c"]`. What is not found as written from the top is looked
//! for elsewhere (see [`crate::locate`]). What [`spell`] writes is read back as the same place.

use serde_json::Value as Json;

/// Longest path, in segments.
const SEGMENTS_MAX: usize = 128;
/// Most segments that are taken together as one key: keys may hold dots and slashes.
const JOINED_MAX: usize = 8;

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    At(usize),
}

/// A part of a path as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A key, or a position if it is a number and the value is an array.
    Name(String),
    /// A key in brackets and quotes.
    Quoted(String),
    /// A position in brackets; negative from the end.
    Position(i64),
}

/// One way to understand a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) segments: Vec<Segment>,
    separator: char,
}

/// Every way to understand a path, the likeliest first. At least one; without segments it means the whole document.
pub(crate) fn readings(path: &str) -> Vec<Reading> {
    let path = path.trim();
    let inner = path.strip_prefix('$').filter(|rest| rest.is_empty() || rest.starts_with(['.', '[', '/']));
    let inner = inner.unwrap_or(path);
    let mut readings = Vec::new();
    if matches!(inner, "" | "." | "/") {
        return vec![Reading { segments: Vec::new(), separator: '.' }];
    }
    if let Some(pointer) = inner.strip_prefix('/') {
        let names = pointer.split('/').map(|name| Segment::Name(name.replace("~1", "/").replace("~0", "~")));
        readings.push(Reading { segments: names.collect(), separator: '/' });
    } else if inner.contains('/') {
        readings.extend(separated(inner, '/'));
    }
    readings.extend(separated(inner.strip_prefix('.').unwrap_or(inner), '.'));
    readings.push(Reading { segments: vec![Segment::Name(path.to_owned())], separator: '.' });
    readings.retain(|reading| reading.segments.len() <= SEGMENTS_MAX);
    readings.dedup();
    readings
}

/// Names between separators, and brackets. `None` if a bracket or a name between separators is missing.
fn separated(path: &str, separator: char) -> Option<Reading> {
    let mut segments = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if rest.starts_with('[') {
            let (segment, after) = bracketed(rest)?;
            segments.push(segment);
            rest = after;
        } else {
            let end = rest.find([separator, '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
            segments.push(Segment::Name(name.trim().to_owned()));
            rest = after;
        }
        if let Some(after) = rest.strip_prefix(separator) {
            rest = Some(after).filter(|after| !after.is_empty())?;
        }
    }
    Some(Reading { segments, separator })
}

/// `[3]`, `["key"]` or `['key']` at the beginning.
fn bracketed(path: &str) -> Option<(Segment, &str)> {
    let inner = path.strip_prefix('[')?;
    if inner.starts_with('"') {
        let mut texts = serde_json::Deserializer::from_str(inner).into_iter::<String>();
        let key = texts.next()?.ok()?;
        let after = inner.get(texts.byte_offset()..)?.strip_prefix(']')?;
        return Some((Segment::Quoted(key), after));
    }
    if let Some(quoted) = inner.strip_prefix('\'') {
        let (key, after) = quoted.split_once("']")?;
        return Some((Segment::Quoted(key.to_owned()), after));
    }
    let (number, after) = inner.split_once(']')?;
    Some((Segment::Position(number.trim().parse().ok()?), after))
}

/// How names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Likeness {
    Exact,
    /// Without case, blanks, dashes and underscores.
    Folded,
}

impl Likeness {
    pub(crate) fn key<'a>(self, entries: &'a serde_json::Map<String, Json>, name: &str) -> Option<(&'a str, &'a Json)> {
        if let Some((key, value)) = entries.get_key_value(name) {
            return Some((key, value));
        }
        let wanted = (self == Self::Folded).then(|| folded(name))?;
        entries.iter().find(|(key, _)| same_folded(key, &wanted)).map(|(key, value)| (key.as_str(), value))
    }
}

/// A name in the form in which likeness is judged.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|letter| is_kept(*letter)).flat_map(char::to_lowercase).collect()
}

fn is_kept(letter: char) -> bool {
    !matches!(letter, '-' | '_' | ' ')
}

/// Whether a key folds to `wanted`, without making it.
pub(crate) fn same_folded(key: &str, wanted: &str) -> bool {
    !wanted.is_empty() && key.chars().filter(|letter| is_kept(*letter)).flat_map(char::to_lowercase).eq(wanted.chars())
}

impl Reading {
    /// The place it means from `value` on, if there is one. Of several keys that begin alike the shortest counts.
    pub(crate) fn resolve(&self, value: &Json, likeness: Likeness) -> Option<Vec<Step>> {
        let mut value = value;
        let mut steps = Vec::new();
        let mut rest = self.segments.as_slice();
        while let Some(segment) = rest.first() {
            let (step, next, taken) = match value {
                Json::Array(items) => {
                    let at = position(segment, items.len())?;
                    (Step::At(at), items.get(at)?, 1)
                }
                Json::Object(entries) => self.key(entries, rest, likeness)?,
                _ => return None,
            };
            steps.push(step);
            value = next;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Some(steps)
    }

    /// The entry that the first segments mean, and how many they are.
    fn key<'a>(
        &self,
        entries: &'a serde_json::Map<String, Json>,
        segments: &[Segment],
        likeness: Likeness,
    ) -> Option<(Step, &'a Json, usize)> {
        let step = |(key, value): (&'a str, &'a Json), taken| (Step::Key(key.to_owned()), value, taken);
        match segments.first()? {
            Segment::Quoted(name) => return Likeness::Exact.key(entries, name).map(|found| step(found, 1)),
            Segment::Position(at) => return Likeness::Exact.key(entries, &at.to_string()).map(|found| step(found, 1)),
            Segment::Name(_) => {}
        }
        let mut joined = String::new();
        for (index, segment) in segments.iter().take(JOINED_MAX).enumerate() {
            let Segment::Name(name) = segment else { break };
            if index > 0 {
                joined.push(self.separator);
            }
            joined.push_str(name);
            if let Some(found) = likeness.key(entries, &joined) {
                return Some(step(found, index + 1));
            }
        }
        None
    }
}

/// The position that a segment means in an array of `length` items.
fn position(segment: &Segment, length: usize) -> Option<usize> {
    let at = match segment {
        Segment::Position(at) => *at,
        Segment::Name(name) => name.parse().ok()?,
        Segment::Quoted(_) => return None,
    };
    let back = usize::try_from(at.unsigned_abs()).ok()?;
    if at < 0 { length.checked_sub(back) } else { Some(back) }
}

/// The value at a place.
pub(crate) fn at<'a>(value: &'a Json, steps: &[Step]) -> Option<&'a Json> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.as_object()?.get(key),
        Step::At(at) => value.as_array()?.get(*at),
    })
}

/// The value at a place, to be changed.
pub(crate) fn at_mut<'a>(value: &'a mut Json, steps: &[Step]) -> Option<&'a mut Json> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.as_object_mut()?.get_mut(key),
        Step::At(at) => value.as_array_mut()?.get_mut(*at),
    })
}

/// Appends a step to a spelt path. Gives back its length before, to cut it off again.
pub(crate) fn push_spelt(path: &mut String, step: &Step) -> usize {
    let before = path.len();
    match step {
        Step::At(at) => path.push_str(&format!("[{at}]")),
        Step::Key(key) if is_plain(key, before == 0) => {
            if before > 0 {
                path.push('.');
            }
            path.push_str(key);
        }
        Step::Key(key) => path.push_str(&format!("[{}]", Json::from(key.as_str()))),
    }
    before
}

/// Whether a key needs no quotes.
fn is_plain(key: &str, first: bool) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '@' | '#' | ':' | '+');
    !key.is_empty() && key.chars().all(plain) && !(first && key.starts_with('$'))
}

/// A place as a path.
pub(crate) fn spell(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        push_spelt(&mut path, step);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn find(value: &Json, path: &str) -> Option<Json> {
        let steps = readings(path).iter().find_map(|reading| reading.resolve(value, Likeness::Exact))?;
        at(value, &steps).cloned()
    }

    #[test]
    fn paths_are_read_as_people_write_them() {
        let value = json!({"a": {"b": [{"c": 1}, {"c": 2}]}, "x.y": {"/z": 3}, "n": {"0": 4}, "@t/n": 5, "$": 6});
        for (path, wanted) in [
            ("a.b[0].c", 1),
            ("a.b.1.c", 2),
            ("a/b/0/c", 1),
            ("/a/b/0/c", 1),
            ("$.a.b[-1].c", 2),
            (".a[\"b\"][0].c", 1),
            ("a['b'][1]['c']", 2),
            ("x.y./z", 3),
            ("/x.y/~1z", 3),
            ("n[0]", 4),
            ("n.0", 4),
            ("@t/n", 5),
            ("$", 0),
            (" a . b [ 0 ] . c ", 0),
        ] {
            let found = find(&value, path);
            match path {
                "$" => assert_eq!(found, Some(value.clone())),
                _ if wanted == 0 => assert_eq!(found, None, "{path}"),
                _ => assert_eq!(found, Some(json!(wanted)), "{path}"),
            }
        }
        for path in ["a..b", "a.b[", "a.b[x]", "a.b[9]", "a.b[-9]", "a.b[99999999999999999999]", "[", "a.", "nothing"] {
            assert_eq!(find(&value, path), None, "{path}");
        }
        assert_eq!(find(&value, &"a.".repeat(100_000)), None);
    }

    #[test]
    fn likeness_ignores_case_and_joints() {
        let value = json!({"Server-Port": 1});
        let reading = &readings("server_port")[0];
        assert_eq!(reading.resolve(&value, Likeness::Exact), None);
        assert_eq!(reading.resolve(&value, Likeness::Folded), Some(vec![Step::Key("Server-Port".into())]));
        assert_eq!(readings("-")[0].resolve(&json!({"": 1}), Likeness::Folded), None);
    }

    proptest! {
        #[test]
        fn a_spelt_path_leads_back(keys in prop::collection::vec("[a-c.$/\\[\\]\"'é 0~-]{0,4}", 1..6)) {
            let value = keys.iter().rev().fold(json!(7), |value, key| json!({key.as_str(): [0, value]}));
            let steps: Vec<Step> = keys.iter().flat_map(|key| [Step::Key(key.clone()), Step::At(1)]).collect();
            prop_assert_eq!(find(&value, &spell(&steps)), Some(json!(7)), "{}", spell(&steps));
        }
    }
}
