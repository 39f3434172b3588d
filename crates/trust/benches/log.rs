//! Batched append (bar: 200,000 records/s) and verification (bar: 1,000,000 records/s) of 256-byte payloads.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use telos_abi::{Durability, RunId, Timestamp};
use telos_trust::{Keys, Log, Sealing, SegmentWriter, verify};

const RECORDS: u32 = 100_000;

fn fill(log: &Log, keys: &Keys, nonce: u32) -> SegmentWriter {
    let run = RunId { started_ms: 1, nonce };
    let mut writer = log.begin(run, Timestamp(1), keys.id()).expect("the log takes a run");
    for _ in 0..RECORDS {
        writer.append(1, &[7; 256], Durability::Batched).expect("the log takes a record");
    }
    writer
}

fn log(criterion: &mut Criterion) {
    let root = tempfile::tempdir().expect("a temporary directory");
    let sealing = Sealing::KeyFile(root.path().join("sealing.key"));
    let dir = root.path().join("keys");
    let keys = Keys::open_or_create(&dir, &sealing).expect("keys");
    criterion.bench_function("open the keys", |bench| {
        bench.iter(|| Keys::open(&dir, &sealing).expect("keys"));
    });
    criterion.bench_function("open the log", |bench| {
        bench.iter(|| Log::open(&root.path().join("log")).expect("a log"));
    });

    let mut group = criterion.benchmark_group("records");
    group.throughput(Throughput::Elements(u64::from(RECORDS))).sample_size(10);
    group.bench_function("append, finish and sign", |bench| {
        let fresh = || tempfile::tempdir_in(root.path()).expect("a temporary directory");
        bench.iter_batched_ref(
            fresh,
            |dir| {
                let log = Log::open(dir.path()).expect("a log");
                fill(&log, &keys, 1).finish(&keys, Timestamp(2)).expect("a checkpoint");
            },
            BatchSize::PerIteration,
        );
    });
    let log = Log::open(&root.path().join("log")).expect("a log");
    fill(&log, &keys, 1).finish(&keys, Timestamp(2)).expect("a checkpoint");
    group.bench_function("verify", |bench| {
        bench.iter(|| {
            let report = verify(log.dir(), keys.public(), None).expect("a readable log");
            assert!(report.is_sound() && report.records_signed == u64::from(RECORDS));
        });
    });
    group.finish();
}

criterion_group!(benches, log);
criterion_main!(benches);
