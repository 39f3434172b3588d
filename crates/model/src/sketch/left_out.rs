//! What a request says and a graph does not do.

use crate::plan::lexicon::{Entry, Lexicon};
use crate::read::{Fact, Reading, Shape};
use crate::turn::Surroundings;
use std::collections::BTreeSet;
use std::ops::Range;
use telos_abi::Value;
use telos_graph::{Graph, Input};

/// A graph beside the request that it is for.
pub(super) struct LeftOut<'a> {
    pub(super) graph: &'a Graph,
    pub(super) reading: &'a Reading<'a>,
    pub(super) around: &'a dyn Surroundings,
    pub(super) lexicon: &'a Lexicon<'a>,
    /// Bytes of the request that the sketch uses.
    pub(super) taken: &'a [Range<usize>],
}

impl LeftOut<'_> {
    /// Whether something that the request says plainly is left out.
    pub(super) fn something(&self) -> bool {
        let texts = self.texts();
        self.a_name(&texts) || self.a_group(&texts) || self.a_deed()
    }

    /// Texts that the graph has as constants.
    fn texts(&self) -> BTreeSet<&str> {
        let mut out = BTreeSet::new();
        for (_, input) in self.graph.nodes.iter().flat_map(|node| &node.inputs) {
            let Input::Constant(constant) = input else { continue };
            match &constant.value {
                Value::Text(text) => {
                    out.insert(text.as_str());
                }
                Value::List(items) => out.extend(items.iter().filter_map(|item| match item {
                    Value::Text(text) => Some(text.as_str()),
                    _ => None,
                })),
                _ => {}
            }
        }
        out
    }

    fn is_taken(&self, bytes: &Range<usize>) -> bool {
        self.taken.iter().any(|other| other.start < bytes.end && bytes.start < other.end)
    }

    /// A name that stands in a table of the graph, as the table writes it, and nothing comes of it.
    fn a_name(&self, texts: &BTreeSet<&str>) -> bool {
        self.reading.spans.iter().any(|span| {
            let Fact::Cell { value, path, .. } = &span.fact else { return false };
            let bytes = self.reading.bytes(&span.tokens);
            let said = self.reading.text.get(bytes.clone()).unwrap_or("");
            // A single word with a capital may only begin a sentence.
            let before = self.reading.text.get(..bytes.start).unwrap_or("").trim_end();
            let begins = before.is_empty() || before.ends_with(['.', '!', '?', ':']);
            let long = said.contains(' ') || !begins && said.chars().count() > 3;
            let name = value == said && long && said.starts_with(char::is_uppercase);
            name && texts.contains(path.as_str()) && !self.is_taken(&bytes)
        })
    }

    /// A column of a table of the graph that the rows are to be grouped by: "for each customer".
    fn a_group(&self, texts: &BTreeSet<&str>) -> bool {
        let tokens = &self.reading.tokens;
        let named = |at: usize| {
            let token = &tokens[at];
            let each = at > 0 && matches!(tokens[at - 1].lower.as_str(), "each" | "per" | "every");
            each && !self.is_taken(&(token.start..token.end))
        };
        let said: Vec<&str> = (0..tokens.len()).filter(|at| named(*at)).map(|at| tokens[at].stem.as_str()).collect();
        let grouped = |column: &str| said.contains(&crate::read::words::stem(&column.to_lowercase()).as_str());
        !said.is_empty()
            && texts.iter().any(|path| {
                let columns = self.around.columns(path);
                columns.iter().any(|column| grouped(&column.name) && !texts.contains(column.name.as_str()))
            })
    }

    /// An order to pack, where nothing is packed: "gzip that".
    fn a_deed(&self) -> bool {
        const NOUN_AFTER: &[&str] =
            &["the", "a", "an", "my", "this", "that", "its", "in", "from", "of", "to", "as", "inside"];
        let packs = |entry: &Entry<'_>| entry.is.semantics.tags.iter().any(|tag| tag == "compress" || tag == "pack");
        let packed = self
            .graph
            .nodes
            .iter()
            .any(|node| self.lexicon.entries.iter().any(|entry| entry.id == node.capability && packs(entry)));
        let tokens = &self.reading.tokens;
        !packed
            && tokens.iter().enumerate().any(|(at, token)| {
                let noun = at.checked_sub(1).is_some_and(|before| NOUN_AFTER.contains(&tokens[before].lower.as_str()));
                let mut says = self.lexicon.entries.iter().filter(|entry| entry.says(&token.lower)).peekable();
                !noun
                    && token.shape == Shape::Word
                    && !self.is_taken(&(token.start..token.end))
                    && says.peek().is_some()
                    && says.all(packs)
            })
    }
}
