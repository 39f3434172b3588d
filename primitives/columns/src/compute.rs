//! `table.compute`: a column that an expression gives.

use crate::expression::Expression;
use crate::pick::{column_name, is_missing, no_number, shown};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, number, write_row};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let text = args.text(1)?;
    let name = column_name(&args.text(2)?)?.to_owned();
    Ok(Box::new(StreamedTable::new(Compute { text, name, expression: None, names: Vec::new(), place: 0, row: 0 })))
}

struct Compute {
    text: String,
    name: String,
    /// Read when the columns are known.
    expression: Option<Expression>,
    names: Vec<String>,
    /// Where the result goes: the column of that name, or after the last.
    place: usize,
    row: u64,
}

impl Compute {
    fn result(&self, row: Row<'_>) -> Result<String, Failure> {
        let Some(expression) = &self.expression else {
            return Err(Failure::Internal(String::from("a row came before the header")));
        };
        let value = expression.compute(|index| {
            let field = row.get(index);
            match number(field) {
                None if is_missing(field) => Ok(None),
                None => Err(no_number(self.row, field, &self.names[index])),
                value => Ok(value),
            }
        })?;
        match value {
            None => Ok(String::new()),
            Some(value) if value.is_finite() => Ok(shown(value)),
            Some(_) => Err(Failure::bad(format!("row {}: the result is too large for a number", self.row))),
        }
    }
}

impl TableSink for Compute {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.expression = Some(Expression::read(&self.text, header)?);
        self.names = header.names().to_vec();
        self.place = self.names.iter().position(|name| *name == self.name).unwrap_or(self.names.len());
        let added = (self.place == self.names.len()).then_some(self.name.as_str());
        write_row(written, self.names.iter().map(String::as_str).chain(added));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        let result = self.result(row)?;
        let before = row.iter().take(self.place);
        let after = row.iter().skip(self.place + 1);
        write_row(written, before.chain([result.as_str()]).chain(after));
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}
