//! A call: what it takes, what it gives, how it fails.

use crate::{Args, Pack};
use std::fmt;
use std::ops::Range;
use telos_abi::Value;

/// Bytes for one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emission {
    /// The output's position.
    pub port: u16,
    /// For a blob the next bytes of it; for any other type CBOR of the whole value.
    pub bytes: Content,
}

/// Where the bytes of an emission are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Made by the primitive.
    Made(Vec<u8>),
    /// A part of the chunk that was just pushed.
    Pushed(Range<usize>),
}

impl Content {
    /// The bytes, when `chunk` was pushed.
    ///
    /// # Panics
    /// When a part reaches beyond the chunk.
    #[must_use]
    pub fn of<'a>(&'a self, chunk: &'a [u8]) -> &'a [u8] {
        match self {
            Self::Made(bytes) => bytes,
            Self::Pushed(part) => &chunk[part.clone()],
        }
    }
}

/// Why a call ended without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The data or an argument is not what the primitive takes. Says where and what is expected.
    BadInput(String),
    /// More than the primitive holds. Says how much that is.
    Limit(String),
    /// The pack or its host broke the interface.
    Internal(String),
}

/// Most characters of a message that come from its beginning, and from its end: it quotes what was given, which may be long.
const MESSAGE_ENDS: (usize, usize) = (400, 100);

impl Failure {
    /// Input that is not what the primitive takes. The middle of a very long message is left out.
    pub fn bad(message: impl Into<String>) -> Self {
        let message = message.into();
        let (first, last) = MESSAGE_ENDS;
        let count = message.chars().count();
        if count <= first + last {
            return Self::BadInput(message);
        }
        let beginning: String = message.chars().take(first).collect();
        let end: String = message.chars().skip(count - last).collect();
        Self::BadInput(format!("{beginning} … {end}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadInput(message) | Self::Limit(message) | Self::Internal(message) => out.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

/// How a primitive begins: from its arguments to a running call.
pub type Start = fn(&mut Args) -> Result<Box<dyn Running>, Failure>;

/// A call under way.
pub trait Running {
    /// Takes the next bytes of the blob that enters `port`.
    ///
    /// # Errors
    /// When the data is refused or exceeds a limit; the call is over then.
    fn push(&mut self, port: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure>;

    /// All blob inputs ended. Emits what remains and every value that is not a blob.
    ///
    /// # Errors
    /// As [`Running::push`].
    fn finish(&mut self, out: &mut Out) -> Result<(), Failure>;
}

/// Starts primitive number `primitive` of `pack` with CBOR arguments.
pub(crate) fn start(pack: &Pack, primitive: u32, arguments: &[u8]) -> Result<Box<dyn Running>, Failure> {
    let start = usize::try_from(primitive).ok().and_then(|index| pack.primitives.get(index));
    let start = start.ok_or_else(|| Failure::Internal(format!("this pack has no primitive number {primitive}")))?;
    // Texts beyond the buffer take another way; the reader's own is as large as a page, which the host then resets.
    let values: Vec<Option<Value>> = ciborium::de::from_reader_with_buffer(arguments, &mut [0; 256])
        .map_err(|error| Failure::Internal(format!("arguments are not CBOR of a list of values: {error}")))?;
    start(&mut Args::new(values))
}

/// Where a call puts its outputs.
#[derive(Default)]
pub struct Out {
    emissions: Vec<Emission>,
}

impl Out {
    /// Nothing emitted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends to the blob at `port`.
    pub fn bytes(&mut self, port: u16, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.emissions.push(Emission { port, bytes: Content::Made(bytes) });
        }
    }

    /// Appends a part of the chunk that is being pushed to the blob at `port`, without copying it.
    pub fn pushed(&mut self, port: u16, part: Range<usize>) {
        if !part.is_empty() {
            self.emissions.push(Emission { port, bytes: Content::Pushed(part) });
        }
    }

    /// Gives the value at `port`; once for each output that is not a blob.
    pub fn value(&mut self, port: u16, value: &Value) {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).expect("a vector takes every byte");
        self.emissions.push(Emission { port, bytes: Content::Made(bytes) });
    }

    /// Gives a count at `port`.
    pub fn count(&mut self, port: u16, count: u64) {
        self.value(port, &Value::Int(i64::try_from(count).unwrap_or(i64::MAX)));
    }

    /// What was emitted since the last take.
    #[must_use]
    pub fn take(&mut self) -> Vec<Emission> {
        std::mem::take(&mut self.emissions)
    }
}

/// A blob held whole, up to a limit.
#[derive(Default)]
pub struct Held {
    bytes: Vec<u8>,
}

impl Held {
    /// Most bytes held: what `finish` returns at once is limited to the size of a value.
    pub const BYTES_MAX: usize = telos_abi::limit::VALUE_BYTES_MAX;

    /// Nothing held.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a chunk.
    ///
    /// # Errors
    /// When more than [`Held::BYTES_MAX`] bytes would be held.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        if chunk.len() > Self::BYTES_MAX - self.bytes.len() {
            return Err(Failure::Limit(format!(
                "this step needs the whole input at once and takes at most {} MiB; filter the data before it",
                Self::BYTES_MAX >> 20
            )));
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// The bytes, leaving none.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo(String);

    impl Running for Echo {
        fn push(&mut self, _: u16, _: &[u8], _: &mut Out) -> Result<(), Failure> {
            Ok(())
        }

        fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
            out.bytes(0, std::mem::take(&mut self.0).into_bytes());
            Ok(())
        }
    }

    #[test]
    fn a_long_message_keeps_its_beginning_and_its_end() {
        let Failure::BadInput(message) = Failure::bad(format!("“{}” is no day", "é".repeat(50_000))) else {
            panic!("bad input is what it is");
        };
        assert!(message.starts_with("“éé") && message.ends_with("éé” is no day"), "{message}");
        assert_eq!(message.chars().count(), 503);
    }

    #[test]
    fn arguments_may_be_longer_than_the_buffer_they_are_read_through() {
        const PACK: Pack = Pack { descriptors: Vec::new, primitives: &[|args| Ok(Box::new(Echo(args.text(0)?)))] };
        for length in [0, 255, 256, 257, 4_095, 4_096, 100_000] {
            let text = "é".repeat(length);
            let mut encoded = Vec::new();
            ciborium::into_writer(&vec![Some(Value::Text(text.clone()))], &mut encoded).unwrap();
            let mut out = Out::new();
            start(&PACK, 0, &encoded).unwrap().finish(&mut out).unwrap();
            let given: Vec<u8> = out.take().iter().flat_map(|emission| emission.bytes.of(&[]).to_vec()).collect();
            assert_eq!(given, text.as_bytes());
        }
    }
}
