//! The attack families. Each plants itself in a case and says which rule must refuse it.

mod bounds;
mod flows;
mod identity;
mod implicit;
mod shapes;

use crate::case::Case;
use crate::dice::Dice;
use telos_abi::Rule;

/// One family.
#[derive(Clone, Copy)]
pub struct Family {
    /// Its number in the research this follows, from 1.
    pub number: u8,
    /// What the attacker tries.
    pub name: &'static str,
    /// The codes with which its variants are refused.
    pub rules: &'static [Rule],
    /// Plants one variant and gives the code that must refuse it.
    pub plant: fn(&mut Case, &mut Dice) -> Rule,
}

const fn family(
    number: u8,
    name: &'static str,
    rules: &'static [Rule],
    plant: fn(&mut Case, &mut Dice) -> Rule,
) -> Family {
    Family { number, name, rules, plant }
}

/// Every family, by number.
pub const FAMILIES: [Family; 48] = {
    use Rule::{R0, R1, R2, R3, R4, R5, R6, R7, R10, R11, R12, R13, R14, R15, R16, R17, R18, R19, R20};
    [
        family(1, "secret read, encoded, posted", &[R6], flows::exfiltrate),
        family(2, "the same through many pure steps", &[R6], flows::exfiltrate_laundered),
        family(3, "untrusted text as an instruction", &[R7], flows::inject),
        family(4, "untrusted data kept in a cell, to instruct with it later", &[R19], implicit::stored_injection),
        family(5, "untrusted recipient, path, address, amount or command", &[R5], flows::hijack),
        family(6, "secret in a host name, address or file name", &[R6], flows::name_channel),
        family(7, "a secret decides which of two effects happens", &[R10], implicit::branch_on_secret),
        family(8, "an effect that happens only if untrusted data says so", &[R10], implicit::branch_on_tainted),
        family(9, "the number of effects tells the length of a list", &[R10], implicit::count_channel),
        family(10, "a secret in an error message", &[R4, R6], flows::error_channel),
        family(11, "declassified without a token or with an expired one", &[R4, R6], flows::declassify),
        family(12, "a token used again on another edge or plan", &[R6, R20], identity::replayed_token),
        family(13, "shown one value, given a look-alike", &[R5], flows::look_alike),
        family(14, "untrusted data decides what is declassified", &[R6], flows::tainted_decision),
        family(15, "an endorsement aimed at the intent channel", &[R7], flows::endorse_intent),
        family(16, "a quarantined model's free text passed off as a choice", &[R7], flows::quarantined_words),
        family(17, "a port claims independence without a proof", &[R4], flows::independence_lie),
        family(18, "labels stripped by serialising, hashing or a detour", &[R6], flows::strip),
        family(19, "a refinement claimed and not checked", &[R2, R3], shapes::forged_refinement),
        family(20, "text safe in one language used in another", &[R2], shapes::polyglot),
        family(21, "an effect hidden in a harmless-looking primitive", &[R11], flows::hidden_effect),
        family(22, "two primitives rank two locks oppositely", &[R15], bounds::lock_inversion),
        family(23, "a lock held while waiting for one that ranks lower", &[R15], bounds::hold_and_wait),
        family(24, "more units of a lock than exist", &[R15], bounds::greedy_lock),
        family(25, "a forked stream that starves its join", &[R16], shapes::starving_stream),
        family(26, "streams merged at different rates", &[R16], shapes::mismatched_streams),
        family(27, "nested repetition beyond any budget", &[R17], bounds::repetition_bomb),
        family(28, "a little data made into very much", &[R17], bounds::amplification),
        family(29, "code that can do more than it declares", &[R1], identity::undeclared_power),
        family(30, "a dead branch that does something all the same", &[R18], bounds::dead_branch),
        family(31, "a step that never has to end", &[R18], bounds::no_time_limit),
        family(32, "a single-use handle shared, dropped or hidden in a record", &[R14], shapes::counted_handle),
        family(33, "a cycle through edges, guards, waits or a cell", &[R13, R19], bounds::cycle),
        family(34, "an edge from the node itself, or two for one input", &[R3], shapes::ill_formed_edges),
        family(35, "an unknown, outdated or revoked capability", &[R1], identity::unknown_capability),
        family(36, "the same name with other code", &[R1], identity::swapped_code),
        family(37, "evidence for less than is done", &[R1], identity::weak_evidence),
        family(38, "a secret in a record field that nobody looks at", &[R2, R3, R6], shapes::hidden_field),
        family(39, "an optional field required later", &[R2, R3], shapes::missing_field),
        family(40, "numbers beyond their range", &[R2, R3, R17], shapes::number_tricks),
        family(41, "a cached plan with another slot or under other rights", &[R5, R20], identity::poisoned_cache),
        family(42, "two plans that look alike under one seal", &[R0, R20], identity::collision),
        family(43, "a grant made wider after untrusted data was read", &[R11, R20], identity::widened_grant),
        family(44, "a primitive's output run as a plan", &[R7, R20], identity::staged_plan),
        family(45, "the rule of two split over two parts with a hidden path", &[R12], implicit::split_rule_of_two),
        family(46, "a trusted primitive fed the attacker's handle", &[R2, R5], flows::confused_deputy),
        family(47, "two legal plans that meet in a cell", &[R19], implicit::shared_cell),
        family(48, "bytes that are no plan", &[R0], identity::hostile_bytes),
    ]
};
