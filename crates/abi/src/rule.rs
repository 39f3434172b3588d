//! Stable codes of the rules that permit, ask or refuse. One code list serves plans and agents.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A rule. R-rules are the validator's; P-rules are the policy's. Codes are stable: append, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Rule {
    /// Resolve.
    R1 = 1,
    /// Edge types.
    R2,
    /// Arity and constants.
    R3,
    /// Label propagation.
    R4,
    /// Authority.
    R5,
    /// Payload.
    R6,
    /// Intent channel.
    R7,
    /// Declassification.
    R8,
    /// Endorsement.
    R9,
    /// Implicit flow.
    R10,
    /// Effect scope.
    R11,
    /// Rule of two.
    R12,
    /// Acyclic.
    R13,
    /// Linear handles.
    R14,
    /// Deadlock.
    R15,
    /// Streams.
    R16,
    /// Bounds.
    R17,
    /// Liveness.
    R18,
    /// State cells.
    R19,
    /// Seal and cache.
    R20,
    /// Malformed: the bytes are not a plan in canonical form.
    R0 = 0,
    /// The default of the effect's kind, inside the grant.
    P1 = 101,
    /// Outside the grant.
    P2,
    /// Protected: Telos' own state, keys, shell start-up files and agent configuration are unwritable in every grant.
    P3,
    /// A rule of the user's policy file.
    P4,
    /// A person approved exactly this effect.
    P5,
    /// The sandbox tier cannot enforce what the policy asks.
    P6,
    /// Undo would lose more than the pre-image budget keeps.
    P7,
}

/// A rule's short name, for explanations and docs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The rule.
    pub rule: Rule,
    /// Kebab-case name.
    pub name: &'static str,
    /// One sentence.
    pub says: &'static str,
}

impl Rule {
    /// Every rule with its name and sentence.
    pub const TABLE: [RuleInfo; 28] = [
        info(Self::R0, "malformed", "A plan is read only in its one canonical form."),
        info(
            Self::R1,
            "resolve",
            "Every capability is known by id, its code matches its digest, and its evidence suffices.",
        ),
        info(Self::R2, "edge-type", "What an output gives must be a subtype of what the input takes."),
        info(Self::R3, "arity", "Every required input has exactly one producer; constants fit their type."),
        info(Self::R4, "propagate", "A value carries the labels of everything that may have influenced it."),
        info(Self::R5, "authority", "Tainted data never chooses what is acted on."),
        info(Self::R6, "payload", "Secret data goes only where it is cleared to go."),
        info(Self::R7, "intent-channel", "Tainted data is never read as an instruction."),
        info(
            Self::R8,
            "declassify",
            "Secrecy is removed only by a person's single-use approval of that value and destination.",
        ),
        info(Self::R9, "endorse", "Taint is removed only by a person's single-use approval of that value."),
        info(Self::R10, "implicit-flow", "Whether an effect happens must not depend on tainted or uncleared data."),
        info(
            Self::R11,
            "effect-scope",
            "Effects stay within the grant that was fixed before anything untrusted was read.",
        ),
        info(
            Self::R12,
            "rule-of-two",
            "Untrusted input, secret data and an outward effect never meet without a person.",
        ),
        info(Self::R13, "acyclic", "Graphs have no cycles; iteration is a bounded map."),
        info(Self::R14, "linear", "A single-use handle is used exactly as often as its type says."),
        info(Self::R15, "deadlock", "Locks are taken all at once, in rank order, and never held while waiting."),
        info(Self::R16, "streams", "Streams have matching rates and enough buffer."),
        info(Self::R17, "bounds", "Fuel, memory, output, time and calls are bounded and within the budget."),
        info(Self::R18, "liveness", "Every node serves an output or effect, and every wait ends."),
        info(Self::R19, "state", "A state cell's label only grows, and its writers are ordered."),
        info(Self::R20, "seal", "Only a sealed plan runs, and its labels are checked again at every call."),
        info(Self::P1, "default", "The effect's default inside the grant."),
        info(Self::P2, "outside-grant", "The effect is outside what this run was granted."),
        info(
            Self::P3,
            "protected",
            "Telos' state, keys, shell start-up files and agent configuration are never writable.",
        ),
        info(Self::P4, "user-policy", "A rule in the user's policy file."),
        info(Self::P5, "approved", "A person approved exactly this effect."),
        info(Self::P6, "unenforceable", "This host cannot enforce what the policy asks."),
        info(Self::P7, "not-undoable", "The earlier content is larger than what may be kept for undo."),
    ];
}

const fn info(rule: Rule, name: &'static str, says: &'static str) -> RuleInfo {
    RuleInfo { rule, name, says }
}

impl fmt::Display for Rule {
    /// `R6` or `P2`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = *self as u8;
        if number > 100 { write!(out, "P{}", number - 100) } else { write!(out, "R{number}") }
    }
}
