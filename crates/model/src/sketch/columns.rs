//! Which columns a table has on its way through the steps of a sketch.

use super::ground;
use crate::plan::lexicon::Entry;
use crate::turn::Column;
use telos_abi::{Refinement, Type, Value};

/// What is known of the columns of data.
#[derive(Clone, Debug, Default)]
pub(super) enum Columns {
    /// Nothing: whatever is said is taken as it is said.
    #[default]
    Unknown,
    /// These.
    Known(Vec<Column>),
}

impl Columns {
    /// Columns with these names.
    fn named(names: impl IntoIterator<Item = String>) -> Self {
        Self::Known(names.into_iter().map(|name| Column { name, values: Vec::new() }).collect())
    }

    /// The name under which a column is there.
    pub(super) fn find(&self, said: &str) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::Known(columns) => ground::column(columns, said),
        }
    }

    /// Names of all, if they are known.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Unknown => Vec::new(),
            Self::Known(columns) => columns.iter().map(|column| column.name.clone()).collect(),
        }
    }

    /// These columns and those of another table that are not among them.
    pub(super) fn with(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Known(mut columns), Self::Known(others)) => {
                let new = others.iter().filter(|other| columns.iter().all(|column| column.name != other.name));
                let new: Vec<Column> = new.cloned().collect();
                columns.extend(new);
                Self::Known(columns)
            }
            _ => Self::Unknown,
        }
    }

    /// Whether a glance has seen values of any column.
    pub(super) fn seen(&self) -> bool {
        matches!(self, Self::Known(columns) if columns.iter().any(|column| !column.values.is_empty()))
    }

    /// The column that holds this value, and the value as it is written there.
    pub(super) fn holding(&self, said: &str) -> Option<(String, String)> {
        let Self::Known(columns) = self else { return None };
        columns.iter().find_map(|column| Some((column.name.clone(), ground::value(column, said)?)))
    }

    /// The column of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Column> {
        match self {
            Self::Unknown => None,
            Self::Known(columns) => columns.iter().find(|column| column.name == name),
        }
    }

    /// What there is after a step: by σ, whose table outputs name the columns they make in their meanings.
    pub(super) fn after(&self, entry: &Entry<'_>, output: usize, settings: &[(usize, Value)]) -> Self {
        let Some(port) = entry.is.outputs.get(output) else { return Self::Unknown };
        let table = |ty: &Type| matches!(ty, Type::Blob { refinement: Refinement::Table, .. });
        if !table(&port.ty) {
            return Self::Unknown;
        }
        let set = |port: usize| {
            let given = settings.iter().find(|(at, _)| *at == port).map(|(_, value)| value);
            given.or(entry.is.inputs[port].default.as_ref())
        };
        let made: Vec<Column> = entry
            .columns()
            .iter()
            .map(|column| Column { name: entry.made_name(&column.name, set), values: column.values.clone() })
            .collect();
        let enters = entry.is.inputs.first().is_some_and(|input| table(&input.ty));
        if !enters {
            // What a glance shows of a file are the columns of the table that is read from it.
            return if made.is_empty() { self.clone() } else { Self::Known(made) };
        }
        if entry.adds_column(output) {
            let Self::Known(mut columns) = self.clone() else { return Self::Unknown };
            columns.extend(made);
            return Self::Known(columns);
        }
        let lists = listed(entry, settings);
        if !made.is_empty() {
            let own = lists.iter().flat_map(|(_, names)| names.clone());
            let mut columns = match (Self::named(own), self) {
                (Self::Known(columns), _) => columns,
                (Self::Unknown, _) => Vec::new(),
            };
            for column in &mut columns {
                if let Some(before) = self.get(&column.name) {
                    column.values.clone_from(&before.values);
                }
            }
            columns.extend(made);
            return Self::Known(columns);
        }
        let Self::Known(before) = self else { return Self::Unknown };
        let mut columns = before.clone();
        for (at, names) in lists {
            let required = entry.is.inputs.get(at).is_some_and(|input| input.default.is_none());
            if required && entry.drops(at) {
                columns.retain(|column| !names.contains(&column.name));
            } else if required {
                columns.retain(|column| names.contains(&column.name));
            }
        }
        if entry.is.name == "table.rename" {
            rename(&mut columns, entry, settings);
        }
        Self::Known(columns)
    }
}

fn rename(columns: &mut [Column], entry: &Entry<'_>, settings: &[(usize, Value)]) {
    let text = |name: &str| {
        settings.iter().find(|(at, _)| entry.is.inputs[*at].name == name).and_then(|(_, value)| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
    };
    if let (Some(from), Some(to)) = (text("column"), text("name"))
        && let Some(column) = columns.iter_mut().find(|column| column.name == from)
    {
        column.name = to;
    }
}

/// Lists of columns among the settings, by port.
fn listed(entry: &Entry<'_>, settings: &[(usize, Value)]) -> Vec<(usize, Vec<String>)> {
    let lists = settings.iter().filter(|(at, _)| {
        entry.is.inputs.get(*at).is_some_and(|input| {
            matches!(&input.ty, Type::List { item, .. } if matches!(**item, Type::Text { refinement: Refinement::Column, .. }))
        })
    });
    let texts = |value: &Value| match value {
        Value::List(items) => items
            .iter()
            .filter_map(|item| match item {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    lists.map(|(at, value)| (*at, texts(value))).collect()
}
