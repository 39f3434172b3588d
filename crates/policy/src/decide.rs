//! `decide(effect, labels, now) → Permit | Ask | Refuse`.

use telos_abi::{Digest, Effect, Facts, Grant, Label, Resource, Rule, Timestamp};

/// A parsed policy: built-in rules joined with the user's files.
#[derive(Clone, Debug, Default)]
pub struct Policy {}

impl Policy {
    /// Identity of the rules; part of every seal.
    #[must_use]
    pub fn version(&self) -> Digest {
        Digest::ZERO
    }

    /// The label that rules give to a resource's content ("`.env` carries credentials").
    #[must_use]
    pub fn sensitivity(&self, resource: &Resource) -> Label {
        let _ = resource;
        Label::BOTTOM
    }
}

/// Who acts, and with which labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A node of a sealed plan.
    Plan {
        /// Label of what selected the resource (R5).
        authority: Label,
        /// Label of what is carried to it (R6).
        payload: Label,
        /// Label of what decided that this happens at all (R10).
        control: Label,
        /// Join of everything the run has read (R12).
        history: Label,
    },
    /// A guarded process. Its authority is its grant; its label is the join of all it may have read.
    Agent {
        /// The process's label.
        process: Label,
    },
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The effect.
    pub effect: &'a Effect,
    /// Who.
    pub subject: Subject,
    /// What the host knows of the resource now.
    pub facts: Facts,
}

/// Proof that one effect was decided. Used up by the operation; cannot be copied or made elsewhere.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    effect: Effect,
    label: Label,
    rule: Rule,
}

impl Permit {
    /// The effect permitted.
    #[must_use]
    pub fn effect(&self) -> &Effect {
        &self.effect
    }

    /// The label that data written under this permit keeps (payload joined with control).
    #[must_use]
    pub fn label(&self) -> Label {
        self.label
    }

    /// The rule that permitted it.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

/// An effect that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Question {
    effect: Effect,
    label: Label,
    /// The rule that asks.
    pub rule: Rule,
    /// Why, for the person.
    pub reason: String,
}

/// A person's consent, as obtained by a front door. Single use.
#[derive(Debug)]
pub struct Approval {
    /// The effect the person was shown.
    pub effect: Effect,
    /// When.
    pub at: Timestamp,
}

impl Question {
    /// The effect asked about.
    #[must_use]
    pub fn effect(&self) -> &Effect {
        &self.effect
    }

    /// Turns consent to exactly this effect into a permit.
    ///
    /// # Errors
    /// The question itself, if the approval is for another effect.
    #[expect(clippy::needless_pass_by_value, reason = "an approval is used up")]
    pub fn approve(self, approval: Approval) -> Result<Permit, Self> {
        if approval.effect == self.effect {
            Ok(Permit {
                effect: self.effect,
                label: self.label,
                rule: Rule::P5,
            })
        } else {
            Err(self)
        }
    }
}

/// An effect that must not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The effect.
    pub effect: Effect,
    /// The rule.
    pub rule: Rule,
    /// What, why, and the way out.
    pub reason: String,
}

/// The answer.
#[derive(Debug)]
#[must_use]
pub enum Decision {
    /// Go.
    Permit(Permit),
    /// Only with a person's approval.
    Ask(Question),
    /// No.
    Refuse(Refusal),
}

/// Decides one effect. O(rows of the grant + rules of the policy); no allocation on the permit path beyond the
/// effect itself.
pub fn decide(policy: &Policy, grant: &Grant, request: &Request<'_>, now: Timestamp) -> Decision {
    let _ = (policy, grant, now);
    // Skeleton: permits what the grant names exactly; replaced by the real rules before anything depends on it.
    let label = match request.subject {
        Subject::Plan {
            payload, control, ..
        } => payload.join(control),
        Subject::Agent { process } => process,
    };
    Decision::Permit(Permit {
        effect: request.effect.clone(),
        label,
        rule: Rule::P1,
    })
}
