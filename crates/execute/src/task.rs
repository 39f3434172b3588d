//! One call of a primitive, of either kind.

use crate::effects::{decide_all, is_read};
use crate::handle::collect;
use crate::inputs::{Inputs, Labels};
use crate::program::Planned;
use crate::run::Run;
use crate::stage::wanted;
use crate::{Cause, Event, HostCall, Step};
use std::collections::BTreeSet;
use std::sync::Arc;
use telos_abi::{Body, ByteText, Effect, Facts, Handle, Label, Type, Value};
use telos_engine::Call;
use telos_graph::origin::of_effect;

/// A call under way.
pub(crate) enum Task<'a> {
    /// A pack's primitive.
    Guest { call: Box<Call>, given: BTreeSet<Handle> },
    /// A host primitive that reads.
    Reads { step: Box<dyn Step + 'a>, effects: Vec<(Effect, Facts)> },
    /// A host primitive that changes something.
    Acts(Box<dyn Step + 'a>),
    /// A change that an earlier, interrupted run of this plan made; the path that came of it.
    Made(ByteText),
}

/// Starts `node` with these values, and tells what the resources it reads carry. `labels` are those of its inputs.
pub(crate) fn start<'a>(
    run: &Run<'a>,
    node: &Planned<'_>,
    values: &[Option<Arc<Value>>],
    labels: &Labels,
) -> Result<(Task<'a>, Label), Cause> {
    run.count_call();
    let arguments: Vec<Option<&Value>> = values.iter().map(Option::as_deref).collect();
    match &node.descriptor.body {
        Body::Pack { component } => {
            let library = run.ports.library;
            let index = library
                .export_index(&node.capability)
                .ok_or_else(|| Cause::stale(format!("no pack exports `{}`", node.descriptor.name)))?;
            let pack = run.ports.engine.load(*component, || library.component(component));
            let pack = pack.map_err(|error| Cause::Pack(Box::new(error)))?;
            let mut given = BTreeSet::new();
            arguments.iter().flatten().for_each(|value| collect(value, &mut given));
            let mut encoded = Vec::with_capacity(64);
            ciborium::into_writer(&arguments, &mut encoded).map_err(|error| Cause::stale(error.to_string()))?;
            let call = pack.call(index, &encoded, &node.descriptor.bounds, run.ports.stop)?;
            Ok((Task::Guest { call: Box::new(call), given }, Label::BOTTOM))
        }
        Body::Host => start_host(run, node, &arguments, labels),
    }
}

fn start_host<'a>(
    run: &Run<'a>,
    node: &Planned<'_>,
    arguments: &[Option<&Value>],
    labels: &Labels,
) -> Result<(Task<'a>, Label), Cause> {
    let mut step = run
        .ports
        .hands
        .step(&HostCall {
            node: node.index,
            primitive: &node.descriptor.name,
            arguments,
            handles: &run.handles,
            scratch: run.ports.scratch,
            made: run.all_made(node.index),
        })
        .map_err(Cause::of_step)?;
    if node.acts
        && let Some(made) = step.target().and_then(|target| run.made(node.index, &target))
    {
        return Ok((Task::Made(made), Label::BOTTOM));
    }
    let looks = step.looks().map_err(Cause::of_step)?;
    if !looks.is_empty() {
        let permits = decide_all(run, &wanted(node.index, labels, &looks)).map_err(|(_, cause)| cause)?;
        step.look(permits).map_err(Cause::of_step)?;
    }
    if node.acts {
        return Ok((Task::Acts(step), Label::BOTTOM));
    }
    let effects = step.effects().map_err(Cause::of_step)?;
    let mut label = step.label().map_err(Cause::of_step)?;
    for (effect, _) in looks.iter().chain(&effects) {
        label = label.join(run.ports.labels.label(&effect.resource));
    }
    if let Some(bytes) = step.bytes() {
        run.ports.progress.event(Event::Expected(node.index, bytes));
    }
    Ok((Task::Reads { step, effects }, label))
}

/// What a change carries beside what entered it: the labels of everything that the step itself reads to make it.
pub(crate) fn carried(run: &Run<'_>, step: &dyn Step, effects: &[(Effect, Facts)]) -> Result<Label, Cause> {
    let reads = || effects.iter().map(|(effect, _)| effect).filter(|effect| is_read(effect.kind));
    if reads().next().is_none() {
        return Ok(Label::BOTTOM);
    }
    let known = step.label().map_err(Cause::of_step)?;
    Ok(reads()
        .fold(known, |label, effect| label.join(of_effect(effect.kind)).join(run.ports.labels.label(&effect.resource))))
}

/// Labels of the node's outputs: source, inputs, control and resources (R4). Checked against the sealed ones (R20).
pub(crate) fn output_labels(node: &Planned<'_>, inputs: &Inputs, resources: Label) -> Result<Vec<Label>, Cause> {
    let outputs = (0_u16..).zip(&node.descriptor.outputs).zip(node.sealed);
    outputs
        .map(|((port, output), allowed)| {
            let entering = (0_u16..).zip(&inputs.labels.ports);
            let actual = entering
                .filter(|(input, _)| !output.independent_of.iter().any(|free| free.0 == *input))
                .fold(output.source.join(inputs.labels.control).join(resources), |label, (_, input)| {
                    label.join(*input)
                });
            if actual.flows_to(*allowed) { Ok(actual) } else { Err(Cause::Label { port, actual, allowed: *allowed }) }
        })
        .collect()
}

/// The outputs of a change that was already made: handles to what came of it.
pub(crate) fn remade(run: &Run<'_>, ty: &Type, path: &ByteText) -> Option<Value> {
    match ty {
        Type::Handle { kind, .. } => Some(Value::Handle(run.handles.mint(*kind, path.clone()))),
        Type::Bool => Some(Value::Bool(true)),
        _ => None,
    }
}
