//! Pack `digest`: checksums, sizes and kinds of data.

use super::STREAM_BYTES;
use crate::{Builder, Input, blob, choice, choose, count, flag, input, line, output, primitive, texts};
use telos_abi::{Descriptor, Refinement};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![hash(), size(), kind(), is_text()]
}

fn streaming(name: &str) -> Builder {
    primitive(name).memory(STREAM_BYTES).wall_ms(600_000)
}

fn data(meaning: &str) -> Input {
    input("data", blob(Refinement::Bytes), meaning).words(&["of", "file", "data"])
}

fn hash() -> Descriptor {
    streaming("data.hash")
        .does("Compute the cryptographic digest or the checksum of bytes.", &["data", "hash", "checksum"])
        .words(&[
            "hash",
            "checksum",
            "digest",
            "fingerprint",
            "sha256",
            "sha-256",
            "sha512",
            "sha-512",
            "sha384",
            "sha-384",
            "sha224",
            "sha1",
            "sha-1",
            "sha3",
            "md5",
            "md5sum",
            "sha256sum",
            "crc32",
            "crc",
            "blake3",
            "sum of file",
            "integrity",
        ])
        .examples(&[
            "sha256 of image.iso",
            "what is the checksum of backup.tar",
            "blake3 hash of data.bin",
            "fingerprint every file here",
            "md5 of setup.exe",
            "crc32 of firmware.bin",
        ])
        .takes(data("bytes to hash"))
        .takes(
            input(
                "algorithm",
                choice(&["sha256", "sha512", "sha384", "sha224", "sha3-256", "sha1", "md5", "blake3", "crc32"]),
                "which digest",
            )
            .default(choose("sha256"))
            .words(&[
                "sha256",
                "sha-256",
                "sha512",
                "sha-512",
                "sha384",
                "sha224",
                "sha3-256",
                "sha3",
                "sha1",
                "sha-1",
                "md5",
                "blake3",
                "crc32",
                "using",
                "with",
                "algorithm",
            ]),
        )
        .gives(output("digest", texts(Refinement::Hex), "the digest in lower-case hexadecimal"))
        .introduces(&[Refinement::Hex])
        .fuel(1_000_000, 400)
        .produces(256, 0)
        .build()
}

fn size() -> Descriptor {
    streaming("data.size")
        .does("Count the bytes of data.", &["data", "size", "count"])
        .words(&[
            "size",
            "how big",
            "how large",
            "how many bytes",
            "bytes",
            "number of bytes",
            "file size",
            "big",
            "large",
        ])
        .examples(&[
            "how big is photo.jpg",
            "size of backup.zip",
            "how many bytes does data.bin have",
            "how large would app.log be when compressed",
        ])
        .takes(data("bytes to count"))
        .gives(output("bytes", count(0), "number of bytes"))
        .fuel(1_000_000, 10)
        .produces(256, 0)
        .build()
}

fn kind() -> Descriptor {
    streaming("data.type")
        .does("Tell what kind of data it is by how it begins.", &["data", "type"])
        .words(&[
            "type",
            "file type",
            "kind of file",
            "what kind",
            "what is it",
            "format",
            "media type",
            "mime",
            "mime type",
            "content type",
            "identify",
            "recognise",
            "recognize",
            "magic",
        ])
        .examples(&[
            "what kind of file is download.bin",
            "file type of photo",
            "what is the mime type of attachment.dat",
            "identify unknown.bin",
            "which format does image.xyz have",
        ])
        .takes(data("bytes to look at"))
        .gives(output("type", line(), "media type, such as image/png"))
        .gives(output("description", line(), "what it is in words"))
        .gives(output("extension", line(), "how names of such files usually end"))
        .fuel(20_000_000, 100)
        .produces(1_024, 0)
        .shown_by_structure()
        .introduces(&[Refinement::Line])
        .build()
}

fn is_text() -> Descriptor {
    streaming("data.is-text")
        .does("Tell whether data is text or binary, and how the text is encoded.", &["data", "type", "text"])
        .words(&[
            "text or binary",
            "binary",
            "is it text",
            "is text",
            "readable",
            "encoding",
            "character set",
            "charset",
            "how is it encoded",
            "ascii",
            "utf-16",
        ])
        .examples(&[
            "is data.bin text or binary",
            "which encoding does old.txt have",
            "is this file readable text",
            "what charset is letter.txt",
        ])
        .takes(data("bytes to look at"))
        .gives(output("text", flag(), "whether it is text"))
        .gives(output("encoding", line(), "ascii, utf-8, utf-16le, utf-16be, 8-bit, or binary where it is no text"))
        .fuel(1_000_000, 200)
        .produces(256, 0)
        .introduces(&[Refinement::Line])
        .build()
}
