//! A page that is opened is shown as a person reads it.

use super::convert;
use crate::plan::lexicon::{Entry, Lexicon};
use crate::turn::Proposed;
use telos_abi::{NodeIndex, PortIndex};
use telos_graph::{Input, Node, Source};

/// The operation that opens a page, and the one that reads it.
const OPEN: &str = "web.open";
const READ: &str = "html.to-text";

/// The proposal with every page that it would show in markup as text.
pub(crate) fn readable(mut proposed: Proposed, lexicon: &Lexicon<'_>) -> Proposed {
    let entry = |name: &str| lexicon.entries.iter().position(|entry| entry.is.name == name);
    let (Some(open), Some(read)) = (entry(OPEN), entry(READ)) else { return proposed };
    let is = |index: usize| -> &Entry<'_> { &lexicon.entries[index] };
    let (Some(page), Some(input)) = (is(open).is.outputs.first(), is(read).is.inputs.first()) else { return proposed };
    let Some(hops) = convert::path(lexicon, &page.ty, &input.ty, Some("html")) else { return proposed };
    let mut steps: Vec<(usize, usize, usize)> = hops.iter().map(|hop| (hop.entry, hop.input, hop.output)).collect();
    steps.push((read, 0, 0));
    for (number, output) in proposed.graph.outputs.iter_mut().enumerate() {
        let shown = usize::try_from(output.node.0).ok().and_then(|node| proposed.graph.nodes.get(node));
        if output.port != PortIndex(0) || shown.is_none_or(|node| node.capability != is(open).id) {
            continue;
        }
        for (entry, input, port) in &steps {
            proposed.graph.nodes.push(Node {
                capability: is(*entry).id,
                inputs: vec![(to_port(*input), Input::From(*output))],
                each: None,
                guard: None,
                after: Vec::new(),
            });
            let node = u32::try_from(proposed.graph.nodes.len() - 1).unwrap_or(u32::MAX);
            *output = Source { node: NodeIndex(node), port: to_port(*port) };
        }
        if let (Some(meaning), Some(port)) = (proposed.outputs.get_mut(number), is(read).is.outputs.first()) {
            meaning.clone_from(&port.meaning);
        }
    }
    proposed
}

fn to_port(at: usize) -> PortIndex {
    PortIndex(u16::try_from(at).unwrap_or(u16::MAX))
}
