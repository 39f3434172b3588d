//! The state of a directory before an agent changes it directly, kept so that the run can be undone.

use crate::error::GuardError;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use telos_abi::limit::WALK_DEPTH_MAX;

/// Most bytes of file content that are kept. On file systems whose copies share blocks they cost nothing.
pub(crate) const KEPT_BYTES_MAX: u64 = 1 << 30;
/// Most files, links and directories that are kept.
pub(crate) const KEPT_ENTRIES_MAX: usize = 100_000;

/// Copies a tree: directories, regular files with their modes, links. FIFOs, sockets and devices are left out.
///
/// # Errors
/// [`GuardError::Specification`] when the tree is over the budget, [`GuardError::Io`] when a file cannot be kept. The
/// agent must not start then.
pub(super) fn take(from: &Path, to: &Path) -> Result<(), GuardError> {
    let over = |what: &str| GuardError::Specification {
        what: from.display().to_string(),
        why: format!(
            "it holds more than {what}, too much to keep for undo; run with a copy-on-write workspace, or in a smaller directory"
        ),
    };
    let (mut bytes, mut entries) = (0_u64, 0_usize);
    let mut stack = vec![PathBuf::new()];
    let mut modes = Vec::new();
    while let Some(inner) = stack.pop() {
        let source = from.join(&inner);
        let target = to.join(&inner);
        std::fs::DirBuilder::new().mode(0o700).create(&target).map_err(GuardError::io("keeping", &source))?;
        let about = source.symlink_metadata().map_err(GuardError::io("keeping", &source))?;
        modes.push((target, about.permissions()));
        for entry in std::fs::read_dir(&source).map_err(GuardError::io("keeping", &source))? {
            let path = inner.join(entry.map_err(GuardError::io("keeping", &source))?.file_name());
            let (source, target) = (from.join(&path), to.join(&path));
            let about = source.symlink_metadata().map_err(GuardError::io("keeping", &source))?;
            entries += 1;
            if entries > KEPT_ENTRIES_MAX || path.components().count() > WALK_DEPTH_MAX {
                return Err(over(&format!("{KEPT_ENTRIES_MAX} files")));
            }
            if about.is_dir() {
                stack.push(path);
            } else if about.is_symlink() {
                std::fs::read_link(&source)
                    .and_then(|text| std::os::unix::fs::symlink(text, &target))
                    .map_err(GuardError::io("keeping", &source))?;
            } else if about.is_file() {
                bytes = bytes.saturating_add(about.size());
                if bytes > KEPT_BYTES_MAX {
                    return Err(over(&format!("{} MiB", KEPT_BYTES_MAX >> 20)));
                }
                // Shares blocks where the file system can.
                std::fs::copy(&source, &target).map_err(GuardError::io("keeping", &source))?;
            }
        }
    }
    for (path, mode) in modes.into_iter().rev() {
        std::fs::set_permissions(&path, mode).map_err(GuardError::io("keeping", path))?;
    }
    Ok(())
}
