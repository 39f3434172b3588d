//! What is told of a run while it goes on: how far it is, and of a plan that changes nothing the first of what it gives.
//!
//! What may be shown early is what the report will show first, in the same words: outputs in the plan's order, each when it is
//! whole, or the text of a single output as it comes. Where something is going to be changed nothing is shown before it is done,
//! because what was refused or did not succeed has no outcome.

use crate::intent::Settled;
use crate::person::{Part, Person, Step};
use crate::result::{self, Described, SHOWN_BYTES_MAX};
use crate::shelf::Shelf;
use std::collections::BTreeMap;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use telos_abi::{ByteText, Handle, Type};
use telos_execute::{Content, Event, Output, Progress};
use telos_surface::Scene;

/// Runs `work`, and tells the person of it.
pub(crate) fn telling<T>(
    person: &dyn Person,
    settled: &Settled,
    shelf: &Shelf<'_>,
    work: impl FnOnce(&dyn Progress) -> T,
) -> T {
    if !telos_execute::only_reads(&settled.plan, shelf) {
        return work(&Told { person, early: None });
    }
    // The person may be slow to read, and a run does not wait for that.
    thread::scope(|scope| {
        let (sender, parts) = mpsc::channel();
        scope.spawn(move || parts.into_iter().for_each(|part| person.shown(&part)));
        let outputs = settled.plan.graph().outputs.len();
        let waiting = Waiting { sender, next: 0, whole: BTreeMap::new(), tail: Vec::new(), bytes: 0 };
        work(&Told { person, early: Some(Early { settled, shelf, outputs, waiting: Mutex::new(waiting) }) })
    })
}

/// Passes the executor's events on to the person.
struct Told<'a> {
    person: &'a dyn Person,
    early: Option<Early<'a>>,
}

/// What is shown before the run is over.
struct Early<'a> {
    settled: &'a Settled,
    shelf: &'a Shelf<'a>,
    /// How many the plan has.
    outputs: usize,
    waiting: Mutex<Waiting>,
}

struct Waiting {
    sender: Sender<Part>,
    /// The first output that is not shown.
    next: usize,
    /// Outputs that are whole and wait for those before them.
    whole: BTreeMap<usize, Output>,
    /// Of a single text, bytes that may be the beginning of a letter.
    tail: Vec<u8>,
    /// Bytes of it that came.
    bytes: u64,
}

impl Progress for Told<'_> {
    fn event(&self, event: Event) {
        match event {
            Event::Started(node) => self.person.progress(Step::Began(node)),
            Event::Expected(node, bytes) => self.person.progress(Step::Expected(node, bytes)),
            Event::Bytes(node, bytes) => self.person.progress(Step::Bytes(node, bytes)),
            Event::Finished(node) | Event::Skipped(node) | Event::Committed(node) => {
                self.person.progress(Step::Ended(node));
            }
        }
    }

    fn output(&self, position: usize, output: &Output, path: &dyn Fn(Handle) -> Option<ByteText>) {
        if let Some(early) = &self.early {
            early.output(position, output, path);
        }
    }

    fn bytes(&self, _: usize, bytes: &[u8]) {
        if let Some(early) = &self.early {
            early.bytes(bytes);
        }
    }
}

impl Early<'_> {
    /// An output is whole. A single one is told by the report.
    fn output(&self, position: usize, output: &Output, path: &dyn Fn(Handle) -> Option<ByteText>) {
        if self.outputs < 2 {
            return;
        }
        let content = match &output.content {
            Content::Value(value) => Content::Value(Arc::new(result::named(value, path))),
            other => other.clone(),
        };
        let mut waiting = held(&self.waiting);
        waiting.whole.insert(position, Output { content, label: output.label });
        let ready = (waiting.next..).take_while(|at| waiting.whole.contains_key(at)).count();
        let described: Vec<Described<'_>> = (waiting.next..waiting.next + ready)
            .filter_map(|at| self.settled.described(self.shelf, at, waiting.whole.get(&at)?))
            .collect();
        if described.len() < ready {
            return;
        }
        // Whether something holds may be told in one line with the reason, which comes after it.
        let ends = described.last().is_some_and(|last| result::truth(last).is_none());
        let shown = if ends { ready } else { ready.saturating_sub(1) };
        if shown > 0 {
            let scene = result::scene(&described[..shown], &|_| None);
            drop(described);
            let next = waiting.next + shown;
            waiting.whole.retain(|at, _| *at >= next);
            waiting.next = next;
            // Who went away is not told.
            let _ = waiting.sender.send(Part::Blocks(scene.blocks));
        }
    }

    /// More of the plan's only output came, if it is shown as text.
    fn bytes(&self, bytes: &[u8]) {
        if self.outputs != 1 {
            return;
        }
        let text = self.settled.port(self.shelf, 0).is_some_and(|port| match port.ty {
            Type::Blob { refinement, .. } => Scene::is_text(refinement),
            _ => false,
        });
        let mut waiting = held(&self.waiting);
        let left = usize::try_from(SHOWN_BYTES_MAX - waiting.bytes).unwrap_or(usize::MAX);
        let bytes = &bytes[..bytes.len().min(left)];
        if !text || bytes.is_empty() {
            return;
        }
        waiting.bytes += bytes.len() as u64;
        waiting.tail.extend_from_slice(bytes);
        let text = letters(&mut waiting.tail);
        if !text.is_empty() {
            let _ = waiting.sender.send(Part::Text(text));
        }
    }
}

/// Takes the text off the bytes, as `String::from_utf8_lossy` reads it; what may go on with the next bytes stays.
fn letters(bytes: &mut Vec<u8>) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut kept = 0;
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        match chunk.invalid().len() {
            0 => {}
            length if chunks.peek().is_none() => kept = length,
            _ => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
    bytes.drain(..bytes.len() - kept);
    text
}

/// What is behind this lock is whole between two statements, so a panic elsewhere does not spoil it.
fn held(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::letters;
    use proptest::prelude::*;

    proptest! {
        /// However the bytes come, the text is the beginning of what the whole would be.
        #[test]
        fn text_in_parts_begins_the_whole(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0xc3_u8..0xf1], 0..40), cut in 1..5_usize) {
            let whole = String::from_utf8_lossy(&bytes);
            let (mut held, mut text) = (Vec::new(), String::new());
            for part in bytes.chunks(cut) {
                held.extend_from_slice(part);
                text.push_str(&letters(&mut held));
            }
            prop_assert!(whole.starts_with(&text), "{whole:?} {text:?}");
            prop_assert!(whole.len() - text.len() <= 3 * held.len() && held.len() < 4);
        }
    }
}
