//! One request, what must come of it, and whether it did.

use crate::desk::{Desk, Tree};
use serde::Deserialize;
use std::collections::BTreeSet;
use telos_abi::Status;
use telos_system::Report;

/// A line of the data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Case {
    pub(crate) batch: String,
    pub(crate) family: String,
    pub(crate) say: String,
    stdin: Option<String>,
    /// Requests that were made before this one.
    before: Vec<String>,
    ask: bool,
    pub(crate) askok: bool,
    choice: Option<String>,
    done: bool,
    number: Option<f64>,
    numbers: Vec<f64>,
    has: Vec<String>,
    lacks: Vec<String>,
    order: Vec<String>,
    once: Vec<String>,
    svg: bool,
    file: Option<String>,
    file_is: Option<String>,
    file_has: Vec<String>,
    file_lacks: Vec<String>,
    dir: Option<String>,
    /// More files that it may make or change, and directories below which it may.
    files: Vec<String>,
    gone: Vec<String>,
    unchanged: Vec<String>,
    any: Vec<Case>,
}

/// What came of a case. Each but the first says why.
pub(crate) enum Verdict {
    Right,
    /// Asked or abstained where it could have been done. Nothing happened.
    Asked(String),
    /// Refused or failed, and nothing happened.
    Failed(String),
    /// Something happened, or was answered, that was not asked for.
    Wrong(String),
}

pub(crate) fn judge(case: &Case, desk: &mut Desk, files: &str) -> Verdict {
    desk.lay(files);
    let before = desk.tree();
    for earlier in &case.before {
        desk.say(earlier, None);
    }
    let report = desk.say(&case.say, case.stdin.as_deref());
    let after = desk.tree();
    let story = || format!("{}\n{}", short(&report.text), plan(&report));
    if let Err(why) = untouched(case, &before, &after, report.status) {
        return Verdict::Wrong(format!("{why}\n{}", story()));
    }
    match report.status {
        Status::Done if case.ask => Verdict::Wrong(format!("it had to ask\n{}", story())),
        Status::Done => match holds(case, &report, &before, &after) {
            Ok(()) => Verdict::Right,
            Err(why) => Verdict::Wrong(format!("{why}\n{}", story())),
        },
        Status::Ask | Status::Refused if case.ask => match &case.choice {
            Some(choice) if !report.choices.contains(choice) => {
                Verdict::Asked(format!("“{choice}” is not offered\n{}", story()))
            }
            _ => Verdict::Right,
        },
        Status::Ask => Verdict::Asked(story()),
        _ => Verdict::Failed(story()),
    }
}

/// What no key of the case speaks of is as it was; if nothing was done, everything is.
fn untouched(case: &Case, before: &Tree, after: &Tree, status: Status) -> Result<(), String> {
    let done = status == Status::Done;
    let above = |made: &str, name: &str| made.starts_with(&format!("{name}/"));
    let spoken_of = |name: &String| {
        let alternatives = case.any.iter().chain([case]);
        let mut made = alternatives.flat_map(|case| case.file.iter().chain(&case.dir).chain(&case.files));
        let below = |made: &str| name.starts_with(&format!("{made}/"));
        let gone = case.any.iter().chain([case]).any(|case| case.gone.contains(name));
        done && (gone || made.any(|made| made == name || above(made, name) || below(made)))
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    match names.into_iter().find(|name| before.get(*name) != after.get(*name) && !spoken_of(name)) {
        Some(name) => Err(format!("“{name}” was touched")),
        None => Ok(()),
    }
}

fn holds(case: &Case, report: &Report, before: &Tree, after: &Tree) -> Result<(), String> {
    if !case.any.is_empty() {
        let held = case.any.iter().any(|case| holds(case, report, before, after).is_ok());
        return if held { Ok(()) } else { Err(String::from("none of the alternatives holds")) };
    }
    // A picture is told on a surface, and is in the result.
    let picture = report.result.as_str().filter(|text| text.contains("<svg"));
    if case.svg && picture.is_none() {
        return Err(String::from("no picture"));
    }
    outcome(case, picture.unwrap_or(&report.text))?;
    let wanted: Vec<f64> = case.number.into_iter().chain(case.numbers.iter().copied()).collect();
    if !wanted.is_empty() {
        let found = numbers(&report.text);
        let near = |left: f64, right: f64| (left - right).abs() <= 1e-9 * left.abs().max(1.0);
        let all = |these: &[f64], those: &[f64]| these.iter().all(|one| those.iter().any(|other| near(*one, *other)));
        if !all(&wanted, &found) || !all(&found, &wanted) {
            return Err(format!("numbers {found:?} instead of {wanted:?}"));
        }
    }
    files(case, before, after)
}

fn outcome(case: &Case, text: &str) -> Result<(), String> {
    if let Some(missing) = case.has.iter().find(|part| !text.contains(*part)) {
        return Err(format!("“{missing}” is missing"));
    }
    if let Some(extra) = case.lacks.iter().find(|part| text.contains(*part)) {
        return Err(format!("“{extra}” is too much"));
    }
    if let Some(often) = case.once.iter().find(|part| text.matches(*part).count() != 1) {
        return Err(format!("“{often}” is not there once"));
    }
    let mut rest = text;
    for part in &case.order {
        let Some(at) = rest.find(part) else { return Err(format!("“{part}” is not in its place")) };
        rest = &rest[at + part.len()..];
    }
    Ok(())
}

fn files(case: &Case, before: &Tree, after: &Tree) -> Result<(), String> {
    if let Some(name) = case.gone.iter().find(|name| after.contains_key(*name)) {
        return Err(format!("“{name}” is still there"));
    }
    if let Some(name) = case.unchanged.iter().find(|name| before.get(*name) != after.get(*name)) {
        return Err(format!("“{name}” changed"));
    }
    if let Some(name) = case.dir.as_ref().filter(|name| after.get(*name) != Some(&None)) {
        return Err(format!("there is no directory “{name}”"));
    }
    let Some(name) = &case.file else { return Ok(()) };
    let Some(Some(bytes)) = after.get(name) else { return Err(format!("there is no file “{name}”")) };
    let content = String::from_utf8_lossy(bytes);
    if let Some(wanted) = case.file_is.as_ref().filter(|wanted| **wanted != content) {
        return Err(format!("“{name}” holds {content:?} instead of {wanted:?}"));
    }
    if let Some(missing) = case.file_has.iter().find(|part| !content.contains(*part)) {
        return Err(format!("“{name}” lacks “{missing}”"));
    }
    match case.file_lacks.iter().find(|part| content.contains(*part)) {
        Some(extra) => Err(format!("“{name}” has “{extra}”")),
        None => Ok(()),
    }
}

/// The numbers in a text, each once.
fn numbers(text: &str) -> Vec<f64> {
    let words = text.split(|letter: char| letter.is_whitespace() || ",;|".contains(letter));
    let mut found: Vec<f64> = words.filter_map(|word| word.trim_end_matches(['.', ':']).parse().ok()).collect();
    found.sort_by(f64::total_cmp);
    found.dedup();
    found
}

fn short(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().take(5).map(|line| line.chars().take(110).collect()).collect();
    if text.lines().count() > lines.len() {
        lines.push(String::from("…"));
    }
    lines.join("\n")
}

fn plan(report: &Report) -> String {
    let nodes = report.plan.iter().flat_map(|plan| &plan.nodes);
    nodes
        .map(|node| format!("{} {}({})", node.node, node.capability, node.inputs.join(", ")))
        .collect::<Vec<_>>()
        .join("\n")
}
