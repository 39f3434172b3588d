//! Labels from receipts: one act's after a crash, or all of them after the view was lost.

use crate::HostError;
use crate::host::Host;
use crate::locate::Entry;
use crate::resume::journalled;
use std::collections::BTreeMap;
use telos_abi::{Act, Label, Outcome, Receipt};

impl Host {
    /// Forgets all labels and sets them again from the receipts of all runs: one slice for each run, oldest first,
    /// with those of runs that resumed it. Files that were renamed outside Telos since are not found again.
    ///
    /// # Errors
    /// If receipts contradict each other or the view cannot be written; what was set until then stays.
    pub fn rebuild_labels<'a>(&self, runs: impl IntoIterator<Item = &'a [Receipt]>) -> Result<(), HostError> {
        let mut labels = BTreeMap::new();
        for run in runs {
            for act in journalled(run)?.into_values() {
                match act.outcome {
                    Some(Outcome::Failed(_)) => {}
                    // An act in doubt may have left either content: both labels.
                    outcome => follow(&mut labels, &act.what, act.label, outcome.is_some()),
                }
            }
        }
        self.labels.clear()?;
        for (path, label) in labels {
            self.set_label(&path, label)?;
        }
        Ok(())
    }

    /// Sets the label that an act gives, whose outcome stands.
    pub(crate) fn relabel(&self, act: &Act, label: Label) -> Result<(), HostError> {
        match act {
            Act::Write { path, .. } => self.set_label(&path.0, label),
            Act::Move { to, .. } => {
                let kept = match Entry::exactly(&to.0)?.meta {
                    Some(meta) => self.labels.get(Some(meta.identity), &to.0)?,
                    None => Label::BOTTOM,
                };
                self.set_label(&to.0, label.join(kept))
            }
            _ => Ok(()),
        }
    }

    fn set_label(&self, path: &[u8], label: Label) -> Result<(), HostError> {
        let Ok(Some(meta)) = Entry::exactly(path).map(|entry| entry.meta) else {
            return Ok(());
        };
        self.labels.set(meta.identity, path, label)?;
        self.labels.settle(Some(meta.identity), path)
    }
}

/// Moves `labels` to after one act.
fn follow(labels: &mut BTreeMap<Vec<u8>, Label>, act: &Act, label: Label, certain: bool) {
    match act {
        Act::Write { path, .. } => {
            let kept = labels.get(&path.0).copied().filter(|_| !certain);
            labels.insert(path.0.clone(), label.join(kept.unwrap_or_default()));
        }
        Act::Delete { path, .. } | Act::MakeLink { path, .. } if certain => {
            labels.remove(&path.0);
        }
        Act::Move { from, to, .. } => {
            let below = [from.as_bytes(), b"/"].concat();
            let mut moved: Vec<Vec<u8>> = labels
                .range(below.clone()..)
                .map(|(path, _)| path)
                .take_while(|path| path.starts_with(&below))
                .cloned()
                .collect();
            moved.push(from.0.clone());
            for old in moved {
                let own = if certain { labels.remove(&old) } else { labels.get(&old).copied() };
                let Some(own) = own else { continue };
                let new = [to.as_bytes(), &old[from.0.len()..]].concat();
                labels.insert(new, own);
            }
            let arrived = labels.entry(to.0.clone()).or_default();
            *arrived = arrived.join(label);
        }
        _ => {}
    }
}
