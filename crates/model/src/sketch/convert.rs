//! Turning data into what the next step takes: reading, decoding and parsing by σ alone.

use crate::plan::fits::{fits, refinement};
use crate::plan::lexicon::{Entry, Lexicon};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use telos_abi::{EffectKind, Refinement, Type};

/// A conversion: use this entry, enter this port, leave by this output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) entry: usize,
    pub(super) input: usize,
    pub(super) output: usize,
}

/// Most conversions between two steps.
const HOPS_MAX: usize = 4;

/// The one data input of a primitive without settings that must be given.
fn takes_only_data(entry: &Entry<'_>) -> Option<usize> {
    let mut data = entry.is.inputs.iter().enumerate().filter(|(_, input)| matches!(input.ty, Type::Blob { .. }));
    let (input, None) = (data.next()?.0, data.next()) else { return None };
    let free = entry.is.inputs.iter().enumerate().all(|(at, port)| at == input || port.default.is_some());
    free.then_some(input)
}

/// The data input of a primitive that converts without being asked for.
fn converts(entry: &Entry<'_>) -> Option<usize> {
    let unasked = entry.lossless() && !entry.changes_things() && !entry.acts(0, EffectKind::FileRead);
    unasked.then(|| takes_only_data(entry))?
}

/// The shortest way from data of a type to a type. `kind` is the end of the name of the file that the data was read from, as
/// long as it has not been parsed: a parser that is meant for other kinds is passed over. O(primitives · hops).
pub(super) fn path(lexicon: &Lexicon<'_>, from: &Type, to: &Type, kind: Option<&str>) -> Option<Vec<Hop>> {
    if fits(from, to) {
        return Some(Vec::new());
    }
    let mut queue: VecDeque<(Type, Vec<Hop>)> = VecDeque::from([(from.clone(), Vec::new())]);
    let mut seen: BTreeSet<Refinement> = refinement(from).into_iter().collect();
    while let Some((ty, hops)) = queue.pop_front() {
        if hops.len() >= HOPS_MAX {
            continue;
        }
        for (index, entry) in lexicon.entries.iter().enumerate() {
            let Some(input) = converts(entry) else { continue };
            if !fits(&ty, &entry.is.inputs[input].ty) || !suits(entry, input, &ty, kind) {
                continue;
            }
            for (output, port) in entry.is.outputs.iter().enumerate() {
                let Some(made) = refinement(&port.ty).filter(|_| matches!(port.ty, Type::Blob { .. })) else {
                    continue;
                };
                let mut next = hops.clone();
                next.push(Hop { entry: index, input, output });
                if fits(&port.ty, to) {
                    return Some(next);
                }
                if seen.insert(made) {
                    queue.push_back((port.ty.clone(), next));
                }
            }
        }
    }
    None
}

/// The primitive that writes structured data in another form, where no setting has to be given: tables as JSON, JSON as YAML.
pub(super) fn writer(lexicon: &Lexicon<'_>, from: Refinement, to: Refinement) -> Option<Hop> {
    lexicon.entries.iter().enumerate().find_map(|(index, entry)| {
        let input = takes_only_data(entry)?;
        let output = entry.is.outputs.iter().position(|port| refinement(&port.ty) == Some(to))?;
        let writes = refinement(&entry.is.inputs[input].ty) == Some(from) && from != to && entry.is.effects.is_empty();
        // What writes a form is called so; what draws or computes is not a form of writing.
        let called = entry.is.name.contains(".to-") || entry.is.name.ends_with(".write");
        (writes && called).then_some(Hop { entry: index, input, output })
    })
}

/// Whether a converter may take this data. A parser takes only what comes out of a file, of the kinds it is meant for: a table
/// is text as well, but no YAML.
fn suits(entry: &Entry<'_>, input: usize, ty: &Type, kind: Option<&str>) -> bool {
    // What has a form of its own is not read as if it had none: the bytes of an archive are no text.
    let formed = matches!(refinement(ty), Some(Refinement::Bundle | Refinement::Image));
    if formed && refinement(&entry.is.inputs[input].ty) == Some(Refinement::Bytes) {
        return false;
    }
    let kinds = entry.kinds(input);
    let raw = matches!(refinement(ty), Some(Refinement::Bytes | Refinement::Utf8));
    kinds.is_empty()
        || refinement(ty) == refinement(&entry.is.inputs[input].ty) && !raw
        || raw && kind.is_some_and(|kind| kinds.iter().any(|meant| meant == kind))
}

/// Output ports of a primitive by name.
pub(super) fn output(entry: &Entry<'_>, name: &str) -> Option<usize> {
    entry.is.outputs.iter().position(|port| port.name == name)
}

/// Input ports of a primitive by name.
pub(super) fn input(entry: &Entry<'_>, name: &str) -> Option<usize> {
    entry.is.inputs.iter().position(|port| port.name == name)
}

/// Primitives by name.
pub(super) fn names<'l>(lexicon: &'l Lexicon<'_>) -> BTreeMap<&'l str, usize> {
    lexicon.entries.iter().enumerate().map(|(at, entry)| (entry.is.name.as_str(), at)).collect()
}
