//! Parents are accepted; what is planted in them is refused with its own code; no search finds a way round.

use telos_graph_attack::dice::Dice;
use telos_graph_attack::families::FAMILIES;
use telos_graph_attack::harm::harm;
use telos_graph_attack::parents::parent;
use telos_graph_attack::report::{plant, run_attacks};
use telos_graph_attack::search::search;

#[test]
fn every_parent_is_accepted_and_does_no_harm() {
    let mut dice = Dice::new(7);
    for _ in 0..200 {
        let seed = dice.word();
        let mut ground = parent(seed);
        let count = ground.graph.nodes.len();
        assert!((5..=60).contains(&count), "parent {seed} has {count} nodes");
        let plan = ground.judge().unwrap_or_else(|violation| panic!("parent {seed}: {violation}"));
        assert!(plan.asks().is_none(), "parent {seed} needs a person");
        assert_eq!(harm(&ground.graph, &ground.world), None, "parent {seed}");
        // Renumbered, it opens under the same seal.
        ground.renumber(&mut dice);
        ground.sealed = Some(plan.hash());
        assert!(ground.judge().is_ok(), "parent {seed} renumbered");
    }
}

#[test]
fn parents_use_most_of_the_catalogue() {
    let mut used = std::collections::BTreeSet::new();
    for seed in 0..200 {
        used.extend(parent(seed).graph.nodes.iter().map(|node| node.capability));
    }
    assert!(used.len() >= 40, "{}", used.len());
}

#[test]
fn each_family_alone_is_refused_with_its_own_code() {
    let mut dice = Dice::new(11);
    for family in FAMILIES {
        let mut codes = std::collections::BTreeSet::new();
        for _ in 0..30 {
            let seed = dice.word();
            let (case, planted) = plant(&parent(seed), &[family], &mut dice);
            let said = case.stopped();
            let code = said.as_ref().map(|(rule, _)| *rule);
            assert_eq!(code, Some(planted[0].1), "family {} in parent {seed}: {said:?}", family.number);
            codes.extend(code);
        }
        let expected = family.rules.iter().copied().collect();
        assert_eq!(codes, expected, "family {}", family.number);
    }
}

#[test]
fn families_composed_are_refused_with_the_code_of_one() {
    let report = run_attacks(4_000, 1);
    assert!(report.is_clean(), "{report}");
    assert!(report.families.iter().all(|count| count.planted > 50), "{report}");
}

#[test]
fn the_search_climbs_and_finds_no_way_through() {
    for seed in 0..3 {
        let report = search(1_500, seed);
        assert!(report.escapes.is_empty(), "seed {seed}: {:#?}", report.escapes.first());
        assert!(report.furthest >= 6, "seed {seed}: {:?}", report.by_stage);
    }
}
