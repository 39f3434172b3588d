//! The validator's adversary: planted attacks, and a search that climbs towards acceptance.

use crate::Result;
use crate::figure::{Figure, Target, complain};
use crate::place::Place;
use crate::sample::Samples;
use telos_graph_attack::families::FAMILIES;
use telos_graph_attack::run_attacks;
use telos_graph_attack::search::search;

/// Mutants of one to three families each, in random valid graphs.
const MUTANTS: usize = 100_000;
/// Searches from different seeds, and the steps of each.
const SEARCHES: u64 = 8;
const STEPS: usize = 5_000;
/// The same mutants in every run: a figure is reproduced, not drawn anew.
const SEED: u64 = 1;

pub(crate) fn figures(_: &Place) -> Result<Vec<Figure>> {
    let report = run_attacks(MUTANTS, SEED);
    if !report.is_clean() {
        complain(&*Box::<dyn std::error::Error>::from(report.to_string()));
    }
    let (mut judged, mut escapes) = (0, 0);
    for seed in 0..SEARCHES {
        let found = search(STEPS, seed);
        judged += found.judged;
        escapes += found.escapes.len();
    }
    let none = |name: String, count: usize| -> Result<Figure> {
        let count = f64::from(u32::try_from(count)?);
        Ok(Figure::new(name, "", Samples::one(count)).target(Target::AtMost(0.0)))
    };
    let mutants = f64::from(u32::try_from(report.mutants)?);
    let families = FAMILIES.len();
    Ok(vec![
        Figure::new(format!("mutants of {families} attack families, 1 to 3 deep"), "", Samples::one(mutants))
            .target(Target::AtLeast(1e5)),
        none("mutants that escaped".into(), report.escaped)?,
        none("mutants refused with another code".into(), report.wrong_code)?,
        none(format!("valid parents refused, of {}", report.parents), report.parents_refused)?,
        none(format!("harmful graphs a search got accepted, of {judged}"), escapes)?,
    ])
}
