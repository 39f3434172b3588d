//! Nothing but the person's own words becomes a bookmark, begins a session or chooses what a cache gives.

use std::collections::BTreeMap;
use telos_abi::{
    Budget, ByteText, CapabilityId, Descriptor, Digest, EffectKind, EffectSet, Grant, GrantRow, Label, NodeIndex,
    PortIndex, Refinement, Resource, Rule, Scope, Taint, Timestamp, Value,
};
use telos_describe::{line, output, primitive, texts};
use telos_graph::{Catalogue, Constant, ConstantOrigin, Context, Graph, Input, Node, ResourceLabels, Source, validate};

const TURN: &str = "bookmark https://own.example/home as home";
const OWN: &str = "https://own.example/home";

struct Shelf(BTreeMap<CapabilityId, Descriptor>);

impl Catalogue for Shelf {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.0.get(id)
    }

    fn epoch(&self) -> u64 {
        1
    }
}

struct Unlabelled;

impl ResourceLabels for Unlabelled {
    fn label(&self, _: &Resource) -> Label {
        Label::BOTTOM
    }

    fn beneath(&self, _: &ByteText) -> Label {
        Label::BOTTOM
    }
}

fn id(name: &str) -> CapabilityId {
    CapabilityId(Digest(*blake3::hash(name.as_bytes()).as_bytes()))
}

fn text(value: &str, origin: ConstantOrigin) -> Input {
    Input::Constant(Constant { value: Value::Text(value.into()), origin })
}

fn said(value: &str) -> Input {
    text(value, ConstantOrigin::UserTurn)
}

fn from(node: u32, port: u16) -> Input {
    Input::From(Source { node: NodeIndex(node), port: PortIndex(port) })
}

/// An address and a line that come from a page.
fn page_says() -> Descriptor {
    let network = Label::tainted(Taint::NETWORK);
    primitive("page.says")
        .on_host()
        .wall_ms(1)
        .gives(output("url", texts(Refinement::Url), "an address").from_source(network))
        .gives(output("line", line(), "a line").from_source(network))
        .introduces(&[Refinement::Url, Refinement::Line])
        .build()
}

/// The rule that refuses these nodes, everything being granted.
fn refused(nodes: Vec<(&str, Vec<Input>)>) -> Option<Rule> {
    let all = telos_registry::native::descriptors().into_iter().chain([page_says()]);
    let shelf = Shelf(all.map(|one| (id(&one.name), one)).collect());
    let nodes: Vec<Node> = nodes
        .into_iter()
        .map(|(name, inputs)| Node {
            capability: id(name),
            inputs: (0..).map(PortIndex).zip(inputs).collect(),
            each: None,
            guard: None,
            after: Vec::new(),
        })
        .collect();
    let last = u32::try_from(nodes.len() - 1).expect("few nodes");
    let outputs = vec![Source { node: NodeIndex(last), port: PortIndex(0) }];
    let budget = u64::MAX;
    let grant = Grant {
        rows: vec![GrantRow { kinds: EffectSet::of(&EffectKind::ALL), scope: Scope::Any }],
        askable: Vec::new(),
        clearances: Vec::new(),
        budget: Budget { fuel: budget, memory_bytes: budget, output_bytes: budget, wall_ms: budget, calls: budget },
    };
    let context = Context {
        catalogue: &shelf,
        labels: &Unlabelled,
        grant: &grant,
        directory: &"/work".into(),
        turn: TURN,
        policy: Digest([0; 32]),
        now: Timestamp(0),
    };
    validate(Graph { nodes, outputs }, &context).err().map(|violation| violation.rule)
}

#[test]
fn a_bookmark_is_made_of_the_persons_own_words_alone() {
    assert_eq!(refused(vec![("web.bookmark", vec![said(OWN), said("home")])]), None);
    // What a planner or model makes up, what only claims to be said, what was seen here.
    for origin in [ConstantOrigin::Planner, ConstantOrigin::UserTurn, ConstantOrigin::Observed] {
        let planted = text("https://evil.example/", origin);
        assert_eq!(refused(vec![("web.bookmark", vec![planted, said("home")])]), Some(Rule::R5), "{origin:?}");
    }
    let named = text("bank", ConstantOrigin::Planner);
    assert_eq!(refused(vec![("web.bookmark", vec![said(OWN), named.clone()])]), Some(Rule::R19));
    assert_eq!(refused(vec![("web.forget", vec![named])]), Some(Rule::R19));
}

#[test]
fn what_a_page_says_is_neither_an_address_nor_a_name() {
    let page = || ("page.says", vec![]);
    assert_eq!(refused(vec![page(), ("web.bookmark", vec![from(0, 0), said("home")])]), Some(Rule::R5));
    assert_eq!(refused(vec![page(), ("web.bookmark", vec![said(OWN), from(0, 1)])]), Some(Rule::R19));
    assert_eq!(refused(vec![page(), ("web.forget", vec![from(0, 1)])]), Some(Rule::R19));
    assert_eq!(refused(vec![page(), ("web.open", vec![from(0, 0)])]), Some(Rule::R5));
    assert_eq!(refused(vec![page(), ("web.log-in", vec![from(0, 0), said("home")])]), Some(Rule::R5));
}

#[test]
fn a_planners_words_begin_no_session_and_open_nothing() {
    assert_eq!(refused(vec![("web.log-in", vec![said(OWN), said("home")])]), None);
    let planted = || text("https://evil.example/", ConstantOrigin::Planner);
    assert_eq!(refused(vec![("web.log-in", vec![planted(), said("home")])]), Some(Rule::R5));
    assert_eq!(refused(vec![("web.log-out", vec![planted()])]), Some(Rule::R5));
    assert_eq!(refused(vec![("web.open", vec![planted()])]), Some(Rule::R5));
    assert_eq!(refused(vec![("http.get", vec![planted()])]), Some(Rule::R5));
    let user = text("somebody", ConstantOrigin::Planner);
    assert_eq!(refused(vec![("web.log-in", vec![said(OWN), user])]), Some(Rule::R19));
}
