//! Compressed data, expanded piece by piece.

mod block;
mod flate;
mod frame;
mod lzma;

use crate::format::Compression;
use std::fmt::Display;
use telos_pack::Failure;

/// Compressed bytes that wait to be expanded, at most.
const WAITING_BYTES_MAX: usize = telos_pack::Held::BYTES_MAX;
/// How many times larger than its input the output may be, beyond [`FREE_BYTES`].
pub(crate) const RATIO_MAX: u64 = 250;
/// Output that needs no justification by the input's size.
pub(crate) const FREE_BYTES: u64 = 128 << 20;
/// Bytes that a step of a decoder may give, about.
const STEP_BYTES: usize = 256 << 10;

/// Expands one form of compressed data.
trait Decode {
    /// Takes a part of `input` and appends what it gives, at most a few times [`STEP_BYTES`]. Tells how much it took. Where
    /// it neither takes nor gives anything it needs more input; `last` says that there is none.
    fn step(&mut self, input: &[u8], last: bool, output: &mut Vec<u8>) -> Result<usize, Failure>;

    /// Whether the data may end here.
    fn may_end(&self) -> bool;
}

/// Compressed data on its way through a decoder.
pub(crate) struct Expander {
    name: &'static str,
    decoder: Box<dyn Decode>,
    waiting: Vec<u8>,
    /// Bytes of `waiting` that were taken.
    taken: usize,
    came: u64,
    gave: u64,
}

impl Expander {
    pub(crate) fn new(compression: Compression) -> Self {
        let (name, decoder): (_, Box<dyn Decode>) = match compression {
            Compression::Gzip => ("gzip", Box::new(flate::Gzip::new())),
            Compression::Zlib => ("zlib", Box::new(flate::Zlib::new())),
            Compression::Bzip2 => ("bzip2", Box::new(block::Bzip2::new())),
            Compression::Xz => ("xz", Box::new(lzma::Xz::new())),
            Compression::Zstd => ("zstd", Box::new(frame::Zstd::new())),
            Compression::Lz4 => ("lz4", Box::new(frame::Lz4::new())),
        };
        Self { name, decoder, waiting: Vec::new(), taken: 0, came: 0, gave: 0 }
    }

    /// Takes a chunk, to be expanded by [`Expander::next`].
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.waiting.drain(..self.taken);
        self.taken = 0;
        if chunk.len() > WAITING_BYTES_MAX - self.waiting.len() {
            let most = WAITING_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("more than {most} MiB of {} data wait to be expanded", self.name)));
        }
        self.waiting.extend_from_slice(chunk);
        self.came += chunk.len() as u64;
        Ok(())
    }

    /// Expands a piece into `output`, which it empties first. `false` when there is nothing to be had without more input.
    pub(crate) fn next(&mut self, last: bool, output: &mut Vec<u8>) -> Result<bool, Failure> {
        output.clear();
        let input = &self.waiting[self.taken..];
        if input.is_empty() && !last {
            return Ok(false);
        }
        let taken = self.decoder.step(input, last, output)?;
        self.taken += taken;
        self.gave += output.len() as u64;
        if self.gave > FREE_BYTES + RATIO_MAX * self.came {
            return Err(Failure::Limit(format!(
                "this {} data expands to more than {RATIO_MAX} times its size; it was made to fill a memory",
                self.name
            )));
        }
        if taken > 0 || !output.is_empty() {
            return Ok(true);
        }
        if last && !(self.taken == self.waiting.len() && self.decoder.may_end()) {
            return Err(Failure::bad(format!("the {} data ends too early: it is cut off", self.name)));
        }
        Ok(false)
    }
}

/// Says that data is damaged.
fn damaged(name: &str, why: impl Display) -> Failure {
    Failure::bad(format!("the {name} data is damaged: {why}"))
}

/// Whether all of it is what programs fill up blocks with.
fn only_zeros(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
