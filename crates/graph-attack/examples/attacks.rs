//! Prints what becomes of attacks on the validator: `attacks [MUTANTS] [SEED]`. A tenth as many steps of the adaptive
//! search and as many arbitrary graphs for both checkers follow.
#![expect(clippy::print_stdout, reason = "an example's output is its outcome")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use telos_graph_attack::arbitrary::arbitrary;
use telos_graph_attack::differential::{Agreement, compare};
use telos_graph_attack::run_attacks;
use telos_graph_attack::search::search;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().ok());
    let mutants = arguments.next().flatten().and_then(|count| usize::try_from(count).ok()).unwrap_or(100_000);
    let seed = arguments.next().flatten().unwrap_or(1);

    let report = run_attacks(mutants, seed);
    print!("{report}");

    let found = search(mutants / 10, seed);
    println!("search: {} graphs, {} harmful, refused by stage {:?}", found.made, found.judged, found.by_stage);
    for escape in &found.escapes {
        println!("escaped at step {}: {:?} {:?}", escape.step, escape.harm, escape.case.graph);
    }

    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    let mut differ = 0;
    for number in 0..u64::try_from(mutants).unwrap_or(u64::MAX) {
        let seed = seed.wrapping_mul(1 << 32).wrapping_add(number);
        let agreement = compare(&arbitrary(seed));
        if matches!(agreement, Agreement::Differ { .. }) {
            println!("arbitrary {seed}: {agreement:?}");
            differ += 1;
        }
        *verdicts.entry(agreement.name()).or_default() += 1;
    }
    println!("checkers: {verdicts:?}");
    if report.is_clean() && found.escapes.is_empty() && differ == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
