//! What is drawn: labels and series out of a table.

use crate::draw::{Kind, draw};
use telos_pack::{Failure, Out};
use telos_table::{Header, Row, TableSink, number};

/// Most rows that a picture can show.
const ROWS_MAX: usize = 5_000;
/// Most series, which is also the number of colours.
pub(crate) const SERIES_MAX: usize = 8;
/// Most columns that are looked at for numbers.
const COLUMNS_MAX: usize = 256;

/// A column of numbers; `None` where the field is empty.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<f64>>,
}

/// A chart's content.
pub(crate) struct Data {
    pub(crate) title: String,
    /// Name of the labels' column.
    pub(crate) axis: String,
    pub(crate) labels: Vec<String>,
    pub(crate) series: Vec<Series>,
}

/// Gathers the rows of a table.
pub(crate) struct Gather {
    kind: Kind,
    label: Option<String>,
    values: Vec<String>,
    data: Data,
    label_index: usize,
    /// Columns of the series, and for each whether every field so far was a number or empty.
    columns: Vec<(usize, bool)>,
    /// Whether the columns were named, so that anything but a number is an error.
    named: bool,
}

impl Gather {
    pub(crate) fn new(kind: Kind, label: Option<String>, values: Vec<String>, title: String) -> Self {
        let data = Data { title, axis: String::new(), labels: Vec::new(), series: Vec::new() };
        let named = !values.is_empty();
        Self { kind, label, values, data, label_index: 0, columns: Vec::new(), named }
    }
}

impl TableSink for Gather {
    fn header(&mut self, header: &Header, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.label_index = self.label.as_ref().map_or(Ok(0), |label| header.find(label))?;
        let indices: Vec<usize> = if self.named {
            self.values.iter().map(|column| header.find(column)).collect::<Result<_, _>>()?
        } else {
            (0..header.names().len()).filter(|index| *index != self.label_index).take(COLUMNS_MAX).collect()
        };
        self.data.axis.clone_from(&header.names()[self.label_index]);
        for index in indices {
            self.columns.push((index, true));
            self.data.series.push(Series { name: header.names()[index].clone(), values: Vec::new() });
        }
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        if self.data.labels.len() == ROWS_MAX {
            return Err(Failure::Limit(format!("a chart shows at most {ROWS_MAX} rows; group or filter first")));
        }
        self.data.labels.push(row.get(self.label_index).to_owned());
        for ((index, numeric), series) in self.columns.iter_mut().zip(&mut self.data.series) {
            let field = row.get(*index).trim();
            let value = number(field);
            if value.is_none() && !field.is_empty() {
                *numeric = false;
                if self.named {
                    let shown: String = field.chars().take(40).collect();
                    let line = self.data.labels.len();
                    return Err(Failure::bad(format!(
                        "row {line}: `{shown}` in column `{}` is not a number",
                        series.name
                    )));
                }
            }
            series.values.push(value);
        }
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        let columns = std::mem::take(&mut self.columns).into_iter();
        let series = std::mem::take(&mut self.data.series).into_iter().zip(columns);
        let drawn = series.filter(|(series, (_, numeric))| *numeric && series.values.iter().any(Option::is_some));
        self.data.series = drawn.map(|(series, _)| series).take(SERIES_MAX).collect();
        if self.data.series.is_empty() {
            return Err(Failure::bad("the table has no column of numbers beside its labels; there is nothing to draw"));
        }
        written.extend_from_slice(draw(self.kind, &self.data)?.as_bytes());
        Ok(())
    }
}
