//! Records that are kept for the person in a cell, one JSON object a line.

use super::At;
use crate::StepError;
use serde::{Serialize, de::DeserializeOwned};
use std::marker::PhantomData;
use telos_abi::limit::CELL_BYTES_MAX;
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label};
use telos_host::{Host, Located};
use telos_policy::Permit;

/// What a cell is full of.
pub(super) trait Record: Serialize + DeserializeOwned {
    /// The cell's name.
    const CELL: &'static str;
    /// What its records are called together, for a person.
    const CALLED: &'static str;
}

/// The records, all of them: what cannot be read is never written over.
pub(super) fn parse<T: Record>(held: &[u8]) -> Result<Vec<T>, StepError> {
    let lines = held.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let read = |(at, line)| {
        serde_json::from_slice(line).map_err(|why| {
            let called = T::CALLED;
            format!("line {at} of {called} cannot be read ({why}); another version of Telos may have written it").into()
        })
    };
    (1..).zip(lines).map(read).collect()
}

/// What is kept and readable, if the host may be asked under the permit that `permit` gives for it, and the cell's label is one
/// that `trusted` takes. Nothing is made if nothing is.
pub(super) fn known<T: Record>(
    host: &Host,
    permit: impl FnOnce(&Effect) -> Option<Permit>,
    trusted: impl FnOnce(Label) -> bool,
) -> Vec<T> {
    let read = || {
        let cell = host.existing_cell(T::CELL).ok()??;
        if !trusted(host.label_of(&cell).ok()?) {
            return None;
        }
        host.read_cell(permit(&cell.read_effect().ok()?)?, &cell).ok()
    };
    parse(&read().unwrap_or_default()).unwrap_or_default()
}

/// A cell that a step reads or revises.
pub(super) struct Records<'h, T> {
    at: At<'h>,
    cell: Located,
    of: PhantomData<T>,
}

impl<'h, T: Record> Records<'h, T> {
    pub(super) fn open(at: At<'h>) -> Result<Self, StepError> {
        Ok(Self { cell: at.host.cell(T::CELL)?.for_node(at.node), at, of: PhantomData })
    }

    pub(super) fn path(&self) -> ByteText {
        self.cell.path()
    }

    /// What stays in the cell keeps its label.
    pub(super) fn label(&self) -> Result<Label, StepError> {
        Ok(self.at.host.label_of(&self.cell)?)
    }

    /// The time now, as [`super::finding::time`] takes it.
    pub(super) fn now_ns(&self) -> i128 {
        i128::from(self.at.host.now().0) * 1_000_000
    }

    pub(super) fn reading(&self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(self.cell.read_effect()?, Facts::default())])
    }

    /// Reading, and then writing.
    pub(super) fn revising(&self) -> Result<Vec<(Effect, Facts)>, StepError> {
        // Decided on its name, but kept for undo like any file.
        let mut kept = self.at.host.facts(&self.cell, EffectKind::FileOverwrite);
        kept.undoable = true;
        Ok(vec![(self.cell.read_effect()?, Facts::default()), (self.cell.write_effect()?, kept)])
    }

    pub(super) fn read(&self, permit: Permit) -> Result<Vec<T>, StepError> {
        parse(&self.at.host.read_cell(permit, &self.cell)?)
    }

    pub(super) fn write(&self, permit: Permit, all: &[T]) -> Result<(), StepError> {
        let mut prepared = self.at.host.prepare_write(&self.cell)?;
        for record in all {
            let mut line = serde_json::to_vec(record)?;
            line.push(b'\n');
            prepared.write_all(&line)?;
        }
        if prepared.size() > CELL_BYTES_MAX as u64 {
            let called = T::CALLED;
            return Err(format!("{CELL_BYTES_MAX} bytes of {called} are the most; forget something first").into());
        }
        self.at.host.commit_write(permit, prepared, self.label()?)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Word(String);

    impl Record for Word {
        const CELL: &'static str = "words";
        const CALLED: &'static str = "the words";
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told_and_not_passed_over() {
        assert_eq!(parse::<Word>(b"\"tea\"\n").expect("a word"), [Word("tea".into())]);
        assert!(parse::<Word>(b"").expect("none").is_empty());
        let bad = parse::<Word>(b"\"tea\"\nno word\n").expect_err("the second line").to_string();
        assert!(bad.starts_with("line 2 of the words"), "{bad}");
    }
}
