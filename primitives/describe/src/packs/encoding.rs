//! Pack `encoding`: bytes as letters and back (RFC 4648). One primitive for each direction of each alphabet, because
//! people name the alphabet in the verb ("base64-encode").

use super::STREAM_BYTES;
use crate::{Builder, blob, input, output, primitive};
use telos_abi::{Descriptor, Refinement};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        encoder("base64.encode", "Write bytes as base64 (RFC 4648, padded, on one line).", "base64", 2)
            .words(&["base64-encode", "base64", "encode", "encode in base64", "to base64"])
            .examples(&["base64-encode logo.png", "encode key.bin as base64", "what is notes.txt in base64"])
            .build(),
        decoder("base64.decode", "Read base64 back into bytes; line breaks and blanks are passed over.", "base64")
            .words(&["base64-decode", "decode base64", "from base64", "decode", "unbase64"])
            .examples(&[
                "base64-decode message.b64",
                "decode the base64 in mail.txt into photo.jpg",
                "what does token.txt say, it is base64",
            ])
            .build(),
        encoder("hex.encode", "Write bytes as lower-case hexadecimal digits.", "hexadecimal", 2)
            .words(&["hex-encode", "hex", "hexadecimal", "encode in hex", "to hex", "hex dump"])
            .examples(&["hex-encode key.bin", "show firmware.bin in hex", "write id.bin as hexadecimal"])
            .build(),
        decoder(
            "hex.decode",
            "Read hexadecimal digits back into bytes; line breaks and blanks are passed over.",
            "hexadecimal",
        )
        .words(&["hex-decode", "decode hex", "from hex", "unhex", "decode hexadecimal"])
        .examples(&[
            "hex-decode dump.txt",
            "decode the hex in id.hex into id.bin",
            "turn the hexadecimal in key.txt back into bytes",
        ])
        .build(),
    ]
}

fn encoder(name: &str, summary: &str, alphabet: &str, letters_per_byte: u64) -> Builder {
    primitive(name)
        .does(summary, &["data", "encoding", alphabet])
        .takes(input("data", blob(Refinement::Bytes), "bytes to encode").words(&["of", "file", "data"]))
        // Plain bytes, though they are text: a planner that needs text must decode it, not encode whatever it has.
        .gives(output("encoded", blob(Refinement::Bytes), "the bytes as letters and digits"))
        .memory(STREAM_BYTES)
        .wall_ms(600_000)
        .fuel(1_000_000, 200)
        .produces(64, letters_per_byte)
}

fn decoder(name: &str, summary: &str, alphabet: &str) -> Builder {
    primitive(name)
        .does(summary, &["data", "encoding", alphabet])
        .takes(input("encoded", blob(Refinement::Bytes), "letters and digits to decode").words(&["of", "file", "data"]))
        .gives(output("data", blob(Refinement::Bytes), "the bytes they stand for"))
        .memory(STREAM_BYTES)
        .wall_ms(600_000)
        .fuel(1_000_000, 200)
        .produces(64, 1)
}
