//! A sealed plan in words.

use crate::outcome::{EffectView, NodeView, PlanView};
use telos_abi::{CapabilityId, Descriptor, Effect, EffectKind, Facts, Grant, Resource, Scope, State, Value};
use telos_graph::{Catalogue, Constant, Graph, Input, Node, Plan, PlannedEffect, origin};
use telos_host::Host;
use telos_host::net::Url;
use telos_policy::{Decision, Policy, Request, Subject, decide, effect_row, verdict_name};

/// Longest constant shown in full, in characters.
const CONSTANT_SHOWN_MAX: usize = 60;

/// What a plan is described by: the rules, and what is here now.
pub(crate) struct Now<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) grant: &'a Grant,
    pub(crate) facts: &'a dyn Fn(&Effect) -> Facts,
    pub(crate) host: &'a Host,
}

/// Describes `plan` and what the policy answers to its effects now. An effect whose resource is not known before the
/// run is asked about for the directory it comes from.
pub(crate) fn describe(
    plan: &Plan,
    catalogue: &dyn Catalogue,
    now: &Now<'_>,
    readings: Vec<String>,
    proposed_by: String,
) -> PlanView {
    let nodes = plan.order().iter().filter_map(|index| {
        let node = plan.graph().nodes.get(index.0 as usize)?;
        let descriptor = catalogue.descriptor(&node.capability)?;
        let labels = plan.labels(*index).iter().map(|label| origin::describe(*label)).collect();
        let inputs = inputs(node, descriptor, plan.graph(), catalogue);
        Some(NodeView { node: index.0, capability: descriptor.name.clone(), inputs, labels })
    });
    let effects = plan.effects().iter().map(|effect| effect_view(effect, now, way(plan, catalogue, effect, now.host)));
    PlanView {
        hash: plan.hash().0.to_string(),
        nodes: nodes.collect(),
        effects: effects.collect(),
        readings,
        proposed_by,
    }
}

fn effect_view(planned: &PlannedEffect, now: &Now<'_>, way: Way) -> EffectView {
    let Now { policy, grant, facts, .. } = *now;
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
        in_the_clear: way.in_the_clear,
        from_cache: way.from_cache,
        with_session: way.with_session,
    }
}

/// How a host is asked.
#[derive(Clone, Copy, Default)]
struct Way {
    in_the_clear: bool,
    from_cache: bool,
    with_session: bool,
}

/// How the effect asks a host, where the plan says what for.
fn way(plan: &Plan, catalogue: &dyn Catalogue, effect: &PlannedEffect, host: &Host) -> Way {
    let node = plan.graph().nodes.get(effect.node.0 as usize);
    let (Some(node), EffectKind::NetGet | EffectKind::NetSend) = (node, effect.kind) else { return Way::default() };
    let constants = || {
        node.inputs.iter().filter_map(|(port, input)| match input {
            Input::Constant(Constant { value, .. }) => Some((usize::from(port.0), value)),
            Input::From(_) => None,
        })
    };
    let url = constants().find_map(|(_, value)| match value {
        Value::Text(text) => Url::parse(text).ok(),
        _ => None,
    });
    let (Some(url), Some(is)) = (url, catalogue.descriptor(&node.capability)) else { return Way::default() };
    let in_the_clear = !url.is_encrypted();
    // Logging in is what a stranger does.
    if matches!(is.state, State::Session { .. }) {
        return Way { in_the_clear, ..Way::default() };
    }
    let max_age_s = constants().find_map(|(port, value)| match (is.inputs.get(port)?.name.as_str(), value) {
        ("max-age", Value::Int(seconds)) => u64::try_from(*seconds).ok(),
        _ => None,
    });
    let from_cache = matches!(is.state, State::Cache { .. }) && host.is_kept(&url, max_age_s.unwrap_or(u64::MAX));
    Way { in_the_clear, from_cache, with_session: host.is_logged_in(&url) }
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
