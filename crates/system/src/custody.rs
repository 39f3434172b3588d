//! The log as evidence: keys, verification, retention.

use crate::telos::{path_text, read_if_present};
use crate::{SystemError, Telos, now};
use serde::Serialize;
use std::path::{Path, PathBuf};
use telos_trust::{Head, PUBLIC_KEY_TEXT_BYTES_MAX, PublicKeys, Retention, Severity, verify};

/// What verification found, for printing.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// The log that was read.
    pub log: String,
    /// Whether nothing shows tampering.
    pub sound: bool,
    /// Records read and correctly chained.
    pub records: u64,
    /// Of those, records under a valid signature.
    pub records_signed: u64,
    /// Segments read.
    pub segments: u64,
    /// Segments dropped by retention.
    pub pruned: u64,
    /// Checkpoints with valid signatures.
    pub checkpoints: u64,
    /// The newest checkpoint; kept elsewhere, it shows a later rollback.
    pub head: Option<String>,
    /// Findings, worst and first.
    pub findings: Vec<FoundLine>,
    /// Findings that are not listed.
    pub findings_dropped: u64,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub struct FoundLine {
    /// `edit`, `truncation`, `reorder`, `splice`, `fork`, `rollback`, …
    pub kind: String,
    /// Whether it shows tampering, or belongs to a log's ordinary life.
    pub tampering: bool,
    /// Where: run, record, byte; or the checkpoint.
    pub place: String,
    /// What exactly.
    pub detail: String,
}

/// What retention dropped.
#[derive(Clone, Debug, Serialize)]
pub struct Dropped {
    /// Runs whose records are gone.
    pub runs: usize,
    /// Bytes freed in the log.
    pub log_bytes: u64,
    /// Bytes of pre-images freed.
    pub pre_image_bytes: u64,
}

impl Telos {
    /// This user's public key, as `telos verify --key` takes it.
    ///
    /// # Errors
    /// When the keys cannot be opened or made.
    pub fn public_key(&self) -> Result<String, SystemError> {
        Ok(self.keys()?.public().to_string())
    }

    /// Checks a log offline. Without `log` and `key`, this machine's own.
    ///
    /// # Errors
    /// When the log or key cannot be read; tampering is no error but a finding.
    pub fn verify(
        &self,
        log: Option<&Path>,
        key: Option<&Path>,
        head: Option<&str>,
    ) -> Result<Verification, SystemError> {
        if let Some(log) = log.filter(|log| !log.is_dir()) {
            return Err(SystemError::Usage(format!("{}: no such directory", path_text(log))));
        }
        let log: PathBuf = log.map_or_else(|| self.places().log(), Path::to_path_buf);
        let keys = match key {
            None => self.keys()?.public().clone(),
            Some(path) => read_key(path)?,
        };
        let expected = match head {
            None => None,
            Some(text) => Some(Head::parse(text.trim()).ok_or_else(|| {
                SystemError::Usage(String::from("--head: not a head as `telos verify` prints it (telos-head-1 …)"))
            })?),
        };
        let report = verify(&log, &keys, expected.as_ref())?;
        Ok(Verification {
            log: path_text(&log).to_string(),
            sound: report.is_sound(),
            records: report.records,
            records_signed: report.records_signed,
            segments: report.segments,
            pruned: report.pruned,
            checkpoints: report.checkpoints,
            head: report.head.map(|head| head.to_string()),
            findings: report
                .findings
                .iter()
                .map(|finding| FoundLine {
                    kind: finding.kind.name().to_owned(),
                    tampering: finding.severity == Severity::Tampering,
                    place: finding.place.to_string(),
                    detail: finding.detail.clone(),
                })
                .collect(),
            findings_dropped: report.findings_dropped,
        })
    }

    /// Drops the records of runs older than `keep_days`; the chain stays verifiable.
    ///
    /// # Errors
    /// When the log cannot be read or signed.
    pub fn gc(&self, keep_days: u32) -> Result<Dropped, SystemError> {
        let age_ms = u64::from(keep_days) * 24 * 60 * 60 * 1000;
        let retention = Retention { age_ms_max: Some(age_ms), bytes_max: None };
        let kept = self.runs_with_workspaces();
        let report = self.log()?.gc(self.keys()?, &retention, now(), &|run| kept.contains(&run))?;
        let pre_image_bytes = self.drop_pre_images(age_ms)?;
        Ok(Dropped { runs: report.pruned.len(), log_bytes: report.bytes, pre_image_bytes })
    }
}

fn read_key(path: &Path) -> Result<PublicKeys, SystemError> {
    let file = path_text(path).to_string();
    let wrong = |cause: String| SystemError::PublicKey { file: file.clone(), cause };
    let limit = PUBLIC_KEY_TEXT_BYTES_MAX;
    let bytes = read_if_present(path, limit)?.ok_or_else(|| wrong(String::from("no such file")))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(String::from("not a public key: not text")))?;
    PublicKeys::parse(text).map_err(|error| wrong(error.to_string()))
}
