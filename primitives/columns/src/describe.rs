//! `table.describe`: each column of numbers in a few figures.

use crate::pick::{is_missing, no_number, positions_or_all, shown};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, Sum, TableSink, number, write_row};

/// Most numbers held, in all columns together: the middle one needs them all.
const NUMBERS_MAX: usize = 32 << 20;
/// Longest sum in digits; a longer one is given as the nearest double.
const SUM_DIGITS_MAX: usize = 40;

const FIGURES: [&str; 8] = ["column", "count", "sum", "mean", "median", "min", "max", "standard-deviation"];

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let columns = args.texts(1)?;
    let named = !columns.is_empty();
    Ok(Box::new(StreamedTable::new(Describe { columns, named, figures: Vec::new(), numbers: 0, row: 0 })))
}

/// A sum in decimal, at a length that does not depend on how large numbers may be.
pub(crate) fn sum_text(sum: &Sum) -> String {
    let text = sum.text();
    if text.len() > SUM_DIGITS_MAX { shown(sum.value()) } else { text }
}

struct Column {
    index: usize,
    name: String,
    sum: Sum,
    numbers: Vec<f64>,
    /// Whether something else than a number was seen.
    text: bool,
}

struct Describe {
    columns: Vec<String>,
    named: bool,
    figures: Vec<Column>,
    numbers: usize,
    row: u64,
}

impl TableSink for Describe {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        for index in positions_or_all(header, &self.columns)? {
            let name = header.names()[index].clone();
            self.figures.push(Column { index, name, sum: Sum::default(), numbers: Vec::new(), text: false });
        }
        write_row(written, FIGURES);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        for column in &mut self.figures {
            let field = row.get(column.index);
            if column.text || is_missing(field) {
                continue;
            }
            match number(field) {
                Some(value) if column.sum.add(field) => {
                    column.numbers.push(value);
                    self.numbers += 1;
                }
                _ if self.named => return Err(no_number(self.row, field, &column.name)),
                _ => {
                    column.text = true;
                    self.numbers -= column.numbers.len();
                    column.numbers = Vec::new();
                }
            }
        }
        if self.numbers > NUMBERS_MAX {
            return Err(Failure::Limit(format!("at most {NUMBERS_MAX} numbers can be described at once")));
        }
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        let numeric = self.figures.iter_mut().filter(|column| !column.text);
        for column in numeric.filter(|column| self.named || !column.numbers.is_empty()) {
            let [mean, median, min, max, deviation] = figures(&mut column.numbers, &column.sum);
            let (count, sum) = (column.numbers.len().to_string(), sum_text(&column.sum));
            write_row(
                written,
                [&column.name, &count, &sum, &mean, &median, &min, &max, &deviation].map(String::as_str),
            );
        }
        Ok(())
    }
}

/// Mean, median, least, greatest and sample standard deviation; empty where there is none.
#[expect(clippy::cast_precision_loss, reason = "a mean is a double")]
fn figures(numbers: &mut [f64], sum: &Sum) -> [String; 5] {
    if numbers.is_empty() {
        return Default::default();
    }
    numbers.sort_unstable_by(f64::total_cmp);
    let count = numbers.len();
    let mean = sum.value() / count as f64;
    let median = f64::midpoint(numbers[(count - 1) / 2], numbers[count / 2]);
    let squares: f64 = numbers.iter().map(|value| (value - mean) * (value - mean)).sum();
    let deviation = if count > 1 { shown((squares / (count - 1) as f64).sqrt()) } else { String::new() };
    [shown(mean), shown(median), shown(numbers[0]), shown(numbers[count - 1]), deviation]
}
