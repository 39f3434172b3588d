//! Whole processes: help, a cached intent, the first run; and the size of the binary.

use crate::Result;
use crate::child;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::{Samples, ms};
use std::process::Command;

const RUNS: usize = 21;
const FIRST_RUNS: usize = 5;
const INTENT: &str = "how many lines in app.log contain error";

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    let log: String = (0..100).map(|line| format!("line {line} {}\n", ["info", "error"][line % 2])).collect();
    std::fs::write(place.work().join("app.log"), log)?;
    let nothing = times(RUNS, || place.tool("true", &[]))?;
    let grep = times(RUNS, || place.tool("grep", &["-c", "error", "app.log"]))?;
    let help = times(RUNS, || place.telos("none", &["--help"]))?;
    let first = first_runs(place)?;
    answer(place, "cached")?;
    let cached = times(RUNS, || place.telos("cached", &["do", INTENT]))?;
    Ok(vec![
        Figure::new("telos --help", "ms", help).target(Target::AtMost(10.0)).beside("true", Some(&nothing)),
        Figure::new("cached intent, whole process", "ms", cached)
            .target(Target::AtMost(25.0))
            .beside("grep -c error app.log", Some(&grep)),
        Figure::new("first run, empty state", "ms", first).target(Target::AtMost(2000.0)),
        Figure::new("binary", "MiB", Samples::one(size(place)?)).target(Target::AtMost(60.0)),
    ])
}

fn times(runs: usize, command: impl Fn() -> Command) -> Result<Samples> {
    Samples::new((0..runs).map(|_| Ok(ms(child::run(&mut command())?.wall))).collect::<Result<_>>()?)
}

fn answer(place: &Place, state: &str) -> Result<f64> {
    let ended = place.carry_out(state, INTENT)?;
    if ended.output.contains("50") { Ok(ms(ended.wall)) } else { Err(format!("wrong: {}", ended.output).into()) }
}

/// Each with a state of its own: keys are made, the pack is compiled, the intent is planned.
fn first_runs(place: &Place) -> Result<Samples> {
    Samples::new((0..FIRST_RUNS).map(|run| answer(place, &format!("first-{run}"))).collect::<Result<_>>()?)
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are enough")]
fn size(place: &Place) -> Result<f64> {
    Ok(std::fs::metadata(place.program())?.len() as f64 / f64::from(1 << 20))
}
