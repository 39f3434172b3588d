//! A gigabyte searched and counted, beside the tools made for it.

use crate::Result;
use crate::child::{self, Ended};
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::Samples;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

const BYTES: usize = 1_000_000_000;
const RUNS: usize = 3;
const STATE: &str = "stream";

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    let big = place.work().join("big.log");
    fill(&big)?;
    let figures = compare(place);
    std::fs::remove_file(&big)?;
    figures
}

fn compare(place: &Place) -> Result<Vec<Figure>> {
    // Compiles the pack and plans once, which other figures are about.
    std::fs::write(place.work().join("small.log"), "error\n")?;
    place.carry_out(STATE, "how many lines in small.log contain error")?;
    let rg = place.tool("rg", &["-c", "error", "big.log"]);
    let grep = place.tool("grep", &["-c", "error", "big.log"]);
    let wc = place.tool("wc", &["-l", "big.log"]);
    let mut figures = Vec::new();
    figures.extend(against(place, "search and count", "how many lines in big.log contain error", [rg, grep])?);
    let cat = place.tool("wc", &["-lwmc", "big.log"]);
    figures.extend(against(place, "count", "how many lines are in big.log", [wc, cat])?);
    Ok(figures)
}

/// The intent beside the first tool, and beside the second as information; tool and intent take turns.
fn against(place: &Place, name: &str, intent: &str, mut tools: [Command; 2]) -> Result<Vec<Figure>> {
    let (mut own, mut peak) = (Vec::new(), Vec::new());
    let mut others = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        let mut counts = Vec::new();
        for (tool, times) in tools.iter_mut().zip(&mut others) {
            // A tool that is not there has no samples, and the row says so.
            if let Ok(ended) = child::run(tool) {
                times.push(ended.wall.as_secs_f64());
                counts.push(first_number(&ended)?);
            }
        }
        let ended = place.carry_out(STATE, intent)?;
        let count = first_number(&ended)?;
        if counts.iter().any(|other| *other != count) {
            return Err(format!("`{intent}` gave {count}, the tools {counts:?}").into());
        }
        own.push(ended.wall.as_secs_f64());
        peak.push(mebibytes(ended.peak_bytes));
    }
    let own = Samples::new(own)?;
    let [first, second] = others.map(|times| Samples::new(times).ok());
    let shown = tools.map(|tool| shown(&tool));
    Ok(vec![
        Figure::new(format!("1 GB {name}"), "s", own.clone())
            .target(Target::TimesAtMost(4.0))
            .beside(&*shown[0], first.as_ref()),
        Figure::new(format!("1 GB {name}, another tool"), "s", own).beside(&*shown[1], second.as_ref()),
        Figure::new(format!("1 GB {name}, peak memory"), "MiB", Samples::new(peak)?).target(Target::AtMost(256.0)),
    ])
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn first_number(ended: &Ended) -> Result<u64> {
    let digits = ended.output.split(|letter: char| !letter.is_ascii_digit()).find(|part| !part.is_empty());
    Ok(digits.ok_or_else(|| format!("no number in `{}`", ended.output))?.parse()?)
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are enough")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// A log of lines of different lengths, about one in forty with the word.
fn fill(path: &Path) -> Result<()> {
    let mut block = String::new();
    let mut seed = 1_u32;
    while block.len() < 1 << 20 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let level = if seed >> 16 & 31 == 0 { "error" } else { "info" };
        let (at, id) = (seed >> 8 & 0xff_ffff, seed >> 3 & 0xffff);
        block.push_str(&format!(
            "2026-01-{:02}T10:00:00 host{} {level} request {at} took {id} us",
            at % 28 + 1,
            id % 9
        ));
        block.push_str(&" and went on"[..(seed >> 20) as usize % 13]);
        block.push('\n');
    }
    let mut file = BufWriter::new(File::create(path)?);
    for _ in 0..BYTES / block.len() {
        file.write_all(block.as_bytes())?;
    }
    file.flush()?;
    Ok(())
}
