//! The small tables that a window is worked on with, held whole.

use telos_pack::{Failure, Out, Running};
use telos_table::{Row, RowSink, Rows};

/// Tables that enter the first ports, without their headers.
pub(crate) struct Tables<const N: usize, F> {
    rows: [Rows; N],
    held: [Collected; N],
    act: F,
}

/// The fields of a table's rows, one after the other.
#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl RowSink for Collected {
    fn row(&mut self, row: Row<'_>, _: &mut Out) -> Result<(), Failure> {
        let fields: Vec<String> = row.iter().map(str::to_owned).collect();
        if self.header.is_empty() {
            self.header = fields;
        } else {
            self.rows.push(fields);
        }
        Ok(())
    }
}

/// A function of the tables that enter ports 0 to N − 1.
pub(crate) fn tables<const N: usize>(
    act: impl FnMut([Collected; N], &mut Out) -> Result<(), Failure> + 'static,
) -> Box<dyn Running> {
    let rows = std::array::from_fn(|_| Rows::new(b','));
    Box::new(Tables { rows, held: std::array::from_fn(|_| Collected::default()), act })
}

impl<const N: usize, F: FnMut([Collected; N], &mut Out) -> Result<(), Failure>> Running for Tables<N, F> {
    fn push(&mut self, port: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        let at = usize::from(port);
        match (self.rows.get_mut(at), self.held.get_mut(at)) {
            (Some(rows), Some(held)) => rows.push(chunk, held, out),
            _ => Err(Failure::Internal(format!("no table enters port {port}"))),
        }
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        for (rows, held) in self.rows.iter_mut().zip(&mut self.held) {
            rows.finish(held, out)?;
        }
        (self.act)(std::mem::replace(&mut self.held, std::array::from_fn(|_| Collected::default())), out)
    }
}

/// A number of a row; 0 where it has none.
pub(crate) fn number(row: &[String], at: usize) -> u64 {
    row.get(at).and_then(|field| field.parse().ok()).unwrap_or(0)
}

/// A text of a row.
pub(crate) fn text(row: &[String], at: usize) -> &str {
    row.get(at).map_or("", String::as_str)
}
