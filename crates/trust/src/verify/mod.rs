//! Offline verification: what a stranger with the log's directory and the public key can tell.

mod chain;
mod segments;

use crate::error::LogError;
use crate::head::Head;
use crate::keys::PublicKeys;
use std::fmt;
use std::path::Path;
use telos_abi::RunId;

/// Most findings kept in one report; [`Report::findings_dropped`] counts the others.
pub const FINDINGS_MAX: usize = 10_000;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Bytes differ from what was chained or signed.
    Edit,
    /// Records, segments or checkpoints are missing.
    Truncation,
    /// Records, segments or checkpoints are not in their place.
    Reorder,
    /// Something of another log or segment was put in, or records were added after the end that was signed.
    Splice,
    /// Two checkpoints claim the same place.
    Fork,
    /// The log is older than something that proves a newer one existed.
    Rollback,
    /// Records that no checkpoint covers yet: chained, not signed.
    UnsignedTail,
    /// Signed by, or begun under, another key than the one given.
    ForeignKey,
    /// A write cut short by a kill or power cut.
    TornTail,
    /// Records dropped by retention, as a signed checkpoint says.
    Pruned,
    /// A file of a newer format, or that could not be read: nothing is known of it.
    Unreadable,
}

/// Whether a finding is part of a log's ordinary life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It is: runs go on, are killed, are pruned.
    Notice,
    /// It is not: somebody or something changed the log.
    Tampering,
}

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The log as a whole.
    Log,
    /// The file of checkpoints.
    Checkpoint {
        /// Index of the checkpoint.
        index: u64,
        /// Byte in the file.
        offset: u64,
    },
    /// A run's segment.
    Segment {
        /// The run.
        run: RunId,
        /// The record.
        seq: u64,
        /// Byte in the file.
        offset: u64,
    },
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// How serious.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What exactly, for a person.
    pub detail: String,
}

/// What verification found and counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Findings: checkpoints first, then segments from the oldest run on.
    pub findings: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`].
    pub findings_dropped: u64,
    /// Segments read.
    pub segments: u64,
    /// Segments dropped by retention.
    pub pruned: u64,
    /// Whole, correctly chained records read.
    pub records: u64,
    /// Of those, records a valid checkpoint covers.
    pub records_signed: u64,
    /// Checkpoints with valid signatures.
    pub checkpoints: u64,
    /// The newest of them. Keep it elsewhere: given as `expected` later, it shows a rollback.
    pub head: Option<Head>,
    tampering: u64,
}

impl Report {
    /// Whether nothing shows tampering. Notices do not count.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.tampering == 0
    }

    pub(crate) fn add(&mut self, kind: FindingKind, severity: Severity, place: Place, detail: String) {
        if severity == Severity::Tampering {
            self.tampering += 1;
        }
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { kind, severity, place, detail });
        } else {
            self.findings_dropped += 1;
        }
    }

    pub(crate) fn tampering(&mut self, kind: FindingKind, place: Place, detail: impl Into<String>) {
        self.add(kind, Severity::Tampering, place, detail.into());
    }

    pub(crate) fn notice(&mut self, kind: FindingKind, place: Place, detail: impl Into<String>) {
        self.add(kind, Severity::Notice, place, detail.into());
    }
}

/// Checks the log in `dir` against the public key, and against a head known from elsewhere if there is one. Reads
/// only; works on a copy. Runs may go on meanwhile: what they add while it reads is not looked at.
///
/// # Errors
/// When the directory or its checkpoints cannot be read at all. Whatever is wrong *in* the log is a finding.
pub fn verify(dir: &Path, keys: &PublicKeys, expected: Option<&Head>) -> Result<Report, LogError> {
    let mut report = Report::default();
    // Listed before the checkpoints are read: a segment finished in between is then covered, never suspect.
    let listed = segments::list(dir)?;
    // Where no run has left anything and no head is known there is nothing that could be missing.
    let chain = chain::check(dir, keys, expected, !listed.is_empty(), &mut report)?;
    segments::check(&listed, keys, &chain, &mut report)?;
    Ok(report)
}

impl FindingKind {
    /// Kebab-case name, for reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Truncation => "truncation",
            Self::Reorder => "reorder",
            Self::Splice => "splice",
            Self::Fork => "fork",
            Self::Rollback => "rollback",
            Self::UnsignedTail => "unsigned-tail",
            Self::ForeignKey => "foreign-key",
            Self::TornTail => "torn-tail",
            Self::Pruned => "pruned",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log => out.write_str("the log"),
            Self::Checkpoint { index, offset } => write!(out, "checkpoint {index} (byte {offset})"),
            Self::Segment { run, seq, offset } => {
                write!(out, "run {run}, record {seq} (byte {offset})")
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at {}: {}", self.kind.name(), self.place, self.detail)
    }
}
