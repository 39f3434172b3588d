//! `table.window`: some rows of a table as the view that a surface shows, in columns that line up.

use serde_json::{Value as Json, json};
use telos_pack::{Args, Failure, Held, Out, Running};
use telos_table::{Row, RowSink, Rows, compare, number};
use unicode_width::UnicodeWidthStr;

/// Most letters of a cell that are shown.
const CELL_LETTERS_MAX: usize = 60;

/// Bytes of rows that are held to be sorted.
const SORTED_BYTES_MAX: usize = Held::BYTES_MAX;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (first, rows) = (args.count(1)?, args.count(2)?);
    let by = usize::try_from(args.count(3)?).unwrap_or(usize::MAX).checked_sub(1);
    let descending = args.flag(4)?;
    let window = Window { first, rows, by, descending, header: None, shown: Vec::new(), bytes: 0, count: 0 };
    Ok(Box::new(Table { rows: Rows::new(b','), window }))
}

struct Table {
    rows: Rows,
    window: Window,
}

/// Rows `first` to `first + rows`, counted from 0 without the header; all of them while they are to be sorted.
struct Window {
    first: u64,
    rows: u64,
    by: Option<usize>,
    descending: bool,
    header: Option<Vec<String>>,
    shown: Vec<Vec<String>>,
    bytes: usize,
    count: u64,
}

impl RowSink for Window {
    fn row(&mut self, row: Row<'_>, _: &mut Out) -> Result<(), Failure> {
        let cells = || row.iter().map(shortened).collect::<Vec<String>>();
        if self.header.is_none() {
            self.header = Some(cells());
            return Ok(());
        }
        if self.by.is_some() {
            self.bytes += row.iter().map(str::len).sum::<usize>();
            if self.bytes > SORTED_BYTES_MAX {
                let most = SORTED_BYTES_MAX >> 20;
                return Err(Failure::Limit(format!(
                    "a table of more than {most} MiB is not sorted here; filter it first"
                )));
            }
        }
        if self.by.is_some() || self.count >= self.first && self.count - self.first < self.rows {
            self.shown.push(cells());
        }
        self.count += 1;
        Ok(())
    }
}

impl Window {
    /// Sorts, and leaves the rows of the window. Empty cells come last in either direction.
    fn sort(&mut self) {
        let Some(by) = self.by else { return };
        let cell = |row: &[String]| row.get(by).cloned().unwrap_or_default();
        let descending = self.descending;
        self.shown.sort_by(|one, other| {
            let (one, other) = (cell(one), cell(other));
            let order = compare(&one, &other);
            if descending && !one.is_empty() && !other.is_empty() { order.reverse() } else { order }
        });
        let as_size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let rows = std::mem::take(&mut self.shown);
        self.shown = rows.into_iter().skip(as_size(self.first)).take(as_size(self.rows)).collect();
    }
}

impl Running for Table {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.rows.push(chunk, &mut self.window, out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.rows.finish(&mut self.window, out)?;
        self.window.sort();
        let header = self.window.header.take().unwrap_or_default();
        let shown = &self.window.shown;
        let columns: Vec<Json> = header
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let cells = || shown.iter().filter_map(|row| row.get(at));
                let width = cells().chain([name]).map(|cell| cell.width()).max().unwrap_or(0);
                let filled = || cells().filter(|cell| !cell.is_empty());
                let numeric = filled().next().is_some() && filled().all(|cell| number(cell).is_some());
                json!({"name": name, "width": width, "numeric": numeric})
            })
            .collect();
        let view = json!({"columns": columns, "rows": shown, "count": self.window.count});
        out.bytes(0, view.to_string().into_bytes());
        Ok(())
    }
}

/// A cell on one line, not too long, and without what a terminal would obey.
fn shortened(cell: &str) -> String {
    let letters = cell.chars().map(|letter| match letter {
        letter if letter.is_control() => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        letter => letter,
    });
    let mut short: String = letters.take(CELL_LETTERS_MAX).collect();
    if cell.chars().nth(CELL_LETTERS_MAX).is_some() {
        short.pop();
        short.push('…');
    }
    short
}
