//! Families that lie about types, ports and constants: R2, R3, R14, R16.

use crate::case::Case;
use crate::catalogue::{filter, int, record};
use crate::dice::Dice;
use telos_abi::{Body, HandleKind, NodeIndex, PortIndex, PortKind, Refinement, Rule, Type, Usage, Value};
use telos_graph::testing::{blob, constant, from, host, input, output, pure, said, source, text};
use telos_graph::{Constant, ConstantOrigin, Input};

fn value(value: Value) -> Input {
    Input::Constant(Constant { value, origin: ConstantOrigin::Planner })
}

/// Family 19.
pub(super) fn forged_refinement(case: &mut Case, dice: &mut Dice) -> Rule {
    let data = case.attach(dice);
    let (node, rule) = match dice.below(3) {
        0 => (case.add("json.query", vec![data]), Rule::R2),
        1 => {
            let mut claims = filter("json.claim");
            claims.outputs[0].ty = blob(Refinement::Json);
            let claimed = case.add_new(claims, vec![data]);
            (case.add("json.query", vec![from(claimed, 0)]), Rule::R2)
        }
        _ => (case.add("json.query", vec![constant("{}", ConstantOrigin::UserTurn)]), Rule::R3),
    };
    case.show(node);
    rule
}

/// Family 20: safe to show is not safe to run, a JSON document is no table, a hash is no path.
pub(super) fn polyglot(case: &mut Case, dice: &mut Dice) -> Rule {
    let data = case.attach(dice);
    match dice.below(3) {
        0 => {
            let safe = case.add("html.text", vec![data]);
            case.add("shell.run", vec![said("/usr/bin/sort"), from(safe, 0)]);
        }
        1 => {
            let json = case.add("json.parse", vec![data]);
            let column = case.add("table.column", vec![from(json, 0)]);
            case.show(column);
        }
        _ => {
            let line = case.add("text.head", vec![data]);
            case.add("shell.run", vec![from(line, 0), said("ERROR")]);
        }
    }
    Rule::R2
}

fn stream(rate: u32) -> Type {
    Type::Stream { item: Box::new(text(Refinement::Line)), rate, max: 1000 }
}

/// Two streams from one producer, joined again: from which rates does the caller say.
fn fork_and_join(case: &mut Case, dice: &mut Dice, rates: [u32; 2]) {
    let data = case.attach(dice);
    let payload = |name: &str, ty: Type| input(name, ty, PortKind::Payload);
    let fork = pure(
        "stream.fork",
        vec![payload("data", blob(Refinement::Utf8))],
        vec![output("left", stream(rates[0])), output("right", stream(rates[1]))],
    );
    let join = pure(
        "stream.merge",
        vec![payload("left", stream(1)), payload("right", stream(1))],
        vec![output("text", blob(Refinement::Utf8))],
    );
    let forked = case.add_new(fork, vec![data]);
    let joined = case.add_new(join, vec![from(forked, 0), from(forked, 1)]);
    case.show(joined);
}

/// Family 25.
pub(super) fn starving_stream(case: &mut Case, dice: &mut Dice) -> Rule {
    fork_and_join(case, dice, [1, 1]);
    Rule::R16
}

/// Family 26.
pub(super) fn mismatched_streams(case: &mut Case, dice: &mut Dice) -> Rule {
    let rate = 2 + u32::try_from(dice.below(7)).unwrap_or(0);
    fork_and_join(case, dice, [1, rate]);
    Rule::R16
}

/// Family 32.
pub(super) fn counted_handle(case: &mut Case, dice: &mut Dice) -> Rule {
    let usage = if dice.once_in(2) { Usage::Linear } else { Usage::Affine };
    let counted = Type::Handle { kind: HandleKind::Endpoint, usage };
    let hidden = record(&[("reply", counted.clone(), false)]);
    let ty = if dice.once_in(2) { counted } else { hidden };
    let mut open = pure("message.open", vec![], vec![output("reply", ty.clone())]);
    open.body = Body::Host;
    let mut answer =
        pure("message.answer", vec![input("reply", ty, PortKind::Authority)], vec![output("sent", Type::Bool)]);
    answer.body = Body::Host;
    let opened = case.add_new(open, vec![]);
    match dice.below(2) {
        0 => case.show(opened),
        _ => {
            for _ in 0..2 {
                let answered = case.add_new(answer.clone(), vec![from(opened, 0)]);
                case.show(answered);
            }
        }
    }
    Rule::R14
}

/// Family 34.
pub(super) fn ill_formed_edges(case: &mut Case, dice: &mut Dice) -> Rule {
    let data = case.attach(dice);
    let node = case.add("text.encode", vec![data.clone()]);
    case.show(node);
    // Beyond whatever other families may add.
    let beyond = NodeIndex(u32::MAX - 1);
    let own = case.node(node);
    match dice.below(8) {
        0 => own.inputs = vec![(PortIndex(0), from(node, 0))],
        1 => own.inputs.push((PortIndex(0), said("ERROR"))),
        2 => own.inputs.push((PortIndex(0), data)),
        3 => own.inputs.push((PortIndex(9), data)),
        4 => own.inputs.clear(),
        5 => own.inputs = vec![(PortIndex(0), from(beyond, 0))],
        6 => own.after = vec![beyond],
        _ => case.graph.outputs.push(source(node, 5)),
    }
    Rule::R3
}

/// Family 38.
pub(super) fn hidden_field(case: &mut Case, dice: &mut Dice) -> Rule {
    let extra = [("name", "a"), ("token", "t")].map(|(name, text)| (name.to_owned(), Value::Text(text.into())));
    match dice.below(3) {
        0 => {
            let inputs = vec![value(Value::Record(extra.into()))];
            let name = case.add("record.name", inputs);
            case.show(name);
            Rule::R3
        }
        1 => {
            // The field that is required is the one that the narrow type lacks.
            let ty = record(&[("name", text(Refinement::Utf8), false)]);
            let narrow = pure(
                "record.narrow",
                vec![input("data", blob(Refinement::Utf8), PortKind::Payload)],
                vec![output("record", ty)],
            );
            let data = case.attach(dice);
            let made = case.add_new(narrow, vec![data]);
            let size = case.add("record.size", vec![from(made, 0)]);
            case.show(size);
            Rule::R2
        }
        _ => {
            let secret = case.secret_text();
            let count = case.add("text.count", vec![from(secret, 0)]);
            let record = case.add("record.make", vec![said("ERROR"), from(count, 0)]);
            let name = case.add("record.name", vec![from(record, 0)]);
            let spelled = case.add("text.spell", vec![from(name, 0)]);
            case.leave(dice, spelled);
            Rule::R6
        }
    }
}

/// Family 39.
pub(super) fn missing_field(case: &mut Case, dice: &mut Dice) -> Rule {
    if dice.once_in(2) {
        let nothing = Value::Record(std::collections::BTreeMap::new());
        let name = case.add("record.name", vec![value(nothing)]);
        case.show(name);
        return Rule::R3;
    }
    let data = case.attach(dice);
    let record = case.add("record.maybe", vec![data]);
    let taker = if dice.once_in(2) { "record.name" } else { "record.size" };
    let taken = case.add(taker, vec![from(record, 0)]);
    case.show(taken);
    Rule::R2
}

/// Family 40.
pub(super) fn number_tricks(case: &mut Case, dice: &mut Dice) -> Rule {
    let shown = |case: &mut Case, node: NodeIndex, rule: Rule| {
        case.show(node);
        rule
    };
    match dice.below(6) {
        0 | 1 => {
            let number = if dice.once_in(2) { -1 } else { i64::MIN };
            let node = case.add("int.clamp", vec![value(Value::Int(number))]);
            shown(case, node, Rule::R3)
        }
        2 => {
            let data = case.attach(dice);
            let count = case.add("text.count", vec![data]);
            let node = case.add("int.percent", vec![from(count, 0)]);
            shown(case, node, Rule::R2)
        }
        3 => {
            let number = input("number", int(7, -7), PortKind::Payload);
            let empty = pure("int.wrapped", vec![number], vec![output("text", blob(Refinement::Utf8))]);
            let node = case.add_new(empty, vec![value(Value::Int(0))]);
            shown(case, node, Rule::R2)
        }
        4 => {
            let list = value(Value::List(vec![]));
            let node = case.add("text.encode", vec![list]);
            case.repeat(node, 0, 0);
            shown(case, node, Rule::R17)
        }
        _ => {
            // Nine bytes more than fit, 2⁶⁴−1 times.
            let mut greedy = host(
                "files.grab",
                telos_abi::EffectKind::Clock,
                vec![],
                vec![output("data", Type::Blob { refinement: Refinement::Bytes, max: u64::MAX })],
            );
            greedy.effects.clear();
            greedy.bounds.fuel.fixed = u64::MAX;
            let node = case.add_new(greedy, vec![]);
            shown(case, node, Rule::R17)
        }
    }
}
