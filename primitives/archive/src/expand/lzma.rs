//! Xz.

use super::{Decode, STEP_BYTES, damaged};
use telos_pack::Failure;
use xz4rust::XzDecoder;

/// Dictionary to begin with, and the largest that is made: what `xz -9` needs, doubled.
const DICTIONARY_BYTES: usize = 1 << 20;
const DICTIONARY_BYTES_MAX: usize = 128 << 20;

/// One xz stream, or several after one another.
pub(super) struct Xz {
    decoder: Box<XzDecoder<'static>>,
    streams: u64,
    open: bool,
}

impl Xz {
    pub(super) fn new() -> Self {
        let decoder = XzDecoder::in_heap_with_alloc_dict_size(DICTIONARY_BYTES, DICTIONARY_BYTES_MAX);
        Self { decoder, streams: 0, open: false }
    }
}

impl Decode for Xz {
    fn step(&mut self, input: &[u8], _: bool, output: &mut Vec<u8>) -> Result<usize, Failure> {
        if !self.open {
            let zeros = input.iter().take_while(|byte| **byte == 0).count();
            if zeros > 0 && self.streams > 0 {
                return Ok(zeros);
            }
            if input.is_empty() {
                return Ok(0);
            }
            self.decoder.reset();
            self.open = true;
            self.streams += 1;
        }
        let start = output.len();
        output.resize(start + STEP_BYTES, 0);
        let result = self.decoder.decode(input, &mut output[start..]).map_err(|error| damaged("xz", error))?;
        output.truncate(start + result.output_produced());
        self.open = !result.is_end_of_stream();
        Ok(result.input_consumed())
    }

    fn may_end(&self) -> bool {
        self.streams > 0 && !self.open
    }
}
