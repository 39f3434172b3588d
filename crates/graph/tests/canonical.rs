//! The normal form: what merges, what does not, and what the reader refuses.

use telos_abi::{NodeIndex, PlanHash, Rule, Value};
use telos_graph::testing::{World, from, said};
use telos_graph::{Constant, ConstantOrigin, Graph, Input, codec};

fn hash(world: &World, graph: &Graph) -> PlanHash {
    world.validate(graph).expect("acceptable").hash()
}

/// Two reads of one file, each counted; the second count of the first read if `shared`.
fn twins(world: &World, shared: bool) -> Graph {
    let mut build = world.build();
    let one = build.node("files.read", vec![said("a.txt")]);
    let two = build.node("files.read", vec![said("a.txt")]);
    let text = build.node("text.decode", vec![from(one, 0)]);
    let other = build.node("text.encode", vec![from(if shared { one } else { two }, 0)]);
    let both = build.node("text.join", vec![from(text, 0), from(other, 0)]);
    build.show(both, 0).show(two, 0);
    build.graph()
}

#[test]
fn pure_duplicates_merge() {
    let world = World::default();
    let graph = |duplicate: bool| {
        let mut build = world.build();
        let read = build.node("files.read", vec![said("a.txt")]);
        let one = build.node("text.decode", vec![from(read, 0)]);
        let two = if duplicate { build.node("text.decode", vec![from(read, 0)]) } else { one };
        let both = build.node("text.join", vec![from(one, 0), from(two, 0)]);
        build.show(both, 0);
        build.graph()
    };
    assert_eq!(hash(&world, &graph(true)), hash(&world, &graph(false)));
}

#[test]
fn effects_never_merge_and_keep_their_order() {
    let world = World::default();
    assert_ne!(hash(&world, &twins(&world, false)), hash(&world, &twins(&world, true)));
    let mut swapped = twins(&world, false);
    swapped.nodes[2].inputs[0].1 = from(NodeIndex(1), 0);
    swapped.nodes[3].inputs[0].1 = from(NodeIndex(0), 0);
    swapped.outputs[1].node = NodeIndex(0);
    assert_eq!(hash(&world, &twins(&world, false)), hash(&world, &swapped));
    let writes = |first: usize| {
        let mut build = world.build();
        let texts = ["ERROR", "search"];
        let one = build.node("files.write", vec![said("out.txt"), said(texts[first])]);
        build.node("files.write", vec![said("out.txt"), said(texts[1 - first])]);
        build.after(one);
        build.graph()
    };
    assert_ne!(hash(&world, &writes(0)), hash(&world, &writes(1)));
}

#[test]
fn the_seal_covers_grant_policy_epoch_and_directory_but_not_their_spelling() {
    let world = World::default();
    let graph = twins(&world, false);
    let sealed = hash(&world, &graph);
    let mut turned = world.clone();
    turned.grant.rows.reverse();
    assert_eq!(hash(&turned, &graph), sealed);
    let changes: [&dyn Fn(&mut World); 4] = [
        &|world| world.grant.budget.calls -= 1,
        &|world| world.policy = telos_abi::Digest([1; 32]),
        &|world| world.shelf.epoch += 1,
        &|world| world.directory = "/home/u/desk/sub".into(),
    ];
    for change in changes {
        let mut other = world.clone();
        change(&mut other);
        assert_ne!(hash(&other, &graph), sealed);
    }
}

#[test]
fn hostile_documents_are_refused_as_r0() {
    let refused = |bytes: &[u8]| {
        let violation = codec::decode(bytes).expect_err("not a plan");
        assert_eq!(violation.rule, Rule::R0, "{violation}");
    };
    refused(&[]);
    refused(&[0x9f; 100_000]);
    refused(&vec![0x81; 1 << 20]);
    refused(&vec![0; (4 << 20) + 1]);
    let with = |value: Value| Graph {
        nodes: vec![telos_graph::Node {
            capability: telos_abi::CapabilityId(telos_abi::Digest::ZERO),
            inputs: vec![(
                telos_abi::PortIndex(0),
                Input::Constant(Constant { value, origin: ConstantOrigin::Planner }),
            )],
            each: None,
            guard: None,
            after: vec![],
        }],
        outputs: vec![],
    };
    let mut deep = Value::Bool(true);
    for _ in 0..telos_abi::limit::NESTING_MAX {
        deep = Value::List(vec![deep]);
    }
    let large = Value::Text("x".repeat(telos_abi::limit::CONSTANT_BYTES_MAX + 1));
    for value in [deep, large, Value::Float(f64::NAN)] {
        let graph = with(value);
        assert_eq!(codec::encode(&graph).map_err(|error| error.rule), Err(Rule::R0));
        let mut raw = Vec::new();
        ciborium::into_writer(&graph, &mut raw).expect("a vector takes all");
        refused(&raw);
    }
    let near = Value::Text("x".repeat(telos_abi::limit::CONSTANT_BYTES_MAX));
    assert!(codec::encode(&with(near)).is_ok());
    // {"nodes": [], "outputs": []} in its canonical and in two other spellings.
    let canonical = codec::encode(&Graph::default()).expect("small");
    assert_eq!(canonical, b"\xa2\x65nodes\x80\x67outputs\x80");
    refused(b"\xa2\x67outputs\x80\x65nodes\x80");
    refused(b"\xa2\x65nodes\x98\x00\x67outputs\x80");
    refused(b"\xbf\x65nodes\x80\x67outputs\x80\xff");
    refused(b"\xa3\x65nodes\x80\x67outputs\x80\x61x\x00");
}

#[test]
fn the_id_of_a_capability_covers_all_of_its_descriptor() {
    let mut descriptor = telos_graph::testing::primitives().remove(0);
    let id = codec::capability_id(&descriptor);
    let bytes = codec::encode_descriptor(&descriptor);
    assert_eq!(codec::decode_descriptor(&bytes), Ok(descriptor.clone()));
    descriptor.bounds.wall_ms += 1;
    assert_ne!(codec::capability_id(&descriptor), id);
}
