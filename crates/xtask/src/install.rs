//! `cargo xtask install`: an ordinary binary with the packs embedded, its manual pages and completions.

use crate::shell::{self, Failure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a release build leaves the binary.
pub(crate) fn release_binary(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("release/telos")
}

/// Builds and copies the binary to `DIR/bin`, manual pages to `DIR/share/man/man1`, completions beside them.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let destination = match arguments {
        [] => cargo_home()?,
        [flag, folder] if flag == "--root" => PathBuf::from(folder),
        _ => return Err(Failure::new("usage: cargo xtask install [--root DIR]")),
    };
    crate::suite::setup()?;
    let root = shell::root()?;
    shell::run(shell::cargo().args(["build", "--release", "--locked", "--package", "telos"]).current_dir(&root))?;
    let bin = destination.join("bin");
    create(&bin)?;
    // Written beside the old binary and renamed over it, so that a running `telos` is not overwritten.
    let fresh = bin.join(".telos.new");
    std::fs::copy(release_binary(&root), &fresh)
        .map_err(|error| Failure::new(format!("{}: {error}", fresh.display())))?;
    let installed = bin.join("telos");
    std::fs::rename(&fresh, &installed).map_err(|error| Failure::new(format!("{}: {error}", installed.display())))?;
    let manual = destination.join("share/man/man1");
    create(&manual)?;
    shell::run(Command::new(&installed).args(["completions", "--manual"]).arg(&manual))?;
    println!("installed {}", installed.display());
    Ok(())
}

fn cargo_home() -> Result<PathBuf, Failure> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))
        .ok_or_else(|| Failure::new("neither CARGO_HOME nor HOME is set; pass --root DIR"))
}

fn create(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))
}
