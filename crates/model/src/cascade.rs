//! The cascade: a plan from before, else the offline planner, else a model.

use crate::cache::{PlanCache, Template};
use crate::plan;
use crate::read::{Fact, Reading, read};
use crate::remote::{self, ProviderConfig, ProviderError};
use crate::session;
use crate::sketch;
use crate::turn::{Check, Library, Proposal, Proposed, Question, Reading as Heeded, Surroundings, Trial, Turn};
use telos_abi::{NodeIndex, PortIndex, Refinement, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Graph, Input, Node};

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
    trial: Option<&'a Trial<'a>>,
}

impl<'a> Cascade<'a> {
    /// A cascade with a plan cache and a model, where given.
    #[must_use]
    pub fn new(cache: Option<PlanCache<'a>>, provider: Option<ProviderConfig>) -> Self {
        Self { cache, provider, trial: None }
    }

    /// The same cascade, which may try drafts where it is not sure.
    #[must_use]
    pub fn trying(self, trial: &'a Trial<'a>) -> Self {
        Self { trial: Some(trial), ..self }
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
        let mut answer = self.fresh(turn, reading, around, library, check);
        if let Proposal::Graph(proposed) = &mut answer.proposal {
            session::complete(proposed, library);
        }
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
        let mut proposal = offline(turn, reading, around, library, (check, self.trial));
        if matches!(proposal, Proposal::Abstain { .. } | Proposal::Question(_))
            && let Some(recalled) = recalled(turn, around, library, check)
        {
            proposal = Proposal::Graph(Box::new(recalled));
        }
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
    (check, trial): (&Check<'_>, Option<&Trial<'_>>),
) -> Proposal {
    let lexicon = plan::lexicon::Lexicon::new(library);
    match proposed(turn, &mut reading, around, &lexicon, library, (check, trial)) {
        Proposal::Graph(proposed) => Proposal::Graph(Box::new(sketch::readable(*proposed, &lexicon))),
        other => other,
    }
}

fn proposed(
    turn: &Turn,
    reading: &mut Reading<'_>,
    around: &dyn Surroundings,
    lexicon: &plan::lexicon::Lexicon<'_>,
    library: &dyn Library,
    (check, trial): (&Check<'_>, Option<&Trial<'_>>),
) -> Proposal {
    let heard = if unlearned(&turn.text, lexicon) {
        sketch::Heard::default()
    } else {
        sketch::propose(turn, reading, around, lexicon, (check, trial))
    };
    if let Some(history) = heard.history {
        return Proposal::History(history);
    }
    if is_conditional(&turn.text) {
        // Only a graph that has the condition may be carried out.
        let guarded = |graph: &Graph| graph.nodes.iter().any(|node| node.guard.is_some());
        return match heard.graph.filter(|proposed| guarded(&proposed.graph)) {
            Some(proposed) if proposed.confidence >= sketch::LIKELY => Proposal::Graph(proposed),
            _ => Proposal::Abstain {
                reason: "something is to be done only on a condition, and which one is not certain; ask for it first"
                    .into(),
                nearest: Vec::new(),
            },
        };
    }
    let translated = match heard.graph {
        Some(proposed) if proposed.confidence >= sketch::SURE => return Proposal::Graph(proposed),
        other => other.filter(|proposed| proposed.confidence >= sketch::LIKELY),
    };
    // The translator does not know what the person calls what.
    let bookmark = |span: &crate::read::Span| matches!(&span.fact, Fact::Url(url) if !turn.text.contains(url.as_str()));
    if (heard.elsewhere || heard.refuses) && !reading.spans.iter().any(bookmark) {
        return match heard.question {
            Some(question) => Proposal::Question(question),
            None => nothing_here(plan::propose(turn, reading, lexicon, check), heard.nothing),
        };
    }
    match (plan::propose(turn, reading, lexicon, check), translated) {
        (Proposal::Graph(_), Some(proposed)) => Proposal::Graph(proposed),
        (Proposal::Abstain { nearest, reason }, _) => match (heard.question, heard.nothing) {
            (Some(question), _) => Proposal::Question(question),
            (None, Some(reason)) if nearest.is_empty() => Proposal::Abstain { reason, nearest },
            _ => Proposal::Abstain { reason, nearest },
        },
        (Proposal::Graph(searched), None) if replaces_by_nothing(turn, &searched.graph, library) => {
            let end = turn.text.len();
            let text = "By what is it to be replaced? (Answer: with TEXT)";
            Proposal::Question(Question { text: text.to_owned(), choices: Vec::new(), slot: end..end })
        }
        (Proposal::Graph(searched), None) if is_for_files(&searched.graph, library) => {
            let end = turn.text.len();
            let text = "What comes of it is nothing to read on a screen. Under which name is it to be kept? (Answer: save it as NAME)";
            Proposal::Question(Question { text: text.to_owned(), choices: Vec::new(), slot: end..end })
        }
        (searched, _) => searched,
    }
}

/// Whether the request says by a phrase of its own something that changes what is kept for the person, and that the translator
/// has not learned: types never imply it, so that no sketch is it.
fn unlearned(text: &str, lexicon: &plan::lexicon::Lexicon<'_>) -> bool {
    lexicon.entries.iter().filter(|entry| entry.keeps() && !crate::learned::knows(&entry.is.name)).any(|entry| {
        let phrases = entry.is.semantics.words.iter().filter(|words| words.contains(' '));
        phrases.into_iter().any(|phrase| telos_graph::said(&Value::Text(phrase.clone()), text))
    })
}

/// Whether something is to be changed only if something holds.
fn is_conditional(text: &str) -> bool {
    const CONDITIONS: &[&str] = &["only if ", "unless ", "provided ", "only when ", "on condition that "];
    const CHANGES: &[&str] = &[
        "delete",
        "remove",
        "move",
        "rename",
        "replace",
        "overwrite",
        "copy",
        "send",
        "post",
        "make",
        "create",
        "zip",
        "pack",
        "compress",
        "write",
        "save",
        "append",
        "add",
        "put",
    ];
    let lower = text.to_lowercase();
    CONDITIONS.iter().any(|words| lower.contains(words)) && CHANGES.iter().any(|word| lower.contains(word))
}

/// Whether a text would be taken away where it is to be replaced.
fn replaces_by_nothing(turn: &Turn, graph: &Graph, library: &dyn Library) -> bool {
    turn.text.to_lowercase().contains("replace")
        && graph.nodes.iter().any(|node| {
            let replaces = library.descriptor(&node.capability).filter(|is| is.name == "text.replace");
            let port = replaces.and_then(|is| is.inputs.iter().position(|input| input.name == "replacement"));
            port.is_some_and(|port| !node.inputs.iter().any(|(at, _)| usize::from(at.0) == port))
        })
}

/// Whether what would be shown is packed or a picture in bytes.
fn is_for_files(graph: &Graph, library: &dyn Library) -> bool {
    graph.outputs.iter().any(|source| {
        let node = usize::try_from(source.node.0).ok().and_then(|node| graph.nodes.get(node));
        let Some(descriptor) = node.and_then(|node| library.descriptor(&node.capability)) else { return false };
        let Some(port) = descriptor.outputs.get(usize::from(source.port.0)) else { return false };
        let Type::Blob { refinement, .. } = port.ty else { return false };
        let packs = descriptor.semantics.tags.iter().any(|tag| tag == "compress" || tag == "pack");
        matches!(refinement, Refinement::Image | Refinement::Bundle) || packs && refinement == Refinement::Bytes
    })
}

/// Nearness from which on what was told to remember answers a question that nothing else does.
const TOLD: f32 = 0.5;

/// What was told to remember, where it is about what is asked.
fn recalled(turn: &Turn, around: &dyn Surroundings, library: &dyn Library, check: &Check<'_>) -> Option<Proposed> {
    let facts = around.remembered();
    let texts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let nearest = crate::nearness(&turn.text, &texts).into_iter().fold(0.0, f32::max);
    if nearest < TOLD {
        return None;
    }
    let mut recall = None;
    library.visit(&mut |id, descriptor| recall = recall.or((descriptor.name == "memory.recall").then_some(id)));
    let query = Constant { value: Value::Text(turn.text.clone()), origin: ConstantOrigin::UserTurn };
    let node = Node {
        capability: recall?,
        inputs: vec![(PortIndex(0), Input::Constant(query))],
        each: None,
        guard: None,
        after: Vec::new(),
    };
    let output = telos_graph::Source { node: NodeIndex(0), port: PortIndex(0) };
    let graph = Graph { nodes: vec![node], outputs: vec![output] };
    check(&graph).ok()?;
    let outputs = vec![meaning(&graph, output, library)];
    let whole = Heeded { span: 0..turn.text.len(), meaning: String::from("what was told to remember about it") };
    Some(Proposed { graph, confidence: nearest, readings: vec![whole], outputs })
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
