//! `bundle.to-zip` and `bundle.to-tar`: bundles as archives for other programs.

use crate::Shared;
use crate::compress::Packer;
use crate::name::{Names, plain};
use crate::source::{Kind, Member, Visit};
use crate::tarball::{BLOCK, Tarball, padding};
use crate::{time, write};
use std::io::Write;
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

/// From this size on a file is described with 64 bits, in bytes.
const LARGE_BYTES: u64 = u32::MAX as u64;
/// Years that the times of a zip archive can be of.
const ZIP_YEARS: std::ops::RangeInclusive<u64> = 1980..=2107;

pub(crate) fn to_zip(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let made = Shared::default();
    let writer = Some(ZipWriter::new_stream(made.clone()));
    Ok(Box::new(Bundle::new(Zip { names: Names::default(), writer, made, waiting: Vec::new(), files: 0, bytes: 0 })))
}

pub(crate) fn to_tar(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let packer = Packer::new(&args.choice(1)?)?;
    Ok(Box::new(Bundle::new(Tar { names: Names::default(), packer, header: Vec::new(), size: 0, files: 0, bytes: 0 })))
}

/// Runs a [`Visit`] over the bundle that enters port 0.
struct Bundle<V> {
    tarball: Tarball,
    visit: V,
}

impl<V: Visit> Bundle<V> {
    fn new(visit: V) -> Self {
        Self { tarball: Tarball::new(), visit }
    }
}

impl<V: Visit> Running for Bundle<V> {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.tarball.push(chunk, &mut self.visit, out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.tarball.finish()?;
        self.visit.finish(out)
    }
}

/// The plain name of a member, which a bundle has once. `None` for the bundle's own root.
fn taken(names: &mut Names, member: &Member) -> Result<Option<String>, Failure> {
    if matches!(member.kind, Kind::Link | Kind::Other) {
        return Err(Failure::bad(format!(
            "`{}` is neither file nor directory; a bundle has nothing else",
            member.name
        )));
    }
    let name = plain(&member.name)?;
    if name.is_empty() {
        return Ok(None);
    }
    names.take(&name, member.kind == Kind::File)?;
    Ok(Some(name))
}

struct Zip {
    names: Names,
    writer: Option<ZipWriter<StreamWriter<Shared>>>,
    made: Shared,
    waiting: Vec<u8>,
    files: u64,
    bytes: usize,
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::Internal(format!("the archive could not be written: {error}"))
}

/// A time that zip archives can hold; the earliest of them for others.
fn dated(seconds: u64) -> DateTime {
    let clock = |unit: u64, of: u64| u8::try_from(seconds / unit % of).unwrap_or(0);
    let date = time::date(seconds / 86_400).filter(|(year, _, _)| ZIP_YEARS.contains(year));
    let told = date.and_then(|(year, month, day)| {
        let (year, month, day) = (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        DateTime::from_date_and_time(year, month, day, clock(3_600, 24), clock(60, 60), clock(1, 60)).ok()
    });
    told.unwrap_or_default()
}

impl Zip {
    fn flush(&mut self, least: usize, out: &mut Out) {
        self.waiting.append(&mut self.made.take());
        if self.waiting.len() >= least {
            out.bytes(0, std::mem::take(&mut self.waiting));
        }
    }
}

impl Visit for Zip {
    fn begin(&mut self, member: &Member, out: &mut Out) -> Result<bool, Failure> {
        let Some(name) = taken(&mut self.names, member)? else { return Ok(false) };
        let Some(writer) = &mut self.writer else { return Ok(false) };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(dated(member.seconds))
            .large_file(member.size >= LARGE_BYTES);
        let options = member.mode.map_or(options, |mode| options.unix_permissions(mode & 0o777));
        let is_file = member.kind == Kind::File;
        let begun = if is_file { writer.start_file(name, options) } else { writer.add_directory(name, options) };
        begun.map_err(internal)?;
        self.files += u64::from(is_file);
        self.flush(EMIT_BYTES, out);
        Ok(is_file)
    }

    fn data(&mut self, bytes: &[u8], out: &mut Out) -> Result<(), Failure> {
        if let Some(writer) = &mut self.writer {
            writer.write_all(bytes).map_err(internal)?;
        }
        self.flush(EMIT_BYTES, out);
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        if let Some(writer) = self.writer.take() {
            writer.finish().map_err(internal)?;
        }
        self.flush(0, out);
        out.count(1, self.files);
        Ok(())
    }

    fn made(&mut self) -> &mut usize {
        &mut self.bytes
    }
}

struct Tar {
    names: Names,
    packer: Packer,
    header: Vec<u8>,
    /// Size of the file that is under way.
    size: u64,
    files: u64,
    bytes: usize,
}

impl Visit for Tar {
    fn begin(&mut self, member: &Member, _: &mut Out) -> Result<bool, Failure> {
        let Some(name) = taken(&mut self.names, member)? else { return Ok(false) };
        let is_file = member.kind == Kind::File;
        self.header.clear();
        if is_file {
            self.files += 1;
            self.size = member.size;
            write::file(&mut self.header, &name, member.size, member.mode, member.seconds)?;
        } else {
            write::directory(&mut self.header, &name, member.mode, member.seconds)?;
        }
        self.packer.write(&self.header)?;
        Ok(is_file)
    }

    fn data(&mut self, bytes: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.packer.write(bytes)?;
        self.packer.flush(EMIT_BYTES, out);
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        self.packer.write(&[0; BLOCK][..padding(self.size)])
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.packer.write(&write::END)?;
        self.packer.end()?;
        self.packer.flush(0, out);
        out.count(1, self.files);
        Ok(())
    }

    fn made(&mut self) -> &mut usize {
        &mut self.bytes
    }
}
