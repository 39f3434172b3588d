//! What accepted plans do when they run, with made-up primitives: T1, T2, T5 and T6.

use telos_abi::EffectKind;
use telos_graph::Plan;
use telos_graph::flow::SinkClass;
use telos_graph_attack::Case;
use telos_graph_attack::arbitrary::arbitrary;
use telos_graph_attack::dice::Dice;
use telos_graph_attack::families::FAMILIES;
use telos_graph_attack::interpret::{Hidden, Ran, Seen, run, run_graph};
use telos_graph_attack::parents::parent;
use telos_graph_attack::report::plant;

const SCHEDULE: u64 = 5;

/// Accepted plans of both sorts, in worlds where the user cleared nothing.
fn accepted(each: impl Fn(&Plan, &Case, &str)) {
    let judge = |case: &Case, name: &str| {
        if let (Ok(plan), true) = (case.judge(), case.world.grant.clearances.is_empty()) {
            each(&plan, case, name);
        }
    };
    for seed in 0..120 {
        judge(&parent(seed), &format!("parent {seed}"));
    }
    for seed in 0..3_000 {
        judge(&arbitrary(seed), &format!("arbitrary {seed}"));
    }
}

fn ran(plan: &Plan, case: &Case, hidden: Hidden, schedule: u64, name: &str) -> Ran {
    run(plan, &case.world, hidden, &mut Dice::new(schedule)).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// What untrusted data must not decide: that an effect happens, on what, and what a model is told to do.
fn obeyed(seen: &[Seen]) -> Vec<Seen> {
    let of = |seen: &Seen| match seen.kind {
        EffectKind::ModelIntent => seen.clone(),
        _ => Seen { payload: String::new(), ..seen.clone() },
    };
    seen.iter().map(of).collect()
}

#[test]
fn t1_t6_any_schedule_ends_and_every_value_is_of_its_ports_type() {
    accepted(|plan, case, name| {
        for schedule in 0..6 {
            let hidden = Hidden { secret: schedule, untrusted: schedule };
            let done = ran(plan, case, hidden, schedule, name);
            for output in &plan.graph().outputs {
                let place = (output.node.0 as usize, usize::from(output.port.0));
                assert!(done.values.contains_key(&place), "{name}: an output was never made");
            }
        }
    });
}

#[test]
fn t5_calls_stay_within_the_sealed_bound() {
    accepted(|plan, case, name| {
        let done = ran(plan, case, Hidden::default(), SCHEDULE, name);
        assert!(done.calls <= plan.calls(), "{name}: {} calls, {} sealed", done.calls, plan.calls());
    });
}

#[test]
fn t2_what_others_see_does_not_depend_on_secrets() {
    let (differ, outward) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    accepted(|plan, case, name| {
        let first = ran(plan, case, Hidden::default(), SCHEDULE, name);
        for secret in 1..4 {
            let other = ran(plan, case, Hidden { secret, untrusted: 0 }, SCHEDULE, name);
            assert_eq!(first.seen, other.seen, "{name}");
            differ.set(differ.get() + usize::from(first.values != other.values));
        }
        outward.set(outward.get() + first.seen.iter().filter(|seen| SinkClass::of(seen.kind).is_outward()).count());
    });
    // Secrets were read, and things left: equality was not for want of either.
    assert!(differ.get() > 50 && outward.get() > 50, "{} {}", differ.get(), outward.get());
}

#[test]
fn t2_what_is_done_does_not_depend_on_untrusted_data() {
    let differ = std::cell::Cell::new(0);
    accepted(|plan, case, name| {
        let first = ran(plan, case, Hidden::default(), SCHEDULE, name);
        for untrusted in 1..4 {
            let other = ran(plan, case, Hidden { secret: 0, untrusted }, SCHEDULE, name);
            assert_eq!(obeyed(&first.seen), obeyed(&other.seen), "{name}");
            differ.set(differ.get() + usize::from(first.values != other.values));
        }
    });
    assert!(differ.get() > 100, "{}", differ.get());
}

/// The properties can fail: attacked graphs, run although they are refused, show what they must not.
#[test]
fn attacks_that_are_refused_would_have_shown() {
    let mut dice = Dice::new(4);
    for (number, secret) in [(1, true), (2, true), (6, true), (7, true), (3, false), (5, false), (8, false)] {
        let shows = (0..40).any(|_| {
            let (case, _) = plant(&parent(dice.word()), &[FAMILIES[number - 1]], &mut dice);
            let with = |value| {
                let hidden = if secret {
                    Hidden { secret: value, untrusted: 0 }
                } else {
                    Hidden { secret: 0, untrusted: value }
                };
                let done = run_graph(&case.graph, &case.world, hidden, &mut Dice::new(SCHEDULE));
                done.map(|done| if secret { done.seen } else { obeyed(&done.seen) }).ok()
            };
            let first = with(0);
            (1..4).any(|value| first.is_some() && with(value).is_some_and(|other| first != Some(other)))
        });
        assert!(shows, "family {number}");
    }
}
