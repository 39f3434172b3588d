//! Families in which control, cells and company leak what edges do not: R10, R12 and R19.

use crate::case::{Case, POST};
use crate::dice::Dice;
use telos_abi::{NodeIndex, Rule};
use telos_graph::testing::{from, said};

/// A truth value made of something.
fn truth(case: &mut Case, dice: &mut Dice, of: NodeIndex) -> NodeIndex {
    let text = case.launder(dice, of, false);
    match dice.below(3) {
        0 => {
            let count = case.add("text.count", vec![from(text, 0)]);
            case.add("int.positive", vec![from(count, 0)])
        }
        1 => {
            let holds = case.add("text.test", vec![from(text, 0)]);
            case.add("bool.not", vec![from(holds, 0)])
        }
        _ => case.add("text.test", vec![from(text, 0)]),
    }
}

/// Something that is observed outside and carries nothing that is labelled.
fn observable(case: &mut Case, dice: &mut Dice) -> NodeIndex {
    match dice.below(3) {
        0 => case.add("files.delete", vec![said("out/old.txt")]),
        1 => case.add("files.write", vec![said("out/two.txt"), said("ERROR")]),
        _ => case.post(said("ERROR")),
    }
}

/// Family 4.
pub(super) fn stored_injection(case: &mut Case, dice: &mut Dice) -> Rule {
    let tainted = case.tainted(dice);
    let text = case.launder(dice, tainted, false);
    let put = case.add("cell.put", vec![from(text, 0)]);
    case.show(put);
    let get = case.add("cell.get", vec![]);
    case.node(get).after.push(put);
    let prompt = case.add("text.spell", vec![from(get, 0)]);
    case.add("model.ask", vec![said("local"), from(prompt, 0)]);
    Rule::R19
}

/// Family 7.
pub(super) fn branch_on_secret(case: &mut Case, dice: &mut Dice) -> Rule {
    let secret = match dice.below(2) {
        0 => case.secret_file(),
        _ => case.secret_text(),
    };
    let holds = truth(case, dice, secret);
    let otherwise = case.add("bool.not", vec![from(holds, 0)]);
    let (one, other) = (observable(case, dice), observable(case, dice));
    case.guard(one, holds);
    case.guard(other, otherwise);
    Rule::R10
}

/// Family 8: the guard itself, or a guarded step that the effect waits for.
pub(super) fn branch_on_tainted(case: &mut Case, dice: &mut Dice) -> Rule {
    let tainted = case.tainted(dice);
    let holds = truth(case, dice, tainted);
    let effect = observable(case, dice);
    if dice.once_in(2) {
        case.guard(effect, holds);
    } else {
        let step = case.harmless();
        case.guard(step, holds);
        case.show(step);
        case.node(effect).after.push(step);
    }
    Rule::R10
}

/// Family 9: one effect for each of the contents.
pub(super) fn count_channel(case: &mut Case, dice: &mut Dice) -> Rule {
    let files = case.add("files.list", vec![said("in")]);
    let read = case.add("files.read", vec![from(files, 0)]);
    case.repeat(read, 0, 100);
    let (name, target) = match dice.below(2) {
        0 => ("net.post", POST),
        _ => ("files.write", "out/one.txt"),
    };
    let effect = case.add(name, vec![said(target), from(read, 0)]);
    case.repeat(effect, 1, 100);
    Rule::R10
}

/// Family 45: secret and untrusted data meet beside the post, in something that only the user sees.
pub(super) fn split_rule_of_two(case: &mut Case, dice: &mut Dice) -> Rule {
    let secret = case.secret_text();
    let own = case.launder(dice, secret, false);
    let tainted = case.tainted(dice);
    let text = case.launder(dice, tainted, false);
    case.leave(dice, text);
    let met = match dice.below(2) {
        0 => case.add("text.join", vec![from(own, 0), from(text, 0)]),
        _ => {
            let holds = case.add("text.test", vec![from(text, 0)]);
            let step = case.add("text.encode", vec![from(own, 0)]);
            case.guard(step, holds);
            step
        }
    };
    case.show(met);
    Rule::R12
}

/// Family 47: this plan keeps the secret, another would fetch it.
pub(super) fn shared_cell(case: &mut Case, dice: &mut Dice) -> Rule {
    let secret = case.secret_text();
    let text = case.launder(dice, secret, false);
    let put = if dice.once_in(2) {
        case.add("cell.put", vec![from(text, 0)])
    } else {
        // Nothing secret is kept but the fact that something is.
        let holds = case.add("text.test", vec![from(text, 0)]);
        let put = case.add("cell.put", vec![said("ERROR")]);
        case.guard(put, holds);
        put
    };
    case.show(put);
    Rule::R19
}
