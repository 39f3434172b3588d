//! Blocks of a stream by their digests, so that what is too long to be held can still be compared.

use std::collections::VecDeque;

/// Bytes of a block.
pub(crate) const BLOCK_BYTES: usize = 64 << 10;

/// A part of a BLAKE3 digest that no two different blocks are known to share.
type Digest = [u8; 16];

/// A stream that was cut into blocks.
#[derive(Default)]
pub(crate) struct Blocks {
    hash: blake3::Hasher,
    filled: usize,
    /// Digests that nothing was compared with yet.
    pub(crate) done: VecDeque<Digest>,
}

impl Blocks {
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at((BLOCK_BYTES - self.filled).min(bytes.len()));
            self.hash.update(now);
            self.filled += now.len();
            if self.filled == BLOCK_BYTES {
                self.close();
            }
            bytes = later;
        }
    }

    /// Ends a block that is not full.
    pub(crate) fn finish(&mut self) {
        if self.filled > 0 {
            self.close();
        }
    }

    fn close(&mut self) {
        let mut digest = Digest::default();
        self.hash.finalize_xof().fill(&mut digest);
        self.hash.reset();
        self.filled = 0;
        self.done.push_back(digest);
    }
}
