//! `html.tables`: one of a page's tables.

use super::tree::{Edge, line, parse};
use crate::whole::{Table, distinct, no_table, one};
use scraper::ElementRef;
use telos_pack::{Args, Failure, Running};

/// Most columns that a cell goes over (WHATWG HTML, section 4.9.11).
const SPAN_COLUMNS_MAX: usize = 1_000;
/// Most columns.
const COLUMNS_MAX: usize = 4_096;
/// Most fields.
const FIELDS_MAX: usize = 4_000_000;
/// Bytes of a long field that count as one more.
const BYTES_OF_FIELD: usize = 64;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let number = args.count(1)?;
    Ok(one(move |text, out| {
        let html = parse(text)?;
        let is_table = |element: &ElementRef<'_>| element.value().name() == "table";
        let tables: Vec<ElementRef<'_>> = super::tree::elements(&html).filter(is_table).collect();
        let count = tables.len() as u64;
        let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        let table = at.and_then(|at| tables.get(at)).ok_or_else(|| no_table(number, count))?;
        let rows = rows(*table)?;
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        if width == 0 {
            return Err(Failure::bad(format!("table {number} has no cells")));
        }
        if width.saturating_mul(rows.len()) > FIELDS_MAX {
            return Err(Failure::Limit(format!("the table has more than {FIELDS_MAX} fields")));
        }
        let header = rows.first().map(Vec::as_slice).unwrap_or_default();
        let names = distinct((0..width).map(|index| header.get(index).cloned().unwrap_or_default()));
        let mut table = Table::new(names.iter().map(String::as_str));
        for row in rows.iter().skip(1) {
            table.row((0..width).map(|index| row.get(index).map_or("", String::as_str)))?;
        }
        let written = table.give(0, out);
        out.count(1, written);
        out.count(2, count);
        Ok(())
    }))
}

/// A cell that goes on in the rows below it.
struct Hanging {
    text: String,
    rows: usize,
}

/// Rows that are being filled.
#[derive(Default)]
struct Grid {
    rows: Vec<Vec<String>>,
    /// For each column the cell that hangs down into it.
    hanging: Vec<Option<Hanging>>,
    weight: usize,
}

/// The rows of a table, not those of tables inside it. A cell that goes over several columns or rows is repeated in
/// each.
fn rows(table: ElementRef<'_>) -> Result<Vec<Vec<String>>, Failure> {
    let mut grid = Grid::default();
    let mut inner: Option<ego_tree::NodeId> = None;
    for edge in table.traverse() {
        match edge {
            Edge::Open(node) if inner.is_none() => {
                let Some(element) = ElementRef::wrap(node) else { continue };
                match element.value().name() {
                    "table" if node.id() != table.id() => inner = Some(node.id()),
                    "tr" => grid.begin_row()?,
                    "td" | "th" => grid.cell(element)?,
                    _ => {}
                }
            }
            Edge::Close(node) if inner == Some(node.id()) => inner = None,
            Edge::Close(node) if inner.is_none() => {
                if node.value().as_element().is_some_and(|element| element.name() == "tr") {
                    grid.fill()?;
                }
            }
            Edge::Open(_) | Edge::Close(_) => {}
        }
    }
    grid.rows.retain(|row| !row.is_empty());
    Ok(grid.rows)
}

impl Grid {
    fn begin_row(&mut self) -> Result<(), Failure> {
        self.rows.push(Vec::new());
        self.weigh(0)
    }

    /// Counts a field.
    fn weigh(&mut self, bytes: usize) -> Result<(), Failure> {
        self.weight += 1 + bytes / BYTES_OF_FIELD;
        if self.weight > FIELDS_MAX {
            return Err(Failure::Limit(format!("the table has more than {FIELDS_MAX} fields, or very long ones")));
        }
        Ok(())
    }

    fn push(&mut self, text: String) -> Result<(), Failure> {
        self.weigh(text.len())?;
        let Some(row) = self.rows.last_mut() else { return Ok(()) };
        row.push(text);
        if row.len() > COLUMNS_MAX {
            return Err(Failure::Limit(format!("the table has more than {COLUMNS_MAX} columns")));
        }
        Ok(())
    }

    fn width(&self) -> usize {
        self.rows.last().map_or(0, Vec::len)
    }

    /// Adds what hangs down into the next columns of the row.
    fn fill(&mut self) -> Result<(), Failure> {
        loop {
            let at = self.width();
            let Some(place) = self.hanging.get_mut(at) else { return Ok(()) };
            let Some(cell) = place else { return Ok(()) };
            let text = cell.text.clone();
            cell.rows -= 1;
            if cell.rows == 0 {
                *place = None;
            }
            self.push(text)?;
        }
    }

    fn cell(&mut self, cell: ElementRef<'_>) -> Result<(), Failure> {
        // A cell outside any row has no place in the table.
        if self.rows.is_empty() {
            return Ok(());
        }
        self.fill()?;
        let span =
            |name: &str| cell.attr(name).and_then(|number| number.trim().parse::<usize>().ok()).unwrap_or(1).max(1);
        let (columns, rows) = (span("colspan").min(SPAN_COLUMNS_MAX), span("rowspan") - 1);
        let text = line(cell);
        for _ in 0..columns {
            if rows > 0 {
                let at = self.width();
                self.weigh(text.len())?;
                if self.hanging.len() <= at {
                    self.hanging.resize_with(at + 1, || None);
                }
                if let Some(place) = self.hanging.get_mut(at) {
                    *place = Some(Hanging { text: text.clone(), rows });
                }
            }
            self.push(text.clone())?;
        }
        Ok(())
    }
}
