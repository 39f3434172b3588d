//! Properties of the validator on random structured graphs. Of the research's list: T2 in its static form, T3, T4, T7
//! and T10. The crate's documentation says where the others are.

use proptest::prelude::*;
use telos_abi::{Label, NodeIndex, PortIndex, Resource, Secrecy, Taint, Value};
use telos_graph::testing::World;
use telos_graph::{Constant, ConstantOrigin, Each, Graph, Input, Node, Plan, Source, codec};

const NAMES: [&str; 16] = [
    "files.list",
    "files.read",
    "files.write",
    "files.delete",
    "net.post",
    "net.get",
    "model.ask",
    "text.decode",
    "text.encode",
    "text.join",
    "text.search",
    "text.count",
    "text.test",
    "json.parse",
    "html.show",
    "no.such",
];
const TEXTS: [&str; 8] = ["a.txt", ".env", "out.txt", "https://ok.example/in", "ERROR", "../x", "local", "b"];

fn any_source() -> impl Strategy<Value = Source> {
    (0_u32..9, 0_u16..2).prop_map(|(node, port)| Source { node: NodeIndex(node), port: PortIndex(port) })
}

fn any_input() -> impl Strategy<Value = Input> {
    let origin = prop_oneof![
        6 => Just(ConstantOrigin::UserTurn),
        1 => Just(ConstantOrigin::Observed),
        1 => Just(ConstantOrigin::Planner),
    ];
    prop_oneof![
        3 => any_source().prop_map(Input::From),
        2 => (0..TEXTS.len(), origin).prop_map(|(text, origin)| Input::Constant(Constant {
            value: Value::Text(TEXTS[text].into()),
            origin,
        })),
    ]
}

prop_compose! {
    fn any_node()(
        name in 0..NAMES.len(),
        inputs in prop::collection::vec((0_u16..3, any_input()), 0..3),
        each in prop::option::weighted(0.1, (0_u16..2, 0_u32..20)),
        guard in prop::option::weighted(0.1, any_source()),
        after in prop::collection::vec(0_u32..9, 0..2),
    ) -> (usize, Node) {
        (name, Node {
            capability: telos_abi::CapabilityId(telos_abi::Digest::ZERO),
            inputs: inputs.into_iter().map(|(port, input)| (PortIndex(port), input)).collect(),
            each: each.map(|(port, limit)| Each { port: PortIndex(port), limit }),
            guard,
            after: after.into_iter().map(NodeIndex).collect(),
        })
    }
}

/// Anything at all: mostly refused.
fn any_graph() -> impl Strategy<Value = Graph> {
    let nodes = prop::collection::vec(any_node(), 0..9);
    (nodes, prop::collection::vec(any_source(), 0..3)).prop_map(|(nodes, outputs)| {
        let world = World::default();
        let nodes =
            nodes.into_iter().map(|(name, node)| Node { capability: world.shelf.id(NAMES[name]), ..node }).collect();
        Graph { nodes, outputs }
    })
}

/// A growing pool of text outputs, each step using earlier ones; every loose end is shown. Mostly accepted.
fn likely_graph() -> impl Strategy<Value = Graph> {
    prop::collection::vec((0_u8..7, any::<u16>(), any::<u16>()), 1..12).prop_map(|steps| {
        let world = World::default();
        let mut build = world.build();
        let mut texts: Vec<NodeIndex> = Vec::new();
        let said = telos_graph::testing::said;
        let from = telos_graph::testing::from;
        for (what, left, right) in steps {
            let pick = |choice: u16| texts.get(usize::from(choice) % texts.len().max(1)).copied();
            let made = match (what, pick(left), pick(right)) {
                (0 | 1, Some(left), Some(right)) => build.node("text.join", vec![from(left, 0), from(right, 0)]),
                (2, Some(left), _) => build.node("text.search", vec![from(left, 0), said("ERROR")]),
                (3, Some(left), _) => {
                    build.node("files.write", vec![said("out.txt"), from(left, 0)]);
                    continue;
                }
                (4, Some(left), _) => {
                    build.node("net.post", vec![said("https://ok.example/in"), from(left, 0)]);
                    continue;
                }
                (_, _, _) => {
                    let file = if left % 4 == 0 { ".env" } else { "a.txt" };
                    let read = build.node("files.read", vec![said(file)]);
                    build.node("text.decode", vec![from(read, 0)])
                }
            };
            texts.push(made);
        }
        for text in &texts {
            build.show(*text, 0);
        }
        build.graph()
    })
}

fn sample() -> impl Strategy<Value = Graph> {
    prop_oneof![1 => any_graph(), 4 => likely_graph()]
}

/// Renumbers the nodes by `order` (old index of each new node) and turns every input list round.
fn renumbered(graph: &Graph, order: &[usize]) -> Graph {
    let mut new_index = vec![0_u32; order.len()];
    for (new, old) in (0_u32..).zip(order) {
        new_index[*old] = new;
    }
    let map = |node: NodeIndex| NodeIndex(new_index.get(node.0 as usize).copied().unwrap_or(node.0));
    let source = |source: Source| Source { node: map(source.node), port: source.port };
    let node = |old: &usize| {
        let mut node = graph.nodes[*old].clone();
        node.inputs.reverse();
        for (_, input) in &mut node.inputs {
            if let Input::From(edge) = input {
                *edge = source(*edge);
            }
        }
        node.guard = node.guard.map(source);
        node.after = node.after.iter().rev().map(|node| map(*node)).collect();
        node
    };
    Graph {
        nodes: order.iter().map(node).collect(),
        outputs: graph.outputs.iter().map(|output| source(*output)).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// T10: bytes never make the reader panic, and what is read writes back the same.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(graph) = codec::decode(&bytes) {
            prop_assert_eq!(codec::encode(&graph).ok(), Some(bytes.clone()));
        }
        if let Ok(descriptor) = codec::decode_descriptor(&bytes) {
            prop_assert_eq!(codec::encode_descriptor(&descriptor), bytes);
        }
    }

    /// T10: one changed, added or missing byte never gives a second spelling of the same graph.
    #[test]
    fn each_graph_has_one_spelling(graph in sample(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = codec::encode(&graph).expect("small");
        prop_assert_eq!(codec::decode(&bytes), Ok(graph.clone()));
        let mut changed = bytes.clone();
        let at = at.index(bytes.len());
        changed[at] = byte;
        prop_assert!(changed == bytes || codec::decode(&changed) != Ok(graph.clone()));
        let mut longer = bytes.clone();
        longer.push(byte);
        prop_assert!(codec::decode(&longer).is_err());
        prop_assert!(codec::decode(&bytes[..bytes.len() - 1]).is_err());
    }

    /// T4: numbering and port order change neither verdict nor hash.
    #[test]
    fn numbering_carries_no_meaning(
        (graph, order) in sample().prop_flat_map(|graph| {
            let order: Vec<usize> = (0..graph.nodes.len()).collect();
            (Just(graph), Just(order).prop_shuffle())
        }),
    ) {
        let world = World::default();
        let other = renumbered(&graph, &order);
        let (left, right) = (world.validate(&graph), world.validate(&other));
        prop_assert_eq!(left.is_ok(), right.is_ok());
        if let (Ok(left), Ok(right)) = (left, right) {
            prop_assert_eq!(left.hash(), right.hash());
        }
    }

    /// T3: raising a label, shrinking the grant or the budget never turns a refusal into acceptance.
    #[test]
    fn less_right_never_admits_more(graph in sample(), file in 0..3_usize, bits in any::<(u64, u64)>(), drop in 0..3_usize, calls in 0..20_u64) {
        let world = World::default();
        let accepted = world.validate(&graph).is_ok();
        let mut raised = world.clone();
        let path = format!("/home/u/desk/{}", TEXTS[file]);
        let label = raised.marks.labels.entry(Resource::Path(path.as_str().into())).or_default();
        *label = label.join(Label { secrecy: Secrecy(bits.0), taint: Taint(bits.1) });
        prop_assert!(accepted || raised.validate(&graph).is_err());
        let mut smaller = world.clone();
        smaller.grant.rows.remove(drop);
        prop_assert!(accepted || smaller.validate(&graph).is_err());
        let mut poorer = world;
        poorer.grant.budget.calls = calls;
        prop_assert!(accepted || poorer.validate(&graph).is_err());
    }

    /// T2, static form: what no edge, guard or file connects to a secret keeps its label when the secret is raised.
    #[test]
    fn unconnected_outputs_keep_their_labels(graph in likely_graph(), bits in any::<u64>()) {
        let world = World::default();
        let mut raised = world.clone();
        let env = Resource::Path("/home/u/desk/.env".into());
        raised.marks.labels.insert(env, Label::secret(Secrecy(bits | 1)));
        if let (Ok(before), Ok(after)) = (world.validate(&graph), raised.validate(&graph)) {
            for node in before.order() {
                for (low, high) in before.labels(*node).iter().zip(after.labels(*node)) {
                    let public = low.secrecy == Secrecy::PUBLIC;
                    prop_assert!(!public || low == high, "node {:?}", node);
                }
            }
        }
    }

    /// T7: a plan from the cache gets the verdict that a fresh one would, also in another world.
    #[test]
    fn the_cache_gives_the_fresh_verdict(graph in sample(), epoch in 0..2_u64, turn in 0..3_usize) {
        let world = World::default();
        if let Ok(plan) = world.validate(&graph) {
            let mut later = world.clone();
            later.shelf.epoch = epoch;
            if turn > 0 {
                later.turn = TEXTS[turn].into();
            }
            let bytes = plan.to_bytes().expect("small");
            let reopened = Plan::reopen(&bytes, plan.hash(), &later.context());
            let fresh = later.validate(&graph);
            let same = fresh.as_ref().is_ok_and(|fresh| fresh.hash() == plan.hash());
            prop_assert_eq!(reopened.is_ok(), same);
            if let (Err(reopened), Err(fresh)) = (reopened, fresh) {
                prop_assert_eq!(reopened, fresh);
            }
        }
    }
}

#[test]
fn likely_graphs_are_often_accepted() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let world = World::default();
    let accepted = (0..200)
        .filter(|_| {
            let graph = likely_graph().new_tree(&mut runner).expect("a graph").current();
            world.validate(&graph).is_ok()
        })
        .count();
    assert!(accepted > 50, "only {accepted} of 200: the properties would test nothing");
}
