//! Sealed plans over the test pack, through public interfaces alone. Shared with the benches.
#![allow(dead_code, unreachable_pub, reason = "each binary uses a part")]

#[path = "../../../engine/tests/common/mod.rs"]
mod common;

pub use common::kind;

use std::collections::BTreeMap;
use telos_abi::{
    Body, ByteText, CapabilityId, Descriptor, Digest, Durability, Evidence, InputPort, Label, NodeIndex, OutputPort,
    PortIndex, PortKind, Receipt, RecordError, Recorder, Refinement, Resource, Secrecy, Semantics, State, Timestamp,
    Type, Value,
};
use telos_engine::{Engine, EngineConfig, Stop};
use telos_execute::{
    Answer, Event, Executor, Gate, Hands, HostCall, Library, Outcome, Ports, Progress, RunFailure, Step, StepError,
};
use telos_graph::{
    Catalogue, Constant, ConstantOrigin, Context, Graph, Input, Node, Plan, ResourceLabels, Source, Violation, validate,
};
use telos_policy::{Decision, Policy, Question, Request, decide, default_grant};

/// The largest blob that the test pack's primitives take; small, so that the plan's bounds stay within the budget.
const BLOB: Type = Type::Blob { refinement: Refinement::Bytes, max: 64 << 10 };

fn guest(component: &[u8], kind: u32, output: Type) -> Descriptor {
    Descriptor {
        name: format!("test.kind-{kind}"),
        version: 1,
        semantics: Semantics { summary: "Test.".into(), tags: vec![], words: vec![], examples: vec![] },
        inputs: vec![InputPort {
            name: "in".into(),
            ty: BLOB,
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
        body: Body::Pack { component: common::digest(component) },
    }
}

/// Everything a plan over the test pack needs. Receipts, progress and the host go nowhere.
pub struct Bench {
    engine: Engine,
    component: Vec<u8>,
    primitives: BTreeMap<CapabilityId, (Descriptor, u32)>,
    policy: Policy,
}

fn id(kind: u32) -> CapabilityId {
    CapabilityId(Digest(*blake3::hash(&kind.to_le_bytes()).as_bytes()))
}

impl Bench {
    pub fn new() -> Self {
        let component = common::guest();
        let int = Type::Int { min: 0, max: i64::MAX };
        let kinds = [(kind::ECHO, BLOB), (kind::INCREMENT, BLOB), (kind::COUNT, int)];
        let primitives =
            kinds.into_iter().map(|(kind, output)| (id(kind), (guest(&component, kind, output), kind))).collect();
        Self {
            engine: Engine::new(EngineConfig::uncached()).expect("an engine"),
            component,
            primitives,
            policy: Policy::default(),
        }
    }

    /// A chain of `steps` increments behind `data`, and a count of the last one's bytes.
    pub fn chain(&self, data: &[u8], steps: usize) -> Result<Plan, Violation> {
        let node = |kind, input| Node {
            capability: id(kind),
            inputs: vec![(PortIndex(0), input)],
            each: None,
            guard: None,
            after: vec![],
        };
        let last = |graph: &Graph| Source {
            node: NodeIndex(u32::try_from(graph.nodes.len()).expect("few nodes") - 1),
            port: PortIndex(0),
        };
        let mut graph = Graph::default();
        graph.nodes.push(node(
            kind::INCREMENT,
            Input::Constant(Constant { value: Value::Bytes(data.into()), origin: ConstantOrigin::Planner }),
        ));
        for _ in 1..steps {
            let from = last(&graph);
            graph.nodes.push(node(kind::INCREMENT, Input::From(from)));
        }
        let from = last(&graph);
        graph.nodes.push(node(kind::COUNT, Input::From(from)));
        graph.outputs = vec![from, last(&graph)];
        validate(
            graph,
            &Context {
                catalogue: self,
                labels: self,
                grant: &default_grant(&"/work".into(), &[]),
                directory: &"/work".into(),
                turn: "",
                policy: self.policy.version(),
                now: Timestamp(0),
            },
        )
    }

    pub fn run(&self, plan: &Plan) -> Result<Outcome, RunFailure> {
        let stop = Stop::new();
        Executor::new(Ports {
            library: self,
            engine: &self.engine,
            hands: self,
            labels: self,
            gate: self,
            recorder: self,
            progress: self,
            stop: &stop,
            scratch: &std::env::temp_dir(),
        })
        .run(plan)
    }
}

impl Library for Bench {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.primitives.get(id).map(|(descriptor, _)| descriptor)
    }

    fn component(&self, _: &Digest) -> Option<std::borrow::Cow<'_, [u8]>> {
        Some(self.component.as_slice().into())
    }

    fn export_index(&self, id: &CapabilityId) -> Option<u32> {
        self.primitives.get(id).map(|(_, index)| *index)
    }
}

impl Catalogue for Bench {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        Library::descriptor(self, id)
    }

    fn epoch(&self) -> u64 {
        1
    }
}

impl ResourceLabels for Bench {
    fn label(&self, resource: &Resource) -> Label {
        self.policy.sensitivity(resource)
    }
}

impl Hands for Bench {
    fn step<'a>(&'a self, _: &HostCall<'_>) -> Result<Box<dyn Step + 'a>, StepError> {
        Err("there is no host".into())
    }
}

impl Gate for Bench {
    fn decide(&self, request: &Request<'_>) -> Decision {
        let directory: ByteText = "/work".into();
        decide(&self.policy, &default_grant(&directory, &[]), request, Timestamp(0))
    }

    fn ask(&self, _: &[Question]) -> Vec<Answer> {
        Vec::new()
    }
}

impl Recorder for Bench {
    fn record(&self, _: &Receipt, _: Durability) -> Result<u64, RecordError> {
        Ok(0)
    }
}

impl Progress for Bench {
    fn event(&self, _: Event) {}
}
