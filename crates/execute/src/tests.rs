//! Runs on real files.

use crate::outcome::Content;
use crate::testing::{Build, World, constant, from, kind, shown, source, text};
use crate::{Cause, Event};
use proptest::prelude::*;
use telos_abi::{ByteText, Label, NodeIndex, Receipt, Taint, Value, Verdict};
use telos_graph::Input;

fn bytes(bytes: &[u8]) -> Input {
    constant(Value::Bytes(bytes.into()))
}

fn copy(build: &mut Build, from_file: &str, to_file: &str) -> NodeIndex {
    let read = build.host("file.read", vec![text(from_file)]);
    build.host("file.write", vec![text(to_file), from(read)])
}

#[test]
fn large_file_streams_through_packs_into_another_file() {
    let world = World::new();
    let content: Vec<u8> = (0..5_000_003_u32).map(|at| (at % 253) as u8).collect();
    world.put("in", &content);
    let mut build = Build::default();
    let read = build.host("file.read", vec![text("in")]);
    let more = build.pack(kind::INCREMENT, from(read));
    let again = build.pack(kind::INCREMENT, from(more));
    let count = build.pack(kind::COUNT, from(again));
    build.host("file.write", vec![text("out"), from(again)]);
    build.show(count, 0);
    let outcome = world.run(&build.0).expect("it runs");
    assert_eq!(shown(&outcome.outputs[0].content), b"Int(5000003)");
    let expected: Vec<u8> = content.iter().map(|byte| byte + 2).collect();
    assert!(world.get("out").expect("written") == expected);
    let out: ByteText = world.work.join("out").to_str().expect("plain").into();
    assert_eq!(outcome.changes.written, [out]);
    assert_eq!(outcome.usage.calls, 5);
}

#[test]
fn labels_follow_the_data_and_stop_a_run_that_carries_more_than_was_sealed() {
    let mut world = World::new();
    world.put("in", b"data");
    let mut build = Build::default();
    let read = build.host("file.read", vec![text("in")]);
    let echo = build.pack(kind::ECHO, from(read));
    build.host("file.write", vec![text("out"), from(echo)]);
    build.show(echo, 0);
    let outcome = world.run(&build.0).expect("it runs");
    let content = Label::tainted(Taint::FILE_CONTENT);
    assert_eq!(outcome.outputs[0].label, content);

    std::fs::remove_file(world.work.join("out")).expect("there");
    world.sealed = Label::BOTTOM;
    let failure = world.run(&build.0).expect_err("more than sealed");
    assert_eq!(failure.node, Some(read));
    assert!(matches!(failure.cause, Cause::Label { actual, .. } if actual == content));
    assert_eq!(world.names(), ["in"]);
}

#[test]
fn secret_of_a_file_found_at_run_time_is_noticed() {
    let mut world = World::new();
    world.put(".env", b"KEY=1");
    world.sealed = Label::tainted(Taint::ALL);
    let mut build = Build::default();
    let read = build.host("file.read", vec![text(".env")]);
    build.show(read, 0);
    let failure = world.run(&build.0).expect_err("credentials were not in the plan");
    assert!(matches!(failure.cause, Cause::Label { .. }), "{failure}");
}

#[test]
fn one_refused_effect_means_none_happens() {
    let world = World::new();
    world.put("in", b"data");
    world.put("old", b"kept");
    let mut build = Build::default();
    copy(&mut build, "in", "first");
    build.host("file.delete", vec![text("old")]);
    let outside = copy(&mut build, "in", "/proc/outside");
    let failure = world.run(&build.0);
    assert!(failure.is_err());
    assert_eq!(world.names(), ["in", "old"]);

    build.0.nodes.truncate(outside.0 as usize - 1);
    copy(&mut build, "in", "../state/stolen");
    let failure = world.run(&build.0).expect_err("protected");
    assert!(matches!(failure.cause, Cause::Refused(_)), "{failure}");
    assert!(failure.changes.is_empty());
    assert_eq!(world.names(), ["in", "old"]);
    assert_eq!(world.get("old").expect("there"), b"kept");
}

#[test]
fn everything_is_asked_at_once_and_no_changes_nothing() {
    let mut world = World::new();
    for name in ["in", "old", "older"] {
        world.put(name, name.as_bytes());
    }
    world.consents = false;
    let mut build = Build::default();
    copy(&mut build, "in", "new");
    build.host("file.delete", vec![text("old")]);
    copy(&mut build, "in", "older");
    let failure = world.run(&build.0).expect_err("denied");
    assert!(matches!(failure.cause, Cause::NotApproved { .. }), "{failure}");
    assert_eq!(*world.asked.lock().expect("ours"), [2]);
    assert_eq!(world.names(), ["in", "old", "older"]);
    assert_eq!(world.get("older").expect("there"), b"older");

    world.consents = true;
    let outcome = world.run(&build.0).expect("approved");
    assert_eq!(world.names(), ["in", "new", "older"]);
    assert_eq!(world.get("older").expect("there"), b"in");
    assert_eq!(outcome.changes.removed.len(), 1);
    let receipts = world.receipts.0.lock().expect("ours");
    let asked = |receipt: &&Receipt| matches!(receipt, Receipt::Decided(made) if made.verdict == Verdict::Ask);
    let granted = |receipt: &&Receipt| matches!(receipt, Receipt::Approved(made) if made.granted);
    assert_eq!(receipts.iter().filter(asked).count(), 4);
    assert_eq!(receipts.iter().filter(granted).count(), 2);
}

#[test]
fn failing_node_leaves_nothing_and_is_named() {
    for (kind, whose) in [(kind::FAIL, 3), (kind::TRAP, 3), (kind::FLOOD, 3)] {
        let world = World::new();
        world.put("in", &vec![b'x'; 2 << 20]);
        let mut build = Build::default();
        copy(&mut build, "in", "first");
        let read = build.host("file.read", vec![text("in")]);
        let bad = build.pack(kind, from(read));
        build.host("file.write", vec![text("second"), from(bad)]);
        let failure = world.run(&build.0).expect_err("it fails");
        assert_eq!(failure.node, Some(NodeIndex(whose)), "{failure}");
        assert!(matches!(failure.cause, Cause::Call(_)), "{failure}");
        assert_eq!(world.names(), ["in"]);
    }
}

#[test]
fn cancelled_at_any_event_the_run_leaves_all_or_what_it_lists() {
    let mut build = Build::default();
    let first = copy(&mut build, "in", "first");
    let second = copy(&mut build, "in", "second");
    build.node(second).after.push(first);
    for cancel_after in 1..20 {
        let mut world = World::new();
        world.put("in", &vec![b'x'; 3 << 20]);
        world.cancel_after = cancel_after;
        match world.run(&build.0) {
            Ok(_) => assert_eq!(world.names(), ["first", "in", "second"]),
            Err(failure) => {
                assert!(matches!(failure.cause, Cause::Cancelled), "{failure}");
                assert_eq!(world.names().len(), 1 + failure.changes.written.len());
            }
        }
    }
}

#[test]
fn running_guest_is_cancelled() {
    let mut world = World::new();
    let mut build = Build::default();
    let spin = build.pack(kind::SPIN, bytes(b"x"));
    build.show(spin, 0);
    world.cancel_after = 1;
    let failure = world.run(&build.0).expect_err("it spins");
    assert!(matches!(failure.cause, Cause::Cancelled), "{failure}");
}

#[test]
fn effects_that_wait_for_effects_see_them() {
    let world = World::new();
    world.put("in", b"new");
    let mut build = Build::default();
    let write = copy(&mut build, "in", "out");
    let read = build.host("file.read", vec![text("out")]);
    build.node(read).after.push(write);
    let count = build.pack(kind::COUNT, from(read));
    build.show(count, 0);
    build.show(read, 0);
    let outcome = world.run(&build.0).expect("it runs");
    assert_eq!(shown(&outcome.outputs[0].content), b"Int(3)");
    assert_eq!(shown(&outcome.outputs[1].content), b"new");
}

#[test]
fn name_of_a_file_written_from_tainted_data_chooses_nothing() {
    let world = World::new();
    world.put("in", b"new");
    let mut build = Build::default();
    let write = copy(&mut build, "in", "out");
    let read = build.host("file.read", vec![from(write)]);
    build.show(read, 0);
    let failure = world.run(&build.0).expect_err("R5");
    assert!(matches!(failure.cause, Cause::Refused(_)), "{failure}");
    assert_eq!(failure.changes.written.len(), 1, "what was done by then is told");
}

#[test]
fn false_guard_skips_what_depends_on_it_and_nothing_else() {
    let world = World::new();
    world.put("full", b"x");
    let mut build = Build::default();
    let guarded = |build: &mut Build, data: &[u8], file: &str| {
        let seen = build.pack(kind::SEEN, bytes(data));
        let read = build.host("file.read", vec![text("full")]);
        build.node(read).guard = Some(source(seen, 0));
        let echo = build.pack(kind::ECHO, from(read));
        build.host("file.write", vec![text(file), from(echo)]);
        build.show(echo, 0);
    };
    guarded(&mut build, b"", "no");
    guarded(&mut build, b"y", "yes");
    let outcome = world.run(&build.0).expect("it runs");
    assert!(matches!(outcome.outputs[0].content, Content::Skipped));
    assert_eq!(shown(&outcome.outputs[1].content), b"x");
    assert_eq!(world.names(), ["full", "yes"]);
    let events = world.events.lock().expect("ours");
    let skipped = events.iter().filter(|event| matches!(event, Event::Skipped(_)));
    assert_eq!(skipped.count(), 3);
}

#[test]
fn bounded_iteration_reads_and_deletes_each() {
    let world = World::new();
    for name in ["a.tmp", "b.tmp", "c.txt"] {
        world.put(name, name.as_bytes());
    }
    let mut build = Build::default();
    let find = build.host("file.find", vec![text("."), text("*.tmp")]);
    let read = build.host("file.read", vec![from(find)]);
    build.each(read, 0);
    let count = build.pack(kind::COUNT, from(read));
    build.each(count, 0);
    build.show(count, 0);
    let delete = build.host("file.delete", vec![from(find)]);
    build.each(delete, 0);
    let outcome = world.run(&build.0).expect("it runs");
    assert_eq!(shown(&outcome.outputs[0].content), b"List([Int(5), Int(5)])");
    assert_eq!(world.names(), ["c.txt"]);
    assert_eq!(*world.asked.lock().expect("ours"), [2]);

    let many = Value::List((0..101).map(Value::Int).collect());
    let mut build = Build::default();
    let identity = build.pack(kind::IDENTITY, constant(many));
    build.each(identity, 0);
    build.show(identity, 0);
    let failure = world.run(&build.0).expect_err("101 are more than 100");
    assert!(matches!(failure.cause, Cause::TooManyItems { items: 101, limit: 100 }));
}

#[test]
fn resumed_run_does_not_repeat_what_was_done() {
    let mut world = World::new();
    for name in ["a.tmp", "b.tmp", "in"] {
        world.put(name, name.as_bytes());
    }
    let mut build = Build::default();
    let first = copy(&mut build, "in", "first");
    let read = build.host("file.read", vec![text("first")]);
    build.node(read).after.push(first);
    build.host("file.write", vec![text("second"), from(read)]);
    world.cancel_after = 7;
    let failure = world.run(&build.0).expect_err("cancelled");
    assert_eq!(failure.changes.written.len(), 1, "{:?}", world.events);

    // Somebody uses the first result before the run is resumed: writing it again would lose that.
    world.put("first", b"edited");
    world.cancel_after = 0;
    world.consents = false;
    let receipts = world.receipts.0.lock().expect("ours").clone();
    let outcome = world.resume(&build.0, &receipts).expect("it resumes");
    assert_eq!(world.get("first").expect("there"), b"edited");
    assert_eq!(world.get("second").expect("there"), b"edited");
    assert_eq!(outcome.changes.written.len(), 1);
}

#[test]
fn every_finished_node_leaves_a_receipt() {
    let world = World::new();
    world.put("in", b"abc");
    let mut build = Build::default();
    let write = copy(&mut build, "in", "out");
    build.show(write, 0);
    world.run(&build.0).expect("it runs");
    let receipts = world.receipts.0.lock().expect("ours");
    let kinds: Vec<_> = receipts.iter().map(Receipt::kind).collect();
    use telos_abi::ReceiptKind::{Acted, Decided, Intended, NodeDone};
    assert_eq!(kinds, [Decided, NodeDone, Decided, Intended, Acted, NodeDone]);
}

/// What a node of a random graph is, and which earlier node it takes from.
#[derive(Clone, Debug)]
enum Random {
    Data(Vec<u8>),
    Echo(usize),
    Increment(usize),
    Count(usize),
    Seen(usize),
}

fn random_graph() -> impl Strategy<Value = Vec<(Random, Option<usize>)>> {
    let data = proptest::collection::vec(any::<u8>(), 0..600);
    let node = prop_oneof![
        1 => data.prop_map(Random::Data),
        2 => any::<usize>().prop_map(Random::Echo),
        3 => any::<usize>().prop_map(Random::Increment),
        1 => any::<usize>().prop_map(Random::Count),
        1 => any::<usize>().prop_map(Random::Seen),
    ];
    proptest::collection::vec((node, proptest::option::weighted(0.2, any::<usize>())), 1..24)
}

/// What the naive interpreter knows of a node: nothing if it was skipped.
type Known = Option<Content2>;

#[derive(Clone, Debug, PartialEq)]
enum Content2 {
    Bytes(Vec<u8>),
    Int(usize),
    Bool(bool),
}

/// Builds the graph and, one node after the other, what it must give.
fn interpret(nodes: &[(Random, Option<usize>)]) -> (Build, Vec<Known>) {
    let mut build = Build::default();
    let mut known: Vec<Known> = Vec::new();
    let (mut blobs, mut bools): (Vec<usize>, Vec<usize>) = (vec![], vec![]);
    for (random, guard) in nodes {
        let pick = |from: &[usize], any: usize| (!from.is_empty()).then(|| from[any % from.len()]);
        let at = known.len();
        let (kind, any) = match random {
            Random::Data(_) => (kind::ECHO, 0),
            Random::Echo(any) => (kind::ECHO, *any),
            Random::Increment(any) => (kind::INCREMENT, *any),
            Random::Count(any) => (kind::COUNT, *any),
            Random::Seen(any) => (kind::SEEN, *any),
        };
        let (input, data) = match (random, pick(&blobs, any)) {
            (Random::Data(data), _) => (bytes(data), Some(data.clone())),
            (_, None) => (bytes(b"none"), Some(b"none".to_vec())),
            (_, Some(earlier)) => {
                let data = match &known[earlier] {
                    Some(Content2::Bytes(data)) => Some(data.clone()),
                    _ => None,
                };
                (from(NodeIndex(u32::try_from(earlier).expect("few"))), data)
            }
        };
        let index = build.pack(kind, input);
        build.show(index, 0);
        let guard = guard.and_then(|any| pick(&bools, any));
        if let Some(guard) = guard {
            build.node(index).guard = Some(source(NodeIndex(u32::try_from(guard).expect("few")), 0));
        }
        let runs = guard.is_none_or(|guard| known[guard] == Some(Content2::Bool(true)));
        known.push(data.filter(|_| runs).map(|data| match random {
            Random::Data(_) | Random::Echo(_) => Content2::Bytes(data),
            Random::Increment(_) => Content2::Bytes(data.iter().map(|byte| byte.wrapping_add(1)).collect()),
            Random::Count(_) => Content2::Int(data.len()),
            Random::Seen(_) => Content2::Bool(!data.is_empty()),
        }));
        match random {
            Random::Count(_) => {}
            Random::Seen(_) => bools.push(at),
            _ => blobs.push(at),
        }
    }
    (build, known)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]
    #[test]
    fn random_graphs_give_what_one_step_after_the_other_gives(nodes in random_graph()) {
        let world = World::new();
        let (build, known) = interpret(&nodes);
        let outcome = world.run(&build.0).expect("it runs");
        for (output, known) in outcome.outputs.iter().zip(known) {
            let expected = match known {
                None => b"skipped".to_vec(),
                Some(Content2::Bytes(bytes)) => bytes,
                Some(Content2::Int(int)) => format!("Int({int})").into_bytes(),
                Some(Content2::Bool(bool)) => format!("Bool({bool})").into_bytes(),
            };
            prop_assert_eq!(shown(&output.content), expected);
        }
    }
}
