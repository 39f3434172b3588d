//! Descriptors and pack files: anything may be offered for publication.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_graph::codec;
use telos_registry::{PackFile, PublisherKey, inspect};

/// Of both signatures of a pack file.
const SIGNATURE_BYTES: usize = 64 + 3309;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(descriptor) = codec::decode_descriptor(bytes) {
        assert_eq!(codec::encode_descriptor(&descriptor), bytes, "a descriptor has one form");
    }
    // A refusal is as good as a pack: what counts is that there is an answer.
    let _ = PackFile::parse(bytes);
    let _ = inspect(bytes);
    // The input as the manifest of a file that is otherwise whole.
    if let Ok(pack) = PackFile::parse(&framed(bytes)) {
        assert!(pack.trusted(&Default::default()).is_err(), "nobody signed it");
    }
});

fn framed(manifest: &[u8]) -> Vec<u8> {
    let length = u32::try_from(manifest.len()).unwrap_or(u32::MAX);
    let mut file = b"telospk1".to_vec();
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(manifest);
    file.extend_from_slice(&0_u32.to_le_bytes());
    file.resize(file.len() + PublisherKey::BYTES + SIGNATURE_BYTES, 7);
    file
}
