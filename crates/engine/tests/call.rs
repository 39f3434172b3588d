//! Calls through the public interface: what works, and how each way of misbehaving ends.

mod common;

use common::{bounds, digest, guest, kind};
use std::sync::{Arc, OnceLock};
use telos_abi::{Bounds, Growth, PortIndex};
use telos_engine::{Call, CallError, Content, Emission, Engine, EngineConfig, Pack, Stop};

const NO_ARGUMENTS: &[u8] = &[0x80];
const PORT: PortIndex = PortIndex(0);

fn pack() -> Arc<Pack> {
    static PACK: OnceLock<(Engine, Arc<Pack>)> = OnceLock::new();
    let (_, pack) = PACK.get_or_init(|| {
        let engine = Engine::new(EngineConfig::uncached()).expect("an engine");
        let component = guest();
        let pack = engine.load(digest(&component), || Some(component.as_slice().into())).expect("the test pack loads");
        (engine, pack)
    });
    Arc::clone(pack)
}

fn call(kind: u32, bounds: &Bounds) -> Call {
    pack().call(kind, NO_ARGUMENTS, bounds, &Stop::new()).expect("the call starts")
}

fn fixed(fixed: u64) -> Growth {
    Growth { fixed, per_input_byte: 0 }
}

fn emission(bytes: &[u8]) -> Emission {
    Emission { port: PORT, bytes: Content::Made(bytes.to_vec()) }
}

#[test]
fn describe_hands_over_the_packs_bytes() {
    assert_eq!(pack().describe(), Ok(vec![0x80]));
}

#[test]
fn chunks_go_in_and_come_out_in_order() {
    let mut call = call(kind::INCREMENT, &bounds());
    assert_eq!(call.push(PORT, b"abc"), Ok(vec![emission(b"bcd")]));
    assert_eq!(call.push(PORT, b""), Ok(vec![emission(b"")]));
    assert_eq!(call.push(PORT, b"z"), Ok(vec![emission(b"{")]));
    let (last, usage) = call.finish().expect("it finishes");
    assert_eq!(last, []);
    assert!(usage.fuel > 0);
    assert!(usage.memory_bytes >= 2 << 16);
    assert_eq!(usage.output_bytes, 4);
}

#[test]
fn part_of_the_chunk_is_named_and_counted_as_output() {
    let mut part = call(kind::PART, &bounds());
    let emissions = part.push(PORT, b"abc").expect("it runs");
    assert_eq!(emissions, [Emission { port: PORT, bytes: Content::Pushed(1..3) }]);
    assert_eq!(emissions[0].bytes.of(b"abc"), b"bc");
    assert_eq!(part.finish().expect("it finishes").1.output_bytes, 2);

    let mut bounds = bounds();
    bounds.output_bytes = fixed(1);
    let error = call(kind::PART, &bounds).push(PORT, b"abc");
    assert_eq!(error, Err(CallError::TooMuchOutput { limit_bytes: 1 }));
}

#[test]
fn part_that_is_not_of_the_chunk_ends_the_call() {
    let mut beyond = call(kind::BEYOND, &bounds());
    let error = beyond.push(PORT, b"abc");
    assert_eq!(error, Err(CallError::Trap { text: "it named bytes 0 to 4 of a chunk of 3".into() }));
    assert_eq!(beyond.push(PORT, b"abc"), Err(CallError::Ended));
    // After `start > end`, too: an empty chunk has nothing from its second byte on.
    let error = call(kind::PART, &bounds()).push(PORT, b"");
    assert!(matches!(error, Err(CallError::Trap { .. })), "{error:?}");
    let mut late = call(kind::PART_AT_END, &bounds());
    late.push(PORT, b"abc").expect("it takes the chunk");
    let error = late.finish().expect_err("there is no chunk any more");
    assert!(matches!(error, CallError::Trap { .. }), "{error:?}");
}

#[test]
fn finish_emits_what_the_call_accumulated() {
    let mut call = call(kind::COUNT, &bounds());
    for _ in 0..3 {
        assert_eq!(call.push(PORT, &[7; 100]), Ok(vec![]));
    }
    let (last, _) = call.finish().expect("it finishes");
    assert_eq!(last, [emission(b"\xa1\x63int\x1b\0\0\0\0\0\0\x01\x2c")]);
}

#[test]
fn arguments_reach_the_guest() {
    let call = pack().call(kind::IDENTITY, b"\x81\xa1\x63int\x05", &bounds(), &Stop::new()).expect("the call starts");
    let (last, _) = call.finish().expect("it finishes");
    assert_eq!(last, [emission(b"\xa1\x63int\x05")]);
}

#[test]
fn calls_do_not_meet() {
    let mut first = call(kind::COUNT, &bounds());
    let mut second = call(kind::COUNT, &bounds());
    first.push(PORT, &[0; 10]).expect("first");
    second.push(PORT, &[0; 3]).expect("second");
    let (first, _) = first.finish().expect("first ends");
    let (second, _) = second.finish().expect("second ends");
    assert_eq!(first[0].bytes.of(&[])[13], 10);
    assert_eq!(second[0].bytes.of(&[])[13], 3);
}

#[test]
fn nothing_of_a_call_is_left_for_the_next_one_in_its_slot() {
    let mut config = EngineConfig::uncached();
    config.pool_slots = 1;
    let engine = Engine::new(config).expect("an engine");
    let component = guest();
    let pack = engine.load(digest(&component), || Some(component.as_slice().into())).expect("loads");
    let start = |kind| pack.call(kind, NO_ARGUMENTS, &bounds(), &Stop::new()).expect("starts");
    // Fewer bytes than the pool restores in place, and more.
    for bytes in [1, 5_000, 100_000, 3_000_000] {
        let mut secret = start(kind::INCREMENT);
        secret.push(PORT, &vec![0x5a; bytes]).expect("runs");
        drop(secret);
        let (last, _) = start(kind::LOOK).finish().expect("finishes");
        assert!(last[0].bytes.of(&[]).iter().all(|byte| *byte == 0), "after {bytes} bytes");
    }
}

#[test]
fn equal_inputs_use_equal_fuel() {
    let used = || {
        let mut call = call(kind::INCREMENT, &bounds());
        call.push(PORT, &[1; 5_000]).expect("it runs");
        call.finish().expect("it finishes").1
    };
    assert_eq!(used(), used());
}

#[test]
fn endless_loop_runs_out_of_fuel() {
    for (kind, in_push) in [(kind::SPIN, true), (kind::SPIN_AT_END, false)] {
        let mut bounds = bounds();
        bounds.fuel = fixed(1_000_000);
        let mut call = call(kind, &bounds);
        let error = if in_push {
            call.push(PORT, b"x").expect_err("it never ends")
        } else {
            call.finish().expect_err("it never ends")
        };
        assert_eq!(error, CallError::OutOfFuel { limit: 1_000_000 });
    }
}

#[test]
fn fuel_grows_with_the_input() {
    let mut bounds = bounds();
    bounds.fuel = Growth { fixed: 10_000, per_input_byte: 40 };
    let mut call = call(kind::INCREMENT, &bounds);
    for _ in 0..20 {
        call.push(PORT, &[0; 10_000]).expect("input brings its own fuel");
    }
}

#[test]
fn time_ends_what_fuel_does_not_weigh() {
    let mut bounds = bounds();
    bounds.fuel = fixed(u64::MAX);
    bounds.memory_bytes = fixed(1 << 30);
    bounds.wall_ms = 30;
    for kind in [kind::SPIN, kind::SLOW] {
        let error = call(kind, &bounds).push(PORT, b"x").expect_err("too slow");
        assert_eq!(error, CallError::TimedOut { limit_ms: 30 });
    }
}

#[test]
fn raised_stop_ends_a_running_call_and_refuses_further_ones() {
    let stop = Stop::new();
    let mut bounds = bounds();
    bounds.fuel = fixed(u64::MAX);
    let mut call = pack().call(kind::SPIN, NO_ARGUMENTS, &bounds, &stop).expect("it starts");
    std::thread::scope(|scope| {
        let running = scope.spawn(move || call.push(PORT, b"x"));
        stop.raise();
        assert_eq!(running.join().expect("no panic"), Err(CallError::Interrupted));
    });
    let refused = pack().call(kind::ECHO, NO_ARGUMENTS, &bounds, &stop);
    assert_eq!(refused.expect_err("stopped"), CallError::Interrupted);
}

#[test]
fn memory_is_bounded_and_its_peak_is_told() {
    let mut bounds = bounds();
    bounds.memory_bytes = fixed(1 << 20);
    let error = call(kind::BOMB, &bounds).push(PORT, b"x");
    assert_eq!(error, Err(CallError::OutOfMemory { limit_bytes: 1 << 20 }));

    let mut call = call(kind::HOARD, &bounds);
    for _ in 0..5 {
        call.push(PORT, &[0; 100_000]).expect("within the bound");
    }
    let (_, usage) = call.finish().expect("it finishes");
    assert!(usage.memory_bytes > 500_000 && usage.memory_bytes <= 1 << 20);
}

#[test]
fn memory_needed_only_to_start_is_bounded_too() {
    let mut bounds = bounds();
    bounds.memory_bytes = fixed(1 << 16);
    let error = pack().call(kind::ECHO, NO_ARGUMENTS, &bounds, &Stop::new());
    assert_eq!(error.expect_err("two pages do not fit in one"), CallError::OutOfMemory { limit_bytes: 1 << 16 });
}

#[test]
fn memory_of_four_gigabytes_is_not_exceeded_whatever_the_bound() {
    let mut bounds = bounds();
    bounds.memory_bytes = fixed(u64::MAX);
    bounds.fuel = fixed(u64::MAX);
    let error = call(kind::BOMB, &bounds).push(PORT, b"x");
    assert_eq!(error, Err(CallError::OutOfMemory { limit_bytes: 4 << 30 }));
}

#[test]
fn output_is_bounded_by_the_declaration_and_by_one_return() {
    let mut bounds = bounds();
    bounds.output_bytes = fixed(1_500);
    let mut echo = call(kind::ECHO, &bounds);
    echo.push(PORT, &[0; 1_000]).expect("within the bound");
    assert_eq!(echo.push(PORT, &[0; 1_000]), Err(CallError::TooMuchOutput { limit_bytes: 1_500 }));

    // One megabyte of guest memory, named a thousand times: refused before a gigabyte of it is copied out.
    bounds.output_bytes = fixed(u64::MAX);
    let error = call(kind::FLOOD, &bounds).push(PORT, &vec![0; 1 << 20]);
    assert!(matches!(error, Err(CallError::Trap { .. })), "{error:?}");
}

#[test]
fn traps_and_lies_end_the_call_alone() {
    for kind in [kind::TRAP, kind::RECURSE, kind::OUTSIDE, kind::FAR_PORT] {
        let mut call = call(kind, &bounds());
        let error = call.push(PORT, b"x");
        assert!(matches!(error, Err(CallError::Trap { .. })), "{kind}: {error:?}");
        assert_eq!(call.push(PORT, b"x"), Err(CallError::Ended));
    }
    assert_eq!(call(kind::ECHO, &bounds()).push(PORT, b"x"), Ok(vec![emission(b"x")]));
}

#[test]
fn guests_words_arrive_escaped() {
    let mut call = call(kind::FAIL, &bounds());
    assert_eq!(call.push(PORT, b"x"), Err(CallError::BadInput { text: "no \\u{1b}[31mred\\u{a}please".into() }));
    assert_eq!(call.finish().expect_err("over"), CallError::Ended);
}

#[test]
fn calls_run_on_several_threads_at_once() {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u8)
            .map(|number| {
                scope.spawn(move || {
                    for _ in 0..50 {
                        let mut call = call(kind::INCREMENT, &bounds());
                        let out = call.push(PORT, &[number; 64]).expect("it runs");
                        assert_eq!(out, [emission(&[number + 1; 64])]);
                        call.finish().expect("it finishes");
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no panic");
        }
    });
}

#[test]
fn full_pool_says_so_and_recovers() {
    let mut config = EngineConfig::uncached();
    config.pool_slots = 2;
    let engine = Engine::new(config).expect("an engine");
    let component = guest();
    let pack = engine.load(digest(&component), || Some(component.as_slice().into())).expect("loads");
    let start = || pack.call(kind::ECHO, NO_ARGUMENTS, &bounds(), &Stop::new());
    let first = start().expect("first slot");
    let second = start().expect("second slot");
    assert_eq!(start().expect_err("no third"), CallError::Busy { slots: 2 });
    drop(first);
    start().expect("a slot came free");
    drop(second);
}
