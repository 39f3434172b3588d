//! What is measured from inside an agent: this program, started under `telos run`, tells what calls cost there. Each
//! answer is the least of several batches: other work on the machine only ever adds.
#![expect(clippy::print_stdout, reason = "the measuring process reads it")]

use crate::Result;
use std::fs;
use std::time::Instant;

/// Batches of which the least counts.
const BATCHES: u32 = 20;

/// `stamp`: the time at which the program runs. `calls N`, `files N`: nanoseconds for one, in batches of N.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    match words {
        ["stamp"] => println!("{}", monotonic_ns()),
        ["calls", count] => println!("{}", each(count.parse()?, calls)?),
        ["files", count] => println!("{}", each(count.parse()?, files)?),
        _ => return Err("no such helper".into()),
    }
    Ok(())
}

/// The clock that every process of the machine shares.
pub(crate) fn monotonic_ns() -> i128 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    i128::from(now.tv_sec) * 1_000_000_000 + i128::from(now.tv_nsec)
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are enough")]
fn each(count: u32, act: fn(u32) -> Result<()>) -> Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..BATCHES {
        let began = Instant::now();
        act(count)?;
        least = least.min(began.elapsed().as_nanos() as f64 / f64::from(count));
    }
    Ok(least)
}

/// The cheapest call there is, which no filter stops.
fn calls(count: u32) -> Result<()> {
    for _ in 0..count {
        std::hint::black_box(rustix::process::getppid());
    }
    Ok(())
}

/// Makes, renames and removes a file: three calls that a supervisor decides, and what opening and closing needs.
fn files(count: u32) -> Result<()> {
    for _ in 0..count {
        drop(fs::File::create("bench-a")?);
        fs::rename("bench-a", "bench-b")?;
        fs::remove_file("bench-b")?;
    }
    Ok(())
}
