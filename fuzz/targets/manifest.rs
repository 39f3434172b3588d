//! Descriptors and pack files: anything may be offered for publication.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_graph::codec;
use telos_registry::PackFile;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(descriptor) = codec::decode_descriptor(bytes) {
        assert_eq!(codec::encode_descriptor(&descriptor), bytes, "a descriptor has one form");
    }
    // A refusal is as good as a pack: what counts is that there is an answer.
    let _ = PackFile::parse(bytes);
});
