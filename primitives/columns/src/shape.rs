//! `table.columns`, `table.rename`, `table.drop` and `table.transpose`: the columns themselves.

use crate::pick::{Names, column_name, is_missing, positions, within_limit};
use telos_moment::{DateOrder, Extent, Moment};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, copy_row, number, write_row};

/// Most fields that are turned around, missing ones counted.
const CELLS_MAX: usize = 1 << 24;
/// Most rows that become columns; readers of tables take no more columns.
const ROWS_MAX: usize = (1 << 16) - 1;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn columns(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Columns { columns: Vec::new() })))
}

pub(crate) fn rename(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    let name = column_name(&args.text(2)?)?.to_owned();
    Ok(Box::new(StreamedTable::new(Rename { column, name })))
}

pub(crate) fn drop(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let columns = args.texts(1)?;
    if columns.is_empty() {
        return Err(Failure::bad("no column was named"));
    }
    Ok(Box::new(StreamedTable::new(Drop { columns, kept: Vec::new() })))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn transpose(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Transpose::default())))
}

/// What the values of a column may still all be.
struct Kinds {
    name: String,
    any: bool,
    number: bool,
    truth: bool,
    date: bool,
}

impl Kinds {
    fn see(&mut self, field: &str) {
        self.any = true;
        self.number = self.number && number(field).is_some();
        self.truth = self.truth && is_truth(field.trim());
        self.date = self.date && is_date(field);
    }

    fn kind(&self) -> &'static str {
        match (self.any, self.number, self.truth, self.date) {
            (false, ..) => "empty",
            (_, true, ..) => "number",
            (_, _, true, _) => "truth",
            (.., true) => "date",
            _ => "text",
        }
    }
}

fn is_truth(field: &str) -> bool {
    ["true", "false", "yes", "no"].iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// Whether the field names a day or an instant of one. Years alone look like numbers, so they are.
fn is_date(field: &str) -> bool {
    let dated = |moment: Moment| moment.date.is_some() && moment.extent != Extent::Year;
    let either = |order| Moment::read(field, order).is_some_and(dated);
    either(DateOrder::MonthFirst) || either(DateOrder::DayFirst)
}

struct Columns {
    columns: Vec<Kinds>,
}

impl TableSink for Columns {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        let unseen = |name: &String| Kinds { name: name.clone(), any: false, number: true, truth: true, date: true };
        self.columns = header.names().iter().map(unseen).collect();
        write_row(written, ["column", "position", "kind"]);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        for (column, field) in self.columns.iter_mut().zip(row.iter()) {
            let open = column.number || column.truth || column.date;
            if (open || !column.any) && !is_missing(field) {
                column.see(field);
            }
        }
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        for (position, column) in (1_u64..).zip(&self.columns) {
            write_row(written, [column.name.as_str(), &position.to_string(), column.kind()]);
        }
        out.count(1, self.columns.len() as u64);
        Ok(())
    }
}

struct Rename {
    column: String,
    name: String,
}

impl TableSink for Rename {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        let index = header.find(&self.column)?;
        let mut names = header.names().to_vec();
        if names.iter().enumerate().any(|(other, name)| other != index && *name == self.name) {
            return Err(Failure::bad(format!("the table already has a column `{}`", self.name)));
        }
        names[index].clone_from(&self.name);
        write_row(written, names.iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        copy_row(written, row);
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

struct Drop {
    columns: Vec<String>,
    kept: Vec<usize>,
}

impl TableSink for Drop {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        let dropped = positions(header, &self.columns)?;
        let all = header.names().len();
        if dropped.len() == all {
            return Err(Failure::bad("no column would be left"));
        }
        self.kept = (0..all).filter(|index| !dropped.contains(index)).collect();
        write_row(written, self.kept.iter().map(|index| header.names()[*index].as_str()));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        write_row(written, self.kept.iter().map(|index| row.get(*index)).take(row.len()));
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

/// The table as one text, so that a field takes four bytes beside its own.
#[derive(Default)]
struct Transpose {
    names: Vec<String>,
    text: String,
    ends: Vec<u32>,
    rows: usize,
}

impl Transpose {
    fn get(&self, row: usize, column: usize) -> &str {
        let at = row * self.names.len() + column;
        let end = |at: usize| self.ends.get(at).and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
        let start = at.checked_sub(1).map_or(0, end);
        self.text.get(start..end(at)).unwrap_or_default()
    }
}

impl TableSink for Transpose {
    fn header(&mut self, header: &Header, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.names = header.names().to_vec();
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.rows += 1;
        if self.rows > ROWS_MAX || self.ends.len() + self.names.len() > CELLS_MAX {
            let most = format!("at most {ROWS_MAX} rows and {CELLS_MAX} fields");
            return Err(Failure::Limit(format!("every row becomes a column: {most} can be turned around")));
        }
        for column in 0..self.names.len() {
            self.text.push_str(row.get(column));
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
        within_limit(self.text.len(), "the table to turn around")
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        let mut names = Names::default();
        let first = self.names.first().map(|name| names.fresh(name)).unwrap_or_default();
        let mut header = vec![first];
        for row in 0..self.rows {
            let name = self.get(row, 0).trim();
            let numbered = format!("column-{}", row + 2);
            header.push(names.fresh(if name.is_empty() { &numbered } else { name }));
        }
        write_row(written, header.iter().map(String::as_str));
        for (column, name) in self.names.iter().enumerate().skip(1) {
            let fields = (0..self.rows).map(|row| self.get(row, column));
            write_row(written, std::iter::once(name.as_str()).chain(fields));
            within_limit(written.len(), "the table turned around")?;
        }
        Ok(())
    }
}
