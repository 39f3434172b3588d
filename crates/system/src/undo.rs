//! Taking back what a run changed.

use crate::gate::DecisionPoint;
use crate::outcome::Report;
use crate::person::Person;
use crate::run::Run;
use crate::{SystemError, Telos};
use telos_abi::{ByteText, Facts, Label, Receipt, RunId, RunKind, Status};
use telos_graph::origin;
use telos_host::{Host, UndoPlan};
use telos_policy::{Decision, Permit, Request, Subject};

/// Permits for a list of effects, or the words of the first refusal.
pub(crate) enum Permitted {
    Yes(Vec<Permit>),
    No { rule: telos_abi::Rule, reason: String },
}

impl DecisionPoint<'_> {
    /// Decides all effects together and asks once: either every one is permitted or nothing is done.
    pub(crate) fn permit_all(
        &self,
        effects: &[(telos_abi::Effect, Facts)],
        label: Label,
    ) -> Result<Permitted, SystemError> {
        let subject =
            Subject::Plan { authority: Label::BOTTOM, payload: label, control: Label::BOTTOM, history: label };
        let mut permits: Vec<Option<Permit>> = Vec::with_capacity(effects.len());
        let mut questions = Vec::new();
        for (effect, facts) in effects {
            match self.decide(&Request { effect, subject, facts: *facts }) {
                Decision::Permit(permit) => permits.push(Some(permit)),
                Decision::Ask(question) => {
                    questions.push((permits.len(), question));
                    permits.push(None);
                }
                Decision::Refuse(refusal) => {
                    return Ok(Permitted::No { rule: refusal.rule, reason: refusal.reason });
                }
            }
        }
        let asked: Vec<_> = questions.iter().map(|(_, question)| question.clone()).collect();
        let answers = if asked.is_empty() { Vec::new() } else { self.ask(&asked) };
        for ((index, question), answer) in questions.into_iter().zip(answers) {
            let (rule, reason) = (question.rule, question.reason.clone());
            match answer.and_then(|approval| question.approve(approval).ok()) {
                Some(permit) => permits[index] = Some(permit),
                None => return Ok(Permitted::No { rule, reason: format!("not approved: {reason}") }),
            }
        }
        Ok(Permitted::Yes(permits.into_iter().flatten().collect()))
    }
}

impl Telos {
    /// The run that `telos undo` means: the named one, or the newest that changed something and was not undone.
    ///
    /// # Errors
    /// When none fits.
    pub fn undoable(&self, prefix: Option<&str>) -> Result<RunId, SystemError> {
        let undone: Vec<RunId> = if prefix.is_some() { Vec::new() } else { self.runs_undone()? };
        self.choose(prefix, "run with changes that could be undone", |summary, receipts| {
            let changed = || crate::history::may_have_changed(receipts);
            let waits = || summary.kind == RunKind::Agent && self.workspace_is_idle(summary.run());
            summary.kind != RunKind::Undo && !undone.contains(&summary.run()) && (changed() || waits())
        })
    }

    pub(crate) fn runs_undone(&self) -> Result<Vec<RunId>, SystemError> {
        let mut undone = Vec::new();
        for segment in self.log()?.segments()? {
            let Ok(receipts) = self.receipts(segment.run) else { continue };
            let done = receipts.iter().any(|receipt| matches!(receipt, Receipt::Ended { status: Status::Done, .. }));
            if let Some(Receipt::Started { kind: RunKind::Undo, of: Some(run), .. }) = receipts.first()
                && done
            {
                undone.push(*run);
            }
        }
        Ok(undone)
    }

    /// Restores everything a run changed, byte for byte, or nothing: if a file changed since, each one is named. For
    /// an agent's run that is its commits, what it changed directly, and its workspace, which is dropped.
    ///
    /// # Errors
    /// When the run's receipts cannot be read or the host fails; what was restored by then is in the log.
    pub fn undo(&self, target: RunId, person: &dyn Person) -> Result<Report, SystemError> {
        if self.summary(target)?.kind == RunKind::Agent {
            return self.undo_agent(target, person);
        }
        self.undo_changes(target, person)
    }

    /// Restores what the acts in a run's own receipts changed. A run that was killed is settled first, so that nothing
    /// of it stays under a temporary name, and ends when it has been taken back: it cannot be resumed after that.
    pub(crate) fn undo_changes(&self, target: RunId, person: &dyn Person) -> Result<Report, SystemError> {
        let ended = self.receipts(target)?.iter().any(|receipt| matches!(receipt, Receipt::Ended { .. }));
        let interrupted = if ended { None } else { Some(Run::reopen(self, target)?) };
        let left = match &interrupted {
            Some(killed) => self.settle(&self.host(killed)?, killed)?.left,
            None => Vec::new(),
        };
        let receipts = self.receipts_with_sequels(target)?;
        let run = Run::begin(self, RunKind::Undo, vec![ByteText::from(target.to_string().as_str())], Some(target))?;
        let recorder = run.recorder();
        let host = self.host(&run)?;
        let plan = host.plan_undo(&receipts).map_err(SystemError::room)?;
        let mut report = if plan.is_empty() && plan.conflicts().is_empty() {
            Report::words(Status::Done, format!("run {target} left no changes; nothing to undo"))
        } else if !plan.conflicts().is_empty() {
            conflict_report(target, &plan)
        } else {
            let grant = self.whole_grant()?;
            let gate = DecisionPoint { policy: self.policy()?, grant: &grant, person, recorder: &*recorder };
            self.undo_planned(target, &host, plan, &gate)?
        };
        for line in left {
            report.text.push_str(&format!("\n{line}"));
        }
        report.run = Some(run.id().to_string());
        run.note("undo", report.text.clone())?;
        run.end(self, report.status, report.exit())?;
        if let (Some(killed), Status::Done) = (interrupted, report.status) {
            killed.note("ended", "taken back before it was finished")?;
            killed.end(self, Status::Cancelled, crate::exit_code(Status::Cancelled))?;
        }
        Ok(report)
    }

    fn undo_planned(
        &self,
        target: RunId,
        host: &Host,
        plan: UndoPlan,
        gate: &DecisionPoint<'_>,
    ) -> Result<Report, SystemError> {
        let effects: Vec<_> = plan.effects().into_iter().map(|effect| (effect.effect, effect.facts)).collect();
        let permits = match gate.permit_all(&effects, Label::BOTTOM)? {
            Permitted::Yes(permits) => permits,
            Permitted::No { rule, reason } => {
                let mut report = Report::words(Status::Refused, reason);
                report.rule = Some(rule);
                return Ok(report);
            }
        };
        match host.undo(plan, permits) {
            Ok(done) => {
                let text = format!("restored {} that run {target} changed", names(done.restored.len()));
                let mut report = Report::words(Status::Done, text);
                let here = |path: &ByteText| host.inspect(path).is_ok_and(|located| located.meta().is_some());
                (report.files_written, report.files_removed) = done.restored.into_iter().partition(here);
                Ok(report)
            }
            Err(error) => Ok(Report::words(
                Status::Failed,
                format!(
                    "{error}; what was restored by then is in the log, and `telos undo {target}` goes on from there"
                ),
            )),
        }
    }

    /// The receipts of a run followed by those of runs that resumed it or began undoing it.
    pub(crate) fn receipts_with_sequels(&self, target: RunId) -> Result<Vec<Receipt>, SystemError> {
        let mut receipts = self.receipts(target)?;
        for segment in self.log()?.segments()? {
            if segment.run <= target {
                continue;
            }
            let Ok(later) = self.receipts(segment.run) else { continue };
            if let Some(Receipt::Started { kind: RunKind::Resume, of: Some(of), .. }) = later.first()
                && *of == target
            {
                receipts.extend(later);
            }
        }
        Ok(receipts)
    }
}

/// A count of names in words.
pub(crate) fn names(count: usize) -> String {
    if count == 1 { String::from("1 name") } else { format!("{count} names") }
}

fn conflict_report(target: RunId, plan: &UndoPlan) -> Report {
    let mut text = format!("run {target} cannot be undone as it stands; nothing was touched\n");
    for conflict in plan.conflicts() {
        text.push_str(&format!("  {}: {}\n", conflict.path, conflict.why));
    }
    text.push_str("put files aside or back as the run left them, then undo again");
    let mut report = Report::words(Status::Refused, text);
    report.rule = Some(telos_abi::Rule::P7);
    report
}

/// A label in words; used where a scene needs one.
pub(crate) fn label_words(label: Label) -> String {
    origin::describe(label)
}
