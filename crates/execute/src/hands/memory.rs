//! What the person told Telos to remember: facts in a cell, one JSON object a line.

use super::changing::{next, takes_no_data};
use super::finding::{cell, time};
use super::{At, Nearness};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::limit::CELL_BYTES_MAX;
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label, PortIndex, Value};
use telos_host::{Host, Located};
use telos_policy::Permit;

/// The cell's name.
const CELL: &str = "memory";
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

/// The facts of the cell, all of them: what cannot be read is never written over.
fn facts(held: &[u8]) -> Result<Vec<Fact>, StepError> {
    let lines = held.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let read = |(at, line)| {
        serde_json::from_slice(line).map_err(|why| {
            format!(
                "line {at} of what is remembered cannot be read ({why}); another version of Telos may have written it"
            )
            .into()
        })
    };
    (1..).zip(lines).map(read).collect()
}

/// What is remembered, if the host may be asked under the permit that `permit` gives for it. Nothing is made if nothing is.
pub fn remembered(host: &Host, permit: impl FnOnce(&Effect) -> Option<Permit>) -> Vec<String> {
    let read = || {
        let cell = host.existing_cell(CELL).ok()??;
        let permit = permit(&cell.read_effect().ok()?)?;
        host.read_cell(permit, &cell).ok()
    };
    let known = facts(&read().unwrap_or_default()).unwrap_or_default();
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
    let mut table = String::from("fact,remembered\n");
    for fact in facts {
        cell(&mut table, &fact.fact);
        table.push(',');
        cell(&mut table, &fact.at);
        table.push('\n');
    }
    out.chunk(TABLE, table.as_bytes())?;
    out.value(COUNT, Value::Int(i64::try_from(facts.len()).unwrap_or(i64::MAX)))
}

/// `memory.recall`, `memory.list`.
pub(super) struct Recall<'h> {
    at: At<'h>,
    cell: Located,
    nearness: &'h dyn Nearness,
    /// `None` for all there is.
    query: Option<String>,
}

impl<'h> Recall<'h> {
    pub(super) fn about(at: At<'h>, nearness: &'h dyn Nearness, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { query: Some(said(call)?), ..Self::all(at, nearness)? })
    }

    pub(super) fn all(at: At<'h>, nearness: &'h dyn Nearness) -> Result<Self, StepError> {
        Ok(Self { cell: at.host.cell(CELL)?.for_node(at.node), at, nearness, query: None })
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
        Ok(vec![(self.cell.read_effect()?, Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(self.at.host.label_of(&self.cell)?)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let held = self.at.host.read_cell(next(&mut permits.into_iter())?, &self.cell)?;
        let all = facts(&held)?;
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
    at: At<'h>,
    cell: Located,
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
        Ok(Self { cell: at.host.cell(CELL)?.for_node(at.node), at, nearness, change })
    }

    /// The facts that are added or dropped, and those that are there then.
    fn revise(&self, held: Vec<Fact>) -> Result<(Vec<Fact>, Vec<Fact>), StepError> {
        match &self.change {
            Change::Add(fact) => {
                let now_ns = i128::from(self.at.host.now().0) * 1_000_000;
                let new = Fact { at: time(now_ns), fact: fact.clone() };
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
        Some(self.cell.path())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        // Decided on its name, but kept for undo like any file.
        let mut kept = self.at.host.facts(&self.cell, EffectKind::FileOverwrite);
        kept.undoable = true;
        Ok(vec![(self.cell.read_effect()?, Facts::default()), (self.cell.write_effect()?, kept)])
    }

    /// What stays in the cell keeps its label.
    fn label(&self) -> Result<Label, StepError> {
        Ok(self.at.host.label_of(&self.cell)?)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        let held = self.at.host.read_cell(next(&mut permits)?, &self.cell)?;
        let (changed, all) = self.revise(facts(&held)?)?;
        let mut prepared = self.at.host.prepare_write(&self.cell)?;
        for fact in &all {
            let mut line = serde_json::to_vec(fact)?;
            line.push(b'\n');
            prepared.write_all(&line)?;
        }
        if prepared.size() > CELL_BYTES_MAX as u64 {
            return Err(format!("memory holds {CELL_BYTES_MAX} bytes at most; forget something first").into());
        }
        let label = self.label()?;
        self.at.host.commit_write(next(&mut permits)?, prepared, label)?;
        tell(&changed, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_is_told_and_not_passed_over() {
        let good = "{\"at\":\"2024-05-01T09:30:00Z\",\"fact\":\"tea\"}\n";
        assert_eq!(facts(good.as_bytes()).expect("facts").len(), 1);
        assert!(facts(b"").expect("none").is_empty());
        let bad = facts(format!("{good}not a fact\n").as_bytes()).expect_err("the second line");
        assert!(bad.to_string().contains("line 2"), "{bad}");
    }
}
