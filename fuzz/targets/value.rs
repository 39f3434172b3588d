//! Values as a guest gives them to its host: whatever a pack emits is a value or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_abi::{Refinement, Type};
use telos_graph::subtype::inhabits;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = telos_execute::decode_value(bytes) {
        for ty in [Type::Bool, Type::Float, Type::Text { refinement: Refinement::Utf8, max: 10 }] {
            let _ = inhabits(&value, &ty);
        }
    }
});
