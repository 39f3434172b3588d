//! The plan format, the validator and its second opinion: every input gets a verdict, and they agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_abi::{NodeIndex, PortIndex, Value};
use telos_graph::{Catalogue, Constant, ConstantOrigin, Each, Graph, Input, Node, Source, codec};
use telos_graph_attack::differential::{Agreement, compare};
use telos_graph_attack::harm::harm;
use telos_graph_attack::{Case, world::World};

/// The checker is cubic, on purpose.
const CHECKED_NODES_MAX: usize = 40;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(graph) = codec::decode(bytes) {
        assert_eq!(codec::encode(&graph).as_deref(), Ok(bytes), "a plan has one form");
        judge(graph);
    }
    judge(grown(bytes));
});

fn judge(graph: Graph) {
    let case = Case::new(graph);
    let verdict = case.judge().map(|plan| plan.hash());
    assert_eq!(verdict, case.judge().map(|plan| plan.hash()), "a verdict is a function");
    if case.graph.nodes.len() > CHECKED_NODES_MAX {
        return;
    }
    let agreement = compare(&case);
    assert!(!matches!(agreement, Agreement::Differ { .. }), "{agreement:?}");
    if verdict.is_ok() {
        assert_eq!(harm(&case.graph, &case.world), None, "what is accepted does no harm");
    }
}

/// A graph over known primitives, so that deep rules are reached. Four bytes make one node: its primitive, two inputs,
/// and whether it is shown, guarded or repeated.
fn grown(bytes: &[u8]) -> Graph {
    const TEXTS: [&str; 8] =
        ["in/a.txt", ".env", "out/one.txt", "ERROR", "https://ok.example/in", "local", "ok.example", "in"];
    let (world, ids) = (World::default(), World::ids());
    let mut graph = Graph::default();
    for (index, node) in (0_u32..24).zip(bytes.chunks_exact(4)) {
        let capability = ids[usize::from(node[0]) % ids.len()];
        let ports = world.descriptor(&capability).map_or(0, |descriptor| descriptor.inputs.len());
        let inputs = (0..).map(PortIndex).zip(node[1..3].iter().cycle().take(ports)).map(|(port, byte)| {
            let text = TEXTS[usize::from(*byte) % TEXTS.len()];
            let earlier = NodeIndex(u32::from(byte & 0x1f) % (index + 1));
            let input = match byte & 0x80 {
                0 => Input::Constant(Constant { value: Value::Text(text.into()), origin: ConstantOrigin::UserTurn }),
                _ => Input::From(Source { node: earlier, port: PortIndex(u16::from(byte >> 6 & 1)) }),
            };
            (port, input)
        });
        let mut made = Node { capability, inputs: inputs.collect(), each: None, guard: None, after: Vec::new() };
        if node[3] & 1 == 1 {
            graph.outputs.push(Source { node: NodeIndex(index), port: PortIndex(u16::from(node[3] >> 5 & 1)) });
        }
        if node[3] & 6 == 6 {
            made.each = Some(Each { port: PortIndex(u16::from(node[3] >> 6 & 1)), limit: 16 });
        }
        if node[3] & 24 == 24 && index > 0 {
            made.after.push(NodeIndex(index - 1));
        }
        if node[3] & 0x90 == 0x90 && index > 0 {
            made.guard = Some(Source { node: NodeIndex(u32::from(node[3] >> 1 & 7) % index), port: PortIndex(0) });
        }
        graph.nodes.push(made);
    }
    graph
}
