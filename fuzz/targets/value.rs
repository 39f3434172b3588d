//! Values as a guest gives them to its host: whatever a pack emits is a value or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = telos_execute::decode_value(bytes) else { return };
    let _ = telos_graph::said(&value, "count the 12 lines of a.txt");
    let mut again = Vec::new();
    ciborium::into_writer(&value, &mut again).expect("memory takes every byte");
    // By their words: a NaN, which a type refuses later, is not equal to itself.
    let reread = telos_execute::decode_value(&again).map(|value| format!("{value:?}"));
    assert_eq!(reread, Ok(format!("{value:?}")), "a value survives being written");
});
