//! Asking the decision point.

use crate::inputs::Labels;
use crate::run::Run;
use crate::{Answer, Cause, Library};
use telos_abi::{
    ApprovalRecord, DecisionRecord, Digest, Durability, Effect, EffectKind, EffectSet, Facts, Label, NodeIndex,
    Receipt, Rule, Verdict,
};
use telos_graph::Plan;
use telos_policy::{Decision, Permit, Question, Request, Subject};

/// Effects that leave everything as it was, and are therefore decided and had when their node is reached.
const READS: EffectSet = EffectSet::of(&[
    EffectKind::FileRead,
    EffectKind::FileList,
    EffectKind::NetGet,
    EffectKind::Clock,
    EffectKind::Random,
    EffectKind::CellRead,
    EffectKind::Show,
]);

/// Whether a plan can change nothing on the machine.
#[must_use]
pub fn only_reads(plan: &Plan, library: &dyn Library) -> bool {
    plan.graph().nodes.iter().all(|node| {
        let descriptor = library.descriptor(&node.capability);
        descriptor.is_some_and(|descriptor| descriptor.effects.iter().all(|used| is_read(used.kind)))
    })
}

pub(crate) fn is_read(kind: EffectKind) -> bool {
    READS.contains(kind)
}

/// One effect that waits for its decision.
pub(crate) struct Wanted<'a> {
    pub(crate) node: NodeIndex,
    pub(crate) labels: &'a Labels,
    /// What is carried beside what entered the node.
    pub(crate) carried: Label,
    pub(crate) effect: &'a Effect,
    pub(crate) facts: Facts,
    /// Digest of what is carried, for consent to exactly that.
    pub(crate) content: Option<Digest>,
}

enum Answered {
    Permit(Permit),
    /// Position among the questions.
    Asked(usize),
}

/// Permits for all of `wanted`, in order, or none at all. Every decision and answer leaves a receipt.
pub(crate) fn decide_all(run: &Run<'_>, wanted: &[Wanted<'_>]) -> Result<Vec<Permit>, (NodeIndex, Cause)> {
    let mut answered = Vec::with_capacity(wanted.len());
    let mut questions = Vec::new();
    let mut refused = None;
    for want in wanted {
        let at = |cause: Cause| (want.node, cause);
        match decide(run, want).map_err(at)? {
            Decision::Permit(permit) => answered.push(Answered::Permit(permit)),
            Decision::Ask(question) => {
                let question = match want.content {
                    Some(content) => question.about(content),
                    None => question,
                };
                answered.push(Answered::Asked(questions.len()));
                questions.push(question);
            }
            // Go on, so that the log explains every effect of the barrier.
            Decision::Refuse(refusal) => {
                refused.get_or_insert((want.node, Cause::Refused(Box::new(refusal))));
            }
        }
    }
    if let Some(refused) = refused {
        return Err(refused);
    }
    let mut permits = Vec::with_capacity(wanted.len());
    let contents = wanted.iter().zip(&answered);
    let contents = contents.filter(|(_, answer)| matches!(answer, Answered::Asked(_)));
    let contents: Vec<_> = contents.map(|(want, _)| want.content).collect();
    let mut approved = ask(run, questions, &contents)
        .map_err(|(position, cause)| (node_of(wanted, &answered, position), cause))?
        .into_iter();
    for answer in answered {
        match answer {
            Answered::Permit(permit) => permits.push(permit),
            Answered::Asked(_) => permits.extend(approved.next()),
        }
    }
    Ok(permits)
}

fn node_of(wanted: &[Wanted<'_>], answered: &[Answered], question: usize) -> NodeIndex {
    let asked = |answer: &Answered| matches!(answer, Answered::Asked(at) if *at == question);
    let position = answered.iter().position(asked).unwrap_or(0);
    wanted[position].node
}

fn decide(run: &Run<'_>, want: &Wanted<'_>) -> Result<Decision, Cause> {
    let Labels { authority, payload, control, .. } = *want.labels;
    let payload = payload.join(want.carried);
    let decision = run.ports.gate.decide(&Request {
        effect: want.effect,
        subject: Subject::Plan { authority, payload, control, history: run.program.node(want.node).history },
        facts: want.facts,
    });
    let (verdict, rule, reason) = match &decision {
        Decision::Permit(permit) => (Verdict::Permit, permit.rule(), says(permit.rule())),
        Decision::Ask(question) => (Verdict::Ask, question.rule, question.reason.clone()),
        Decision::Refuse(refusal) => (Verdict::Refuse, refusal.rule, refusal.reason.clone()),
    };
    run.record(&Receipt::Decided(DecisionRecord {
        node: Some(want.node),
        effect: want.effect.clone(),
        label: payload.join(control),
        verdict,
        rule,
        reason,
    }))?;
    Ok(decision)
}

fn says(rule: Rule) -> String {
    let info = Rule::TABLE.iter().find(|info| info.rule == rule);
    info.map_or_else(String::new, |info| info.says.into())
}

/// Permits for all questions, or the first that was not approved, by its position.
fn ask(run: &Run<'_>, questions: Vec<Question>, contents: &[Option<Digest>]) -> Result<Vec<Permit>, (usize, Cause)> {
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let mut answers = run.ports.gate.ask(&questions).into_iter();
    let mut permits = Vec::with_capacity(questions.len());
    let mut denied = None;
    for (position, question) in questions.into_iter().enumerate() {
        let answer = answers.next().unwrap_or(Answer { approval: None, by: String::from("no answer") });
        let (effect, rule, reason) = (Box::new(question.effect().clone()), question.rule, question.reason.clone());
        let permit = answer.approval.and_then(|approval| question.approve(approval).ok());
        run.ports
            .recorder
            .record(
                &Receipt::Approved(ApprovalRecord {
                    effect: Effect::clone(&effect),
                    value: contents.get(position).copied().flatten(),
                    granted: permit.is_some(),
                    by: answer.by,
                }),
                Durability::Batched,
            )
            .map_err(|error| (position, error.into()))?;
        match permit {
            Some(permit) => permits.push(permit),
            None => {
                denied.get_or_insert((position, Cause::NotApproved { effect, rule, reason }));
            }
        }
    }
    match denied {
        Some(denied) => Err(denied),
        None => Ok(permits),
    }
}
