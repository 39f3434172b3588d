//! Commands that look: runs, why, verify, keys, capabilities, policy, doctor.

use crate::arguments::{CapCommand, GcArguments, PolicyCommand, RunChoice, RunsArguments, VerifyArguments};
use crate::console::Console;
use serde::Serialize;
use telos_surface::{Block, Scene, text};
use telos_system::{CapabilityView, SystemError, Telos, runs_scene};

fn table(console: Console, columns: &[&str], rows: Vec<Vec<String>>) {
    let columns = columns.iter().map(ToString::to_string).collect();
    let scene = Scene { blocks: vec![Block::Table { columns, rows, hidden: 0 }] };
    console.out(&text(&scene, console.style()));
}

/// `telos runs`.
pub(crate) fn runs(telos: &Telos, arguments: &RunsArguments, console: Console) -> Result<i32, SystemError> {
    let runs = telos.runs(arguments.limit)?;
    if console.json() {
        console.object(&runs);
        return Ok(0);
    }
    console.out(&text(&runs_scene(&runs), console.style()));
    Ok(0)
}

/// `telos why`.
pub(crate) fn why(telos: &Telos, arguments: &RunChoice, console: Console) -> Result<i32, SystemError> {
    let run = telos.choose(arguments.run.as_deref(), "run", |_, _| true)?;
    let lines = telos.why(run)?;
    if console.json() {
        console.object(&lines);
        return Ok(0);
    }
    console.line(&format!("run {run}"));
    lines.iter().for_each(|line| console.line(&line.to_string()));
    Ok(0)
}

/// `telos verify`. Exit 0 if nothing shows tampering, 4 otherwise.
pub(crate) fn verify(telos: &Telos, arguments: &VerifyArguments, console: Console) -> Result<i32, SystemError> {
    let found = telos.verify(arguments.log.as_deref(), arguments.key.as_deref(), arguments.head.as_deref())?;
    let code = if found.sound { 0 } else { 4 };
    if console.json() {
        console.object(&found);
        return Ok(code);
    }
    for finding in &found.findings {
        let mark = if finding.tampering { "TAMPERING" } else { "notice" };
        console.line(&format!("{mark}: {} at {}: {}", finding.kind, finding.place, finding.detail));
    }
    if found.findings_dropped > 0 {
        console.line(&format!("… and {} more findings", found.findings_dropped));
    }
    let verdict = if found.sound { "sound" } else { "NOT sound" };
    console.line(&format!(
        "{verdict}: {} records in {} segments, {} signed by {} checkpoints, {} segments pruned",
        found.records, found.segments, found.records_signed, found.checkpoints, found.pruned
    ));
    if let Some(head) = found.head {
        console.line(&format!("head: {head}"));
    }
    Ok(code)
}

/// `telos key export`.
pub(crate) fn export_key(telos: &Telos, console: Console) -> Result<i32, SystemError> {
    let key = telos.public_key()?;
    if console.json() {
        console.object(&serde_json::json!({ "public_key": key }));
    } else {
        console.line(key.trim_end());
    }
    Ok(0)
}

/// `telos gc`.
pub(crate) fn gc(telos: &Telos, arguments: &GcArguments, console: Console) -> Result<i32, SystemError> {
    let dropped = telos.gc(arguments.keep_days)?;
    if console.json() {
        console.object(&dropped);
    } else {
        console.line(&format!(
            "dropped the records of {} runs ({} bytes) and {} bytes of pre-images; the log stays verifiable",
            dropped.runs, dropped.log_bytes, dropped.pre_image_bytes
        ));
    }
    Ok(0)
}

/// `telos cap …`.
pub(crate) fn capabilities(telos: &Telos, command: &CapCommand, console: Console) -> Result<i32, SystemError> {
    match command {
        CapCommand::Ls => listed(&telos.capabilities()?, console),
        CapCommand::Search { words } => listed(&telos.search_capabilities(&words.join(" "))?, console),
        CapCommand::Show { name } => {
            let found = telos.capability(name)?;
            if console.json() {
                console.object(&found);
            } else {
                shown(&found, console);
            }
        }
        CapCommand::Verify { name } => {
            let checks = telos.check_capabilities(name.as_deref())?;
            let failed = checks.iter().any(|check| !check.ok);
            if console.json() {
                console.object(&checks);
            } else {
                for check in &checks {
                    let mark = if check.ok { "ok  " } else { "FAIL" };
                    console.line(&format!("{mark} {}: {}", check.name, check.found));
                }
            }
            return Ok(if failed { 4 } else { 0 });
        }
    }
    Ok(0)
}

fn listed(found: &[CapabilityView], console: Console) {
    if console.json() {
        console.object(&found);
        return;
    }
    let rows = found.iter().map(|one| {
        vec![
            one.name.clone(),
            one.version.to_string(),
            one.evidence.clone(),
            one.effects.join(" "),
            one.summary.clone(),
        ]
    });
    table(console, &["name", "version", "evidence", "effects", "what it does"], rows.collect());
}

fn shown(one: &CapabilityView, console: Console) {
    console.line(&format!("{} (version {})", one.name, one.version));
    console.line(&one.summary);
    console.line(&format!("id       {}", one.id));
    console.line(&format!("code     {}", one.code));
    console.line(&format!("evidence {}", one.evidence));
    console.line(&format!("bounds   {}", one.bounds));
    for port in &one.inputs {
        let optional = if port.required { "" } else { ", optional" };
        console.line(&format!("in       {}: {}{optional}. {}", port.name, port.ty, port.meaning));
    }
    for port in &one.outputs {
        console.line(&format!("out      {}: {}. {}", port.name, port.ty, port.meaning));
    }
    for effect in &one.effects {
        console.line(&format!("effect   {effect}"));
    }
}

/// `telos policy …`.
pub(crate) fn policy(telos: &Telos, command: &PolicyCommand, console: Console) -> Result<i32, SystemError> {
    match command {
        PolicyCommand::Check { files } => {
            let checked = telos.check_policy(files)?;
            let wrong = checked.iter().any(|file| file.ok == Some(false) || (file.ok.is_none() && !files.is_empty()));
            if console.json() {
                console.object(&checked);
            } else {
                for file in &checked {
                    let said = match (&file.ok, &file.problem) {
                        (None, _) => String::from("not there"),
                        (Some(true), _) => String::from("ok"),
                        (Some(false), problem) => problem.clone().unwrap_or_default(),
                    };
                    console.line(&format!("{}: {said}", file.file));
                }
            }
            Ok(if wrong { 2 } else { 0 })
        }
        PolicyCommand::Explain { kind, resource } => {
            let explained = telos.explain_policy(kind, resource)?;
            if console.json() {
                console.object(&Explained::from(&explained));
            } else {
                console.line(&explained.to_string());
            }
            Ok(0)
        }
    }
}

/// An explanation as JSON.
#[derive(Serialize)]
struct Explained {
    effect: String,
    verdict: String,
    rule: String,
    reason: String,
    considered: Vec<String>,
}

impl From<&telos_system::Explanation> for Explained {
    fn from(explained: &telos_system::Explanation) -> Self {
        Self {
            effect: explained.effect.to_string(),
            verdict: format!("{:?}", explained.verdict).to_lowercase(),
            rule: explained.rule.to_string(),
            reason: explained.reason.clone(),
            considered: explained
                .steps
                .iter()
                .map(|step| format!("{} ({}): {:?}: {}", step.stage, step.rule, step.verdict, step.why))
                .collect(),
        }
    }
}

/// `telos doctor`. Exit 0 if everything that `telos run` needs is there, 4 otherwise.
pub(crate) fn doctor(telos: &Telos, console: Console) -> Result<i32, SystemError> {
    let planes = telos.doctor()?;
    let missing = planes.iter().any(|plane| plane.required && !plane.available);
    if console.json() {
        console.object(&planes);
    } else {
        for plane in &planes {
            let mark = match (plane.available, plane.required) {
                (true, _) => "ok      ",
                (false, true) => "MISSING ",
                (false, false) => "optional",
            };
            console.line(&format!("{mark} {}: {}", plane.plane, plane.found));
            if let Some(fix) = &plane.fix {
                let label = if plane.required { "to mend it: " } else { "" };
                console.line(&format!("         {label}{fix}"));
            }
        }
    }
    Ok(if missing { 4 } else { 0 })
}
