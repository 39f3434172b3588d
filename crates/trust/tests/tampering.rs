//! Each kind of tampering, at any place, is detected and located.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

mod common;

use common::{Bench, frames, payload, run, tampering};
use proptest::prelude::*;
use std::fs;
use std::sync::OnceLock;
use telos_trust::{FindingKind, Place, verify};

const RECORDS: u32 = 12;

/// One log that every case changes and puts back: making keys and syncing is most of the cost.
fn shared() -> std::sync::MutexGuard<'static, Bench> {
    static BENCH: OnceLock<std::sync::Mutex<Bench>> = OnceLock::new();
    let bench = BENCH.get_or_init(|| {
        let bench = Bench::new();
        for number in 0..3 {
            bench.finished(number, RECORDS);
        }
        std::sync::Mutex::new(bench)
    });
    bench.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Verifies with `path` holding `bytes`, then puts the original back.
fn with(bench: &Bench, path: &std::path::Path, bytes: &[u8]) -> Vec<(FindingKind, Place)> {
    let original = fs::read(path).unwrap();
    fs::write(path, bytes).unwrap();
    let found = tampering(&bench.verify());
    fs::write(path, original).unwrap();
    found
}

fn at(number: u32, seq: usize, offset: usize) -> Place {
    Place::Segment { run: run(number), seq: seq as u64, offset: offset as u64 }
}

#[test]
fn an_untouched_log_is_sound_and_counted() {
    let bench = shared();
    let report = bench.verify();
    assert!(report.is_sound() && report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!((report.segments, report.records, report.records_signed, report.checkpoints), (3, 36, 36, 3));
    let records: Vec<_> = bench.log.read(run(1)).unwrap().map(Result::unwrap).collect();
    assert_eq!(records.len(), 12);
    assert_eq!((records[3].seq, records[3].kind, &records[3].bytes), (3, 7, &payload(1, 3)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_is_located(place in any::<prop::sample::Index>(), flip in 1_u8..) {
        let bench = shared();
        let path = bench.segment(1);
        let mut bytes = fs::read(&path).unwrap();
        let place = place.index(bytes.len());
        let frames = frames(&bytes);
        bytes[place] ^= flip;
        let found = with(&bench, &path, &bytes);
        let seq = frames.iter().position(|(start, end)| (*start..*end).contains(&place));
        let expected = seq.map_or(at(1, 0, 0), |seq| at(1, seq, frames[seq].0));
        prop_assert!(found.iter().any(|(_, where_)| *where_ == expected), "{found:?} lacks {expected:?}");
        // A changed version number or magic is told as such; everything else is an edit.
        prop_assert!(found.iter().all(|(kind, _)| *kind == FindingKind::Edit || (place < 10 && *kind == FindingKind::Unreadable)), "{found:?}");
    }

    #[test]
    fn a_truncation_is_located(keep in any::<prop::sample::Index>()) {
        let bench = shared();
        let path = bench.segment(1);
        let bytes = fs::read(&path).unwrap();
        let keep = keep.index(bytes.len());
        let whole = frames(&bytes).iter().filter(|(_, end)| *end <= keep).count();
        let found = with(&bench, &path, &bytes[..keep]);
        let offset = if keep < 160 { 0 } else { frames(&bytes)[whole].0 };
        prop_assert_eq!(found, vec![(FindingKind::Truncation, at(1, whole, offset))]);
    }

    #[test]
    fn a_removed_record_is_located(seq in 0_usize..11) {
        let bench = shared();
        let path = bench.segment(1);
        let mut bytes = fs::read(&path).unwrap();
        let (start, end) = frames(&bytes)[seq];
        bytes.drain(start..end);
        prop_assert_eq!(with(&bench, &path, &bytes), vec![(FindingKind::Truncation, at(1, seq, start))]);
    }

    #[test]
    fn swapped_records_are_located(seq in 0_usize..11, distance in 1_usize..4) {
        let bench = shared();
        let other = (seq + distance).min(11);
        let path = bench.segment(1);
        let bytes = fs::read(&path).unwrap();
        let (one, two) = (frames(&bytes)[seq], frames(&bytes)[other]);
        let swapped = [&bytes[..one.0], &bytes[two.0..two.1], &bytes[one.1..two.0], &bytes[one.0..one.1], &bytes[two.1..]].concat();
        let found = with(&bench, &path, &swapped);
        prop_assert_eq!(found.first(), Some(&(FindingKind::Reorder, at(1, seq, one.0))), "{:?}", found);
    }

    #[test]
    fn a_record_of_another_run_is_located(seq in 0_usize..12, from in 0_usize..12) {
        let bench = shared();
        let other = fs::read(bench.segment(2)).unwrap();
        let path = bench.segment(1);
        let mut bytes = fs::read(&path).unwrap();
        let (start, end) = frames(&bytes)[seq];
        let alien = frames(&other)[from];
        bytes.splice(start..end, other[alien.0..alien.1].iter().copied());
        prop_assert_eq!(with(&bench, &path, &bytes), vec![(FindingKind::Splice, at(1, seq, start))]);
    }

    #[test]
    fn an_edited_checkpoint_is_located(place in any::<prop::sample::Index>(), flip in 1_u8..) {
        let bench = shared();
        let path = bench.checkpoints();
        let mut bytes = fs::read(&path).unwrap();
        let frame = (bytes.len() - 64) / 3;
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        let found = with(&bench, &path, &bytes);
        let index = (place.saturating_sub(64) / frame) as u64;
        let located = |(_, place): &(FindingKind, Place)| matches!(place, Place::Checkpoint { index: found, .. } if *found == index);
        prop_assert!(found.iter().any(located), "{index}: {found:?}");
    }
}

#[test]
fn swapped_segments_are_located() {
    let bench = Bench::new();
    bench.finished(0, 2);
    bench.finished(1, 2);
    let (zero, one) = (bench.segment(0), bench.segment(1));
    let bytes = fs::read(&zero).unwrap();
    fs::copy(&one, &zero).unwrap();
    fs::write(&one, bytes).unwrap();
    assert_eq!(
        tampering(&bench.verify()),
        vec![(FindingKind::Reorder, at(0, 0, 0)), (FindingKind::Reorder, at(1, 0, 0))]
    );
}

#[test]
fn a_segment_of_another_log_is_a_splice() {
    let (bench, other) = (Bench::new(), Bench::new());
    bench.finished(0, 2);
    other.finished(0, 2);
    fs::copy(other.segment(0), bench.segment(0)).unwrap();
    assert_eq!(tampering(&bench.verify()), vec![(FindingKind::Splice, at(0, 0, 0))]);
}

#[test]
fn a_missing_segment_is_a_truncation() {
    let bench = Bench::new();
    bench.finished(0, 2);
    fs::remove_file(bench.segment(0)).unwrap();
    assert_eq!(tampering(&bench.verify()), vec![(FindingKind::Truncation, at(0, 0, 0))]);
}

/// Puts another file at the place of `to`, checkpoints of equal length being exchangeable.
fn checkpoint(bytes: &[u8], index: usize, count: usize) -> &[u8] {
    let frame = (bytes.len() - 64) / count;
    &bytes[64 + frame * index..64 + frame * (index + 1)]
}

#[test]
fn checkpoints_removed_reordered_or_repeated_are_located() {
    let bench = shared();
    let bytes = fs::read(bench.checkpoints()).unwrap();
    let part = |index| checkpoint(&bytes, index, 3);
    let offset = |frames: usize| (64 + frames * part(0).len()) as u64;
    let head = &bytes[..64];
    let removed = with(&bench, &bench.checkpoints(), &[head, part(0), part(2)].concat());
    assert!(
        removed.contains(&(FindingKind::Truncation, Place::Checkpoint { index: 2, offset: offset(1) })),
        "{removed:?}"
    );
    let swapped = with(&bench, &bench.checkpoints(), &[head, part(1), part(0), part(2)].concat());
    assert!(
        swapped.contains(&(FindingKind::Reorder, Place::Checkpoint { index: 1, offset: offset(0) })),
        "{swapped:?}"
    );
    let repeated = with(&bench, &bench.checkpoints(), &[head, part(0), part(1), part(1), part(2)].concat());
    assert_eq!(repeated, vec![(FindingKind::Reorder, Place::Checkpoint { index: 1, offset: offset(2) })]);
}

#[test]
fn a_log_rolled_back_is_noticed_and_not_signed_again() {
    let bench = Bench::new();
    bench.finished(0, 2);
    let old = fs::read(bench.checkpoints()).unwrap();
    bench.finished(1, 2);
    let newer = bench.segment(1);
    // The checkpoint alone is rolled back: the segment it covered gives it away even without a head.
    let whole = fs::read(bench.checkpoints()).unwrap();
    fs::write(bench.checkpoints(), &old).unwrap();
    let blind = verify(bench.log.dir(), bench.keys.public(), None).unwrap();
    assert!(tampering(&blind).iter().all(|(kind, _)| *kind == FindingKind::Rollback) && !blind.is_sound());
    // All of it is rolled back: only the head tells.
    let bytes = fs::read(&newer).unwrap();
    fs::remove_file(&newer).unwrap();
    assert!(verify(bench.log.dir(), bench.keys.public(), None).unwrap().is_sound());
    assert_eq!(tampering(&bench.verify()), vec![(FindingKind::Rollback, Place::Log)]);
    let mut writer = bench.log.begin(run(2), telos_abi::Timestamp(5), bench.keys.id()).unwrap();
    writer.append(1, b"x", telos_abi::Durability::Batched).unwrap();
    let refused = writer.finish(&bench.keys, telos_abi::Timestamp(6)).unwrap_err();
    assert!(matches!(refused, telos_trust::LogError::RolledBack { signed: 1, .. }), "{refused}");
    // Restored, the log goes on and covers what could not be signed.
    fs::write(bench.checkpoints(), whole).unwrap();
    fs::write(&newer, bytes).unwrap();
    bench.finished(3, 1);
    assert!(bench.verify().is_sound());
    assert_eq!(bench.verify().records_signed, 6);
}

#[test]
fn a_fork_is_located() {
    let bench = Bench::new();
    bench.finished(0, 2);
    let old = fs::read(bench.checkpoints()).unwrap();
    bench.finished(1, 2);
    let first = fs::read(bench.checkpoints()).unwrap();
    let head = bench.keys.signed_head(bench.log.id()).unwrap().unwrap();
    // The same keys sign another history, as after a restored backup of everything.
    fs::write(bench.checkpoints(), &old).unwrap();
    fs::remove_file(bench.segment(1)).unwrap();
    fs::remove_file(bench.root.path().join(format!("keys/head-{}", bench.log.id()))).unwrap();
    bench.finished(2, 2);
    let found = tampering(&verify(bench.log.dir(), bench.keys.public(), Some(&head)).unwrap());
    assert_eq!(found, vec![(FindingKind::Fork, Place::Checkpoint { index: 1, offset: 0 })]);
    // Both histories in one file.
    let second = fs::read(bench.checkpoints()).unwrap();
    let both = [first.as_slice(), checkpoint(&second, 1, 2)].concat();
    let offset = first.len() as u64;
    let found = with(&bench, &bench.checkpoints(), &both);
    assert!(found.contains(&(FindingKind::Fork, Place::Checkpoint { index: 1, offset })), "{found:?}");
}

#[test]
fn another_key_is_told() {
    let (bench, other) = (Bench::new(), Bench::new());
    bench.finished(0, 1);
    let report = verify(bench.log.dir(), other.keys.public(), None).unwrap();
    let found = tampering(&report);
    assert!(found.contains(&(FindingKind::ForeignKey, Place::Checkpoint { index: 0, offset: 64 })), "{found:?}");
    assert_eq!(report.records_signed, 0);
}

/// Chains every record from `seq` on anew, as an attacker who knows the format would.
fn rechained(bytes: &mut [u8], seq: usize) {
    for (start, end) in frames(bytes).into_iter().skip(seq) {
        let hash = blake3::keyed_hash(b"telos log v1: record chain      ", &bytes[start - 32..end - 32]);
        bytes[end - 32..end].copy_from_slice(hash.as_bytes());
    }
}

#[test]
fn an_edit_with_the_chain_made_good_is_located_between_signatures() {
    let bench = Bench::new();
    bench.finished(0, 4);
    let (mut writer, _) = bench.log.reopen(run(0)).unwrap();
    for _ in 0..4 {
        writer.append(7, b"second session", telos_abi::Durability::Batched).unwrap();
    }
    writer.finish(&bench.keys, telos_abi::Timestamp(9)).unwrap();
    let path = bench.segment(0);
    let whole = fs::read(&path).unwrap();
    for (seq, begins, ends) in [(0, 0, 3), (2, 0, 3), (3, 0, 3), (4, 4, 7), (7, 4, 7)] {
        let mut bytes = whole.clone();
        bytes[frames(&whole)[seq].0 + 27] ^= 1;
        rechained(&mut bytes, seq);
        let found = with(&bench, &path, &bytes);
        let expected = (FindingKind::Edit, at(0, begins, frames(&whole)[ends].0));
        assert_eq!(found.first(), Some(&expected), "{seq}");
    }
}

#[test]
fn records_added_to_what_was_signed_are_a_splice() {
    let bench = Bench::new();
    bench.finished(0, 3);
    let path = bench.segment(0);
    let whole = fs::read(&path).unwrap();
    let (start, end) = frames(&whole)[2];
    for number in [3_u64, u64::MAX] {
        let mut bytes = [&whole[..], &whole[start..end]].concat();
        bytes[whole.len() + 8..whole.len() + 16].copy_from_slice(&number.to_le_bytes());
        rechained(&mut bytes, 3);
        let found = with(&bench, &path, &bytes);
        // A number out of reach is no record, but bytes after a signed end all the same.
        let offset = if number == 3 { bytes.len() } else { whole.len() };
        assert_eq!(found, vec![(FindingKind::Splice, at(0, 3, offset))]);
    }
}

/// Long segments are checked in stretches and on several threads; that must not show.
#[test]
fn damage_in_a_long_segment_is_located_exactly() {
    const LONG: u32 = 24_000;
    let bench = Bench::new();
    let mut writer = bench.log.begin(run(0), telos_abi::Timestamp(5), bench.keys.id()).unwrap();
    for record in 0..LONG {
        let mut bytes = payload(0, record);
        bytes.resize(400, b'.');
        writer.append(7, &bytes, telos_abi::Durability::Batched).unwrap();
    }
    writer.finish(&bench.keys, telos_abi::Timestamp(9)).unwrap();
    let report = bench.verify();
    assert_eq!((report.records, report.records_signed, report.findings.len()), (24_000, 24_000, 0));
    let path = bench.segment(0);
    let sound = fs::read(&path).unwrap();
    let frames = frames(&sound);
    for seq in [0, 1, 5_000, 9_176, 15_000, 23_000, 23_999] {
        let (start, end) = frames[seq];
        let mut bytes = sound.clone();
        bytes[start + 40] ^= 1;
        assert_eq!(with(&bench, &path, &bytes), [(FindingKind::Edit, at(0, seq, start))], "flipped in {seq}");
        let without = [&sound[..start], &sound[end..]].concat();
        assert_eq!(with(&bench, &path, &without)[0], (FindingKind::Truncation, at(0, seq, start)), "without {seq}");
        assert_eq!(with(&bench, &path, &sound[..end - 1])[0].1, at(0, seq, start), "cut in {seq}");
    }
    // Chained anew from one record on: right in itself, but not what was signed.
    let other = Bench::new();
    let mut writer = other.log.begin(run(0), telos_abi::Timestamp(5), other.keys.id()).unwrap();
    for record in 0..LONG {
        writer.append(7, &payload(1, record), telos_abi::Durability::Batched).unwrap();
    }
    writer.finish(&other.keys, telos_abi::Timestamp(9)).unwrap();
    assert_eq!(with(&bench, &path, &fs::read(other.segment(0)).unwrap())[0].0, FindingKind::Splice);
}

#[test]
fn where_nothing_was_recorded_nothing_is_missing_unless_a_head_is_known() {
    let bench = shared();
    let head = bench.verify().head.expect("a log with runs has a head");
    let empty = tempfile::tempdir().unwrap();
    let report = verify(empty.path(), bench.keys.public(), None).unwrap();
    assert!(report.is_sound() && report.findings.is_empty() && report.records == 0, "{:?}", report.findings);
    assert!(!verify(empty.path(), bench.keys.public(), Some(&head)).unwrap().is_sound());
}
