//! A gigabyte of CSV grouped and filtered, beside the fastest of the well-known tools that are here.

use crate::Result;
use crate::child;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::Samples;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

const BYTES: usize = 1_000_000_000;
const RUNS: usize = 3;
const STATE: &str = "tables";

/// One piece of work: the intent, and what other tools do for it. All must give as many lines.
struct Work {
    name: &'static str,
    intent: &'static str,
    /// The file that the intent writes.
    writes: Option<&'static str>,
    tools: &'static [&'static [&'static str]],
}

const WORKS: [Work; 2] = [
    Work {
        name: "1 GB CSV, rows counted by a column",
        intent: "count the rows of big.csv by city",
        writes: None,
        tools: &[
            &["xsv", "frequency", "-s", "city", "big.csv"],
            &["mlr", "--icsv", "--ocsv", "count", "-g", "city", "big.csv"],
            &["awk", "-F,", "NR>1{n[$3]++} END{print \"city,count\"; for(c in n) print c\",\"n[c]}", "big.csv"],
        ],
    },
    Work {
        name: "1 GB CSV, rows filtered",
        intent: "rows of big.csv where amount is greater than 995, saved as some.csv",
        writes: Some("some.csv"),
        tools: &[&["mlr", "--csv", "filter", "$amount > 995", "big.csv"], &["awk", "-F,", "NR==1||$4>995", "big.csv"]],
    },
];

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    let big = place.work().join("big.csv");
    fill(&big)?;
    let figures = WORKS.iter().map(|work| beside(place, work)).collect::<Result<Vec<_>>>();
    std::fs::remove_file(&big)?;
    Ok(figures?.into_iter().flatten().collect())
}

fn beside(place: &Place, work: &Work) -> Result<Vec<Figure>> {
    // Compiles the packs and plans, which other figures are about.
    place.carry_out(STATE, work.intent)?;
    let (mut own, mut peak) = (Vec::new(), Vec::new());
    let mut others: Vec<Vec<f64>> = vec![Vec::new(); work.tools.len()];
    for _ in 0..RUNS {
        for (tool, times) in work.tools.iter().zip(&mut others) {
            let mut command: Command = place.tool(tool[0], &tool[1..]);
            // A tool that is not there has no samples.
            if let Ok(ended) = child::run(&mut command) {
                times.push(ended.wall.as_secs_f64());
            }
        }
        forget(place, work)?;
        let ended = place.carry_out(STATE, work.intent)?;
        own.push(ended.wall.as_secs_f64());
        peak.push(mebibytes(ended.peak_bytes));
    }
    let measured = work.tools.iter().zip(others).filter_map(|(tool, times)| Some((*tool, Samples::new(times).ok()?)));
    let fastest = measured.min_by(|one, other| one.1.median().total_cmp(&other.1.median()));
    let (name, times) = match &fastest {
        Some((tool, times)) => (tool.join(" "), Some(times)),
        None => (work.tools[0].join(" "), None),
    };
    Ok(vec![
        Figure::new(work.name, "s", Samples::new(own)?).target(Target::TimesAtMost(3.0)).beside(name, times),
        Figure::new(format!("{}, peak memory", work.name), "MiB", Samples::new(peak)?).target(Target::AtMost(512.0)),
    ])
}

/// Removes what the intent wrote: it would ask before it wrote over it.
fn forget(place: &Place, work: &Work) -> Result<()> {
    match work.writes {
        Some(name) => Ok(std::fs::remove_file(place.work().join(name))?),
        None => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are enough")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Orders of a shop: a number, a day, one of nine cities, an amount below a thousand, a remark.
fn fill(path: &Path) -> Result<()> {
    const CITIES: [&str; 9] = ["Leeds", "York", "Hull", "Bath", "Ely", "Truro", "Wells", "Derby", "Ripon"];
    let mut block = String::new();
    let mut seed = 1_u32;
    while block.len() < 1 << 20 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (id, amount) = (seed >> 7 & 0xff_ffff, (seed >> 9) % 100_000);
        let city = CITIES[(seed >> 16) as usize % CITIES.len()];
        let (euros, cents) = (amount / 100, amount % 100);
        block.push_str(&format!("{id},2026-01-{:02},{city},{euros}.{cents:02},paid at the door\n", id % 28 + 1));
    }
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"id,day,city,amount,remark\n")?;
    for _ in 0..BYTES / block.len() {
        file.write_all(block.as_bytes())?;
    }
    file.flush()?;
    Ok(())
}
