//! `telos resume`: an interrupted run is settled and, if it had a plan, what is left of it is run.
//!
//! A run ends once. Whatever stands in the way before its plan goes on (an effect in doubt that nobody answers for,
//! the wrong directory) leaves it open, so that it can be resumed again.

use crate::gate::KnownLabels;
use crate::intent::{Settled, output_meanings};
use crate::outcome::Report;
use crate::person::{Ask, Person};
use crate::plan_view;
use crate::run::Run;
use crate::shelf::Shelf;
use crate::{SystemError, Telos, now};
use telos_abi::{
    Act, ApprovalRecord, ByteText, Effect, EffectKind, Facts, Receipt, Resource, Rule, RunId, RunKind, Status,
};
use telos_engine::Stop;
use telos_graph::{Context, Plan};
use telos_host::{ActState, Host};

/// What an interrupted run asked for.
struct Begun {
    kind: RunKind,
    request: Vec<ByteText>,
    directory: ByteText,
    of: Option<RunId>,
}

/// What comes after settling.
enum Next {
    /// Its plan goes on.
    Run(Box<Settled>),
    /// There is nothing to go on with: it ends like this.
    End(Report),
    /// Something must happen first; the run stays open.
    Wait(Report),
}

impl Telos {
    /// Finishes an interrupted run: settles its acts and, if it had a plan, runs what is left of it.
    ///
    /// # Errors
    /// When the run cannot be read, is still going on, or began in another directory.
    pub fn resume(&self, target: RunId, person: &dyn Person, stop: &Stop) -> Result<Report, SystemError> {
        let receipts = self.receipts_with_sequels(target)?;
        if receipts.iter().any(|receipt| matches!(receipt, Receipt::Ended { .. })) {
            let why = String::from("it has ended; there is nothing to resume (`telos undo` takes it back)");
            return Err(SystemError::Unsuitable { run: target, why });
        }
        let begun = begun(&receipts).ok_or_else(|| SystemError::Unsuitable {
            run: target,
            why: String::from("its first receipt is missing"),
        })?;
        if begun.kind == RunKind::Intent && begun.directory != *self.directory() {
            // Its grant and its relative paths begin there.
            return Err(SystemError::Usage(format!(
                "run {target} began in {}; resume it there, or take it back: telos undo {target}",
                begun.directory
            )));
        }
        let run = Run::reopen(self, target)?;
        let host = self.host(&run)?;
        let unsettled = self.settle(&host, &run)?;
        // The same host goes on: it knows the numbers of the acts so far, and what the run made.
        match self.next_of(&run, &host, &begun, &unsettled, person)? {
            Next::Run(settled) => {
                let receipts = self.receipts(target)?;
                let report = self.execute(&run, &host, &settled, person, stop, Some(&receipts));
                self.close(run, report)
            }
            Next::End(report) => self.close(run, Ok(report)),
            Next::Wait(mut report) => {
                report.run = Some(target.to_string());
                Ok(report)
            }
        }
    }

    fn next_of(
        &self,
        run: &Run,
        host: &Host,
        begun: &Begun,
        unsettled: &Unsettled,
        person: &dyn Person,
    ) -> Result<Next, SystemError> {
        let target = run.id();
        let receipts = self.receipts(target)?;
        let sealed = receipts.iter().find_map(|receipt| match receipt {
            Receipt::Sealed { hash, plan } => Some((*hash, plan.clone())),
            _ => None,
        });
        let (RunKind::Intent, Some((hash, bytes))) = (begun.kind, sealed) else {
            return Ok(Next::End(Report::words(Status::Done, without_plan(target, begun, unsettled))));
        };
        if !unsettled.agreed(run, person)? {
            return Ok(Next::Wait(Report::words(Status::Refused, unsettled.refusal(target))));
        }
        let text = begun.request.iter().map(ByteText::lossy).collect::<Vec<_>>().join(" ");
        let text = self.own_words(&text)?;
        let grant = self.intent_grant(&text)?;
        let policy = self.policy()?;
        let shelf = Shelf(self.registry()?);
        let labels = KnownLabels { policy, host, grant: &grant };
        let context = Context {
            catalogue: &shelf,
            labels: &labels,
            grant: &grant,
            directory: self.directory(),
            turn: &text,
            policy: policy.version(),
            now: now(),
        };
        let plan = match Plan::reopen(bytes.as_bytes(), hash, &context) {
            Ok(plan) => plan,
            Err(violation) => {
                let text = format!("{violation}; the run stays as it is, and can be taken back: telos undo {target}");
                let mut report = Report::words(Status::Refused, text);
                report.rule = Some(violation.rule);
                return Ok(Next::Wait(report));
            }
        };
        let facts = |_: &Effect| Facts::default();
        let now = plan_view::Now { policy, grant: &grant, facts: &facts, host };
        let view = plan_view::describe(&plan, &shelf, &now, Vec::new(), String::from("the interrupted run"));
        let meanings = output_meanings(&plan, &shelf);
        Ok(Next::Run(Box::new(Settled { plan, view, meanings, grant })))
    }

    /// Settles an interrupted run: what happened is recorded and temporary files go.
    pub(crate) fn settle(&self, host: &Host, run: &Run) -> Result<Unsettled, SystemError> {
        let receipts = self.receipts_with_sequels(run.id())?;
        let resumed = host.resume(run.id(), &receipts).map_err(SystemError::room)?;
        let mut unsettled = Unsettled::default();
        for (number, act, state) in &resumed.acts {
            if let ActState::InDoubt(why) = state {
                let reason = format!("act {number} ({}) is in doubt: {why}", crate::why::act_words(act));
                run.note("in-doubt", reason.clone())?;
                // What asks is the default of the effect's kind: the person answers for it once more.
                unsettled.asks.push(Ask { effect: effect_of(act), rule: Rule::P1, reason });
            }
        }
        for path in &resumed.left {
            let text = format!("{path} holds something the run did not put there; it was left");
            run.note("left", text.clone())?;
            unsettled.left.push(text);
        }
        let text = format!("{} acts settled, {} temporary files removed", resumed.acts.len(), resumed.removed.len());
        let settled = Receipt::Noted { topic: String::from("settled"), text };
        run.recorder().record(&settled, telos_abi::Durability::Synced)?;
        Ok(unsettled)
    }
}

/// What looking at the host could not settle.
#[derive(Default)]
pub(crate) struct Unsettled {
    /// Effects that may have happened. They are not repeated, whatever is answered.
    asks: Vec<Ask>,
    /// Files that were left where they are, in words.
    pub(crate) left: Vec<String>,
}

impl Unsettled {
    /// Whether the person answers for every effect in doubt. The answers are recorded.
    fn agreed(&self, run: &Run, person: &dyn Person) -> Result<bool, SystemError> {
        if self.asks.is_empty() {
            return Ok(true);
        }
        let asks: Vec<Ask> = self
            .asks
            .iter()
            .map(|ask| Ask {
                reason: format!("{}; go on with the rest of the run, without doing this again", ask.reason),
                ..ask.clone()
            })
            .collect();
        let answers = person.consent(&asks);
        for (ask, answer) in self.asks.iter().zip(&answers) {
            let (effect, granted, by) = (ask.effect.clone(), answer.granted(), answer.by().to_owned());
            run.record(&Receipt::Approved(ApprovalRecord { effect, value: None, granted, by }))?;
        }
        Ok(answers.len() == self.asks.len() && answers.iter().all(|answer| answer.granted()))
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.asks.iter().map(|ask| ask.reason.as_str()).chain(self.left.iter().map(String::as_str))
    }

    fn refusal(&self, target: RunId) -> String {
        let lines: Vec<&str> = self.lines().collect();
        format!(
            "{}\nfind out what happened there; the run stays as it is until you say how it goes on:\n\
             the rest of it, without doing this again: telos resume {target} --yes\n\
             take back what it changed here: telos undo {target}",
            lines.join("\n")
        )
    }
}

fn begun(receipts: &[Receipt]) -> Option<Begun> {
    match receipts.first()? {
        Receipt::Started { kind, request, directory, of, .. } => {
            Some(Begun { kind: *kind, request: request.clone(), directory: directory.clone(), of: *of })
        }
        _ => None,
    }
}

fn without_plan(target: RunId, begun: &Begun, unsettled: &Unsettled) -> String {
    let mut text = match (begun.kind, begun.of) {
        (RunKind::Undo, Some(of)) => format!("run {target} was settled; undoing goes on with: telos undo {of}"),
        (RunKind::Intent, _) => format!("run {target} was settled; it had not begun to do anything. Say it again"),
        _ => format!("run {target} was settled; it had no plan to go on with"),
    };
    for line in unsettled.lines() {
        text.push('\n');
        text.push_str(line);
    }
    text
}

/// The effect that an act is, for the person who answers for it.
fn effect_of(act: &Act) -> Effect {
    let (kind, path) = match act {
        Act::Send { to, .. } => {
            return Effect { kind: EffectKind::NetSend, resource: Resource::Host(to.clone()) };
        }
        Act::Write { path, .. } => (EffectKind::FileOverwrite, path),
        Act::Delete { path, .. } => (EffectKind::FileDelete, path),
        Act::Move { from, .. } => (EffectKind::FileMove, from),
        Act::MakeDirectory { path, .. } => (EffectKind::DirCreate, path),
        Act::MakeLink { path, .. } => (EffectKind::LinkCreate, path),
        Act::SetMode { path, .. } => (EffectKind::FileMeta, path),
    };
    Effect { kind, resource: Resource::Path(path.clone()) }
}
