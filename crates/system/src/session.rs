//! Sessions: the same sealed graph, run again for each event.
//!
//! The first run of a session and the one that keeps its state leave every receipt. Runs between them read what the plan
//! says and change nothing: each read is decided like any other, and leaves no receipt, as no key press does.

use crate::gate::{DecisionPoint, KnownLabels};
use crate::intent::{Meaning, Passwords, Settled, failed};
use crate::outcome::Report;
use crate::person::{Ask, Consent, Person, Step, Surface};
use crate::run::Run;
use crate::shelf::Shelf;
use crate::{SystemError, Telos};
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use telos_abi::{
    ByteText, Durability, Effect, EffectKind, PortIndex, Receipt, RecordError, Recorder, RunKind, Status, Type, Value,
};
use telos_engine::Stop;
use telos_execute::{Asked, Content, Event as RunEvent, Executor, HostHands, Outcome, Ports, Progress, RunFailure};
use telos_graph::{Catalogue, Graph, Input};
use telos_host::Host;
use telos_model::{Proposed, Tier};
use telos_session::{Asks, Event, Reader, Session, Table};
use telos_surface::{Block, Line};

/// Columns and rows where nobody looks at a screen: lines are not wrapped, and there is a screenful of them.
const NO_SCREEN: (u16, u16) = (u16::MAX, 26);
/// What a plan opens.
pub(crate) struct Asking {
    /// Name of the asking primitive.
    primitive: String,
    /// Its outputs that are no handles.
    ports: Vec<(PortIndex, String)>,
    /// What is open, as the plan names it.
    name: String,
    /// Text to go to at first.
    search: String,
}

/// What a session is held with.
pub(crate) struct Stage<'a> {
    pub(crate) run: &'a Run,
    pub(crate) host: &'a Host,
    pub(crate) settled: &'a Settled,
    pub(crate) person: &'a dyn Person,
    pub(crate) stop: &'a Stop,
    /// Whether another session shows something already, so that nobody can be asked.
    pub(crate) on_screen: bool,
}

/// One surface for a session and those opened from it.
pub(crate) type Held = Option<Box<dyn Surface>>;

/// Where nothing may be changed, so that there is nothing to record: events in the middle of a session, and trials.
pub(crate) struct Unrecorded;

impl Recorder for Unrecorded {
    fn record(&self, receipt: &Receipt, _: Durability) -> Result<u64, RecordError> {
        match receipt {
            Receipt::Intended { .. } | Receipt::Acted { .. } => {
                Err(RecordError { message: String::from("nothing may be changed by what leaves no receipts") })
            }
            _ => Ok(0),
        }
    }
}

/// Progress that nobody is told: the screen shows it, or it is over at once.
pub(crate) struct Untold;

impl Progress for Untold {
    fn event(&self, _: RunEvent) {}
}

/// A person who was asked before the screen was taken: consent to an effect holds for the session, and none is asked for later.
struct AskedOnce<'a> {
    person: &'a dyn Person,
    granted: Mutex<Vec<Effect>>,
    on_screen: AtomicBool,
}

impl Person for AskedOnce<'_> {
    fn consent(&self, asks: &[Ask]) -> Vec<Consent> {
        let mut granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        if asks.iter().all(|ask| granted.contains(&ask.effect)) {
            return vec![Consent::Granted; asks.len()];
        }
        if self.on_screen.load(Ordering::Relaxed) {
            return vec![Consent::NobodyThere; asks.len()];
        }
        let consents = self.person.consent(asks);
        let agreed = asks.iter().zip(&consents).filter(|(_, consent)| consent.granted());
        granted.extend(agreed.map(|(ask, _)| ask.effect.clone()));
        consents
    }

    fn answer(&self, _: &str, _: &[String]) -> Option<String> {
        None
    }

    fn progress(&self, _: Step) {}
}

impl Asking {
    /// What the graph opens, if it asks to show something in a session.
    fn of(graph: &Graph, catalogue: &dyn Catalogue) -> Option<Self> {
        let node = graph.nodes.iter().find(|node| {
            let is = catalogue.descriptor(&node.capability);
            is.is_some_and(|is| is.effects.iter().any(|used| used.kind == EffectKind::Show))
        })?;
        let is = catalogue.descriptor(&node.capability)?;
        let outputs = (0_u16..).zip(&is.outputs).filter(|(_, port)| !matches!(port.ty, Type::Handle { .. }));
        let constant = |name: &str| {
            let at = is.inputs.iter().position(|port| port.name == name)?;
            let bound = node.inputs.iter().find(|(port, _)| usize::from(port.0) == at).map(|(_, input)| input);
            match bound {
                Some(Input::Constant(constant)) => Some(constant.value.clone()),
                Some(Input::From(_)) => None,
                None => is.inputs[at].default.clone(),
            }
        };
        let text = |name: &str| match constant(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let name = text("file").or_else(|| text("directory")).or_else(|| first_path(graph, catalogue));
        Some(Self {
            primitive: is.name.clone(),
            ports: outputs.map(|(port, output)| (PortIndex(port), output.name.clone())).collect(),
            name: name.unwrap_or_else(|| String::from("table")),
            search: text("search").unwrap_or_default(),
        })
    }

    fn session(&self, (columns, rows): (u16, u16)) -> Box<dyn Session> {
        match self.primitive.as_str() {
            "reader.table" => Box::new(Table::new(&self.name, columns, rows)),
            "reader.files" => Box::new(Table::of_files(&self.name, columns, rows)),
            _ => Box::new(Reader::new(&self.name, columns, rows, &self.search)),
        }
    }

    fn asked(&self, asks: &Asks) -> Asked {
        let value = |(port, name): &(PortIndex, String)| Some((*port, asks.values.get(name.as_str())?.clone()));
        Asked { within: asks.within.as_str().into(), values: self.ports.iter().filter_map(value).collect() }
    }
}

/// The first path that the graph has: the file that a table comes from.
fn first_path(graph: &Graph, catalogue: &dyn Catalogue) -> Option<String> {
    graph.nodes.iter().find_map(|node| {
        let ports = &catalogue.descriptor(&node.capability)?.inputs;
        node.inputs.iter().find_map(|(port, input)| match (input, &ports.get(usize::from(port.0))?.ty) {
            (Input::Constant(constant), Type::Handle { .. }) => match &constant.value {
                Value::Text(path) => Some(path.clone()),
                _ => None,
            },
            _ => None,
        })
    })
}

impl Telos {
    /// What a plan opens, if it is a session's.
    pub(crate) fn asking(&self, settled: &Settled) -> Result<Option<Asking>, SystemError> {
        Ok(Asking::of(settled.plan.graph(), &Shelf(self.registry()?)))
    }

    /// Holds a session until it is over; without a screen, until what it opens is shown.
    pub(crate) fn hold(&self, stage: &Stage<'_>, asking: &Asking, screen: &mut Held) -> Result<Report, SystemError> {
        let mut session = asking.session(screen.as_ref().map_or(NO_SCREEN, |screen| screen.size()));
        let person =
            AskedOnce { person: stage.person, granted: Mutex::default(), on_screen: AtomicBool::new(stage.on_screen) };
        if let Err(failure) = self.answer(stage, asking, &mut *session, &person, screen.is_some())? {
            return Ok(failed(&failure, stage.settled, &Shelf(self.registry()?)));
        }
        person.on_screen.store(screen.is_some(), Ordering::Relaxed);
        // What the screen shows: a wait that nothing came of is no reason to draw.
        let mut seen = None;
        loop {
            while session.asks().is_some() {
                if let Err(failure) = self.answer(stage, asking, &mut *session, &person, screen.is_some())? {
                    session.failed(&failure.cause.to_string());
                }
                if stage.stop.is_raised() {
                    session.event(Event::Leave);
                } else if let Some(screen) = screen
                    && session.asks().is_some()
                {
                    // A search goes on while it is watched, and stops at a key.
                    screen.show(&session.screen());
                    screen.next(false).into_iter().for_each(|event| session.event(event));
                }
            }
            let Some(surface) = screen.as_mut().filter(|_| !session.ended()) else { break };
            if let Some(path) = session.chosen() {
                let told = self.open_chosen(stage, &asking.below(&path), screen)?;
                told.iter().for_each(|why| session.failed(why));
                let (columns, rows) = screen.as_ref().map_or(NO_SCREEN, |screen| screen.size());
                session.event(Event::Resize { columns, rows });
                seen = None;
                continue;
            }
            let now = session.screen();
            if seen.as_ref() != Some(&now) {
                surface.show(&now);
                seen = Some(now);
            }
            match surface.next(true) {
                Some(event) => {
                    if matches!(event, Event::Resize { .. }) {
                        seen = None;
                    }
                    session.event(event);
                }
                None if stage.stop.is_raised() => session.event(Event::Leave),
                None => {}
            }
        }
        Ok(told(&*session, stage.settled, screen.is_some()))
    }

    /// Runs the graph for what the session asks, and shows it the outcome. State is read only to go on with it.
    fn answer(
        &self,
        stage: &Stage<'_>,
        asking: &Asking,
        session: &mut dyn Session,
        person: &AskedOnce<'_>,
        with_state: bool,
    ) -> Result<Result<(), RunFailure>, SystemError> {
        let Some(asks) = session.asks() else { return Ok(Ok(())) };
        let is = |name: &str| asks.values.get(name) == Some(&Value::Bool(true));
        let own = stage.run.recorder();
        let recorder: &dyn Recorder = if is("begins") || is("ends") { &*own } else { &Unrecorded };
        // What is kept at the end is kept although the run is being stopped.
        let (never, asked, passwords) = (Stop::new(), asking.asked(&asks), Passwords(person));
        let shelf = Shelf(self.registry()?);
        let (policy, grant, scratch) = (self.policy()?, &stage.settled.grant, self.scratch()?);
        let ports = Ports {
            library: &shelf,
            engine: self.engine()?,
            hands: &HostHands::new(stage.host, &Meaning, &passwords).asked(&asked),
            labels: &KnownLabels { policy, host: stage.host, grant },
            gate: &DecisionPoint { policy, grant, person, recorder },
            recorder,
            progress: &Untold,
            stop: if is("ends") { &never } else { stage.stop },
            scratch: &scratch,
        };
        Ok(Executor::new(ports).run(&stage.settled.plan).map(|outcome| {
            let state = bytes(&outcome, 1).filter(|_| with_state && is("begins"));
            session.shown(&bytes(&outcome, 0).unwrap_or_default(), state.as_deref());
        }))
    }

    /// Opens a file that was chosen, as a run of its own. Tells why it cannot be opened.
    fn open_chosen(&self, stage: &Stage<'_>, path: &str, screen: &mut Held) -> Result<Option<String>, SystemError> {
        let text = format!("open {path}");
        let shelf = Shelf(self.registry()?);
        let graph = telos_model::reader_of(path, &shelf)
            .ok_or_else(|| SystemError::Room(String::from("this build has no reader")))?;
        let proposed = Proposed { graph, confidence: 1.0, readings: Vec::new(), outputs: Vec::new() };
        let settled = match self.settle_plan(&proposed, Tier::Offline, stage.settled.grant.clone(), &text)? {
            Ok(settled) => settled,
            Err(violation) => return Ok(Some(violation.to_string())),
        };
        let run = Run::begin(self, RunKind::Intent, vec![ByteText::from(text.as_str())], None)?;
        let plan = settled.plan.to_bytes().map_err(SystemError::room)?;
        run.record(&Receipt::Sealed { hash: settled.plan.hash(), plan: plan.into() })?;
        let report = self.host(&run).and_then(|host| {
            let stage = Stage { run: &run, host: &host, settled: &settled, on_screen: true, ..*stage };
            match self.asking(&settled)? {
                Some(asking) => self.hold(&stage, &asking, screen),
                None => Err(SystemError::Room(String::from("a reader shows nothing"))),
            }
        });
        let report = self.close(run, report)?;
        Ok((report.status != Status::Done).then_some(report.text))
    }
}

impl Asking {
    /// The path of what was chosen below what is open.
    fn below(&self, path: &str) -> String {
        match self.name.as_str() {
            "." | "" => path.to_owned(),
            name => format!("{}/{path}", name.trim_end_matches('/')),
        }
    }
}

/// An output of the plan; `None` if it was skipped.
fn bytes(outcome: &Outcome, output: usize) -> Option<Vec<u8>> {
    match &outcome.outputs.get(output)?.content {
        Content::Blob(blob) => {
            let mut bytes = Vec::new();
            blob.reader().read_to_end(&mut bytes).ok().map(|_| bytes)
        }
        _ => None,
    }
}

/// A session that is over: what it showed is printed where it was not seen on a screen.
fn told(session: &dyn Session, settled: &Settled, seen: bool) -> Report {
    let mut report = Report::words(Status::Done, "");
    report.result = session.data();
    report.plan = Some(settled.view.clone());
    if !seen {
        let lines: Vec<String> = session.screen().lines.iter().map(Line::text).collect();
        report.text = lines.join("\n");
        report.scene.blocks.push(Block::Text { text: report.text.clone() });
    }
    report
}
