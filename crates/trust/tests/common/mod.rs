//! What the tests of this room share.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use std::path::{Path, PathBuf};
use telos_abi::{Durability, RunId, Timestamp};
use telos_trust::{FindingKind, Keys, Log, Place, Report, Sealing, Severity, verify};

pub(crate) struct Bench {
    pub root: tempfile::TempDir,
    pub keys: Keys,
    pub log: Log,
}

pub(crate) fn run(number: u32) -> RunId {
    RunId { started_ms: 1_000 + u64::from(number), nonce: number }
}

pub(crate) fn open_keys(root: &Path) -> Keys {
    Keys::open_or_create(&root.join("keys"), &Sealing::KeyFile(root.join("sealing.key"))).unwrap()
}

impl Bench {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let keys = open_keys(root.path());
        let log = Log::open(&root.path().join("log")).unwrap();
        Self { root, keys, log }
    }

    /// A finished run whose payloads all differ.
    pub(crate) fn finished(&self, number: u32, records: u32) {
        let mut writer = self.log.begin(run(number), Timestamp(5), self.keys.id()).unwrap();
        for record in 0..records {
            writer.append(7, &payload(number, record), Durability::Batched).unwrap();
        }
        writer.finish(&self.keys, Timestamp(9)).unwrap();
    }

    pub(crate) fn segment(&self, number: u32) -> PathBuf {
        let name = format!("{}.seg", run(number));
        let closed = self.log.dir().join("segments").join(&name);
        if closed.exists() { closed } else { self.log.dir().join("open").join(name) }
    }

    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.log.dir().join("checkpoints")
    }

    pub(crate) fn verify(&self) -> Report {
        let expected = self.keys.signed_head(self.log.id()).unwrap();
        verify(self.log.dir(), self.keys.public(), expected.as_ref()).unwrap()
    }
}

pub(crate) fn payload(number: u32, record: u32) -> Vec<u8> {
    let mut out = format!("run {number} record {record} ").into_bytes();
    out.resize(out.len() + usize::try_from(record % 7).unwrap(), b'.');
    out
}

/// Where the records of a segment begin and end, from the format's documentation alone.
pub(crate) fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut out, mut at) = (Vec::new(), 160);
    while at < bytes.len() {
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let end = at + 26 + usize::try_from(length).unwrap() + 32;
        out.push((at, end));
        at = end;
    }
    out
}

/// The tampering found: kind and place.
pub(crate) fn tampering(report: &Report) -> Vec<(FindingKind, Place)> {
    let serious = report.findings.iter().filter(|finding| finding.severity == Severity::Tampering);
    serious.map(|finding| (finding.kind, finding.place)).collect()
}
