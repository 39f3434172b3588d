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
    pub(crate) grant: &'a telos_abi::Grant,
}

/// Entries beneath a directory whose labels are looked up; of a directory with more, every category is assumed.
const BENEATH_MAX: usize = 20_000;
/// Nesting of such a directory.
const BENEATH_DEPTH_MAX: usize = 64;

impl KnownLabels<'_> {
    /// Paths of the files beneath a directory; nothing if they cannot be listed unasked, or are too many.
    fn files(&self, directory: &ByteText) -> Option<Vec<ByteText>> {
        let located = self.host.inspect(directory).ok()?;
        let permit = crate::surroundings::permit(self.policy, self.grant, &located.list_effect().ok()?)?;
        let options = telos_host::ListOptions {
            recursive: true,
            hidden: true,
            entries_max: BENEATH_MAX,
            depth_max: BENEATH_DEPTH_MAX,
        };
        let listing = self.host.list(permit, &located, options).ok()?;
        let files = listing.entries.iter().filter(|entry| entry.kind == telos_host::FileKind::File);
        let paths = files.map(|entry| [listing.directory.as_bytes(), b"/", entry.path.as_bytes()].concat().into());
        Some(paths.collect())
    }

    /// The label of the content at a path.
    pub(crate) fn of(&self, path: &ByteText) -> Label {
        self.label(&Resource::Path(path.clone()))
    }
}

impl ResourceLabels for KnownLabels<'_> {
    fn label(&self, resource: &Resource) -> Label {
        let by_rule = self.policy.sensitivity(resource);
        let path = match resource {
            Resource::Path(path) => path,
            Resource::Named(name) if name == telos_host::net::SESSIONS => {
                return by_rule.join(Label::secret(telos_host::net::SESSIONS_SECRECY));
            }
            Resource::Named(cell) => return by_rule.join(self.host.label_of_cell(cell).unwrap_or(Label::TOP)),
            _ => return by_rule,
        };
        // A path that cannot be looked at has no content that could be read under it either. A label that cannot be
        // looked up counts as every label.
        let Ok(located) = self.host.inspect(path) else { return by_rule };
        let real = located.path();
        let by_real_name = if real == *path { Label::BOTTOM } else { self.policy.sensitivity(&Resource::Path(real)) };
        by_rule.join(by_real_name).join(self.host.label_of(&located).unwrap_or(Label::TOP))
    }

    fn beneath(&self, directory: &ByteText) -> Label {
        let own = self.of(directory);
        match self.files(directory) {
            Some(files) => files.iter().fold(own, |label, path| label.join(self.of(path))),
            // What is not there yet has nothing beneath it; what is written there first is known by the plan.
            None if self.host.inspect(directory).is_ok_and(|located| located.meta().is_none()) => own,
            None => Label::TOP,
        }
    }
}
