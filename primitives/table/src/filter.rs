//! `table.filter`, `table.filter-columns` and `table.select`: some rows, some columns.

use std::cmp::Ordering;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, compare_read, copy_row, number, write_row};

pub(crate) fn filter(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    let test = Test::named(&args.choice(2)?)?;
    let value = args.text(3)?;
    let fold = args.flag(4)?;
    let folded = if fold { value.to_lowercase() } else { value.clone() };
    let numeric = number(&folded);
    Ok(Box::new(StreamedTable::new(Filter { column, test, value: folded, numeric, fold, index: 0, count: 0 })))
}

pub(crate) fn filter_columns(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (column, other) = (args.text(1)?, args.text(3)?);
    let test = Test::named(&args.choice(2)?)?;
    Ok(Box::new(StreamedTable::new(Relate { columns: [column, other], test, indices: [0; 2], count: 0 })))
}

pub(crate) fn select(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let columns = args.texts(1)?;
    if columns.is_empty() {
        return Err(Failure::bad("no column was named"));
    }
    Ok(Box::new(StreamedTable::new(Select { columns, indices: Vec::new() })))
}

#[derive(Clone, Copy)]
enum Test {
    Order(fn(Ordering) -> bool),
    Text(fn(&str, &str) -> bool),
}

impl Test {
    fn named(name: &str) -> Result<Self, Failure> {
        Ok(match name {
            "equals" => Self::Order(Ordering::is_eq),
            "not-equals" => Self::Order(Ordering::is_ne),
            "less" => Self::Order(Ordering::is_lt),
            "at-most" => Self::Order(Ordering::is_le),
            "greater" => Self::Order(Ordering::is_gt),
            "at-least" => Self::Order(Ordering::is_ge),
            "contains" => Self::Text(|field, value| field.contains(value)),
            "not-contains" => Self::Text(|field, value| !field.contains(value)),
            "starts-with" => Self::Text(|field, value| field.starts_with(value)),
            "ends-with" => Self::Text(|field, value| field.ends_with(value)),
            other => return Err(Failure::Internal(format!("`{other}` is not a comparison"))),
        })
    }

    /// An order other than equality holds only between two numbers or two texts that are not empty: a missing value
    /// is neither small nor large.
    fn holds(self, field: &str, (value, numeric): (&str, Option<f64>)) -> bool {
        match self {
            Self::Text(test) => test(field, value),
            Self::Order(test) => {
                let own = number(field);
                let comparable = own.is_some() == numeric.is_some() && !field.is_empty();
                let order = compare_read((field, own), (value, numeric));
                let equality = test(Ordering::Less) == test(Ordering::Greater);
                (comparable || equality) && test(order)
            }
        }
    }
}

struct Filter {
    column: String,
    test: Test,
    value: String,
    /// The number that the value is.
    numeric: Option<f64>,
    fold: bool,
    index: usize,
    count: u64,
}

impl TableSink for Filter {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = header.find(&self.column)?;
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        let field = row.get(self.index);
        let wanted = (self.value.as_str(), self.numeric);
        let kept =
            if self.fold { self.test.holds(&field.to_lowercase(), wanted) } else { self.test.holds(field, wanted) };
        if kept {
            self.count += 1;
            copy_row(written, row);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

/// Rows by two of their fields.
struct Relate {
    columns: [String; 2],
    test: Test,
    indices: [usize; 2],
    count: u64,
}

impl TableSink for Relate {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.indices = [header.find(&self.columns[0])?, header.find(&self.columns[1])?];
        write_row(written, header.names().iter().map(String::as_str));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        let [field, other] = self.indices.map(|index| row.get(index));
        if self.test.holds(field, (other, number(other))) {
            self.count += 1;
            copy_row(written, row);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

struct Select {
    columns: Vec<String>,
    indices: Vec<usize>,
}

impl TableSink for Select {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        for column in &self.columns {
            let index = header.find(column)?;
            if self.indices.contains(&index) {
                return Err(Failure::bad(format!("column `{column}` is named twice")));
            }
            self.indices.push(index);
        }
        write_row(written, self.indices.iter().map(|index| header.names()[*index].as_str()));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        write_row(written, self.indices.iter().map(|index| row.get(*index)));
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}
