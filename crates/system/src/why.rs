//! A run explained: what was asked, decided, changed, and where data came from.

use crate::plan_view;
use crate::undo::label_words;
use crate::{SystemError, Telos};
use serde::Serialize;
use std::fmt;
use telos_abi::{Act, Outcome, Receipt, RunId, Verdict};
use telos_graph::Catalogue;

/// One line of an explanation.
#[derive(Clone, Debug, Serialize)]
pub struct WhyLine {
    /// `asked`, `plan`, `decided`, `approved`, `changed`, `data`, `note`, `rejected`, `ended`.
    pub about: &'static str,
    /// The rule, where one decided.
    pub rule: Option<String>,
    /// In words.
    pub text: String,
}

impl WhyLine {
    fn new(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, rule: None, text: text.into() }
    }
}

impl fmt::Display for WhyLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:9} ", self.about)?;
        if let Some(rule) = &self.rule {
            write!(out, "{rule} ")?;
        }
        write!(out, "{}", self.text)
    }
}

impl Telos {
    /// Everything the log says of a run, in order, in words.
    ///
    /// # Errors
    /// When there is no such run or a record cannot be read.
    pub fn why(&self, run: RunId) -> Result<Vec<WhyLine>, SystemError> {
        let receipts = self.receipts(run)?;
        let mut lines = Vec::with_capacity(receipts.len());
        for receipt in &receipts {
            lines.extend(explain(receipt, &receipts));
            if let Receipt::Sealed { plan, .. } = receipt {
                lines.extend(self.plan_lines(plan.as_bytes())?);
            }
        }
        Ok(lines)
    }

    /// The nodes of a sealed plan in words, as far as today's registry knows them.
    fn plan_lines(&self, bytes: &[u8]) -> Result<Vec<WhyLine>, SystemError> {
        let graph = match telos_graph::codec::decode(bytes) {
            Ok(graph) => graph,
            Err(violation) => return Ok(vec![WhyLine::new("plan", format!("it cannot be read: {violation}"))]),
        };
        let registry = self.registry()?;
        let lines = graph.nodes.iter().enumerate().map(|(index, node)| {
            let Some(descriptor) = registry.descriptor(&node.capability) else {
                return WhyLine::new("plan", format!("node {index}: {} (no longer registered)", node.capability.0));
            };
            let inputs = plan_view::inputs(node, descriptor, &graph, registry).join(", ");
            WhyLine::new(
                "plan",
                format!("node {index}: {}({inputs}): {}", descriptor.name, descriptor.semantics.summary),
            )
        });
        Ok(lines.collect())
    }
}

fn explain(receipt: &Receipt, all: &[Receipt]) -> Vec<WhyLine> {
    let line = match receipt {
        Receipt::Started { kind, request, directory, of, .. } => {
            let request = request.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let of = of.map(|run| format!(" (of run {run})")).unwrap_or_default();
            WhyLine::new("asked", format!("{kind:?}: {request} in {directory}{of}"))
        }
        Receipt::Sealed { hash, plan } => {
            WhyLine::new("plan", format!("sealed as {} ({} bytes in canonical form)", hash.0, plan.0.len()))
        }
        Receipt::Rejected { rule, reason } => {
            WhyLine { about: "rejected", rule: Some(rule.to_string()), text: reason.clone() }
        }
        Receipt::Decided(decision) => {
            let verdict = match decision.verdict {
                Verdict::Permit => "permitted",
                Verdict::Ask => "asked",
                Verdict::Refuse => "refused",
            };
            let text =
                format!("{verdict} {}, carrying {}: {}", decision.effect, label_words(decision.label), decision.reason);
            WhyLine { about: "decided", rule: Some(decision.rule.to_string()), text }
        }
        Receipt::Approved(approval) => {
            let word = if approval.granted { "granted" } else { "refused" };
            let how = match approval.by.as_str() {
                "terminal" => "at the terminal",
                "nobody" => "because nobody could be asked",
                other => &format!("by {other}"),
            };
            WhyLine::new("approved", format!("{word} {how}: {}", approval.effect))
        }
        Receipt::Intended { act, what, label, .. } => {
            let outcome = all.iter().find_map(|other| match other {
                Receipt::Acted { act: number, outcome } if number == act => Some(outcome),
                _ => None,
            });
            let outcome = match outcome {
                Some(Outcome::Done) => String::from("done"),
                Some(Outcome::Failed(why)) => format!("failed: {why}"),
                None => String::from("no receipt: interrupted"),
            };
            WhyLine::new("changed", format!("{}, carrying {}: {outcome}", act_words(what), label_words(*label)))
        }
        Receipt::Acted { .. } => return Vec::new(),
        Receipt::NodeDone { node, label, .. } => {
            WhyLine::new("data", format!("node {} gave data carrying {}", node.0, label_words(*label)))
        }
        Receipt::Noted { topic, text } => WhyLine::new("note", format!("{topic}: {text}")),
        Receipt::Ended { status, exit, .. } => WhyLine::new("ended", format!("{status:?}, exit code {exit}")),
    };
    vec![line]
}

/// An act in words.
pub(crate) fn act_words(act: &Act) -> String {
    match act {
        Act::Write { path, before, .. } => match before {
            telos_abi::FileState::Absent => format!("create {path}"),
            _ => format!("overwrite {path}"),
        },
        Act::Delete { path, .. } => format!("delete {path}"),
        Act::Move { from, to, .. } => format!("move {from} to {to}"),
        Act::MakeDirectory { path, .. } => format!("make directory {path}"),
        Act::MakeLink { path, target, .. } => format!("make link {path} to {target}"),
        Act::SetMode { path, before, after } => format!("change mode of {path} from {before:o} to {after:o}"),
        Act::Send { to, .. } => format!("send to {}", to.name),
    }
}
