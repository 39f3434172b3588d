//! Measures what Telos promises about time and memory: `telos-bench --telos PATH AREA [--json]`.
//!
//! 1. **A figure names its baseline.** What a ratio is taken to was measured in the same run on the same machine; a
//!    tool that is missing is named as missing, never replaced in silence.
//! 2. **Figures are medians** of several runs, with the least beside them. Whole processes are timed from outside, from
//!    fork to wait; parts in this process, after warming up.
//! 3. **A wrong answer is no figure.** What was computed is compared with what the baseline computed.
//! 4. **Nothing is left.** Work files and state lie in a temporary directory of their own.
//!
//! Not promised: stable numbers on a busy machine, and the figure of a machine that was not measured.
#![deny(unsafe_code)]

mod agent;
mod attack;
mod child;
mod figure;
mod helper;
mod log;
mod novel;
mod packs;
mod place;
mod process;
mod pure;
mod reuse;
mod sample;
mod search;
mod stream;
mod tables;

use figure::{Figure, Form};
use place::Place;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// That of the `telos` binary.
#[global_allocator]
static HEAP: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: telos-bench --telos PATH spine|intents [--json] [--only GROUP]";

/// One group of figures, by the name that `--only` takes.
type Group = (&'static str, fn(&Place) -> Result<Vec<Figure>>);

/// In this order: a child's peak memory is told with that of the process it was started from, so what fills this one
/// comes last.
const SPINE: &[Group] = &[
    ("stream", stream::figures),
    ("process", process::figures),
    ("agent", agent::figures),
    ("pure", pure::figures),
    ("attack", attack::figures),
    ("packs", packs::figures),
    ("log", log::figures),
];
const INTENTS: &[Group] =
    &[("tables", tables::figures), ("novel", novel::figures), ("search", search::figures), ("reuse", reuse::figures)];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["helper", rest @ ..] => helper::run(rest),
        ["--telos", telos, "spine", rest @ ..] => area(SPINE, Path::new(telos), rest),
        ["--telos", telos, "intents", rest @ ..] => area(INTENTS, Path::new(telos), rest),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            figure::complain(&*error);
            ExitCode::FAILURE
        }
    }
}

fn area(groups: &[Group], telos: &Path, options: &[&str]) -> Result<()> {
    let (mut form, mut only) = (Form::Text, None);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--json" => form = Form::Json,
            "--only" => only = Some(*options.next().ok_or(USAGE)?),
            _ => return Err(USAGE.into()),
        }
    }
    if only.is_some_and(|only| !groups.iter().any(|(name, _)| *name == only)) {
        let names: Vec<&str> = groups.iter().map(|(name, _)| *name).collect();
        return Err(format!("no such group; there are {}", names.join(", ")).into());
    }
    let place = Place::new(telos)?;
    for (name, figures) in groups {
        if only.is_none_or(|only| only == *name) {
            for figure in figures(&place).map_err(|error| format!("{name}: {error}"))? {
                figure.print(form);
            }
        }
    }
    Ok(())
}
