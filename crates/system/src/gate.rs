//! The decision point as services see it: one policy, one grant, one person, one log.

use crate::person::{Ask, Consent, Person};
use telos_abi::{ApprovalRecord, ByteText, Durability, Grant, Label, Receipt, Recorder, Resource};
use telos_graph::ResourceLabels;
use telos_host::Host;
use telos_policy::{Approval, Decision, Policy, Question, Request, decide};

/// Decides by the run's policy and grant, asks the person, and records their answers.
pub(crate) struct DecisionPoint<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) grant: &'a Grant,
    pub(crate) person: &'a dyn Person,
    pub(crate) recorder: &'a dyn Recorder,
}

impl DecisionPoint<'_> {
    /// The one decision.
    pub(crate) fn decide(&self, request: &Request<'_>) -> Decision {
        decide(self.policy, self.grant, request, crate::now())
    }

    /// Asks about all questions at once. An answer that cannot be recorded is a no: consent that left no trace could
    /// not be explained later.
    pub(crate) fn ask(&self, questions: &[Question]) -> Vec<Option<Approval>> {
        let consents = self.consents(questions);
        questions
            .iter()
            .zip(consents)
            .enumerate()
            .map(|(index, (question, consent))| {
                let approval = consent.granted().then(|| question.consent(crate::now()));
                let receipt = Receipt::Approved(ApprovalRecord {
                    effect: question.effect().clone(),
                    value: approval.as_ref().and_then(|approval| approval.value),
                    granted: consent.granted(),
                    by: consent.by().to_owned(),
                });
                // The last makes all of them durable: no effect is safer from power loss than its consent.
                let last = index + 1 == questions.len();
                let durability = if last { Durability::Synced } else { Durability::Batched };
                self.recorder.record(&receipt, durability).ok().and(approval)
            })
            .collect()
    }

    /// The person's answers, one for each question.
    fn consents(&self, questions: &[Question]) -> Vec<Consent> {
        let asks: Vec<Ask> = questions
            .iter()
            .map(|question| Ask {
                effect: question.effect().clone(),
                rule: question.rule,
                reason: question.reason.clone(),
            })
            .collect();
        let mut answers = self.person.consent(&asks);
        answers.resize(questions.len(), Consent::NobodyThere);
        answers
    }
}

impl telos_execute::Gate for DecisionPoint<'_> {
    fn decide(&self, request: &Request<'_>) -> Decision {
        DecisionPoint::decide(self, request)
    }

    /// The executor records the answers itself, beside the nodes they are for.
    fn ask(&self, questions: &[Question]) -> Vec<telos_execute::Answer> {
        let consents = self.consents(questions);
        questions
            .iter()
            .zip(consents)
            .map(|(question, consent)| telos_execute::Answer {
                approval: consent.granted().then(|| question.consent(crate::now())),
                by: consent.by().to_owned(),
            })
            .collect()
    }
}

/// Labels of resources: the policy's sensitivity rules joined with what earlier runs left on the file.
pub(crate) struct KnownLabels<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) host: &'a Host,
}

impl KnownLabels<'_> {
    /// The label of the content at a path.
    pub(crate) fn of(&self, path: &ByteText) -> Label {
        self.label(&Resource::Path(path.clone()))
    }
}

impl ResourceLabels for KnownLabels<'_> {
    fn label(&self, resource: &Resource) -> Label {
        let by_rule = self.policy.sensitivity(resource);
        let Resource::Path(path) = resource else { return by_rule };
        // A path that cannot be looked at has no content that could be read under it either. A label that cannot be
        // looked up counts as every label.
        let Ok(located) = self.host.inspect(path) else { return by_rule };
        let real = located.path();
        let by_real_name = if real == *path { Label::BOTTOM } else { self.policy.sensitivity(&Resource::Path(real)) };
        by_rule.join(by_real_name).join(self.host.label_of(&located).unwrap_or(Label::TOP))
    }
}
