//! What an agent changed: looking at it, bringing it to the real files, dropping it.

use crate::gate::DecisionPoint;
use crate::outcome::Report;
use crate::person::Person;
use crate::run::Run;
use crate::telos::path_text;
use crate::undo::Permitted;
use crate::{SystemError, Telos};
use serde::Serialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use telos_abi::{ByteText, Effect, EffectKind, Facts, Grant, Label, Receipt, Resource, RunId, RunKind, Status, Taint};
use telos_guard::workspace::{Change, Entry, Operation, Workspace, operations};
use telos_host::Host;
use telos_policy::Permit;

/// Files up to this size are compared line by line.
const DIFF_BYTES_MAX: u64 = 1 << 20;

/// One path that differs.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeView {
    /// `created`, `modified`, `deleted` or `special` (a pipe, socket or device, which is never committed).
    pub kind: &'static str,
    /// The path on the host.
    pub path: ByteText,
    /// Whether the host's file changed after the run began.
    pub conflict: bool,
    /// The difference line by line, for text.
    pub diff: Option<String>,
}

impl ChangeView {
    /// The path with a letter before it, as version control systems print it.
    #[must_use]
    pub fn line(&self) -> String {
        let letter = match self.kind {
            "created" => 'A',
            "deleted" => 'D',
            "special" => '!',
            _ => 'M',
        };
        let conflict = if self.conflict { "  (changed here since)" } else { "" };
        format!("{letter} {}{conflict}", self.path)
    }
}

impl Telos {
    /// The run whose workspace is meant: the named one, or the newest that has one.
    ///
    /// # Errors
    /// When there is none.
    pub fn with_workspace(&self, prefix: Option<&str>) -> Result<RunId, SystemError> {
        let kept = self.runs_with_workspaces();
        self.choose(prefix, "workspace", |summary, _| kept.contains(&summary.run()))
    }

    /// What an agent changed, without the line-by-line differences.
    pub(crate) fn changes(&self, run: RunId) -> Result<Vec<ChangeView>, SystemError> {
        let workspace = self.open_workspace(run)?;
        let changes = workspace.changes().map_err(SystemError::room)?;
        Ok(changes.iter().map(|change| view(change, None)).collect())
    }

    /// What an agent changed, with differences line by line for text.
    ///
    /// # Errors
    /// When the run has no workspace or it cannot be read.
    pub fn diff(&self, run: RunId) -> Result<Vec<ChangeView>, SystemError> {
        let workspace = self.open_workspace(run)?;
        let changes = workspace.changes().map_err(SystemError::room)?;
        Ok(changes.iter().map(|change| view(change, line_diff(&workspace, change))).collect())
    }

    fn open_workspace(&self, run: RunId) -> Result<Workspace, SystemError> {
        if !self.runs_with_workspaces().contains(&run) {
            let why = String::from("it has no workspace: it changed nothing, was committed, or was dropped");
            return Err(SystemError::Unsuitable { run, why });
        }
        Workspace::open(&self.places().state, run).map_err(SystemError::room)
    }

    /// Whether an agent's run left a workspace, and no longer uses it.
    pub(crate) fn workspace_is_idle(&self, run: RunId) -> bool {
        self.open_workspace(run).is_ok()
    }

    pub(crate) fn drop_workspace(&self, run: RunId) -> Result<(), SystemError> {
        self.open_workspace(run)?.discard().map_err(SystemError::room)
    }

    /// Brings a workspace's changes to the real files: all, or those at or beneath `paths`.
    ///
    /// # Errors
    /// When the workspace or state cannot be used.
    pub fn commit(&self, target: RunId, paths: &[PathBuf], person: &dyn Person) -> Result<Report, SystemError> {
        let workspace = self.open_workspace(target)?;
        if workspace.is_direct() {
            let why = format!("it changed the directory itself, so there is nothing to commit; telos undo {target}");
            return Err(SystemError::Unsuitable { run: target, why });
        }
        let wanted: Vec<PathBuf> = paths.iter().map(|path| crate::telos::bytes_path(&self.resolve(path))).collect();
        let all = workspace.changes().map_err(SystemError::room)?;
        let chosen: Vec<Change> = all
            .iter()
            .filter(|change| wanted.is_empty() || wanted.iter().any(|path| change.path.starts_with(path)))
            .cloned()
            .collect();
        if chosen.is_empty() {
            return Ok(Report::words(Status::Done, "nothing in the workspace fits; nothing was committed"));
        }
        let conflicts = conflict_lines(&chosen);
        if !conflicts.is_empty() {
            let text = format!(
                "files changed here after the run began; nothing was committed\n  {}\ncommit the others by naming them, or run the program again",
                conflicts.join("\n  ")
            );
            return Ok(Report::words(Status::Refused, text));
        }
        let run = Run::begin(self, RunKind::Commit, vec![ByteText::from(target.to_string().as_str())], Some(target))?;
        let directory = path_text(workspace.directory());
        let grant = self.policy()?.apply(telos_policy::default_grant(&directory, &[]));
        // Whatever the agent wrote may have been influenced by everything it could read.
        let bringing = Bringing { workspace: &workspace, chosen: &chosen, grant: &grant, restoring: false };
        let mut report = self.bring(&bringing, &run, person)?;
        if report.status == Status::Done {
            report.text = format!("committed {}", changes_counted(chosen.len()));
        }
        run.note("commit", report.text.clone())?;
        report.run = Some(run.id().to_string());
        run.end(self, report.status, report.exit())?;
        if report.status == Status::Done && chosen.len() == all.len() {
            workspace.discard().map_err(SystemError::room)?;
        }
        Ok(report)
    }

    /// Drops an agent's workspace or restores what it changed directly, after undoing its commits, newest first.
    pub(crate) fn undo_agent(&self, target: RunId, person: &dyn Person) -> Result<Report, SystemError> {
        let mut said = Vec::new();
        let mut whole = Report::words(Status::Done, "");
        for commit in self.commits(target)? {
            let report = self.undo_changes(commit, person)?;
            whole.files_written.extend(report.files_written.iter().cloned());
            whole.files_removed.extend(report.files_removed.iter().cloned());
            whole.run.clone_from(&report.run);
            said.push(report.text.clone());
            if report.status != Status::Done {
                return Ok(Report { text: said.join("\n"), ..report });
            }
        }
        if self.runs_with_workspaces().contains(&target) {
            let report = self.undo_workspace(target, person)?;
            said.push(report.text.clone());
            whole.files_written.extend(report.files_written.iter().cloned());
            whole.files_removed.extend(report.files_removed.iter().cloned());
            whole = Report { files_written: whole.files_written, files_removed: whole.files_removed, ..report };
        }
        if said.is_empty() {
            said.push(format!("run {target} left no changes; nothing to undo"));
        }
        whole.text = said.join("\n");
        Ok(whole)
    }

    /// The commits of an agent's run that were not undone, newest first.
    fn commits(&self, target: RunId) -> Result<Vec<RunId>, SystemError> {
        let undone = self.runs_undone()?;
        let mut commits = Vec::new();
        for segment in self.log()?.segments()?.into_iter().rev() {
            let Ok(receipts) = self.receipts(segment.run) else { continue };
            if let Some(Receipt::Started { kind: RunKind::Commit, of: Some(of), .. }) = receipts.first()
                && *of == target
                && !undone.contains(&segment.run)
                && crate::history::may_have_changed(&receipts)
            {
                commits.push(segment.run);
            }
        }
        Ok(commits)
    }

    fn undo_workspace(&self, target: RunId, person: &dyn Person) -> Result<Report, SystemError> {
        let workspace = self.open_workspace(target)?;
        let chosen = workspace.restoration().map_err(SystemError::room)?;
        let run = Run::begin(self, RunKind::Undo, vec![ByteText::from(target.to_string().as_str())], Some(target))?;
        let conflicts = conflict_lines(&chosen);
        let mut report = if !workspace.is_direct() {
            let text = format!("dropped the workspace of run {target}; nothing in it had reached the files here");
            Report::words(Status::Done, text)
        } else if conflicts.is_empty() {
            let grant = self.whole_grant()?;
            let bringing = Bringing { workspace: &workspace, chosen: &chosen, grant: &grant, restoring: true };
            let mut report = self.bring(&bringing, &run, person)?;
            if report.status == Status::Done {
                report.text = format!("restored {} that run {target} changed", crate::undo::names(chosen.len()));
            }
            report
        } else {
            let text = format!(
                "run {target} cannot be undone: files changed since; nothing was touched\n  {}\nput them aside or back as the run left them, then undo again",
                conflicts.join("\n  ")
            );
            let mut report = Report::words(Status::Refused, text);
            report.rule = Some(telos_abi::Rule::P7);
            report
        };
        report.run = Some(run.id().to_string());
        run.note("undo", report.text.clone())?;
        run.end(self, report.status, report.exit())?;
        if report.status == Status::Done {
            workspace.discard().map_err(SystemError::room)?;
        }
        Ok(report)
    }

    /// Decides all changes together, then makes them on the host in order.
    fn bring(&self, bringing: &Bringing<'_>, run: &Run, person: &dyn Person) -> Result<Report, SystemError> {
        let recorder = run.recorder();
        let host = self.host(run)?;
        let Bringing { workspace, chosen, grant, restoring } = *bringing;
        let gate = DecisionPoint { policy: self.policy()?, grant, person, recorder: &*recorder };
        let operations = operations(chosen);
        let mut effects: Vec<(Effect, Facts)> =
            operations.iter().flat_map(|operation| effects(&host, operation)).collect();
        if restoring {
            // What stands there is what the run made, and it is kept once more.
            effects.iter_mut().for_each(|(_, facts)| facts.created_by_run = true);
        }
        // Whatever the agent wrote may have been influenced by everything it could read, and may hold it.
        let label = workspace.label().join(Label::tainted(Taint(Taint::AGENT.0 | Taint::FILE_CONTENT.0)));
        let mut permits = match gate.permit_all(&effects, label)? {
            Permitted::Yes(permits) => permits.into_iter(),
            Permitted::No { rule, reason } => {
                let mut report = Report::words(Status::Refused, reason);
                report.rule = Some(rule);
                return Ok(report);
            }
        };
        let mut report = Report::words(Status::Done, "");
        for operation in &operations {
            let count = effects_of(operation).len();
            let own: Vec<Permit> = permits.by_ref().take(count).collect();
            if let Err(error) = perform(&host, workspace, operation, own, label) {
                report.status = Status::Failed;
                report.text =
                    format!("{error}; the changes before it were made and can be undone: telos undo {}", run.id());
                break;
            }
            let path = path_text(operation.path());
            match operation {
                Operation::Delete { .. } | Operation::RemoveDirectory { .. } => report.files_removed.push(path),
                _ => report.files_written.push(path),
            }
        }
        Ok(report)
    }
}

/// Changes to be made on the host.
#[derive(Clone, Copy)]
struct Bringing<'a> {
    workspace: &'a Workspace,
    chosen: &'a [Change],
    grant: &'a Grant,
    /// Whether this takes back what a run did.
    restoring: bool,
}

fn conflict_lines(chosen: &[Change]) -> Vec<String> {
    chosen.iter().filter(|change| change.conflict).map(|change| view(change, None).line()).collect()
}

fn changes_counted(count: usize) -> String {
    if count == 1 { String::from("1 change") } else { format!("{count} changes") }
}

/// The effects of an operation: what it does, and the permission bits it sets afterwards.
fn effects_of(operation: &Operation) -> Vec<Effect> {
    let mut effects = vec![operation.effect()];
    if matches!(operation, Operation::Write { .. } | Operation::MakeDirectory { .. }) {
        effects.push(Effect { kind: EffectKind::FileMeta, resource: Resource::Path(path_text(operation.path())) });
    }
    effects
}

fn effects(host: &Host, operation: &Operation) -> Vec<(Effect, Facts)> {
    let located = host.inspect(&path_text(operation.path())).ok();
    effects_of(operation)
        .into_iter()
        .map(|effect| {
            let new = Facts { undoable: true, ..Facts::default() };
            let facts = located.as_ref().map_or(new, |located| host.facts(located, effect.kind));
            // Permission bits are journalled with the bits before, and come back with the file.
            let facts = if effect.kind == EffectKind::FileMeta {
                Facts { undoable: true, created_by_run: true, ..facts }
            } else {
                facts
            };
            (effect, facts)
        })
        .collect()
}

fn perform(
    host: &Host,
    workspace: &Workspace,
    operation: &Operation,
    permits: Vec<Permit>,
    label: Label,
) -> Result<(), SystemError> {
    let path = path_text(operation.path());
    let located = host.inspect(&path).map_err(SystemError::room)?;
    let mut permits = permits.into_iter();
    let Some(permit) = permits.next() else {
        return Err(SystemError::Room(format!("{path}: no permit was given")));
    };
    match operation {
        Operation::Delete { .. } | Operation::RemoveDirectory { .. } => {
            host.delete(permit, &located).map_err(SystemError::room)
        }
        Operation::MakeDirectory { mode, .. } => {
            host.make_directory(vec![permit], &located).map_err(SystemError::room)?;
            set_mode(host, &path, *mode, permits.next())
        }
        Operation::Write { mode, .. } => {
            let mut content = workspace.content(operation.path()).map_err(SystemError::room)?;
            let mut prepared = host.prepare_write(&located).map_err(SystemError::room)?;
            std::io::copy(&mut content, &mut prepared).map_err(SystemError::file(operation.path()))?;
            prepared.resemble(&content).map_err(SystemError::room)?;
            host.commit_write(permit, prepared, label).map_err(SystemError::room)?;
            set_mode(host, &path, *mode, permits.next())
        }
        Operation::MakeLink { target, .. } => host.make_link(permit, &located, target).map_err(SystemError::room),
        Operation::SetMode { mode, .. } => host.set_mode(permit, &located, *mode).map_err(SystemError::room),
    }
}

/// Sets permission bits if they differ; the permit is used up either way.
fn set_mode(host: &Host, path: &ByteText, mode: u32, permit: Option<Permit>) -> Result<(), SystemError> {
    let located = host.inspect(path).map_err(SystemError::room)?;
    let differs = located.meta().is_some_and(|meta| meta.mode & 0o7777 != mode & 0o7777);
    match permit {
        Some(permit) if differs => host.set_mode(permit, &located, mode).map_err(SystemError::room),
        _ => Ok(()),
    }
}

fn view(change: &Change, diff: Option<String>) -> ChangeView {
    let kind = match (&change.before, &change.after) {
        (_, Some(Entry::Special)) => "special",
        (None, _) => "created",
        (_, None) => "deleted",
        _ => "modified",
    };
    ChangeView { kind, path: path_text(&change.path), conflict: change.conflict, diff }
}

/// The difference line by line, if both sides are text of moderate size.
fn line_diff(workspace: &Workspace, change: &Change) -> Option<String> {
    let before = match &change.before {
        Some(Entry::File { size, .. }) if *size <= DIFF_BYTES_MAX => {
            read_text(std::fs::File::open(&change.path).ok()?)?
        }
        None => String::new(),
        _ => return None,
    };
    let after = match &change.after {
        Some(Entry::File { size, .. }) if *size <= DIFF_BYTES_MAX => read_text(workspace.content(&change.path).ok()?)?,
        None => String::new(),
        _ => return None,
    };
    let (from, to) = (shown(&change.path, "a"), shown(&change.path, "b"));
    Some(similar::TextDiff::from_lines(&before, &after).unified_diff().header(&from, &to).to_string())
}

fn shown(path: &Path, side: &str) -> String {
    format!("{side}{}", path_text(path))
}

fn read_text(file: std::fs::File) -> Option<String> {
    let mut text = String::new();
    file.take(DIFF_BYTES_MAX + 1).read_to_string(&mut text).ok()?;
    Some(text)
}
