//! `table.join` and `table.append`: two tables as one.
//!
//! Either table may come first or in turns, so both are held until both have ended.

use crate::held::{each_row, header_of};
use crate::pick::{Lookup, Names, positions, within_limit};
use hashbrown::HashMap;
use telos_pack::{Args, Failure, Held, Out, Running};
use telos_table::{Header, Row, write_row};

/// Most columns that both tables have where none is named.
const SHARED_MAX: usize = 256;
/// Most rows of the right table.
const RIGHT_ROWS_MAX: usize = 4 << 20;

pub(crate) fn join(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let by = args.texts(2)?;
    let kind = args.choice(3)?;
    let right_by = args.texts(4)?;
    let (pairs, keep_left, keep_right) = match kind.as_str() {
        "anti" => (false, true, false),
        "inner" => (true, false, false),
        "left" => (true, true, false),
        "right" => (true, false, true),
        "outer" => (true, true, true),
        other => return Err(Failure::Internal(format!("`{other}` is not a kind of join"))),
    };
    let join = Join { by, right_by, pairs, keep_left, keep_right };
    Ok(Box::new(Both { tables: Default::default(), combine: Box::new(move |left, right| join.tables(left, right)) }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn append(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Both { tables: Default::default(), combine: Box::new(appended) }))
}

/// A table and the number of its rows.
type Combined = Result<(Vec<u8>, u64), Failure>;

/// What makes one table of two.
type Combine = dyn Fn(&[u8], &[u8]) -> Combined;

/// Two tables held, and what is made of them.
struct Both {
    tables: [Held; 2],
    combine: Box<Combine>,
}

impl Running for Both {
    fn push(&mut self, port: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        let held = self.tables.get_mut(usize::from(port));
        held.ok_or_else(|| Failure::Internal(format!("no table enters port {port}")))?.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let [left, right] = &mut self.tables;
        let (table, count) = (self.combine)(&left.take(), &right.take())?;
        out.bytes(0, table);
        out.count(1, count);
        Ok(())
    }
}

/// Rows of the right table by their keys; equal keys are a list from the first to the last.
#[derive(Default)]
struct Index {
    first: HashMap<Box<[u8]>, (usize, usize)>,
    /// For each row the next one with its key.
    next: Vec<Option<u32>>,
    /// Where each row's other fields are, as they are written.
    ends: Vec<usize>,
    fields: Vec<u8>,
    matched: Vec<bool>,
}

impl Index {
    fn fields(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.fields[start..self.ends[row]]
    }

    fn add(&mut self, key: Option<&[u8]>, fields: &[u8]) -> Result<(), Failure> {
        let row = self.ends.len();
        if row == RIGHT_ROWS_MAX {
            return Err(Failure::Limit(format!("the right table has more than {RIGHT_ROWS_MAX} rows")));
        }
        self.fields.extend_from_slice(fields);
        self.ends.push(self.fields.len());
        self.next.push(None);
        self.matched.push(false);
        let Some(key) = key else { return Ok(()) };
        match self.first.get_mut(key) {
            Some((_, last)) => {
                self.next[*last] = u32::try_from(row).ok();
                *last = row;
            }
            None => {
                self.first.insert(key.into(), (row, row));
            }
        }
        Ok(())
    }
}

struct Join {
    by: Vec<String>,
    right_by: Vec<String>,
    /// Whether rows with a partner are given, and the other table's columns beside them.
    pairs: bool,
    keep_left: bool,
    keep_right: bool,
}

/// Where the keys and the other columns of both tables are.
struct Plan {
    left_keys: Vec<usize>,
    right_keys: Vec<usize>,
    right_others: Vec<usize>,
    left_width: usize,
}

/// The key of a row, in `key`; `None` where part of it is missing: what is not known is equal to nothing.
fn key_of<'k>(row: Row<'_>, columns: &[usize], key: &'k mut Vec<u8>) -> Option<&'k [u8]> {
    key.clear();
    if columns.iter().any(|index| row.get(*index).trim().is_empty()) {
        return None;
    }
    write_row(key, columns.iter().map(|index| row.get(*index).trim()));
    Some(key.as_slice())
}

/// A row without its line feed, which more fields may follow.
fn open_row<'a>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = &'a str>) {
    write_row(out, fields);
    out.pop();
}

impl Join {
    fn plan(&self, left: &Header, right: &Header) -> Result<Plan, Failure> {
        let by: Vec<String> = if self.by.is_empty() {
            let there = Lookup::new(right);
            left.names().iter().filter(|name| there.find(name).is_some()).cloned().collect()
        } else {
            self.by.clone()
        };
        if by.is_empty() {
            let list = |header: &Header| header.names().iter().take(20).cloned().collect::<Vec<_>>().join(", ");
            let (left, right) = (list(left), list(right));
            return Err(Failure::bad(format!(
                "no column is in both tables; the left one has {left}, the right one {right}"
            )));
        }
        if by.len() > SHARED_MAX {
            return Err(Failure::bad(format!("the tables have {} columns in common; name those to join by", by.len())));
        }
        let right_by = if self.right_by.is_empty() { &by } else { &self.right_by };
        if right_by.len() != by.len() {
            let (left, right) = (by.len(), right_by.len());
            return Err(Failure::bad(format!(
                "{left} columns of the left table cannot equal {right} of the right one"
            )));
        }
        let told = |which: &str| {
            let which = which.to_owned();
            move |failure: Failure| Failure::bad(format!("in the {which} table: {failure}"))
        };
        let left_keys = positions(left, &by).map_err(told("left"))?;
        let right_keys = positions(right, right_by).map_err(told("right"))?;
        let mut is_key = vec![false; right.names().len()];
        right_keys.iter().for_each(|index| is_key[*index] = true);
        let right_others = (0..is_key.len()).filter(|index| self.pairs && !is_key[*index]).collect();
        Ok(Plan { left_keys, right_keys, right_others, left_width: left.names().len() })
    }

    fn tables(&self, left: &[u8], right: &[u8]) -> Combined {
        let (left_header, right_header) = (header_of(left, "left")?, header_of(right, "right")?);
        let plan = self.plan(&left_header, &right_header)?;
        let mut out = Vec::new();
        let mut names = Names::of(&left_header);
        let added: Vec<String> =
            plan.right_others.iter().map(|index| names.fresh(&right_header.names()[*index])).collect();
        write_row(&mut out, left_header.names().iter().chain(&added).map(String::as_str));
        let mut index = indexed(&plan, right)?;
        let mut count = self.left_rows(&plan, left, &mut index, &mut out)?;
        if self.keep_right {
            count += right_rows(&plan, right, &index, &mut out)?;
        }
        Ok((out, count))
    }

    /// Every left row with each right row of its key, or alone.
    fn left_rows(&self, plan: &Plan, left: &[u8], index: &mut Index, out: &mut Vec<u8>) -> Result<u64, Failure> {
        let (mut count, mut header, mut key, mut begun) = (0, true, Vec::new(), Vec::new());
        let alone = vec![b','; plan.right_others.len()];
        each_row(left, |row| {
            if std::mem::take(&mut header) {
                return Ok(());
            }
            begun.clear();
            open_row(&mut begun, (0..plan.left_width).map(|index| row.get(index)));
            let found = key_of(row, &plan.left_keys, &mut key).and_then(|key| index.first.get(key)).copied();
            let mut next = found.map(|(first, _)| first);
            if next.is_none() && self.keep_left {
                end_row(out, &begun, &alone, &mut count)?;
            }
            while let Some(right) = next.filter(|_| self.pairs) {
                end_row(out, &begun, index.fields(right), &mut count)?;
                index.matched[right] = true;
                next = index.next[right].and_then(|next| usize::try_from(next).ok());
            }
            Ok(())
        })?;
        Ok(count)
    }
}

fn end_row(out: &mut Vec<u8>, begun: &[u8], fields: &[u8], count: &mut u64) -> Result<(), Failure> {
    out.extend_from_slice(begun);
    out.extend_from_slice(fields);
    out.push(b'\n');
    *count += 1;
    within_limit(out.len(), "the joined table")
}

fn indexed(plan: &Plan, right: &[u8]) -> Result<Index, Failure> {
    let (mut index, mut header, mut key, mut fields) = (Index::default(), true, Vec::new(), Vec::new());
    each_row(right, |row| {
        if std::mem::take(&mut header) {
            return Ok(());
        }
        fields.clear();
        for other in &plan.right_others {
            fields.push(b',');
            let field = row.get(*other);
            if !field.is_empty() {
                open_row(&mut fields, [field]);
            }
        }
        index.add(key_of(row, &plan.right_keys, &mut key), &fields)
    })?;
    Ok(index)
}

/// The right rows that no left row had the key of, below the columns that they share with the left table.
fn right_rows(plan: &Plan, right: &[u8], index: &Index, out: &mut Vec<u8>) -> Result<u64, Failure> {
    let (mut count, mut at, mut begun) = (0, 0_usize, Vec::new());
    let mut source = vec![None; plan.left_width];
    plan.left_keys.iter().zip(&plan.right_keys).for_each(|(left, right)| source[*left] = Some(*right));
    each_row(right, |row| {
        let current = at;
        at += 1;
        let Some(place) = current.checked_sub(1).filter(|place| !index.matched[*place]) else {
            return Ok(());
        };
        begun.clear();
        open_row(&mut begun, source.iter().map(|right| right.map_or("", |right| row.get(right))));
        end_row(out, &begun, index.fields(place), &mut count)
    })?;
    Ok(count)
}

/// The rows of both tables below the columns of both: those of the same name are one.
fn appended(first: &[u8], second: &[u8]) -> Combined {
    let (above, below) = (header_of(first, "first")?, header_of(second, "second")?);
    let there = Lookup::new(&above);
    let mut names = above.names().to_vec();
    let mut source: Vec<Option<usize>> = vec![None; names.len()];
    for (index, name) in below.names().iter().enumerate() {
        match there.find(name).filter(|place| source[*place].is_none()) {
            Some(place) => source[place] = Some(index),
            None => {
                names.push(name.clone());
                source.push(Some(index));
            }
        }
    }
    let mut out = Vec::new();
    let mut distinct = Names::default();
    let names: Vec<String> = names.iter().map(|name| distinct.fresh(name)).collect();
    write_row(&mut out, names.iter().map(String::as_str));
    let mut count = 0;
    let own: Vec<Option<usize>> =
        (0..names.len()).map(|index| (index < above.names().len()).then_some(index)).collect();
    for (table, places) in [(first, &own), (second, &source)] {
        let mut header = true;
        each_row(table, |row| {
            if std::mem::take(&mut header) {
                return Ok(());
            }
            write_row(&mut out, places.iter().map(|place| place.map_or("", |place| row.get(place))));
            count += 1;
            within_limit(out.len(), "both tables together")
        })?;
    }
    Ok((out, count))
}
