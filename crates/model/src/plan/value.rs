//! Facts of a turn as values of a port's type.

use super::fits::{refinement, setting};
use super::lexicon::Entry;
use super::slot::Seen;
use crate::read::{Comparison, Fact, Span};
use std::collections::BTreeMap;
use telos_abi::{EffectKind, HandleKind, Refinement, Type, Value};

/// A value for a port, and how well its kind suits the port.
pub(crate) struct Converted {
    pub(crate) value: Value,
    pub(crate) strength: f32,
    /// Whether it names something that exists here.
    pub(crate) observed: bool,
    pub(crate) seen_in: Option<Seen>,
}

impl Converted {
    pub(crate) fn new(value: Value, strength: f32) -> Self {
        Self { value, strength, observed: false, seen_in: None }
    }

    fn here(path: &str, strength: f32) -> Self {
        Self { value: Value::Text(path.to_owned()), strength, observed: true, seen_in: None }
    }
}

/// The fact as a value for this port, if it can be one.
pub(crate) fn convert(entry: &Entry<'_>, port: usize, span: &Span, now_s: i64) -> Option<Converted> {
    let input = entry.is.inputs.get(port)?;
    let meant = span.kind_words().iter().any(|word| entry.meaning[port].iter().any(|other| other == word));
    if let (Type::List { .. }, Type::Text { .. }) = (&input.ty, setting(&input.ty)) {
        let mut one = text(entry, port, &span.fact, meant)?;
        one.value = Value::List(vec![one.value]);
        return Some(one);
    }
    match (&input.ty, &span.fact) {
        (Type::Handle { kind, .. }, fact) => handle(entry, port, *kind, fact),
        (Type::Int { min, max }, fact) => {
            let (number, strength) = amount(entry, port, fact, meant, now_s)?;
            let whole = whole(number)?;
            (whole >= *min && whole <= *max).then(|| Converted::new(Value::Int(whole), strength))
        }
        (Type::Float, fact) => {
            let (number, strength) = amount(entry, port, fact, meant, now_s)?;
            Some(Converted::new(Value::Float(number), strength))
        }
        (Type::Variant(cases), Fact::Comparison(comparison)) => {
            let name = cases.keys().find(|name| offers(name, *comparison))?;
            Some(Converted::new(case(&input.ty, name)?, 1.0))
        }
        (Type::Text { max, .. }, fact) => {
            let found = text(entry, port, fact, meant)?;
            let room = u64::try_from(match &found.value {
                Value::Text(text) => text.len(),
                _ => 0,
            })
            .unwrap_or(u64::MAX);
            (room <= *max).then_some(found)
        }
        _ => None,
    }
}

/// Whether a case of this name means the comparison.
fn offers(name: &str, comparison: Comparison) -> bool {
    comparison.names().contains(&name)
}

/// The value that selects a case, if the case carries nothing.
pub(crate) fn case(ty: &Type, name: &str) -> Option<Value> {
    let Type::Variant(cases) = ty else {
        return None;
    };
    match cases.get(name)? {
        Type::Record(fields) if fields.values().all(|field| field.optional) => {
            Some(Value::Variant(name.to_owned(), Box::new(Value::Record(BTreeMap::new()))))
        }
        Type::Bool => Some(Value::Variant(name.to_owned(), Box::new(Value::Bool(true)))),
        _ => None,
    }
}

fn handle(entry: &Entry<'_>, port: usize, kind: HandleKind, fact: &Fact) -> Option<Converted> {
    let creates_file = entry.acts(port, EffectKind::FileCreate);
    let creates_directory = entry.acts(port, EffectKind::DirCreate);
    let existing = super::slot::Filler::wants_existing(entry, port);
    match (kind, fact) {
        (HandleKind::File, Fact::File { path }) => {
            Some(Converted::here(path, if creates_file && !existing { 0.6 } else { 0.9 }))
        }
        // What is there already is not made.
        (HandleKind::Directory, Fact::Directory { .. }) if creates_directory && only_made(entry, port) => None,
        (HandleKind::Directory, Fact::Directory { path }) => {
            Some(Converted::here(path, if path == "." { 0.6 } else { 0.9 }))
        }
        (HandleKind::File, Fact::Absent { path }) if creates_file => {
            Some(Converted::new(Value::Text(path.clone()), 1.0))
        }
        (HandleKind::File, Fact::Absent { path }) if existing => Some(Converted::new(Value::Text(path.clone()), 0.7)),
        // "old/b.txt" is where a file is to be, not a directory to make.
        (HandleKind::Directory, Fact::Absent { path }) if creates_directory && !names_a_file(path) => {
            Some(Converted::new(Value::Text(path.clone()), 0.9))
        }
        (HandleKind::File, Fact::Extension { paths, .. } | Fact::Pattern { paths, .. }) => match paths.as_slice() {
            [only] if !creates_file => Some(Converted::here(only, 0.7)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether making the directory is all that is done with it: moving a file into one that is there is fine.
fn only_made(entry: &Entry<'_>, port: usize) -> bool {
    !entry.acts(port, EffectKind::FileCreate)
}

/// Whether the last part of a path ends like a file's name does: in a dot and a short extension that begins with a letter.
fn names_a_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(base, end)| {
        !base.is_empty() && end.len() <= 5 && end.starts_with(|letter: char| letter.is_ascii_alphabetic())
    })
}

/// A number in the unit that the port's meaning names.
fn amount(entry: &Entry<'_>, port: usize, fact: &Fact, meant: bool, now_s: i64) -> Option<(f64, f32)> {
    let says = |words: &[&str]| entry.meaning[port].iter().any(|word| words.contains(&word.as_str()));
    let units = says(&["byt", "byte", "second", "minut", "hour", "day", "millisecond"]);
    match fact {
        Fact::Number(number) if units => Some((*number, 0.15)),
        Fact::Number(number) => Some((*number, if says(&["number", "count"]) { 0.6 } else { 0.4 })),
        Fact::Single if !units && says(&["number", "count"]) => Some((1.0, 0.6)),
        Fact::Bytes(bytes) if meant => Some((*bytes, 0.45)),
        Fact::Seconds(seconds) if meant => Some((seconds / unit_seconds(entry, port)?, 0.45)),
        Fact::Time { at, .. } if says(&["ag"]) && says(&["second"]) => {
            let age = now_s.checked_sub(*at)?.max(0);
            i32::try_from(age).ok().map(|age| (f64::from(age), 0.4))
        }
        _ => None,
    }
}

/// Seconds of the unit of time that the port's meaning names.
pub(crate) fn unit_seconds(entry: &Entry<'_>, port: usize) -> Option<f64> {
    let units = [("millisecond", 1e-3), ("second", 1.0), ("minut", 60.0), ("hour", 3_600.0), ("day", 86_400.0)];
    let says = |word: &str| entry.meaning[port].iter().any(|other| other == word);
    units.into_iter().find(|(word, _)| says(word)).map(|(_, length)| length)
}

/// An integer, if the number is one and small enough to be exact.
fn whole(number: f64) -> Option<i64> {
    let rounded = number.round();
    let exact = (rounded - number).abs() < 1e-6 || number.abs() >= 1e3;
    if !exact || rounded.abs() > 9_007_199_254_740_992.0 {
        return None;
    }
    format!("{rounded:.0}").parse().ok()
}

fn text(entry: &Entry<'_>, port: usize, fact: &Fact, meant: bool) -> Option<Converted> {
    let wanted = refinement(setting(&entry.is.inputs[port].ty))?;
    match (wanted, fact) {
        (Refinement::Column, Fact::Column { name, path }) => Some(Converted {
            value: Value::Text(name.clone()),
            strength: 0.8,
            observed: true,
            seen_in: Some(Seen::File(path.clone())),
        }),
        (Refinement::JsonQuery, Fact::Key { name, path }) => Some(Converted {
            value: Value::Text(format!(".{name}")),
            strength: 0.7,
            observed: true,
            seen_in: Some(Seen::File(path.clone())),
        }),
        (Refinement::Url, Fact::Url(url)) => Some(Converted::new(Value::Text(url.clone()), 0.9)),
        (Refinement::Column | Refinement::JsonQuery | Refinement::Url, _) => None,
        (_, Fact::Extension { extension, paths }) if meant => {
            let mut found = Converted::new(Value::Text(extension.clone()), 0.9);
            found.observed = !paths.is_empty();
            Some(found)
        }
        (_, Fact::Pattern { glob, .. }) if meant => Some(Converted::new(Value::Text(glob.clone()), 0.9)),
        (Refinement::Line, Fact::Key { name, path }) if meant && !name.contains("[]") => Some(Converted {
            value: Value::Text(name.clone()),
            strength: 0.9,
            observed: true,
            seen_in: Some(Seen::File(path.clone())),
        }),
        (_, Fact::Time { day, .. }) if meant => Some(Converted::new(Value::Text(day.clone()), 0.8)),
        (_, Fact::Expression(said)) if meant => Some(Converted::new(Value::Text(said.clone()), 0.9)),
        (_, Fact::Unit(name)) if meant => Some(Converted::new(Value::Text(name.clone()), 0.6)),
        (_, Fact::Comparison(comparison)) if meant => {
            let sign = comparison.names().last()?;
            Some(Converted::new(Value::Text((*sign).to_owned()), 0.5))
        }
        _ => None,
    }
}
