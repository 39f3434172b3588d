//! Prints what becomes of attacks on the validator: `attacks [MUTANTS] [SEED]`.
#![expect(clippy::print_stdout, reason = "an example's output is its outcome")]

use std::process::ExitCode;
use telos_graph_attack::report::run_attacks;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().ok());
    let mutants = arguments.next().flatten().and_then(|count| usize::try_from(count).ok()).unwrap_or(100_000);
    let seed = arguments.next().flatten().unwrap_or(1);
    let report = run_attacks(mutants, seed);
    print!("{report}");
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
