//! Pack `digest`: checksums.

use super::STREAM_BYTES;
use crate::{blob, choice, choose, input, output, primitive, texts};
use telos_abi::{Descriptor, Refinement};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![hash()]
}

fn hash() -> Descriptor {
    primitive("data.hash")
        .does("Compute the cryptographic digest of bytes.", &["data", "hash", "checksum"])
        .words(&[
            "hash",
            "checksum",
            "digest",
            "fingerprint",
            "sha256",
            "sha-256",
            "sha512",
            "sha-512",
            "blake3",
            "sum of file",
            "integrity",
        ])
        .examples(&[
            "sha256 of image.iso",
            "what is the checksum of backup.tar",
            "blake3 hash of data.bin",
            "fingerprint every file here",
        ])
        .takes(input("data", blob(Refinement::Bytes), "bytes to hash").words(&["of", "file", "data"]))
        .takes(
            input("algorithm", choice(&["sha256", "sha512", "blake3"]), "which digest")
                .default(choose("sha256"))
                .words(&["sha256", "sha-256", "sha512", "sha-512", "blake3", "using", "with", "algorithm"]),
        )
        .gives(output("digest", texts(Refinement::Hex), "the digest in lower-case hexadecimal"))
        .introduces(&[Refinement::Hex])
        .memory(STREAM_BYTES)
        .wall_ms(600_000)
        .fuel(1_000_000, 200)
        .produces(256, 0)
        .build()
}
