//! A sealed plan in words.

use crate::outcome::{EffectView, NodeView, PlanView};
use crate::plan_diagram;
use telos_abi::{CapabilityId, Descriptor, Effect, EffectKind, Facts, Grant, Resource, Scope, Value};
use telos_graph::{Catalogue, Constant, Graph, Input, Node, Plan, PlannedEffect, origin};
use telos_policy::{Decision, Policy, Request, Subject, decide, effect_row, verdict_name};
use telos_surface::Diagram;

/// Longest constant shown in full, in characters.
const CONSTANT_SHOWN_MAX: usize = 60;

/// Describes `plan` and what the policy answers to its effects now. An effect whose resource is not known before the
/// run is asked about for the directory it comes from.
pub(crate) fn describe(
    plan: &Plan,
    catalogue: &dyn Catalogue,
    policy: &Policy,
    grant: &Grant,
    readings: Vec<String>,
    proposed_by: String,
    facts: &dyn Fn(&Effect) -> Facts,
) -> PlanView {
    let nodes = plan.order().iter().filter_map(|index| {
        let node = plan.graph().nodes.get(index.0 as usize)?;
        let descriptor = catalogue.descriptor(&node.capability)?;
        let labels = plan.labels(*index).iter().map(|label| origin::describe(*label)).collect();
        let inputs = inputs(node, descriptor, plan.graph(), catalogue);
        Some(NodeView { node: index.0, capability: descriptor.name.clone(), inputs, labels })
    });
    let effects = plan.effects().iter().map(|effect| EffectView {
        in_the_clear: in_the_clear(plan, effect),
        ..effect_view(effect, policy, grant, facts)
    });
    let mut view = PlanView {
        hash: plan.hash().0.to_string(),
        nodes: nodes.collect(),
        effects: effects.collect(),
        readings,
        proposed_by,
        diagram: Diagram::default(),
    };
    view.diagram = plan_diagram::diagram(plan, catalogue, &view);
    view
}

fn effect_view(
    planned: &PlannedEffect,
    policy: &Policy,
    grant: &Grant,
    facts: &dyn Fn(&Effect) -> Facts,
) -> EffectView {
    let effect = Effect { kind: planned.kind, resource: resource(&planned.scope) };
    let PlannedEffect { authority, payload, control, history, .. } = *planned;
    let subject = Subject::Plan { authority, payload, control, history };
    let request = Request { effect: &effect, subject, facts: facts(&effect) };
    let (verdict, rule, reason) = match decide(policy, grant, &request, crate::now()) {
        Decision::Permit(permit) => (telos_abi::Verdict::Permit, permit.rule(), None),
        Decision::Ask(question) => (telos_abi::Verdict::Ask, question.rule, Some(question.reason)),
        Decision::Refuse(refusal) => (telos_abi::Verdict::Refuse, refusal.rule, Some(refusal.reason)),
    };
    EffectView {
        node: planned.node.0,
        kind: effect_row(planned.kind).name.to_owned(),
        on: shown_scope(&planned.scope),
        verdict: verdict_name(verdict).to_owned(),
        rule: rule.to_string(),
        reason,
        in_the_clear: false,
    }
}

/// Whether the effect asks a host by plain `http`.
fn in_the_clear(plan: &Plan, effect: &PlannedEffect) -> bool {
    let node = plan.graph().nodes.get(effect.node.0 as usize);
    let asks = matches!(effect.kind, EffectKind::NetGet | EffectKind::NetSend);
    let plain = |input: &Input| match input {
        Input::Constant(Constant { value: Value::Text(text), .. }) => {
            text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
        }
        _ => false,
    };
    asks && node.is_some_and(|node| node.inputs.iter().any(|(_, input)| plain(input)))
}

fn resource(scope: &Scope) -> Resource {
    match scope {
        Scope::Any => Resource::None,
        Scope::Under(path) | Scope::Path(path) => Resource::Path(path.clone()),
        Scope::Host(host) => Resource::Host(host.clone()),
        Scope::Named(name) => Resource::Named(name.clone()),
    }
}

fn shown_scope(scope: &Scope) -> String {
    match scope {
        Scope::Any => String::from("-"),
        Scope::Under(path) => format!("anything in {path}"),
        other => resource(other).to_string(),
    }
}

pub(crate) fn inputs(node: &Node, descriptor: &Descriptor, graph: &Graph, catalogue: &dyn Catalogue) -> Vec<String> {
    let mut shown: Vec<String> =
        node.inputs
            .iter()
            .filter_map(|(port, input)| {
                let port = descriptor.inputs.get(usize::from(port.0))?;
                Some(match input {
                    Input::From(source) => {
                        let output = graph.nodes.get(source.node.0 as usize).and_then(|producer| {
                            output_name(catalogue, &producer.capability, usize::from(source.port.0))
                        });
                        format!("{} ← {}.{}", port.name, source.node.0, output.unwrap_or_default())
                    }
                    Input::Constant(constant) => format!("{} = {}", port.name, shown_value(&constant.value)),
                })
            })
            .collect();
    if let Some(each) = node.each {
        shown.push(format!("for each, at most {}", each.limit));
    }
    if let Some(guard) = node.guard {
        shown.push(format!("only if {}.{}", guard.node.0, guard.port.0));
    }
    shown
}

pub(crate) fn output_name(catalogue: &dyn Catalogue, id: &CapabilityId, port: usize) -> Option<String> {
    catalogue.descriptor(id)?.outputs.get(port).map(|output| output.name.clone())
}

pub(crate) fn shown_value(value: &Value) -> String {
    let text = match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(shown_value).collect::<Vec<_>>().join(", ")),
        Value::Variant(case, _) => case.clone(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.0.len()),
        Value::Record(fields) => format!("{} fields", fields.len()),
        Value::Handle(_) => String::from("(handle)"),
    };
    if text.chars().count() <= CONSTANT_SHOWN_MAX {
        return text;
    }
    text.chars().take(CONSTANT_SHOWN_MAX).chain(['…']).collect()
}
