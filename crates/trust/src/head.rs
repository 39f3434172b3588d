//! Heads: the position of a log, short enough to be kept or sent elsewhere.

use crate::codec::{from_hex, to_hex};
use std::fmt;
use telos_abi::Digest;

/// Most bytes of a file that holds one head.
pub(crate) const HEAD_TEXT_BYTES_MAX: u64 = 512;

/// Identity of one log: 128 random bits chosen when it is made. Segments and checkpoints carry it, so that a file of
/// one log is not mistaken for a file of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub(crate) [u8; 16]);

impl fmt::Display for LogId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for LogId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LogId({self})")
    }
}

/// A checkpoint named by index and digest. Whoever holds one can later tell whether a log still contains it: a log
/// that does not was rolled back or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Head {
    /// The log.
    pub log: LogId,
    /// Index of the checkpoint, from 0.
    pub index: u64,
    /// Its digest.
    pub digest: Digest,
}

impl Head {
    /// Reads the one line that `Display` prints (`telos-head-1 LOG INDEX DIGEST`). `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        if words.next()? != "telos-head-1" {
            return None;
        }
        let head = Self {
            log: LogId(from_hex(words.next()?)?),
            index: words.next()?.parse().ok()?,
            digest: Digest::from_hex(words.next()?)?,
        };
        words.next().is_none().then_some(head)
    }
}

impl fmt::Display for Head {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "telos-head-1 {} {} {}", self.log, self.index, self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_comes_back_and_nothing_else_is_taken() {
        let head = Head { log: LogId([3; 16]), index: 12, digest: Digest([4; 32]) };
        assert_eq!(Head::parse(&format!("{head}\n")), Some(head));
        for text in ["", "telos-head-2 00 1 00", "telos-head-1", &format!("{head} more")] {
            assert_eq!(Head::parse(text), None, "{text}");
        }
    }
}
