//! `cargo xtask bench AREA [--json]`: runs the figures of one area in a release build.

use crate::shell::{self, Failure};

const AREAS: [&str; 2] = ["spine", "intents"];

/// Builds `telos` and the bench program, and runs the latter. One JSON object a line with `--json`.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let area = arguments.first().map(String::as_str).unwrap_or_default();
    if !AREAS.contains(&area) {
        return Err(Failure::new(format!("usage: cargo xtask bench {} [--json]", AREAS.join("|"))));
    }
    let root = shell::root()?;
    shell::run(
        shell::cargo()
            .args(["build", "--release", "--package", "telos", "--package", "telos-bench"])
            .current_dir(&root),
    )?;
    let telos = crate::install::release_binary(&root);
    let program = telos.with_file_name("telos-bench");
    shell::run(std::process::Command::new(program).arg("--telos").arg(&telos).args(arguments).current_dir(&root))?;
    if area == "intents" {
        answers(arguments.iter().any(|argument| argument == "--json"))?;
    }
    Ok(())
}

/// How many of the requests that people wrote are answered rightly: the table of a test, which judges outcomes.
fn answers(json: bool) -> Result<(), Failure> {
    let form = if json { "json" } else { "text" };
    shell::run(
        shell::cargo()
            .args(["test", "--quiet", "--package", "telos-system", "--all-features", "--test", "intents", "--"])
            .args(["people_are_answered", "--nocapture", "--quiet"])
            .env("TELOS_INTENTS_FIGURES", form)
            .current_dir(shell::root()?),
    )
}
