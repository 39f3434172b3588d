//! Constants that are known because they are here: lists of files, values of tables, columns that a primitive's table has.

use super::lexicon::{Derived, Entry};
use super::slot::{Filler, Seen, Slot, Tokens, set, small};
use super::value::Converted;
use crate::read::words::{is_file_noun, is_function, stem};
use crate::read::{Fact, Shape};
use std::ops::Range;
use telos_abi::{Type, Value};
use telos_graph::ConstantOrigin;

/// Strength of a value that a table holds.
const CELL: f32 = 1.1;

impl Filler<'_> {
    /// Files that the turn names one after the other, as one constant for input `port`: "a.csv, b.csv and c.csv".
    pub(crate) fn files(&self, port: usize, used: Tokens) -> Option<Slot> {
        let files: Vec<(&Range<usize>, &String)> = self
            .reading
            .spans
            .iter()
            .filter(|span| set(&span.tokens) & used == 0)
            .filter_map(|span| match &span.fact {
                Fact::File { path } if span.trust >= 0.6 => Some((&span.tokens, path)),
                _ => None,
            })
            .collect();
        let first = files.iter().position(|(tokens, _)| self.begins(tokens))?;
        let mut tokens = files[first].0.clone();
        let mut items = vec![Value::Text(files[first].1.clone())];
        for (next, path) in &files[first + 1..] {
            if !self.listed(tokens.end, next.start) {
                break;
            }
            tokens.end = next.end;
            items.push(Value::Text((*path).clone()));
        }
        (items.len() > 1).then_some(Slot {
            port,
            value: Value::List(items),
            origin: ConstantOrigin::Observed,
            cue: tokens.start..tokens.start,
            tokens,
            strength: 0.9,
            seen_in: None,
            column: None,
        })
    }

    /// Whether only commas and "and" stand between two tokens, and something does.
    pub(super) fn listed(&self, from: usize, to: usize) -> bool {
        from < to
            && to - from <= 2
            && (from..to).all(|at| matches!(self.reading.tokens[at].lower.as_str(), "and" | "," | "&"))
    }

    /// Whether a file at `tokens` is followed by another one in a list.
    fn begins(&self, tokens: &Range<usize>) -> bool {
        self.reading.spans.iter().any(|span| {
            matches!(span.fact, Fact::File { .. }) && span.trust >= 0.6 && self.listed(tokens.end, span.tokens.start)
        })
    }

    /// Whether a constant is the first of several files named one by one.
    pub(crate) fn begins_files(&self, slot: &Slot) -> bool {
        self.begins(&slot.tokens)
    }

    /// Values of tables that are here, or that a primitive gives, for the input of a test of rows.
    pub(super) fn cells(&self, entry: &Entry<'_>, port: usize, out: &mut Vec<Slot>) {
        if entry.row_test().is_none_or(|(_, value)| value != port) {
            return;
        }
        let mut add = |tokens: Range<usize>, column: &str, value: &str, strength: f32, seen: Seen| {
            let mut converted = Converted::new(Value::Text(value.to_owned()), strength);
            converted.observed = true;
            converted.seen_in = Some(seen);
            let mut slot = self.slot(entry, port, tokens, converted);
            slot.column = Some(column.to_owned());
            out.push(slot);
        };
        for span in &self.reading.spans {
            if let Fact::Cell { column, value, path } = &span.fact {
                add(span.tokens.clone(), column, value, CELL * span.trust, Seen::File(path.clone()));
            }
        }
        let derived = self.lexicon.entries.iter().flat_map(Entry::columns);
        for column in derived.filter(|column| !column.values.is_empty()) {
            for value in &column.values {
                let stemmed = stem(value);
                for (at, token) in self.reading.tokens.iter().enumerate() {
                    let content = !is_function(&token.lower) && !is_file_noun(&token.lower);
                    if content && token.stem == stemmed {
                        add(at..at + 1, &column.name, value, 0.9 * CELL, Seen::Output(column.name.clone()));
                    }
                }
            }
        }
    }

    /// Columns of tables that primitives produce are known from the meaning of the output: words of the turn that
    /// occur there may be columns.
    pub(super) fn derived_columns(&self, index: usize, entry: &Entry<'_>, port: usize, out: &mut Vec<Slot>) {
        if !super::fits::takes_column(&entry.is.inputs[port].ty) {
            return;
        }
        for other in &self.lexicon.entries {
            for Derived { name, stem, .. } in other.columns() {
                for (at, token) in self.reading.tokens.iter().enumerate() {
                    // "The amount *column*" announces a column; it is none.
                    let announces =
                        entry.announce[port].iter().any(|phrase| phrase.len() == 1 && phrase[0] == token.stem);
                    if is_file_noun(&token.lower) {
                        continue;
                    }
                    let said =
                        !announces && token.shape == Shape::Word && token.stem == *stem && !name.starts_with('{');
                    let superlative = self.reading.spans.iter().find_map(|span| match &span.fact {
                        Fact::Greatest { of, .. } if span.tokens.start == at => {
                            of.iter().position(|dimension| dimension == name)
                        }
                        _ => None,
                    });
                    if !said && superlative.is_none() {
                        continue;
                    }
                    let column = Value::Text(name.clone());
                    let several = matches!(entry.is.inputs[port].ty, Type::List { .. });
                    let value = if several { Value::List(vec![column]) } else { column };
                    let mut converted =
                        Converted::new(value, superlative.map_or(0.5, |place| 0.95 - 0.1 * small(place)));
                    converted.observed = true;
                    converted.seen_in = Some(Seen::Output(name.clone()));
                    let mut slot = self.slot(entry, port, at..at + 1, converted);
                    slot.strength += self.bonus(index, entry, port, &slot.tokens, &mut slot.cue);
                    out.push(slot);
                }
            }
        }
    }
}

/// A value that a table holds says which column is tested too: gives it, unless another is tested already.
pub(super) fn beside_column(entry: &Entry<'_>, slot: &Slot, out: &mut Vec<Slot>) -> bool {
    let (Some(name), Some((column, _))) = (&slot.column, entry.row_test()) else { return true };
    let wanted = Value::Text(name.clone());
    match out.iter().find(|other| other.port == column) {
        Some(other) => other.value == wanted,
        None => {
            out.push(Slot {
                port: column,
                value: wanted,
                origin: ConstantOrigin::Observed,
                column: None,
                ..slot.clone()
            });
            true
        }
    }
}
