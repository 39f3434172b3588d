//! Intents that are about earlier runs: what they did, why, and taking the last one back.

use crate::outcome::Report;
use crate::person::Person;
use crate::{RunSummary, SystemError, Telos};
use telos_abi::{RunKind, Status};
use telos_model::History;
use telos_surface::{Block, Scene};

/// Runs that are told of where nobody said how many.
const RUNS_SHOWN: usize = 20;

impl Telos {
    /// Does what `telos undo`, `telos runs` and `telos why` do for the newest run. With `plan_only`, undoing tells what
    /// would be undone.
    ///
    /// # Errors
    /// When the log cannot be read, or there is no such run.
    pub(crate) fn look_back(
        &self,
        asked: History,
        plan_only: bool,
        person: &dyn Person,
    ) -> Result<Report, SystemError> {
        match asked {
            History::Undo => {
                let run = self.undoable(None)?;
                if !plan_only {
                    let mut report = self.undo(run, person)?;
                    // Who asks for it wants something taken back.
                    let nothing = report.files_written.is_empty() && report.files_removed.is_empty();
                    if report.status == Status::Done && nothing {
                        report.status = Status::Refused;
                    }
                    return Ok(report);
                }
                let request = self.summary(run)?.request;
                Ok(Report::words(Status::Planned, format!("undo run {run}: {request}")))
            }
            History::List => {
                let runs = self.runs(RUNS_SHOWN)?;
                let result = serde_json::to_value(&runs).unwrap_or_default();
                Ok(told(runs_scene(&runs), result))
            }
            History::Explain => {
                let run = self.choose(None, "run to explain", |summary, _| summary.kind != RunKind::Undo)?;
                let lines = self.why(run)?;
                let result = serde_json::to_value(&lines).unwrap_or_default();
                let text = lines.iter().fold(format!("run {run}"), |text, line| format!("{text}\n{line}"));
                Ok(told(Scene { blocks: vec![Block::Text { text }] }, result))
            }
        }
    }
}

fn told(scene: Scene, result: serde_json::Value) -> Report {
    let mut report = Report::words(Status::Done, scene.to_string().trim_end());
    report.scene = scene;
    report.result = result;
    report
}

/// Runs as a table, in their order.
#[must_use]
pub fn runs_scene(runs: &[RunSummary]) -> Scene {
    let columns = ["run", "began (UTC)", "kind", "status", "changes", "request"].map(String::from).to_vec();
    let rows = runs.iter().map(|run| {
        let status = run.status.map_or_else(|| String::from("open"), |status| format!("{status:?}").to_lowercase());
        vec![
            run.id.clone(),
            clock(run.started_ms.0),
            format!("{:?}", run.kind).to_lowercase(),
            status,
            run.changes.to_string(),
            run.request.clone(),
        ]
    });
    Scene { blocks: vec![Block::Table { columns, rows: rows.collect(), hidden: 0 }] }
}

/// A time in UTC to the second.
fn clock(ms: u64) -> String {
    let at = i64::try_from(ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn times_are_dates() {
        assert_eq!(clock(0), "1970-01-01 00:00:00");
        assert_eq!(clock(1_709_164_799_999), "2024-02-28 23:59:59");
        assert_eq!(clock(1_709_164_800_000), "2024-02-29 00:00:00");
        assert_eq!(clock(u64::MAX), "");
    }
}
