//! Bzip2.

use super::{Decode, STEP_BYTES, damaged, only_zeros};
use bzip2::{Decompress, Status};
use telos_pack::Failure;

/// One bzip2 stream, or several after one another, as parallel programs write.
pub(super) struct Bzip2 {
    /// `None` between streams.
    state: Option<Decompress>,
    streams: u64,
}

impl Bzip2 {
    pub(super) fn new() -> Self {
        Self { state: None, streams: 0 }
    }
}

impl Decode for Bzip2 {
    fn step(&mut self, input: &[u8], _: bool, output: &mut Vec<u8>) -> Result<usize, Failure> {
        if self.state.is_none() && self.streams > 0 && only_zeros(input) {
            return Ok(input.len());
        }
        let state = self.state.get_or_insert_with(|| {
            self.streams += 1;
            Decompress::new(false)
        });
        output.reserve(STEP_BYTES);
        let before = state.total_in();
        let status = state.decompress_vec(input, output).map_err(|error| damaged("bzip2", error))?;
        let taken = usize::try_from(state.total_in() - before).unwrap_or(0);
        if status == Status::StreamEnd {
            self.state = None;
        }
        Ok(taken)
    }

    fn may_end(&self) -> bool {
        self.streams > 0 && self.state.is_none()
    }
}
