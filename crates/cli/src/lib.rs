//! The command line: arguments in, exit code out.
//!
//! 1. **stdout is the outcome, stderr the story.** With `--json`, stdout is one JSON object.
//! 2. **Exit codes are the contract** of `telos --help`; every command keeps it.
//! 3. **Nothing is done here.** Each command is one call into `telos-system` and the printing of what it returns.
#![forbid(unsafe_code)]

mod ahead;
mod arguments;
mod asking;
mod commands;
mod console;
mod doing;
mod records;
mod running;
mod screen;

pub use arguments::Arguments;

use std::process::ExitCode;

/// Parses the process's arguments and carries them out.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match <Arguments as clap::Parser>::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // clap prints help to stdout with code 0 and mistakes to stderr with code 2.
            let code = error.exit_code();
            let _ = error.print();
            return exit(code);
        }
    };
    exit(commands::carry_out(arguments))
}

fn exit(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
