//! What a call costs: starting one, a chunk through it, loading from the cache.

#[path = "../tests/common/mod.rs"]
mod common;

use common::{bounds, digest, guest, kind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use telos_abi::PortIndex;
use telos_engine::{Engine, EngineConfig, Stop};

fn calls(bench: &mut Criterion) {
    let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
    let component = guest();
    let pack = engine.load(digest(&component), || Some(component.as_slice().into())).expect("loads");
    let (bounds, stop) = (bounds(), Stop::new());
    let start = || pack.call(kind::ECHO, &[0x80], &bounds, &stop).expect("starts");

    bench.bench_function("call/1KiB", |bench| {
        let chunk = vec![0; 1 << 10];
        bench.iter(|| {
            let mut call = start();
            call.push(PortIndex(0), &chunk).expect("runs");
            call.finish().expect("finishes")
        });
    });
    let mut group = bench.benchmark_group("push");
    group.throughput(Throughput::Bytes(1 << 20));
    group.bench_function("1MiB", |bench| {
        let chunk = vec![0; 1 << 20];
        let mut call = start();
        bench.iter(|| call.push(PortIndex(0), &chunk).expect("runs"));
    });
    group.finish();
}

fn starting(bench: &mut Criterion) {
    bench.bench_function("engine/new", |bench| {
        bench.iter(|| Engine::new(EngineConfig::uncached()).expect("an engine"));
    });
    let directory = tempfile::tempdir().expect("a directory");
    let component = guest();
    let digest = digest(&component);
    let fresh = || Engine::new(EngineConfig::cached(directory.path().into(), [1; 32])).expect("an engine");
    fresh().load(digest, || Some(component.as_slice().into())).expect("fills the cache");
    bench.bench_function("engine/new and load cached", |bench| {
        bench.iter(|| fresh().load(digest, || Some(component.as_slice().into())).expect("loads"));
    });
}

criterion_group!(benches, calls, starting);
criterion_main!(benches);
