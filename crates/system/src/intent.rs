//! `telos do`: a phrase becomes a proposal, a sealed plan, a run.

use crate::gate::{DecisionPoint, KnownLabels};
use crate::outcome::{PlanView, Report};
use crate::person::{Person, Step};
use crate::result::{self, Described};
use crate::run::Run;
use crate::session::Stage;
use crate::shelf::Shelf;
use crate::surroundings::Here;
use crate::telling::telling;
use crate::trial::Trials;
use crate::{SystemError, Telos, now};
use crate::{plan_diagram, plan_view};
use std::sync::Arc;
use telos_abi::{ByteText, Facts, Grant, OutputPort, Receipt, RecordError, Recorder, Resource, RunId, RunKind, Status};
use telos_engine::Stop;
use telos_execute::{Cause, Executor, HostHands, Nearness, Outcome, Output, Ports, RunFailure, Secrets};
use telos_graph::{Catalogue, Context, Plan, validate};
use telos_host::{Host, HostConfig};
use telos_model::{Answer, Cascade, PlanCache, Proposal, Question, Tier, Turn};
use telos_policy::{default_grant, hosts_named, places_named};

/// Questions asked one after the other before giving up.
const QUESTIONS_MAX: usize = 3;

/// An intent as it comes from a front door.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The user's words.
    pub text: String,
    /// Show the plan and stop.
    pub plan_only: bool,
    /// Whether data is piped in.
    pub stdin_piped: bool,
    /// IANA name of the user's time zone, if known.
    pub zone: Option<String>,
}

/// Looks before the run: reads need no receipt, and nothing else may happen.
struct NothingRecorded;

impl Recorder for NothingRecorded {
    fn record(&self, _: &Receipt, _: telos_abi::Durability) -> Result<u64, RecordError> {
        Err(RecordError { message: String::from("nothing may be changed while planning") })
    }
}

/// A plan with how it came about.
pub(crate) struct Settled {
    pub(crate) plan: Plan,
    pub(crate) view: PlanView,
    pub(crate) meanings: Vec<String>,
    pub(crate) grant: Grant,
}

impl Settled {
    /// The descriptor's side of the plan's output at `position`.
    pub(crate) fn port<'c>(&self, catalogue: &'c dyn Catalogue, position: usize) -> Option<&'c OutputPort> {
        let source = self.plan.graph().outputs.get(position)?;
        let node = self.plan.graph().nodes.get(source.node.0 as usize)?;
        catalogue.descriptor(&node.capability)?.outputs.get(usize::from(source.port.0))
    }

    /// The plan's output at `position`, with what is known of it.
    pub(crate) fn described<'c>(
        &self,
        catalogue: &'c dyn Catalogue,
        position: usize,
        output: &'c Output,
    ) -> Option<Described<'c>> {
        let port = self.port(catalogue, position)?;
        let meaning = self.meanings.get(position).cloned().unwrap_or_else(|| port.meaning.clone());
        Some(Described { meaning, ty: &port.ty, output })
    }
}

impl Telos {
    /// Carries out an intent.
    ///
    /// # Errors
    /// When Telos' own state cannot be used. Everything about the intent itself is in the report.
    pub fn carry_out(&self, intent: &Intent, person: &dyn Person, stop: &Stop) -> Result<Report, SystemError> {
        let mut text = intent.text.clone();
        self.forget_question();
        for _ in 0..QUESTIONS_MAX {
            let words = self.own_words(&text)?;
            let (answer, grant) = self.propose(&text, &words, intent)?;
            match answer.proposal {
                Proposal::Graph(ref proposed) => {
                    let tier = answer.tier;
                    return match self.settle_plan(proposed, tier, grant, &words)? {
                        Ok(settled) if intent.plan_only => Ok(planned(&settled, &Shelf(self.registry()?))),
                        Ok(settled) => self.run_plan(&text, &settled, person, stop),
                        Err(violation) => self.rejected(&text, &violation),
                    };
                }
                Proposal::History(asked) => return self.look_back(asked, intent.plan_only, person),
                Proposal::Question(question) => match person.answer(&question.text, &question.choices) {
                    Some(words) => text = question.answered(&text, &words),
                    None => {
                        self.keep_question(&text, &question)?;
                        return Ok(open_question(&question));
                    }
                },
                Proposal::Abstain { reason, nearest } => {
                    return Ok(not_understood(&reason, &nearest, &answer.model_error));
                }
            }
        }
        Ok(Report::words(Status::Ask, "too many questions were needed; say it in other words"))
    }

    /// The user's own words: what they said now, and the addresses of the bookmarks that it names. R19 let only untainted words
    /// of an earlier turn into those.
    pub(crate) fn own_words(&self, text: &str) -> Result<String, SystemError> {
        let (policy, host) = (self.policy()?, self.quiet_host()?);
        let grant = policy.apply(default_grant(self.directory(), &[]));
        let bookmarks = telos_execute::bookmarked(&host, |effect| crate::surroundings::permit(policy, &grant, effect));
        let named = bookmarks.iter().filter(|(name, _)| telos_model::names_bookmark(text, name));
        Ok(named.fold(text.to_owned(), |words, (_, url)| format!("{words}\n{url}")))
    }

    /// The grant of an intent: fixed from the user's own words before anything is read.
    pub(crate) fn intent_grant(&self, text: &str) -> Result<Grant, SystemError> {
        let mut grant = self.policy()?.apply(default_grant(self.directory(), &hosts_named(text)));
        grant.askable = places_named(text, self.directory(), Some(&crate::telos::path_text(&self.places().home)));
        Ok(grant)
    }

    /// What is proposed for the text, of which `words` are the user's own words.
    pub(crate) fn propose(&self, text: &str, words: &str, intent: &Intent) -> Result<(Answer, Grant), SystemError> {
        let grant = self.intent_grant(words)?;
        let policy = self.policy()?;
        let host = self.quiet_host()?;
        let registry = self.registry()?;
        let shelf = Shelf(registry);
        let home = crate::telos::path_text(&self.places().home);
        let here = Here { host: &host, policy, grant: &grant, directory: self.directory(), home: &home };
        let labels = KnownLabels { policy, host: &host, grant: &grant };
        let turn = Turn {
            text: text.to_owned(),
            directory: self.directory().clone(),
            stdin_piped: intent.stdin_piped,
            now: now(),
            zone: intent.zone.clone(),
        };
        let context = Context {
            catalogue: &shelf,
            labels: &labels,
            grant: &grant,
            directory: self.directory(),
            turn: words,
            policy: policy.version(),
            now: turn.now,
        };
        let check = |graph: &telos_graph::Graph| validate(graph.clone(), &context).map(|_| ());
        let store = self.plan_store();
        let trials = Trials {
            telos: self,
            here: &here,
            shelf: &shelf,
            labels: &labels,
            context: &context,
            piped: intent.stdin_piped,
        };
        let trial = |graph: &telos_graph::Graph| trials.of(graph);
        let cascade = Cascade::new(Some(PlanCache::new(&store)), self.provider()?).trying(&trial);
        Ok((cascade.propose(&turn, &here, &shelf, &check), grant))
    }

    /// Validates and seals what was proposed for the user's own words, which begin with the text. The inner error is the
    /// validator's refusal.
    pub(crate) fn settle_plan(
        &self,
        proposed: &telos_model::Proposed,
        tier: Tier,
        grant: Grant,
        words: &str,
    ) -> Result<Result<Settled, telos_graph::Violation>, SystemError> {
        let policy = self.policy()?;
        let host = self.quiet_host()?;
        let shelf = Shelf(self.registry()?);
        let labels = KnownLabels { policy, host: &host, grant: &grant };
        let context = Context {
            catalogue: &shelf,
            labels: &labels,
            grant: &grant,
            directory: self.directory(),
            turn: words,
            policy: policy.version(),
            now: now(),
        };
        let plan = match validate(proposed.graph.clone(), &context) {
            Ok(plan) => plan,
            Err(violation) => return Ok(Err(violation)),
        };
        let readings = proposed.readings.iter().map(|reading| match words.get(reading.span.clone()) {
            Some(said) if !said.is_empty() => format!("“{said}”: {}", reading.meaning),
            _ => reading.meaning.clone(),
        });
        let by = match tier {
            Tier::Cache => "cache",
            Tier::Offline => "offline planner",
            Tier::Model => "model",
        };
        let facts = |effect: &telos_abi::Effect| match &effect.resource {
            Resource::Path(path) => {
                host.inspect(path).map(|located| host.facts(&located, effect.kind)).unwrap_or_default()
            }
            _ => Facts::default(),
        };
        let now = plan_view::Now { policy, grant: &grant, facts: &facts, host: &host };
        let view = plan_view::describe(&plan, &shelf, &now, readings.collect(), by.to_owned());
        Ok(Ok(Settled { plan, view, meanings: proposed.outputs.clone(), grant }))
    }

    fn run_plan(&self, text: &str, settled: &Settled, person: &dyn Person, stop: &Stop) -> Result<Report, SystemError> {
        let run = Run::begin(self, RunKind::Intent, vec![ByteText::from(text)], None)?;
        let bytes = settled.plan.to_bytes().map_err(SystemError::room)?;
        run.record(&Receipt::Sealed { hash: settled.plan.hash(), plan: bytes.into() })?;
        person.progress(Step::Planned(settled.view.lines()));
        let report = self.host(&run).and_then(|host| match self.asking(settled)? {
            Some(asking) => {
                let stage = Stage { run: &run, host: &host, settled, person, stop, on_screen: false };
                self.hold(&stage, &asking, &mut person.surface())
            }
            None => self.execute(&run, &host, settled, person, stop, None),
        });
        self.close(run, report)
    }

    /// Records the end of a run, whatever it was.
    pub(crate) fn close(&self, run: Run, report: Result<Report, SystemError>) -> Result<Report, SystemError> {
        let id = run.id().to_string();
        match report {
            Ok(mut report) => {
                if report.status != Status::Done {
                    run.note("ended", report.text.clone())?;
                }
                run.end(self, report.status, report.exit())?;
                report.run = Some(id);
                Ok(report)
            }
            Err(error) => {
                run.note("failed", error.to_string())?;
                run.end(self, Status::Failed, error.exit())?;
                Err(error)
            }
        }
    }

    pub(crate) fn execute(
        &self,
        run: &Run,
        host: &Host,
        settled: &Settled,
        person: &dyn Person,
        stop: &Stop,
        earlier: Option<&[Receipt]>,
    ) -> Result<Report, SystemError> {
        let policy = self.policy()?;
        let shelf = Shelf(self.registry()?);
        let recorder = run.recorder();
        let labels = KnownLabels { policy, host, grant: &settled.grant };
        let gate = DecisionPoint { policy, grant: &settled.grant, person, recorder: &*recorder };
        let scratch = self.scratch()?;
        let passwords = Passwords(person);
        let engine = self.engine()?;
        let hands = HostHands::new(host, &Meaning, &passwords);
        let done = telling(person, settled, &shelf, |progress| {
            let executor = Executor::new(Ports {
                library: &shelf,
                engine,
                hands: &hands,
                labels: &labels,
                gate: &gate,
                recorder: &*recorder,
                progress,
                stop,
                scratch: &scratch,
            });
            match earlier {
                None => executor.run(&settled.plan),
                Some(receipts) => executor.resume(&settled.plan, receipts),
            }
        });
        Ok(match done {
            Ok(outcome) => finished(&outcome, settled, &shelf),
            Err(failure) => failed(&failure, settled, &shelf),
        })
    }

    fn rejected(&self, text: &str, violation: &telos_graph::Violation) -> Result<Report, SystemError> {
        let run = Run::begin(self, RunKind::Intent, vec![ByteText::from(text)], None)?;
        run.record(&Receipt::Rejected { rule: violation.rule, reason: violation.to_string() })?;
        let mut report = Report::words(Status::Refused, violation.to_string());
        report.rule = Some(violation.rule);
        self.close(run, Ok(report))
    }

    /// A host that belongs to a run and journals to its segment.
    pub(crate) fn host(&self, run: &Run) -> Result<Host, SystemError> {
        self.host_for(run.recorder(), run.id())
    }

    /// A host for looking around before there is a run.
    pub(crate) fn quiet_host(&self) -> Result<Host, SystemError> {
        self.host_for(Arc::new(NothingRecorded), RunId { started_ms: 0, nonce: 0 })
    }

    fn host_for(&self, recorder: Arc<dyn Recorder>, run: RunId) -> Result<Host, SystemError> {
        let config = HostConfig {
            pre_image_budget_bytes: self.policy()?.pre_image_bytes(),
            ..HostConfig::new(self.places().state.clone(), crate::telos::bytes_path(self.directory()))
        };
        Host::open(config, recorder, run).map_err(SystemError::room)
    }
}

/// How near texts are, by what the translator knows of words.
pub(crate) struct Meaning;

impl Nearness for Meaning {
    fn of(&self, words: &str, texts: &[&str]) -> Vec<f32> {
        telos_model::nearness(words, texts)
    }
}

/// Asks the person for passwords.
pub(crate) struct Passwords<'a>(pub(crate) &'a dyn Person);

impl Secrets for Passwords<'_> {
    fn password(&self, host: &str, user: &str) -> Result<String, String> {
        self.0.secret(&format!("password of {user} at {host}")).filter(|password| !password.is_empty()).ok_or_else(
            || {
                "a password is needed and nobody gave one; run it on a terminal, pipe the password in, or set \
             TELOS_PASSWORD. Nothing was sent"
                    .to_owned()
            },
        )
    }
}

pub(crate) fn output_meanings(plan: &Plan, catalogue: &dyn Catalogue) -> Vec<String> {
    plan.graph()
        .outputs
        .iter()
        .map(|source| {
            let node = plan.graph().nodes.get(source.node.0 as usize);
            node.and_then(|node| catalogue.descriptor(&node.capability))
                .and_then(|descriptor| descriptor.outputs.get(usize::from(source.port.0)))
                .map(|output| output.meaning.clone())
                .unwrap_or_default()
        })
        .collect()
}

fn planned(settled: &Settled, catalogue: &dyn Catalogue) -> Report {
    let refused = settled.view.effects.iter().find(|effect| effect.verdict == "refuse");
    let mut report = match refused {
        Some(effect) => Report::words(Status::Refused, effect.reason.clone().unwrap_or_default()),
        None => Report::words(Status::Planned, settled.view.lines().join("\n")),
    };
    report.diagram = Some(plan_diagram::diagram(&settled.plan, catalogue, &settled.view));
    report.plan = Some(settled.view.clone());
    report
}

fn open_question(question: &Question) -> Report {
    let mut text = question.text.clone();
    if !question.choices.is_empty() {
        text.push_str(&format!(" ({})", question.choices.join(", ")));
    }
    text.push_str("\nanswer it: telos do --answer TEXT");
    let mut report = Report::words(Status::Ask, text);
    report.choices = question.choices.clone();
    report
}

fn not_understood(reason: &str, nearest: &[String], model: &Option<telos_model::ProviderError>) -> Report {
    let mut text = format!("not understood: {reason}");
    if !nearest.is_empty() {
        text.push_str("\nthe nearest things I can do:");
        for summary in nearest {
            text.push_str(&format!("\n  {summary}"));
        }
    }
    if let Some(error) = model {
        text.push_str(&format!("\nthe model could not help: {error}"));
    }
    Report::words(Status::Ask, text)
}

fn finished(outcome: &Outcome, settled: &Settled, catalogue: &dyn Catalogue) -> Report {
    let outputs = outcome.outputs.iter().enumerate();
    let described: Vec<Described<'_>> =
        outputs.filter_map(|(position, output)| settled.described(catalogue, position, output)).collect();
    let path = |handle| outcome.path(handle);
    let mut report = Report::words(Status::Done, "");
    report.result = result::json(&described, &path);
    report.scene = result::scene(&described, &path);
    report.text = report.scene.to_string().trim_end().to_owned();
    report.files_written = outcome.changes.written.clone();
    report.files_removed = outcome.changes.removed.clone();
    report.plan = Some(settled.view.clone());
    report
}

pub(crate) fn failed(failure: &RunFailure, settled: &Settled, catalogue: &dyn Catalogue) -> Report {
    let (status, rule) = match &failure.cause {
        Cause::Cancelled => (Status::Cancelled, None),
        Cause::Refused(refusal) => (Status::Refused, Some(refusal.rule)),
        Cause::NotApproved { rule, .. } => (Status::Refused, Some(*rule)),
        _ => (Status::Failed, None),
    };
    let name = failure
        .node
        .and_then(|node| settled.plan.graph().nodes.get(node.0 as usize))
        .and_then(|node| catalogue.descriptor(&node.capability))
        .map(|descriptor| descriptor.name.clone());
    let text = match (&failure.cause, name) {
        (cause, Some(name)) if status == Status::Failed => format!("{name}: {cause}"),
        (cause, _) => cause.to_string(),
    };
    let mut report = Report::words(status, text);
    report.rule = rule;
    report.files_written = failure.changes.written.clone();
    report.files_removed = failure.changes.removed.clone();
    report.plan = Some(settled.view.clone());
    report
}
