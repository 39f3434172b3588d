//! `table.count` and `table.aggregate`: one row for each group.

use crate::groups::Groups;
use std::cmp::Ordering;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, Sum, TableSink, compare, number, write_row};

pub(crate) fn count(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Count { groups: Groups::new(args.texts(1)?), total: 0 })))
}

pub(crate) fn aggregate(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    let name = args.choice(2)?;
    let function = match name.as_str() {
        "sum" => Function::Sum,
        "mean" => Function::Mean,
        "median" => Function::Median,
        "min" => Function::Extreme(Ordering::Less),
        "max" => Function::Extreme(Ordering::Greater),
        other => return Err(Failure::Internal(format!("`{other}` is not a function"))),
    };
    let groups = Groups::new(args.texts(3)?);
    Ok(Box::new(StreamedTable::new(Aggregate { column, name, function, groups, index: 0, row: 0 })))
}

/// A name for the computed column that no group has already.
fn fresh(name: String, taken: &[&str]) -> String {
    let mut fresh = name;
    while taken.contains(&fresh.as_str()) {
        fresh.push('\'');
    }
    fresh
}

struct Count {
    groups: Groups<u64>,
    total: u64,
}

impl TableSink for Count {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        let names = self.groups.header(header)?;
        let column = fresh(String::from("count"), &names);
        write_row(written, names.iter().copied().chain([column.as_str()]));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.total += 1;
        *self.groups.state(row)? += 1;
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        for (key, count) in self.groups.finish() {
            let count = count.to_string();
            write_row(written, key.iter().map(String::as_str).chain([count.as_str()]));
        }
        out.count(1, self.total);
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Function {
    Sum,
    Mean,
    Median,
    /// The field that compares so with every other.
    Extreme(Ordering),
}

#[derive(Default)]
struct State {
    sum: Sum,
    count: u64,
    extreme: Option<String>,
    numbers: Vec<f64>,
}

struct Aggregate {
    column: String,
    name: String,
    function: Function,
    groups: Groups<State>,
    index: usize,
    row: u64,
}

impl TableSink for Aggregate {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = header.find(&self.column)?;
        let column = format!("{} of {}", self.name, header.names()[self.index]);
        let names = self.groups.header(header)?;
        let column = fresh(column, &names);
        write_row(written, names.iter().copied().chain([column.as_str()]));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        let field = row.get(self.index).trim();
        let state = self.groups.state(row)?;
        if field.is_empty() {
            return Ok(());
        }
        match self.function {
            Function::Extreme(wanted) => {
                if state.extreme.as_ref().is_none_or(|held| compare(field, held) == wanted) {
                    state.extreme = Some(field.to_owned());
                }
                return Ok(());
            }
            Function::Sum | Function::Mean => {
                if state.sum.add(field) {
                    state.count += 1;
                    return Ok(());
                }
            }
            Function::Median => {
                if let Some(number) = number(field) {
                    state.numbers.push(number);
                    // A vector may have twice the capacity it uses.
                    return self.groups.grow(2 * size_of::<f64>());
                }
            }
        }
        let shown: String = field.chars().take(40).collect();
        Err(Failure::bad(format!("row {}: `{shown}` in column `{}` is not a number", self.row, self.column)))
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        for (key, state) in self.groups.finish() {
            let value = self.value(state);
            write_row(written, key.iter().map(String::as_str).chain([value.as_str()]));
        }
        Ok(())
    }
}

impl Aggregate {
    /// What a group's state amounts to; empty where the function has no value, as the mean of nothing.
    #[expect(clippy::cast_precision_loss, reason = "a mean is a double")]
    fn value(&self, mut state: State) -> String {
        match self.function {
            Function::Sum => state.sum.text(),
            Function::Mean if state.count == 0 => String::new(),
            Function::Mean => (state.sum.value() / state.count as f64).to_string(),
            Function::Extreme(_) => state.extreme.unwrap_or_default(),
            Function::Median => median(&mut state.numbers).map_or_else(String::new, |median| median.to_string()),
        }
    }
}

fn median(numbers: &mut [f64]) -> Option<f64> {
    if numbers.is_empty() {
        return None;
    }
    let middle = numbers.len() / 2;
    let (below, upper, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if below.len() > middle || numbers.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = numbers[..middle].iter().copied().max_by(f64::total_cmp)?;
    Some(f64::midpoint(lower, upper))
}
