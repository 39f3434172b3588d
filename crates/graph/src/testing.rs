//! Building blocks for tests of this room and of `graph-attack`: a small catalogue of synthetic primitives, a world
//! to validate in, and a builder of graphs. Not part of the shipped program.

use crate::{
    Catalogue, Constant, ConstantOrigin, Context, Each, Graph, Input, Node, Plan, ResourceLabels, Source, Violation,
    codec, validate,
};
use std::collections::BTreeMap;
use telos_abi::{
    Body, Bounds, Budget, ByteText, CapabilityId, Descriptor, Digest, EffectKind, EffectSet, EffectUse, Evidence,
    Grant, GrantRow, Growth, HandleKind, InputPort, Label, NodeIndex, OutputPort, PortIndex, PortKind, Refinement,
    Resource, Scope, Secrecy, Semantics, State, Target, Timestamp, Type, Usage, Value,
};

/// Text of up to 4 KiB.
#[must_use]
pub fn text(refinement: Refinement) -> Type {
    Type::Text { refinement, max: 4096 }
}

/// A blob of up to 1 GiB.
#[must_use]
pub fn blob(refinement: Refinement) -> Type {
    Type::Blob { refinement, max: 1 << 30 }
}

/// A list of up to 1000 items.
#[must_use]
pub fn list(item: Type) -> Type {
    Type::List { item: Box::new(item), max: 1000 }
}

/// A handle for any number of uses.
#[must_use]
pub fn handle(kind: HandleKind) -> Type {
    Type::Handle { kind, usage: Usage::Many }
}

/// A required input that everything may enter.
#[must_use]
pub fn input(name: &str, ty: Type, kind: PortKind) -> InputPort {
    InputPort {
        name: name.into(),
        ty,
        kind,
        clearance: Secrecy::ALL,
        default: None,
        meaning: name.into(),
        words: Vec::new(),
    }
}

/// An output that adds no label of its own.
#[must_use]
pub fn output(name: &str, ty: Type) -> OutputPort {
    OutputPort { name: name.into(), ty, source: Label::BOTTOM, independent_of: Vec::new(), meaning: name.into() }
}

/// A pure pack primitive with evidence L2 that gives no more bytes than it takes.
#[must_use]
pub fn pure(name: &str, inputs: Vec<InputPort>, outputs: Vec<OutputPort>) -> Descriptor {
    Descriptor {
        name: name.into(),
        version: 1,
        semantics: Semantics { summary: name.into(), tags: Vec::new(), words: Vec::new(), examples: Vec::new() },
        inputs,
        outputs,
        effects: Vec::new(),
        bounds: Bounds {
            fuel: Growth { fixed: 1000, per_input_byte: 10 },
            memory_bytes: Growth { fixed: 1 << 10, per_input_byte: 0 },
            output_bytes: Growth { fixed: 64, per_input_byte: 1 },
            wall_ms: 1000,
        },
        locks: Vec::new(),
        state: State::Stateless,
        introduces: Vec::new(),
        evidence: Evidence::Differential,
        body: Body::Pack { component: Digest([7; 32]) },
    }
}

/// A host primitive with one effect on what its first input names.
#[must_use]
pub fn host(name: &str, kind: EffectKind, inputs: Vec<InputPort>, outputs: Vec<OutputPort>) -> Descriptor {
    let mut descriptor = pure(name, inputs, outputs);
    descriptor.body = Body::Host;
    descriptor.effects = vec![EffectUse { kind, target: Target::Input(PortIndex(0)) }];
    // What is outside may be large, whatever goes in.
    descriptor.bounds.output_bytes.fixed = 1 << 30;
    descriptor
}

/// The synthetic primitives: `files.list`, `files.read`, `files.write`, `files.delete`, `net.post`, `net.get`,
/// `model.ask`, `text.decode`, `text.encode`, `text.join`, `text.search`, `text.count`, `text.test`, `json.parse`,
/// `html.show`.
#[must_use]
pub fn primitives() -> Vec<Descriptor> {
    use PortKind::{Authority, Intent, Payload};
    let file = || handle(HandleKind::File);
    let bytes = || blob(Refinement::Bytes);
    let utf8 = || blob(Refinement::Utf8);
    let directory = handle(HandleKind::Directory);
    let url = || input("url", text(Refinement::Url), Authority);
    let one = |ty: Type| vec![input("data", ty, Payload)];
    let two = |ty: fn(Refinement) -> Type, with: Refinement| {
        vec![input("left", ty(with), Payload), input("right", ty(with), Payload)]
    };
    let int = Type::Int { min: 0, max: i64::MAX };
    let mut json = pure("json.parse", one(utf8()), vec![output("json", blob(Refinement::Json))]);
    json.introduces = vec![Refinement::Json];
    let mut safe = pure("html.show", one(utf8()), vec![output("html", blob(Refinement::HtmlSafe))]);
    safe.introduces = vec![Refinement::HtmlSafe];
    let mut write = host(
        "files.write",
        EffectKind::FileCreate,
        vec![input("path", file(), Authority), input("data", bytes(), Payload)],
        vec![output("file", file())],
    );
    write.effects.push(EffectUse { kind: EffectKind::FileOverwrite, target: Target::Input(PortIndex(0)) });
    let mut search = pure(
        "text.search",
        vec![input("data", utf8(), Payload), input("pattern", text(Refinement::Regex), Payload)],
        vec![output("lines", utf8())],
    );
    search.inputs.push(InputPort { default: Some(Value::Bool(false)), ..input("invert", Type::Bool, Payload) });
    vec![
        host(
            "files.list",
            EffectKind::FileList,
            vec![input("directory", directory, Authority)],
            vec![output("files", list(file()))],
        ),
        host("files.read", EffectKind::FileRead, vec![input("file", file(), Authority)], vec![output("data", bytes())]),
        write,
        host("files.delete", EffectKind::FileDelete, vec![input("file", file(), Authority)], vec![]),
        host(
            "net.post",
            EffectKind::NetSend,
            vec![url(), input("body", bytes(), Payload)],
            vec![output("answer", bytes())],
        ),
        host("net.get", EffectKind::NetGet, vec![url()], vec![output("body", bytes())]),
        host(
            "model.ask",
            EffectKind::ModelIntent,
            vec![input("model", text(Refinement::Line), Authority), input("prompt", utf8(), Intent)],
            vec![output("answer", utf8())],
        ),
        pure("text.decode", one(bytes()), vec![output("text", utf8())]),
        pure("text.encode", one(bytes()), vec![output("data", utf8())]),
        pure("text.join", two(blob, Refinement::Utf8), vec![output("text", utf8())]),
        search,
        pure("text.count", one(utf8()), vec![output("count", int)]),
        pure("text.test", one(utf8()), vec![output("holds", Type::Bool)]),
        json,
        safe,
    ]
}

/// A registry in memory.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    by_id: BTreeMap<CapabilityId, Descriptor>,
    by_name: BTreeMap<String, CapabilityId>,
    /// Its epoch.
    pub epoch: u64,
}

impl Shelf {
    /// Adds or replaces a primitive under its name.
    pub fn add(&mut self, descriptor: Descriptor) -> CapabilityId {
        let id = codec::capability_id(&descriptor);
        self.by_name.insert(descriptor.name.clone(), id);
        self.by_id.insert(id, descriptor);
        id
    }

    /// The id under a name; of a name that is not there, an id that is not there either.
    #[must_use]
    pub fn id(&self, name: &str) -> CapabilityId {
        let missing = CapabilityId(Digest::ZERO);
        self.by_name.get(name).copied().unwrap_or(missing)
    }
}

impl Catalogue for Shelf {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.by_id.get(id)
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }
}

/// Labels and sizes by resource; everything else is public and of unknown size.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// Labels.
    pub labels: BTreeMap<Resource, Label>,
    /// Sizes.
    pub sizes: BTreeMap<Resource, u64>,
}

impl ResourceLabels for Marks {
    fn label(&self, resource: &Resource) -> Label {
        self.labels.get(resource).copied().unwrap_or(Label::BOTTOM)
    }

    fn bytes_max(&self, resource: &Resource) -> Option<u64> {
        self.sizes.get(resource).copied()
    }
}

/// Everything a verdict depends on, owned.
#[derive(Clone, Debug)]
pub struct World {
    /// Registry.
    pub shelf: Shelf,
    /// Labels.
    pub marks: Marks,
    /// Grant.
    pub grant: Grant,
    /// Directory.
    pub directory: ByteText,
    /// The user's turn.
    pub turn: String,
    /// Policy version.
    pub policy: Digest,
}

impl Default for World {
    /// `/home/u/desk` with every synthetic primitive, a grant of files below it and of `https://ok.example`, and the
    /// secret `/home/u/desk/.env`.
    fn default() -> Self {
        let mut shelf = Shelf::default();
        for descriptor in primitives() {
            shelf.add(descriptor);
        }
        let directory = ByteText::from("/home/u/desk");
        let mut marks = Marks::default();
        marks.labels.insert(Resource::Path("/home/u/desk/.env".into()), Label::secret(Secrecy::CREDENTIAL));
        let host = telos_abi::HostName { name: "ok.example".into(), port: Some(443) };
        let rows = vec![
            GrantRow { kinds: EffectSet(0x1ff), scope: Scope::Under(directory.clone()) },
            GrantRow { kinds: EffectSet::of(&[EffectKind::NetSend, EffectKind::NetGet]), scope: Scope::Host(host) },
            GrantRow { kinds: EffectSet::of(&[EffectKind::ModelIntent]), scope: Scope::Named("local".into()) },
        ];
        Self {
            shelf,
            marks,
            grant: Grant {
                rows,
                askable: Vec::new(),
                clearances: Vec::new(),
                budget: Budget {
                    fuel: 1 << 50,
                    memory_bytes: 1 << 32,
                    output_bytes: 1 << 32,
                    wall_ms: 600_000,
                    calls: 1_000_000,
                },
            },
            directory,
            turn: "read a.txt and .env, search for ERROR, write out.txt, post to https://ok.example/in, ask local"
                .into(),
            policy: Digest::ZERO,
        }
    }
}

impl World {
    /// A context that borrows this world.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context {
            catalogue: &self.shelf,
            labels: &self.marks,
            grant: &self.grant,
            directory: &self.directory,
            turn: &self.turn,
            policy: self.policy,
            now: Timestamp(0),
        }
    }

    /// Validates in this world.
    ///
    /// # Errors
    /// The violation.
    pub fn validate(&self, graph: &Graph) -> Result<Plan, Violation> {
        validate(graph.clone(), &self.context())
    }

    /// A builder of graphs over this world's primitives.
    #[must_use]
    pub fn build(&self) -> GraphBuilder<'_> {
        GraphBuilder { shelf: &self.shelf, graph: Graph::default() }
    }
}

/// An edge from an output.
#[must_use]
pub fn from(node: NodeIndex, port: u16) -> Input {
    Input::From(source(node, port))
}

/// An output.
#[must_use]
pub fn source(node: NodeIndex, port: u16) -> Source {
    Source { node, port: PortIndex(port) }
}

/// A constant text with the origin given.
#[must_use]
pub fn constant(text: &str, origin: ConstantOrigin) -> Input {
    Input::Constant(Constant { value: Value::Text(text.into()), origin })
}

/// A constant that the user wrote.
#[must_use]
pub fn said(text: &str) -> Input {
    constant(text, ConstantOrigin::UserTurn)
}

/// Builds a graph node by node.
#[derive(Clone, Debug)]
pub struct GraphBuilder<'a> {
    shelf: &'a Shelf,
    graph: Graph,
}

impl GraphBuilder<'_> {
    /// Adds a node whose inputs are given by port, from 0.
    pub fn node(&mut self, primitive: &str, inputs: Vec<Input>) -> NodeIndex {
        let index = crate::rules::index(self.graph.nodes.len());
        self.graph.nodes.push(Node {
            capability: self.shelf.id(primitive),
            inputs: (0..).map(PortIndex).zip(inputs).collect(),
            each: None,
            guard: None,
            after: Vec::new(),
        });
        index
    }

    /// Repeats the latest node over a port.
    pub fn each(&mut self, port: u16, limit: u32) -> &mut Self {
        if let Some(node) = self.graph.nodes.last_mut() {
            node.each = Some(Each { port: PortIndex(port), limit });
        }
        self
    }

    /// Guards the latest node.
    pub fn guard(&mut self, guard: Source) -> &mut Self {
        if let Some(node) = self.graph.nodes.last_mut() {
            node.guard = Some(guard);
        }
        self
    }

    /// Lets the latest node wait for another.
    pub fn after(&mut self, earlier: NodeIndex) -> &mut Self {
        if let Some(node) = self.graph.nodes.last_mut() {
            node.after.push(earlier);
        }
        self
    }

    /// Shows an output.
    pub fn show(&mut self, node: NodeIndex, port: u16) -> &mut Self {
        self.graph.outputs.push(source(node, port));
        self
    }

    /// The graph so far.
    #[must_use]
    pub fn graph(&self) -> Graph {
        self.graph.clone()
    }
}
