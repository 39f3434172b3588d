//! Runs one group of a stage: starts every node, then lets each in turn push what it has through the others.

use crate::effects::{Wanted, decide_all};
use crate::gather::{Gather, Lists};
use crate::inputs::{self, Inputs, Labels};
use crate::ports::Carried;
use crate::program::Planned;
use crate::run::{Prepared, Run};
use crate::task::{self, Task, output_labels};
use crate::{Cause, Event, Sink, Step, StepError};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
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

/// Bytes on their way from an output.
struct Moving {
    from: usize,
    port: PortIndex,
    bytes: Vec<u8>,
}

/// A node of the group that is not skipped.
struct Active<'r, 'a> {
    node: &'r Planned<'a>,
    /// Taken while it runs and when it has ended.
    task: Option<Task<'a>>,
    gather: Gather<'r>,
    inputs: Inputs,
}

struct Pipe<'r, 'a> {
    run: &'r Run<'a>,
    active: Vec<Active<'r, 'a>>,
    place: BTreeMap<NodeIndex, usize>,
}

/// Runs a group to its end. Nodes with effects that change something end up prepared.
pub(crate) fn run_group(run: &Run<'_>, group: &[NodeIndex]) -> Result<(), Failed> {
    let mut pipe = Pipe { run, active: Vec::with_capacity(group.len()), place: BTreeMap::new() };
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
    for at in 0..pipe.active.len() {
        pipe.turn(at)?;
    }
    Ok(())
}

impl<'r, 'a> Pipe<'r, 'a> {
    fn start(&mut self, node: &'r Planned<'a>, inputs: Inputs) -> Result<(), Cause> {
        let (task, resources) = task::start(self.run, node, &inputs.values)?;
        let labels = output_labels(node, &inputs, resources)?;
        self.run.set_labels(node.index, labels, inputs.labels.control);
        self.place.insert(node.index, self.active.len());
        self.active.push(Active {
            node,
            task: Some(task),
            gather: Gather::once(node, &self.run.handles, self.run.ports.scratch),
            inputs,
        });
        Ok(())
    }

    /// Everything that streams into this node has come: feeds it the rest and ends it.
    fn turn(&mut self, at: usize) -> Result<(), Failed> {
        let index = self.active[at].node.index;
        for (port, feed) in std::mem::take(&mut self.active[at].inputs.feeds) {
            // Fed outside `deliver`'s own error type, so that the node at fault is the right one.
            let mut failed = None;
            let fed: Result<(), Cause> = feed.each_chunk(|chunk| {
                let mut moving = Vec::new();
                let moved = self.deliver(at, port, chunk, &mut moving);
                moved.and_then(|()| self.settle(moving)).map_err(|(node, cause)| {
                    failed = Some(node);
                    cause
                })
            });
            fed.map_err(|cause| (failed.unwrap_or(index), cause))?;
        }
        match self.active[at].task.take() {
            Some(Task::Guest { call, given }) => {
                let (last, usage) = call.finish().map_err(|error| (index, error.into()))?;
                self.run.count(usage);
                let mut moving = Vec::new();
                self.accept(at, last, &given, &mut moving)?;
                self.settle(moving)?;
                self.end(at)
            }
            Some(Task::Reads { step, effects }) => self.read(at, step, &effects),
            Some(task) => {
                let labels = self.active[at].inputs.labels.clone();
                self.run.prepare(Prepared::once(index, task, labels));
                self.run.ports.progress.event(Event::Finished(index));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn read(&mut self, at: usize, step: Box<dyn Step + 'a>, effects: &[(Effect, Facts)]) -> Result<(), Failed> {
        let index = self.active[at].node.index;
        let permits = {
            let labels = &self.active[at].inputs.labels;
            decide_all(self.run, &wanted(index, labels, effects))?
        };
        let mut failed = None;
        let mut sink = PipeSink { pipe: self, at, failed: &mut failed };
        step.act(permits, &mut sink).map_err(|error| (failed.unwrap_or(index), Cause::of_step(error)))?;
        self.end(at)
    }

    fn end(&mut self, at: usize) -> Result<(), Failed> {
        let active = &mut self.active[at];
        let index = active.node.index;
        let empty = Gather::once(active.node, &self.run.handles, self.run.ports.scratch);
        let gather = std::mem::replace(&mut active.gather, empty);
        gather.finish().and_then(|contents| self.run.finish(index, contents)).map_err(|cause| (index, cause))
    }

    /// Sends bytes from an output on to whatever they stream into, and what comes of that, until nothing moves.
    fn emit(&mut self, from: usize, port: PortIndex, bytes: &[u8]) -> Result<(), Failed> {
        let mut moving = Vec::new();
        self.forward(from, port, bytes, &mut moving)?;
        self.settle(moving)
    }

    /// Depth first: what a chunk causes has moved on before the next chunk does, so little waits in memory, and the
    /// chunks of one output keep their order. A loop and not a recursion, because plans may be long.
    fn settle(&mut self, mut moving: Vec<Moving>) -> Result<(), Failed> {
        moving.reverse();
        while let Some(Moving { from, port, bytes }) = moving.pop() {
            let mut caused = Vec::new();
            self.forward(from, port, &bytes, &mut caused)?;
            moving.extend(caused.into_iter().rev());
        }
        Ok(())
    }

    fn forward(&mut self, from: usize, port: PortIndex, bytes: &[u8], moving: &mut Vec<Moving>) -> Result<(), Failed> {
        let node = self.active[from].node;
        let at = |cause| (node.index, cause);
        self.run.check_stop().map_err(at)?;
        self.active[from].gather.chunk(port, bytes).map_err(at)?;
        for (to, into) in &node.streams[usize::from(port.0)] {
            // A consumer that was skipped takes nothing.
            if let Some(&to) = self.place.get(to) {
                for chunk in bytes.chunks(CHUNK_BYTES) {
                    self.deliver(to, *into, chunk, moving)?;
                }
            }
        }
        Ok(())
    }

    /// Pushes a chunk into a node; adds what it emits to `moving`.
    fn deliver(&mut self, to: usize, port: PortIndex, chunk: &[u8], moving: &mut Vec<Moving>) -> Result<(), Failed> {
        let index = self.active[to].node.index;
        let (emissions, given) = match &mut self.active[to].task {
            Some(Task::Guest { call, given }) => {
                let emissions = call.push(port, chunk).map_err(|error| (index, error.into()))?;
                if emissions.is_empty() {
                    return Ok(());
                }
                (emissions, given.clone())
            }
            Some(Task::Reads { step, .. } | Task::Acts(step)) => {
                return step.push(port, chunk).map_err(|error| (index, Cause::of_step(error)));
            }
            Some(Task::Made(_)) | None => return Ok(()),
        };
        self.accept(to, emissions, &given, moving)
    }

    fn accept(
        &mut self,
        from: usize,
        emissions: Vec<Emission>,
        given: &BTreeSet<Handle>,
        moving: &mut Vec<Moving>,
    ) -> Result<(), Failed> {
        let active = &mut self.active[from];
        for Emission { port, bytes } in emissions {
            let at = |cause| (active.node.index, cause);
            if active.gather.is_blob(port).map_err(at)? {
                moving.push(Moving { from, port, bytes });
            } else {
                active.gather.encoded(port, &bytes, given).map_err(at)?;
            }
        }
        Ok(())
    }
}

pub(crate) fn wanted<'a>(node: NodeIndex, labels: &'a Labels, effects: &'a [(Effect, Facts)]) -> Vec<Wanted<'a>> {
    let want = |(effect, facts): &'a (Effect, Facts)| Wanted { node, labels, effect, facts: *facts, content: None };
    effects.iter().map(want).collect()
}

/// Where a reading step's outputs go.
struct PipeSink<'p, 'r, 'a> {
    pipe: &'p mut Pipe<'r, 'a>,
    at: usize,
    /// The node at fault, where that is not the reader.
    failed: &'p mut Option<NodeIndex>,
}

impl Sink for PipeSink<'_, '_, '_> {
    fn chunk(&mut self, port: PortIndex, bytes: &[u8]) -> Result<(), StepError> {
        let index = self.pipe.active[self.at].node.index;
        let event = Event::Bytes(index, bytes.len() as u64);
        self.pipe.run.ports.progress.event(event);
        let blob = self.pipe.active[self.at].gather.is_blob(port);
        blob.map_err(|cause| (index, cause)).and_then(|_| self.pipe.emit(self.at, port, bytes)).map_err(
            |(node, cause)| {
                *self.failed = Some(node);
                StepError::from(Carried(cause))
            },
        )
    }

    fn value(&mut self, port: PortIndex, value: Value) -> Result<(), StepError> {
        let gather = &mut self.pipe.active[self.at].gather;
        gather.value(port, value, None).map_err(|cause| Carried(cause).into())
    }

    fn handle(&mut self, kind: HandleKind, path: ByteText) -> Handle {
        self.pipe.run.handles.mint(kind, path)
    }
}

/// Where the outputs of a step outside a pipe go.
pub(crate) struct PlainSink<'p, 'r, 'a> {
    pub(crate) run: &'r Run<'a>,
    pub(crate) gather: &'p mut Gather<'r>,
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
        let (mut task, label) = task::start(run, node, &values)?;
        resources = resources.join(label);
        let mut gather = Gather::item(node, &run.handles);
        let mut emitted = Vec::new();
        if let (Value::Bytes(bytes), true) = (&*item, is_blob_port(node, at)) {
            for chunk in bytes.0.chunks(CHUNK_BYTES) {
                feed(&mut task, each.port, chunk, &mut emitted)?;
            }
        }
        for (port, whole) in &inputs.feeds {
            whole.each_chunk(|chunk| feed(&mut task, *port, chunk, &mut emitted))?;
        }
        match task {
            Task::Guest { call, given } => {
                let (last, usage) = call.finish()?;
                run.count(usage);
                for Emission { port, bytes } in emitted.into_iter().chain(last) {
                    if gather.is_blob(port)? {
                        gather.chunk(port, &bytes)?;
                    } else {
                        gather.encoded(port, &bytes, &given)?;
                    }
                }
                lists.push(gather.finish()?)?;
            }
            Task::Reads { step, effects } => {
                // The label of this item is known now; nothing of it was seen before this check.
                output_labels(node, inputs, resources)?;
                let wanted = wanted(node.index, &inputs.labels, &effects);
                let permits = decide_all(run, &wanted).map_err(|(_, cause)| cause)?;
                let mut sink = PlainSink { run, gather: &mut gather };
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

fn feed(task: &mut Task<'_>, port: PortIndex, chunk: &[u8], emitted: &mut Vec<Emission>) -> Result<(), Cause> {
    match task {
        Task::Guest { call, .. } => emitted.extend(call.push(port, chunk)?),
        Task::Reads { step, .. } | Task::Acts(step) => {
            step.push(port, chunk).map_err(Cause::of_step)?;
        }
        Task::Made(_) => {}
    }
    Ok(())
}
