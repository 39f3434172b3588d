//! A run as a sequence of steps, and what the host must look like between them.

use crate::HostError;
use crate::list::names_in;
use crate::locate::parent;
use crate::resume::journalled;
use crate::state::{Settled, classify, mode_of, observe, same};
use crate::undo::Conflict;
use std::collections::{BTreeMap, BTreeSet};
use telos_abi::{Act, Effect, EffectKind, FileState, Label, Outcome, PreImage, Receipt, Resource};

/// One change of one name; the least that can be taken back.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// What stands at the name changed. Several in a row on one name are one step.
    Change { path: Vec<u8>, before: FileState, after: FileState, pre_image: PreImage, label: Label },
    /// A name that was free got what stood at another.
    Move { from: Vec<u8>, to: Vec<u8>, moved: FileState, label: Label },
    /// Permission bits changed.
    Mode { path: Vec<u8>, before: u32, after: u32, label: Label },
}

impl Step {
    /// The names it touches.
    pub(crate) fn paths(&self) -> Vec<&[u8]> {
        match self {
            Self::Change { path, .. } | Self::Mode { path, .. } => vec![path],
            Self::Move { from, to, .. } => vec![from, to],
        }
    }

    /// The name that taking it back restores.
    pub(crate) fn restored_path(&self) -> &[u8] {
        match self {
            Self::Change { path, .. } | Self::Mode { path, .. } => path,
            Self::Move { from, .. } => from,
        }
    }

    pub(crate) fn label(&self) -> Label {
        match self {
            Self::Change { label, .. } | Self::Move { label, .. } | Self::Mode { label, .. } => *label,
        }
    }

    /// Whether there is anything to take back.
    pub(crate) fn changes_anything(&self) -> bool {
        match self {
            Self::Change { before, after, .. } => before != after,
            Self::Move { .. } => true,
            Self::Mode { before, after, .. } => before != after,
        }
    }

    /// The effects of taking it back.
    pub(crate) fn reverse_effects(&self) -> Vec<Effect> {
        let on = |kind, path: &[u8]| Effect { kind, resource: Resource::Path(path.into()) };
        match self {
            Self::Change { path, before, after, .. } => {
                let kind = match before {
                    FileState::Absent => EffectKind::FileDelete,
                    FileState::Directory { .. } => EffectKind::DirCreate,
                    FileState::Link { .. } => EffectKind::LinkCreate,
                    FileState::File { .. } if *after == FileState::Absent => EffectKind::FileCreate,
                    FileState::File { .. } => EffectKind::FileOverwrite,
                };
                vec![on(kind, path)]
            }
            Self::Move { from, to, .. } => vec![on(EffectKind::FileMove, to), on(EffectKind::FileCreate, from)],
            Self::Mode { path, .. } => vec![on(EffectKind::FileMeta, path)],
        }
    }
}

/// The steps of a run, and the acts that cannot be placed among them.
pub(crate) fn steps(receipts: &[Receipt]) -> Result<(Vec<Step>, Vec<Conflict>), HostError> {
    let mut steps = Steps::default();
    let mut conflicts = Vec::new();
    for known in journalled(receipts)?.into_values() {
        let happened = match (&known.outcome, &known.what) {
            (Some(Outcome::Failed(_)), _) => false,
            (_, Act::Send { to, .. }) => {
                conflicts
                    .push(Conflict { path: to.name.as_str().into(), why: "what was sent cannot be taken back".into() });
                false
            }
            (Some(Outcome::Done), _) => true,
            (None, what) => match classify(what) {
                Settled::Done => true,
                Settled::NotDone => false,
                Settled::InDoubt => {
                    // Taken as done: the comparison with the host then tells which name differs.
                    true
                }
            },
        };
        if happened {
            steps.push(known.what, known.label);
        }
    }
    Ok((steps.all, conflicts))
}

#[derive(Default)]
struct Steps {
    all: Vec<Step>,
    /// Where the latest mergeable change of a name is.
    latest: BTreeMap<Vec<u8>, usize>,
}

impl Steps {
    fn push(&mut self, act: Act, label: Label) {
        match act {
            Act::Write { path, before, after, pre_image } => self.change(path.0, before, after, pre_image, label),
            Act::Delete { path, before, pre_image } => self.change(path.0, before, FileState::Absent, pre_image, label),
            Act::MakeLink { path, before, target, pre_image } => {
                self.change(path.0, before, FileState::Link { target }, pre_image, label);
            }
            Act::MakeDirectory { path, mode } => {
                let after = FileState::Directory { mode };
                self.change(path.0, FileState::Absent, after, PreImage::NotNeeded, label);
            }
            Act::Move { from, to, moved, replaced, pre_image } => {
                if replaced != FileState::Absent {
                    self.change(to.0.clone(), replaced, FileState::Absent, pre_image, label);
                }
                // A move changes what names beneath it mean: nothing is merged across it.
                self.latest.clear();
                self.all.push(Step::Move { from: from.0, to: to.0, moved, label });
            }
            Act::SetMode { path, before, after } => {
                self.latest.remove(&path.0);
                self.all.push(Step::Mode { path: path.0, before, after, label });
            }
            Act::Send { .. } => {}
        }
    }

    /// Adds a change, or lets an earlier change of the same name end in this one. Only files merge: the order of
    /// directories and what is inside them must stay.
    fn change(&mut self, path: Vec<u8>, before: FileState, after: FileState, pre_image: PreImage, label: Label) {
        let directory = |state: &FileState| matches!(state, FileState::Directory { .. });
        if directory(&before) || directory(&after) {
            self.latest.clear();
        } else if let Some(Step::Change { after: end, label: joined, .. }) =
            self.latest.get(&path).and_then(|index| self.all.get_mut(*index))
        {
            *end = after;
            *joined = joined.join(label);
            return;
        } else {
            self.latest.insert(path.clone(), self.all.len());
        }
        self.all.push(Step::Change { path, before, after, pre_image, label });
    }
}

/// What a name must look like.
#[derive(Clone, Debug)]
enum Expected {
    State(FileState),
    /// Only the mode is known.
    Mode(u32),
}

/// What the host must look like at one point of the run.
#[derive(Debug, Default)]
pub(crate) struct Model {
    names: BTreeMap<Vec<u8>, Expected>,
    /// Directories that the run made: what is inside them must be the run's.
    made: BTreeSet<Vec<u8>>,
    seen: BTreeMap<Vec<u8>, Result<FileState, String>>,
    differing: BTreeSet<Vec<u8>>,
}

impl Model {
    /// Moves to after `step`.
    pub(crate) fn apply(&mut self, step: &Step) {
        match step {
            Step::Change { path, before, after, .. } => {
                let made = *before == FileState::Absent && matches!(after, FileState::Directory { .. });
                if made {
                    self.made.insert(path.clone());
                } else {
                    self.made.remove(path);
                }
                self.set(path, after.clone());
            }
            Step::Move { from, to, moved, .. } => {
                self.carry(from, to);
                self.set(from, FileState::Absent);
                self.arrive(to, moved);
            }
            Step::Mode { path, after, .. } => self.set_mode(path, *after),
        }
    }

    /// Moves to before `step`, and returns the names concerned.
    fn revert(&mut self, step: &Step) -> Vec<Vec<u8>> {
        match step {
            Step::Change { path, before, .. } => {
                self.made.remove(path);
                self.set(path, before.clone());
                vec![path.clone()]
            }
            Step::Move { from, to, moved, .. } => {
                let mut touched = self.carry(to, from);
                self.set(to, FileState::Absent);
                self.arrive(from, moved);
                touched.extend([from.clone(), to.clone()]);
                touched
            }
            Step::Mode { path, before, .. } => {
                self.set_mode(path, *before);
                vec![path.clone()]
            }
        }
    }

    /// Finds how many steps still have to be taken back: all of them, or fewer if an earlier undo was interrupted.
    /// Where the host fits no point of the run, says what differs from its end.
    pub(crate) fn rewind(mut self, steps: &[Step]) -> (usize, Vec<(Vec<u8>, String)>) {
        let names: Vec<Vec<u8>> = self.names.keys().cloned().collect();
        self.refresh(names);
        let at_end = self.report();
        if at_end.is_empty() {
            return (steps.len(), at_end);
        }
        for (left, step) in steps.iter().enumerate().rev() {
            let touched = self.revert(step);
            self.refresh(touched);
            if self.differing.is_empty() && self.strangers().is_empty() {
                return (left, Vec::new());
            }
        }
        (steps.len(), at_end)
    }

    /// Every difference, with its reason.
    fn report(&mut self) -> Vec<(Vec<u8>, String)> {
        let differing: Vec<Vec<u8>> = self.differing.iter().cloned().collect();
        let mut out: Vec<_> = differing
            .into_iter()
            .map(|path| {
                let why = match self.seen.get(&path) {
                    Some(Ok(FileState::Absent)) => "it was removed since".into(),
                    Some(Ok(_)) => "it was changed since".into(),
                    Some(Err(why)) => why.clone(),
                    None => "it cannot be seen".into(),
                };
                (path, why)
            })
            .collect();
        out.extend(self.strangers());
        out
    }

    /// Things in directories the run made that the run did not put there, and names whose directory is gone.
    fn strangers(&self) -> Vec<(Vec<u8>, String)> {
        let mut out = Vec::new();
        for directory in &self.made {
            if self.differing.contains(directory) {
                continue;
            }
            for name in names_in(directory).unwrap_or_default() {
                let path = [directory.as_slice(), b"/", &name].concat();
                let own = self
                    .names
                    .get(&path)
                    .is_some_and(|expected| !matches!(expected, Expected::State(FileState::Absent)));
                if !own {
                    out.push((path, "it appeared since in a directory the run made".into()));
                }
            }
        }
        for (path, expected) in &self.names {
            if !matches!(expected, Expected::State(FileState::Absent)) {
                continue;
            }
            let directory = parent(path);
            let known = self.names.contains_key(directory);
            if !known && !matches!(observe(directory), Ok(FileState::Directory { .. })) {
                out.push((path.clone(), "its directory is gone".into()));
            }
        }
        out
    }

    fn set(&mut self, path: &[u8], state: FileState) {
        self.names.insert(path.to_vec(), Expected::State(state));
    }

    /// Something moved to `path`. What the run itself wrote there is known better than what the move says.
    fn arrive(&mut self, path: &[u8], moved: &FileState) {
        self.names.entry(path.to_vec()).or_insert_with(|| Expected::State(moved.clone()));
    }

    fn set_mode(&mut self, path: &[u8], mode: u32) {
        match self.names.get_mut(path) {
            Some(Expected::State(FileState::File { mode: known, .. } | FileState::Directory { mode: known })) => {
                *known = mode;
            }
            _ => {
                self.names.insert(path.to_vec(), Expected::Mode(mode));
            }
        }
    }

    /// Renames everything known at and beneath `from`, and forgets what was known of `to`: nothing stood there, and
    /// what was absent beneath it need not be. Returns the names concerned.
    fn carry(&mut self, from: &[u8], to: &[u8]) -> Vec<Vec<u8>> {
        let mut touched = self.at_and_beneath(to);
        for stale in &touched {
            self.names.remove(stale);
        }
        for old in self.at_and_beneath(from) {
            let new = [to, &old[from.len()..]].concat();
            if let Some(expected) = self.names.remove(&old) {
                self.names.insert(new.clone(), expected);
            }
            if self.made.remove(&old) {
                self.made.insert(new.clone());
            }
            touched.extend([old, new]);
        }
        touched
    }

    fn at_and_beneath(&self, path: &[u8]) -> Vec<Vec<u8>> {
        let below = [path, b"/"].concat();
        let beneath = self
            .names
            .range(below.clone()..)
            .map(|(name, _)| name)
            .take_while(|name| name.starts_with(&below))
            .cloned();
        std::iter::once(path.to_vec()).chain(beneath).collect()
    }

    /// Compares the host with what is expected of these names.
    fn refresh(&mut self, paths: Vec<Vec<u8>>) {
        for path in paths {
            let Some(expected) = self.names.get(&path) else {
                self.differing.remove(&path);
                continue;
            };
            let seen = self.seen.entry(path.clone()).or_insert_with(|| see(&path));
            let fits = match (expected, seen) {
                (Expected::State(state), Ok(seen)) => same(state, seen),
                (Expected::Mode(mode), Ok(seen)) => mode_of(seen) == Some(*mode),
                (_, Err(_)) => false,
            };
            if fits {
                self.differing.remove(&path);
            } else {
                self.differing.insert(path);
            }
        }
    }
}

/// The state of a path as undo sees it: nothing has a real path that leads through a link.
fn see(path: &[u8]) -> Result<FileState, String> {
    match observe(path) {
        Err(HostError::Changed { .. } | HostError::BrokenLink { .. }) => Ok(FileState::Absent),
        other => other.map_err(|error| error.to_string()),
    }
}
