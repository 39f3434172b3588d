//! Policy files, which a person writes and any program may have changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_policy::Policy;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = Policy::check(bytes) {
        assert!(!error.to_string().is_empty(), "a refusal says why");
    }
});
