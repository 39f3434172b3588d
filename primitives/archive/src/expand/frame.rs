//! Zstandard and LZ4, which both come in frames.

use super::{Decode, STEP_BYTES, damaged};
use lz4_flex::frame::FrameDecoder as Lz4Frames;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{Cursor, Read};
use telos_pack::Failure;

/// Longest header of a Zstandard frame: magic, descriptor, window, dictionary, size (RFC 8878, section 3.1.1).
const HEADER_BYTES_MAX: usize = 18;
/// Bytes before the content of a block.
const BLOCK_HEADER_BYTES: usize = 3;
/// Magic and length of a frame that holds no data.
const SKIPPED_HEADER_BYTES: usize = 8;
const CHECKSUM_BYTES: usize = 4;
/// What ends an LZ4 frame.
const END_MARK: [u8; 4] = [0; 4];

/// One Zstandard frame, or several after one another.
pub(super) struct Zstd {
    decoder: FrameDecoder,
    open: bool,
    /// Bytes left of a frame that holds no data.
    skipped: usize,
    begun: bool,
}

impl Zstd {
    pub(super) fn new() -> Self {
        Self { decoder: FrameDecoder::new(), open: false, skipped: 0, begun: false }
    }

    /// Begins a frame.
    fn begin(&mut self, input: &[u8], last: bool) -> Result<usize, Failure> {
        if input.len() < HEADER_BYTES_MAX && !last {
            return Ok(0);
        }
        if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = input {
            self.begun = true;
            self.skipped = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
            return Ok(SKIPPED_HEADER_BYTES);
        }
        let mut rest = input;
        self.decoder.init(&mut rest).map_err(|error| damaged("zstd", error))?;
        (self.open, self.begun) = (true, true);
        Ok(input.len() - rest.len())
    }

    /// Expands a block if it is there in full.
    fn block(&mut self, input: &[u8], last: bool) -> Result<usize, Failure> {
        let Some([a, b, c]) = input.first_chunk::<BLOCK_HEADER_BYTES>() else {
            return Ok(0);
        };
        let header = usize::try_from(u32::from_le_bytes([*a, *b, *c, 0])).unwrap_or(usize::MAX);
        let (final_block, kind, size) = (header & 1 == 1, header >> 1 & 3, header >> 3);
        // A block of one repeated byte holds that byte alone.
        let content = if kind == 1 { 1 } else { size };
        let after = if final_block { CHECKSUM_BYTES } else { 0 };
        if input.len() < BLOCK_HEADER_BYTES + content + after && !last {
            return Ok(0);
        }
        let mut rest = input;
        let strategy = BlockDecodingStrategy::UptoBlocks(1);
        let finished = self.decoder.decode_blocks(&mut rest, strategy).map_err(|error| damaged("zstd", error))?;
        self.open = !finished;
        Ok(input.len() - rest.len())
    }
}

impl Decode for Zstd {
    fn step(&mut self, input: &[u8], last: bool, output: &mut Vec<u8>) -> Result<usize, Failure> {
        if self.skipped > 0 {
            let taken = self.skipped.min(input.len());
            self.skipped -= taken;
            return Ok(taken);
        }
        if input.is_empty() {
            return Ok(0);
        }
        if !self.open {
            return self.begin(input, last);
        }
        let taken = self.block(input, last)?;
        if taken > 0 {
            output.extend_from_slice(&self.decoder.collect().unwrap_or_default());
        }
        if !self.open {
            let told = self.decoder.get_checksum_from_data();
            if told.is_some() && told != self.decoder.get_calculated_checksum() {
                return Err(damaged("zstd", "its checksum is another"));
            }
        }
        Ok(taken)
    }

    fn may_end(&self) -> bool {
        self.begun && !self.open && self.skipped == 0
    }
}

/// LZ4 frames. Their reader wants all input, so that is held back until the last.
pub(super) struct Lz4 {
    frames: Option<Lz4Frames<Cursor<Vec<u8>>>>,
    ended: bool,
}

impl Lz4 {
    pub(super) fn new() -> Self {
        Self { frames: None, ended: false }
    }
}

impl Decode for Lz4 {
    fn step(&mut self, input: &[u8], last: bool, output: &mut Vec<u8>) -> Result<usize, Failure> {
        if !last || self.ended {
            return Ok(0);
        }
        let frames = self.frames.get_or_insert_with(|| Lz4Frames::new(Cursor::new(input.to_vec())));
        let start = output.len();
        output.resize(start + STEP_BYTES, 0);
        let mut given = 0;
        while given == 0 && !self.ended {
            let place = frames.get_ref().position();
            given = frames.read(&mut output[start..]).map_err(|error| damaged("lz4", error))?;
            let (now, all) = (frames.get_ref().position(), frames.get_ref().get_ref());
            // Nothing is given at the end of a frame, after which another may follow.
            self.ended = given == 0 && now >= all.len() as u64;
            if self.ended && (now - place < END_MARK.len() as u64 || !closed(all)) {
                return Err(Failure::bad("the lz4 data ends too early: it is cut off"));
            }
            if given == 0 && !self.ended && now == place {
                return Err(damaged("lz4", "other data follows it"));
            }
        }
        output.truncate(start + given);
        Ok(input.len())
    }

    fn may_end(&self) -> bool {
        self.ended
    }
}

/// Whether data ends with the mark that ends a frame: a block of no length, and perhaps a checksum after it. The reader
/// takes a frame without it for whole.
fn closed(data: &[u8]) -> bool {
    let before_checksum = data.len().checked_sub(END_MARK.len() + CHECKSUM_BYTES);
    data.ends_with(&END_MARK) || before_checksum.and_then(|at| data.get(at..at + END_MARK.len())) == Some(&END_MARK)
}
