//! Errors, and whose fault each is.

use telos_abi::{ByteText, Digest};

/// Longest text of a guest or of the runtime that enters an error, in bytes.
const TEXT_BYTES_MAX: usize = 512;

/// A pack cannot be used, or the engine cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The bytes are not those of the digest: the pack was changed after it was registered.
    #[error("pack {expected:?} has content {actual:?}: reinstall it from its publisher")]
    Digest {
        /// As registered.
        expected: Digest,
        /// As found.
        actual: Digest,
    },
    /// There is neither compiled code nor a component.
    #[error("the component of pack {digest:?} is missing or damaged: reinstall Telos, or the pack from its publisher")]
    Missing {
        /// Which pack.
        digest: Digest,
    },
    /// More bytes than [`telos_abi::limit::PACK_BYTES_MAX`].
    #[error("pack of {bytes} bytes is larger than the {max} that a pack may have")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Not a component that this engine accepts.
    #[error("pack {digest:?} is not a valid component: {text}")]
    Invalid {
        /// Which pack.
        digest: Digest,
        /// The runtime's reason, cut and escaped.
        text: String,
    },
    /// The component asks for something from outside.
    #[error("pack {digest:?} imports `{name}`: a pack may import nothing")]
    Imports {
        /// Which pack.
        digest: Digest,
        /// The first import, cut and escaped.
        name: String,
    },
    /// The component does not export the world `pack`.
    #[error("pack {digest:?} does not export telos:pack/primitives@1.0.0: {text}")]
    Interface {
        /// Which pack.
        digest: Digest,
        /// What is missing, cut and escaped.
        text: String,
    },
    /// Neither pooled nor plain instances can be had here.
    #[error("the wasm engine cannot start: {text}")]
    Start {
        /// The runtime's reason.
        text: String,
    },
}

/// A call ended without a result. The call cannot be used further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The primitive does not take this data or argument. The text is the guest's: data, cut and escaped.
    #[error("the input is not accepted: {text}")]
    BadInput {
        /// What the guest said.
        text: String,
    },
    /// The primitive would pass a limit of its own. The text is the guest's.
    #[error("a limit of the primitive was reached: {text}")]
    Limit {
        /// What the guest said.
        text: String,
    },
    /// The primitive says that it is at fault. The text is the guest's.
    #[error("the primitive failed: {text}")]
    Internal {
        /// What the guest said.
        text: String,
    },
    /// All fuel for this much input was used.
    #[error("the primitive used up its {limit} units of fuel")]
    OutOfFuel {
        /// Units granted.
        limit: u64,
    },
    /// More memory was wanted than is allowed for this much input.
    #[error("the primitive wanted more than its {limit_bytes} bytes of memory")]
    OutOfMemory {
        /// Bytes allowed.
        limit_bytes: u64,
    },
    /// More output was produced than is allowed for this much input.
    #[error("the primitive produced more than the {limit_bytes} bytes it declares for this input")]
    TooMuchOutput {
        /// Bytes allowed.
        limit_bytes: u64,
    },
    /// The guest ran longer than allowed, not counting the time it waited for input.
    #[error("the primitive ran longer than {limit_ms} ms")]
    TimedOut {
        /// Milliseconds allowed.
        limit_ms: u64,
    },
    /// The call's [`crate::Stop`] was raised.
    #[error("stopped")]
    Interrupted,
    /// The guest broke: a trap, or results that do not have the declared form.
    #[error("the primitive broke: {text}")]
    Trap {
        /// The runtime's reason, cut and escaped.
        text: String,
    },
    /// Every instance slot is taken.
    #[error("more than {slots} primitives would run at once: split the work or raise the pool")]
    Busy {
        /// Slots there are.
        slots: u32,
    },
    /// The machine refuses the thread that watches over running guests.
    #[error("no thread to watch over the call: {text}")]
    NoWatch {
        /// The system's reason.
        text: String,
    },
    /// The call had already ended with an error.
    #[error("the call had already ended")]
    Ended,
}

/// Text from a guest or the runtime in the form in which it may stand in an error: bounded, one line, no controls.
pub(crate) fn quoted(text: &str) -> String {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut out = ByteText::from(&text[..end]).to_string();
    if end < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guest_text_is_cut_and_escaped() {
        let text = format!("\u{1b}[2Jline\nnext {}", "é".repeat(TEXT_BYTES_MAX));
        let quoted = quoted(&text);
        assert!(quoted.starts_with("\\u{1b}[2Jline\\u{a}next é"));
        assert!(quoted.ends_with('…'));
        assert!(quoted.len() < TEXT_BYTES_MAX + 64);
    }
}
