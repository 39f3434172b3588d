//! Cells: what Telos keeps for the person under a name, such as its memory.
//!
//! A cell is a small file of the state directory, with everything that files have: it appears whole or not at all, keeps the
//! join of the labels of all that was written to it, is journalled, and undo brings earlier content back. No path leads
//! to it: acts on it are decided as effects on its name, and the state directory stays closed to every grant.

use crate::host::{Host, check_permit, open_file};
use crate::locate::Entry;
use crate::{HostError, Located};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use telos_abi::{ByteText, Effect, Label, Resource, limit};
use telos_policy::Permit;

impl Host {
    /// The cell of this name: lower-case letters, digits and hyphens, at most 64. One that was never written is empty.
    ///
    /// # Errors
    /// [`HostError::BadPath`] for another name; otherwise if the state directory cannot be used.
    pub fn cell(&self, name: &str) -> Result<Located, HostError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
            return Err(HostError::BadPath { path: name.into(), why: "a cell has another name" });
        }
        let place = self.cells();
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&place)
            .map_err(HostError::std("make", place.as_os_str().as_bytes()))?;
        let path = place.join(name);
        Ok(Located::new(Entry::resolve(path.as_os_str().as_bytes())?)?.for_cell(name))
    }

    /// The label that what is in the cell carries.
    ///
    /// # Errors
    /// As [`Host::label_of`].
    pub fn label_of_cell(&self, name: &str) -> Result<Label, HostError> {
        self.existing_cell(name)?.map_or(Ok(Label::BOTTOM), |cell| self.label_of(&cell))
    }

    /// The cell of this name, if anything was ever written to it.
    ///
    /// # Errors
    /// As [`Host::cell`].
    pub fn existing_cell(&self, name: &str) -> Result<Option<Located>, HostError> {
        match std::fs::symlink_metadata(self.cells().join(name)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            _ => self.cell(name).map(Some),
        }
    }

    /// What the cell holds; empty if nothing was ever written.
    ///
    /// # Errors
    /// If the permit is for another effect, or the cell cannot be read or holds more than
    /// [`limit::CELL_BYTES_MAX`].
    pub fn read_cell(&self, permit: Permit, cell: &Located) -> Result<Vec<u8>, HostError> {
        check_permit(&permit, &cell.read_effect()?)?;
        drop(permit);
        let entry = cell.target()?;
        if entry.meta.is_none() {
            return Ok(Vec::new());
        }
        let mut content = Vec::new();
        let most = limit::CELL_BYTES_MAX as u64;
        let path = || entry.path();
        open_file(entry)?.take(most + 1).read_to_end(&mut content).map_err(HostError::std("read", path()))?;
        if content.len() as u64 > most {
            return Err(HostError::BadPath { path: path().into(), why: "it holds more than a cell may" });
        }
        Ok(content)
    }

    fn cells(&self) -> PathBuf {
        self.config.state.join("cells")
    }

    /// The directory of cells by its real path, if there is one.
    pub(crate) fn cells_path(&self) -> Option<ByteText> {
        let place = self.cells();
        std::fs::canonicalize(place).ok().map(|place| place.as_os_str().as_bytes().into())
    }
}

/// An effect on a path as what it is where the path is that of a cell.
pub(crate) fn on_cell(effect: Effect, cells: Option<&ByteText>) -> Effect {
    let name = match (&effect.resource, cells) {
        (Resource::Path(path), Some(cells)) => {
            let beneath = path.as_bytes().strip_prefix(cells.as_bytes()).and_then(|rest| rest.strip_prefix(b"/"));
            beneath.and_then(|name| std::str::from_utf8(name).ok()).filter(|name| !name.contains('/'))
        }
        _ => None,
    };
    match name {
        Some(name) => Effect { kind: telos_abi::EffectKind::CellWrite, resource: Resource::Named(name.to_owned()) },
        None => effect,
    }
}
