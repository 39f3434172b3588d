//! `cargo xtask bench AREA [--json]`: runs the figures of one area in a release build.

use crate::shell::{self, Failure};

/// Builds `telos` and the bench program, and runs the latter. One JSON object a line with `--json`.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let area = arguments.first().map(String::as_str).unwrap_or_default();
    if area != "spine" {
        return Err(Failure::new("usage: cargo xtask bench spine [--json]"));
    }
    let root = shell::root()?;
    shell::run(
        shell::cargo()
            .args(["build", "--release", "--package", "telos", "--package", "telos-bench"])
            .current_dir(&root),
    )?;
    let telos = crate::install::release_binary(&root);
    let program = telos.with_file_name("telos-bench");
    shell::run(std::process::Command::new(program).arg("--telos").arg(&telos).args(arguments).current_dir(&root))
}
