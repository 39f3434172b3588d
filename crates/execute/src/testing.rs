//! A whole run on a real directory: real host, real policy, real engine, the test pack; only the person is scripted.
//!
//! Graphs are put together here without the validator, which has its own tests; what they claim is sealed by hand.

#[path = "../../engine/tests/common/mod.rs"]
mod common;

pub(crate) use common::kind;

use crate::lanes::Lanes;
use crate::outcome::Content;
use crate::program::Program;
use crate::run::{Run, made_by, sent_by};
use crate::{Answer, Cause, Event, Gate, HostHands, Library, Outcome, Ports, Progress, RunFailure};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use telos_abi::{
    Body, ByteText, CapabilityId, Descriptor, Digest, Durability, Evidence, Grant, InputPort, Label, NodeIndex,
    OutputPort, PortIndex, PortKind, Receipt, RecordError, Recorder, Refinement, Resource, RunId, Secrecy, Semantics,
    State, Timestamp, Type, Value,
};
use telos_engine::{Engine, EngineConfig, Stop};
use telos_graph::{Constant, ConstantOrigin, Each, Graph, Input, Node, ResourceLabels, Source};
use telos_host::{Host, HostConfig};
use telos_policy::{Decision, Policy, PolicyPlaces, Question, Request, Subject, decide, default_grant};

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(EngineConfig::uncached()).expect("an engine"))
}

fn component() -> &'static [u8] {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    COMPONENT.get_or_init(common::guest)
}

pub(crate) fn blob() -> Type {
    Type::Blob { refinement: Refinement::Bytes, max: 1 << 36 }
}

pub(crate) fn int() -> Type {
    Type::Int { min: i64::MIN, max: i64::MAX }
}

fn name_of(kind: u32) -> String {
    format!("test.{kind}")
}

fn guest(kind: u32, input: Type, output: Type) -> Descriptor {
    Descriptor {
        name: name_of(kind),
        version: 1,
        semantics: Semantics { summary: String::new(), tags: vec![], words: vec![], examples: vec![] },
        inputs: vec![InputPort {
            name: "in".into(),
            ty: input,
            kind: PortKind::Payload,
            clearance: Secrecy::ALL,
            default: None,
            meaning: String::new(),
            words: vec![],
        }],
        outputs: vec![OutputPort {
            name: "out".into(),
            ty: output,
            source: Label::BOTTOM,
            independent_of: vec![],
            meaning: String::new(),
        }],
        effects: vec![],
        bounds: common::bounds(),
        locks: vec![],
        state: State::Stateless,
        introduces: vec![],
        evidence: Evidence::Structure,
        body: Body::Pack { component: common::digest(component()) },
    }
}

/// A primitive that fails when it has given this many bytes.
fn limited(kind: u32, max: u64) -> Descriptor {
    let output = Type::Blob { refinement: Refinement::Bytes, max };
    Descriptor { name: name_of_limited(kind), ..guest(kind, blob(), output) }
}

pub(crate) fn name_of_limited(kind: u32) -> String {
    format!("{}-limited", name_of(kind))
}

/// The primitives of the test pack and of the host, by ids that are hashes of their names.
pub(crate) struct Primitives(BTreeMap<CapabilityId, Descriptor>);

pub(crate) fn id(name: &str) -> CapabilityId {
    CapabilityId(Digest(*blake3::hash(name.as_bytes()).as_bytes()))
}

impl Primitives {
    fn new() -> Self {
        let mut all = telos_registry::native::descriptors();
        for kind in [kind::ECHO, kind::SPIN, kind::TRAP, kind::FAIL, kind::INCREMENT, kind::FLOOD] {
            all.push(guest(kind, blob(), blob()));
        }
        all.push(limited(kind::ECHO, 2 << 20));
        all.push(limited(kind::INCREMENT, 4 << 20));
        all.push(guest(kind::COUNT, blob(), int()));
        all.push(guest(kind::SEEN, blob(), Type::Bool));
        all.push(guest(kind::IDENTITY, int(), int()));
        Self(all.into_iter().map(|one| (id(&one.name), one)).collect())
    }
}

impl Library for Primitives {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.0.get(id)
    }

    fn component(&self, digest: &Digest) -> Option<std::borrow::Cow<'_, [u8]>> {
        (*digest == common::digest(component())).then(|| component().into())
    }

    fn export_index(&self, id: &CapabilityId) -> Option<u32> {
        let name = self.0.get(id)?.name.strip_prefix("test.")?;
        name.strip_suffix("-limited").unwrap_or(name).parse().ok()
    }
}

/// Receipts in memory.
#[derive(Default)]
pub(crate) struct Receipts(pub(crate) Mutex<Vec<Receipt>>);

impl Recorder for Receipts {
    fn record(&self, receipt: &Receipt, _: Durability) -> Result<u64, RecordError> {
        let mut all = self.0.lock().expect("no panic");
        all.push(receipt.clone());
        Ok(all.len() as u64 - 1)
    }
}

/// A person who says yes or no to everything.
struct Person<'a> {
    policy: &'a Policy,
    grant: &'a Grant,
    consents: bool,
    asked: &'a Mutex<Vec<usize>>,
}

impl Gate for Person<'_> {
    fn decide(&self, request: &Request<'_>) -> Decision {
        decide(self.policy, self.grant, request, Timestamp(0))
    }

    fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        self.asked.lock().expect("no panic").push(questions.len());
        let answer = |question: &Question| Answer {
            approval: self.consents.then(|| question.consent(Timestamp(0))),
            by: "test".into(),
        };
        questions.iter().map(answer).collect()
    }
}

struct Rules<'a>(&'a Policy);

impl ResourceLabels for Rules<'_> {
    fn label(&self, resource: &Resource) -> Label {
        self.0.sensitivity(resource)
    }
}

/// Raises the stop after some events.
struct Countdown<'a> {
    left: AtomicUsize,
    stop: &'a Stop,
    events: &'a Mutex<Vec<Event>>,
}

impl Progress for Countdown<'_> {
    fn event(&self, event: Event) {
        self.events.lock().expect("no panic").push(event);
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.raise();
        }
    }
}

/// A directory to work in, and how the run is to go.
pub(crate) struct World {
    _home: tempfile::TempDir,
    pub(crate) work: PathBuf,
    state: PathBuf,
    pub(crate) consents: bool,
    /// Events after which the run is cancelled; 0 is never.
    pub(crate) cancel_after: usize,
    /// The label every output is sealed with.
    pub(crate) sealed: Label,
    pub(crate) lanes: Lanes,
    pub(crate) receipts: Arc<Receipts>,
    pub(crate) asked: Mutex<Vec<usize>>,
    pub(crate) events: Mutex<Vec<Event>>,
    primitives: Primitives,
}

impl World {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let root = home.path().canonicalize().expect("a real path");
        let (work, state) = (root.join("work"), root.join("state"));
        fs::create_dir(&work).expect("writable");
        fs::create_dir(&state).expect("writable");
        Self {
            _home: home,
            work,
            state,
            consents: true,
            cancel_after: 0,
            sealed: Label::TOP,
            lanes: Lanes::default(),
            receipts: Arc::default(),
            asked: Mutex::default(),
            events: Mutex::default(),
            primitives: Primitives::new(),
        }
    }

    pub(crate) fn put(&self, name: &str, content: &[u8]) {
        fs::write(self.work.join(name), content).expect("writable");
    }

    pub(crate) fn get(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.work.join(name)).ok()
    }

    /// Names in the directory, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.work).expect("readable");
        let mut names: Vec<_> =
            names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn policy(&self) -> Policy {
        Policy::new(&PolicyPlaces { homes: vec![bytes(&self.work)], own: vec![bytes(&self.state)] })
    }

    /// Takes back all that the recorded runs did.
    pub(crate) fn undo(&self) {
        let (policy, grant) = (self.policy(), default_grant(&bytes(&self.work), &[]));
        let run = RunId { started_ms: 2, nonce: 2 };
        let host = Host::open(HostConfig::new(&self.state, &self.work), Arc::new(Receipts::default()), run);
        let host = host.expect("a host");
        let plan = host.plan_undo(&self.receipts.0.lock().expect("no panic")).expect("it can be planned");
        let permit = |effect, facts| {
            let bottom = Label::BOTTOM;
            let subject = Subject::Plan { authority: bottom, payload: bottom, control: bottom, history: bottom };
            match decide(&policy, &grant, &Request { effect, subject, facts }, Timestamp(0)) {
                Decision::Permit(permit) => permit,
                Decision::Ask(question) => {
                    let consent = question.consent(Timestamp(0));
                    question.approve(consent).expect("it is the same question")
                }
                Decision::Refuse(refusal) => panic!("refused: {}", refusal.reason),
            }
        };
        let permits = plan.effects().iter().map(|step| permit(&step.effect, step.facts)).collect();
        host.undo(plan, permits).expect("it is taken back");
    }

    /// Everything beneath the directory: mode, time of last change and content, or what a link says.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, (u32, i64, i64, Vec<u8>)> {
        let mut tree = BTreeMap::new();
        let mut waiting = vec![self.work.clone()];
        while let Some(directory) = waiting.pop() {
            for entry in fs::read_dir(&directory).expect("readable") {
                let path = entry.expect("an entry").path();
                let meta = fs::symlink_metadata(&path).expect("there");
                let row = if meta.is_dir() {
                    waiting.push(path.clone());
                    (meta.mode(), 0, 0, Vec::new())
                } else if meta.is_symlink() {
                    (0, 0, 0, fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes())
                } else {
                    (meta.mode(), meta.mtime(), meta.mtime_nsec(), fs::read(&path).expect("readable"))
                };
                tree.insert(path.strip_prefix(&self.work).expect("beneath").to_path_buf(), row);
            }
        }
        tree
    }

    pub(crate) fn run(&self, graph: &Graph) -> Result<Outcome, RunFailure> {
        self.resume(graph, &[])
    }

    pub(crate) fn resume(&self, graph: &Graph, receipts: &[Receipt]) -> Result<Outcome, RunFailure> {
        let policy = self.policy();
        let grant = default_grant(&bytes(&self.work), &[]);
        let run = RunId { started_ms: 1, nonce: 1 };
        let recorder: Arc<dyn Recorder> = Arc::clone(&self.receipts) as _;
        let config = HostConfig::new(&self.state, &self.work);
        let host = Host::open(config, recorder, run).expect("a host");
        let hands = HostHands::new(&host, &SameWords, &NoSecrets);
        let (rules, stop) = (Rules(&policy), Stop::new());
        let gate = Person { policy: &policy, grant: &grant, consents: self.consents, asked: &self.asked };
        let progress = Countdown { left: AtomicUsize::new(self.cancel_after), stop: &stop, events: &self.events };
        let ports = Ports {
            library: &self.primitives,
            engine: engine(),
            hands: &hands,
            labels: &rules,
            gate: &gate,
            recorder: &*self.receipts,
            progress: &progress,
            stop: &stop,
            scratch: &self.state,
        };
        let order: Vec<_> = (0..u32::try_from(graph.nodes.len()).expect("few nodes")).map(NodeIndex).collect();
        let labels = [self.sealed; 4];
        let outputs = |node: &Node| self.primitives.0[&node.capability].outputs.len();
        let sealed = graph.nodes.iter().map(|node| &labels[..outputs(node)]).collect();
        let program = Program::of_graph(graph, &order, sealed, &self.primitives).map_err(failure)?;
        Run::new(&program, ports, made_by(receipts), sent_by(receipts)).on(self.lanes).go()
    }
}

fn failure(cause: Cause) -> RunFailure {
    RunFailure { node: None, cause, changes: crate::Changes::default() }
}

fn bytes(path: &Path) -> ByteText {
    path.to_str().expect("a plain path").into()
}

/// Puts graphs together.
#[derive(Default)]
pub(crate) struct Build(pub(crate) Graph);

impl Build {
    pub(crate) fn host(&mut self, name: &str, inputs: Vec<Input>) -> NodeIndex {
        let inputs = (0_u16..).map(PortIndex).zip(inputs).collect();
        self.0.nodes.push(Node { capability: id(name), inputs, each: None, guard: None, after: vec![] });
        NodeIndex(u32::try_from(self.0.nodes.len()).expect("few nodes") - 1)
    }

    pub(crate) fn pack(&mut self, kind: u32, input: Input) -> NodeIndex {
        self.host(&name_of(kind), vec![input])
    }

    pub(crate) fn node(&mut self, index: NodeIndex) -> &mut Node {
        &mut self.0.nodes[index.0 as usize]
    }

    pub(crate) fn each(&mut self, index: NodeIndex, port: u16) {
        self.node(index).each = Some(Each { port: PortIndex(port), limit: 100 });
    }

    pub(crate) fn show(&mut self, index: NodeIndex, port: u16) {
        self.0.outputs.push(source(index, port));
    }
}

pub(crate) fn source(node: NodeIndex, port: u16) -> Source {
    Source { node, port: PortIndex(port) }
}

pub(crate) fn from(node: NodeIndex) -> Input {
    Input::From(source(node, 0))
}

pub(crate) fn text(text: &str) -> Input {
    constant(Value::Text(text.into()))
}

pub(crate) fn constant(value: Value) -> Input {
    Input::Constant(Constant { value, origin: ConstantOrigin::UserTurn })
}

/// The bytes of a blob or of a value's debug form.
pub(crate) fn shown(content: &Content) -> Vec<u8> {
    match content {
        Content::Blob(blob) => {
            let mut bytes = Vec::new();
            blob.reader().read_to_end(&mut bytes).expect("readable");
            bytes
        }
        Content::Value(value) => format!("{value:?}").into_bytes(),
        Content::Skipped => b"skipped".to_vec(),
    }
}

/// Texts are as near as they have words of the question.
struct SameWords;

impl crate::Nearness for SameWords {
    fn of(&self, words: &str, texts: &[&str]) -> Vec<f32> {
        let wanted: Vec<&str> = words.split(' ').collect();
        let share = |text: &&str| {
            let found = wanted.iter().filter(|word| text.split(' ').any(|other| other == **word)).count();
            found as f32 / wanted.len() as f32
        };
        texts.iter().map(share).collect()
    }
}

/// Knows no password.
struct NoSecrets;

impl crate::Secrets for NoSecrets {
    fn password(&self, _: &str, _: &str) -> Result<String, String> {
        Err("nobody is asked in a test".into())
    }
}
