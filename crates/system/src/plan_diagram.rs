//! A sealed plan as a diagram: types, labels, effects, bounds, and where each constant came from.

use crate::capability::type_words;
use crate::outcome::PlanView;
use crate::plan_view::{output_name, shown_value};
use std::collections::{BTreeMap, BTreeSet};
use telos_abi::{Bounds, Descriptor, Growth, NodeIndex};
use telos_graph::{Catalogue, ConstantOrigin, Input, Node, Plan, Source, origin};
use telos_surface::{Diagram, DiagramEdge, DiagramLine, DiagramStep, Level};

/// The plan's nodes in the order in which they can run, without a title.
pub(crate) fn diagram(plan: &Plan, catalogue: &dyn Catalogue, view: &PlanView) -> Diagram {
    let places: BTreeMap<NodeIndex, usize> =
        plan.order().iter().enumerate().map(|(place, node)| (*node, place)).collect();
    let uses = Uses::of(plan);
    let mut diagram = Diagram::default();
    for (place, index) in plan.order().iter().enumerate() {
        let node = plan.graph().nodes.get(index.0 as usize);
        let described = node.and_then(|node| Some((node, catalogue.descriptor(&node.capability)?)));
        // Every node of a sealed plan is registered; should one not be, its box stays empty and the places hold.
        let mut step = DiagramStep { title: index.0.to_string(), lines: Vec::new() };
        if let Some((node, descriptor)) = described {
            step.title = format!("{} {}", index.0, descriptor.name);
            step.lines = inputs(plan, catalogue, node, descriptor);
            step.lines.extend(outputs(plan, &uses, *index, descriptor));
            step.lines.push(DiagramLine::plain(bounds_words(&descriptor.bounds)));
            step.lines.extend(effects(view, *index));
            let before = |source: NodeIndex, order_only: bool| {
                Some(DiagramEdge { from: *places.get(&source)?, to: place, order_only })
            };
            let flows = node.inputs.iter().filter_map(|(_, input)| match input {
                Input::From(source) => before(source.node, false),
                Input::Constant(_) => None,
            });
            diagram.edges.extend(flows);
            diagram.edges.extend(node.guard.and_then(|guard| before(guard.node, false)));
            diagram.edges.extend(node.after.iter().filter_map(|node| before(*node, true)));
        }
        diagram.steps.push(step);
    }
    diagram.notes = notes(plan, view);
    diagram
}

/// What enters a node, and when it runs.
fn inputs(plan: &Plan, catalogue: &dyn Catalogue, node: &Node, descriptor: &Descriptor) -> Vec<DiagramLine> {
    let mut lines = Vec::new();
    for (port, input) in &node.inputs {
        let Some(port) = descriptor.inputs.get(usize::from(port.0)) else { continue };
        let line = match input {
            Input::Constant(constant) => {
                format!("{} = {} ({})", port.name, shown_value(&constant.value), origin_words(constant.origin))
            }
            Input::From(source) => format!("{} ← {}", port.name, source_words(plan, catalogue, source)),
        };
        lines.push(DiagramLine::plain(line));
    }
    let given: BTreeSet<usize> = node.inputs.iter().map(|(port, _)| usize::from(port.0)).collect();
    let unsaid = descriptor.inputs.iter().enumerate().filter(|(port, _)| !given.contains(port));
    let unsaid =
        unsaid.filter_map(|(_, port)| Some(format!("{} = {}", port.name, shown_value(port.default.as_ref()?))));
    let unsaid: Vec<String> = unsaid.collect();
    if !unsaid.is_empty() {
        lines.push(DiagramLine::plain(format!("{} ({})", unsaid.join(", "), origin_words(ConstantOrigin::Default))));
    }
    if let Some(each) = node.each {
        lines.push(DiagramLine::plain(format!("once for each, at most {} times", each.limit)));
    }
    if let Some(guard) = node.guard {
        lines.push(DiagramLine::plain(format!("only if {}", source_words(plan, catalogue, &guard))));
    }
    lines
}

/// Outputs of a plan's nodes by what becomes of them.
struct Uses<'p> {
    /// Enter another node, or decide whether it runs.
    used: BTreeSet<&'p Source>,
    /// Are shown to the person.
    shown: BTreeSet<&'p Source>,
}

impl<'p> Uses<'p> {
    fn of(plan: &'p Plan) -> Self {
        let flows = |node: &'p Node| {
            let edges = node.inputs.iter().filter_map(|(_, input)| match input {
                Input::From(source) => Some(source),
                Input::Constant(_) => None,
            });
            edges.chain(&node.guard)
        };
        let graph = plan.graph();
        Self { used: graph.nodes.iter().flat_map(flows).collect(), shown: graph.outputs.iter().collect() }
    }
}

/// The outputs that go on or are shown, with their types and labels.
fn outputs(plan: &Plan, uses: &Uses<'_>, index: NodeIndex, descriptor: &Descriptor) -> Vec<DiagramLine> {
    let mut lines = Vec::new();
    for ((number, port), label) in (0_u16..).zip(&descriptor.outputs).zip(plan.labels(index)) {
        let source = Source { node: index, port: telos_abi::PortIndex(number) };
        let (used, shown) = (uses.used.contains(&source), uses.shown.contains(&source));
        if used || shown {
            let end = if shown { ", shown to you" } else { "" };
            let (ty, label) = (type_words(&port.ty), origin::describe(*label));
            lines.push(DiagramLine::plain(format!("→ {}: {ty} [{label}]{end}", port.name)));
        }
    }
    lines
}

fn effects(view: &PlanView, index: NodeIndex) -> impl Iterator<Item = DiagramLine> {
    view.effects.iter().filter(move |effect| effect.node == index.0).map(|effect| {
        let level = match effect.verdict.as_str() {
            "refuse" => Some(Level::Error),
            "permit" if !effect.in_the_clear => None,
            _ => Some(Level::Warning),
        };
        DiagramLine { text: format!("! {}", effect.line()), level }
    })
}

fn notes(plan: &Plan, view: &PlanView) -> Vec<String> {
    let calls = plan.calls();
    let meter =
        if plan.is_metered() { "; the size of what is read is not known beforehand and is metered" } else { "" };
    let whole = format!(
        "all together: at most {calls} {}, {}{meter}",
        if calls == 1 { "call" } else { "calls" },
        bounds_words(plan.bounds())
    );
    [whole]
        .into_iter()
        .chain(view.readings.iter().cloned())
        .chain([format!("proposed by: {}", view.proposed_by)])
        .collect()
}

/// Who chose a constant, in words.
const fn origin_words(origin: ConstantOrigin) -> &'static str {
    match origin {
        ConstantOrigin::UserTurn => "your words",
        ConstantOrigin::Observed => "observed here",
        ConstantOrigin::Default => "default",
        ConstantOrigin::Planner => "the planner's choice",
    }
}

fn source_words(plan: &Plan, catalogue: &dyn Catalogue, source: &Source) -> String {
    let producer = plan.graph().nodes.get(source.node.0 as usize);
    let output = producer.and_then(|node| output_name(catalogue, &node.capability, usize::from(source.port.0)));
    format!("{}.{}", source.node.0, output.unwrap_or_default())
}

/// The bounds that a person can imagine: time and memory.
fn bounds_words(bounds: &Bounds) -> String {
    let seconds = bounds.wall_ms.div_ceil(1_000);
    let time = if seconds.is_multiple_of(60) { format!("{} min", seconds / 60) } else { format!("{seconds} s") };
    format!("within {time} and {} of memory", growth_words(bounds.memory_bytes))
}

fn growth_words(growth: Growth) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let (mut amount, mut unit) = (growth.fixed, 0);
    let coarse = |amount: u64| amount >= 10 << 10 || (amount >= 1 << 10 && amount.is_multiple_of(1 << 10));
    while coarse(amount) && unit + 1 < UNITS.len() {
        (amount, unit) = (amount.div_ceil(1 << 10), unit + 1);
    }
    match growth.per_input_byte {
        0 => format!("{amount} {}", UNITS[unit]),
        each => format!("{amount} {} + {each} for each byte read", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::{bounds_words, growth_words};
    use telos_abi::{Bounds, Growth};

    #[test]
    fn bounds_are_told_in_units_that_people_use() {
        let fixed = |fixed| Growth { fixed, per_input_byte: 0 };
        assert_eq!(growth_words(fixed(512)), "512 bytes");
        assert_eq!(growth_words(fixed(64 << 20)), "64 MiB");
        assert_eq!(growth_words(Growth { fixed: 1 << 40, per_input_byte: 3 }), "1024 GiB + 3 for each byte read");
        let bounds = Bounds { fuel: fixed(1), memory_bytes: fixed(1 << 30), output_bytes: fixed(1), wall_ms: 60_000 };
        assert_eq!(bounds_words(&bounds), "within 1 min and 1 GiB of memory");
    }
}
