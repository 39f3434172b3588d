//! Nodes that stream into each other: each chunk is pushed on as far as it goes before the next one moves.

use crate::effects::decide_all;
use crate::gather::Gather;
use crate::inputs::Inputs;
use crate::lanes::{self, Lane, Outlet};
use crate::ports::Carried;
use crate::program::Planned;
use crate::run::{Prepared, Run};
use crate::stage::{Failed, wanted};
use crate::task::{self, Task, output_labels};
use crate::{Cause, Event, Sink, Step, StepError};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{ByteText, Effect, Facts, Handle, HandleKind, NodeIndex, PortIndex, Value};
use telos_engine::{Content, Emission};

/// Bytes on their way. Copied only where they must outlive the call that they came with.
#[derive(Clone)]
pub(crate) enum Piece<'c> {
    /// Of whoever is pushing them.
    Lent(&'c [u8]),
    /// Shared by everything that is a part of them.
    Held(Arc<Vec<u8>>, Range<usize>),
}

impl Piece<'_> {
    pub(crate) fn held(bytes: Vec<u8>) -> Self {
        let whole = 0..bytes.len();
        Self::Held(Arc::new(bytes), whole)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Lent(bytes) => bytes,
            Self::Held(bytes, part) => &bytes[part.clone()],
        }
    }

    /// `part` must lie within these bytes.
    fn part(&self, part: Range<usize>) -> Self {
        match self {
            Self::Lent(bytes) => Self::Lent(&bytes[part]),
            Self::Held(bytes, all) => Self::Held(Arc::clone(bytes), all.start + part.start..all.start + part.end),
        }
    }

    /// Pieces of the size in which blobs move.
    fn chunks(&self) -> impl Iterator<Item = Self> {
        let length = self.bytes().len();
        let starts = (0..length).step_by(CHUNK_BYTES);
        starts.map(move |start| self.part(start..length.min(start + CHUNK_BYTES)))
    }
}

/// A piece that has left an output.
pub(crate) struct Moving<'c> {
    from: usize,
    port: PortIndex,
    piece: Piece<'c>,
}

/// A node of the group that is not skipped.
pub(crate) struct Active<'r, 'a> {
    pub(crate) node: &'r Planned<'a>,
    /// Taken while it runs and when it has ended.
    task: Option<Task<'a>>,
    gather: Gather<'r>,
    inputs: Inputs,
    /// Time it took, as far as that is measured.
    pub(crate) spent: Duration,
}

/// Nodes in the plan's order, on one thread. What streams to nodes further on in the plan may leave to another lane.
pub(crate) struct Pipe<'s, 'e, 'r, 'a> {
    pub(crate) run: &'r Run<'a>,
    pub(crate) scope: &'s Scope<'s, 'e>,
    pub(crate) active: Vec<Active<'r, 'a>>,
    pub(crate) place: BTreeMap<NodeIndex, usize>,
    /// Threads that it may come to have.
    pub(crate) threads: usize,
    /// Time is measured, to find where to divide the work.
    pub(crate) measures: bool,
    pub(crate) outlet: Option<Outlet>,
    /// The lanes divided off, the last one first.
    pub(crate) lanes: Vec<ScopedJoinHandle<'s, Result<(), Failed>>>,
}

impl<'s, 'e, 'r: 's, 'a: 'r> Pipe<'s, 'e, 'r, 'a> {
    pub(crate) fn new(run: &'r Run<'a>, scope: &'s Scope<'s, 'e>, threads: usize, nodes: usize) -> Self {
        Self {
            run,
            scope,
            active: Vec::with_capacity(nodes),
            place: BTreeMap::new(),
            threads,
            measures: false,
            outlet: None,
            lanes: Vec::new(),
        }
    }

    pub(crate) fn start(&mut self, node: &'r Planned<'a>, inputs: Inputs) -> Result<(), Cause> {
        let (task, resources) = task::start(self.run, node, &inputs.values, &inputs.labels)?;
        let labels = output_labels(node, &inputs, resources)?;
        self.run.set_labels(node.index, labels, inputs.labels.control);
        self.place.insert(node.index, self.active.len());
        self.active.push(Active {
            node,
            task: Some(task),
            gather: Gather::once(node, &self.run.handles, &self.run.ports),
            inputs,
            spent: Duration::ZERO,
        });
        Ok(())
    }

    /// Lets every node have its turn, and waits for the other lanes.
    pub(crate) fn run_to_end(mut self) -> Result<(), Failed> {
        let own = self.turns();
        lanes::join(own, self.outlet, self.lanes)
    }

    pub(crate) fn turns(&mut self) -> Result<(), Failed> {
        let mut at = 0;
        // A turn may divide nodes off.
        while at < self.active.len() {
            self.turn(at)?;
            at += 1;
        }
        Ok(())
    }

    /// Everything that streams into this node has come: feeds it the rest and ends it.
    fn turn(&mut self, at: usize) -> Result<(), Failed> {
        let index = self.active[at].node.index;
        for (port, feed) in std::mem::take(&mut self.active[at].inputs.feeds) {
            // Fed outside `deliver`'s own error type, so that the node at fault is the right one.
            let mut failed = None;
            let fed: Result<(), Cause> = feed.each_chunk(|chunk| {
                self.push(at, port, &Piece::Lent(chunk)).map_err(|(node, cause)| {
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
                let Active { node, gather, .. } = &mut self.active[at];
                accept(node, gather, at, last, &given, &Piece::Lent(&[]), &mut moving)?;
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
        self.measures = at == 0 && self.threads > 1 && lanes::is_chain(&self.active);
        let mut failed = None;
        let mut sink = PipeSink { pipe: self, at, failed: &mut failed, bytes: 0, began: Instant::now() };
        step.act(permits, &mut sink).map_err(|error| (failed.unwrap_or(index), Cause::of_step(error)))?;
        self.measures = false;
        self.end(at)
    }

    fn end(&mut self, at: usize) -> Result<(), Failed> {
        let active = &mut self.active[at];
        let index = active.node.index;
        active.gather.finish().and_then(|contents| self.run.finish(index, contents)).map_err(|cause| (index, cause))
    }

    /// Pushes a piece into a node, and on whatever comes of it, until nothing moves.
    pub(crate) fn push(&mut self, to: usize, port: PortIndex, piece: &Piece<'_>) -> Result<(), Failed> {
        let mut moving = Vec::new();
        self.deliver(to, port, piece, &mut moving)?;
        self.settle(moving)
    }

    /// Depth first: what a piece causes has moved on before the next piece does, so little waits in memory, and the
    /// pieces of one output keep their order. A loop and not a recursion, because plans may be long.
    fn settle(&mut self, mut moving: Vec<Moving<'_>>) -> Result<(), Failed> {
        moving.reverse();
        let mut caused = Vec::new();
        while let Some(Moving { from, port, piece }) = moving.pop() {
            self.forward(from, port, &piece, &mut caused)?;
            moving.extend(caused.drain(..).rev());
        }
        Ok(())
    }

    fn forward<'c>(
        &mut self,
        from: usize,
        port: PortIndex,
        piece: &Piece<'c>,
        moving: &mut Vec<Moving<'c>>,
    ) -> Result<(), Failed> {
        let node = self.active[from].node;
        let at = |cause| (node.index, cause);
        self.run.check_stop().map_err(at)?;
        self.active[from].gather.chunk(port, piece.bytes()).map_err(at)?;
        for (to, into) in &node.streams[usize::from(port.0)] {
            match (self.place.get(to), &self.outlet) {
                (Some(&to), _) => piece.chunks().try_for_each(|chunk| self.deliver(to, *into, &chunk, moving))?,
                (None, Some(outlet)) if outlet.leads_to(*to) => {
                    piece.chunks().try_for_each(|chunk| outlet.send(*into, chunk)).map_err(at)?;
                }
                // A consumer that was skipped takes nothing.
                _ => {}
            }
        }
        Ok(())
    }

    /// Pushes a piece into a node; adds what it emits to `moving`.
    fn deliver<'c>(
        &mut self,
        to: usize,
        port: PortIndex,
        piece: &Piece<'c>,
        moving: &mut Vec<Moving<'c>>,
    ) -> Result<(), Failed> {
        let began = self.measures.then(Instant::now);
        let Active { node, task, gather, spent, .. } = &mut self.active[to];
        match task {
            Some(Task::Guest { call, given }) => {
                let emissions = call.push(port, piece.bytes()).map_err(|error| (node.index, error.into()))?;
                accept(node, gather, to, emissions, given, piece, moving)?;
            }
            Some(Task::Reads { step, .. } | Task::Acts(step)) => {
                step.push(port, piece.bytes()).map_err(|error| (node.index, Cause::of_step(error)))?;
            }
            Some(Task::Made(_)) | None => {}
        }
        if let Some(began) = began {
            *spent += began.elapsed();
        }
        Ok(())
    }
}

/// Takes what the node at `from` emitted while `piece` was pushed into it.
fn accept<'c>(
    node: &Planned<'_>,
    gather: &mut Gather<'_>,
    from: usize,
    emissions: Vec<Emission>,
    given: &BTreeSet<Handle>,
    piece: &Piece<'c>,
    moving: &mut Vec<Moving<'c>>,
) -> Result<(), Failed> {
    let failed = |cause| (node.index, cause);
    for Emission { port, bytes } in emissions {
        if gather.is_blob(port).map_err(failed)? {
            let piece = match bytes {
                Content::Made(bytes) => Piece::held(bytes),
                Content::Pushed(part) => piece.part(part),
            };
            moving.push(Moving { from, port, piece });
        } else {
            gather.encoded(port, bytes.of(piece.bytes()), given).map_err(failed)?;
        }
    }
    Ok(())
}

/// Where a reading step's outputs go.
struct PipeSink<'p, 's, 'e, 'r, 'a> {
    pipe: &'p mut Pipe<'s, 'e, 'r, 'a>,
    at: usize,
    /// The node at fault, where that is not the reader.
    failed: &'p mut Option<NodeIndex>,
    /// Read so far, and since when.
    bytes: u64,
    began: Instant,
}

impl<'r, 'a: 'r, 's> PipeSink<'_, 's, '_, 'r, 'a>
where
    'r: 's,
{
    fn take(&mut self, port: PortIndex, bytes: &[u8]) -> Result<(), Failed> {
        let pipe = &mut *self.pipe;
        let index = pipe.active[self.at].node.index;
        pipe.active[self.at].gather.is_blob(port).map_err(|cause| (index, cause))?;
        if pipe.measures && self.bytes >= pipe.run.lanes.after_bytes {
            pipe.measures = false;
            let others: Duration = pipe.active.iter().map(|active| active.spent).sum();
            pipe.active[self.at].spent = self.began.elapsed().saturating_sub(others);
            Lane::divide(pipe);
        }
        self.bytes += bytes.len() as u64;
        let mut moving = Vec::new();
        pipe.forward(self.at, port, &Piece::Lent(bytes), &mut moving)?;
        pipe.settle(moving)?;
        Ok(())
    }
}

impl<'r, 'a: 'r, 's> Sink for PipeSink<'_, 's, '_, 'r, 'a>
where
    'r: 's,
{
    fn chunk(&mut self, port: PortIndex, bytes: &[u8]) -> Result<(), StepError> {
        let index = self.pipe.active[self.at].node.index;
        let event = Event::Bytes(index, bytes.len() as u64);
        self.pipe.run.ports.progress.event(event);
        self.take(port, bytes).map_err(|(node, cause)| {
            *self.failed = Some(node);
            StepError::from(Carried(cause))
        })
    }

    fn value(&mut self, port: PortIndex, value: Value) -> Result<(), StepError> {
        let gather = &mut self.pipe.active[self.at].gather;
        gather.value(port, value, None).map_err(|cause| Carried(cause).into())
    }

    fn handle(&mut self, kind: HandleKind, path: ByteText) -> Handle {
        self.pipe.run.handles.mint(kind, path)
    }
}
