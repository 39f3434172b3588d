//! A graph under construction, grown from its outputs backwards.

use super::slot::{Slot, Tokens};
use std::rc::Rc;
use telos_abi::Type;

/// What enters an input of a draft's node.
#[derive(Clone, Debug)]
pub(crate) enum Fill {
    /// Not yet known; a goal refers to it.
    Open,
    /// The port's default.
    Default,
    /// A constant from the turn.
    Slot(Rc<Slot>),
    /// Another node's output.
    Edge { node: usize, output: usize },
    /// Nothing in the turn or here serves: the one thing to ask for.
    Missing,
}

/// A use of a primitive.
#[derive(Clone, Debug)]
pub(crate) struct DraftNode {
    pub(crate) entry: usize,
    pub(crate) fills: Vec<Fill>,
    /// The input whose items it is run for.
    pub(crate) each: Option<usize>,
    /// The token that names it best.
    pub(crate) anchor: Option<usize>,
}

/// An input that still needs a producer.
#[derive(Clone, Debug)]
pub(crate) struct Goal<'a> {
    pub(crate) node: usize,
    pub(crate) port: usize,
    pub(crate) ty: &'a Type,
    /// Whether a list of `ty` is needed, because the node runs for each item.
    pub(crate) lifted: bool,
}

/// A partial or complete graph with what it explains and costs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft<'a> {
    pub(crate) nodes: Vec<DraftNode>,
    /// Nodes with the output that is shown, if they have one.
    pub(crate) roots: Vec<(usize, Option<usize>)>,
    /// For each root, the word that chose its output.
    pub(crate) named: Vec<Option<usize>>,
    pub(crate) goals: Vec<Goal<'a>>,
    /// For each token, how well the draft explains it, in `[0, 1]`.
    pub(crate) cover: Vec<f32>,
    /// Tokens used as values.
    pub(crate) used: Tokens,
    /// Tokens that chose an output.
    pub(crate) claimed: Tokens,
    pub(crate) cost: f32,
    pub(crate) missing: u8,
}

impl Draft<'_> {
    /// What the draft explains less what it costs.
    pub(crate) fn score(&self, weights: &[f32]) -> f32 {
        self.explained(weights) - self.cost - f32::from(self.missing)
    }

    /// The part of the turn's content that is explained, in `[0, 1]`.
    pub(crate) fn coverage(&self, weights: &[f32]) -> f32 {
        let all: f32 = weights.iter().sum();
        if all > 0.0 { self.explained(weights) / all } else { 0.0 }
    }

    /// A word that is explained at all is nearly explained in full: a second node gains little by it.
    fn explained(&self, weights: &[f32]) -> f32 {
        let part = |cover: f32| {
            if cover >= 0.5 { 0.8 + 0.2 * cover } else { cover }
        };
        self.cover.iter().zip(weights).map(|(cover, weight)| part(*cover) * weight).sum()
    }

    /// A value that equal graphs share, to keep the beam diverse.
    pub(crate) fn shape(&self) -> String {
        let mut out = String::new();
        for node in &self.nodes {
            out.push_str(&format!("{}/{:?}:", node.entry, node.each));
            for fill in &node.fills {
                match fill {
                    Fill::Slot(slot) => out.push_str(&format!("{:?}", slot.value)),
                    Fill::Edge { node, output } => out.push_str(&format!("<{node}.{output}")),
                    Fill::Open => out.push('?'),
                    Fill::Default => out.push('-'),
                    Fill::Missing => out.push('!'),
                }
                out.push(',');
            }
            out.push(';');
        }
        out.push_str(&format!("{:?}", self.roots));
        out
    }
}
