//! Kills, power cuts, full disks, concurrency, retention and older versions.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

mod common;

use common::{Bench, frames, open_keys, payload, run, tampering};
use std::fs;
use std::path::Path;
use std::process::Command;
use telos_abi::limit::RECORD_BYTES_MAX;
use telos_abi::{Durability, Timestamp};
use telos_trust::{FindingKind, Log, LogError, PublicKeys, Retention, SegmentWriter, Severity, verify};

/// Leaves a segment as a killed process does: written, not finished, its lock gone.
fn killed(bench: &Bench, number: u32, synced: u32, batched: u32) {
    let mut writer = bench.log.begin(run(number), Timestamp(1), bench.keys.id()).unwrap();
    for record in 0..synced + batched {
        let durability = if record < synced { Durability::Synced } else { Durability::Batched };
        writer.append(7, &payload(number, record), durability).unwrap();
    }
    writer.flush().unwrap();
}

fn read_back(log: &Log, number: u32) -> Vec<Vec<u8>> {
    log.read(run(number)).unwrap().map(|record| record.unwrap().bytes).collect()
}

#[test]
fn a_segment_cut_at_any_byte_keeps_its_whole_records() {
    let bench = Bench::new();
    killed(&bench, 0, 3, 3);
    let path = bench.segment(0);
    let whole = fs::read(&path).unwrap();
    let ends: Vec<usize> = frames(&whole).iter().map(|(_, end)| *end).collect();
    for length in ends[2]..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let kept = ends.iter().filter(|end| **end <= length).count();
        assert_eq!(read_back(&bench.log, 0).len(), kept, "at {length}");
        let report = bench.verify();
        assert!(report.is_sound(), "at {length}: {:?}", report.findings);
        let torn = report.findings.iter().any(|finding| finding.kind == FindingKind::TornTail);
        assert_eq!(torn, !ends.contains(&length), "at {length}");
        let (mut writer, found) = bench.log.reopen(run(0)).unwrap();
        let dropped = (length - ends[kept - 1]) as u64;
        assert_eq!((found.records, found.dropped_bytes), (kept as u64, dropped), "at {length}");
        assert_eq!(writer.append(7, b"resumed", Durability::Batched).unwrap(), kept as u64);
        drop(writer);
        assert_eq!(read_back(&bench.log, 0).last().unwrap(), b"resumed");
    }
}

#[test]
fn a_hole_in_what_was_durable_is_no_torn_write() {
    let bench = Bench::new();
    killed(&bench, 0, 4, 4);
    let path = bench.segment(0);
    let whole = fs::read(&path).unwrap();
    let frames = frames(&whole);
    for (seq, (start, _)) in frames.iter().enumerate().take(7) {
        let mut bytes = whole.clone();
        bytes[start + 30] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let reopened = bench.log.reopen(run(0)).map(|(_, found)| found);
        if seq < 4 {
            assert!(matches!(reopened, Err(LogError::Damaged { seq: at, .. }) if at == seq as u64), "{seq}");
            assert_eq!(fs::read(&path).unwrap(), bytes, "nothing was changed");
            assert!(!bench.verify().is_sound());
        } else {
            assert_eq!(reopened.unwrap().records, seq as u64);
        }
    }
}

#[test]
fn signed_records_that_are_missing_are_never_passed_over() {
    let bench = Bench::new();
    bench.finished(0, 4);
    let path = bench.segment(0);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..frames(&bytes)[2].1]).unwrap();
    assert!(matches!(bench.log.reopen(run(0)).map(|_| ()), Err(LogError::Damaged { seq: 3, .. })));
    assert_eq!(fs::read(&path).unwrap().len(), frames(&bytes)[2].1);
}

#[test]
fn a_killed_run_is_joined_by_the_next_and_can_be_resumed() {
    let bench = Bench::new();
    killed(&bench, 0, 2, 1);
    let unsigned = bench.verify();
    assert!(unsigned.is_sound() && unsigned.findings[0].kind == FindingKind::UnsignedTail);
    bench.finished(1, 2);
    let report = bench.verify();
    assert_eq!((report.records, report.records_signed, report.findings.len()), (5, 5, 0), "{:?}", report.findings);
    let (mut writer, found) = bench.log.reopen(run(0)).unwrap();
    assert_eq!((found.records, found.dropped_bytes), (3, 0));
    writer.append(7, b"more", Durability::Synced).unwrap();
    writer.finish(&bench.keys, Timestamp(2)).unwrap();
    let report = bench.verify();
    assert_eq!((report.records_signed, report.checkpoints, report.findings.len()), (6, 2, 0), "{:?}", report.findings);
}

#[test]
fn a_live_run_is_neither_joined_nor_reopened() {
    let bench = Bench::new();
    let mut writer = bench.log.begin(run(0), Timestamp(1), bench.keys.id()).unwrap();
    writer.append(1, b"a", Durability::Synced).unwrap();
    bench.finished(1, 1);
    assert!(matches!(bench.log.reopen(run(0)).map(|_| ()), Err(LogError::Live { .. })));
    assert!(matches!(
        bench.log.begin(run(0), Timestamp(1), bench.keys.id()).map(|_| ()),
        Err(LogError::RunExists { .. })
    ));
    assert_eq!(bench.verify().records_signed, 1);
    writer.finish(&bench.keys, Timestamp(3)).unwrap();
    assert_eq!(bench.verify().records_signed, 2);
}

#[test]
fn a_run_killed_while_it_began_leaves_nothing_behind() {
    let bench = Bench::new();
    let path = bench.log.dir().join("open").join(format!("{}.seg", run(4)));
    fs::write(&path, b"TELOSSEG").unwrap();
    assert!(bench.verify().is_sound());
    bench.finished(1, 1);
    assert!(!path.exists());
}

#[test]
fn a_checkpoint_cut_at_any_byte_is_replaced() {
    let bench = Bench::new();
    bench.finished(0, 1);
    let one = fs::read(bench.checkpoints()).unwrap();
    for extra in [1, 4, 5, 200, 3_000, one.len() - 65] {
        let bench = Bench::new();
        bench.finished(0, 1);
        let whole = fs::read(bench.checkpoints()).unwrap();
        fs::write(bench.checkpoints(), [whole.as_slice(), &whole[64..64 + extra]].concat()).unwrap();
        let report = bench.verify();
        assert!(report.is_sound() && report.findings[0].kind == FindingKind::TornTail, "{:?}", report.findings);
        bench.finished(1, 1);
        let report = bench.verify();
        assert!(report.findings.is_empty() && report.checkpoints == 2, "{:?}", report.findings);
    }
}

#[test]
fn too_large_a_record_is_refused_and_the_largest_taken() {
    let bench = Bench::new();
    let mut writer = bench.log.begin(run(0), Timestamp(1), bench.keys.id()).unwrap();
    let large = vec![1; RECORD_BYTES_MAX + 1];
    assert!(matches!(writer.append(1, &large, Durability::Batched), Err(LogError::TooLarge { .. })));
    assert_eq!(writer.append(1, &large[1..], Durability::Synced).unwrap(), 0);
    assert_eq!(writer.append(2, b"", Durability::Batched).unwrap(), 1);
    writer.finish(&bench.keys, Timestamp(2)).unwrap();
    let report = bench.verify();
    assert!(report.findings.is_empty() && report.records_signed == 2);
}

#[test]
fn threads_share_a_log() {
    let bench = Bench::new();
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let bench = &bench;
            scope.spawn(move || (0..5).for_each(|number| bench.finished(thread * 100 + number, 20)));
        }
    });
    let report = bench.verify();
    assert_eq!((report.segments, report.records_signed, report.checkpoints), (20, 400, 20), "{:?}", report.findings);
    assert!(report.findings.is_empty());
}

/// The part of a test that runs in a process of its own: this binary, started again with a role.
#[test]
fn child() {
    let (Ok(role), Ok(root)) = (std::env::var("TRUST_TEST_ROLE"), std::env::var("TRUST_TEST_ROOT")) else {
        return;
    };
    let root = Path::new(&root);
    let keys = open_keys(root);
    let log = Log::open(&root.join("log")).unwrap();
    let base = std::process::id() * 100;
    match role.as_str() {
        "work" => {
            for number in 0..10 {
                let mut writer = log.begin(run(base + number), Timestamp(1), keys.id()).unwrap();
                for record in 0..10 {
                    writer.append(1, &payload(1, record), Durability::Synced).unwrap();
                }
                writer.finish(&keys, Timestamp(2)).unwrap();
            }
            print!("key {}", keys.id());
        }
        "die" => {
            let mut writer = log.begin(run(base), Timestamp(1), keys.id()).unwrap();
            writer.append(1, b"acknowledged", Durability::Synced).unwrap();
            writer.append(1, b"batched", Durability::Batched).unwrap();
            std::process::abort();
        }
        "full" => {
            let writer = log.begin(run(7), Timestamp(1), keys.id()).unwrap();
            let (acknowledged, records) = fill(writer);
            print!("acknowledged {acknowledged} {records}");
        }
        other => panic!("unknown role {other}"),
    }
}

/// Appends until the disk is full; whatever was acknowledged must be readable afterwards.
fn fill(mut writer: SegmentWriter) -> (u64, u64) {
    let mut acknowledged = 0;
    for _ in 0..1_000 {
        match writer.append(1, &[9; 1_000], Durability::Synced) {
            Ok(seq) => acknowledged = seq + 1,
            Err(LogError::Io { action: "write", .. }) => {
                // A smaller record may still fit: the writer goes on where it was.
                return (acknowledged, writer.records());
            }
            Err(other) => panic!("{other}"),
        }
    }
    panic!("the limit was never met");
}

fn spawn(root: &Path, role: &str, prelude: &str) -> std::process::Child {
    let me = std::env::current_exe().unwrap();
    Command::new("sh")
        .args(["-c", &format!("{prelude} exec \"$0\" child --exact --nocapture"), me.to_str().unwrap()])
        .env("TRUST_TEST_ROLE", role)
        .env("TRUST_TEST_ROOT", root)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn processes_that_start_at_once_share_keys_and_log() {
    let root = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..4).map(|_| spawn(root.path(), "work", "")).collect();
    let keys = open_keys(root.path());
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains(&format!("key {}", keys.id())), "{text}");
    }
    let log = Log::open(&root.path().join("log")).unwrap();
    let expected = keys.signed_head(log.id()).unwrap();
    let report = verify(log.dir(), keys.public(), expected.as_ref()).unwrap();
    assert_eq!((report.segments, report.records_signed, report.checkpoints), (40, 400, 40), "{:?}", report.findings);
    assert!(report.findings.is_empty());
}

#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    let bench = Bench::new();
    let child = spawn(bench.root.path(), "die", "");
    let number = child.id() * 100;
    assert!(!child.wait_with_output().unwrap().status.success());
    assert_eq!(read_back(&bench.log, number), vec![b"acknowledged".to_vec()]);
    bench.log.checkpoint(&bench.keys, Timestamp(3)).unwrap();
    assert_eq!(bench.verify().records_signed, 1);
}

#[test]
fn a_full_disk_leaves_a_valid_segment() {
    let bench = Bench::new();
    // 40 blocks of 512 bytes; the signal that the limit raises is ignored, so that the write fails instead.
    let output = spawn(bench.root.path(), "full", "trap '' XFSZ; ulimit -f 40;").wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = text.split("acknowledged ").nth(1).unwrap_or_else(|| panic!("{text}"));
    let mut counts =
        told.split_whitespace().map(|word| word.chars().take_while(char::is_ascii_digit).collect::<String>());
    let (acknowledged, records) = (counts.next().unwrap(), counts.next().unwrap());
    assert_eq!(acknowledged, records);
    assert_eq!(read_back(&bench.log, 7).len().to_string(), acknowledged);
    let report = bench.verify();
    assert!(report.findings.iter().all(|finding| finding.kind == FindingKind::UnsignedTail), "{:?}", report.findings);
}

#[test]
fn retention_is_told_apart_from_tampering() {
    let bench = Bench::new();
    (0..4).for_each(|number| bench.finished(number, 3));
    let everything = Retention { age_ms_max: Some(0), bytes_max: None };
    let kept = |candidate| candidate == run(2);
    let two_left =
        Retention { age_ms_max: None, bytes_max: Some(fs::metadata(bench.segment(0)).unwrap().len() * 2 + 9) };
    let report = bench.log.gc(&bench.keys, &two_left, Timestamp(5_000), &kept).unwrap();
    assert_eq!(report.pruned, vec![run(0), run(1)]);
    let report = bench.log.gc(&bench.keys, &everything, Timestamp(5_000), &kept).unwrap();
    assert_eq!(report.pruned, vec![run(3)]);
    assert!(matches!(bench.log.read(run(0)).map(|_| ()), Err(LogError::NoSuchRun { .. })));
    let report = bench.verify();
    assert!(report.is_sound());
    assert_eq!((report.pruned, report.segments, report.checkpoints), (3, 1, 6));
    let pruned = report.findings.iter().filter(|finding| finding.kind == FindingKind::Pruned);
    assert_eq!(pruned.filter(|finding| finding.severity == Severity::Notice).count(), 3);
    fs::remove_file(bench.segment(2)).unwrap();
    assert_eq!(tampering(&bench.verify())[0].0, FindingKind::Truncation);
}

#[test]
fn runs_are_found_by_prefix_in_either_case() {
    let bench = Bench::new();
    bench.finished(0xab, 1);
    bench.finished(2, 1);
    let id = run(0xab).to_string();
    assert_eq!(bench.log.find(&id.to_uppercase()).unwrap(), vec![run(0xab)]);
    assert_eq!(bench.log.find("").unwrap().len(), 2);
    assert_eq!(bench.log.find("zz").unwrap(), vec![]);
    assert!(bench.log.segments().unwrap().iter().all(|info| !info.open && info.bytes > 160));
}

#[test]
fn bits_of_a_run_id_that_are_not_printed_do_not_count() {
    let bench = Bench::new();
    let odd = telos_abi::RunId { started_ms: (1 << 50) + 5, nonce: 1 };
    let writer = bench.log.begin(odd, Timestamp(1), bench.keys.id()).unwrap();
    writer.finish(&bench.keys, Timestamp(2)).unwrap();
    assert!(bench.verify().findings.is_empty(), "{:?}", bench.verify().findings);
    assert!(matches!(bench.log.begin(odd, Timestamp(1), bench.keys.id()).map(|_| ()), Err(LogError::RunExists { .. })));
}

/// The committed log of format version 1 verifies for ever.
#[test]
fn the_golden_log_of_version_1_verifies() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/v1");
    let keys = PublicKeys::parse(&fs::read_to_string(golden.join("public-key")).unwrap()).unwrap();
    let head = telos_trust::Head::parse(&fs::read_to_string(golden.join("head")).unwrap()).unwrap();
    let report = verify(&golden.join("log"), &keys, Some(&head)).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.checkpoints, report.records_signed, report.pruned), (4, 5, 1));
    assert_eq!(report.head, Some(head));
}
