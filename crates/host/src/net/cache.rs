//! Answers that are kept for a while (RFC 9111, a private cache): what was fetched twice is asked once.
//!
//! 1. **The cache changes nothing of what is decided.** An answer is used under the permit that asking would need, and comes back
//!    with the label that it was kept with.
//! 2. **What a host gave to a known person is never kept**: no request with a cookie, no answer that sets one.
//! 3. **Losing entries is harmless.** One that cannot be read is none; the oldest go first.

use super::Url;
use crate::store::private_directory;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use telos_abi::Label;
use telos_abi::limit::{CACHE_BYTES_MAX, CACHE_ENTRIES_MAX, CACHE_ENTRY_BYTES_MAX, CACHE_S, CACHE_S_MAX};
use ureq::http::HeaderMap;

/// Longest head of an entry, in bytes.
const HEAD_BYTES_MAX: u64 = 16 << 10;

/// What is known of a kept answer. The first line of its file; the body follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// When it came or was last said to be good, in seconds since the Unix epoch.
    stored_s: u64,
    /// How long it counts as fresh from then.
    fresh_s: u64,
    /// By which the host knows it.
    etag: Option<String>,
    pub(super) label: Label,
}

impl Head {
    /// What may be kept of an answer to a request without cookies; nothing if it must not be.
    pub(super) fn of(answer: &HeaderMap, label: Label, now_s: u64) -> Option<Self> {
        let text = |name: &str| answer.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let directives: Vec<String> = text("cache-control")
            .flat_map(|value| value.split(','))
            .map(|part| part.trim().to_ascii_lowercase())
            .collect();
        let says = |name: &str| directives.iter().any(|directive| directive == name);
        let varies = text("vary").flat_map(|value| value.split(',')).any(|name| {
            let name = name.trim().to_ascii_lowercase();
            name == "*" || name == "cookie" || name == "authorization"
        });
        if says("no-store") || varies || answer.contains_key("set-cookie") || label.secrecy.0 != 0 {
            return None;
        }
        let seconds = |text: &str| text.trim_matches('"').parse::<u64>().ok();
        let age_s = text("age").next().and_then(seconds).unwrap_or(0);
        let most = directives.iter().find_map(|directive| directive.strip_prefix("max-age=")).and_then(seconds);
        let uncertain =
            says("no-cache") || directives.is_empty() && text("pragma").any(|value| value.contains("no-cache"));
        let fresh_s =
            if uncertain { 0 } else { most.map_or(CACHE_S, |most| most.saturating_sub(age_s)).min(CACHE_S_MAX) };
        let etag = text("etag").next().map(str::to_owned);
        (fresh_s > 0 || etag.is_some()).then_some(Self { stored_s: now_s, fresh_s, etag, label })
    }

    /// Whether it may be used unasked by someone who takes nothing older than `max_age_s`.
    fn is_fresh(&self, max_age_s: u64, now_s: u64) -> bool {
        now_s.checked_sub(self.stored_s).is_some_and(|age_s| age_s < self.fresh_s.min(max_age_s))
    }
}

/// A kept answer.
pub(super) struct Entry {
    pub(super) head: Head,
    /// At the beginning of the body.
    pub(super) body: File,
    pub(super) fresh: bool,
}

impl Entry {
    /// What the host is asked for instead, to be told that nothing has changed.
    pub(super) fn etag(&self) -> Option<&str> {
        self.head.etag.as_deref()
    }

    /// The entry's head from now on, where the host answered that nothing has changed; nothing if it is not to be kept.
    pub(super) fn renewed(&self, answer: &HeaderMap, now_s: u64) -> Option<Head> {
        let head = Head::of(answer, self.head.label, now_s)?;
        Some(Head { etag: head.etag.or_else(|| self.head.etag.clone()), ..head })
    }
}

/// The kept answers of one state directory.
pub(super) struct Cache {
    place: PathBuf,
}

impl Cache {
    pub(super) fn new(state: &Path) -> Self {
        Self { place: state.join("answers") }
    }

    fn path(&self, url: &Url) -> PathBuf {
        self.place.join(blake3::hash(url.as_str().as_bytes()).to_hex().as_str())
    }

    /// What is kept of `url`.
    pub(super) fn look(&self, url: &Url, max_age_s: u64, now_s: u64) -> Option<Entry> {
        let path = self.path(url);
        let mut reader = BufReader::new(File::open(&path).ok()?);
        let mut line = String::new();
        let read = std::io::Read::take(&mut reader, HEAD_BYTES_MAX).read_line(&mut line).ok()?;
        let head: Head = serde_json::from_str(&line).ok()?;
        let mut body = reader.into_inner();
        body.seek(SeekFrom::Start(read as u64)).ok()?;
        Some(Entry { fresh: head.is_fresh(max_age_s, now_s), head, body })
    }

    /// Begins to keep an answer of `url`. Nothing is kept where that is not possible.
    pub(super) fn keep(&self, url: &Url, head: &Head) -> Option<Keeping> {
        private_directory(&self.place).ok()?;
        self.make_room();
        let path = self.path(url);
        let nonce = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let unfinished = path.with_extension(format!("{}-{nonce}", std::process::id()));
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&unfinished).ok()?;
        let mut line = serde_json::to_vec(head).ok()?;
        line.push(b'\n');
        let written = file.write_all(&line);
        let keeping = Keeping { file, unfinished, path, left: CACHE_ENTRY_BYTES_MAX, whole: false };
        (written.is_ok() && line.len() as u64 <= HEAD_BYTES_MAX).then_some(keeping)
    }

    /// Removes the oldest entries until there is room for one more.
    fn make_room(&self) {
        let Ok(entries) = std::fs::read_dir(&self.place) else { return };
        let mut kept: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok()?;
                Some((meta.modified().ok()?, meta.len(), entry.path()))
            })
            .collect();
        kept.sort();
        let mut bytes: u64 = kept.iter().map(|(_, size, _)| size).sum();
        let mut count = kept.len();
        for (_, size, path) in kept {
            if count < CACHE_ENTRIES_MAX && bytes.saturating_add(CACHE_ENTRY_BYTES_MAX) <= CACHE_BYTES_MAX {
                return;
            }
            let _ = std::fs::remove_file(path);
            count -= 1;
            bytes -= size;
        }
    }
}

/// An answer that is being kept: gone unless it is finished.
pub(super) struct Keeping {
    file: File,
    unfinished: PathBuf,
    path: PathBuf,
    left: u64,
    whole: bool,
}

impl Keeping {
    /// Adds the next bytes; false once it is too large or cannot be written.
    pub(super) fn add(&mut self, bytes: &[u8]) -> bool {
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => {
                self.left = left;
                self.file.write_all(bytes).is_ok()
            }
            None => false,
        }
    }

    /// The answer came whole: from now on it is found.
    pub(super) fn finish(mut self) {
        self.whole = std::fs::rename(&self.unfinished, &self.path).is_ok();
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        if !self.whole {
            let _ = std::fs::remove_file(&self.unfinished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    const NOW: u64 = 1_700_000_000;

    fn head(headers: &[(&'static str, &str)]) -> Option<Head> {
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| {
            map.append(*name, value.parse().unwrap());
        });
        Head::of(&map, Label::BOTTOM, NOW)
    }

    #[test]
    fn the_host_says_how_long_an_answer_is_fresh() {
        let fresh = |headers: &[(&'static str, &str)]| head(headers).map(|head| head.fresh_s);
        assert_eq!(fresh(&[]), Some(CACHE_S));
        assert_eq!(fresh(&[("cache-control", "public, max-age=300"), ("age", "100")]), Some(200));
        assert_eq!(fresh(&[("cache-control", "max-age=99999999")]), Some(CACHE_S_MAX));
        assert_eq!(fresh(&[("cache-control", "no-cache"), ("etag", "\"a\"")]), Some(0));
        for never in [
            [("cache-control", "no-store")],
            [("cache-control", "no-cache")],
            [("cache-control", "max-age=0")],
            [("vary", "accept, Cookie")],
            [("set-cookie", "a=1")],
            [("pragma", "no-cache")],
        ] {
            assert_eq!(fresh(&never), None, "{never:?}");
        }
        let secret = Label::secret(telos_abi::Secrecy::CREDENTIAL);
        assert_eq!(Head::of(&HeaderMap::new(), secret, NOW), None, "secrets are not kept");
    }

    #[test]
    fn an_entry_is_found_whole_fresh_and_by_its_own_address_only() {
        let state = tempfile::tempdir().unwrap();
        let cache = Cache::new(state.path());
        let url = Url::parse("https://a.example/x?y=1").unwrap();
        let head = head(&[("etag", "\"v1\"")]).unwrap();
        let mut unfinished = cache.keep(&url, &head).unwrap();
        assert!(unfinished.add(b"half"));
        drop(unfinished);
        assert!(cache.look(&url, u64::MAX, NOW).is_none());
        let mut keeping = cache.keep(&url, &head).unwrap();
        assert!(keeping.add(b"one\n") && keeping.add(b"two"));
        keeping.finish();
        let mut entry = cache.look(&url, u64::MAX, NOW + CACHE_S - 1).unwrap();
        let mut body = String::new();
        entry.body.read_to_string(&mut body).unwrap();
        assert_eq!((body.as_str(), entry.fresh, entry.etag()), ("one\ntwo", true, Some("\"v1\"")));
        assert!(!cache.look(&url, u64::MAX, NOW + CACHE_S).unwrap().fresh);
        assert!(!cache.look(&url, 0, NOW).unwrap().fresh, "who takes nothing old is given nothing old");
        assert!(!cache.look(&url, u64::MAX, NOW - 1).unwrap().fresh, "a clock that went back proves nothing");
        assert!(cache.look(&Url::parse("https://a.example/x?y=2").unwrap(), u64::MAX, NOW).is_none());
        let mut large = cache.keep(&url, &head).unwrap();
        assert!((0..=16).any(|_| !large.add(&vec![0; 1 << 20])), "what is too large is given up");
    }

    #[test]
    fn the_oldest_make_room() {
        let state = tempfile::tempdir().unwrap();
        let cache = Cache::new(state.path());
        let head = head(&[]).unwrap();
        let url = |number: usize| Url::parse(&format!("https://a.example/{number}")).unwrap();
        for number in 0..CACHE_ENTRIES_MAX + 20 {
            let mut keeping = cache.keep(&url(number), &head).unwrap();
            assert!(keeping.add(b"x"));
            keeping.finish();
        }
        assert_eq!(std::fs::read_dir(state.path().join("answers")).unwrap().count(), CACHE_ENTRIES_MAX);
        assert!(cache.look(&url(CACHE_ENTRIES_MAX + 19), u64::MAX, NOW).is_some());
    }
}
