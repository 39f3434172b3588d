//! Members of an archive in any of its forms, one after the other.

use crate::CALL_BYTES_MAX;
use crate::expand::Expander;
use crate::format::{Format, LOOKED_AT};
use crate::tarball::Tarball;
use crate::zipped;
use telos_pack::{Failure, Held, Out, Running};

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Link,
    Other,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Link => "link",
            Self::Other => "other",
        }
    }
}

/// A member of an archive.
pub(crate) struct Member {
    /// Its name as it stands there; what is not UTF-8 is replaced.
    pub(crate) name: String,
    /// Bytes of its content.
    pub(crate) size: u64,
    /// When it was last changed, as RFC 3339; empty where that is not known.
    pub(crate) modified: String,
    /// The same in seconds since 1970; 0 where that is not known.
    pub(crate) seconds: u64,
    /// Permission bits, where they are known.
    pub(crate) mode: Option<u32>,
    pub(crate) kind: Kind,
}

/// Who visits the members of an archive.
pub(crate) trait Visit {
    /// A member begins. Tells whether its content is wanted.
    fn begin(&mut self, member: &Member, out: &mut Out) -> Result<bool, Failure>;

    /// The wanted content goes on.
    fn data(&mut self, bytes: &[u8], out: &mut Out) -> Result<(), Failure>;

    /// The wanted content ended.
    fn end(&mut self, out: &mut Out) -> Result<(), Failure>;

    /// Everything was visited.
    fn finish(&mut self, out: &mut Out) -> Result<(), Failure>;

    /// Bytes handed over in this call so far.
    fn made(&mut self) -> &mut usize;

    /// The archive is damaged as `failure` says. Tells it, unless the visitor is there to find that out.
    fn damaged(&mut self, failure: Failure) -> Result<(), Failure> {
        Err(failure)
    }
}

/// Runs a [`Visit`] over the archive that enters port 0.
pub(crate) struct Source<V> {
    visit: V,
    stage: Stage,
    over: bool,
}

enum Stage {
    /// Too few bytes to tell what it is.
    Unknown(Vec<u8>),
    Tar(Tarball),
    Compressed(Expander, Tarball, Vec<u8>),
    Zip(Held),
}

impl<V: Visit> Source<V> {
    pub(crate) fn new(visit: V) -> Self {
        Self { visit, stage: Stage::Unknown(Vec::new()), over: false }
    }

    /// Decides what the archive is, and takes the bytes that were looked at.
    fn settle(&mut self, out: &mut Out) -> Result<(), Failure> {
        let Stage::Unknown(prefix) = &mut self.stage else { return Ok(()) };
        let prefix = std::mem::take(prefix);
        self.stage = match Format::of(&prefix) {
            Format::Tar => Stage::Tar(Tarball::new()),
            Format::Compressed(compression) => {
                Stage::Compressed(Expander::new(compression), Tarball::new(), Vec::new())
            }
            Format::Zip => Stage::Zip(Held::new()),
            Format::Unknown => {
                return Err(Failure::bad("this is no archive: expected zip, tar, or a compressed tar such as tar.gz"));
            }
        };
        self.take(&prefix, out)
    }

    fn take(&mut self, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        match &mut self.stage {
            Stage::Unknown(prefix) => {
                prefix.extend_from_slice(chunk);
                if prefix.len() < LOOKED_AT { Ok(()) } else { self.settle(out) }
            }
            Stage::Tar(tarball) => tarball.push(chunk, &mut self.visit, out),
            Stage::Zip(held) => held.push(chunk),
            Stage::Compressed(expander, ..) => {
                expander.push(chunk)?;
                self.expand(false, out)
            }
        }
    }

    /// Walks on in what is expanded, until enough is handed over for one call.
    fn expand(&mut self, last: bool, out: &mut Out) -> Result<(), Failure> {
        let Stage::Compressed(expander, tarball, piece) = &mut self.stage else { return Ok(()) };
        while expander.next(last, piece)? {
            tarball.push(piece, &mut self.visit, out)?;
            if *self.visit.made() > CALL_BYTES_MAX {
                break;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.settle(out)?;
        self.expand(true, out)?;
        match &mut self.stage {
            Stage::Zip(held) => zipped::walk(held.take(), &mut self.visit, out),
            Stage::Tar(tarball) | Stage::Compressed(_, tarball, _) => {
                if *self.visit.made() > CALL_BYTES_MAX {
                    return Err(too_much());
                }
                tarball.finish()
            }
            Stage::Unknown(_) => Ok(()),
        }
    }

    /// Lets the visitor decide about a failure; nothing is read after one.
    fn guarded(&mut self, result: Result<(), Failure>) -> Result<(), Failure> {
        match result {
            Err(failure) => {
                self.over = true;
                self.visit.damaged(failure)
            }
            Ok(()) => Ok(()),
        }
    }
}

/// Says that an archive cannot be handed over in the calls that its size allows.
pub(crate) fn too_much() -> Failure {
    Failure::Limit(format!(
        "the archive holds more than the {} MiB that can be handed over at once; take single members out of it",
        CALL_BYTES_MAX >> 20
    ))
}

impl<V: Visit> Running for Source<V> {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        if self.over {
            return Ok(());
        }
        *self.visit.made() = 0;
        let result = self.take(chunk, out);
        self.guarded(result)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        if !self.over {
            *self.visit.made() = 0;
            let result = self.end(out);
            self.guarded(result)?;
        }
        self.visit.finish(out)
    }
}
