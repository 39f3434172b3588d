//! T9: the validator and the independent checker agree.

use std::collections::BTreeMap;
use telos_graph_attack::arbitrary::arbitrary;
use telos_graph_attack::differential::{Agreement, compare};
use telos_graph_attack::dice::Dice;
use telos_graph_attack::parents::parent;
use telos_graph_attack::report::mutant;

fn tally(counts: &mut BTreeMap<String, usize>, agreement: &Agreement, seed: u64) {
    let key = match agreement {
        Agreement::Accepted => "accepted".to_owned(),
        Agreement::Refused(rule) => rule.to_string(),
        Agreement::Outside(rule) => format!("outside {rule}"),
        Agreement::Differ { .. } => format!("seed {seed}: {agreement:?}"),
    };
    *counts.entry(key).or_default() += 1;
}

#[test]
fn on_graphs_with_no_plan_behind_them() {
    let mut counts = BTreeMap::new();
    for seed in 0..20_000 {
        tally(&mut counts, &compare(&arbitrary(seed)), seed);
    }
    println!("{counts:#?}");
    let differ: Vec<&String> = counts.keys().filter(|key| key.starts_with("seed")).take(5).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn on_parents_and_mutants() {
    let mut counts = BTreeMap::new();
    let mut dice = Dice::new(9);
    for _ in 0..40 {
        let seed = dice.word();
        let ground = parent(seed);
        tally(&mut counts, &compare(&ground), seed);
        for _ in 0..10 {
            let seed = dice.word();
            let (case, planted) = mutant(&ground, seed);
            let agreement = compare(&case);
            if matches!(agreement, Agreement::Differ { .. }) {
                println!("{planted:?}", planted = planted.iter().map(|(f, r)| (f.number, *r)).collect::<Vec<_>>());
            }
            tally(&mut counts, &agreement, seed);
        }
    }
    println!("{counts:#?}");
    let differ: Vec<&String> = counts.keys().filter(|key| key.starts_with("seed")).take(5).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}
