//! What the log says happened: runs, and the receipts of one.

use crate::codec::decode;
use crate::{SystemError, Telos};
use serde::Serialize;
use telos_abi::{Act, ByteText, Outcome, Receipt, RunId, RunKind, Status, Timestamp};

/// One run, as its receipts tell it.
#[derive(Clone, Debug, Serialize)]
pub struct RunSummary {
    /// Its id, as `telos why` takes it.
    pub id: String,
    /// What it was.
    pub kind: RunKind,
    /// When it began, milliseconds since the epoch.
    pub started_ms: Timestamp,
    /// The intent, or the program and its arguments.
    pub request: String,
    /// Where it began.
    pub directory: ByteText,
    /// How it ended; `None` while it goes on, or if it was killed.
    pub status: Option<Status>,
    /// Its exit code, once ended.
    pub exit: Option<i32>,
    /// Changes to the host that were made.
    pub changes: usize,
    /// The run that this one undoes, resumes or commits.
    pub of: Option<String>,
    #[serde(skip)]
    run: RunId,
}

impl RunSummary {
    /// Its id.
    #[must_use]
    pub const fn run(&self) -> RunId {
        self.run
    }

    fn read(run: RunId, receipts: &[Receipt]) -> Option<Self> {
        let Some(Receipt::Started { kind, at, request, directory, of, .. }) = receipts.first() else { return None };
        let ended = receipts.iter().rev().find_map(|receipt| match receipt {
            Receipt::Ended { status, exit, .. } => Some((*status, *exit)),
            _ => None,
        });
        Some(Self {
            id: run.to_string(),
            kind: *kind,
            started_ms: *at,
            request: request.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            directory: directory.clone(),
            status: ended.map(|(status, _)| status),
            exit: ended.map(|(_, exit)| exit),
            changes: changes(receipts).count(),
            of: of.map(|run| run.to_string()),
            run,
        })
    }
}

/// The acts that were done, in order.
pub(crate) fn changes(receipts: &[Receipt]) -> impl Iterator<Item = &Act> {
    receipts.iter().filter_map(|receipt| {
        let Receipt::Acted { act, outcome: Outcome::Done } = receipt else { return None };
        receipts.iter().find_map(|other| match other {
            Receipt::Intended { act: number, what, .. } if number == act => Some(what),
            _ => None,
        })
    })
}

/// Whether the run changed the host, or may have: an act that was begun counts until its receipt says it failed.
/// What was sent is no change here, and nothing takes it back.
pub(crate) fn may_have_changed(receipts: &[Receipt]) -> bool {
    let failed = |act: u64| {
        receipts.iter().any(
            |receipt| matches!(receipt, Receipt::Acted { act: number, outcome: Outcome::Failed(_) } if *number == act),
        )
    };
    receipts.iter().any(|receipt| match receipt {
        Receipt::Intended { act, what, .. } => !matches!(what, Act::Send { .. }) && !failed(*act),
        _ => false,
    })
}

impl Telos {
    /// The newest `limit` runs, newest first. Runs whose records were dropped by retention are left out.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn runs(&self, limit: usize) -> Result<Vec<RunSummary>, SystemError> {
        let mut found = Vec::new();
        for segment in self.log()?.segments()?.into_iter().rev() {
            if found.len() >= limit {
                break;
            }
            // A damaged segment is `verify`'s to report; the list shows what can be read.
            if let Ok(receipts) = self.receipts(segment.run)
                && let Some(summary) = RunSummary::read(segment.run, &receipts)
            {
                found.push(summary);
            }
        }
        Ok(found)
    }

    /// All receipts of a run, in order.
    ///
    /// # Errors
    /// When there is no such run, or a record is damaged or unreadable.
    pub fn receipts(&self, run: RunId) -> Result<Vec<Receipt>, SystemError> {
        let mut receipts = Vec::new();
        for record in self.log()?.read(run)? {
            let record = record?;
            receipts.push(decode(record.seq, &record.bytes)?);
        }
        Ok(receipts)
    }

    /// The run that `prefix` names, or the newest for which `fits` holds.
    ///
    /// # Errors
    /// When none or several fit.
    pub fn choose(
        &self,
        prefix: Option<&str>,
        what: &str,
        fits: impl Fn(&RunSummary, &[Receipt]) -> bool,
    ) -> Result<RunId, SystemError> {
        if let Some(prefix) = prefix {
            let found = self.log()?.find(prefix)?;
            return match found.as_slice() {
                [] => Err(SystemError::NoSuchRun(prefix.to_owned())),
                [run] => Ok(*run),
                several => Err(SystemError::AmbiguousRun { prefix: prefix.to_owned(), count: several.len() }),
            };
        }
        for segment in self.log()?.segments()?.into_iter().rev() {
            if let Ok(receipts) = self.receipts(segment.run)
                && let Some(summary) = RunSummary::read(segment.run, &receipts)
                && fits(&summary, &receipts)
            {
                return Ok(segment.run);
            }
        }
        Err(SystemError::NothingToDo(format!("there is no {what}; `telos runs` lists what there is")))
    }

    /// One run's summary.
    ///
    /// # Errors
    /// When there is no such run or it cannot be read.
    pub fn summary(&self, run: RunId) -> Result<RunSummary, SystemError> {
        let receipts = self.receipts(run)?;
        RunSummary::read(run, &receipts)
            .ok_or_else(|| SystemError::Unsuitable { run, why: String::from("its first receipt is missing") })
    }
}
