//! T9: the validator and the independent checker agree.

use std::collections::BTreeMap;
use telos_graph_attack::Case;
use telos_graph_attack::arbitrary::arbitrary;
use telos_graph_attack::dice::Dice;
use telos_graph_attack::differential::{Agreement, compare};
use telos_graph_attack::harm::harm;
use telos_graph_attack::parents::parent;
use telos_graph_attack::report::mutant;

#[derive(Default)]
struct Tally(BTreeMap<String, usize>);

impl Tally {
    fn add(&mut self, case: &Case, seed: u64) -> Agreement {
        let agreement = compare(case);
        assert!(!matches!(agreement, Agreement::Differ { .. }), "seed {seed}: {agreement:?}");
        *self.0.entry(agreement.name()).or_default() += 1;
        agreement
    }

    /// Agreement about nothing would be worth nothing.
    fn has(&self, least: usize, verdicts: &[&str]) {
        for verdict in verdicts {
            let count = self.0.get(*verdict).copied().unwrap_or(0);
            assert!(count >= least, "{verdict}: {count} of {:?}", self.0);
        }
    }
}

#[test]
fn on_graphs_with_no_plan_behind_them() {
    let mut tally = Tally::default();
    for seed in 0..8_000 {
        let case = arbitrary(seed);
        let agreement = tally.add(&case, seed);
        // A clearance is the user's word that a secret may leave.
        if agreement == Agreement::Accepted && case.world.grant.clearances.is_empty() {
            assert_eq!(harm(&case.graph, &case.world), None, "seed {seed}");
        }
    }
    tally.has(20, &["accepted", "R2", "R3", "R5", "R6", "R7", "R10", "R11"]);
}

#[test]
fn on_parents_and_mutants() {
    let mut tally = Tally::default();
    let mut dice = Dice::new(9);
    for _ in 0..64 {
        let seed = dice.word();
        let ground = parent(seed);
        assert_eq!(tally.add(&ground, seed), Agreement::Accepted, "parent {seed}");
        for _ in 0..12 {
            let seed = dice.word();
            tally.add(&mutant(&ground, seed).0, seed);
        }
    }
    tally.has(5, &["accepted", "R2", "R3", "R4", "R5", "R6", "R7", "R10", "R11", "R12", "R13"]);
}
