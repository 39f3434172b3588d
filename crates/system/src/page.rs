//! An outcome as a web page.

use crate::telos::{path_text, private_directory};
use crate::{Report, SystemError, Telos};

impl Telos {
    /// Writes an outcome as a self-contained page into the state directory and returns its address.
    ///
    /// # Errors
    /// When the page cannot be written.
    pub fn write_page(&self, report: &Report, title: &str) -> Result<String, SystemError> {
        let folder = self.places().state.join("pages");
        private_directory(&folder)?;
        let file = folder.join(format!("{}.html", report.run.as_deref().unwrap_or("outcome")));
        std::fs::write(&file, telos_surface::web(&report.scene, title)).map_err(SystemError::file(&file))?;
        Ok(format!("file://{}", path_text(&file)))
    }
}
