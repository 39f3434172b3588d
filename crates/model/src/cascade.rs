//! The cascade: a plan from before, else the offline planner, else a model.

use crate::cache::{PlanCache, Template};
use crate::plan;
use crate::read::{Reading, read};
use crate::remote::{self, ProviderConfig, ProviderError};
use crate::sketch;
use crate::turn::{Check, Library, Proposal, Proposed, Surroundings, Turn};

/// Confidence given to a model's graph: the validator accepted it, but its reading of the turn is not explained.
const MODEL_CONFIDENCE: f32 = 0.7;

/// Which tier answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// A plan proposed before.
    Cache,
    /// The offline planner.
    Offline,
    /// A configured model.
    Model,
}

/// An answer and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The proposal.
    pub proposal: Proposal,
    /// Who made it.
    pub tier: Tier,
    /// Why the model gave nothing, where it was asked and the offline answer stands.
    pub model_error: Option<ProviderError>,
}

/// The tiers that are there. The offline planner always is.
#[derive(Clone, Default)]
pub struct Cascade<'a> {
    cache: Option<PlanCache<'a>>,
    provider: Option<ProviderConfig>,
}

impl<'a> Cascade<'a> {
    /// A cascade with a plan cache and a model, where given.
    #[must_use]
    pub fn new(cache: Option<PlanCache<'a>>, provider: Option<ProviderConfig>) -> Self {
        Self { cache, provider }
    }

    /// Proposes for a turn. Never fails: what goes wrong is an abstention or a `model_error`.
    ///
    /// `check` is the validator's verdict, asked for drafts. It must be asked again for the answer, with the seal.
    #[must_use]
    pub fn propose(&self, turn: &Turn, around: &dyn Surroundings, library: &dyn Library, check: &Check<'_>) -> Answer {
        if turn.text.len() > telos_abi::limit::INTENT_BYTES_MAX {
            let reason = format!("a request may have at most {} bytes", telos_abi::limit::INTENT_BYTES_MAX);
            return Answer {
                proposal: Proposal::Abstain { reason, nearest: Vec::new() },
                tier: Tier::Offline,
                model_error: None,
            };
        }
        let reading = read(turn, around);
        let template = self.cache.map(|cache| (cache, Template::of(turn, &reading, library)));
        if let Some((cache, template)) = &template {
            let hit = cache.lookup(template, &reading, library).filter(|proposed| check(&proposed.graph).is_ok());
            if let Some(proposed) = hit {
                return Answer { proposal: Proposal::Graph(Box::new(proposed)), tier: Tier::Cache, model_error: None };
            }
        }
        let answer = self.fresh(turn, reading, around, library, check);
        if let (Some((cache, template)), Proposal::Graph(proposed)) = (&template, &answer.proposal)
            && check(&proposed.graph).is_ok()
        {
            cache.insert(template, proposed);
        }
        answer
    }

    fn fresh(
        &self,
        turn: &Turn,
        reading: Reading<'_>,
        around: &dyn Surroundings,
        library: &dyn Library,
        check: &Check<'_>,
    ) -> Answer {
        let proposal = offline(turn, reading, around, library, check);
        let (Proposal::Abstain { .. }, Some(config)) = (&proposal, &self.provider) else {
            return Answer { proposal, tier: Tier::Offline, model_error: None };
        };
        let reading = read(turn, around);
        match remote::propose(config, turn, &reading, library, check) {
            Ok(graph) => {
                let outputs = graph.outputs.iter().map(|source| meaning(&graph, *source, library)).collect();
                let proposed = Proposed { graph, confidence: MODEL_CONFIDENCE, readings: Vec::new(), outputs };
                Answer { proposal: Proposal::Graph(Box::new(proposed)), tier: Tier::Model, model_error: None }
            }
            Err(error) => Answer { proposal, tier: Tier::Offline, model_error: Some(error) },
        }
    }
}

/// The offline proposal: the translator's where it is sure, else the search's, which explains every word, unless the
/// translator thinks that something else is likelier.
fn offline(
    turn: &Turn,
    mut reading: Reading<'_>,
    around: &dyn Surroundings,
    library: &dyn Library,
    check: &Check<'_>,
) -> Proposal {
    let lexicon = plan::lexicon::Lexicon::new(library);
    let heard = sketch::propose(turn, &reading, around, &lexicon, check);
    let translated = match heard.graph {
        Some(proposed) if proposed.confidence >= sketch::SURE => return Proposal::Graph(proposed),
        other => other.filter(|proposed| proposed.confidence >= sketch::LIKELY),
    };
    if heard.elsewhere || heard.refuses {
        return match heard.question {
            Some(question) => Proposal::Question(question),
            None => nothing_here(plan::propose(turn, &mut reading, &lexicon, check), heard.nothing),
        };
    }
    match (plan::propose(turn, &mut reading, &lexicon, check), translated) {
        (Proposal::Graph(_), Some(proposed)) => Proposal::Graph(proposed),
        (Proposal::Abstain { nearest, reason }, _) => match (heard.question, heard.nothing) {
            (Some(question), _) => Proposal::Question(question),
            (None, Some(reason)) if nearest.is_empty() => Proposal::Abstain { reason, nearest },
            _ => Proposal::Abstain { reason, nearest },
        },
        (searched, _) => searched,
    }
}

/// The search's answer without its graph: what it would do is not what was asked for.
fn nothing_here(searched: Proposal, why: Option<String>) -> Proposal {
    match searched {
        Proposal::Graph(_) => Proposal::Abstain {
            reason: why.unwrap_or_else(|| "what this asks for cannot be done with what is here".to_owned()),
            nearest: Vec::new(),
        },
        other => other,
    }
}

/// What an output is, by its descriptor.
fn meaning(graph: &telos_graph::Graph, source: telos_graph::Source, library: &dyn Library) -> String {
    let node = usize::try_from(source.node.0).ok().and_then(|node| graph.nodes.get(node));
    let port = node.and_then(|node| library.descriptor(&node.capability)?.outputs.get(usize::from(source.port.0)));
    port.map_or_else(String::new, |port| port.meaning.clone())
}
