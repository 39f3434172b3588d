//! Which file a request is about where its words name none: the only one that has the columns and values it speaks of, or that is
//! of the kind that the operation reads.

use super::build::Builder;
use super::ground::{self, Ungrounded};
use super::{Argument, Operation, Slot, Source, Statement, Step};
use crate::turn::EntryKind;

/// Files that are looked into.
const FILES_MAX: usize = 64;

/// What a statement says of the data it works on.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    columns: Vec<Slot>,
    values: Vec<Slot>,
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
        let named = self.ground.text(slot);
        if kinds.is_empty() || named.contains(['.', '/']) {
            return None;
        }
        let among = |path: &String| match why {
            Ungrounded::Several { choices, .. } => choices.contains(path),
            _ => true,
        };
        let entries = self.ground.reading.entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let suits = |path: &str| {
            kinds.contains(&ground::end(path))
                || self.ground.around.kind(path).is_some_and(|kind| kinds.iter().any(|known| known == kind))
        };
        let paths = entries.map(|entry| &entry.path).filter(|path| among(path) && suits(path));
        let mut fitting = paths.take(FILES_MAX).filter(|path| self.fits_what_is_said(path, kinds));
        match (fitting.next(), fitting.next()) {
            (Some(path), None) => Some(path.clone()),
            _ => None,
        }
    }

    /// Whether a file has every column that is spoken of, and every value in one of its columns. A file of a kind of its own needs
    /// no more than that.
    fn fits_what_is_said(&self, path: &str, kinds: &[String]) -> bool {
        const TABLES: &[&str] = &["csv", "tsv", "json", "jsonl"];
        if !kinds.iter().any(|kind| TABLES.contains(&kind.as_str())) {
            return true;
        }
        let columns = self.ground.around.columns(path);
        let column = |slot: &Slot| ground::column(&columns, self.ground.text(slot)).is_some();
        let value = |slot: &Slot| {
            let said = self.ground.text(slot);
            !said.chars().any(char::is_alphabetic) || columns.iter().any(|column| ground::value(column, said).is_some())
        };
        let said = &self.said;
        !(said.columns.is_empty() && said.values.is_empty())
            && said.columns.iter().all(column)
            && said.values.iter().all(value)
    }
}
