//! `decide(effect, labels, now) → Permit | Ask | Refuse`.

use crate::evaluate::{Case, Found, STAGES};
use crate::policy::Policy;
use crate::reason::reason;
use telos_abi::{Digest, Effect, Facts, Grant, Label, Rule, Timestamp, Verdict, limit::APPROVAL_WAIT_MS};

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
    value: Option<Digest>,
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

    /// Digest of the value that the person was shown, if one was: only this value may be written or sent.
    #[must_use]
    pub fn value(&self) -> Option<Digest> {
        self.value
    }
}

/// An effect that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Question {
    effect: Effect,
    label: Label,
    value: Option<Digest>,
    asked_at: Timestamp,
    /// The rule that asks.
    pub rule: Rule,
    /// Why, for the person.
    pub reason: String,
}

/// A person's consent, as obtained by a front door. Single use: it is neither copied nor cloned.
#[derive(Debug)]
pub struct Approval {
    /// The effect the person was shown.
    pub effect: Effect,
    /// Digest of the value the person was shown, if there was one.
    pub value: Option<Digest>,
    /// When.
    pub at: Timestamp,
}

impl Question {
    /// The effect asked about.
    #[must_use]
    pub fn effect(&self) -> &Effect {
        &self.effect
    }

    /// The label that would act.
    #[must_use]
    pub fn label(&self) -> Label {
        self.label
    }

    /// Binds the question to the value that the person is shown; consent is then to this value alone.
    pub fn about(self, value: Digest) -> Self {
        Self { value: Some(value), ..self }
    }

    /// The consent of a person who was shown this question and agreed at `at`.
    #[must_use]
    pub fn consent(&self, at: Timestamp) -> Approval {
        Approval { effect: self.effect.clone(), value: self.value, at }
    }

    /// Turns consent to exactly this effect and value into a permit.
    ///
    /// # Errors
    /// The question itself, if the approval is for another effect or value, was given before the question was asked,
    /// or came later than [`APPROVAL_WAIT_MS`] after it.
    #[expect(clippy::needless_pass_by_value, reason = "an approval is used up")]
    #[expect(clippy::result_large_err, reason = "the question goes back to whoever asks again")]
    pub fn approve(self, approval: Approval) -> Result<Permit, Self> {
        let waited_ms = approval.at.0.checked_sub(self.asked_at.0);
        let in_time = waited_ms.is_some_and(|waited| waited <= APPROVAL_WAIT_MS);
        if approval.effect == self.effect && approval.value == self.value && in_time {
            Ok(Permit { effect: self.effect, label: self.label, rule: Rule::P5, value: self.value })
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

/// Decides one effect at `now`, which only dates the question a person may be asked.
///
/// The stages of [`crate::explain()`] in order: form (R0), protected places (P3), flow of labels (R5, R6, R7, R10, R12),
/// refusals of policy files (P4), the grant (P2), questions of policy files (P4), undo (P7), the kind's default (P1).
/// The strictest answer wins; among equals the first stage speaks.
///
/// O(components of the path + rows of the grant + rules of the policy); no allocation on the permit path beyond the
/// effect itself.
pub fn decide(policy: &Policy, grant: &Grant, request: &Request<'_>, now: Timestamp) -> Decision {
    let case = Case::new(policy, grant, request);
    let found = fold(&case);
    let effect = request.effect.clone();
    let label = acting_label(request.subject);
    match found.verdict {
        Verdict::Permit => Decision::Permit(Permit { effect, label, rule: found.rule, value: None }),
        Verdict::Ask => Decision::Ask(Question {
            effect,
            label,
            value: None,
            asked_at: now,
            rule: found.rule,
            reason: reason(&case, &found),
        }),
        Verdict::Refuse => Decision::Refuse(Refusal { effect, rule: found.rule, reason: reason(&case, &found) }),
    }
}

/// The strictest finding, the first among equals; for a Permit the default's, which is the one that permits.
pub(crate) fn fold<'a>(case: &Case<'a>) -> Found<'a> {
    let mut asks: Option<Found<'a>> = None;
    let mut last: Option<Found<'a>> = None;
    for (_, stage) in &STAGES {
        let found = stage(case);
        match found.verdict {
            Verdict::Refuse => return found,
            Verdict::Ask => asks = asks.or(Some(found)),
            Verdict::Permit => {}
        }
        last = Some(found);
    }
    asks.or(last).expect("there is at least one stage")
}

/// What is written keeps what it carries and what decided that it is written.
const fn acting_label(subject: Subject) -> Label {
    match subject {
        Subject::Plan { payload, control, .. } => payload.join(control),
        Subject::Agent { process } => process,
    }
}
