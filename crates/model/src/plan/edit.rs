//! Requests to change a file: "replace foo by bar in notes.txt" asks for notes.txt to hold the result.
//!
//! Primitives that people use to change a file where it is say so by the tag `in-place`. A draft whose result such a primitive
//! gives, made from one file and asked for with no word for showing, is completed by writing the result back: in the
//! file's own format, through a primitive that gives it.

use super::draft::{Draft, DraftNode, Fill};
use super::fits::{fits, flows, refinement};
use super::lexicon::{Entry, Lexicon};
use super::slot::Slot;
use super::whole::promised;
use crate::read::{Fact, Reading, Shape};
use std::rc::Rc;
use telos_abi::{EffectKind, Refinement, Type, Value};

/// Words by which a person asks to see something and not to change it.
const SHOWING: &[&str] =
    &["show", "print", "display", "view", "preview", "see", "what", "which", "how", "would", "tell", "give", "output"];

/// The draft with its result written back to the file it was made from, if that is what the turn asks for.
pub(super) fn in_place<'a>(mut draft: Draft<'a>, lexicon: &Lexicon<'a>, reading: &Reading<'_>) -> Draft<'a> {
    let Some(slot) = asked(&draft, lexicon, reading) else { return draft };
    let Some((root, Some(output))) = draft.roots.first().copied() else { return draft };
    let (mut node, mut output) = (root, output);
    let Value::Text(path) = &slot.value else { return draft };
    let wanted = path.rsplit_once('.').and_then(|(_, end)| promised(&end.to_lowercase()));
    let made = refinement(&lexicon.entries[draft.nodes[node].entry].is.outputs[output].ty);
    if let Some(format) = wanted.filter(|format| made != Some(*format)) {
        let Some((writer, port, gives)) = writes(lexicon, &draft, (node, output), format) else { return draft };
        let mut fills = vec![Fill::Default; lexicon.entries[writer].is.inputs.len()];
        fills[port] = Fill::Edge { node, output };
        draft.nodes.push(DraftNode { entry: writer, fills, each: None, anchor: None });
        (node, output) = (draft.nodes.len() - 1, gives);
    }
    let Some((entry, file, content)) = sink(lexicon) else { return draft };
    let mut fills = vec![Fill::Default; lexicon.entries[entry].is.inputs.len()];
    fills[file] = Fill::Slot(Rc::new(Slot { port: file, ..slot.as_ref().clone() }));
    fills[content] = Fill::Edge { node, output };
    draft.nodes.push(DraftNode { entry, fills, each: None, anchor: None });
    let shown = lexicon.entries[entry].is.outputs.iter().position(|port| super::fits::handle(&port.ty).is_some());
    draft.roots[0] = (draft.nodes.len() - 1, shown);
    draft
}

/// The constant that names the file, if the draft changes exactly one and the turn does not ask to see the result.
fn asked(draft: &Draft<'_>, lexicon: &Lexicon<'_>, reading: &Reading<'_>) -> Option<Rc<Slot>> {
    let (root, _) = *draft.roots.first()?;
    let entry = &lexicon.entries[draft.nodes[root].entry];
    let tagged = entry.is.semantics.tags.iter().any(|tag| tag == "in-place");
    let edits = (tagged || in_same_file(reading)) && draft.nodes[root].each.is_none();
    let changes = draft.nodes.iter().any(|node| lexicon.entries[node.entry].changes_things());
    let showing =
        reading.tokens.iter().any(|token| token.shape == Shape::Word && SHOWING.contains(&token.lower.as_str()));
    let elsewhere = reading.spans.iter().any(|span| matches!(span.fact, Fact::Absent { .. }));
    if !edits
        || changes
        || showing && !in_same_file(reading)
        || elsewhere
        || draft.missing > 0
        || !draft.goals.is_empty()
    {
        return None;
    }
    let mut files = draft.nodes.iter().flat_map(|node| {
        let entry = &lexicon.entries[node.entry];
        let reads = move |(port, fill): (usize, &Fill)| match fill {
            Fill::Slot(slot) if entry.acts(port, EffectKind::FileRead) => Some(Rc::clone(slot)),
            _ => None,
        };
        node.fills.iter().enumerate().filter_map(reads).collect::<Vec<_>>()
    });
    let file = files.next()?;
    files.next().is_none().then_some(file)
}

/// Whether the turn says that the file itself is to hold the result.
fn in_same_file(reading: &Reading<'_>) -> bool {
    let says = |words: &[&str]| {
        reading.tokens.windows(words.len()).any(|run| run.iter().zip(words).all(|(token, word)| token.lower == *word))
    };
    [&["same", "file"][..], &["in", "place"], &["in-place"], &["the", "file", "itself"], &["back", "to", "it"]]
        .into_iter()
        .any(says)
}

/// A primitive that gives `format` from this output and needs nothing else: itself, its input and its output.
fn writes(
    lexicon: &Lexicon<'_>,
    draft: &Draft<'_>,
    (node, output): (usize, usize),
    format: Refinement,
) -> Option<(usize, usize, usize)> {
    let made = &lexicon.entries[draft.nodes[node].entry].is.outputs[output].ty;
    lexicon.entries.iter().enumerate().find_map(|(index, entry)| {
        let port = only_open(entry).filter(|port| fits(made, &entry.is.inputs[*port].ty))?;
        let gives = entry.is.outputs.iter().position(|port| refinement(&port.ty) == Some(format))?;
        // Not one that takes everything apart to make it, and none that acts.
        let pure = entry.is.effects.is_empty() && refinement(&entry.is.inputs[port].ty) == refinement(made);
        pure.then_some((index, port, gives))
    })
}

/// The primitive that puts content into a file: itself, the input for the file and the one for the content.
fn sink(lexicon: &Lexicon<'_>) -> Option<(usize, usize, usize)> {
    lexicon.entries.iter().enumerate().find_map(|(index, entry)| {
        let file = (0..entry.is.inputs.len()).find(|port| {
            entry.acts(*port, EffectKind::FileOverwrite) && super::fits::handle(&entry.is.inputs[*port].ty).is_some()
        })?;
        let content = entry.is.inputs.iter().position(|port| matches!(port.ty, Type::Blob { .. }))?;
        let plain = entry
            .is
            .inputs
            .iter()
            .enumerate()
            .all(|(port, input)| port == file || port == content || input.default.is_some());
        let whole = refinement(&entry.is.inputs[content].ty) == Some(Refinement::Bytes);
        (plain && whole).then_some((index, file, content))
    })
}

/// The one input without a default, if it takes data.
fn only_open(entry: &Entry<'_>) -> Option<usize> {
    let mut open = entry.is.inputs.iter().enumerate().filter(|(_, port)| port.default.is_none());
    let (port, input) = open.next()?;
    (open.next().is_none() && flows(&input.ty)).then_some(port)
}
