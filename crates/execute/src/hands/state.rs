//! FILE_STATE: a JSON document kept for a file, in one cell for all of them.
//!
//! Whether a document fits its schema is checked beside this, on either way, by `json.conform` in the same graph.

use super::changing::{next, takes_no_data};
use super::finding::time;
use super::{At, path};
use crate::{HostCall, Sink, Step, StepError};
use std::collections::BTreeMap;
use telos_abi::limit::{CELL_BYTES_MAX, STATE_BYTES_MAX, STATE_FILES_MAX};
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label, PortIndex};
use telos_host::Located;
use telos_policy::Permit;

/// The cell's name.
const CELL: &str = "state";
const STATE: PortIndex = PortIndex(0);

/// What is kept for one file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    /// When it was kept, RFC 3339.
    at: String,
    state: serde_json::Value,
}

/// By path.
type States = BTreeMap<String, Kept>;

fn states(held: &[u8]) -> Result<States, StepError> {
    if held.is_empty() {
        return Ok(States::new());
    }
    serde_json::from_slice(held).map_err(|why| {
        format!("what is kept for files cannot be read ({why}); another version of Telos may have written it").into()
    })
}

/// `state.read`.
pub(super) struct ReadState<'h> {
    at: At<'h>,
    cell: Located,
    path: ByteText,
}

impl<'h> ReadState<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let path = at.look(&path(call, 0)?)?.path();
        Ok(Self { cell: at.host.cell(CELL)?.for_node(at.node), at, path })
    }
}

impl Step for ReadState<'_> {
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
        match states(&held)?.get(&self.path.to_string()) {
            Some(kept) => out.chunk(STATE, &serde_json::to_vec(&kept.state)?),
            None => out.chunk(STATE, b"{}"),
        }
    }
}

/// `state.write`.
pub(super) struct WriteState<'h> {
    at: At<'h>,
    cell: Located,
    path: ByteText,
    state: Vec<u8>,
}

impl<'h> WriteState<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let path = at.look(&path(call, 0)?)?.path();
        Ok(Self { cell: at.host.cell(CELL)?.for_node(at.node), at, path, state: Vec::new() })
    }
}

impl Step for WriteState<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.cell.path())
    }

    fn push(&mut self, _: PortIndex, chunk: &[u8]) -> Result<(), StepError> {
        if self.state.len() + chunk.len() > STATE_BYTES_MAX {
            return Err(format!("the state of a file may have at most {STATE_BYTES_MAX} bytes").into());
        }
        self.state.extend_from_slice(chunk);
        Ok(())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        // Decided on its name, but kept for undo like any file.
        let mut kept = self.at.host.facts(&self.cell, EffectKind::FileOverwrite);
        kept.undoable = true;
        Ok(vec![(self.cell.read_effect()?, Facts::default()), (self.cell.write_effect()?, kept)])
    }

    /// States of other files stay in the cell with their label.
    fn label(&self) -> Result<Label, StepError> {
        Ok(self.at.host.label_of(&self.cell)?)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, _: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        let held = self.at.host.read_cell(next(&mut permits)?, &self.cell)?;
        let mut all = states(&held)?;
        let at = time(i128::from(self.at.host.now().0) * 1_000_000);
        all.insert(self.path.to_string(), Kept { at, state: serde_json::from_slice(&self.state)? });
        let mut encoded = serde_json::to_vec(&all)?;
        while all.len() > STATE_FILES_MAX || encoded.len() > CELL_BYTES_MAX {
            let oldest = all.iter().min_by(|one, other| one.1.at.cmp(&other.1.at)).map(|(path, _)| path.clone());
            oldest.and_then(|path| all.remove(&path)).ok_or("the state is larger than its cell may be")?;
            encoded = serde_json::to_vec(&all)?;
        }
        let mut prepared = self.at.host.prepare_write(&self.cell)?;
        prepared.write_all(&encoded)?;
        let label = self.label()?;
        self.at.host.commit_write(next(&mut permits)?, prepared, label)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::states;

    #[test]
    fn what_cannot_be_read_is_told_and_not_written_over() {
        assert!(states(b"").expect("none").is_empty());
        let one = br#"{"/a": {"at": "2024-05-01T09:30:00Z", "state": {"position": 3}}}"#;
        assert_eq!(states(one).expect("one")["/a"].state["position"], 3);
        assert!(states(b"[1").is_err());
    }
}
