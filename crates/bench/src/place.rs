//! Where the figures are measured.

use crate::Result;
use crate::child::{self, Ended};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A temporary directory with the work files, Telos' state, and a home without anything in it.
pub(crate) struct Place {
    telos: PathBuf,
    root: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new(telos: &Path) -> Result<Self> {
        let telos = telos.canonicalize().map_err(|error| format!("{}: {error}", telos.display()))?;
        let root = tempfile::Builder::new().prefix("telos-bench-").tempdir()?;
        let place = Self { telos, root };
        std::fs::create_dir(place.work())?;
        std::fs::create_dir(place.path("home"))?;
        Ok(place)
    }

    /// The program under measurement.
    pub(crate) fn program(&self) -> &Path {
        &self.telos
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The directory that intents and agents work in.
    pub(crate) fn work(&self) -> PathBuf {
        self.path("work")
    }

    /// `telos` in the work directory, with the state named `state`, which begins empty.
    pub(crate) fn telos(&self, state: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.telos);
        command
            .args(arguments)
            .current_dir(self.work())
            .env("HOME", self.path("home"))
            .env("TELOS_STATE_DIR", self.path(state))
            .env_remove("TELOS_CACHE_DIR")
            .env("TELOS_CONFIG_DIR", self.path("config"));
        command
    }

    /// What `telos do` answers.
    ///
    /// # Errors
    /// When it does not end with 0.
    pub(crate) fn carry_out(&self, state: &str, intent: &str) -> Result<Ended> {
        child::run(&mut self.telos(state, &["do", intent]))
    }

    /// A tool of the system in the work directory.
    pub(crate) fn tool(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.work());
        command
    }
}
