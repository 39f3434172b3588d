//! `telos do` and what shares its contract: undo, resume, commit.

use crate::arguments::{CommitArguments, DoArguments, PlanForm, ResumeArguments, RunChoice, SurfaceKind};
use crate::asking::Terminal;
use crate::console::Console;
use serde::Serialize;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use telos_abi::{ByteText, Status};
use telos_surface::Diagram;
use telos_system::{Intent, PlanView, Report, Stop, SystemError, Telos};

/// Paths listed under a report; `--json` and `telos why` have all.
const PATHS_SHOWN_MAX: usize = 40;

/// The JSON object of the contract.
#[derive(Serialize)]
pub(crate) struct Contract<'a> {
    status: Status,
    result: &'a serde_json::Value,
    text: &'a str,
    files_written: &'a [ByteText],
    files_removed: &'a [ByteText],
    plan: &'a Option<PlanView>,
    run: &'a Option<String>,
    rule: Option<String>,
    choices: &'a [String],
}

impl<'a> From<&'a Report> for Contract<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            status: report.status,
            result: &report.result,
            text: &report.text,
            files_written: &report.files_written,
            files_removed: &report.files_removed,
            plan: &report.plan,
            run: &report.run,
            rule: report.rule.map(|rule| rule.to_string()),
            choices: &report.choices,
        }
    }
}

impl<'a> Contract<'a> {
    /// What is printed when a command could not be carried out at all.
    pub(crate) const fn of_error(text: &'a str, status: Status) -> Self {
        const NOTHING: &[ByteText] = &[];
        Self {
            status,
            result: &serde_json::Value::Null,
            text,
            files_written: NOTHING,
            files_removed: NOTHING,
            plan: &None,
            run: &None,
            rule: None,
            choices: &[],
        }
    }
}

/// `telos do`.
pub(crate) fn intent(telos: &Telos, arguments: &DoArguments, console: Console) -> Result<i32, SystemError> {
    let words: Vec<String> = arguments.intent.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if arguments.intent.iter().any(|word| word.to_str().is_none()) {
        return Err(SystemError::Usage(String::from("the intent is not UTF-8; say it in text")));
    }
    let text = match &arguments.answer {
        Some(answer) => telos.with_answer(answer)?,
        None => words.join(" "),
    };
    if text.trim().is_empty() {
        return Err(SystemError::Usage(String::from(
            "the intent is empty; for example: telos do \"count lines in notes.txt\"",
        )));
    }
    let intent = Intent { text, plan_only: arguments.plan.is_some(), stdin_piped: stdin_is_data(), zone: zone() };
    let mut person = Terminal::new(console, arguments.yes, std::io::stderr().is_terminal());
    let prints = !console.json() && matches!(arguments.surface, SurfaceKind::Text);
    if prints {
        person = person.printing();
    }
    let stop = stop_on_signals()?;
    let report = telos.carry_out(&intent, &person, &stop);
    person.finish();
    let report = report?;
    if !console.json() && report.status == Status::Done {
        match arguments.surface {
            SurfaceKind::Text => person.outcome(&report),
            SurfaceKind::Web => console.line(&telos.write_page(&report, &intent.text)?),
            SurfaceKind::None => {}
        }
    }
    if let (false, Status::Planned, Some(form)) = (console.json(), report.status, arguments.plan) {
        plan(&report, form, &intent.text, console)?;
    }
    let code = told(&report, "wrote", console);
    if report.status == Status::Done {
        crate::ahead::begin(console);
    }
    Ok(code)
}

/// Prints a plan that is not run.
fn plan(report: &Report, form: PlanForm, words: &str, console: Console) -> Result<(), SystemError> {
    let style = console.style();
    // What is asked of earlier runs is answered without a plan.
    let diagram = report.diagram.as_ref().map(|diagram| Diagram { title: words.to_owned(), ..diagram.clone() });
    let text = match (form, &diagram) {
        (PlanForm::Graph | PlanForm::Svg, None) => return Err(SystemError::Usage(String::from(NO_GRAPH))),
        (PlanForm::Svg, Some(diagram)) => {
            Some(telos_surface::diagram_svg(diagram).ok_or_else(|| SystemError::Usage(String::from(TOO_LARGE)))?)
        }
        (PlanForm::Graph, Some(diagram)) => telos_surface::diagram_text(diagram, style),
        (PlanForm::Auto, Some(diagram)) if style.terminal => telos_surface::diagram_text(diagram, style),
        (PlanForm::Auto | PlanForm::List, _) => None,
    };
    match text {
        Some(text) => console.out(&text),
        None => console.line(&report.text),
    }
    Ok(())
}

/// Told where a graph is wanted of what has none.
const NO_GRAPH: &str = "this needs no plan, so there is no graph of it; use --plan alone";
/// Told where a graph has too many steps for a picture.
const TOO_LARGE: &str = "the plan is too large for a picture; use --plan=list";

/// `telos undo`.
pub(crate) fn undo(telos: &Telos, arguments: &RunChoice, console: Console) -> Result<i32, SystemError> {
    let run = telos.undoable(arguments.run.as_deref())?;
    let person = Terminal::new(console, arguments.yes, false);
    Ok(told(&telos.undo(run, &person)?, "restored", console))
}

/// `telos resume`.
pub(crate) fn resume(telos: &Telos, arguments: &ResumeArguments, console: Console) -> Result<i32, SystemError> {
    let run = telos.choose(arguments.run.as_deref(), "interrupted run", |summary, _| summary.status.is_none())?;
    let person = Terminal::new(console, arguments.yes, false);
    let report = telos.resume(run, &person, &stop_on_signals()?);
    person.finish();
    let report = report?;
    if !console.json() && report.status == Status::Done {
        person.outcome(&report);
    }
    Ok(told(&report, "wrote", console))
}

/// `telos commit`.
pub(crate) fn commit(telos: &Telos, arguments: &CommitArguments, console: Console) -> Result<i32, SystemError> {
    let run = telos.with_workspace(arguments.run.as_deref())?;
    let person = Terminal::new(console, arguments.yes, false);
    Ok(told(&telos.commit(run, &arguments.paths, &person)?, "wrote", console))
}

/// Prints what is left to say of a report and returns its exit code. `wrote` is the word for what is there now.
fn told(report: &Report, wrote: &str, console: Console) -> i32 {
    if console.json() {
        console.object(&Contract::from(report));
        return report.exit();
    }
    match report.status {
        Status::Done if report.scene.blocks.is_empty() && !report.text.is_empty() => console.story(&report.text),
        Status::Planned | Status::Done => {}
        _ => console.error(&report.text),
    }
    listed(wrote, &report.files_written, console);
    listed("removed", &report.files_removed, console);
    if let Some(run) = &report.run
        && !(report.files_written.is_empty() && report.files_removed.is_empty())
    {
        console.aside(&format!("undo with: telos undo {}", &run[run.len().saturating_sub(20)..]));
    }
    report.exit()
}

/// One line for each path, up to a screenful.
fn listed(word: &str, paths: &[ByteText], console: Console) {
    paths.iter().take(PATHS_SHOWN_MAX).for_each(|path| console.story(&format!("{word} {path}")));
    if paths.len() > PATHS_SHOWN_MAX {
        console.story(&format!("… {word} {} paths in all", paths.len()));
    }
}

/// Whether standard input carries data: a pipe or a file, not a terminal and not `/dev/null`.
pub(crate) fn stdin_is_data() -> bool {
    let Ok(stat) = rustix::fs::fstat(std::io::stdin()) else { return false };
    let kind = rustix::fs::FileType::from_raw_mode(stat.st_mode);
    matches!(kind, rustix::fs::FileType::Fifo | rustix::fs::FileType::RegularFile | rustix::fs::FileType::Socket)
}

/// The user's time zone: `TZ`, or what `/etc/localtime` points to.
pub(crate) fn zone() -> Option<String> {
    let named = std::env::var("TZ").ok().map(|zone| zone.trim_start_matches(':').to_owned());
    let linked = || {
        let target = std::fs::read_link("/etc/localtime").ok()?;
        Some(target.to_str()?.split_once("zoneinfo/")?.1.to_owned())
    };
    named.filter(|zone| !zone.is_empty() && !Path::new(zone).is_absolute()).or_else(linked)
}

/// A stop that Ctrl-C and a polite kill raise.
pub(crate) fn stop_on_signals() -> Result<Stop, SystemError> {
    let stop = Stop::new();
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // The second signal of a kind ends the process at once: a run that does not stop must not hold the terminal.
        let registered = signal_hook::flag::register_conditional_shutdown(signal, 130, stop.flag())
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop.flag())));
        registered.map_err(|error| SystemError::Room(format!("signals cannot be caught: {error}")))?;
    }
    Ok(stop)
}
