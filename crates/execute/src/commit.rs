//! A barrier: all prepared effects are decided, asked about once, and done in the plan's order.

use crate::effects::{Wanted, decide_all};
use crate::gather::{Contents, Gather, Lists};
use crate::run::{Prepared, Run};
use crate::stage::{Failed, PlainSink};
use crate::task::{Task, carried, remade};
use crate::{Cause, Event, Step};
use telos_abi::{Effect, Facts, Label, NodeIndex, PortIndex};
use telos_policy::Permit;

/// An act with the effects it will have.
struct Ready<'a> {
    /// Position in the list of prepared nodes.
    of: usize,
    task: Task<'a>,
    effects: Vec<(Effect, Facts)>,
    /// What is carried beside what entered the node.
    carried: Label,
}

impl<'a> Ready<'a> {
    /// All input of `task` came: asks it what it will do.
    fn of(run: &Run<'a>, node: NodeIndex, of: usize, mut task: Task<'a>) -> Result<Self, Cause> {
        let Task::Acts(step) = &mut task else {
            return Ok(Self { of, task, effects: Vec::new(), carried: Label::BOTTOM });
        };
        let effects = step.effects().map_err(Cause::of_step)?;
        if let [(effect, _)] = effects.as_slice()
            && step.content().is_some_and(|content| run.was_sent(node, effect, content))
        {
            let task = Task::Made(effect.resource.to_string().as_str().into());
            return Ok(Self { of, task, effects: Vec::new(), carried: Label::BOTTOM });
        }
        let carried = carried(run, &**step, &effects)?;
        Ok(Self { of, task, effects, carried })
    }
}

/// Brings everything prepared to the host, or nothing if any of it is refused or not approved.
pub(crate) fn commit<'a>(run: &Run<'a>, prepared: Vec<Prepared<'a>>) -> Result<(), Failed> {
    let mut nodes = Vec::with_capacity(prepared.len());
    let mut ready = Vec::new();
    for (of, prepared) in prepared.into_iter().enumerate() {
        for task in prepared.tasks {
            ready.push(Ready::of(run, prepared.node, of, task).map_err(|cause| (prepared.node, cause))?);
        }
        nodes.push((prepared.node, prepared.labels, prepared.each));
    }
    let wanted: Vec<Wanted<'_>> = ready
        .iter()
        .flat_map(|act| {
            let (node, labels, _) = &nodes[act.of];
            act.effects.iter().enumerate().map(|(position, (effect, facts))| Wanted {
                node: *node,
                labels,
                carried: act.carried,
                effect,
                facts: *facts,
                content: match &act.task {
                    Task::Acts(step) => step.content_of(position),
                    _ => None,
                },
            })
        })
        .collect();
    let mut permits = decide_all(run, &wanted)?.into_iter();
    drop(wanted);
    let mut acts = ready.into_iter().peekable();
    for (of, (node, _, each)) in nodes.iter().enumerate() {
        let outputs = run.program.node(*node).descriptor.outputs.len();
        let mut lists = Lists::new(outputs);
        let mut once = Vec::new();
        while let Some(act) = acts.next_if(|act| act.of == of) {
            let own = permits.by_ref().take(act.effects.len()).collect();
            let contents = perform(run, *node, *each, act, own).map_err(|cause| (*node, cause))?;
            if *each {
                lists.push(contents).map_err(|cause| (*node, cause))?;
            } else {
                once = contents;
            }
        }
        let contents = if *each { lists.finish() } else { once };
        run.finish(*node, contents).map_err(|cause| (*node, cause))?;
        run.ports.progress.event(Event::Committed(*node));
    }
    Ok(())
}

fn perform(
    run: &Run<'_>,
    node: NodeIndex,
    each: bool,
    act: Ready<'_>,
    permits: Vec<Permit>,
) -> Result<Contents, Cause> {
    // Between two acts, never within one: what was begun is journalled and ends.
    run.check_stop()?;
    let planned = run.program.node(node);
    let mut gather =
        if each { Gather::item(planned, &run.handles) } else { Gather::once(planned, &run.handles, &run.ports) };
    match act.task {
        Task::Acts(step) => act_now(run, step, permits, &act.effects, &mut gather)?,
        Task::Made(path) => {
            for (port, output) in (0_u16..).zip(&planned.descriptor.outputs) {
                if let Some(value) = remade(run, &output.ty, &path) {
                    gather.value(PortIndex(port), value, None)?;
                }
            }
        }
        Task::Guest { .. } | Task::Reads { .. } => {}
    }
    gather.finish()
}

fn act_now<'r>(
    run: &'r Run<'_>,
    step: Box<dyn Step + '_>,
    permits: Vec<Permit>,
    effects: &[(Effect, Facts)],
    gather: &mut Gather<'r>,
) -> Result<(), Cause> {
    let mut sink = PlainSink { run, gather, done: 0 };
    let acted = step.act(permits, &mut sink);
    run.changed(if acted.is_ok() { effects } else { &effects[..sink.done.min(effects.len())] });
    acted.map_err(Cause::of_step)
}
