//! `archive.unpack`: an archive as a bundle.

use crate::name::{Names, plain};
use crate::source::{Kind, Member, Source, Visit};
use crate::tarball::{BLOCK, padding};
use crate::write;
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Source::new(Unpack {
        names: Names::default(),
        written: Vec::new(),
        size: 0,
        files: 0,
        skipped: 0,
        made: 0,
    })))
}

struct Unpack {
    names: Names,
    written: Vec<u8>,
    /// Size of the file that is under way.
    size: u64,
    files: u64,
    /// Links, devices and the like, which a bundle does not have.
    skipped: u64,
    made: usize,
}

impl Unpack {
    fn flush(&mut self, out: &mut Out) {
        self.made += self.written.len();
        out.bytes(0, std::mem::take(&mut self.written));
    }
}

impl Visit for Unpack {
    fn begin(&mut self, member: &Member, _: &mut Out) -> Result<bool, Failure> {
        if matches!(member.kind, Kind::Link | Kind::Other) {
            self.skipped += 1;
            return Ok(false);
        }
        let name = plain(&member.name)?;
        if name.is_empty() {
            return Ok(false);
        }
        let is_file = member.kind == Kind::File;
        self.names.take(&name, is_file)?;
        if is_file {
            self.files += 1;
            self.size = member.size;
            write::file(&mut self.written, &name, member.size, member.mode, member.seconds)?;
        } else {
            write::directory(&mut self.written, &name, member.mode, member.seconds)?;
        }
        Ok(is_file)
    }

    fn data(&mut self, bytes: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.written.extend_from_slice(bytes);
        if self.written.len() >= EMIT_BYTES {
            self.flush(out);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        self.written.extend_from_slice(&[0; BLOCK][..padding(self.size)]);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.written.extend_from_slice(&write::END);
        self.flush(out);
        out.count(1, self.files);
        out.count(2, self.skipped);
        Ok(())
    }

    fn made(&mut self) -> &mut usize {
        &mut self.made
    }
}
