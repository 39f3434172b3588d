//! Runs one group of a stage: starts every node, then lets each in turn push what it has through the others.

use crate::effects::{Wanted, decide_all};
use crate::gather::{Gather, Lists};
use crate::inputs::{self, Inputs, Labels};
use crate::pipe::Pipe;
use crate::ports::Carried;
use crate::program::Planned;
use crate::run::{Prepared, Run};
use crate::task::{self, Task, output_labels};
use crate::{Cause, Event, Sink, StepError};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::thread;
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{ByteText, Effect, Facts, Handle, HandleKind, Label, NodeIndex, PortIndex, Value};
use telos_engine::Emission;
use telos_graph::Each;

/// A failure and where.
pub(crate) type Failed = (NodeIndex, Cause);

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Spool(error)
    }
}

/// Runs a group to its end, on at most this many threads. Nodes with effects that change something end up prepared.
pub(crate) fn run_group(run: &Run<'_>, group: &[NodeIndex], threads: usize) -> Result<(), Failed> {
    thread::scope(|scope| {
        let mut pipe = Pipe::new(run, scope, threads, group.len());
        for &index in group {
            let node = run.program.node(index);
            let at = |cause| (index, cause);
            run.check_stop().map_err(at)?;
            let Some(inputs) = inputs::of(run, node).map_err(at)? else {
                run.skip(index);
                continue;
            };
            run.ports.progress.event(Event::Started(index));
            if let Some(each) = node.each {
                run_each(run, node, &inputs, each).map_err(at)?;
            } else {
                pipe.start(node, inputs).map_err(at)?;
            }
        }
        pipe.run_to_end()
    })
}

pub(crate) fn wanted<'a>(node: NodeIndex, labels: &'a Labels, effects: &'a [(Effect, Facts)]) -> Vec<Wanted<'a>> {
    let want = |(effect, facts): &'a (Effect, Facts)| Wanted {
        node,
        labels,
        carried: Label::BOTTOM,
        effect,
        facts: *facts,
        content: None,
    };
    effects.iter().map(want).collect()
}

/// Where the outputs of a step outside a pipe go.
pub(crate) struct PlainSink<'p, 'r, 'a> {
    pub(crate) run: &'r Run<'a>,
    pub(crate) gather: &'p mut Gather<'r>,
    /// How many of the step's effects are done.
    pub(crate) done: usize,
}

impl Sink for PlainSink<'_, '_, '_> {
    fn chunk(&mut self, port: PortIndex, bytes: &[u8]) -> Result<(), StepError> {
        self.run.check_stop().and_then(|()| self.gather.chunk(port, bytes)).map_err(|cause| Carried(cause).into())
    }

    fn value(&mut self, port: PortIndex, value: Value) -> Result<(), StepError> {
        let result = self.gather.value(port, value, None);
        result.map_err(|cause| Carried(cause).into())
    }

    fn handle(&mut self, kind: HandleKind, path: ByteText) -> Handle {
        self.run.handles.mint(kind, path)
    }

    fn done(&mut self, effects: usize) -> Result<(), StepError> {
        self.done = effects;
        self.run.check_stop().map_err(|cause| Carried(cause).into())
    }
}

/// The list that `node` iterates over, at this port, if it is as long as the plan allows at most.
fn items_of(node: &Planned<'_>, inputs: &Inputs, each: Each) -> Result<Vec<Arc<Value>>, Cause> {
    let list = inputs.values.get(usize::from(each.port.0)).and_then(Option::as_deref);
    let Some(Value::List(items)) = list else {
        return Err(Cause::stale(format!("`{}` has no list to iterate over", node.descriptor.name)));
    };
    if items.len() > usize::try_from(each.limit).unwrap_or(usize::MAX) {
        return Err(Cause::TooManyItems { items: items.len(), limit: each.limit });
    }
    Ok(items.iter().cloned().map(Arc::new).collect())
}

/// Runs a node once for each item of a list.
fn run_each<'a>(run: &Run<'a>, node: &Planned<'a>, inputs: &Inputs, each: Each) -> Result<(), Cause> {
    let at = usize::from(each.port.0);
    let items = items_of(node, inputs, each)?;
    let outputs = output_labels(node, inputs, Label::BOTTOM)?;
    let mut resources = Label::BOTTOM;
    let mut lists = Lists::new(node.descriptor.outputs.len());
    let mut acts = Vec::new();
    let mut values = inputs.values.clone();
    for item in items {
        run.check_stop()?;
        values[at] = Some(Arc::clone(&item));
        let (mut task, label) = task::start(run, node, &values, &inputs.labels)?;
        resources = resources.join(label);
        let mut gather = Gather::item(node, &run.handles);
        if let (Value::Bytes(bytes), true) = (&*item, is_blob_port(node, at)) {
            for chunk in bytes.0.chunks(CHUNK_BYTES) {
                feed(&mut task, each.port, chunk, &mut gather)?;
            }
        }
        for (port, whole) in &inputs.feeds {
            whole.each_chunk(|chunk| feed(&mut task, *port, chunk, &mut gather))?;
        }
        match task {
            Task::Guest { call, given } => {
                let (last, usage) = call.finish()?;
                run.count(usage);
                take(&mut gather, last, &given, &[])?;
                lists.push(gather.finish()?)?;
            }
            Task::Reads { step, effects } => {
                // The label of this item is known now; nothing of it was seen before this check.
                output_labels(node, inputs, resources)?;
                let wanted = wanted(node.index, &inputs.labels, &effects);
                let permits = decide_all(run, &wanted).map_err(|(_, cause)| cause)?;
                let mut sink = PlainSink { run, gather: &mut gather, done: 0 };
                step.act(permits, &mut sink).map_err(Cause::of_step)?;
                lists.push(gather.finish()?)?;
            }
            task => acts.push(task),
        }
    }
    let labels = if resources == Label::BOTTOM { outputs } else { output_labels(node, inputs, resources)? };
    run.set_labels(node.index, labels, inputs.labels.control);
    if node.acts {
        run.prepare(Prepared::each(node.index, acts, inputs.labels.clone()));
        run.ports.progress.event(Event::Finished(node.index));
        return Ok(());
    }
    run.finish(node.index, lists.finish())
}

fn is_blob_port(node: &Planned<'_>, port: usize) -> bool {
    matches!(node.descriptor.inputs[port].ty, telos_abi::Type::Blob { .. })
}

fn feed(task: &mut Task<'_>, port: PortIndex, chunk: &[u8], gather: &mut Gather<'_>) -> Result<(), Cause> {
    match task {
        Task::Guest { call, given } => take(gather, call.push(port, chunk)?, given, chunk)?,
        Task::Reads { step, .. } | Task::Acts(step) => {
            step.push(port, chunk).map_err(Cause::of_step)?;
        }
        Task::Made(_) => {}
    }
    Ok(())
}

/// Keeps what was emitted while `chunk` was pushed.
fn take(
    gather: &mut Gather<'_>,
    emissions: Vec<Emission>,
    given: &BTreeSet<Handle>,
    chunk: &[u8],
) -> Result<(), Cause> {
    emissions.into_iter().try_for_each(|Emission { port, bytes }| {
        let bytes = bytes.of(chunk);
        if gather.is_blob(port)? { gather.chunk(port, bytes) } else { gather.encoded(port, bytes, given) }
    })
}
