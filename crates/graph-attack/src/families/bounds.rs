//! Families that never end, cost too much or wait for each other: R13, R15, R17, R18, R19.

use crate::case::Case;
use crate::catalogue::{filter, lock, locked};
use crate::dice::Dice;
use telos_abi::Rule;
use telos_graph::testing::{from, said, source};

/// Family 22: two branches of one parent, each correct by itself.
pub(super) fn lock_inversion(case: &mut Case, dice: &mut Dice) -> Rule {
    let one = locked("ledger.debit", vec![lock("debit", 30, 1, 1), lock("credit", 40, 1, 1)]);
    let other = match dice.below(3) {
        0 => locked("ledger.credit", vec![lock("credit", 30, 1, 1), lock("debit", 40, 1, 1)]),
        1 => locked("ledger.close", vec![lock("close", 30, 1, 1)]),
        _ => locked("ledger.audit", vec![lock("debit", 30, 2, 2)]),
    };
    for descriptor in [one, other] {
        let data = case.attach(dice);
        let node = case.add_new(descriptor, vec![data]);
        case.show(node);
    }
    Rule::R15
}

/// Family 23.
pub(super) fn hold_and_wait(case: &mut Case, dice: &mut Dice) -> Rule {
    let staged = locked("store.staged", vec![lock("outer", 60, 1, 1), lock("inner", 50, 1, 1)]);
    let data = case.attach(dice);
    let node = case.add_new(staged, vec![data]);
    case.show(node);
    Rule::R15
}

/// Family 24.
pub(super) fn greedy_lock(case: &mut Case, dice: &mut Dice) -> Rule {
    let locks = match dice.below(3) {
        0 => vec![lock("printer", 70, 2, 1)],
        1 => vec![lock("printer", 70, 1, 1), lock("printer", 71, 1, 1)],
        _ => vec![lock("printer", 70, 0, 1)],
    };
    let data = case.attach(dice);
    let node = case.add_new(locked("print.both", locks), vec![data]);
    case.show(node);
    Rule::R15
}

/// Family 27.
pub(super) fn repetition_bomb(case: &mut Case, dice: &mut Dice) -> Rule {
    let limit = match dice.below(3) {
        0 => u32::MAX,
        1 => 1 << 31,
        _ => 2_000_000,
    };
    let files = case.add("files.list", vec![said("in")]);
    let mut at = case.add("files.read", vec![from(files, 0)]);
    case.repeat(at, 0, limit);
    for _ in 0..dice.below(4) {
        at = case.add("text.decode", vec![from(at, 0)]);
        case.repeat(at, 0, limit);
    }
    case.show(at);
    Rule::R17
}

/// Family 28.
pub(super) fn amplification(case: &mut Case, dice: &mut Dice) -> Rule {
    let read = case.add("files.read", vec![said("in/a.txt")]);
    let mut at = case.add("text.decode", vec![from(read, 0)]);
    for _ in 0..4 + dice.below(4) {
        at = case.add("text.inflate", vec![from(at, 0)]);
    }
    case.show(at);
    Rule::R17
}

/// Family 30.
pub(super) fn dead_branch(case: &mut Case, dice: &mut Dice) -> Rule {
    match dice.below(3) {
        0 => {
            case.secret_file();
        }
        1 => {
            // What it gives is used, but only by something that nothing uses.
            let data = case.attach(dice);
            let node = case.add("text.encode", vec![data]);
            case.add("text.count", vec![from(node, 0)]);
        }
        _ => {
            // Being waited for is no use.
            let list = case.add("files.list", vec![said("in")]);
            let effect = case.add("files.delete", vec![said("out/old.txt")]);
            case.node(effect).after.push(list);
        }
    }
    Rule::R18
}

/// Family 31.
pub(super) fn no_time_limit(case: &mut Case, dice: &mut Dice) -> Rule {
    let mut endless = filter("text.endless");
    endless.bounds.wall_ms = 0;
    let data = case.attach(dice);
    let node = case.add_new(endless, vec![data]);
    case.show(node);
    Rule::R18
}

/// Family 33.
pub(super) fn cycle(case: &mut Case, dice: &mut Dice) -> Rule {
    let way = dice.below(4);
    if way == 3 {
        // Each feeds the other through the cell; no edge says which comes first.
        let get = case.add("cell.get", vec![]);
        let spelled = case.add("text.spell", vec![from(get, 0)]);
        case.show(spelled);
        let put = case.add("cell.put", vec![said("ERROR")]);
        case.show(put);
        return Rule::R19;
    }
    let data = case.attach(dice);
    let first = case.add("text.join", vec![data, said("ERROR")]);
    let middle = case.launder(dice, first, false);
    let last = case.add("text.encode", vec![from(middle, 0)]);
    case.show(last);
    match way {
        0 => case.node(first).inputs[1].1 = from(last, 0),
        1 => {
            let holds = case.add("text.test", vec![from(last, 0)]);
            case.node(first).guard = Some(source(holds, 0));
        }
        _ => case.node(first).after.push(last),
    }
    Rule::R13
}
