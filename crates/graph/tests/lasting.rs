//! R19 for what ends by itself: sessions and caches.

use telos_abi::{EffectKind, EffectUse, PortKind, Refinement, Rule, Secrecy, State, Target, Type};
use telos_graph::testing::{World, blob, from, input, output, pure, said};

#[test]
fn r19_sessions_and_caches_end_and_take_no_taint() {
    let rule_of = |state: State, effects: &[EffectKind], tainted: bool| {
        let mut world = World::default();
        let data = input("data", blob(Refinement::Utf8), PortKind::Payload);
        let mut keep = pure("web.keep", vec![data], vec![output("out", Type::Bool)]);
        keep.body = telos_abi::Body::Host;
        keep.state = state;
        keep.effects.extend(effects.iter().map(|kind| EffectUse { kind: *kind, target: Target::None }));
        world.shelf.add(keep);
        let mut build = world.build();
        let entering = if tainted {
            let read = build.node("files.read", vec![said("a.txt")]);
            from(build.node("text.decode", vec![from(read, 0)]), 0)
        } else {
            said("ERROR")
        };
        let first = build.node("web.keep", vec![entering]);
        build.show(first, 0);
        let second = build.node("web.keep", vec![said("a.txt")]);
        build.show(second, 0);
        world.validate(&build.graph()).err().map(|violation| violation.rule)
    };
    let cache = |ttl_s| State::Cache { store: "answers".into(), clearance: Secrecy::PUBLIC, ttl_s };
    let session = |lifetime_s| State::Session {
        store: "sessions".into(),
        clearance: Secrecy::CREDENTIAL,
        lifetime_s,
        writes: true,
    };
    assert_eq!(rule_of(cache(60), &[], false), None, "any order of accesses will do");
    assert_eq!(rule_of(cache(60), &[], true), Some(Rule::R19));
    assert_eq!(rule_of(cache(0), &[], false), Some(Rule::R19), "it never ends");
    assert_eq!(
        rule_of(cache(60), &[EffectKind::NetSend], false),
        Some(Rule::R19),
        "what changes something is done again"
    );
    assert_eq!(rule_of(session(60), &[], false), Some(Rule::R19), "two of them race");
    assert_eq!(rule_of(session(0), &[], false), Some(Rule::R19));
    assert_eq!(rule_of(session(60), &[], true), Some(Rule::R19));
}
