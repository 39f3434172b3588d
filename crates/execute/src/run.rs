//! A run: its table of labelled values, its threads, and how it ends.

use crate::commit::commit;
use crate::gather::{Contents, digest};
use crate::handle::Handles;
use crate::inputs::Labels;
use crate::lanes::{Lanes, cores};
use crate::outcome::{Content, Output, RunUsage};
use crate::program::{Group, Program};
use crate::stage::{Failed, run_group};
use crate::task::Task;
use crate::{Cause, Changes, Event, Outcome, Ports, RunFailure};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use telos_abi::{
    Act, Body, ByteText, Digest, Durability, Effect, EffectKind, Facts, HostName, Label, NodeIndex,
    Outcome as ActOutcome, Receipt, Resource,
};
use telos_engine::Usage;
use telos_graph::{Plan, Source};

/// Runs sealed plans.
#[derive(Clone, Copy)]
pub struct Executor<'a> {
    ports: Ports<'a>,
}

impl<'a> Executor<'a> {
    /// An executor that works through these ports.
    #[must_use]
    pub fn new(ports: Ports<'a>) -> Self {
        Self { ports }
    }

    /// Runs a plan from its beginning.
    ///
    /// # Errors
    /// [`RunFailure`] says at which node, why, and what had been changed by then.
    pub fn run(&self, plan: &Plan) -> Result<Outcome, RunFailure> {
        self.resume(plan, &[])
    }

    /// Runs a plan of which an interrupted run left `receipts`: changes that were done are not done again, everything
    /// else is computed anew. Acts in doubt must have been settled by the host before.
    ///
    /// # Errors
    /// As [`Executor::run`]. Changes of the interrupted run are not listed again.
    pub fn resume(&self, plan: &Plan, receipts: &[Receipt]) -> Result<Outcome, RunFailure> {
        let program = Program::of_plan(plan, self.ports.library).map_err(before_start)?;
        Run::new(&program, self.ports, made_by(receipts), sent_by(receipts)).go()
    }
}

fn before_start(cause: Cause) -> RunFailure {
    RunFailure { node: None, cause, changes: Changes::default() }
}

/// Input up to which a group is too little work for a thread of its own.
const SMALL_BYTES: u64 = 64 << 10;

/// Of each node, the paths of acts that were done, and what came of them.
type Made = BTreeMap<NodeIndex, BTreeMap<ByteText, ByteText>>;

pub(crate) fn made_by(receipts: &[Receipt]) -> Made {
    let done: BTreeSet<u64> = receipts
        .iter()
        .filter_map(|receipt| match receipt {
            Receipt::Acted { act, outcome: ActOutcome::Done } => Some(*act),
            _ => None,
        })
        .collect();
    let mut made = Made::new();
    for receipt in receipts {
        let Receipt::Intended { act, node: Some(node), what, .. } = receipt else {
            continue;
        };
        let (target, result) = match what {
            Act::Write { path, .. } | Act::Delete { path, .. } | Act::MakeLink { path, .. } => (path, path),
            Act::Move { from, to, .. } => (from, to),
            // Making a directory that is there has no effect, so it need not be remembered.
            _ => continue,
        };
        if done.contains(act) {
            made.entry(*node).or_default().insert(target.clone(), result.clone());
        }
    }
    made
}

/// What may have been sent: node, host and digest of the body, with how often.
type Sent = BTreeMap<(NodeIndex, HostName, Digest), usize>;

/// Everything that an interrupted run may have sent. Only what certainly never left is sent again.
pub(crate) fn sent_by(receipts: &[Receipt]) -> Sent {
    let failed: BTreeSet<u64> = receipts
        .iter()
        .filter_map(|receipt| match receipt {
            Receipt::Acted { act, outcome: ActOutcome::Failed(_) } => Some(*act),
            _ => None,
        })
        .collect();
    let mut sent = Sent::new();
    for receipt in receipts {
        if let Receipt::Intended { act, node: Some(node), what: Act::Send { to, content }, .. } = receipt
            && !failed.contains(act)
        {
            *sent.entry((*node, to.clone(), *content)).or_default() += 1;
        }
    }
    sent
}

/// A node whose effects wait for the barrier.
pub(crate) struct Prepared<'r> {
    pub(crate) node: NodeIndex,
    pub(crate) tasks: Vec<Task<'r>>,
    pub(crate) labels: Labels,
    /// Its outputs are lists.
    pub(crate) each: bool,
}

impl<'r> Prepared<'r> {
    pub(crate) fn once(node: NodeIndex, task: Task<'r>, labels: Labels) -> Self {
        Self { node, tasks: vec![task], labels, each: false }
    }

    pub(crate) fn each(node: NodeIndex, tasks: Vec<Task<'r>>, labels: Labels) -> Self {
        Self { node, tasks, labels, each: true }
    }
}

/// What is known of a node. Each cell is set once, before anything that reads it runs.
#[derive(Default)]
struct State {
    /// Labels of its outputs and what decided that it runs; `None` if it is skipped.
    labels: OnceLock<Option<(Vec<Label>, Label)>>,
    contents: OnceLock<Contents>,
}

/// One output of a finished node.
pub(crate) struct Done {
    pub(crate) content: Content,
    pub(crate) label: Label,
    pub(crate) control: Label,
}

/// What changes while the run goes on.
#[derive(Default)]
struct Tally {
    changes: Changes,
    usage: RunUsage,
}

/// A run under way.
pub(crate) struct Run<'a> {
    pub(crate) program: &'a Program<'a>,
    pub(crate) ports: Ports<'a>,
    pub(crate) handles: Handles,
    made: Made,
    /// What is left of what the interrupted run sent; each is taken once.
    sent: Mutex<Sent>,
    states: Vec<State>,
    /// Effects that wait for the level's barrier.
    pending: Mutex<Vec<Prepared<'a>>>,
    tally: Mutex<Tally>,
    /// For each node, its position in the plan's order: effects are done in it.
    position: Vec<usize>,
    pub(crate) lanes: Lanes,
}

impl<'a> Run<'a> {
    pub(crate) fn new(program: &'a Program<'a>, ports: Ports<'a>, made: Made, sent: Sent) -> Self {
        let mut position = vec![0; program.nodes.len()];
        for (at, index) in program.order.iter().enumerate() {
            position[index.0 as usize] = at;
        }
        Self {
            program,
            ports,
            handles: Handles::default(),
            made,
            sent: Mutex::new(sent),
            states: program.nodes.iter().map(|_| State::default()).collect(),
            pending: Mutex::default(),
            tally: Mutex::default(),
            position,
            lanes: Lanes::default(),
        }
    }

    /// The same run on other lanes.
    #[cfg(test)]
    pub(crate) fn on(self, lanes: Lanes) -> Self {
        Self { lanes, ..self }
    }

    pub(crate) fn go(self) -> Result<Outcome, RunFailure> {
        let ended = self.levels().and_then(|()| self.outputs().map_err(|cause| (None, cause)));
        let tally = self.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Ok(outputs) => Ok(Outcome {
                outputs,
                changes: tally.changes,
                usage: tally.usage,
                handles: std::sync::Arc::new(self.handles),
            }),
            Err((node, cause)) => Err(RunFailure {
                node,
                cause: match cause {
                    Cause::Call(telos_engine::CallError::Interrupted) => Cause::Cancelled,
                    cause => cause,
                },
                changes: tally.changes,
            }),
        }
    }

    fn levels(&self) -> Result<(), (Option<NodeIndex>, Cause)> {
        for level in &self.program.levels {
            for stage in level {
                self.stage(stage).map_err(|(node, cause)| (Some(node), cause))?;
            }
            let mut prepared = std::mem::take(&mut *held(&self.pending));
            prepared.sort_by_key(|prepared| self.position[prepared.node.0 as usize]);
            commit(self, prepared).map_err(|(node, cause)| (Some(node), cause))?;
        }
        Ok(())
    }

    /// Runs the groups of a stage, on several threads where that pays.
    fn stage(&self, groups: &[Group]) -> Result<(), Failed> {
        let heavy = groups.iter().filter(|group| self.is_heavy(group)).count();
        let threads = cores().min(heavy);
        if threads < 2 {
            return groups.iter().try_for_each(|group| run_group(self, group, self.lanes.most));
        }
        let next = AtomicUsize::new(0);
        // The failure of the first group in the plan's order is the one told, whichever happened first.
        let failures: Mutex<BTreeMap<usize, Failed>> = Mutex::default();
        thread::scope(|scope| {
            let work = || {
                while held(&failures).is_empty() {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(group) = groups.get(at) else { return };
                    if let Err(failed) = run_group(self, group, 1) {
                        held(&failures).insert(at, failed);
                    }
                }
            };
            for _ in 1..threads {
                // Where the machine refuses a thread, this one does the work.
                let _ = thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
        let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        failures.into_values().next().map_or(Ok(()), Err)
    }

    /// Whether a group is worth a thread: it reads the host, iterates, or has much data to work on. Starting a thread
    /// costs as much as running some ten small nodes.
    fn is_heavy(&self, group: &Group) -> bool {
        group.iter().any(|index| {
            let node = self.program.node(*index);
            node.each.is_some()
                || matches!(node.descriptor.body, Body::Host)
                || node.sources().any(|from| match self.content(from) {
                    Some(Content::Blob(blob)) => blob.len() > SMALL_BYTES,
                    _ => false,
                })
        })
    }

    /// What the plan shows.
    fn outputs(&self) -> Result<Vec<Output>, Cause> {
        self.program.outputs.iter().map(|from| self.output(*from)).collect()
    }

    fn output(&self, from: Source) -> Result<Output, Cause> {
        Ok(match self.result(from)? {
            Some(done) => Output { content: done.content, label: done.label },
            None => Output { content: Content::Skipped, label: Label::BOTTOM },
        })
    }

    fn state(&self, node: NodeIndex) -> &State {
        &self.states[node.0 as usize]
    }

    fn content(&self, from: Source) -> Option<&Content> {
        let contents = self.state(from.node).contents.get()?;
        contents.get(usize::from(from.port.0))?.as_ref()
    }

    /// An output of a finished node; `None` if the node was skipped.
    pub(crate) fn result(&self, from: Source) -> Result<Option<Done>, Cause> {
        let Some((label, control)) = self.streaming_label(from)? else {
            return Ok(None);
        };
        let content = self
            .content(from)
            .cloned()
            .ok_or_else(|| Cause::stale(format!("node {} has not given output {}", from.node.0, from.port.0)))?;
        Ok(Some(Done { content, label, control }))
    }

    /// The label of an output of a started node, and what decided that it runs; `None` if the node was skipped.
    pub(crate) fn streaming_label(&self, from: Source) -> Result<Option<(Label, Label)>, Cause> {
        match self.state(from.node).labels.get() {
            Some(None) => Ok(None),
            Some(Some((labels, control))) => labels
                .get(usize::from(from.port.0))
                .map(|label| Some((*label, *control)))
                .ok_or_else(|| Cause::stale(format!("node {} has no such output", from.node.0))),
            None => Err(Cause::stale(format!("node {} has not been started", from.node.0))),
        }
    }

    pub(crate) fn set_labels(&self, node: NodeIndex, labels: Vec<Label>, control: Label) {
        // Set once: each node is in one group, and a group runs once.
        let _ = self.state(node).labels.set(Some((labels, control)));
    }

    pub(crate) fn skip(&self, node: NodeIndex) {
        let _ = self.state(node).labels.set(None);
        self.ports.progress.event(Event::Skipped(node));
        self.show(node);
    }

    pub(crate) fn finish(&self, node: NodeIndex, contents: Contents) -> Result<(), Cause> {
        let labels = self.state(node).labels.get().and_then(Option::as_ref);
        let label = labels.iter().flat_map(|(labels, _)| labels).fold(Label::BOTTOM, |all, label| all.join(*label));
        self.record(&Receipt::NodeDone {
            node,
            outputs: contents.iter().map(|content| digest(content.as_ref())).collect(),
            label,
        })?;
        let _ = self.state(node).contents.set(contents);
        if !self.program.node(node).acts {
            self.ports.progress.event(Event::Finished(node));
        }
        self.show(node);
        Ok(())
    }

    /// Hands on what a node gave that the plan shows. What cannot be had is told when the run ends.
    fn show(&self, node: NodeIndex) {
        for position in self.program.node(node).shown.iter().flatten() {
            let output = self.program.outputs.get(*position).and_then(|from| self.output(*from).ok());
            if let Some(output) = output {
                self.ports.progress.output(*position, &output, &|handle| self.handles.path(handle));
            }
        }
    }

    pub(crate) fn count_call(&self) {
        held(&self.tally).usage.calls += 1;
    }

    pub(crate) fn prepare(&self, prepared: Prepared<'a>) {
        held(&self.pending).push(prepared);
    }

    /// Everything that the interrupted run did for a node.
    pub(crate) fn all_made(&self, node: NodeIndex) -> Option<&BTreeMap<ByteText, ByteText>> {
        self.made.get(&node)
    }

    /// What came of an act that the interrupted run did on `target`.
    pub(crate) fn made(&self, node: NodeIndex, target: &ByteText) -> Option<ByteText> {
        self.made.get(&node)?.get(target).cloned()
    }

    /// Whether the interrupted run may have sent this already. Answers yes as often as it did.
    pub(crate) fn was_sent(&self, node: NodeIndex, effect: &Effect, content: Digest) -> bool {
        let Resource::Host(host) = &effect.resource else { return false };
        let mut sent = held(&self.sent);
        match sent.get_mut(&(node, host.clone(), content)) {
            Some(left) if *left > 0 && effect.kind == EffectKind::NetSend => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn record(&self, receipt: &Receipt) -> Result<(), Cause> {
        self.ports.recorder.record(receipt, Durability::Batched)?;
        Ok(())
    }

    pub(crate) fn check_stop(&self) -> Result<(), Cause> {
        if self.ports.stop.is_raised() {
            return Err(Cause::Cancelled);
        }
        Ok(())
    }

    pub(crate) fn count(&self, used: Usage) {
        let usage = &mut held(&self.tally).usage;
        usage.fuel = usage.fuel.saturating_add(used.fuel);
        usage.memory_bytes = usage.memory_bytes.max(used.memory_bytes);
        usage.output_bytes = usage.output_bytes.saturating_add(used.output_bytes);
    }

    pub(crate) fn changed(&self, effects: &[(Effect, Facts)]) {
        let changes = &mut held(&self.tally).changes;
        effects.iter().for_each(|(effect, _)| changes.add(effect));
    }
}

/// Every value behind these locks is whole between two statements, so a panic elsewhere does not spoil it.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
