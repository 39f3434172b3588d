//! A plan made ready to run: descriptors looked up, inputs by port, nodes sorted into levels and stages.

use crate::{Cause, Library, effects};
use std::collections::BTreeMap;
use telos_abi::{Descriptor, InputPort, Label, NodeIndex, OutputPort, PortIndex, Taint, Type, Value};
use telos_graph::{ConstantOrigin, Each, Graph, Input, Plan, Source};

/// What enters a port.
pub(crate) enum Entry<'a> {
    /// Nothing, and the port has no default.
    Absent,
    /// A constant or default.
    Constant(&'a Value, Label),
    /// A node's output.
    From(Source),
}

/// A node, ready.
pub(crate) struct Planned<'a> {
    pub(crate) index: NodeIndex,
    pub(crate) descriptor: &'a Descriptor,
    pub(crate) capability: telos_abi::CapabilityId,
    pub(crate) entries: Vec<Entry<'a>>,
    pub(crate) each: Option<Each>,
    pub(crate) guard: Option<Source>,
    /// It has an effect that changes something.
    pub(crate) acts: bool,
    /// For each output, the blob inputs of its own stage that it streams into.
    pub(crate) streams: Vec<Vec<(NodeIndex, PortIndex)>>,
    /// For each output, whether a blob must be kept for later.
    pub(crate) kept: Vec<bool>,
    /// For each output, its position among the plan's outputs.
    pub(crate) shown: Vec<Option<usize>>,
    /// Labels sealed with the plan, by output.
    pub(crate) sealed: &'a [Label],
    /// Join of everything that was sealed in its part of the graph (R12).
    pub(crate) history: Label,
}

/// Nodes that may run at the same time as other groups of the stage; within the group in this order.
pub(crate) type Group = Vec<NodeIndex>;

/// A plan, ready. Levels are separated by barriers; a level's stages run one after the other.
pub(crate) struct Program<'a> {
    pub(crate) nodes: Vec<Planned<'a>>,
    pub(crate) levels: Vec<Vec<Vec<Group>>>,
    pub(crate) outputs: &'a [Source],
    pub(crate) order: &'a [NodeIndex],
}

impl<'a> Program<'a> {
    /// Makes a sealed plan ready.
    pub(crate) fn of_plan(plan: &'a Plan, library: &'a dyn Library) -> Result<Self, Cause> {
        let sealed = (0_u32..).take(plan.graph().nodes.len()).map(|node| plan.labels(NodeIndex(node))).collect();
        let mut program = Self::of_graph(plan.graph(), plan.order(), sealed, library)?;
        for node in &mut program.nodes {
            node.history = plan.history(node.index);
        }
        Ok(program)
    }

    /// The same for parts that were sealed together. Private to the room: whoever calls it holds a plan.
    pub(crate) fn of_graph(
        graph: &'a Graph,
        order: &'a [NodeIndex],
        sealed: Vec<&'a [Label]>,
        library: &'a dyn Library,
    ) -> Result<Self, Cause> {
        let mut nodes = Vec::with_capacity(graph.nodes.len());
        // Until a plan tells the parts of its graph apart, each carries what all do.
        let history = sealed.iter().copied().flatten().fold(Label::BOTTOM, |all, label| all.join(*label));
        for ((number, node), sealed) in (0_u32..).zip(&graph.nodes).zip(sealed) {
            let descriptor = library
                .descriptor(&node.capability)
                .ok_or_else(|| Cause::stale(format!("node {number} names an unknown primitive")))?;
            if sealed.len() != descriptor.outputs.len() {
                return Err(Cause::stale(format!("node {number} has other outputs")));
            }
            nodes.push(Planned {
                index: NodeIndex(number),
                descriptor,
                capability: node.capability,
                entries: entries(descriptor, &node.inputs)?,
                each: node.each,
                guard: node.guard,
                acts: descriptor.effects.iter().any(|used| !effects::is_read(used.kind)),
                streams: vec![Vec::new(); descriptor.outputs.len()],
                kept: vec![false; descriptor.outputs.len()],
                shown: shown(graph, NodeIndex(number), descriptor.outputs.len()),
                sealed,
                history,
            });
        }
        let mut program = Self { nodes, levels: Vec::new(), outputs: &graph.outputs, order };
        let ranks = program.ranks(graph, order)?;
        program.connect(&ranks)?;
        program.group(order, &ranks);
        Ok(program)
    }

    pub(crate) fn node(&self, index: NodeIndex) -> &Planned<'a> {
        &self.nodes[index.0 as usize]
    }

    fn find(&self, index: NodeIndex) -> Result<&Planned<'a>, Cause> {
        self.nodes.get(index.0 as usize).ok_or_else(|| Cause::stale(format!("there is no node {}", index.0)))
    }

    /// Whether data moves through this edge chunk by chunk, if both ends are in one stage.
    fn streams(&self, from: Source, to: &Planned<'_>, port: usize) -> Result<bool, Cause> {
        let source = self.find(from.node)?;
        let output = source.output(from.port)?;
        let input = &to.descriptor.inputs[port];
        Ok(matches!(output.ty, Type::Blob { .. })
            && matches!(input.ty, Type::Blob { .. })
            && source.each.is_none()
            && to.each.is_none()
            && !source.acts)
    }

    /// (level, depth) of every node. A level ends where an effect must have happened; a depth where a value must be
    /// whole.
    fn ranks(&self, graph: &Graph, order: &[NodeIndex]) -> Result<Vec<(u32, u32)>, Cause> {
        let mut ranks = vec![None; self.nodes.len()];
        for &index in order {
            let node = self.find(index)?;
            let mut rank = (0, 0);
            let mut wait = |on: NodeIndex, streams: bool| -> Result<(), Cause> {
                let (level, depth) = ranks
                    .get(on.0 as usize)
                    .copied()
                    .flatten()
                    .ok_or_else(|| Cause::stale("the order of nodes does not follow the edges"))?;
                let after = match (self.find(on)?.acts, streams) {
                    (true, _) => (level + 1, 0),
                    (false, true) => (level, depth),
                    (false, false) => (level, depth + 1),
                };
                rank = rank.max(after);
                Ok(())
            };
            for (port, entry) in node.entries.iter().enumerate() {
                if let Entry::From(from) = entry {
                    wait(from.node, self.streams(*from, node, port)?)?;
                }
            }
            for &on in node.guard.iter().map(|guard| &guard.node).chain(&graph.nodes[index.0 as usize].after) {
                wait(on, false)?;
            }
            ranks[index.0 as usize] = Some(rank);
        }
        ranks.into_iter().collect::<Option<_>>().ok_or_else(|| Cause::stale("the order leaves nodes out"))
    }

    /// Decides for each edge whether it streams or its blob is kept.
    fn connect(&mut self, ranks: &[(u32, u32)]) -> Result<(), Cause> {
        let mut streams = Vec::new();
        let mut kept: Vec<Source> = self.outputs.to_vec();
        for node in &self.nodes {
            for (port, entry) in node.entries.iter().enumerate() {
                let Entry::From(from) = *entry else { continue };
                let together = ranks[from.node.0 as usize] == ranks[node.index.0 as usize];
                if together && self.streams(from, node, port)? {
                    let port = u16::try_from(port).map_err(|_| Cause::stale("too many ports"))?;
                    streams.push((from, (node.index, PortIndex(port))));
                } else {
                    kept.push(from);
                }
            }
        }
        for (from, to) in streams {
            self.nodes[from.node.0 as usize].streams[usize::from(from.port.0)].push(to);
        }
        for from in kept {
            self.find(from.node)?.output(from.port)?;
            self.nodes[from.node.0 as usize].kept[usize::from(from.port.0)] = true;
        }
        Ok(())
    }

    /// Sorts the nodes into levels, stages and groups that stream among themselves.
    fn group(&mut self, order: &[NodeIndex], ranks: &[(u32, u32)]) {
        let mut leader: Vec<usize> = (0..self.nodes.len()).collect();
        for node in &self.nodes {
            for (to, _) in node.streams.iter().flatten() {
                let (left, right) = (root(&mut leader, node.index.0 as usize), root(&mut leader, to.0 as usize));
                leader[left.max(right)] = left.min(right);
            }
        }
        // Groups are ordered by their first node in the plan's order, so that a run is the same every time.
        let mut stages: BTreeMap<(u32, u32), Vec<(usize, Group)>> = BTreeMap::new();
        let mut place: Vec<Option<usize>> = vec![None; self.nodes.len()];
        for &index in order {
            let leads = root(&mut leader, index.0 as usize);
            let stage = stages.entry(ranks[index.0 as usize]).or_default();
            let at = *place[leads].get_or_insert_with(|| {
                stage.push((leads, Group::new()));
                stage.len() - 1
            });
            stage[at].1.push(index);
        }
        let mut last = None;
        for ((level, _), stage) in stages {
            if last.replace(level) != Some(level) {
                self.levels.push(Vec::new());
            }
            if let Some(stages) = self.levels.last_mut() {
                stages.push(stage.into_iter().map(|(_, group)| group).collect());
            }
        }
    }
}

impl Planned<'_> {
    /// Every output that enters this node.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Source> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::From(from) => Some(*from),
            _ => None,
        })
    }

    pub(crate) fn output(&self, port: PortIndex) -> Result<&OutputPort, Cause> {
        self.descriptor
            .outputs
            .get(usize::from(port.0))
            .ok_or_else(|| Cause::stale(format!("`{}` has no output {}", self.descriptor.name, port.0)))
    }
}

/// For each output of a node, its first position among the plan's outputs.
fn shown(graph: &Graph, node: NodeIndex, outputs: usize) -> Vec<Option<usize>> {
    let position = |port| graph.outputs.iter().position(|from| *from == Source { node, port: PortIndex(port) });
    (0_u16..).take(outputs).map(position).collect()
}

/// Follows leaders, halving the path on the way.
fn root(leader: &mut [usize], mut at: usize) -> usize {
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}

fn entries<'a>(descriptor: &'a Descriptor, inputs: &'a [(PortIndex, Input)]) -> Result<Vec<Entry<'a>>, Cause> {
    let mut entries: Vec<Entry<'a>> = descriptor.inputs.iter().map(default_of).collect();
    for (port, input) in inputs {
        let entry = entries
            .get_mut(usize::from(port.0))
            .ok_or_else(|| Cause::stale(format!("`{}` has no input {}", descriptor.name, port.0)))?;
        *entry = match input {
            Input::From(source) => Entry::From(*source),
            Input::Constant(constant) => Entry::Constant(&constant.value, label_of(constant.origin)),
        };
    }
    Ok(entries)
}

fn default_of(port: &InputPort) -> Entry<'_> {
    match &port.default {
        Some(value) => Entry::Constant(value, Label::BOTTOM),
        None => Entry::Absent,
    }
}

fn label_of(origin: ConstantOrigin) -> Label {
    match origin {
        ConstantOrigin::UserTurn | ConstantOrigin::Default => Label::BOTTOM,
        ConstantOrigin::Observed => Label::tainted(Taint::OBSERVED),
        ConstantOrigin::Planner => Label::tainted(Taint::PLANNER),
    }
}
