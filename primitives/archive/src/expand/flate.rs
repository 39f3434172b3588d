//! Gzip and zlib.

use super::{Decode, STEP_BYTES, damaged, only_zeros};
use flate2::write::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use std::io::Write;
use telos_pack::Failure;

/// Compressed bytes taken at once: they give at most a thousand times as many.
const TAKEN: usize = 512;

/// One gzip member, or several after one another.
pub(super) struct Gzip {
    /// `None` between members and before the first.
    member: Option<GzDecoder<Vec<u8>>>,
    members: u64,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self { member: None, members: 0 }
    }

    /// Ends the member: its checksum is compared, and what it still held is given.
    fn close(&mut self, output: &mut Vec<u8>) -> Result<(), Failure> {
        if let Some(member) = self.member.take() {
            output.extend_from_slice(&member.finish().map_err(|error| damaged("gzip", error))?);
        }
        Ok(())
    }
}

impl Decode for Gzip {
    fn step(&mut self, input: &[u8], last: bool, output: &mut Vec<u8>) -> Result<usize, Failure> {
        if input.is_empty() {
            return if last { self.close(output).map(|()| 0) } else { Ok(0) };
        }
        // Tapes are filled up with zeros.
        if self.member.is_none() && self.members > 0 && only_zeros(input) {
            return Ok(input.len());
        }
        let member = self.member.get_or_insert_with(|| {
            self.members += 1;
            GzDecoder::new(Vec::new())
        });
        let taken = member.write(&input[..input.len().min(TAKEN)]).map_err(|error| damaged("gzip", error))?;
        output.append(member.get_mut());
        if taken > 0 {
            return Ok(taken);
        }
        // It takes no more: the next byte is of another member.
        self.close(output)?;
        self.step(input, last, output)
    }

    fn may_end(&self) -> bool {
        self.members > 0 && self.member.is_none()
    }
}

/// A zlib stream.
pub(super) struct Zlib {
    state: Decompress,
    ended: bool,
}

impl Zlib {
    pub(super) fn new() -> Self {
        Self { state: Decompress::new(true), ended: false }
    }
}

impl Decode for Zlib {
    fn step(&mut self, input: &[u8], _: bool, output: &mut Vec<u8>) -> Result<usize, Failure> {
        if self.ended {
            return if only_zeros(input) { Ok(input.len()) } else { Err(damaged("zlib", "other data follows it")) };
        }
        output.reserve(STEP_BYTES);
        let before = self.state.total_in();
        let status = self.state.decompress_vec(input, output, FlushDecompress::None);
        self.ended = matches!(status.map_err(|error| damaged("zlib", error))?, Status::StreamEnd);
        Ok(usize::try_from(self.state.total_in() - before).unwrap_or(0))
    }

    fn may_end(&self) -> bool {
        self.ended
    }
}
