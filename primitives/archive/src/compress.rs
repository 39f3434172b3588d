//! `data.compress`.

use crate::Shared;
use bzip2::write::BzEncoder;
use flate2::write::{GzEncoder, ZlibEncoder};
use lz4_flex::frame::FrameEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::{self, Write};
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};

/// Preset of xz: its dictionary and the tables over it take some 50 MiB.
const XZ_PRESET: u32 = 4;
/// Bytes that become one Zstandard frame: the encoder wants all it is to know at once.
const FRAME_BYTES: usize = 4 << 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Compress { packer: Packer::new(&args.choice(1)?)? }))
}

struct Compress {
    packer: Packer,
}

impl Running for Compress {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.packer.write(chunk)?;
        self.packer.flush(EMIT_BYTES, out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.packer.end()?;
        self.packer.flush(0, out);
        Ok(())
    }
}

enum Encoder {
    /// Nothing is compressed.
    None,
    Gzip(GzEncoder<Shared>),
    Zlib(ZlibEncoder<Shared>),
    Bzip2(BzEncoder<Shared>),
    Xz(Box<XzWriter<Shared>>),
    Lz4(Box<FrameEncoder<Shared>>),
    /// What is not compressed yet, and whether a frame was written.
    Zstd(Vec<u8>, bool),
}

/// Data on its way through an encoder.
pub(crate) struct Packer {
    encoder: Encoder,
    made: Shared,
    waiting: Vec<u8>,
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::Internal(format!("the data could not be compressed: {error}"))
}

impl Packer {
    /// An encoder by the name of its form; `tar` for none.
    pub(crate) fn new(form: &str) -> Result<Self, Failure> {
        let made = Shared::default();
        let to = made.clone();
        let encoder = match form {
            "tar" => Encoder::None,
            "gzip" => Encoder::Gzip(GzEncoder::new(to, flate2::Compression::default())),
            "zlib" => Encoder::Zlib(ZlibEncoder::new(to, flate2::Compression::default())),
            "bzip2" => Encoder::Bzip2(BzEncoder::new(to, bzip2::Compression::best())),
            "xz" => Encoder::Xz(Box::new(XzWriter::new(to, XzOptions::with_preset(XZ_PRESET)).map_err(internal)?)),
            "lz4" => Encoder::Lz4(Box::new(FrameEncoder::new(to))),
            "zstd" => Encoder::Zstd(Vec::new(), false),
            other => return Err(Failure::Internal(format!("`{other}` is not a form of compressed data"))),
        };
        Ok(Self { encoder, made, waiting: Vec::new() })
    }

    /// Takes bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let result: io::Result<()> = match &mut self.encoder {
            Encoder::None => self.made.write_all(bytes),
            Encoder::Gzip(encoder) => encoder.write_all(bytes),
            Encoder::Zlib(encoder) => encoder.write_all(bytes),
            Encoder::Bzip2(encoder) => encoder.write_all(bytes),
            Encoder::Xz(encoder) => encoder.write_all(bytes),
            Encoder::Lz4(encoder) => encoder.write_all(bytes),
            Encoder::Zstd(held, _) => {
                held.extend_from_slice(bytes);
                Ok(())
            }
        };
        result.map_err(internal)?;
        if let Encoder::Zstd(held, begun) = &mut self.encoder {
            while held.len() >= FRAME_BYTES {
                let frame: Vec<u8> = held.drain(..FRAME_BYTES).collect();
                self.made.write_all(&compress_to_vec(frame.as_slice(), CompressionLevel::Fastest)).map_err(internal)?;
                *begun = true;
            }
        }
        Ok(())
    }

    /// Everything was taken.
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        match std::mem::replace(&mut self.encoder, Encoder::None) {
            Encoder::None => Ok(()),
            Encoder::Gzip(encoder) => encoder.finish().map(|_| ()).map_err(internal),
            Encoder::Zlib(encoder) => encoder.finish().map(|_| ()).map_err(internal),
            Encoder::Bzip2(encoder) => encoder.finish().map(|_| ()).map_err(internal),
            Encoder::Xz(encoder) => encoder.finish().map(|_| ()).map_err(internal),
            Encoder::Lz4(encoder) => encoder.finish().map(|_| ()).map_err(internal),
            Encoder::Zstd(held, begun) if begun && held.is_empty() => Ok(()),
            Encoder::Zstd(held, _) => {
                let frame = compress_to_vec(held.as_slice(), CompressionLevel::Fastest);
                self.made.write_all(&frame).map_err(internal)
            }
        }
    }

    /// Hands over what is made, if that is at least `least` bytes.
    pub(crate) fn flush(&mut self, least: usize, out: &mut Out) {
        self.waiting.append(&mut self.made.take());
        if self.waiting.len() >= least {
            out.bytes(0, std::mem::take(&mut self.waiting));
        }
    }
}
