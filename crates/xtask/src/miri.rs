//! The modules with `unsafe` code, and what checks each: Miri where it can interpret what they do, and where they are
//! system calls or generated code, the tests that run them for real. `tidy` fails for a module that is not here.

use crate::shell::{self, Failure};
use std::path::Path;
use std::process::Command;

/// What checks a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// Miri interprets the module's tests: those whose names begin so, in this package's library. System calls beside
    /// them are run by these test files.
    Miri { package: &'static str, tests: &'static str, and: &'static [&'static str] },
    /// Nothing here that Miri knows; these test files run it.
    Run(&'static [&'static str]),
}

/// Every module with `unsafe` code. ARCHITECTURE.md, "Unsafe code", says the same for people.
pub(crate) const UNSAFE: [(&str, Check); 8] = [
    (
        "crates/guard/src/sys.rs",
        Check::Miri {
            package: "telos-guard",
            tests: "sys::",
            and: &["crates/guard/tests/agent.rs", "crates/guard/tests/escapes.rs"],
        },
    ),
    (
        "crates/guard/src/terminal.rs",
        Check::Miri { package: "telos-guard", tests: "terminal::", and: &["crates/guard/tests/agent.rs"] },
    ),
    ("crates/engine/src/precompiled.rs", Check::Run(&["crates/engine/tests/load.rs"])),
    ("crates/engine/src/bindings.rs", Check::Run(&["crates/engine/tests/call.rs"])),
    ("crates/sqlite/src/guard.rs", Check::Run(&["crates/sqlite/src/tests.rs"])),
    ("crates/bench/src/child.rs", Check::Run(&["crates/bench/src/child.rs"])),
    ("primitives/pack/src/guest.rs", Check::Run(&["crates/registry/tests/evidence.rs"])),
    ("primitives/pack/src/lib.rs", Check::Run(&["crates/registry/tests/evidence.rs"])),
];

/// Why Miri cannot run here, with the way out.
pub(crate) fn missing() -> Option<String> {
    let nightly = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        shell::output(command.arg("+nightly").args(arguments).env_remove("RUSTUP_TOOLCHAIN")).is_some()
    };
    if !nightly(&["--version"]) {
        return Some("no nightly toolchain: `rustup toolchain install nightly --component miri,rust-src`".into());
    }
    if !nightly(&["miri", "setup"]) {
        return Some("the nightly toolchain lacks it: `rustup component add --toolchain nightly miri rust-src`".into());
    }
    None
}

/// Runs under Miri what it can interpret.
pub(crate) fn run() -> Result<(), Failure> {
    if let Some(why) = missing() {
        return Err(Failure::new(why));
    }
    let root = shell::root()?;
    let mut packages: Vec<(&str, Vec<&str>)> = Vec::new();
    for (_, check) in UNSAFE {
        let Check::Miri { package, tests, .. } = check else { continue };
        match packages.iter_mut().find(|(known, _)| *known == package) {
            Some((_, filters)) => filters.push(tests),
            None => packages.push((package, vec![tests])),
        }
    }
    packages.into_iter().try_for_each(|(package, filters)| {
        shell::run(
            Command::new("cargo")
                .args(["+nightly", "miri", "test", "--package", package, "--lib", "--"])
                .args(filters)
                .env("MIRIFLAGS", "-Zmiri-disable-isolation -Zmiri-strict-provenance")
                .env("CARGO_TARGET_DIR", target(&root))
                .env_remove("RUSTUP_TOOLCHAIN")
                .current_dir(&root),
        )
    })
}

/// A folder of its own beside whatever cargo was told to use: another compiler, other flags.
fn target(root: &Path) -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into).join("miri")
}
