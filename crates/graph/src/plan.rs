//! Sealed plans.

use crate::flow::{Flow, FlowBreach};
use crate::rules::labels::Labels;
use crate::rules::{Work, bind, bounds, edges, effects, labels, locks, order, resolve, state};
use crate::{Context, Graph, Place, Violation, canonical, codec, shape};
use telos_abi::{Bounds, EffectKind, Grant, Label, NodeIndex, PlanHash, PortIndex, Rule, Scope};

/// An effect that a plan may perform, as far as it is known before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedEffect {
    /// The node that performs it.
    pub node: NodeIndex,
    /// Its kind.
    pub kind: EffectKind,
    /// On which resources: an exact path or host where the graph names one, else the directory it comes from.
    pub scope: Scope,
    /// Label of what selects the resource.
    pub authority: Label,
    /// Label of what is carried.
    pub payload: Label,
    /// Label of what decides that it happens.
    pub control: Label,
    /// Join of everything in the part of the graph connected to it ([`Plan::history`]).
    pub history: Label,
    /// Why a person has to be asked before it whatever the grant says (R12), with the sentence to show.
    pub asks: Option<FlowBreach>,
}

impl PlannedEffect {
    /// The labels that meet the effect, as [`crate::flow::sink`] and `policy::decide` take them.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        Flow::plan(self.authority, self.payload, self.control, self.history)
    }
}

/// A graph that the validator accepted, sealed by its hash. Only [`validate`] makes one.
#[derive(Clone, Debug)]
pub struct Plan {
    graph: Graph,
    hash: PlanHash,
    grant: Grant,
    order: Vec<NodeIndex>,
    inputs: Table,
    outputs: Table,
    control: Vec<Label>,
    history: Vec<Label>,
    effects: Vec<PlannedEffect>,
    bounds: Bounds,
    calls: u64,
    metered: bool,
}

/// Labels by node and port.
#[derive(Clone, Debug)]
struct Table {
    starts: Vec<usize>,
    labels: Vec<Label>,
}

impl Table {
    fn row(&self, node: NodeIndex) -> &[Label] {
        let node = node.0 as usize;
        match self.starts.get(node..node + 2) {
            Some([start, end]) => self.labels.get(*start..*end).unwrap_or(&[]),
            _ => &[],
        }
    }
}

impl Plan {
    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its identity.
    #[must_use]
    pub fn hash(&self) -> PlanHash {
        self.hash
    }

    /// The grant it was validated under.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// A topological order of the nodes, `after` included.
    #[must_use]
    pub fn order(&self) -> &[NodeIndex] {
        &self.order
    }

    /// The label computed for each output of `node`, by port. The executor's actual labels must flow to these.
    #[must_use]
    pub fn labels(&self, node: NodeIndex) -> &[Label] {
        self.outputs.row(node)
    }

    /// The label computed for each input of `node`, by port.
    #[must_use]
    pub fn input_labels(&self, node: NodeIndex) -> &[Label] {
        self.inputs.row(node)
    }

    /// The label of what decides whether and how often `node` runs (R10). [`Label::TOP`] for a node it lacks.
    #[must_use]
    pub fn control(&self, node: NodeIndex) -> Label {
        self.control.get(node.0 as usize).copied().unwrap_or(Label::TOP)
    }

    /// The join of everything in the part of the graph connected to `node` (R12): what `decide` takes as history.
    /// [`Label::TOP`] for a node it lacks.
    #[must_use]
    pub fn history(&self, node: NodeIndex) -> Label {
        self.history.get(node.0 as usize).copied().unwrap_or(Label::TOP)
    }

    /// The first effect before which a person must be asked, and why (R12).
    #[must_use]
    pub fn asks(&self) -> Option<(&PlannedEffect, &FlowBreach)> {
        self.effects.iter().find_map(|effect| Some((effect, effect.asks.as_ref()?)))
    }

    /// Every effect, in sequence.
    #[must_use]
    pub fn effects(&self) -> &[PlannedEffect] {
        &self.effects
    }

    /// Upper bounds over the whole run. Sums of what is known; the grant's budget where the plan is metered.
    #[must_use]
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Most primitive calls, repeated ones counted.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Whether it reads something whose size was not known, so that only the executor's meter bounds it.
    #[must_use]
    pub fn is_metered(&self) -> bool {
        self.metered
    }

    /// Holds a label that really entered an input against the planned one (R20). To be asked at every call.
    ///
    /// # Errors
    /// R20 if the value carries more than was planned for.
    pub fn admits(&self, node: NodeIndex, port: PortIndex, actual: Label) -> Result<(), Violation> {
        let planned = self.inputs.row(node).get(usize::from(port.0));
        if planned.is_some_and(|planned| actual.flows_to(*planned)) {
            return Ok(());
        }
        let planned = planned.map_or_else(|| "nothing".into(), |label| crate::origin::describe(*label));
        Err(Violation {
            rule: Rule::R20,
            place: Place::Port(node, port),
            message: format!(
                "a value carries {}, and the plan was sealed for {planned}",
                crate::origin::describe(actual)
            ),
            way_out: "plan again: the data is labelled differently than when the plan was made".into(),
        })
    }

    /// The canonical bytes of its graph, as receipts and the plan cache keep them.
    ///
    /// # Errors
    /// R0 if the graph is longer than a plan may be in wire form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Violation> {
        codec::encode(&self.graph)
    }

    /// Reads a sealed plan back and checks every rule again (R20): a cached or interrupted plan gets the verdict that
    /// a fresh one would.
    ///
    /// # Errors
    /// The first rule that fails now; R20 if the plan is acceptable but not the one that was sealed, because the
    /// grant, the policy, the registry or the directory is another.
    pub fn reopen(bytes: &[u8], sealed: PlanHash, context: &Context<'_>) -> Result<Self, Violation> {
        let plan = validate(codec::decode(bytes)?, context)?;
        if plan.hash == sealed {
            return Ok(plan);
        }
        Err(Violation {
            rule: Rule::R20,
            place: Place::Graph,
            message: "this is not the plan that was sealed, or it was sealed under other rights".into(),
            way_out: "plan again and look at the new plan".into(),
        })
    }
}

/// Checks `graph` against rules R0–R20 and seals it.
///
/// O(nodes + edges) for graphs whose descriptors have bounded size.
///
/// # Errors
/// The first rule that fails, in the order that the module `rules` lists.
pub fn validate(graph: Graph, context: &Context<'_>) -> Result<Plan, Violation> {
    shape::check(&graph)?;
    let work = resolve::resolve(&graph, context)?;
    let wiring = bind::bind(&work)?;
    let order = order::sort(&work, &wiring)?;
    edges::check(&work, &wiring)?;
    let labels = labels::propagate(&work, &wiring, &order)?;
    effects::check_scope(&work, &labels)?;
    let history = effects::histories(&work, &wiring, &labels);
    let asks = effects::conjunctions(&work, &labels, &history)?;
    effects::check_evidence(&work, &wiring, &order)?;
    locks::check(&work)?;
    state::check(&work, &wiring, &order, &labels)?;
    let cost = bounds::check(&work, &wiring, &order, &labels)?;
    order::check_use(&work, &wiring, &order)?;
    let hash = seal(&work, canonical::digest(&work, &wiring, &order));
    let mut starts: Vec<usize> = (0..graph.nodes.len()).map(|node| wiring.start(node)).collect();
    starts.push(wiring.len());
    let effects = planned(&labels, &history, asks);
    Ok(Plan {
        hash,
        grant: context.grant.clone(),
        order,
        inputs: Table { starts, labels: labels.inputs },
        outputs: Table { starts: labels.output_starts, labels: labels.outputs },
        control: labels.control,
        history,
        effects,
        bounds: cost.bounds,
        calls: cost.calls,
        metered: cost.metered,
        graph,
    })
}

fn planned(labels: &Labels, history: &[Label], asks: Vec<Option<FlowBreach>>) -> Vec<PlannedEffect> {
    let effects = labels.effects.iter().zip(asks);
    effects
        .map(|(effect, asks)| PlannedEffect {
            node: crate::rules::index(effect.node),
            kind: effect.kind,
            scope: effect.scope.clone(),
            authority: labels.authority[effect.node],
            payload: labels.payload[effect.node],
            control: labels.control[effect.node],
            history: history[effect.node],
            asks,
        })
        .collect()
}

/// R20: the hash that only this graph, under this grant, policy, registry and directory, has.
fn seal(work: &Work<'_>, graph: telos_abi::Digest) -> PlanHash {
    let context = work.context;
    let mut grant = context.grant.clone();
    // "Order carries no meaning", nor does saying a thing twice.
    grant.rows.sort_unstable();
    grant.rows.dedup();
    grant.clearances.sort_unstable();
    grant.clearances.dedup();
    let grant = codec::write(&grant);
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"plan/v1");
    hasher.update(&graph.0);
    hasher.update(&context.policy.0);
    hasher.update(&context.catalogue.epoch().to_le_bytes());
    for part in [context.directory.as_bytes(), &grant] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    PlanHash(telos_abi::Digest(hasher.finalize().into()))
}
