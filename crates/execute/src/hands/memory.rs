//! What the person told Telos to remember: facts in a cell.

use super::changing::{next, takes_no_data};
use super::finding::{table, time};
use super::records::{self, Record, Records};
use super::{At, Nearness};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Effect, Facts, Label, PortIndex, Value};
use telos_host::Host;
use telos_policy::Permit;

/// Nearness from which on a fact may be what is meant.
const NEAR: f32 = 0.2;
/// Share of the nearest fact's nearness from which on another is as near.
const AS_NEAR: f32 = 0.8;

const FACTS: PortIndex = PortIndex(0);
const TABLE: PortIndex = PortIndex(1);
const COUNT: PortIndex = PortIndex(2);

/// One thing remembered.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Fact {
    /// When it was told, RFC 3339.
    at: String,
    fact: String,
}

impl Record for Fact {
    const CELL: &'static str = "memory";
    const CALLED: &'static str = "what is remembered";
}

/// What is remembered, if the host may be asked under the permit that `permit` gives for it. Nothing is made if nothing is.
pub fn remembered(host: &Host, permit: impl FnOnce(&Effect) -> Option<Permit>) -> Vec<String> {
    let known: Vec<Fact> = records::known(host, permit, |_| true);
    known.into_iter().map(|fact| fact.fact).collect()
}

fn said(call: &HostCall<'_>) -> Result<String, StepError> {
    match call.arguments.first() {
        Some(Some(Value::Text(text))) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        _ => Err(format!("`{}` was given no words", call.primitive).into()),
    }
}

/// Whether each fact is what the words are about.
fn meant(nearness: &dyn Nearness, words: &str, facts: &[Fact]) -> Vec<bool> {
    let texts: Vec<&str> = facts.iter().map(|fact| fact.fact.as_str()).collect();
    let near = nearness.of(words, &texts);
    let most = near.iter().copied().fold(0.0, f32::max);
    near.iter().map(|one| *one >= NEAR && *one >= AS_NEAR * most).collect()
}

fn tell(facts: &[Fact], out: &mut dyn Sink) -> Result<(), StepError> {
    let lines: String = facts.iter().map(|fact| format!("{}\n", fact.fact)).collect();
    out.chunk(FACTS, lines.as_bytes())?;
    let rows = facts.iter().map(|fact| [fact.fact.as_str(), fact.at.as_str()]);
    out.chunk(TABLE, table(["fact", "remembered"], rows).as_bytes())?;
    out.value(COUNT, Value::Int(i64::try_from(facts.len()).unwrap_or(i64::MAX)))
}

/// `memory.recall`, `memory.list`.
pub(super) struct Recall<'h> {
    facts: Records<'h, Fact>,
    nearness: &'h dyn Nearness,
    /// `None` for all there is.
    query: Option<String>,
}

impl<'h> Recall<'h> {
    pub(super) fn about(at: At<'h>, nearness: &'h dyn Nearness, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { query: Some(said(call)?), ..Self::all(at, nearness)? })
    }

    pub(super) fn all(at: At<'h>, nearness: &'h dyn Nearness) -> Result<Self, StepError> {
        Ok(Self { facts: Records::open(at)?, nearness, query: None })
    }
}

impl Step for Recall<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        self.facts.reading()
    }

    fn label(&self) -> Result<Label, StepError> {
        self.facts.label()
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let all = self.facts.read(next(&mut permits.into_iter())?)?;
        let Some(query) = &self.query else { return tell(&all, out) };
        let meant = meant(self.nearness, query, &all);
        let found: Vec<Fact> = all.into_iter().zip(meant).filter(|(_, meant)| *meant).map(|(fact, _)| fact).collect();
        if found.is_empty() {
            return Err(
                format!("nothing is remembered about “{query}”; telos do \"what do you remember\" lists all").into()
            );
        }
        tell(&found, out)
    }
}

/// What is to become of the facts.
enum Change {
    Add(String),
    Drop(String),
}

/// `memory.remember`, `memory.forget`.
pub(super) struct Revise<'h> {
    facts: Records<'h, Fact>,
    nearness: &'h dyn Nearness,
    change: Change,
}

impl<'h> Revise<'h> {
    pub(super) fn remember(at: At<'h>, nearness: &'h dyn Nearness, call: &HostCall<'_>) -> Result<Self, StepError> {
        Self::new(at, nearness, Change::Add(said(call)?))
    }

    pub(super) fn forget(at: At<'h>, nearness: &'h dyn Nearness, call: &HostCall<'_>) -> Result<Self, StepError> {
        Self::new(at, nearness, Change::Drop(said(call)?))
    }

    fn new(at: At<'h>, nearness: &'h dyn Nearness, change: Change) -> Result<Self, StepError> {
        Ok(Self { facts: Records::open(at)?, nearness, change })
    }

    /// The facts that are added or dropped, and those that are there then.
    fn revise(&self, held: Vec<Fact>) -> Result<(Vec<Fact>, Vec<Fact>), StepError> {
        match &self.change {
            Change::Add(fact) => {
                let new = Fact { at: time(self.facts.now_ns()), fact: fact.clone() };
                // What is said again counts from now on.
                let mut all: Vec<Fact> = held.into_iter().filter(|old| old.fact != *fact).collect();
                all.push(new.clone());
                Ok((vec![new], all))
            }
            Change::Drop(words) => {
                let meant = meant(self.nearness, words, &held);
                let (gone, kept): (Vec<_>, Vec<_>) = held.into_iter().zip(meant).partition(|(_, meant)| *meant);
                if gone.is_empty() {
                    return Err(format!("nothing is remembered about “{words}”, so nothing was forgotten").into());
                }
                let facts = |all: Vec<(Fact, bool)>| all.into_iter().map(|(fact, _)| fact).collect();
                Ok((facts(gone), facts(kept)))
            }
        }
    }
}

impl Step for Revise<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.facts.path())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        self.facts.revising()
    }

    fn label(&self) -> Result<Label, StepError> {
        self.facts.label()
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        let (changed, all) = self.revise(self.facts.read(next(&mut permits)?)?)?;
        self.facts.write(next(&mut permits)?, &all)?;
        tell(&changed, out)
    }
}
