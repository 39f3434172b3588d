//! The wire form of receipts: CBOR (RFC 8949) of `abi::Receipt`, one document a log record.

use telos_abi::{Receipt, limit};

/// A record's payload is not a receipt.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not CBOR of a receipt this version knows.
    #[error("record {seq} is not a receipt this version can read: {cause}")]
    Unreadable {
        /// Its sequence number.
        seq: u64,
        /// The decoder's words.
        cause: String,
    },
}

/// Writes a receipt.
#[must_use]
pub fn encode(receipt: &Receipt) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    // Writing to a Vec cannot fail, and receipts hold nothing that CBOR cannot say.
    let _ = ciborium::into_writer(receipt, &mut bytes);
    bytes
}

/// Reads a receipt. Total on arbitrary bytes; depth and size are limited.
///
/// # Errors
/// When the bytes are not one receipt.
pub fn decode(seq: u64, bytes: &[u8]) -> Result<Receipt, CodecError> {
    let unreadable = |cause: String| CodecError::Unreadable { seq, cause };
    if bytes.len() > limit::RECORD_BYTES_MAX {
        return Err(unreadable(format!("{} bytes are more than {}", bytes.len(), limit::RECORD_BYTES_MAX)));
    }
    ciborium::de::from_reader_with_recursion_limit(bytes, limit::NESTING_MAX)
        .map_err(|error| unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use telos_abi::{Act, ByteText, Digest, FileState, Label, PreImage, Receipt};

    #[test]
    fn a_receipt_with_a_path_that_is_not_utf8_survives() {
        let receipt = Receipt::Intended {
            act: 3,
            node: None,
            what: Act::Delete {
                path: ByteText::from(&b"/tmp/\xff"[..]),
                before: FileState::File { content: Digest([7; 32]), size: 1, mode: 0o644, mtime_ns: -5 },
                pre_image: PreImage::Kept { content: Digest([7; 32]) },
            },
            label: Label::TOP,
        };
        assert_eq!(decode(0, &encode(&receipt)).expect("reads what it wrote"), receipt);
    }

    #[test]
    fn garbage_is_an_error() {
        assert!(decode(0, &[0x9f; 400]).is_err());
        assert!(decode(0, b"").is_err());
    }
}
