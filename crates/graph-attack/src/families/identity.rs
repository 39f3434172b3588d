//! Families that swap what was agreed on: capabilities, code, evidence, seals, grants and bytes. R0, R1, R20.

use crate::case::Case;
use crate::catalogue::filter;
use crate::dice::Dice;
use crate::families::flows::declassifier;
use crate::wire::Tamper;
use telos_abi::{
    Body, CapabilityId, Digest, EffectKind, EffectSet, EffectUse, Evidence, GrantRow, HostName, Rule, Scope, Secrecy,
    State, Target, Value,
};
use telos_graph::testing::{constant, from, said};
use telos_graph::{Constant, ConstantOrigin, Input};

/// Family 12: the token is an ordinary constant, and neither it nor a seal is worth anything on another plan.
pub(super) fn replayed_token(case: &mut Case, dice: &mut Dice) -> Rule {
    if dice.once_in(2) {
        case.seal();
        let data = case.attach(dice);
        let Input::From(data) = data else { return poisoned(case) };
        let released = declassifier(case, data.node, said("ERROR"), false);
        case.show(released);
        return Rule::R20;
    }
    let read = case.secret_file();
    let text = case.launder(dice, read, true);
    let token = case.harmless();
    let first = declassifier(case, text, from(token, 0), false);
    case.show(first);
    let second = declassifier(case, text, from(token, 0), false);
    case.leave(dice, second);
    Rule::R6
}

/// A change of the graph under its seal that no other rule minds.
fn poisoned(case: &mut Case) -> Rule {
    let more = case.harmless();
    case.show(more);
    Rule::R20
}

/// Family 29: a pack that no check has looked into, or that claims what no pack can have.
pub(super) fn undeclared_power(case: &mut Case, dice: &mut Dice) -> Rule {
    let mut nested = filter("text.nested");
    match dice.below(3) {
        0 => nested.evidence = Evidence::None,
        1 => nested.effects = vec![EffectUse { kind: EffectKind::NetSend, target: Target::None }],
        _ => nested.state = State::Cell { cell: "nested".into(), clearance: Secrecy::PUBLIC, writes: true },
    }
    let data = case.attach(dice);
    let node = case.add_new(nested, vec![data]);
    case.show(node);
    Rule::R1
}

/// Family 35.
pub(super) fn unknown_capability(case: &mut Case, dice: &mut Dice) -> Rule {
    let data = case.attach(dice);
    let id = match dice.below(3) {
        0 => CapabilityId(Digest::ZERO),
        1 => {
            // A version that was never published here.
            let mut next = case.world.copy("text.encode");
            next.version += 1;
            telos_graph::codec::capability_id(&next)
        }
        _ => {
            let id = case.world.publish(filter("text.recalled"));
            case.world.revoke(id);
            id
        }
    };
    let node = case.add_id(id, vec![data]);
    case.show(node);
    Rule::R1
}

/// Family 36.
pub(super) fn swapped_code(case: &mut Case, dice: &mut Dice) -> Rule {
    let mut swapped = case.world.copy("text.encode");
    swapped.body = Body::Pack { component: Digest([dice.word().to_le_bytes()[0] | 8; 32]) };
    let mut id = telos_graph::codec::capability_id(&swapped);
    if dice.once_in(2) {
        id = case.world.id("text.encode");
        id.0.0[dice.below(32)] ^= 1 << dice.below(8);
    }
    let data = case.attach(dice);
    let node = case.add_id(id, vec![data]);
    case.show(node);
    Rule::R1
}

/// Family 37: structure was checked, behaviour was not, and its data leaves.
pub(super) fn weak_evidence(case: &mut Case, dice: &mut Dice) -> Rule {
    let mut weak = filter("text.unproven");
    weak.evidence = Evidence::Structure;
    let data = case.harmless();
    let before = case.launder(dice, data, false);
    let node = case.add_new(weak, vec![from(before, 0)]);
    let after = case.launder(dice, node, false);
    case.leave(dice, after);
    Rule::R1
}

/// Family 41.
pub(super) fn poisoned_cache(case: &mut Case, dice: &mut Dice) -> Rule {
    case.seal();
    match dice.below(6) {
        0 => {
            // The slot's new value comes from elsewhere than the user.
            let path = constant("out/slot.txt", ConstantOrigin::Planner);
            case.add("files.write", vec![path, said("ERROR")]);
            return Rule::R5;
        }
        1 => return poisoned(case),
        2 => case.world.policy = Digest([1; 32]),
        3 => case.world.epoch += 1,
        4 => case.world.grant.budget.calls += 1,
        _ => {
            let nodes = case.graph.nodes.iter_mut();
            let inputs = nodes.flat_map(|node| &mut node.inputs);
            let slot = inputs.filter_map(|(_, input)| match input {
                Input::Constant(Constant { value: Value::Text(text), .. }) if text == "out/one.txt" => Some(text),
                _ => None,
            });
            match slot.last() {
                Some(text) => *text = "out/two.txt".into(),
                None => return poisoned(case),
            }
        }
    }
    Rule::R20
}

/// Family 42.
pub(super) fn collision(case: &mut Case, dice: &mut Dice) -> Rule {
    let pairs = [("caf\u{e9}", "cafe\u{301}"), ("a", "\u{430}"), ("x", "x\u{200b}"), ("1", "1.0")];
    let way = dice.below(pairs.len() + 2);
    let planner = |value| Input::Constant(Constant { value, origin: ConstantOrigin::Planner });
    if way == pairs.len() {
        let node = case.add("text.spell", vec![planner(Value::Float(f64::NAN))]);
        case.show(node);
        return Rule::R0;
    }
    let (one, other) = pairs.get(way).copied().unwrap_or(("first", "second"));
    let node = case.add("text.spell", vec![planner(Value::Text(one.into()))]);
    case.show(node);
    if way > pairs.len() {
        // The outputs are shown in an order.
        let more = case.harmless();
        case.show(more);
        case.seal();
        case.graph.outputs.reverse();
        return Rule::R20;
    }
    case.seal();
    case.node(node).inputs[0].1 = planner(Value::Text(other.into()));
    Rule::R20
}

/// Family 43: the host is in the turn but not in the grant, or in a grant that was widened after the seal.
pub(super) fn widened_grant(case: &mut Case, dice: &mut Dice) -> Rule {
    if dice.once_in(2) {
        let body = case.attach(dice);
        case.post_to(said("https://forbidden.example/in"), body);
        return Rule::R11;
    }
    case.seal();
    let kinds = EffectSet::of(&[EffectKind::NetSend]);
    let host = HostName { name: "evil.example".into(), port: None };
    case.world.grant.rows.push(GrantRow { kinds, scope: Scope::Host(host) });
    Rule::R20
}

/// Family 44: a plan that data brought is either an instruction or another plan than the sealed one.
pub(super) fn staged_plan(case: &mut Case, dice: &mut Dice) -> Rule {
    if dice.once_in(2) {
        let emitted = case.tainted(dice);
        let json = case.add("json.parse", vec![from(emitted, 0)]);
        case.add("model.ask", vec![said("local"), from(json, 0)]);
        return Rule::R7;
    }
    case.seal();
    case.post(said("ERROR"));
    Rule::R20
}

/// Family 48.
pub(super) fn hostile_bytes(case: &mut Case, dice: &mut Dice) -> Rule {
    match dice.below(Tamper::ALL.len() + 1) {
        way if way < Tamper::ALL.len() => case.tamper = Some(Tamper::ALL[way]),
        _ => {
            let mut deep = Value::Bool(true);
            for _ in 0..telos_abi::limit::NESTING_MAX {
                deep = Value::List(vec![deep]);
            }
            let origin = ConstantOrigin::Planner;
            let node = case.add("text.encode", vec![Input::Constant(Constant { value: deep, origin })]);
            case.show(node);
        }
    }
    Rule::R0
}
