//! What is here, for the planner: names, kinds, sizes, and the headers of tables. Read through the host, with permits.

use crate::glance;
use std::io::Read;
use telos_abi::{ByteText, Effect, Facts, Grant, Label, Resource, Timestamp};
use telos_host::{FileKind, Host, ListOptions, Located};
use telos_model::{Column, Entry, EntryKind, Surroundings};
use telos_policy::{Decision, Permit, Policy, Request, Subject, decide};

/// Entries that the planner is shown; more would not be matched by a person's words either.
const ENTRIES_MAX: usize = 4_000;
/// Directory nesting that the planner is shown.
const DEPTH_MAX: usize = 3;
/// Bytes of a file that are looked at for its header.
const HEAD_BYTES: u64 = 64 << 10;

/// The directory of a turn.
pub(crate) struct Here<'a> {
    pub(crate) host: &'a Host,
    pub(crate) policy: &'a Policy,
    pub(crate) grant: &'a Grant,
    pub(crate) directory: &'a ByteText,
    pub(crate) home: &'a ByteText,
}

impl Here<'_> {
    /// A permit, if the policy gives one unasked: the planner's look around never asks anybody.
    fn permit(&self, effect: &Effect) -> Option<Permit> {
        permit(self.policy, self.grant, effect)
    }

    fn list(&self, recursive: bool) -> Option<Vec<Entry>> {
        let located = self.host.inspect(self.directory).ok()?;
        let permit = self.permit(&located.list_effect().ok()?)?;
        let options = ListOptions { recursive, hidden: false, entries_max: ENTRIES_MAX, depth_max: DEPTH_MAX };
        let listing = self.host.list(permit, &located, options).ok()?;
        let entries = listing.entries.into_iter().filter_map(|listed| {
            // A name that is not UTF-8 cannot be typed as part of a phrase.
            let path = String::from_utf8(listed.path.0).ok()?;
            entry(path, listed.kind, listed.size, listed.mtime_ns)
        });
        Some(entries.collect())
    }

    /// The first bytes of a file, unless its content is secret: a planner does not look into those.
    fn head(&self, path: &str) -> Option<Vec<u8>> {
        let located = self.located(path)?;
        let resource = Resource::Path(located.path());
        if self.policy.sensitivity(&resource) != Label::BOTTOM {
            return None;
        }
        let permit = self.permit(&located.read_effect().ok()?)?;
        let reader = self.host.read(permit, &located).ok()?;
        if reader.label().secrecy != telos_abi::Secrecy::PUBLIC {
            return None;
        }
        let mut head = Vec::new();
        reader.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
        Some(head)
    }

    fn located(&self, path: &str) -> Option<Located> {
        let path = telos_graph::path::join(self.directory, path.as_bytes()).ok()?;
        self.host.inspect(&path).ok()
    }
}

/// A permit for a look around, if the policy gives one unasked.
pub(crate) fn permit(policy: &Policy, grant: &Grant, effect: &Effect) -> Option<Permit> {
    let subject = Subject::Plan {
        authority: Label::BOTTOM,
        payload: Label::BOTTOM,
        control: Label::BOTTOM,
        history: Label::BOTTOM,
    };
    let request = Request { effect, subject, facts: Facts::default() };
    match decide(policy, grant, &request, crate::now()) {
        Decision::Permit(permit) => Some(permit),
        Decision::Ask(_) | Decision::Refuse(_) => None,
    }
}

fn entry(path: String, kind: FileKind, size_bytes: u64, mtime_ns: i128) -> Option<Entry> {
    let kind = match kind {
        FileKind::File => EntryKind::File,
        FileKind::Directory => EntryKind::Directory,
        _ => return None,
    };
    let modified = Timestamp(u64::try_from(mtime_ns / 1_000_000).unwrap_or(0));
    let size_bytes = if kind == EntryKind::Directory { 0 } else { size_bytes };
    Some(Entry { path, kind, size_bytes, modified })
}

impl Surroundings for Here<'_> {
    fn entries(&self) -> Vec<Entry> {
        // A tree with more entries than are shown still shows its top level.
        let mut entries = self.list(true).or_else(|| self.list(false)).unwrap_or_default();
        entries.sort_by_key(|entry| entry.path.matches('/').count());
        entries
    }

    fn lookup(&self, path: &str) -> Option<Entry> {
        // A `~` is the shell's to expand; in a phrase nobody did.
        let path = match path.strip_prefix("~/") {
            Some(beneath) => format!("{}/{beneath}", self.home.lossy()),
            None => path.to_owned(),
        };
        let located = self.located(&path)?;
        let meta = located.meta()?;
        entry(path, meta.kind, meta.size, meta.mtime_ns)
    }

    fn columns(&self, path: &str) -> Vec<Column> {
        self.head(path).map_or_else(Vec::new, |head| glance::columns(path, &head))
    }

    fn tables(&self, path: &str) -> Vec<(String, Vec<Column>)> {
        self.head(path).map_or_else(Vec::new, |head| glance::tables(path, &head))
    }

    fn keys(&self, path: &str) -> Vec<String> {
        self.head(path).map_or_else(Vec::new, |head| glance::keys(path, &head))
    }

    fn kind(&self, path: &str) -> Option<&'static str> {
        glance::kind(&self.head(path)?)
    }

    fn bookmarks(&self) -> Vec<(String, String)> {
        telos_execute::bookmarked(self.host, |effect| self.permit(effect))
    }

    fn remembered(&self) -> Vec<String> {
        telos_execute::remembered(self.host, |effect| self.permit(effect))
    }
}
