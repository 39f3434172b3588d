//! What can be judged only on a whole draft: whether its columns are there, whether each result is made from what its
//! own words name, and whether a file gets the kind of content that its name promises.

use super::cost;
use super::draft::{Draft, DraftNode, Fill};
use super::fits::{flows, refinement, takes_column};
use super::lexicon::{Entry, Lexicon};
use super::slot::{Seen, Slot};
use crate::read::{Fact, Reading};
use std::collections::BTreeSet;
use std::rc::Rc;
use telos_abi::{EffectKind, Refinement, Type, Value};

/// Columns of what a node gives: those of a file, or exactly these.
#[derive(Clone, Debug)]
enum Columns {
    File,
    Named(BTreeSet<String>),
}

/// Adds the costs of what does not fit together, and names made columns by the names they get.
pub(super) fn judge<'a>(mut draft: Draft<'a>, lexicon: &Lexicon<'a>, reading: &Reading<'_>) -> Draft<'a> {
    let lost = columns(&mut draft, lexicon);
    draft.cost += cost::LOST * f32::from(lost);
    draft.cost += cost::FOREIGN * f32::from(strange_files(&draft, lexicon));
    draft.cost += kinds(&draft, lexicon, reading);
    draft.cost += cost::FOREIGN * f32::from(crossed(&draft, reading));
    draft.cost += cost::FOREIGN * f32::from(unjoined(&draft, reading));
    draft
}

/// Gives every column constant its name in the table that enters its node. The number of those that are not there.
fn columns(draft: &mut Draft<'_>, lexicon: &Lexicon<'_>) -> u8 {
    let mut lost: u8 = 0;
    for node in 0..draft.nodes.len() {
        let entry = &lexicon.entries[draft.nodes[node].entry];
        let present = entering(draft, lexicon, node, 0);
        for port in 0..entry.is.inputs.len() {
            let Fill::Slot(slot) = &draft.nodes[node].fills[port] else { continue };
            if !takes_column(&entry.is.inputs[port].ty) {
                continue;
            }
            let known = match (&slot.seen_in, &present) {
                (None, _) => true,
                (Some(Seen::File(path)), Some(Columns::File)) => draft.nodes.iter().any(|node| reads(node, path)),
                (Some(Seen::Output(_)), Some(Columns::File)) | (Some(_), None) => false,
                (Some(_), Some(Columns::Named(names))) => match renamed(slot, names) {
                    Some(slot) => {
                        draft.nodes[node].fills[port] = Fill::Slot(Rc::new(slot));
                        true
                    }
                    None => false,
                },
            };
            lost = lost.saturating_add(u8::from(!known));
        }
    }
    lost
}

/// The slot with each of its columns as the table calls it: itself, or the one made from it ("sum of amount").
fn renamed(slot: &Slot, names: &BTreeSet<String>) -> Option<Slot> {
    let rename = |value: &Value| {
        let Value::Text(name) = value else { return None };
        let made = || names.iter().find(|other| other.ends_with(&format!(" of {name}")));
        names.get(name).or_else(made).map(|name| Value::Text(name.clone()))
    };
    let value = match &slot.value {
        Value::List(items) => Value::List(items.iter().map(rename).collect::<Option<Vec<Value>>>()?),
        one => rename(one)?,
    };
    Some(Slot { value, ..slot.clone() })
}

/// Columns of the table that enters a node; `None` if no table does.
fn entering(draft: &Draft<'_>, lexicon: &Lexicon<'_>, node: usize, depth: usize) -> Option<Columns> {
    let entry = &lexicon.entries[draft.nodes[node].entry];
    let (port, fill) =
        draft.nodes[node].fills.iter().enumerate().find(|(port, _)| flows(&entry.is.inputs[*port].ty))?;
    let table = refinement(&entry.is.inputs[port].ty) == Some(Refinement::Table);
    match fill {
        Fill::Edge { node, output } if table && depth < draft.nodes.len() => {
            leaving(draft, lexicon, (*node, *output), depth + 1)
        }
        _ => None,
    }
}

/// Columns of an output: those that its meaning names, with the inputs that its name is made from; else what enters.
fn leaving(draft: &Draft<'_>, lexicon: &Lexicon<'_>, (node, output): (usize, usize), depth: usize) -> Option<Columns> {
    let entry = &lexicon.entries[draft.nodes[node].entry];
    let made: Vec<&str> = entry.columns().iter().map(|column| column.name.as_str()).collect();
    let lists = own_columns(&draft.nodes[node], entry);
    if entry.adds_column(output)
        && let Some(entering) = entering(draft, lexicon, node, depth)
    {
        return Some(match entering {
            Columns::File => Columns::File,
            Columns::Named(mut names) => {
                names.extend(made.into_iter().map(|name| filled(name, &draft.nodes[node], entry)));
                Columns::Named(names)
            }
        });
    }
    if made.is_empty() {
        let kept = |(port, input): (usize, &telos_abi::InputPort)| {
            takes_several(&input.ty) && input.default.is_none() && !entry.drops(port)
        };
        let keeps_some = entry.is.inputs.iter().enumerate().any(kept);
        return match entering(draft, lexicon, node, depth) {
            Some(_) if keeps_some => Some(Columns::Named(lists)),
            Some(columns) => Some(columns),
            None => Some(Columns::File),
        };
    }
    let mut names = lists;
    names.extend(made.into_iter().map(|name| filled(name, &draft.nodes[node], entry)));
    Some(Columns::Named(names))
}

fn takes_several(ty: &Type) -> bool {
    matches!(ty, Type::List { .. }) && takes_column(ty)
}

/// The columns that the node is told to keep or group by.
fn own_columns(node: &DraftNode, entry: &Entry<'_>) -> BTreeSet<String> {
    let lists = node.fills.iter().enumerate().filter(|(port, _)| takes_several(&entry.is.inputs[*port].ty));
    let items = lists.filter_map(|(_, fill)| match fill {
        Fill::Slot(slot) => match &slot.value {
            Value::List(items) => Some(items.clone()),
            _ => None,
        },
        _ => None,
    });
    let text = |value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    };
    items.flatten().filter_map(text).collect()
}

/// A made column's name, with what enters the node for the inputs it is made from.
fn filled(name: &str, node: &DraftNode, entry: &Entry<'_>) -> String {
    entry.made_name(name, |port| match &node.fills[port] {
        Fill::Slot(slot) => Some(&slot.value),
        Fill::Default => entry.is.inputs[port].default.as_ref(),
        _ => None,
    })
}

/// Whether a constant of the node is this path.
fn reads(node: &DraftNode, path: &str) -> bool {
    node.fills.iter().any(|fill| {
        matches!(fill, Fill::Slot(slot) if slot.value == Value::Text(path.to_owned())) || matches!(fill, Fill::Missing)
    })
}

/// What the end of a file's name promises of its content.
pub(crate) fn promised(end: &str) -> Option<Refinement> {
    Some(match end {
        "svg" => Refinement::Svg,
        "json" => Refinement::Json,
        "csv" => Refinement::Table,
        "yaml" | "yml" => Refinement::Yaml,
        "toml" => Refinement::Toml,
        "html" | "htm" => Refinement::Html,
        "xml" => Refinement::Xml,
        "png" | "jpg" | "jpeg" | "gif" | "bmp" | "webp" => Refinement::Image,
        _ => return None,
    })
}

/// How many written files get another kind of content than the end of their name promises.
fn strange_files(draft: &Draft<'_>, lexicon: &Lexicon<'_>) -> u8 {
    let mut strange: u8 = 0;
    for node in &draft.nodes {
        let entry = &lexicon.entries[node.entry];
        let target = node.fills.iter().enumerate().find_map(|(port, fill)| match fill {
            Fill::Slot(slot) if entry.acts(port, EffectKind::FileCreate) => match &slot.value {
                Value::Text(path) => Some(path.to_lowercase()),
                _ => None,
            },
            _ => None,
        });
        let content = node.fills.iter().find_map(|fill| match fill {
            Fill::Edge { node, output } => {
                refinement(&lexicon.entries[draft.nodes[*node].entry].is.outputs[*output].ty)
            }
            _ => None,
        });
        let promised = target.as_deref().and_then(|path| path.rsplit_once('.')).and_then(|(_, end)| promised(end));
        let kinds = [
            Refinement::Svg,
            Refinement::Json,
            Refinement::Table,
            Refinement::Yaml,
            Refinement::Toml,
            Refinement::Html,
            Refinement::Image,
            Refinement::Bundle,
        ];
        let other = match (promised, content) {
            (Some(made @ (Refinement::Svg | Refinement::Yaml | Refinement::Toml | Refinement::Image)), content) => {
                content != Some(made) && content != Some(Refinement::Bytes)
            }
            (Some(promised), Some(content)) => content != promised && kinds.contains(&content),
            _ => false,
        };
        strange = strange.saturating_add(u8::from(other && content.is_some()));
    }
    strange
}

/// What primitives that are meant for certain kinds of files cost or earn by the files they get.
fn kinds(draft: &Draft<'_>, lexicon: &Lexicon<'_>, reading: &Reading<'_>) -> f32 {
    let mut cost = 0.0;
    for (index, node) in draft.nodes.iter().enumerate() {
        let entry = &lexicon.entries[node.entry];
        for (port, fill) in node.fills.iter().enumerate() {
            let Fill::Edge { node: from, .. } = fill else { continue };
            let meant = entry.kinds(port);
            if meant.is_empty() {
                let text = refinement(&entry.is.inputs[port].ty) == Some(Refinement::Utf8) && !entry.lossless();
                let kind = if text { kind_of(draft, lexicon, reading, *from, index) } else { None };
                let specific =
                    ["csv", "tsv", "json", "jsonl", "yaml", "yml", "toml", "xml", "html", "eml", "mbox", "ics", "vcf"];
                if kind.is_some_and(|kind| specific.contains(&kind.as_str())) {
                    cost += cost::UNSPECIFIC;
                }
                continue;
            }
            cost += match kind_of(draft, lexicon, reading, *from, index) {
                None => cost::UNKNOWN_KIND,
                Some(kind) if meant.contains(&kind) => -cost::RIGHT_KIND,
                Some(_) => cost::WRONG_KIND,
            };
        }
    }
    cost
}

/// The kind of the file whose bytes node `at` gives, perhaps decoded; `None` if it gives something made.
fn kind_of(draft: &Draft<'_>, lexicon: &Lexicon<'_>, reading: &Reading<'_>, at: usize, user: usize) -> Option<String> {
    let node = &draft.nodes[at];
    let entry = &lexicon.entries[node.entry];
    for (port, fill) in node.fills.iter().enumerate() {
        match fill {
            Fill::Slot(slot) if entry.acts(port, EffectKind::FileRead) => {
                let path = match &slot.value {
                    Value::Text(path) => path,
                    Value::List(items) => match items.first() {
                        Some(Value::Text(path)) => path,
                        _ => return None,
                    },
                    _ => return None,
                };
                let end =
                    path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_lowercase());
                let shown = reading.kinds.get(path).map(|kind| (*kind).to_owned());
                return shown.or(end).filter(|end| crate::read::is_kind(end));
            }
            Fill::Edge { node: from, .. } if entry.lossless() && entry.kinds(port).is_empty() && *from != user => {
                return kind_of(draft, lexicon, reading, *from, user);
            }
            _ => {}
        }
    }
    None
}

/// How many results use a file of another clause although their own clause names one.
fn crossed(draft: &Draft<'_>, reading: &Reading<'_>) -> u8 {
    if draft.roots.len() < 2 {
        return 0;
    }
    let clause = |at: usize| reading.tokens.get(at).map(|token| token.clause);
    let files: Vec<_> = reading
        .spans
        .iter()
        .filter(|span| matches!(span.fact, Fact::File { .. }))
        .map(|span| (clause(span.tokens.start), span))
        .collect();
    let mut crossed: u8 = 0;
    for ((root, _), named) in draft.roots.iter().zip(&draft.named) {
        let own = named.or(draft.nodes[*root].anchor).and_then(clause);
        if !files.iter().any(|(clause, _)| *clause == own) {
            continue;
        }
        let elsewhere = sources(draft, *root).into_iter().any(|node| {
            draft.nodes[node].fills.iter().any(|fill| match fill {
                Fill::Slot(slot) => files.iter().any(|(clause, span)| *clause != own && span.tokens == slot.tokens),
                _ => false,
            })
        });
        crossed = crossed.saturating_add(u8::from(elsewhere));
    }
    crossed
}

/// The node and everything it is made from.
fn sources(draft: &Draft<'_>, node: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut wave = vec![node];
    while let Some(at) = wave.pop() {
        if seen.insert(at) {
            wave.extend(draft.nodes[at].fills.iter().filter_map(|fill| match fill {
                Fill::Edge { node, .. } => Some(*node),
                _ => None,
            }));
        }
    }
    seen
}

/// How many results beyond the first no "and" or comma asks for.
fn unjoined(draft: &Draft<'_>, reading: &Reading<'_>) -> u8 {
    let joins = reading.tokens.iter().enumerate().filter(|(at, token)| {
        *at + 1 < reading.tokens.len()
            && matches!(token.lower.as_str(), "and" | "then" | "," | ";" | "also" | "&" | "plus")
    });
    let extra = draft.roots.len().saturating_sub(1).saturating_sub(joins.count());
    u8::try_from(extra).unwrap_or(u8::MAX)
}
