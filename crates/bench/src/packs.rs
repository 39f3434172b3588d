//! Eight nodes of the real packs on one kilobyte, in the executor.

use crate::Result;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::micros;
use std::borrow::Cow;
use std::collections::BTreeSet;
use telos_abi::{
    CapabilityId, Descriptor, Digest, Durability, Label, NodeIndex, PortIndex, Receipt, RecordError, Recorder,
    Resource, Timestamp, Value,
};
use telos_engine::{Engine, EngineConfig, Stop};
use telos_execute::{
    Answer, Content, Event, Executor, Gate, Hands, HostCall, Library, Ports, Progress, Step, StepError,
};
use telos_graph::{
    Catalogue, Constant, ConstantOrigin, Context, Graph, Input, Node, Plan, ResourceLabels, Source, validate,
};
use telos_policy::{Decision, Policy, Question, Request, decide, default_grant};
use telos_registry::{Component, Pack, Registry};
use telos_registry_packs::PACKS;

const DIRECTORY: &str = "/work";
const DATA_BYTES: usize = 1 << 10;
/// The first takes the data; the last is what the plan gives.
const STEPS: [&str; 8] =
    ["text.decode", "text.search", "text.sort", "text.unique", "text.head", "text.tail", "text.sort", "text.count"];

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    let world = World::new()?;
    let plan = world.plan()?;
    let scratch = place.path("scratch");
    std::fs::create_dir_all(&scratch)?;
    let stop = Stop::new();
    let executor = Executor::new(Ports {
        library: &world,
        engine: &world.engine,
        hands: &world,
        labels: &world,
        gate: &world,
        recorder: &world,
        progress: &world,
        stop: &stop,
        scratch: &scratch,
    });
    let samples = micros(|| {
        let outcome = executor.run(&plan).map_err(|failure| failure.cause.to_string())?;
        match outcome.outputs.first().map(|output| &output.content) {
            Some(Content::Value(value)) if **value == Value::Int(10) => Ok(()),
            _ => Err("the plan gave a wrong count".into()),
        }
    })?;
    Ok(vec![Figure::new("execute 8 nodes on 1 KiB", "us", samples).target(Target::AtMost(150.0))])
}

/// The primitives that are built in.
pub(crate) fn registry() -> Result<Registry> {
    let packs = PACKS.iter().map(|pack| Pack {
        name: pack.name.to_owned(),
        digest: pack.digest,
        component: Component::Packed { deflated: pack.deflated, size: pack.size },
        descriptors: pack.descriptors(),
    });
    Ok(Registry::open(packs.collect(), &BTreeSet::new())?)
}

/// The built-in packs and an engine; no host, and receipts and progress go nowhere.
struct World {
    registry: Registry,
    engine: Engine,
    policy: Policy,
}

impl World {
    fn new() -> Result<Self> {
        Ok(Self { registry: registry()?, engine: Engine::new(EngineConfig::uncached())?, policy: Policy::default() })
    }

    fn plan(&self) -> Result<Plan> {
        let lines: String =
            (0..).map(|line| format!("line {line:04} with some words\n")).take(DATA_BYTES / 27).collect();
        let mut input = constant(Value::Bytes(lines.as_str().into()));
        let mut graph = Graph::default();
        for (index, name) in (0..).zip(STEPS) {
            let entry = self.registry.by_name(name).ok_or_else(|| format!("there is no `{name}`"))?;
            let mut inputs = vec![(PortIndex(0), input)];
            if name == "text.search" {
                inputs.push((PortIndex(1), constant(Value::Text(String::from("line")))));
            }
            graph.nodes.push(Node { capability: entry.id(), inputs, each: None, guard: None, after: vec![] });
            input = Input::From(Source { node: NodeIndex(index), port: PortIndex(0) });
        }
        if let Input::From(last) = input {
            graph.outputs.push(last);
        }
        let context = Context {
            catalogue: self,
            labels: self,
            grant: &default_grant(&DIRECTORY.into(), &[]),
            directory: &DIRECTORY.into(),
            turn: "",
            policy: self.policy.version(),
            now: Timestamp(0),
        };
        Ok(validate(graph, &context)?)
    }
}

fn constant(value: Value) -> Input {
    Input::Constant(Constant { value, origin: ConstantOrigin::Planner })
}

impl Catalogue for World {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.registry.descriptor(id)
    }

    fn epoch(&self) -> u64 {
        self.registry.epoch()
    }
}

impl Library for World {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.registry.descriptor(id)
    }

    fn component(&self, digest: &Digest) -> Option<Cow<'_, [u8]>> {
        self.registry.component(digest)
    }

    fn export_index(&self, id: &CapabilityId) -> Option<u32> {
        self.registry.export_index(id)
    }
}

impl ResourceLabels for World {
    fn label(&self, resource: &Resource) -> Label {
        self.policy.sensitivity(resource)
    }
}

impl Hands for World {
    fn step<'a>(&'a self, _: &HostCall<'_>) -> std::result::Result<Box<dyn Step + 'a>, StepError> {
        Err("there is no host".into())
    }
}

impl Gate for World {
    fn decide(&self, request: &Request<'_>) -> Decision {
        decide(&self.policy, &default_grant(&DIRECTORY.into(), &[]), request, Timestamp(0))
    }

    fn ask(&self, _: &[Question]) -> Vec<Answer> {
        Vec::new()
    }
}

impl Recorder for World {
    fn record(&self, _: &Receipt, _: Durability) -> std::result::Result<u64, RecordError> {
        Ok(0)
    }
}

impl Progress for World {
    fn event(&self, _: Event) {}
}
