//! `reader.open`: scrolling through a text and searching in it.

mod find;
mod keys;
#[cfg(test)]
mod tests;

use crate::{Asks, Event, Session, number};
use find::Find;
use keys::Mode;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use telos_abi::limit::WINDOW_BYTES_MAX;
use telos_abi::{ByteText, Value};
use telos_surface::{Line, Role, Screen, Span};

/// Bytes read before the first row: rows above it begin there.
const BEFORE_BYTES: u64 = 64 << 10;
/// Bytes read from the first row on.
const AFTER_BYTES: u64 = 256 << 10;
/// Bytes of a window that is only searched or counted.
const SEEK_BYTES: u64 = WINDOW_BYTES_MAX as u64;
/// Columns that numbers of lines take.
const NUMBER_COLUMNS: u16 = 8;
/// Rows of a screen beside its lines: title and status.
const FRAME_ROWS: u16 = 2;
/// Offsets of which the number of the line is remembered.
const NUMBERED_MAX: usize = 100_000;

/// JSON Schema of what is kept for a file.
const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "position": {"type": "integer", "minimum": 0},
    "wrap": {"type": "boolean"},
    "numbers": {"type": "boolean"},
    "search": {"type": "string", "maxLength": 256}
  },
  "additionalProperties": false
}"#;

/// FILE_STATE: position and preferences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    /// Offset of the first row.
    position: u64,
    wrap: bool,
    numbers: bool,
    /// What was searched for last.
    search: String,
}

impl Default for Kept {
    fn default() -> Self {
        Self { position: 0, wrap: true, numbers: false, search: String::new() }
    }
}

/// A row as the graph renders it.
#[derive(Clone, Debug, Deserialize)]
struct Row {
    offset: u64,
    line: u64,
    starts: bool,
    text: String,
    /// Ranges of letters.
    marks: Vec<(usize, usize)>,
}

/// What a run of the graph gives.
#[derive(Clone, Debug, Default, Deserialize)]
struct View {
    size: u64,
    feeds: u64,
    lines: Vec<Row>,
    /// Offsets of the rows above, near ones first, and whether a line begins there.
    above: Vec<(u64, bool)>,
    next: Option<u64>,
    matches: Vec<(u64, u64)>,
}

/// What the next run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Nothing,
    /// Show from this offset.
    Look(u64),
    /// Show the end.
    Last,
    /// Bring this offset into view.
    Place(u64),
    /// Search.
    Find(Find),
    /// Count lines from an offset whose number is known.
    Count {
        from: u64,
        line: u64,
    },
    /// Keep the state; the session is over.
    Keep,
    Over,
}

/// A file that is scrolled through.
pub struct Reader {
    name: String,
    columns: u16,
    rows: u16,
    kept: Kept,
    /// Text to go to at first.
    search: Option<String>,
    begins: bool,
    task: Task,
    view: View,
    mode: Mode,
    /// What was found last.
    found: Option<(u64, u64)>,
    /// Numbers of lines by the offset of a row.
    numbered: BTreeMap<u64, u64>,
    /// Letters that lie left of the screen.
    left: usize,
    message: Option<String>,
}

impl Reader {
    /// A session on the file called `name`, on a screen of this size, that goes to `search` at first if that is not empty.
    #[must_use]
    pub fn new(name: &str, columns: u16, rows: u16, search: &str) -> Self {
        Self {
            name: name.to_owned(),
            columns,
            rows,
            kept: Kept::default(),
            search: Some(search.to_owned()).filter(|search| !search.is_empty()),
            begins: true,
            task: Task::Look(0),
            view: View::default(),
            mode: Mode::Browse,
            found: None,
            numbered: BTreeMap::from([(0, 1)]),
            left: 0,
            message: None,
        }
    }

    fn text_rows(&self) -> u64 {
        u64::from(self.rows.saturating_sub(FRAME_ROWS).max(1))
    }

    fn text_columns(&self) -> u64 {
        let numbers = if self.kept.numbers { NUMBER_COLUMNS } else { 0 };
        u64::from(self.columns.saturating_sub(numbers).max(1))
    }

    fn anchor(&self) -> u64 {
        self.kept.position
    }

    /// Offset, length and first row of the next window, and how many rows of it are wanted.
    fn window(&self) -> Option<(u64, u64, u64, u64)> {
        let around = |anchor: u64| {
            let offset = anchor.saturating_sub(BEFORE_BYTES);
            (offset, anchor - offset + AFTER_BYTES, anchor, self.text_rows())
        };
        Some(match self.task {
            Task::Nothing | Task::Over => return None,
            Task::Look(anchor) | Task::Place(anchor) => around(anchor),
            Task::Last => around(self.view.size),
            Task::Find(find) => {
                let (offset, length) = find.window();
                (offset, length, offset, 0)
            }
            Task::Count { from, .. } => (from, SEEK_BYTES.min(self.anchor().saturating_sub(from)), from, 0),
            Task::Keep => (self.anchor(), 0, self.anchor(), 0),
        })
    }

    /// Shows a view from `anchor` on, or goes on where it says too little.
    fn look(&mut self, anchor: u64, mut view: View) {
        let window_end = anchor.saturating_add(AFTER_BYTES);
        if view.next.is_none() && window_end < view.size && view.lines.len() > 1 {
            // The window ended before the screen did: its last row may be longer than it is known to be.
            view.next = view.lines.pop().map(|row| row.offset);
        }
        if view.lines.is_empty() && anchor > 0 {
            if self.view.size > view.size {
                self.message = Some(String::from("the file became shorter"));
            }
            self.view.size = view.size;
            self.task = if view.size == 0 { Task::Look(0) } else { Task::Last };
            return;
        }
        let missing = usize::try_from(self.text_rows()).unwrap_or(usize::MAX).saturating_sub(view.lines.len());
        if view.next.is_none() && missing > 0 && !view.above.is_empty() {
            let higher = view.above.get(missing - 1).or(view.above.last());
            self.task = Task::Look(higher.map_or(0, |(offset, _)| *offset));
            return;
        }
        self.kept.position = anchor;
        self.view = view;
        self.task = Task::Nothing;
        self.number_rows();
    }

    /// Remembers the numbers of lines that are known now, and counts those that are wanted and are not.
    fn number_rows(&mut self) {
        if self.numbered.len() > NUMBERED_MAX {
            self.numbered = BTreeMap::from([(0, 1)]);
        }
        if let Some(&first) = self.numbered.get(&self.anchor()) {
            self.numbered.extend(self.view.lines.iter().filter(|row| row.line > 0).map(|row| (row.offset, row.line)));
            let mut line = first;
            let mut starts = self.view.lines.first().is_some_and(|row| row.starts);
            for (offset, begins) in &self.view.above {
                line -= u64::from(starts && line > 1);
                self.numbered.insert(*offset, line);
                starts = *begins;
            }
        } else if self.kept.numbers
            && let Some((&from, &line)) = self.numbered.range(..self.anchor()).next_back()
        {
            self.task = Task::Count { from, line };
        }
    }

    /// What was kept for the file: the person finds it as they left it.
    fn restore(&mut self, state: &[u8], size: u64) {
        let kept: Kept = serde_json::from_slice(state).unwrap_or_default();
        let position = if kept.position < size { kept.position } else { 0 };
        self.kept = Kept { position, ..kept };
        self.task = Task::Look(position);
    }

    /// Brings the offset that the view begins with into sight, with some rows above it.
    fn place(&mut self, at: u64, view: &View) {
        let rows = usize::try_from(self.text_rows()).unwrap_or(usize::MAX);
        // A row that begins within a line has the beginning of that line above it.
        let within = view.lines.first().is_some_and(|row| !row.starts);
        let above = if rows < 3 { 0 } else { (rows / 3).max(usize::from(within)).min(view.above.len()) };
        let anchor = above.checked_sub(1).and_then(|row| view.above.get(row)).map_or(at, |(offset, _)| *offset);
        self.task = Task::Look(anchor);
    }

    fn lines(&self) -> Vec<Line> {
        let width = usize::try_from(self.text_columns()).unwrap_or(usize::MAX);
        let rows = self.view.lines.iter();
        rows.enumerate()
            .map(|(at, row)| {
                let mut spans = Vec::new();
                if self.kept.numbers {
                    let named = row.line > 0 && (row.starts || at == 0);
                    let name = if named { row.line.to_string() } else { String::new() };
                    spans.push(Span::new(&format!("{name:>6}  "), Role::Aside));
                }
                spans.extend(marked(row, self.left, width));
                Line { spans }
            })
            .collect()
    }

    /// Where one is in the file.
    fn position(&self) -> String {
        let size = self.view.size;
        let seen = self.view.next.unwrap_or(size);
        let percent = if size == 0 { 100 } else { u128::from(seen) * 100 / u128::from(size) };
        let line = match self.view.lines.first() {
            Some(row) if row.line > 0 => format!("line {}  ", row.line),
            _ => String::new(),
        };
        format!("{line}{percent} % of {size} bytes")
    }
}

/// The part of a row that is on the screen, as spans.
fn marked(row: &Row, left: usize, width: usize) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (at, letter) in row.text.chars().enumerate().skip(left).take(width) {
        let role = if row.marks.iter().any(|(from, to)| (*from..*to).contains(&at)) { Role::Match } else { Role::Text };
        match spans.last_mut() {
            Some(span) if span.role == role => span.text.push(letter),
            _ => spans.push(Span { text: String::from(letter), role }),
        }
    }
    spans.into_iter().map(|span| Span::new(&span.text, span.role)).collect()
}

impl Session for Reader {
    fn asks(&self) -> Option<Asks> {
        let (offset, length, anchor, rows) = self.window()?;
        let document = |text: &[u8]| Value::Bytes(ByteText(text.to_vec()));
        let state = serde_json::to_vec(&self.kept).unwrap_or_default();
        let number_here = self.numbered.get(&anchor).copied().unwrap_or(0);
        let values = BTreeMap::from([
            ("offset", number(offset)),
            ("length", number(length)),
            ("anchor", number(anchor)),
            ("number", number(number_here)),
            ("pattern", Value::Text(self.pattern().to_owned())),
            ("wrap", Value::Bool(self.kept.wrap)),
            ("rows", number(rows)),
            ("columns", number(self.text_columns())),
            ("begins", Value::Bool(self.begins)),
            ("ends", Value::Bool(self.task == Task::Keep)),
            ("state", document(&state)),
            ("schema", document(SCHEMA.as_bytes())),
        ]);
        Some(Asks { within: String::new(), values })
    }

    fn shown(&mut self, view: &[u8], state: Option<&[u8]>) {
        let Ok(view) = serde_json::from_slice::<View>(view) else {
            return self.failed("what is to be shown cannot be read");
        };
        if std::mem::take(&mut self.begins) {
            self.view.size = view.size;
            if let Some(state) = state {
                self.restore(state, view.size);
            }
            if let Some(search) = self.search.take() {
                self.kept.search = search;
                self.task = Task::Find(Find::from(0, view.size));
                return;
            }
            // The first view was made before what was kept for the file was known.
            if self.kept != Kept::default() {
                return;
            }
        }
        match self.task {
            Task::Look(anchor) => self.look(anchor, view),
            Task::Last => {
                let rows = usize::try_from(self.text_rows()).unwrap_or(usize::MAX);
                let top = view.above.get(rows - 1).or(view.above.last());
                self.task = Task::Look(top.map_or(0, |(offset, _)| *offset));
            }
            Task::Place(at) => self.place(at, &view),
            Task::Find(find) => self.searched(find, &view),
            Task::Count { from, line } => {
                let to = self.anchor().min(from.saturating_add(SEEK_BYTES));
                self.numbered.insert(to, line + view.feeds);
                self.task = match to == self.anchor() || to >= view.size {
                    true => Task::Look(self.anchor()),
                    false => Task::Count { from: to, line: line + view.feeds },
                };
            }
            Task::Keep => self.task = Task::Over,
            Task::Nothing | Task::Over => {}
        }
    }

    fn failed(&mut self, why: &str) {
        self.message = Some(why.to_owned());
        self.begins = false;
        self.task = if self.task == Task::Keep { Task::Over } else { Task::Nothing };
    }

    fn event(&mut self, event: Event) {
        if matches!(self.task, Task::Keep | Task::Over) {
            return;
        }
        self.message = None;
        match event {
            Event::Key(key) => self.key(key),
            Event::Resize { columns, rows } => {
                (self.columns, self.rows) = (columns, rows);
                self.task = Task::Look(self.anchor());
            }
            Event::Leave => self.task = Task::Keep,
        }
    }

    fn screen(&self) -> Screen {
        let lines = if self.mode == Mode::Help { keys::help() } else { self.lines() };
        let status = match (&self.mode, &self.message, self.task) {
            (Mode::Typing { .. }, None, _) => format!("/{}", self.pattern()),
            (Mode::Typing { .. }, Some(message), _) => format!("/{}   {message}", self.pattern()),
            (_, Some(message), _) => message.clone(),
            (_, None, Task::Find(find)) => format!("searching for “{}” at byte {}", self.pattern(), find.at()),
            _ => format!("{}   ? for keys", self.position()),
        };
        Screen { title: self.name.clone(), lines, status }
    }

    fn data(&self) -> Json {
        let lines = self.view.lines.iter().map(|row| {
            let number = (row.line > 0).then_some(row.line);
            json!({"offset": row.offset, "number": number, "text": row.text, "matches": row.marks})
        });
        json!({
            "name": self.name,
            "size": self.view.size,
            "position": self.anchor(),
            "search": self.pattern(),
            "lines": lines.collect::<Vec<_>>(),
        })
    }

    fn ended(&self) -> bool {
        self.task == Task::Over
    }
}
