//! Writing the members of a bundle below a directory.
//!
//! The bundle is spooled whole before anything is decided: every path it would write is asked about at once, each
//! consent is to the content shown, and a bundle that is refused anywhere has written nothing. Only then are the files
//! made, one at a time, so that neither memory nor open files grow with their number.

use super::changing::next;
use super::members::{Content, Members};
use super::{At, joined, path};
use crate::ports::Carried;
use crate::spool::Spool;
use crate::{Blob, Cause, HostCall, Sink, Step, StepError};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{ByteText, Digest, Effect, EffectKind, Facts, HandleKind, Label, PortIndex, Value};
use telos_host::{FileKind, PreparedWrite};
use telos_policy::Permit;

const FILES: PortIndex = PortIndex(0);
const COUNT: PortIndex = PortIndex(1);

/// `directory.fill`.
pub(super) struct Fill<'h> {
    at: At<'h>,
    directory: ByteText,
    /// Files that an interrupted run has written already.
    made: BTreeSet<ByteText>,
    /// While the bundle streams.
    incoming: Option<(Spool<'static>, Members)>,
    planned: Planned,
}

/// What is to be written, once the bundle is whole.
#[derive(Default)]
struct Planned {
    bundle: Option<Blob>,
    /// Directories to make, outermost first.
    makes: Vec<ByteText>,
    /// Files to write, in the bundle's order.
    writes: Vec<Write>,
    /// Every file of the bundle, in its order.
    files: Vec<ByteText>,
}

struct Write {
    path: ByteText,
    /// Where in the bundle its content is.
    at: u64,
    size: u64,
    digest: Digest,
}

impl<'h> Fill<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let located = at.look(&path(call, 1)?)?;
        if !matches!(located.kind(), None | Some(FileKind::Directory)) {
            return Err(format!("{} is not a directory", located.path()).into());
        }
        Ok(Self {
            at,
            directory: located.path(),
            made: call.made(),
            incoming: Some((Spool::new(call.scratch().to_path_buf()), Members::new())),
            planned: Planned::default(),
        })
    }

    /// The effects of making a directory and what is missing above it.
    fn make(&self, path: &ByteText, makes: &mut BTreeMap<ByteText, (Effect, Facts)>) -> Result<(), StepError> {
        let located = self.at.look(path)?;
        if !matches!(located.kind(), None | Some(FileKind::Directory)) {
            return Err(format!("{path} is there and is not a directory; nothing was written").into());
        }
        stays(path, &located.path())?;
        for effect in located.directory_effects() {
            if let telos_abi::Resource::Path(missing) = &effect.resource {
                makes.insert(missing.clone(), self.at.facts(&located, effect.clone()));
            }
        }
        Ok(())
    }

    fn write(&self, path: &ByteText) -> Result<(Effect, Facts), StepError> {
        let located = self.at.look(path)?;
        if !matches!(located.kind(), None | Some(FileKind::File)) {
            return Err(format!("{path} is there and is not a regular file; nothing was written").into());
        }
        stays(path, &located.path())?;
        Ok(self.at.facts(&located, located.write_effect()?))
    }
}

/// Refuses a name that a link leads elsewhere: who chose the directory did not choose that place.
fn stays(wanted: &ByteText, real: &ByteText) -> Result<(), StepError> {
    if wanted == real {
        return Ok(());
    }
    Err(format!("{wanted} is or lies behind a link to {real}; nothing was written").into())
}

/// The directories that a member's name passes through, outermost first.
fn above(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = name.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    slashes.map(|(at, _)| &name[..at])
}

fn twice(name: &[u8]) -> StepError {
    let name = String::from_utf8_lossy(name);
    format!("the bundle holds {name} more than once, or as a file and a directory; nothing was written").into()
}

impl Step for Fill<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, chunk: &[u8]) -> Result<(), StepError> {
        let (spool, members) = self.incoming.as_mut().ok_or("the bundle is over")?;
        members.push(chunk)?;
        spool.write(chunk).map_err(|error| Carried(Cause::Spool(error)).into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let (spool, members) = self.incoming.take().ok_or("the bundle is over")?;
        let members = members.finish()?;
        let mut directories: BTreeSet<&[u8]> = BTreeSet::new();
        let mut names: BTreeSet<&[u8]> = BTreeSet::new();
        for member in &members {
            directories.extend(above(&member.name));
            match member.content {
                Content::Directory => {
                    directories.insert(&member.name);
                }
                Content::File { .. } => {
                    if !names.insert(&member.name) {
                        return Err(twice(&member.name));
                    }
                }
            }
        }
        if let Some(both) = names.intersection(&directories).next() {
            return Err(twice(both));
        }
        let mut makes = BTreeMap::new();
        self.make(&self.directory, &mut makes)?;
        for name in directories {
            self.make(&joined(&self.directory, name), &mut makes)?;
        }
        let mut planned = Planned { bundle: Some(spool.finish()), ..Planned::default() };
        let mut writes = Vec::new();
        for member in &members {
            let Content::File { at, size, digest } = member.content else { continue };
            let path = joined(&self.directory, &member.name);
            planned.files.push(path.clone());
            if !self.made.contains(&path) {
                writes.push(self.write(&path)?);
                planned.writes.push(Write { path, at, size, digest });
            }
        }
        planned.makes = makes.keys().cloned().collect();
        self.planned = planned;
        Ok(makes.into_values().chain(writes).collect())
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn content_of(&self, effect: usize) -> Option<Digest> {
        let write = effect.checked_sub(self.planned.makes.len())?;
        self.planned.writes.get(write).map(|write| write.digest)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let Self { at, planned, .. } = *self;
        let bundle = planned.bundle.ok_or("the bundle is not whole")?;
        let mut permits = permits.into_iter();
        let mut done = 0;
        for path in &planned.makes {
            let permit = next(&mut permits)?;
            let located = at.look(path)?;
            // Another act of the same barrier may have made it: then its permit is simply not used.
            if located.kind().is_none() {
                at.host.make_directory(vec![permit], &located)?;
            }
            done += 1;
            out.done(done)?;
        }
        let mut chunk = vec![0; CHUNK_BYTES];
        for write in &planned.writes {
            let permit = next(&mut permits)?;
            let located = at.look_to_act(&write.path, EffectKind::FileOverwrite)?;
            let mut prepared = at.host.prepare_write(&located)?;
            pour(&bundle, write, &mut chunk, &mut prepared)?;
            // The permit carries the label of the bundle.
            at.host.commit_write(permit, prepared, Label::BOTTOM)?;
            done += 1;
            out.done(done)?;
        }
        let files = planned.files.into_iter().map(|path| Value::Handle(out.handle(HandleKind::File, path)));
        let files: Vec<Value> = files.collect();
        let count = i64::try_from(files.len())?;
        out.value(FILES, Value::List(files))?;
        out.value(COUNT, Value::Int(count))
    }
}

/// Brings one member's content to its file.
fn pour(bundle: &Blob, write: &Write, chunk: &mut [u8], prepared: &mut PreparedWrite) -> Result<(), StepError> {
    let mut content = bundle.reader_at(write.at).take(write.size);
    loop {
        match content.read(chunk).map_err(|error| Carried(Cause::Spool(error)))? {
            0 => return Ok(()),
            read => prepared.write_all(&chunk[..read])?,
        }
    }
}
