//! A complete draft as a graph, with the readings a person checks it by.

use super::draft::{Draft, DraftNode, Fill};
use super::lexicon::Lexicon;
use super::slot::Slot;
use crate::read::Reading as Read;
use crate::turn::Reading;
use telos_abi::{NodeIndex, PortIndex, Type, Value};
use telos_graph::{Constant, Each, Graph, Input, Node, Source};

/// Most items a node runs for, unless its list type says less.
const EACH_MAX: u32 = 10_000;

/// Whether a node takes the same data twice, as a comparison of a file with itself would: nobody means that.
pub(crate) fn takes_twice(graph: &Graph) -> bool {
    graph.nodes.iter().any(|node| {
        let from = |input: &Input| match input {
            Input::From(source) => Some(*source),
            Input::Constant(_) => None,
        };
        let sources: Vec<_> = node.inputs.iter().filter_map(|(_, input)| from(input)).collect();
        sources.iter().enumerate().any(|(at, source)| sources[..at].contains(source))
    })
}

/// The graph of a draft without open or missing inputs; `None` for any other.
///
/// Nodes that change something are ordered after each other as the turn orders them.
pub(crate) fn graph(draft: &Draft<'_>, lexicon: &Lexicon<'_>) -> Option<Graph> {
    let mut nodes = Vec::with_capacity(draft.nodes.len());
    for node in &draft.nodes {
        nodes.push(self::node(node, lexicon)?);
    }
    order_effects(draft, lexicon, &mut nodes);
    let mut outputs = Vec::new();
    for (node, output) in &draft.roots {
        if let Some(port) = output {
            outputs.push(source(*node, *port)?);
        }
    }
    Some(Graph { nodes, outputs })
}

fn index(position: usize) -> Option<NodeIndex> {
    u32::try_from(position).ok().map(NodeIndex)
}

fn port(position: usize) -> Option<PortIndex> {
    u16::try_from(position).ok().map(PortIndex)
}

fn source(node: usize, output: usize) -> Option<Source> {
    Some(Source { node: index(node)?, port: port(output)? })
}

fn node(node: &DraftNode, lexicon: &Lexicon<'_>) -> Option<Node> {
    let entry = &lexicon.entries[node.entry];
    let mut inputs = Vec::new();
    for (position, fill) in node.fills.iter().enumerate() {
        let input = match fill {
            Fill::Default => continue,
            Fill::Open | Fill::Missing => return None,
            Fill::Slot(slot) => Input::Constant(Constant { value: slot.value.clone(), origin: slot.origin }),
            Fill::Edge { node, output } => Input::From(source(*node, *output)?),
        };
        inputs.push((port(position)?, input));
    }
    let each = match node.each {
        None => None,
        Some(position) => Some(Each { port: port(position)?, limit: EACH_MAX }),
    };
    Some(Node { capability: entry.id, inputs, each, guard: None, after: Vec::new() })
}

/// The clause of the words that asked for the node.
fn position(draft: &Draft<'_>, node: usize) -> usize {
    let anchor = draft.nodes[node].anchor;
    anchor.unwrap_or(usize::MAX)
}

fn order_effects(draft: &Draft<'_>, lexicon: &Lexicon<'_>, nodes: &mut [Node]) {
    let mut changing: Vec<usize> =
        (0..draft.nodes.len()).filter(|node| lexicon.entries[draft.nodes[*node].entry].changes_things()).collect();
    changing.sort_by_key(|node| (position(draft, *node), *node));
    for pair in changing.windows(2) {
        let [before, after] = pair else { continue };
        let depends = depends_on(draft, *before, *after);
        if let (false, Some(before)) = (depends, index(*before)) {
            nodes[*after].after.push(before);
        }
    }
}

/// Whether `node` uses `on`'s output, directly or not.
fn depends_on(draft: &Draft<'_>, node: usize, on: usize) -> bool {
    let mut wave = vec![node];
    let mut seen = vec![false; draft.nodes.len()];
    while let Some(at) = wave.pop() {
        if at == on {
            return true;
        }
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        for fill in &draft.nodes[at].fills {
            if let Fill::Edge { node, .. } = fill {
                wave.push(*node);
            }
        }
    }
    false
}

/// A value as a person reads it.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("“{}”", telos_abi::ByteText::from(text.as_str())),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Variant(name, _) => name.clone(),
        Value::List(items) => items
            .iter()
            .filter_map(|item| match item {
                Value::Text(text) => Some(format!("“{}”", telos_abi::ByteText::from(text.as_str()))),
                _ => None,
            })
            .collect::<Vec<String>>()
            .join(", "),
        _ => "a value".to_owned(),
    }
}

/// How each part of the turn was understood, in its order.
pub(crate) fn readings(draft: &Draft<'_>, lexicon: &Lexicon<'_>, read: &Read<'_>) -> Vec<Reading> {
    let mut out = Vec::new();
    for node in &draft.nodes {
        let entry = &lexicon.entries[node.entry];
        if let Some(anchor) = node.anchor {
            out.push(Reading { span: read.bytes(&(anchor..anchor + 1)), meaning: entry.is.semantics.summary.clone() });
        }
        for fill in &node.fills {
            if let Fill::Slot(slot) = fill {
                out.push(Reading {
                    span: span(slot, read),
                    meaning: format!("{} = {}", entry.is.inputs[slot.port].meaning, show(&slot.value)),
                });
            }
        }
    }
    out.sort_by(|a, b| (a.span.start, a.span.end, &a.meaning).cmp(&(b.span.start, b.span.end, &b.meaning)));
    out.dedup();
    out
}

fn span(slot: &Slot, read: &Read<'_>) -> std::ops::Range<usize> {
    if slot.tokens.is_empty() { read.text.len()..read.text.len() } else { read.bytes(&slot.tokens) }
}

/// What each output is, for a person.
pub(crate) fn outputs(draft: &Draft<'_>, lexicon: &Lexicon<'_>) -> Vec<String> {
    let describe = |(node, output): &(usize, Option<usize>)| {
        let port = lexicon.entries[draft.nodes[*node].entry].is.outputs.get((*output)?)?;
        let many = draft.nodes[*node].each.is_some() && !matches!(port.ty, Type::List { .. });
        Some(if many { format!("{}, for each", port.meaning) } else { port.meaning.clone() })
    };
    draft.roots.iter().filter_map(describe).collect()
}
