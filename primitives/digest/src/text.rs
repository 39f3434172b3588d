//! `data.is-text`: whether bytes are text, and how it is encoded.

use telos_pack::{Args, Failure, Out, Running, Value};

/// Bytes that text of one byte a letter must have at least before it is believed to be text.
const CONVINCING_BYTES: u64 = 16;

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(IsText(Seen::new())))
}

struct IsText(Seen);

impl Running for IsText {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.0.take(chunk);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let encoding = self.0.encoding();
        out.value(0, &Value::Bool(encoding.is_some()));
        out.value(1, &Value::Text(encoding.unwrap_or("binary").to_owned()));
        Ok(())
    }
}

/// What was seen of a stream.
pub(crate) struct Seen {
    bytes: u64,
    /// The first bytes, where a mark of the order of bytes may stand.
    first: Vec<u8>,
    /// The beginning of a character whose rest is in the next chunk.
    pending: Vec<u8>,
    is_utf8: bool,
    is_ascii: bool,
    /// Whether there was a byte that no text holds.
    has_controls: bool,
}

impl Seen {
    pub(crate) fn new() -> Self {
        Self { bytes: 0, first: Vec::new(), pending: Vec::new(), is_utf8: true, is_ascii: true, has_controls: false }
    }

    pub(crate) fn take(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        let wanted = 2_usize.saturating_sub(self.first.len()).min(chunk.len());
        self.first.extend_from_slice(&chunk[..wanted]);
        self.is_ascii &= chunk.is_ascii();
        self.has_controls |= chunk.iter().any(|byte| is_control(*byte));
        if !self.is_utf8 {
            return;
        }
        let mut rest = chunk;
        while !self.pending.is_empty() && !rest.is_empty() {
            self.pending.push(rest[0]);
            rest = &rest[1..];
            match std::str::from_utf8(&self.pending) {
                Ok(_) => self.pending.clear(),
                Err(error) if error.error_len().is_some() => {
                    self.is_utf8 = false;
                    return;
                }
                Err(_) => {}
            }
        }
        if let Err(error) = std::str::from_utf8(rest) {
            match error.error_len() {
                Some(_) => self.is_utf8 = false,
                None => self.pending = rest[error.valid_up_to()..].to_vec(),
            }
        }
    }

    /// How the text is encoded; `None` where it is none.
    pub(crate) fn encoding(&self) -> Option<&'static str> {
        match self.first.as_slice() {
            [0xff, 0xfe] if self.bytes.is_multiple_of(2) => return Some("utf-16le"),
            [0xfe, 0xff] if self.bytes.is_multiple_of(2) => return Some("utf-16be"),
            _ if self.has_controls => return None,
            _ => {}
        }
        match (self.is_ascii, self.is_utf8 && self.pending.is_empty()) {
            (true, _) => Some("ascii"),
            (_, true) => Some("utf-8"),
            _ if self.bytes >= CONVINCING_BYTES => Some("8-bit"),
            _ => None,
        }
    }
}

/// Control characters other than white space, backspace and escape, which terminals' texts have.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=7 | 14..=26 | 28..=31 | 127)
}
