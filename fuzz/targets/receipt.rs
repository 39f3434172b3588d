//! Receipts: what is read back from a log is read as if a stranger had written it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(receipt) = telos_system::decode(0, bytes) {
        let again = telos_system::encode(&receipt);
        assert_eq!(telos_system::decode(0, &again).ok(), Some(receipt), "a receipt survives being written");
    }
});
