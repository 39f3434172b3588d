//! Style as a test: what the compiler and clippy cannot see.

mod functions;
mod lines;
mod unsafety;
mod walls;

use crate::shell::Failure;
use std::fmt;
use std::path::{Path, PathBuf};

/// One thing to mend.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// File, relative to the repository.
    file: PathBuf,
    /// Line, counted from 1; 0 when the file as a whole is meant.
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Checks the whole repository and fails with the number of findings, which are printed.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let mut findings = walls::check(root)?;
    for file in source_files(root)? {
        let text = std::fs::read_to_string(root.join(&file))
            .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
        findings.extend(lines::check(&file, &text));
        findings.extend(functions::check(&file, &text));
        findings.extend(unsafety::check(&file, &text));
    }
    findings.extend(lines::identical(root, "primitives/wit/pack.wit", "crates/engine/wit/pack.wit")?);
    findings.extend(unsafety::check_list(root));
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::new(format!("{} findings", findings.len()))) }
}

/// Every Rust file of the repository that is not generated.
fn source_files(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("crates"), root.join("primitives"), root.join("fuzz")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let entry = entry.map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "target" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path.strip_prefix(root).unwrap_or(&path).to_path_buf());
            }
        }
    }
    files.sort();
    Ok(files)
}
