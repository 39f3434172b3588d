//! What the executor costs: eight nodes on one kilobyte.

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use support::Bench;

fn graphs(criterion: &mut Criterion) {
    let bench = Bench::new();
    let plan = bench.chain(&[1; 1 << 10], 7).expect("it is accepted");
    criterion.bench_function("execute/8 nodes, 1 KiB", |timer| {
        timer.iter(|| bench.run(&plan).expect("it runs"));
    });
}

criterion_group!(benches, graphs);
criterion_main!(benches);
