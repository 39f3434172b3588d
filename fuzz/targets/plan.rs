//! The plan format and the validator: every input gets a verdict, and every plan has one form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_abi::NodeIndex;
use telos_graph::testing::{World, from, primitives, said};
use telos_graph::{Graph, codec};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(graph) = codec::decode(bytes) {
        assert_eq!(codec::encode(&graph).as_deref(), Ok(bytes), "a plan has one form");
        judge(&graph);
    }
    judge(&grown(bytes));
});

/// Validates twice: the verdict depends on nothing but its arguments.
fn judge(graph: &Graph) {
    let world = World::default();
    let verdict = world.validate(graph).map(|plan| plan.hash());
    assert_eq!(verdict, world.validate(graph).map(|plan| plan.hash()), "a verdict is a function");
}

/// A graph over known primitives, so that deep rules are reached. Four bytes make one node: its primitive, two inputs,
/// and whether it is shown, guarded or repeated.
fn grown(bytes: &[u8]) -> Graph {
    const TEXTS: [&str; 6] = ["a.txt", ".env", "out.txt", "ERROR", "https://ok.example/in", "local"];
    let world = World::default();
    let known = primitives();
    let mut builder = world.build();
    for (index, node) in (0_u32..24).zip(bytes.chunks_exact(4)) {
        let primitive = &known[usize::from(node[0]) % known.len()];
        let inputs = primitive.inputs.iter().zip(node[1..3].iter().cycle()).map(|(_, byte)| {
            let text = TEXTS[usize::from(*byte) % TEXTS.len()];
            if byte & 0x80 == 0 { said(text) } else { from(NodeIndex(u32::from(byte & 0x1f) % (index + 1)), u16::from(byte >> 6 & 1)) }
        });
        let at = builder.node(&primitive.name, inputs.collect());
        if node[3] & 1 == 1 {
            builder.show(at, u16::from(node[3] >> 5 & 1));
        }
        if node[3] & 6 == 6 {
            builder.each(u16::from(node[3] >> 6 & 1), 16);
        }
        if node[3] & 24 == 24 && index > 0 {
            builder.after(NodeIndex(index - 1));
        }
    }
    builder.graph()
}
