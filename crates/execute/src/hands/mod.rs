//! The host's primitives on the real host, by the names under which the registry describes them.

mod bookmarks;
mod bundling;
mod changing;
mod copying;
mod filling;
mod finding;
mod folders;
mod knowing;
mod members;
mod memory;
mod naming;
mod network;
mod reading;
mod records;
mod removing;
mod session;
mod sqlite;
mod state;

pub use bookmarks::bookmarked;
pub use memory::remembered;
pub use session::Asked;

use crate::{Hands, HostCall, Step, StepError};
use telos_abi::{ByteText, Effect, EffectKind, Facts, Handle, HandleKind, NodeIndex, Value};
use telos_host::{Host, Located};

/// How near texts are in meaning.
pub trait Nearness: Sync {
    /// For each text how near it is to the words, from 0 (has nothing to do with them) to 1 (is about them).
    fn of(&self, words: &str, texts: &[&str]) -> Vec<f32>;
}

/// Asks the person for what must be part of no plan, value or log.
pub trait Secrets: Sync {
    /// The password of `user` at `host`.
    ///
    /// # Errors
    /// Why there is none, and how to give it.
    fn password(&self, host: &str, user: &str) -> Result<String, String>;
}

/// Plans' hands on a [`Host`].
#[derive(Clone, Copy)]
pub struct HostHands<'h> {
    host: &'h Host,
    nearness: &'h dyn Nearness,
    secrets: &'h dyn Secrets,
    asked: Option<&'h Asked>,
}

impl<'h> HostHands<'h> {
    /// Hands that work through `host`, recall by `nearness` and log in with `secrets`.
    #[must_use]
    pub fn new(host: &'h Host, nearness: &'h dyn Nearness, secrets: &'h dyn Secrets) -> Self {
        Self { host, nearness, secrets, asked: None }
    }

    /// The same hands for one event of a session, which asks for this.
    #[must_use]
    pub fn asked(self, asked: &'h Asked) -> Self {
        Self { asked: Some(asked), ..self }
    }
}

impl Hands for HostHands<'_> {
    fn step<'a>(&'a self, call: &HostCall<'_>) -> Result<Box<dyn Step + 'a>, StepError> {
        let at = At { host: self.host, node: call.node };
        Ok(match call.primitive {
            "clock.today" => Box::new(knowing::Today::new(at)),
            "directory.bundle" => Box::new(bundling::Bundle::directory(at, call)?),
            "directory.delete" => Box::new(removing::DeleteTree::new(at, call)?),
            "directory.fill" => Box::new(filling::Fill::new(at, call)?),
            "directory.make" => Box::new(changing::MakeDirectory::new(at, call)?),
            "directory.move" => Box::new(changing::Move::into_directory(at, call, HandleKind::Directory)?),
            "directory.rename" => Box::new(changing::Move::to_name(at, call, HandleKind::Directory)?),
            "file.bundle" => Box::new(bundling::Bundle::files(at, call)?),
            "file.change-name" => Box::new(changing::Move::to_changed_name(at, call)?),
            "file.copy" => Box::new(copying::Copy::to_name(at, call)?),
            "file.copy-into" => Box::new(copying::Copy::into_directory(at, call)?),
            "file.delete" => Box::new(changing::Delete::new(at, call)?),
            "file.exists" => Box::new(knowing::Exists::new(at, call)?),
            "file.find" => Box::new(finding::Find::searching(at, call)?),
            "file.information" => Box::new(knowing::Information::new(at, call)?),
            "file.list" => Box::new(finding::Find::listing(at, call)?),
            "file.move" => Box::new(changing::Move::into_directory(at, call, HandleKind::File)?),
            "file.organise" => Box::new(changing::Move::into_folder(at, call)?),
            "file.read" => Box::new(reading::Read::one(at, call)?),
            "file.read-all" => Box::new(reading::Read::all(at, call)?),
            "file.rename" => Box::new(changing::Move::to_name(at, call, HandleKind::File)?),
            "file.window" => Box::new(reading::Window::new(at, call)?),
            "file.write" => Box::new(changing::Write::new(at, call)?),
            "http.get" | "web.open" => Box::new(network::Fetch::new(at, call)?),
            "http.headers" => Box::new(network::Headers::new(at, call)?),
            "http.post" => Box::new(network::Post::new(at, call)?),
            "memory.forget" => Box::new(memory::Revise::forget(at, self.nearness, call)?),
            "memory.list" => Box::new(memory::Recall::all(at, self.nearness)?),
            "memory.recall" => Box::new(memory::Recall::about(at, self.nearness, call)?),
            "memory.remember" => Box::new(memory::Revise::remember(at, self.nearness, call)?),
            "reader.files" | "reader.open" | "reader.table" => Box::new(session::Ask::new(self.asked, call)?),
            "sqlite.make" => Box::new(sqlite::Make::new(call)),
            "sqlite.query" => Box::new(sqlite::Read::query(call)?),
            "sqlite.schema" => Box::new(sqlite::Read::schema(call)),
            "sqlite.table" => Box::new(sqlite::Read::table(call)),
            "sqlite.tables" => Box::new(sqlite::Read::tables()),
            "state.read" => Box::new(state::ReadState::new(at, call)?),
            "state.write" => Box::new(state::WriteState::new(at, call)?),
            "stdin.read" => Box::new(reading::StandardInput::new(at)),
            "web.bookmark" => Box::new(bookmarks::Revise::keep(at, call)?),
            "web.bookmarks" => Box::new(bookmarks::List::new(at)?),
            "web.forget" => Box::new(bookmarks::Revise::forget(at, call)?),
            "web.log-in" => Box::new(network::LogIn::new(at, self.secrets, call)?),
            "web.log-out" => Box::new(network::LogOut::new(at, call)?),
            other => return Err(format!("this build has no host primitive `{other}`").into()),
        })
    }
}

/// Where a step works, and for whom.
///
/// Steps keep paths and look again when they act: a [`Located`] holds a directory open, and one run may delete more
/// files than a process may have open. What was decided is still what is done, because the host compares the permit
/// with the effect it is about to have.
#[derive(Clone, Copy)]
struct At<'h> {
    host: &'h Host,
    node: NodeIndex,
}

impl At<'_> {
    fn look(&self, path: &ByteText) -> Result<Located, StepError> {
        Ok(self.host.inspect(path)?.for_node(self.node))
    }

    fn facts(&self, located: &Located, effect: Effect) -> (Effect, Facts) {
        let facts = self.host.facts(located, effect.kind);
        (effect, facts)
    }

    /// A real path as it is called in the run's directory: relative to it, or without its first slash if it is elsewhere.
    /// Empty for the run's directory itself.
    fn view(&self, path: &ByteText) -> Result<Vec<u8>, StepError> {
        let here = self.look(&".".into())?.path();
        let beneath = match path.0.strip_prefix(here.as_bytes()) {
            Some([]) => Some(&[][..]),
            Some([b'/', beneath @ ..]) => Some(beneath),
            _ => None,
        };
        Ok(beneath.unwrap_or_else(|| path.0.strip_prefix(b"/").unwrap_or(&path.0)).to_vec())
    }

    /// Looks again before acting; tells the host anew which earlier content must be kept.
    fn look_to_act(&self, path: &ByteText, kind: EffectKind) -> Result<Located, StepError> {
        let located = self.look(path)?;
        let _ = self.host.facts(&located, kind);
        Ok(located)
    }
}

/// The path of the handle at an input.
fn path(call: &HostCall<'_>, input: usize) -> Result<ByteText, StepError> {
    match call.arguments.get(input).copied().flatten() {
        Some(Value::Handle(handle)) => known(call, *handle),
        _ => Err(format!("input {input} of `{}` is not a handle", call.primitive).into()),
    }
}

/// The paths of the handles in the list at an input.
fn paths(call: &HostCall<'_>, input: usize) -> Result<Vec<ByteText>, StepError> {
    let Some(Some(Value::List(items))) = call.arguments.get(input) else {
        return Err(format!("input {input} of `{}` is not a list", call.primitive).into());
    };
    let paths = items.iter().map(|item| match item {
        Value::Handle(handle) => known(call, *handle),
        _ => Err(format!("an item of input {input} of `{}` is not a handle", call.primitive).into()),
    });
    paths.collect()
}

fn known(call: &HostCall<'_>, handle: Handle) -> Result<ByteText, StepError> {
    let path = call.path(handle);
    path.ok_or_else(|| format!("`{}` was given an unknown handle", call.primitive).into())
}

/// `directory/name`.
fn joined(directory: &ByteText, name: &[u8]) -> ByteText {
    let mut path = directory.0.clone();
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    ByteText(path)
}
