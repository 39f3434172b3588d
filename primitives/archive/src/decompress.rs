//! `data.decompress`.

use crate::CALL_BYTES_MAX;
use crate::expand::Expander;
use crate::format::{Format, LOOKED_AT};
use telos_pack::{Args, Failure, Out, Running};

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Decompress { prefix: Vec::new(), expander: None, piece: Vec::new() }))
}

struct Decompress {
    prefix: Vec<u8>,
    /// `None` until the form is known.
    expander: Option<Expander>,
    piece: Vec<u8>,
}

impl Decompress {
    fn settle(&mut self, out: &mut Out) -> Result<(), Failure> {
        let prefix = std::mem::take(&mut self.prefix);
        let expected = "expected gzip, zlib, bzip2, xz, zstd or lz4 data";
        match Format::of(&prefix) {
            Format::Compressed(compression) => self.expander = Some(Expander::new(compression)),
            Format::Zip | Format::Tar => {
                return Err(Failure::bad(format!("this is an archive of files, which is to be unpacked; {expected}")));
            }
            Format::Unknown => return Err(Failure::bad(format!("this is not compressed; {expected}"))),
        }
        self.take(&prefix, false, out).map(|_| ())
    }

    /// Expands what is there until enough is handed over for one call. Tells whether that was all.
    fn take(&mut self, chunk: &[u8], last: bool, out: &mut Out) -> Result<bool, Failure> {
        let Some(expander) = &mut self.expander else { return Ok(true) };
        expander.push(chunk)?;
        let mut made = 0;
        while expander.next(last, &mut self.piece)? {
            made += self.piece.len();
            out.bytes(0, std::mem::take(&mut self.piece));
            if made > CALL_BYTES_MAX {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Running for Decompress {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        if self.expander.is_some() {
            return self.take(chunk, false, out).map(|_| ());
        }
        self.prefix.extend_from_slice(chunk);
        if self.prefix.len() < LOOKED_AT { Ok(()) } else { self.settle(out) }
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        if self.expander.is_none() {
            self.settle(out)?;
        }
        if self.take(&[], true, out)? {
            return Ok(());
        }
        Err(Failure::Limit(format!(
            "the data expands to more than the {} MiB that can be handed over at once",
            CALL_BYTES_MAX >> 20
        )))
    }
}
