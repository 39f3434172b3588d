//! `reader.table` and `reader.files`: rows of a table in columns that line up, and directories as such a table.

#[cfg(test)]
mod tests;

use crate::{Asks, Event, Key, Session, number};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use telos_abi::Value;
use telos_surface::{Line, Role, Screen, Span};

/// Rows of a screen beside those of the table: title, header and status.
const FRAME_ROWS: u16 = 3;
/// What stands between two columns.
const GAP: &str = "  ";

/// What a run of the graph gives.
#[derive(Clone, Debug, Default, Deserialize)]
struct View {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    count: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Column {
    name: String,
    width: usize,
    numeric: bool,
}

/// How a table is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Order {
    /// Number of the column, from 1; 0 for none.
    by: u64,
    descending: bool,
}

/// A table that is scrolled through.
pub struct Table {
    name: String,
    columns: u16,
    rows: u16,
    /// Of a browser of files: the directory within the one that was opened.
    within: Option<String>,
    /// Row under the cursor, and the first one shown.
    cursor: u64,
    first: u64,
    /// Columns left of the screen.
    left: usize,
    order: Order,
    view: View,
    begins: bool,
    pending: bool,
    help: bool,
    over: bool,
    chosen: Option<String>,
    message: Option<String>,
}

impl Table {
    /// A session on the table called `name`, on a screen of this size.
    #[must_use]
    pub fn new(name: &str, columns: u16, rows: u16) -> Self {
        Self {
            name: name.to_owned(),
            columns,
            rows,
            within: None,
            cursor: 0,
            first: 0,
            left: 0,
            order: Order::default(),
            view: View::default(),
            begins: true,
            pending: true,
            help: false,
            over: false,
            chosen: None,
            message: None,
        }
    }

    /// A session on the directory called `name`.
    #[must_use]
    pub fn of_files(name: &str, columns: u16, rows: u16) -> Self {
        Self { within: Some(String::new()), ..Self::new(name, columns, rows) }
    }

    fn page(&self) -> u64 {
        u64::from(self.rows.saturating_sub(FRAME_ROWS).max(1))
    }

    /// Moves the cursor and what is shown with it.
    fn go(&mut self, to: u64) {
        self.cursor = to.min(self.view.count.saturating_sub(1));
        let page = self.page();
        let lowest = self.cursor.saturating_sub(page - 1);
        let first = self.first.clamp(lowest, self.cursor);
        if first != self.first {
            self.first = first;
            self.pending = true;
        }
    }

    fn sort(&mut self, column: usize) {
        let Some(name) = self.view.columns.get(column).map(|column| column.name.clone()) else { return };
        let by = column as u64 + 1;
        self.order = match self.order {
            Order { by: same, descending: false } if same == by => Order { by, descending: true },
            Order { by: same, descending: true } if same == by => Order::default(),
            _ => Order { by, descending: false },
        };
        self.message = Some(match self.order {
            Order { by: 0, .. } => String::from("as it came"),
            Order { descending: false, .. } => format!("sorted by {name}"),
            Order { descending: true, .. } => format!("sorted by {name}, greatest first"),
        });
        (self.cursor, self.first, self.pending) = (0, 0, true);
    }

    fn cell(&self, name: &str) -> Option<String> {
        let at = self.view.columns.iter().position(|column| column.name == name)?;
        let row = usize::try_from(self.cursor.checked_sub(self.first)?).ok()?;
        self.view.rows.get(row)?.get(at).cloned()
    }

    /// Goes into the directory under the cursor, or chooses its file.
    fn enter(&mut self) {
        let (Some(within), Some(name), Some(kind)) = (self.within.clone(), self.cell("name"), self.cell("kind")) else {
            return;
        };
        let path = if within.is_empty() { name } else { format!("{within}/{name}") };
        match kind.as_str() {
            "directory" => self.enter_directory(path),
            "file" => self.chosen = Some(path),
            kind => self.message = Some(format!("a {kind} cannot be opened here")),
        }
    }

    fn enter_directory(&mut self, within: String) {
        self.within = Some(within);
        (self.cursor, self.first, self.pending) = (0, 0, true);
    }

    /// Goes to the directory above, up to the one that was opened.
    fn leave_directory(&mut self) {
        match self.within.as_deref() {
            Some("") => self.message = Some(String::from("this is the directory that was opened")),
            Some(within) => {
                let above = within.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
                self.enter_directory(above);
            }
            None => {}
        }
    }

    fn key(&mut self, key: Key) {
        if self.help && key != Key::Letter('q') {
            self.help = false;
            return;
        }
        let files = self.within.is_some();
        match key {
            Key::Down | Key::Letter('j') => self.go(self.cursor + 1),
            Key::Up | Key::Letter('k') => self.go(self.cursor.saturating_sub(1)),
            Key::PageDown | Key::Letter(' ' | 'f') => self.go(self.cursor + self.page()),
            Key::PageUp | Key::Letter('b') => self.go(self.cursor.saturating_sub(self.page())),
            Key::Home | Key::Letter('g') => self.go(0),
            Key::End | Key::Letter('G') => self.go(u64::MAX),
            Key::Enter if files => self.enter(),
            Key::Right if files => self.enter(),
            Key::Left | Key::Backspace if files => self.leave_directory(),
            Key::Right => self.left = (self.left + 1).min(self.view.columns.len().saturating_sub(1)),
            Key::Left => self.left = self.left.saturating_sub(1),
            Key::Letter('s') => self.sort(self.left),
            Key::Letter(digit @ '1'..='9') => {
                let column = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(1);
                self.sort(column - 1);
            }
            Key::Letter('?') => self.help = true,
            Key::Letter('q') => self.over = true,
            _ => {}
        }
    }

    /// A row of cells, each as wide as its column.
    fn aligned<'a>(&self, cells: impl Iterator<Item = &'a str>, role: Role) -> Line {
        let columns = self.view.columns.iter();
        let row: Vec<String> = columns
            .zip(cells)
            .skip(self.left)
            .map(|(column, cell)| {
                let space = " ".repeat(column.width.saturating_sub(telos_surface::columns(cell)));
                if column.numeric { format!("{space}{cell}") } else { format!("{cell}{space}") }
            })
            .collect();
        Line { spans: vec![Span::new(row.join(GAP).trim_end(), role)] }
    }

    fn lines(&self) -> Vec<Line> {
        let header = self.aligned(self.view.columns.iter().map(|column| column.name.as_str()), Role::Heading);
        let rows = (self.first..).zip(&self.view.rows).map(|(at, row)| {
            let role = if at == self.cursor { Role::Chosen } else { Role::Text };
            self.aligned(row.iter().map(String::as_str), role)
        });
        std::iter::once(header).chain(rows).collect()
    }

    fn keys(&self) -> Vec<Line> {
        const TABLE: [(&str, &str); 2] =
            [("← →", "columns to the left or right"), ("s  1 … 9", "sort by the first column shown, or by this one")];
        const FILES: [(&str, &str); 3] = [
            ("Enter →", "into the directory, or open the file"),
            ("← Backspace", "out again"),
            ("1 … 9", "sort by a column"),
        ];
        const ALL: [(&str, &str); 4] = [
            ("↑ ↓  k j", "one row up or down"),
            ("PgUp PgDn  b space", "one screen up or down"),
            ("Home End  g G", "to the first or the last row"),
            ("q  Ctrl-C", "leave"),
        ];
        let own = if self.within.is_some() { &FILES[..] } else { &TABLE[..] };
        ALL.iter().chain(own).map(|(key, does)| Line::new(&format!("{key:<20}  {does}"), Role::Text)).collect()
    }
}

impl Session for Table {
    fn asks(&self) -> Option<Asks> {
        if self.over || !self.pending {
            return None;
        }
        let values = BTreeMap::from([
            ("rows", number(self.page())),
            ("columns", number(u64::from(self.columns))),
            ("begins", Value::Bool(self.begins)),
            ("ends", Value::Bool(false)),
            ("first", number(self.first)),
            ("by", number(self.order.by)),
            ("descending", Value::Bool(self.order.descending)),
        ]);
        Some(Asks { within: self.within.clone().unwrap_or_default(), values })
    }

    fn shown(&mut self, view: &[u8], _: Option<&[u8]>) {
        let Ok(view) = serde_json::from_slice::<View>(view) else {
            return self.failed("what is to be shown cannot be read");
        };
        (self.view, self.begins, self.pending) = (view, false, false);
        // There may be fewer rows than before.
        self.go(self.cursor);
    }

    fn failed(&mut self, why: &str) {
        self.message = Some(why.to_owned());
        (self.begins, self.pending) = (false, false);
        // What cannot be sorted is shown as it came; what cannot be entered is left.
        if self.order != Order::default() {
            (self.order, self.pending) = (Order::default(), true);
        } else if self.within.as_deref().is_some_and(|within| !within.is_empty()) {
            self.leave_directory();
        }
    }

    fn event(&mut self, event: Event) {
        self.message = None;
        match event {
            Event::Key(key) => self.key(key),
            Event::Resize { columns, rows } => {
                (self.columns, self.rows, self.pending) = (columns, rows, true);
                self.go(self.cursor);
            }
            Event::Leave => self.over = true,
        }
    }

    fn screen(&self) -> Screen {
        let lines = if self.help { self.keys() } else { self.lines() };
        let rows = format!("row {} of {}   ? for keys", (self.cursor + 1).min(self.view.count), self.view.count);
        let status = self.message.clone().unwrap_or(rows);
        let title = match self.within.as_deref() {
            Some(within) if !within.is_empty() => format!("{}/{within}", self.name),
            _ => self.name.clone(),
        };
        Screen { title, lines, status }
    }

    fn data(&self) -> Json {
        let names = self.view.columns.iter().map(|column| column.name.clone());
        let row = |row: &Vec<String>| {
            Json::Object(names.clone().zip(row.iter().cloned().map(Json::String)).collect::<Map<_, _>>())
        };
        json!({"name": self.name, "count": self.view.count, "rows": self.view.rows.iter().map(row).collect::<Vec<_>>()})
    }

    fn ended(&self) -> bool {
        self.over
    }

    fn chosen(&mut self) -> Option<String> {
        self.chosen.take()
    }
}
