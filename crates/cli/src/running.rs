//! `telos run` and `telos diff`.

use crate::arguments::{RunArguments, RunChoice};
use crate::asking::Terminal;
use crate::console::Console;
use telos_abi::Status;
use telos_system::{AgentReport, AgentRequest, SystemError, Telos};

/// Paths that differ, listed after a run.
const CHANGED_SHOWN_MAX: usize = 10;

/// `telos run`. Returns the program's own exit code.
pub(crate) fn run(telos: &Telos, arguments: RunArguments, console: Console) -> Result<i32, SystemError> {
    let person = Terminal::new(console, arguments.yes, false);
    let request = AgentRequest {
        argv: arguments.command,
        direct: arguments.direct,
        reads: arguments.read,
        writes: arguments.write,
        hosts: arguments.net,
        environment: std::env::vars_os().collect(),
        keep_variables: arguments.env,
        output_to_stderr: console.json(),
    };
    let report = telos.run_agent(&request, &person)?;
    if console.json() {
        console.object(&object(&report));
    } else {
        told(&report, console);
    }
    Ok(report.exit)
}

/// The object of the contract. The program's own output went to standard error.
fn object(report: &AgentReport) -> serde_json::Value {
    let status = if report.exit == 0 { Status::Done } else { Status::Failed };
    let changed = if report.workspace { "; changes wait in a workspace" } else { "" };
    serde_json::json!({
        "status": status,
        "result": report,
        "text": format!("the program ended with exit code {}{changed}", report.exit),
        "files_written": [],
        "files_removed": [],
        "plan": null,
        "run": report.run,
    })
}

fn told(report: &AgentReport, console: Console) {
    for refused in &report.refused {
        let times = if refused.times > 1 { format!(" ({} times)", refused.times) } else { String::new() };
        console.story(&format!("refused by {}: {}{times}", refused.rule, refused.reason));
    }
    if report.refused_unlisted > 0 {
        console.story(&format!("… and {} more refusals", report.refused_unlisted));
    }
    if !report.refused.is_empty() || report.exit != 0 {
        report.withheld_near.iter().for_each(|line| console.aside(line));
        let hidden = report.withheld.len() - report.withheld_near.len();
        if hidden > 0 {
            let places = if hidden == 1 { "1 sensitive place" } else { &format!("{hidden} sensitive places") };
            console.aside(&format!("{places} elsewhere hidden from the program; telos why {} lists them", report.run));
        }
    }
    if report.direct {
        let count = report.changed_count;
        console.aside(&format!("changed here: {count} paths; take them back with: telos undo {}", report.run));
    }
    if report.workspace {
        report.changed.iter().take(CHANGED_SHOWN_MAX).for_each(|line| console.aside(line));
        if report.changed_count > CHANGED_SHOWN_MAX {
            console.aside(&format!("… {} paths in all", report.changed_count));
        }
        let run = &report.run;
        console.aside(&format!(
            "nothing was changed here yet: telos diff {run} | telos commit --run {run} | telos undo {run}"
        ));
    }
}

/// `telos diff`.
pub(crate) fn diff(telos: &Telos, arguments: &RunChoice, console: Console) -> Result<i32, SystemError> {
    let run = telos.with_workspace(arguments.run.as_deref())?;
    let changes = telos.diff(run)?;
    if console.json() {
        console.object(&changes);
        return Ok(0);
    }
    for change in &changes {
        console.line(&change.line());
        if let Some(diff) = &change.diff {
            console.out(&telos_surface::printable(diff, true));
        }
    }
    Ok(0)
}
