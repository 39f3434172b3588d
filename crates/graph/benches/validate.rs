//! Time of one validation by the number of nodes. Figure: at most 100 µs at 16 nodes, linear to 10⁴.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use telos_graph::Graph;
use telos_graph::testing::{World, from, said};

/// A read, a chain of searches, a write.
fn chain(world: &World, nodes: usize) -> Graph {
    let mut builder = world.build();
    let read = builder.node("files.read", vec![said("a.txt")]);
    let mut last = builder.node("text.decode", vec![from(read, 0)]);
    for _ in 3..nodes {
        last = builder.node("text.search", vec![from(last, 0), said("ERROR")]);
    }
    builder.node("files.write", vec![said("out.txt"), from(last, 0)]);
    builder.graph()
}

fn validate(criterion: &mut Criterion) {
    let world = World::default();
    let mut group = criterion.benchmark_group("validate");
    for nodes in [16, 64, 1000, 10_000] {
        let graph = chain(&world, nodes);
        world.validate(&graph).expect("the chain is acceptable");
        group.throughput(Throughput::Elements(nodes as u64));
        group.bench_with_input(BenchmarkId::from_parameter(nodes), &graph, |bench, graph| {
            bench.iter(|| black_box(world.validate(black_box(graph))));
        });
    }
    group.finish();
}

criterion_group!(benches, validate);
criterion_main!(benches);
