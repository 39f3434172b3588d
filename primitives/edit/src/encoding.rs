//! The encodings of text by the names that people use.

use encoding_rs::Encoding;
use telos_pack::Failure;

/// How characters are written as bytes.
#[derive(Clone, Copy)]
pub(crate) enum Charset {
    /// Seven bits.
    Ascii,
    /// The first 256 characters, one byte each (ISO 8859-1 as printed, not as browsers read it).
    Latin1,
    /// Perhaps behind a byte order mark.
    Utf8 { mark: bool },
    /// Two bytes a unit, perhaps behind a byte order mark.
    Utf16 { big: bool, mark: bool },
    /// An encoding that has tables.
    Tabled(&'static Encoding),
}

/// The encoding that the choice `name` names.
///
/// # Errors
/// When no such choice exists.
pub(crate) fn charset(name: &str) -> Result<Charset, Failure> {
    Ok(match name {
        "ascii" => Charset::Ascii,
        "latin1" | "iso-8859-1" => Charset::Latin1,
        "utf-8" => Charset::Utf8 { mark: false },
        "utf-8-bom" => Charset::Utf8 { mark: true },
        "utf-16" => Charset::Utf16 { big: false, mark: true },
        "utf-16le" => Charset::Utf16 { big: false, mark: false },
        "utf-16be" => Charset::Utf16 { big: true, mark: false },
        other => match Encoding::for_label(other.as_bytes()) {
            Some(encoding) => Charset::Tabled(encoding),
            None => return Err(Failure::Internal(format!("`{other}` is no encoding"))),
        },
    })
}
