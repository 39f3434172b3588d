//! Which file a request is about where its words name none: the only one that has the columns and values it speaks of, or that is
//! of the kind that the operation reads.

use super::build::Builder;
use super::ground::{self, Ungrounded};
use super::{Argument, Operation, Slot, Source, Statement, Step};
use crate::read::words::{parts, stem};
use crate::turn::EntryKind;
use std::collections::BTreeSet;

/// Files that are looked into.
const FILES_MAX: usize = 64;
/// Files that a question offers.
const CHOICES_MAX: usize = 5;

/// What a statement says of the data it works on.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    columns: Vec<Slot>,
    values: Vec<Slot>,
    keys: Vec<Slot>,
}

impl Said {
    pub(super) fn of(statement: &Statement) -> Self {
        let operations = statement.steps.iter().filter_map(|step| match step {
            Step::Run(operation) => Some(operation),
            _ => None,
        });
        let mut out = Self::default();
        for (_, arguments) in operations.flat_map(|operation: &Operation| &operation.settings) {
            for argument in arguments {
                match argument {
                    Argument::Source(Source::Slot(slot)) if slot.letter == 'c' => out.columns.push(slot.clone()),
                    Argument::Source(Source::Slot(slot)) if slot.letter == 'v' => out.values.push(slot.clone()),
                    Argument::Source(Source::Slot(slot)) if slot.letter == 'k' => out.keys.push(slot.clone()),
                    Argument::Made(_, slot) => out.columns.push(slot.clone()),
                    _ => {}
                }
            }
        }
        out
    }
}

impl Builder<'_> {
    /// The one file that fits, if the words that should name it are no name of a file.
    pub(super) fn evident(&self, slot: &Slot, kinds: &[String], why: &Ungrounded) -> Option<String> {
        if self.ground.text(slot).contains(['.', '/']) {
            return None;
        }
        let among = |path: &String| match why {
            Ungrounded::Several { choices, .. } => choices.contains(path),
            _ => true,
        };
        match self.fitting(kinds, &among).as_slice() {
            [path] => Some(path.clone()),
            _ => None,
        }
    }

    /// The file that a request is about which names none: the only one that fits, or of several the one whose name the request has
    /// most words of.
    pub(super) fn spoken_of(&self, kinds: &[String]) -> Result<String, Ungrounded> {
        let spoken = parts(self.ground.reading.text).into_iter().map(|word| stem(&word)).collect::<Vec<String>>();
        let named = |path: &String| {
            let words: BTreeSet<String> = parts(path).iter().map(|word| stem(word)).collect();
            words.into_iter().filter(|word| spoken.contains(word)).count()
        };
        let fitting = self.fitting(kinds, &|_| true);
        let most = fitting.iter().map(named).max().unwrap_or(0);
        let best: Vec<&String> = fitting.iter().filter(|path| named(path) == most).collect();
        match best.as_slice() {
            [path] => Ok((*path).clone()),
            _ => Err(Ungrounded::Unnamed { choices: fitting.into_iter().take(CHOICES_MAX).collect() }),
        }
    }

    /// Files of these kinds that have what is spoken of.
    fn fitting(&self, kinds: &[String], among: &dyn Fn(&String) -> bool) -> Vec<String> {
        let entries = self.ground.reading.entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let suits = |path: &str| {
            kinds.contains(&ground::end(path))
                || self.ground.around.kind(path).is_some_and(|kind| kinds.iter().any(|known| known == kind))
        };
        let paths = entries.map(|entry| &entry.path).filter(|path| among(path) && suits(path));
        paths.take(FILES_MAX).filter(|path| self.fits_what_is_said(path, kinds)).cloned().collect()
    }

    /// Whether a file has every column and key that is spoken of, and every value in one of its columns. A file of a kind of its
    /// own needs no more than that.
    fn fits_what_is_said(&self, path: &str, kinds: &[String]) -> bool {
        const TABLES: &[&str] = &["csv", "tsv", "json", "jsonl"];
        let said = &self.said;
        if !said.keys.is_empty() {
            let keys = self.ground.around.keys(path);
            let text = self.ground.reading.text;
            return said.keys.iter().all(|slot| ground::key(&keys, self.ground.text(slot), text).is_some());
        }
        if !kinds.iter().any(|kind| TABLES.contains(&kind.as_str())) {
            return true;
        }
        let columns = self.ground.around.columns(path);
        let column = |slot: &Slot| ground::column(&columns, self.ground.text(slot)).is_some();
        let value = |slot: &Slot| {
            let said = self.ground.text(slot);
            !said.chars().any(char::is_alphabetic) || columns.iter().any(|column| ground::value(column, said).is_some())
        };
        !(said.columns.is_empty() && said.values.is_empty())
            && said.columns.iter().all(column)
            && said.values.iter().all(value)
    }
}
