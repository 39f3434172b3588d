//! Streams on several threads: the same outputs and the same failure, however they are cut.

use crate::lanes::{Lanes, WAITING_MAX};
use crate::testing::{Build, World, constant, from, kind, name_of_limited, shown, text};
use crate::{Cause, Event};
use proptest::prelude::*;
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{NodeIndex, Value};

/// Cuts before these positions as soon as something was read.
fn cut(forced: u64) -> Lanes {
    Lanes { most: 8, after_bytes: 0, forced: Some(forced) }
}

/// A chain of packs behind a file.
fn chain(kinds: &[u32]) -> (Build, NodeIndex) {
    let mut build = Build::default();
    let mut last = build.host("file.read", vec![text("in")]);
    for kind in kinds {
        last = build.pack(*kind, from(last));
    }
    (build, last)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]
    /// Every file is read in chunks of its own, so their sizes are the chunking.
    #[test]
    fn stream_is_the_same_in_any_chunks_on_any_lanes(
        files in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..3_000), 1..6),
        adds in proptest::collection::vec(any::<bool>(), 0..6),
        cuts: u64,
    ) {
        let mut world = World::new();
        let mut expected = Vec::new();
        let mut build = Build::default();
        let names: Vec<Value> = (0..files.len()).map(|at| Value::Text(at.to_string())).collect();
        for (at, content) in files.iter().enumerate() {
            world.put(&at.to_string(), content);
            expected.extend_from_slice(content);
            // What `file.read-all` does where a last line has no line feed.
            if content.last().is_some_and(|last| *last != b'\n') {
                expected.push(b'\n');
            }
        }
        let mut last = build.host("file.read-all", vec![constant(Value::List(names))]);
        for add in &adds {
            last = build.pack(if *add { kind::INCREMENT } else { kind::ECHO }, from(last));
        }
        let count = build.pack(kind::COUNT, from(last));
        build.show(last, 0);
        build.show(count, 0);
        let sum = adds.iter().fold(0, |sum: u8, add| sum.wrapping_add(u8::from(*add)));
        expected.iter_mut().for_each(|byte| *byte = byte.wrapping_add(sum));
        world.lanes = cut(cuts);
        let outcome = world.run(&build.0).expect("it runs");
        prop_assert_eq!(shown(&outcome.outputs[0].content), &*expected);
        prop_assert_eq!(shown(&outcome.outputs[1].content), format!("Int({})", expected.len()).into_bytes());
        prop_assert_eq!(outcome.usage.calls, 2 + adds.len() as u64);
    }
}

#[test]
fn large_stream_is_cut_by_itself_and_written_whole() {
    let mut world = World::new();
    let content: Vec<u8> = (0..9_000_003_u32).map(|at| (at % 253) as u8).collect();
    world.put("in", &content);
    let (mut build, last) = chain(&[kind::INCREMENT, kind::ECHO, kind::INCREMENT]);
    build.host("file.write", vec![text("out"), from(last)]);
    for most in [1, 2, 3, 8] {
        world.lanes = Lanes { most, ..Lanes::default() };
        world.run(&build.0).expect("it runs");
        let expected: Vec<u8> = content.iter().map(|byte| byte + 2).collect();
        assert!(world.get("out").expect("written") == expected, "{most} lanes");
        std::fs::remove_file(world.work.join("out")).expect("there");
    }
}

#[test]
fn failing_stage_stops_the_others_and_is_told() {
    let mut world = World::new();
    world.put("in", &vec![b'x'; 16 * CHUNK_BYTES]);
    for kinds in [
        [kind::FAIL, kind::ECHO, kind::ECHO],
        [kind::ECHO, kind::TRAP, kind::ECHO],
        [kind::ECHO, kind::ECHO, kind::FAIL],
    ] {
        let at = kinds.iter().position(|kind| *kind != kind::ECHO).expect("one fails");
        let (mut build, last) = chain(&kinds);
        build.host("file.write", vec![text("out"), from(last)]);
        for cuts in 0..16 {
            world.lanes = cut(cuts << 1);
            let failure = world.run(&build.0).expect_err("it fails");
            assert_eq!(
                failure.node,
                Some(NodeIndex(1 + u32::try_from(at).expect("few"))),
                "{kinds:?} {cuts}: {failure}"
            );
            assert!(matches!(failure.cause, Cause::Call(_)), "{failure}");
            assert_eq!(world.names(), ["in"]);
        }
    }
}

#[test]
fn failure_on_the_earliest_data_is_told_on_any_lanes() {
    let mut world = World::new();
    world.put("in", &vec![b'x'; 8 << 20]);
    let mut build = Build::default();
    let read = build.host("file.read", vec![text("in")]);
    // The first would fail after four megabytes, the second fails after two.
    let later = build.host(&name_of_limited(kind::INCREMENT), vec![from(read)]);
    let sooner = build.host(&name_of_limited(kind::ECHO), vec![from(later)]);
    build.show(sooner, 0);
    for cuts in [0b000, 0b010, 0b100, 0b110] {
        world.lanes = cut(cuts);
        for _ in 0..5 {
            let failure = world.run(&build.0).expect_err("it fails");
            assert_eq!(failure.node, Some(sooner), "{cuts:b}: {failure}");
        }
    }
}

#[test]
fn stop_reaches_every_lane() {
    let mut world = World::new();
    world.put("in", &vec![b'x'; 32 * CHUNK_BYTES]);
    let echoes: &[u32] = &[kind::ECHO, kind::ECHO];
    for (kinds, cuts) in [
        (&[kind::SPIN][..], 0b10),
        (&[kind::ECHO, kind::SPIN], 0b100),
        (&[kind::ECHO, kind::SPIN], 0b110),
        (echoes, 0b010),
        (echoes, 0b100),
        (echoes, 0b110),
    ] {
        let (mut build, last) = chain(kinds);
        build.show(last, 0);
        // Every node starts; then something is read, twice.
        world.cancel_after = 1 + kinds.len() + 2;
        world.lanes = cut(cuts);
        let failure = world.run(&build.0).expect_err("cancelled");
        assert!(matches!(failure.cause, Cause::Cancelled), "{kinds:?} {cuts:b}: {failure}");
    }
}

#[test]
fn reader_waits_for_a_slow_lane() {
    let mut world = World::new();
    world.put("in", &vec![b'x'; 32 * CHUNK_BYTES]);
    let (mut build, last) = chain(&[kind::SPIN]);
    build.show(last, 0);
    world.lanes = cut(0b10);
    let failure = world.run(&build.0).expect_err("its fuel is used up");
    assert!(matches!(failure.cause, Cause::Call(_)), "{failure}");
    let read = world.events.lock().expect("ours").iter().filter(|event| matches!(event, Event::Bytes(..))).count();
    // What was pushed before the cut, what is in work, what waits, and what the reader has in hand.
    assert!(read <= WAITING_MAX + 3, "{read} chunks were read");
}
