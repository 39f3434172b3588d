//! `text.decode-window`: bytes from somewhere in a file as pieces of text with their offsets.
//!
//! A piece lies within one line and is as many bytes long as it was in the file, so that every character has an offset. Bytes
//! that are not UTF-8 are pieces of their own, each a replacement mark. Where a window begins within a character, the rest of
//! it is left out.

use telos_pack::{Args, Failure, Held, Out, Running};
use telos_table::write_row;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Window { offset: args.count(1)?, held: Held::new() }))
}

struct Window {
    /// Of the first byte.
    offset: u64,
    held: Held,
}

impl Running for Window {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let bytes = self.held.take();
        let feeds = memchr::memchr_iter(b'\n', &bytes).count();
        let skipped = match self.offset {
            0 if bytes.starts_with(BYTE_ORDER_MARK) => BYTE_ORDER_MARK.len(),
            0 => 0,
            _ => bytes.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count(),
        };
        let mut pieces = Pieces { table: b"offset,text,end\n".to_vec(), offset: self.offset + skipped as u64 };
        for line in bytes[skipped..].split_inclusive(|byte| *byte == b'\n') {
            let end = match line {
                [.., b'\r', b'\n'] => 2,
                [.., b'\n'] => 1,
                _ => 0,
            };
            pieces.line(&line[..line.len() - end], end);
        }
        out.bytes(0, pieces.table);
        out.count(1, feeds as u64);
        Ok(())
    }
}

struct Pieces {
    table: Vec<u8>,
    /// Of the next piece.
    offset: u64,
}

impl Pieces {
    /// A line, or a part of one if `end` is 0, with the length of its end.
    fn line(&mut self, mut line: &[u8], end: usize) {
        loop {
            let (good, bad) = match std::str::from_utf8(line) {
                Ok(text) => {
                    self.piece(text, text.len(), end);
                    self.offset += end as u64;
                    return;
                }
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            let text = std::str::from_utf8(&line[..good]).unwrap_or_default();
            if !text.is_empty() {
                self.piece(text, good, 0);
            }
            let length = bad.unwrap_or(line.len() - good);
            self.piece("\u{fffd}", length, 0);
            line = &line[good + length..];
        }
    }

    fn piece(&mut self, text: &str, bytes: usize, end: usize) {
        write_row(&mut self.table, [self.offset.to_string().as_str(), text, end.to_string().as_str()]);
        self.offset += bytes as u64;
    }
}
