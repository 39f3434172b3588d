//! What is here, for the planner: names, kinds, sizes, and the headers of tables. Read through the host, with permits.

use std::io::Read;
use telos_abi::{ByteText, Effect, Facts, Grant, Label, Resource, Timestamp};
use telos_host::{FileKind, Host, ListOptions, Located};
use telos_model::{Entry, EntryKind, Surroundings};
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
        let subject = Subject::Plan {
            authority: Label::BOTTOM,
            payload: Label::BOTTOM,
            control: Label::BOTTOM,
            history: Label::BOTTOM,
        };
        let request = Request { effect, subject, facts: Facts::default() };
        match decide(self.policy, self.grant, &request, crate::now()) {
            Decision::Permit(permit) => Some(permit),
            Decision::Ask(_) | Decision::Refuse(_) => None,
        }
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

/// Nesting of a JSON document that the planner is shown.
const KEYS_DEPTH_MAX: usize = 4;
/// Keys of a JSON document that the planner is shown.
const KEYS_MAX: usize = 256;

/// The paths of a document's keys as jq writes them: `database.host`, `[].name`, `limits."per minute"`. Of a list, the
/// first item speaks for all.
fn key_paths(value: &serde_json::Value, prefix: &str, depth: usize, out: &mut Vec<String>) {
    if depth > KEYS_DEPTH_MAX {
        return;
    }
    match value {
        serde_json::Value::Array(items) => {
            if let Some(first) = items.first().filter(|first| first.is_object()) {
                key_paths(first, &format!("{prefix}[]"), depth + 1, out);
            }
        }
        serde_json::Value::Object(fields) => {
            for (key, field) in fields.iter().take(KEYS_MAX.saturating_sub(out.len())) {
                let plain = !key.is_empty()
                    && !key.starts_with(|letter: char| letter.is_ascii_digit())
                    && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
                let name = if plain { key.clone() } else { serde_json::Value::from(key.as_str()).to_string() };
                let path = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                out.push(path.clone());
                key_paths(field, &path, depth + 1, out);
            }
        }
        _ => {}
    }
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

    fn columns(&self, path: &str) -> Vec<String> {
        let Some(head) = self.head(path) else { return Vec::new() };
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
        let count = |delimiter: u8| first.iter().filter(|byte| **byte == delimiter).count();
        let delimiter = [b',', b'\t', b';', b'|'].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(first);
        let record = reader.records().next().and_then(Result::ok);
        record.map(|record| record.iter().map(|name| name.trim().to_owned()).collect()).unwrap_or_default()
    }

    fn json_keys(&self, path: &str) -> Vec<String> {
        let Some(head) = self.head(path) else { return Vec::new() };
        let mut paths = Vec::new();
        if let Ok(value) = serde_json::from_slice::<serde_json::Value>(&head) {
            key_paths(&value, "", 0, &mut paths);
        }
        paths
    }
}
