//! Automation of the repository: `cargo xtask COMMAND`.
//!
//! Everything a newcomer or the continuous integration does goes through here, so that there is one way to do it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a front door: what it prints is its result")]

mod bench;
mod fuzz;
mod install;
mod miri;
mod shell;
mod suite;
mod tidy;

use shell::Failure;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  setup            install what the build needs beside cargo and a C compiler (the wasm target)
  demo             set up, build, and run the main job on the files in samples/
  test             set up, then every check that has to pass: format, tidy, lints, tests, documentation
  tidy             walls between rooms, length of files and functions, leftovers, banned calls
  bench AREA       print figures beside their targets and baselines [--json]; areas: spine, intents
  packs            print the digest of every primitive pack; --rebuild builds them in another folder and compares
  install          put an ordinary `telos` on the PATH [--root DIR, default ~/.cargo]
  fuzz TARGET      run a fuzz target, or --all, for [--seconds N, default 30]; needs a nightly toolchain and cargo-fuzz;
                   --list names the targets, --seeds writes the derived seeds again
  miri             run the tests of modules with `unsafe` under Miri; needs a nightly toolchain with miri
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match run(&command, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask {command}: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, rest: &[String]) -> Result<(), Failure> {
    match command {
        "setup" => suite::setup(),
        "demo" => suite::demo(),
        "test" => suite::test(),
        "tidy" => tidy::run(&shell::root()?),
        "bench" => bench::run(rest),
        "packs" => suite::packs(rest),
        "install" => install::run(rest),
        "fuzz" => fuzz::run(rest),
        "miri" => miri::run(),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(Failure::new(format!("no command `{other}`; `cargo xtask help` lists them"))),
    }
}
