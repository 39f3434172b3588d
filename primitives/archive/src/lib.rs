//! Pack `archive`: compressed data, and archives as bundles of files.
//!
//! Everything but zip streams: what was compressed is expanded piece by piece, and a tar archive is walked while it comes.
//! A zip archive tells at its end what is in it, so it is held whole. What expands is counted at every piece: a small input
//! that would become enormous is refused long before it has.
#![deny(unsafe_code)]

mod bundle;
mod compress;
mod decompress;
mod expand;
mod format;
mod list;
mod member;
mod name;
mod source;
mod tarball;
mod test;
mod time;
mod unpack;
mod write;
mod zipped;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::archive::descriptors,
    primitives: &[
        compress::start,
        decompress::start,
        list::start,
        unpack::start,
        member::start,
        test::start,
        bundle::to_zip,
        bundle::to_tar,
    ],
};

telos_pack::export_pack!(crate::PACK);

/// Bytes that one call hands over before it waits for the next: the host takes at most the size of a value at once, and
/// what is under way when this is reached is smaller than the difference.
const CALL_BYTES_MAX: usize = telos_pack::Held::BYTES_MAX - (12 << 20);

/// A writer that can be emptied while another holds on to it.
#[derive(Clone, Default)]
struct Shared(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

impl Shared {
    /// What was written since the last take.
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
