//! Giving back what a run changed.
//!
//! A run's receipts are read into steps, each one change of one name. Going through them backwards tells what the
//! host must look like before each step is taken back; if it looks like the end of the run nothing has been undone
//! yet, if it looks like some earlier point an interrupted undo got that far. Anything else is a conflict, found
//! before anything is touched.

use crate::cell::on_cell;
use crate::history::{Model, Step, steps};
use crate::host::{Host, check_permit};
use crate::locate::Entry;
use crate::located::Keep;
use crate::meta::FileKind;
use crate::store::copy;
use crate::write::Restored;
use crate::{HostError, step};
use telos_abi::{ByteText, Effect, Facts, FileState, Label, PreImage, Receipt};
use telos_policy::Permit;

/// What undoing a run would do.
#[derive(Clone, Debug)]
pub struct UndoPlan {
    /// In the order of the run; taken back from the last.
    steps: Vec<Step>,
    conflicts: Vec<Conflict>,
    /// The directory of cells, whose files are acted on by name.
    cells: Option<ByteText>,
}

/// A file that stands in the way of an undo.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The file.
    pub path: ByteText,
    /// What is the matter, for a person.
    pub why: String,
}

/// An effect of an undo, to be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoEffect {
    /// The effect.
    pub effect: Effect,
    /// What a decision must know. An undo keeps what it replaces, so it can itself be undone.
    pub facts: Facts,
}

/// What an undo did.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct UndoReport {
    /// Names that are again as they were before the run, in the order they were restored.
    pub restored: Vec<ByteText>,
}

impl UndoPlan {
    /// Why the run cannot be undone as a whole. Empty if it can.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Whether there is nothing (left) to undo.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The part of the plan that no conflict touches. A step goes with every other step on the same name, on a
    /// directory above it, or on something beneath it.
    #[must_use]
    pub fn without_conflicts(mut self) -> Self {
        let mut barred: Vec<Vec<u8>> = self.conflicts.drain(..).map(|conflict| conflict.path.0).collect();
        loop {
            let before = self.steps.len();
            self.steps.retain(|step| {
                let touched = step.paths();
                let stays = !touched.iter().any(|path| barred.iter().any(|bar| related(path, bar)));
                if !stays {
                    barred.extend(touched.iter().map(|path| path.to_vec()));
                }
                stays
            });
            if self.steps.len() == before {
                return self;
            }
        }
    }

    /// The effects, in the order in which [`Host::undo`] wants their permits.
    #[must_use]
    pub fn effects(&self) -> Vec<UndoEffect> {
        self.steps
            .iter()
            .rev()
            .flat_map(Step::reverse_effects)
            .map(|effect| UndoEffect {
                effect: on_cell(effect, self.cells.as_ref()),
                facts: Facts { created_by_run: true, undoable: true, in_workspace: false },
            })
            .collect()
    }
}

impl Host {
    /// Reads a run's receipts (followed by those of runs that resumed it) and the host into a plan. Changes nothing.
    ///
    /// # Errors
    /// If the receipts contradict each other. Files that changed are not errors but [`UndoPlan::conflicts`].
    pub fn plan_undo(&self, receipts: &[Receipt]) -> Result<UndoPlan, HostError> {
        let (steps, mut conflicts) = steps(receipts)?;
        let mut model = Model::default();
        for step in &steps {
            model.apply(step);
        }
        let (done, differing) = model.rewind(&steps);
        for (path, why) in differing {
            conflicts.push(Conflict { path: path.into(), why });
        }
        let mut steps = steps;
        steps.truncate(done);
        for step in &steps {
            if let Some(conflict) = self.lost(step) {
                conflicts.push(conflict);
            }
        }
        steps.retain(Step::changes_anything);
        conflicts.sort();
        conflicts.dedup();
        Ok(UndoPlan { steps, conflicts, cells: self.cells_path() })
    }

    /// A step whose earlier content is not to be had.
    fn lost(&self, step: &Step) -> Option<Conflict> {
        let Step::Change { path, before: FileState::File { .. }, pre_image, .. } = step else {
            return None;
        };
        let why = match pre_image {
            PreImage::Kept { content } if self.store.holds(content) => return None,
            PreImage::Kept { .. } => "its earlier content is no longer kept",
            PreImage::OverBudget { .. } => "its earlier content was too large to keep, which was approved",
            PreImage::NotNeeded => "its earlier content was not kept",
        };
        Some(Conflict { path: path.as_slice().into(), why: why.into() })
    }

    /// Carries out a plan without conflicts. Every step is journalled like any other act of this host's run, so an
    /// undo can itself be undone, and one that was killed is finished by planning and running it again.
    ///
    /// # Errors
    /// [`HostError::Conflicts`] if the plan has any; [`HostError::PermitCount`] or [`HostError::WrongPermit`] if the
    /// permits are not for [`UndoPlan::effects`] in order: nothing is touched then. Otherwise what stopped a step;
    /// steps before it stay undone.
    pub fn undo(&self, plan: UndoPlan, permits: Vec<Permit>) -> Result<UndoReport, HostError> {
        if !plan.conflicts.is_empty() {
            return Err(HostError::Conflicts { count: plan.conflicts.len() });
        }
        let effects = plan.effects();
        if effects.len() != permits.len() {
            return Err(HostError::PermitCount { needed: effects.len(), given: permits.len() });
        }
        for (permit, needed) in permits.iter().zip(&effects) {
            check_permit(permit, &needed.effect)?;
        }
        let mut permits = permits.into_iter();
        let mut report = UndoReport::default();
        for step in plan.steps.into_iter().rev() {
            let mut label = step.label();
            for permit in permits.by_ref().take(step.reverse_effects().len()) {
                label = label.join(permit.label());
            }
            self.take_back(&step, label)?;
            step::reach("after a step is taken back");
            report.restored.push(step.restored_path().into());
        }
        Ok(report)
    }

    fn take_back(&self, step: &Step, label: Label) -> Result<(), HostError> {
        match step {
            Step::Change { path, before, pre_image, .. } => self.restore(path, before, pre_image, label),
            Step::Move { from, to, .. } => {
                let (here, there) = (Entry::exactly(to)?, Entry::exactly(from)?);
                let keep = Keep::default();
                self.rename_entry(&here, &there, &keep, None, label, &keep)
            }
            Step::Mode { path, before, .. } => self.set_mode_at(&Entry::exactly(path)?, *before, None, label),
        }
    }

    /// Makes `path` be `state` again.
    fn restore(&self, path: &[u8], state: &FileState, pre_image: &PreImage, label: Label) -> Result<(), HostError> {
        let entry = Entry::exactly(path)?;
        let keep = Keep::default();
        let occupied = entry.meta.map(|meta| meta.kind);
        match state {
            FileState::Absent => self.delete_entry(&entry, &keep, None, label),
            FileState::Directory { mode } => self.make_directory_at(&entry, Some(*mode), None, label),
            FileState::Link { target } => self.link_entry(&entry, target, &keep, None, label),
            FileState::File { .. } if occupied == Some(FileKind::Directory) => {
                Err(HostError::Changed { path: path.into() })
            }
            FileState::File { content, mode, mtime_ns, .. } => {
                let PreImage::Kept { .. } = pre_image else {
                    return Err(HostError::PreImage {
                        path: path.into(),
                        content: content.to_string(),
                        why: "was never kept",
                    });
                };
                let mut kept = self.store.open(content, path)?;
                let mut prepared = self.prepare_at(entry, keep, None)?;
                let found = copy(&mut kept, &mut prepared).map_err(HostError::std("restore", path))?;
                if found != *content {
                    return Err(HostError::PreImage {
                        path: path.into(),
                        content: content.to_string(),
                        why: "is damaged",
                    });
                }
                let restored = Restored { mode: *mode, mtime_ns: *mtime_ns };
                self.commit(prepared, label, Some(restored)).map(drop)
            }
        }
    }
}

/// Whether two paths are the same or one contains the other.
fn related(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'/'))
}
