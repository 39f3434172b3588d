//! The validator, before a run, and the policy, when an effect is due, hold the same labels against the same flow rule.
//! What the validator accepts the policy never refuses for its flow, and asks about exactly where the plan says so; what
//! the validator refuses for its flow the policy would have refused too, unless the rule is about the graph's form.

use telos_abi::{Effect, EffectKind, Facts, Grant, HostName, NodeIndex, Resource, Rule, Scope, Verdict};
use telos_graph::flow::Flow;
use telos_graph::{Place, Violation};
use telos_graph_attack::Case;
use telos_graph_attack::arbitrary::arbitrary;
use telos_graph_attack::checker::meetings;
use telos_graph_attack::dice::Dice;
use telos_graph_attack::parents::parent;
use telos_graph_attack::report::mutant;
use telos_policy::{Acts, Policy, PolicyPlaces, Request, Subject, effect_row, explain};

/// What the policy has to say of the flow alone; its other stages ask other questions.
fn flow_stage(policy: &Policy, grant: &Grant, effect: &Effect, flow: Flow) -> (Verdict, Rule) {
    let Flow { authority: Some(authority), payload, control: Some(control), history } = flow else {
        panic!("a plan's flow tells who chose and who decided")
    };
    let subject = Subject::Plan { authority, payload, control, history };
    let told = explain(policy, grant, &Request { effect, subject, facts: Facts::default() });
    let step = told.steps.iter().find(|step| step.stage == "flow of labels").expect("there is such a stage");
    (step.verdict, step.rule)
}

fn policy() -> Policy {
    Policy::new(&PolicyPlaces { homes: vec!["/home/u".into()], own: vec!["/home/u/.local/share/telos".into()] })
}

fn resource(kind: EffectKind, scope: &Scope) -> Resource {
    match scope {
        Scope::Under(path) | Scope::Path(path) if kind == EffectKind::Exec => Resource::Program(path.clone()),
        Scope::Under(path) | Scope::Path(path) => Resource::Path(path.clone()),
        Scope::Host(host) => Resource::Host(host.clone()),
        Scope::Named(name) => Resource::Named(name.clone()),
        Scope::Any => Resource::None,
    }
}

/// Some resource that the kind acts on. The worlds here clear destinations for all resources of a kind or for none.
fn example(kind: EffectKind) -> Resource {
    match effect_row(kind).acts {
        Acts::OnPath => Resource::Path("/home/u/desk/a".into()),
        Acts::OnHost => Resource::Host(HostName { name: "ok.example".into(), port: Some(443) }),
        Acts::OnProgram => Resource::Program("/usr/bin/sort".into()),
        Acts::OnNamed => Resource::Named("local".into()),
        Acts::OnAnything => Resource::None,
    }
}

#[derive(Default)]
struct Seen {
    permitted: usize,
    asked: usize,
    /// Graphs refused for the flow at an effect, and for the graph's form alone.
    refused: usize,
    structural: usize,
}

impl Seen {
    fn judge(&mut self, policy: &Policy, case: &Case, name: &str) {
        let grant = &case.world.grant;
        let verdict = telos_graph::validate(case.graph.clone(), &case.world.context());
        if let Ok(plan) = &verdict {
            for planned in plan.effects() {
                let effect = Effect { kind: planned.kind, resource: resource(planned.kind, &planned.scope) };
                let have = flow_stage(policy, grant, &effect, planned.flow());
                match planned.asks {
                    None => assert_eq!(have.0, Verdict::Permit, "{name}: {planned:?}"),
                    Some(breach) => assert_eq!(have, (Verdict::Ask, breach.rule), "{name}: {planned:?}"),
                }
                self.permitted += usize::from(planned.asks.is_none());
                self.asked += usize::from(planned.asks.is_some());
            }
        }
        // The labels as the independent checker finds them, also of what is refused.
        let Some(meetings) = meetings(&case.graph, &case.world.context()) else { return };
        let refuses = |kind: EffectKind, flow: Flow| {
            let effect = Effect { kind, resource: example(kind) };
            flow_stage(policy, grant, &effect, flow).0 == Verdict::Refuse
        };
        if verdict.is_ok() {
            let stopped = meetings.iter().find(|meeting| refuses(meeting.kind, meeting.flow));
            assert_eq!(stopped, None, "{name}: the policy would stop an accepted plan");
            return;
        }
        if let Err(violation) = verdict
            && matches!(violation.rule, Rule::R5 | Rule::R6 | Rule::R7 | Rule::R10)
            && let Some(node) = node(&violation)
        {
            let mut here = meetings.iter().filter(|meeting| meeting.node == node).peekable();
            // A port of pure code, or of a node whose effects come later: nothing happens there to be decided.
            let acts = here.peek().is_some();
            let structural = here.clone().any(|meeting| meeting.structural);
            let refused = here.any(|meeting| refuses(meeting.kind, meeting.flow));
            assert!(refused || structural || !acts, "{name}: the policy would let pass: {violation}");
            self.refused += usize::from(refused);
            self.structural += usize::from(!refused);
        }
    }
}

fn node(violation: &Violation) -> Option<NodeIndex> {
    match violation.place {
        Place::Node(node) | Place::Port(node, _) => Some(node),
        _ => None,
    }
}

#[test]
fn validator_and_policy_agree_on_every_flow() {
    let (policy, mut seen) = (policy(), Seen::default());
    for seed in 0..4_000 {
        seen.judge(&policy, &arbitrary(seed), &format!("arbitrary {seed}"));
    }
    let mut dice = Dice::new(3);
    for _ in 0..40 {
        let (ground, name) = (parent(dice.word()), "parent");
        seen.judge(&policy, &ground, name);
        for _ in 0..16 {
            let seed = dice.word();
            seen.judge(&policy, &mutant(&ground, seed).0, &format!("mutant {seed}"));
        }
    }
    let Seen { permitted, asked, refused, structural } = seen;
    assert!(permitted > 500 && asked > 10 && refused > 100, "{permitted} {asked} {refused} {structural}");
}
