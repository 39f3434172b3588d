//! What became of the acts of a run that was killed.
//!
//! Every act that changes a name does so in one atomic step between its journal entry and its receipt. An act
//! without a receipt is therefore settled by looking: its outcome stands, or what was before stands, or somebody
//! else was there and the act is in doubt. An act in doubt is never repeated and never recorded; a person is asked.

use crate::host::Host;
use crate::locate::{Entry, parent};
use crate::publish::temporary_name;
use crate::spool;
use crate::state::{Settled, classify, observe, same};
use crate::{HostError, step};
use rustix::fs::{AtFlags, unlinkat};
use std::collections::BTreeMap;
use telos_abi::{Act, ByteText, FileState, Label, Outcome, Receipt, RunId};

/// What became of one act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActState {
    /// It happened, exactly once.
    Done,
    /// It did not happen; what was there before stands. The executor may do it, as a new act.
    NotDone,
    /// It cannot be known. The text says what was found.
    InDoubt(String),
}

/// The acts of a run, and what was tidied.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Resumed {
    /// Every act, by number.
    pub acts: Vec<(u64, Act, ActState)>,
    /// Temporary files of the run that were removed.
    pub removed: Vec<ByteText>,
    /// Hidden files of the run that hold something the run did not put there; left for a person.
    pub left: Vec<ByteText>,
}

/// An act as the journal knows it.
#[derive(Clone, Debug)]
pub(crate) struct Journalled {
    pub(crate) what: Act,
    pub(crate) label: Label,
    pub(crate) outcome: Option<Outcome>,
}

/// The acts in `receipts`, by number.
pub(crate) fn journalled(receipts: &[Receipt]) -> Result<BTreeMap<u64, Journalled>, HostError> {
    let mut acts: BTreeMap<u64, Journalled> = BTreeMap::new();
    for receipt in receipts {
        match receipt {
            Receipt::Intended { act, what, label, .. } => {
                let fresh = Journalled { what: what.clone(), label: *label, outcome: None };
                if acts.insert(*act, fresh).is_some() {
                    return Err(HostError::BadReceipts { why: "an act was begun twice" });
                }
            }
            Receipt::Acted { act, outcome } => {
                let Some(known) = acts.get_mut(act) else {
                    return Err(HostError::BadReceipts { why: "an act ended that never began" });
                };
                known.outcome = Some(outcome.clone());
            }
            _ => {}
        }
    }
    Ok(acts)
}

impl Host {
    /// Settles every act of the interrupted run `run`: records what happened, repairs labels, removes temporary
    /// files. Acts in doubt get no receipt.
    ///
    /// `receipts` are the run's, followed by those of runs that resumed it; this host's recorder must append to one
    /// of them, and new acts of this host are numbered after them.
    ///
    /// # Errors
    /// If the receipts contradict each other, or the log or labels cannot be written.
    pub fn resume(&self, run: RunId, receipts: &[Receipt]) -> Result<Resumed, HostError> {
        let acts = journalled(receipts)?;
        if let Some((last, _)) = acts.last_key_value() {
            self.count_from(last.saturating_add(1));
        }
        let mut resumed = Resumed::default();
        for (act, known) in acts {
            let state = self.settle(act, &known)?;
            let settled = !matches!(state, ActState::InDoubt(_));
            if known.outcome.is_none() {
                tidy(run, act, &known.what, settled, &mut resumed)?;
            }
            if state == ActState::Done {
                self.adopt(&known.what);
            }
            resumed.acts.push((act, known.what, state));
        }
        let spools = spool::remove_left_by(&self.config.state, run)?;
        resumed.removed.extend(spools.into_iter().map(ByteText::from));
        Ok(resumed)
    }

    fn settle(&self, act: u64, known: &Journalled) -> Result<ActState, HostError> {
        match &known.outcome {
            Some(Outcome::Done) => return Ok(ActState::Done),
            Some(Outcome::Failed(_)) => return Ok(ActState::NotDone),
            None => {}
        }
        let (state, outcome) = match classify(&known.what) {
            Settled::Done => (ActState::Done, Outcome::Done),
            Settled::NotDone => {
                let why = String::from("interrupted before it happened");
                (ActState::NotDone, Outcome::Failed(why))
            }
            Settled::InDoubt => return Ok(ActState::InDoubt(doubt(&known.what))),
        };
        if state == ActState::Done {
            self.relabel(&known.what, known.label)?;
        }
        let path = main_path(&known.what).cloned().unwrap_or_default();
        self.record(&Receipt::Acted { act, outcome }, &path)?;
        step::reach("after a settled receipt");
        Ok(state)
    }

    /// Files that the resumed run created stay its own.
    fn adopt(&self, what: &Act) {
        let created = match what {
            Act::Write { path, before, .. } if *before == FileState::Absent => path,
            Act::MakeDirectory { path, .. } => path,
            _ => return,
        };
        if let Ok(entry) = Entry::exactly(&created.0) {
            self.created().extend(entry.meta.map(|meta| meta.identity));
        }
    }
}

/// Removes the act's temporary file, if it holds what the act put there.
fn tidy(run: RunId, act: u64, what: &Act, settled: bool, resumed: &mut Resumed) -> Result<(), HostError> {
    let Some(path) = main_path(what) else {
        return Ok(());
    };
    let name = temporary_name(run, act);
    let hidden = [parent(&path.0), b"/", &name].concat();
    let state = match observe(&hidden) {
        Ok(FileState::Absent) => return Ok(()),
        Ok(state) => state,
        Err(_) => {
            resumed.left.push(hidden.into());
            return Ok(());
        }
    };
    let link;
    let ours: [Option<&FileState>; 2] = match what {
        Act::Write { before, after, .. } => [Some(before), Some(after)],
        Act::Delete { before, .. } => [Some(before), None],
        Act::MakeLink { before, target, .. } => {
            link = FileState::Link { target: target.clone() };
            [Some(before), Some(&link)]
        }
        _ => [None, None],
    };
    if settled && ours.iter().flatten().any(|own| same(own, &state)) {
        let entry = Entry::exactly(&hidden)?;
        unlinkat(&entry.directory.fd, name.as_slice(), AtFlags::empty())
            .map_err(HostError::io("remove", hidden.as_slice()))?;
        resumed.removed.push(hidden.into());
    } else {
        resumed.left.push(hidden.into());
    }
    Ok(())
}

/// The path where an act's temporary file would be a neighbour.
fn main_path(what: &Act) -> Option<&ByteText> {
    match what {
        Act::Write { path, .. }
        | Act::Delete { path, .. }
        | Act::MakeLink { path, .. }
        | Act::MakeDirectory { path, .. }
        | Act::SetMode { path, .. } => Some(path),
        Act::Move { from, .. } => Some(from),
        Act::Send { .. } => None,
    }
}

fn doubt(what: &Act) -> String {
    match (what, main_path(what)) {
        (Act::Send { to, .. }, _) => format!("whether {} received what was sent cannot be seen from here", to.name),
        (_, Some(path)) => {
            format!("{path} is neither as it was before nor as the run would leave it")
        }
        (_, None) => String::from("nothing is known of it"),
    }
}
