//! Set-up, the demonstration and the full test suite.

use crate::shell::{self, Failure};
use std::process::Command;

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Installs the wasm target if rustup manages this toolchain and it is missing.
pub(crate) fn setup() -> Result<(), Failure> {
    if shell::output(Command::new("cc").arg("--version")).is_none() {
        return Err(Failure::new("no C compiler: install one (for example `apt install gcc`) and run this again"));
    }
    let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]))
        .ok_or_else(|| Failure::new("rustc is not on the PATH: install Rust with rustup, see https://rustup.rs"))?;
    let installed = std::path::Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET);
    if !installed.is_dir() {
        shell::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))?;
    }
    for component in ["rustfmt", "clippy"] {
        let program = if component == "clippy" { "cargo-clippy" } else { component };
        if shell::output(Command::new(program).arg("--version")).is_none() {
            shell::run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// Builds `telos` and runs the main job on `samples/`.
pub(crate) fn demo() -> Result<(), Failure> {
    setup()?;
    let root = shell::root()?;
    shell::run(shell::cargo().args(["build", "--release", "--package", "telos"]).current_dir(&root))?;
    let telos = crate::install::release_binary(&root);
    let samples = root.join("samples");
    let scratch = std::env::temp_dir().join(format!("telos-demo-{}", std::process::id()));
    for intent in [
        "how many lines in app.log contain error",
        "total amount per region in sales.csv",
        "which files here are larger than 1 kB",
    ] {
        eprintln!();
        let mut command = Command::new(&telos);
        command.args(["do", intent]).current_dir(&samples).env("TELOS_STATE_DIR", &scratch);
        shell::run(&mut command)?;
    }
    std::fs::remove_dir_all(&scratch).map_err(|error| Failure::new(format!("{}: {error}", scratch.display())))
}

/// Every check that has to pass before a change lands.
pub(crate) fn test() -> Result<(), Failure> {
    setup()?;
    let root = shell::root()?;
    crate::tidy::run(&root)?;
    let cargo = |arguments: &[&str]| shell::run(shell::cargo().args(arguments).current_dir(&root));
    cargo(&["fmt", "--all", "--check"])?;
    primitives(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"])?;
    primitives(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])?;
    primitives(&["test", "--workspace"])?;
    cargo(&["test", "--workspace", "--all-features"])?;
    shell::run(
        shell::cargo()
            .args(["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "--deny warnings")
            .current_dir(&root),
    )?;
    match crate::miri::missing() {
        None => crate::miri::run(),
        Some(why) => skip("Miri", &why),
    }
}

/// Runs cargo in the packs' own workspace with its own target folder: a nested cargo that shared ours would wait for
/// the lock that we hold.
fn primitives(arguments: &[&str]) -> Result<(), Failure> {
    let folder = shell::root()?.join("primitives");
    shell::run(shell::cargo().args(arguments).env("CARGO_TARGET_DIR", folder.join("target")).current_dir(&folder))
}

/// Prints the packs' digests; with `--rebuild`, builds them again in another folder and compares.
pub(crate) fn packs(arguments: &[String]) -> Result<(), Failure> {
    let root = shell::root()?;
    let list = |folder: &std::path::Path| {
        let mut command = shell::cargo();
        command
            .args(["run", "--quiet", "--package", "telos-registry-packs", "--example", "digests"])
            .current_dir(folder);
        if folder != root {
            command.env("CARGO_TARGET_DIR", folder.join("target"));
        }
        shell::output(&mut command).ok_or_else(|| Failure::new("the packs did not build; run `cargo build` to see why"))
    };
    let here = list(&root)?;
    print!("{here}");
    match arguments {
        [] => Ok(()),
        [flag] if flag == "--rebuild" => {
            let copy = std::env::temp_dir().join(format!("telos-rebuild-{}", std::process::id()));
            shell::run(Command::new("git").args(["clone", "--quiet", "--no-hardlinks"]).arg(&root).arg(&copy))?;
            let there = list(&copy);
            let removed = std::fs::remove_dir_all(&copy);
            if there? != here {
                return Err(Failure::new("a rebuild in another folder gave other digests"));
            }
            println!("a rebuild in another folder gave the same digests");
            removed.map_err(|error| Failure::new(format!("{}: {error}", copy.display())))
        }
        _ => Err(Failure::new("usage: cargo xtask packs [--rebuild]")),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "reads as the other arm of a check")]
fn skip(what: &str, why: &str) -> Result<(), Failure> {
    println!("SKIPPED: {what}: {why}");
    Ok(())
}
