//! What keys do.

use super::{Reader, Task};
use crate::Key;
use telos_surface::{Line, Role};

/// Longest text that is searched for, in letters.
const PATTERN_LETTERS_MAX: usize = 256;
/// Letters that one key scrolls sideways.
const SIDEWAYS_LETTERS: usize = 8;

/// What keys are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Scrolling.
    Browse,
    /// Typing what to search for: where one was, and what was searched for before.
    Typing { origin: u64, before: String },
    /// The keys are shown.
    Help,
}

const KEYS: [(&str, &str); 9] = [
    ("↑ ↓  k j", "one row up or down"),
    ("PgUp PgDn  b space", "one screen up or down"),
    ("Home End  g G", "to the beginning or the end"),
    ("← →", "sideways, if lines are not wrapped"),
    ("/", "search as you type; Enter stays, Esc goes back"),
    ("n N", "next or last match; capitals matter if you type any"),
    ("w", "wrap long lines, or not"),
    ("l", "show numbers of lines, or not"),
    ("q  Ctrl-C", "leave; place and preferences are kept for the file"),
];

/// The keys, one a line.
pub(super) fn help() -> Vec<Line> {
    KEYS.iter().map(|(key, does)| Line::new(&format!("{key:<20}  {does}"), Role::Text)).collect()
}

impl Reader {
    /// What is searched for.
    pub(super) fn pattern(&self) -> &str {
        &self.kept.search
    }

    pub(super) fn key(&mut self, key: Key) {
        match self.mode {
            Mode::Browse => self.browse(key),
            Mode::Typing { .. } => self.typed(key),
            Mode::Help if key == Key::Letter('q') => self.task = Task::Keep,
            Mode::Help => self.mode = Mode::Browse,
        }
    }

    fn browse(&mut self, key: Key) {
        let page = self.view.lines.len().saturating_sub(1).max(1);
        match key {
            Key::Down | Key::Enter | Key::Letter('j') => self.scroll_down(1),
            Key::Up | Key::Letter('k') => self.scroll_up(1),
            Key::PageDown | Key::Letter(' ' | 'f') => self.scroll_down(page),
            Key::PageUp | Key::Letter('b') => self.scroll_up(page),
            Key::Home | Key::Letter('g') => self.task = Task::Look(0),
            Key::End | Key::Letter('G') => self.task = Task::Last,
            Key::Right if !self.kept.wrap => self.left = self.left.saturating_add(SIDEWAYS_LETTERS),
            Key::Left => self.left = self.left.saturating_sub(SIDEWAYS_LETTERS),
            Key::Letter('/') => {
                self.mode = Mode::Typing { origin: self.anchor(), before: std::mem::take(&mut self.kept.search) };
            }
            Key::Letter('n') => self.find_next(true),
            Key::Letter('N') => self.find_next(false),
            Key::Letter('w') => {
                self.kept.wrap = !self.kept.wrap;
                self.left = 0;
                self.task = Task::Look(self.anchor());
            }
            Key::Letter('l') => {
                self.kept.numbers = !self.kept.numbers;
                self.task = Task::Look(self.anchor());
            }
            Key::Letter('?') => self.mode = Mode::Help,
            Key::Letter('q') => self.task = Task::Keep,
            // Whatever is under way: a search through a large file.
            Key::Escape => self.task = Task::Look(self.anchor()),
            _ => {}
        }
    }

    fn typed(&mut self, key: Key) {
        let Mode::Typing { origin, before } = &self.mode else { return };
        let (origin, before) = (*origin, before.clone());
        match key {
            Key::Letter(letter) if self.kept.search.chars().count() < PATTERN_LETTERS_MAX => {
                self.kept.search.push(letter);
                self.find_as_typed(origin);
            }
            Key::Backspace if self.kept.search.pop().is_some() => self.find_as_typed(origin),
            Key::Enter => {
                self.mode = Mode::Browse;
                if self.kept.search.is_empty() {
                    self.kept.search = before;
                    self.find_next(true);
                }
            }
            Key::Escape | Key::Backspace => {
                self.mode = Mode::Browse;
                self.kept.search = before;
                self.found = None;
                self.task = Task::Look(origin);
            }
            _ => {}
        }
    }

    fn scroll_down(&mut self, rows: usize) {
        // At the end there is nothing further to see.
        let Some(next) = self.view.next else { return };
        let row = self.view.lines.get(rows).map(|row| row.offset);
        self.task = Task::Look(row.unwrap_or(next));
    }

    fn scroll_up(&mut self, rows: usize) {
        let row = self.view.above.get(rows - 1).or(self.view.above.last());
        if let Some((offset, _)) = row {
            self.task = Task::Look(*offset);
        }
    }
}
