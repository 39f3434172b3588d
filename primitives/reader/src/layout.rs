//! `text.layout`: pieces of a window as rows of a screen.
//!
//! A row ends where its line does, where the screen does if lines are wrapped, and in any case after
//! [`ROW_LETTERS_MAX`] letters. One row begins at the anchor; rows above it are told by their offsets alone. What a terminal
//! would obey is spelt out: control characters as `^[`, marks of text direction by their numbers.

use crate::rows::{Collected, number, tables, text};
use std::collections::VecDeque;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::write_row;
use unicode_width::UnicodeWidthChar;

/// Longest row in letters, also of a line that is not wrapped.
const ROW_LETTERS_MAX: usize = 4_096;
/// Columns between tab stops.
const TAB_COLUMNS: usize = 8;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let anchor = args.count(2)?;
    let as_size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (rows, columns) = (as_size(args.count(3)?), as_size(args.count(4)?));
    let width = if args.flag(5)? { columns.max(1) } else { usize::MAX };
    Ok(tables(move |[pieces, matches]: [Collected; 2], out| {
        let matches = matches.rows.iter().map(|row| (number(row, 0), number(row, 1))).collect();
        let mut layout = Layout { anchor, rows, width, matches, ..Layout::default() };
        layout.row.starts = pieces.rows.first().is_some_and(|row| number(row, 0) <= 3);
        layout.pieces(&pieces);
        layout.give(out);
        Ok(())
    }))
}

#[derive(Clone, Default)]
struct Row {
    offset: Option<u64>,
    /// Whether a line begins here.
    starts: bool,
    text: String,
    letters: usize,
    width: usize,
    /// Ranges of letters that were found.
    marks: Vec<(usize, usize)>,
}

#[derive(Default)]
struct Layout {
    anchor: u64,
    rows: usize,
    width: usize,
    /// By offset, without overlap.
    matches: VecDeque<(u64, u64)>,
    row: Row,
    above: VecDeque<(u64, bool)>,
    shown: Vec<Row>,
    /// Offset of the first row that is not shown.
    next: Option<u64>,
}

impl Layout {
    fn pieces(&mut self, pieces: &Collected) {
        for piece in &pieces.rows {
            let (offset, line, end) = (number(piece, 0), text(piece, 1), number(piece, 2));
            let mut bytes = 0;
            for (at, letter) in line.char_indices() {
                if !self.letter(offset + at as u64, letter) {
                    return;
                }
                bytes = at + letter.len_utf8();
            }
            if end > 0 {
                // An empty line begins at its end.
                let here = offset + bytes as u64;
                if self.row.offset.is_none() && !self.begin(here) {
                    return;
                }
                self.close(true);
            }
        }
        if self.row.offset.is_some() {
            self.close(false);
        }
    }

    /// Adds a letter; false if no further row is wanted.
    fn letter(&mut self, offset: u64, letter: char) -> bool {
        let mut spelt = String::new();
        let column = if self.row.offset.is_some() { self.row.width } else { 0 };
        let columns = spell(letter, column, &mut spelt);
        let full = self.row.width + columns > self.width && self.row.width > 0 || self.row.letters >= ROW_LETTERS_MAX;
        if self.row.offset.is_some() && (full || offset == self.anchor) {
            self.close(false);
        }
        if self.row.offset.is_none() && !self.begin(offset) {
            return false;
        }
        let letters = spelt.chars().count();
        while self.matches.front().is_some_and(|(_, end)| *end <= offset) {
            self.matches.pop_front();
        }
        if self.matches.front().is_some_and(|(start, _)| *start <= offset) {
            let (from, to) = (self.row.letters, self.row.letters + letters);
            match self.row.marks.last_mut() {
                Some(last) if last.1 == from => last.1 = to,
                _ => self.row.marks.push((from, to)),
            }
        }
        self.row.text.push_str(&spelt);
        self.row.letters += letters;
        self.row.width += columns;
        true
    }

    /// Begins a row; false if no further row is wanted.
    fn begin(&mut self, offset: u64) -> bool {
        if self.shown.len() >= self.rows && offset >= self.anchor {
            self.next = Some(offset);
            return false;
        }
        self.row.offset = Some(offset);
        true
    }

    /// Ends a row; the next one begins a line if this was the end of one.
    fn close(&mut self, line: bool) {
        let row = std::mem::replace(&mut self.row, Row { starts: line, ..Row::default() });
        let Some(offset) = row.offset else { return };
        if offset >= self.anchor {
            self.shown.push(row);
            return;
        }
        self.above.push_front((offset, row.starts));
        self.above.truncate(self.rows);
    }

    /// Rows above come first, from far to near, without their texts; the last row is what comes next.
    fn give(mut self, out: &mut Out) {
        let mut table = b"offset,starts,place,text,marks\n".to_vec();
        let mut write = |offset: u64, starts: bool, place: &str, text: &str, marks: &str| {
            let starts = if starts { "1" } else { "0" };
            write_row(&mut table, [offset.to_string().as_str(), starts, place, text, marks]);
        };
        while let Some((offset, starts)) = self.above.pop_back() {
            write(offset, starts, "above", "", "");
        }
        for row in &self.shown {
            let marks: Vec<String> = row.marks.iter().map(|(from, to)| format!("{from}-{to}")).collect();
            write(row.offset.unwrap_or(0), row.starts, "shown", &row.text, &marks.join(" "));
        }
        if let Some(next) = self.next {
            write(next, self.row.starts, "next", "", "");
        }
        out.bytes(0, table);
    }
}

/// Adds what is shown of a letter, and tells its columns.
fn spell(letter: char, column: usize, out: &mut String) -> usize {
    match letter {
        '\t' => {
            let columns = TAB_COLUMNS - column % TAB_COLUMNS;
            out.extend(std::iter::repeat_n(' ', columns));
            columns
        }
        '\0'..='\x1f' => {
            out.push('^');
            out.push(char::from_u32(u32::from(letter) + 64).unwrap_or('?'));
            2
        }
        '\x7f' => {
            out.push_str("^?");
            2
        }
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            let spelt = format!("<U+{:04X}>", u32::from(letter));
            out.push_str(&spelt);
            spelt.len()
        }
        _ => {
            out.push(letter);
            letter.width().unwrap_or(0)
        }
    }
}
