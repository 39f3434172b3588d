//! A diagram as characters.

use super::place::{Layout, Point, layout};
use super::wrap::{width, wrap};
use super::{Diagram, DiagramStep};
use crate::text::{Glyphs, paint};
use crate::{Level, TextStyle, printable};
use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

/// Longest lines in boxes, in columns; the first that lets the whole fit is taken.
const LINE_COLUMNS: [usize; 4] = [72, 48, 34, 24];
/// Columns of a box beside its text: two borders and two spaces.
pub(super) const FRAME_COLUMNS: usize = 4;

/// Draws the diagram; `None` where it would not fit, is too large, or is no acyclic graph.
#[must_use]
pub fn diagram_text(diagram: &Diagram, style: TextStyle) -> Option<String> {
    let drawn = LINE_COLUMNS.iter().find_map(|columns| {
        let boxes: Vec<_> = diagram.steps.iter().map(|step| content(step, *columns, style.glyphs)).collect();
        let sizes: Vec<_> = boxes.iter().map(|lines| size(lines)).collect();
        let layout = layout(&sizes, &diagram.edges)?;
        (layout.width <= i64::try_from(style.columns).ok()?).then_some((boxes, layout))
    });
    let (boxes, layout) = drawn?;
    let mut canvas = Canvas::new(&layout, style)?;
    for (rect, lines) in layout.rects.iter().zip(&boxes) {
        let (right, bottom) = (rect.x + rect.width - 1, rect.y + rect.height - 1);
        let corners = [(rect.x, rect.y), (right, rect.y), (right, bottom), (rect.x, bottom), (rect.x, rect.y)];
        canvas.line(&corners.map(|(x, y)| Point { x, y }), true);
        for (row, (text, ink)) in (rect.y + 1..).zip(lines) {
            canvas.text(rect.x + 2, row, text, *ink);
        }
    }
    for (route, edge) in layout.routes.iter().zip(&diagram.edges) {
        canvas.line(route, !edge.order_only);
    }
    // Heads last: they stand on the borders that other lines cross.
    layout.routes.iter().filter_map(|route| route.last()).for_each(|end| canvas.head(*end));
    let mut out = canvas.print();
    for note in &diagram.notes {
        for line in wrap(&spelled(note, style.glyphs), style.columns) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    Some(out)
}

/// How a text is set off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Title,
    Plain,
    Marked(Level),
}

/// The lines of a box, none wider than `columns`.
pub(super) fn content(step: &DiagramStep, columns: usize, glyphs: Glyphs) -> Vec<(String, Ink)> {
    let set = |text: &str, ink: Ink| wrap(&spelled(text, glyphs), columns).into_iter().map(move |line| (line, ink));
    let mut lines: Vec<(String, Ink)> = set(&step.title, Ink::Title).collect();
    for line in &step.lines {
        lines.extend(set(&line.text, line.level.map_or(Ink::Plain, Ink::Marked)));
    }
    lines
}

/// The text as a terminal with these characters can show it. Names stay what they are.
fn spelled(text: &str, glyphs: Glyphs) -> String {
    let text = printable(text, false);
    if glyphs == Glyphs::Unicode {
        return text;
    }
    [("→", "->"), ("←", "<-"), ("…", "..."), ("“", "\""), ("”", "\"")]
        .iter()
        .fold(text, |text, (sign, letters)| text.replace(sign, letters))
}

/// Columns and rows of a box with these lines.
pub(super) fn size(lines: &[(String, Ink)]) -> (usize, usize) {
    let widest = lines.iter().map(|(line, _)| width(line)).max().unwrap_or(0);
    (widest + FRAME_COLUMNS, lines.len() + 2)
}

const UP: u8 = 1;
const RIGHT: u8 = 2;
const DOWN: u8 = 4;
const LEFT: u8 = 8;

/// One character cell.
#[derive(Clone, Debug, Default)]
struct Cell {
    /// Directions in which a line goes on from here.
    ways: u8,
    /// Whether one of the lines is solid.
    solid: bool,
    head: bool,
    letters: String,
    ink: Option<Ink>,
    /// The second half of a wide letter.
    covered: bool,
}

struct Canvas {
    columns: usize,
    cells: Vec<Cell>,
    style: TextStyle,
}

impl Canvas {
    fn new(layout: &Layout, style: TextStyle) -> Option<Self> {
        let (columns, rows) = (usize::try_from(layout.width).ok()?, usize::try_from(layout.height).ok()?);
        Some(Self { columns, cells: vec![Cell::default(); columns.checked_mul(rows)?], style })
    }

    fn at(&mut self, x: i64, y: i64) -> Option<&mut Cell> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x < self.columns { self.cells.get_mut(y * self.columns + x) } else { None }
    }

    /// A line through corners that share a column or row each.
    fn line(&mut self, corners: &[Point], solid: bool) {
        for ends in corners.windows(2) {
            let [from, to] = [ends[0], ends[1]];
            let (step_x, step_y) = ((to.x - from.x).signum(), (to.y - from.y).signum());
            let (ahead, back) = match (step_x, step_y) {
                (1, _) => (RIGHT, LEFT),
                (-1, _) => (LEFT, RIGHT),
                (_, 1) => (DOWN, UP),
                _ => (UP, DOWN),
            };
            let (mut x, mut y) = (from.x, from.y);
            while (x, y) != (to.x, to.y) {
                self.mark(x, y, ahead, solid);
                (x, y) = (x + step_x, y + step_y);
                self.mark(x, y, back, solid);
            }
        }
    }

    fn mark(&mut self, x: i64, y: i64, way: u8, solid: bool) {
        if let Some(cell) = self.at(x, y) {
            cell.ways |= way;
            cell.solid |= solid;
        }
    }

    fn head(&mut self, end: Point) {
        if let Some(cell) = self.at(end.x, end.y) {
            cell.head = true;
        }
    }

    fn text(&mut self, x: i64, y: i64, text: &str, ink: Ink) {
        let mut at = x;
        for letter in text.chars() {
            let wide = i64::try_from(letter.width().unwrap_or(0)).unwrap_or(0);
            // A letter without a width of its own belongs to the one before it.
            if let Some(cell) = self.at(if wide == 0 { at - 1 } else { at }, y) {
                cell.letters.push(letter);
                cell.ink = Some(ink);
            }
            if wide == 2
                && let Some(cell) = self.at(at + 1, y)
            {
                cell.covered = true;
            }
            at += wide;
        }
    }

    fn print(&self) -> String {
        let mut out = String::new();
        for row in self.cells.chunks(self.columns.max(1)) {
            let used = row.iter().rposition(|cell| cell.ways != 0 || cell.ink.is_some()).map_or(0, |last| last + 1);
            let mut run = String::new();
            let mut ink = None;
            for cell in row[..used].iter().filter(|cell| !cell.covered) {
                if cell.ink != ink {
                    out.push_str(&self.inked(&run, ink));
                    run.clear();
                    ink = cell.ink;
                }
                if cell.ink.is_some() { run.push_str(&cell.letters) } else { run.push(self.glyph(cell)) }
            }
            out.push_str(&self.inked(&run, ink));
            out.push('\n');
        }
        out
    }

    fn inked(&self, run: &str, ink: Option<Ink>) -> String {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        let with = match ink {
            _ if run.trim().is_empty() => return run.to_owned(),
            Some(Ink::Title) => Style::new().bold(),
            Some(Ink::Plain) => return run.to_owned(),
            Some(Ink::Marked(Level::Note)) => colour(AnsiColor::Cyan),
            Some(Ink::Marked(Level::Warning)) => colour(AnsiColor::Yellow),
            Some(Ink::Marked(Level::Error)) => colour(AnsiColor::Red),
            None => Style::new().dimmed(),
        };
        paint(run, with, self.style)
    }

    fn glyph(&self, cell: &Cell) -> char {
        const JOINTS: [char; 16] = [' ', '│', '─', '└', '│', '│', '┌', '├', '─', '┘', '─', '┴', '┐', '┤', '┬', '┼'];
        let (upright, flat) = (cell.ways & !(UP | DOWN) == 0, cell.ways & !(LEFT | RIGHT) == 0);
        match (self.style.glyphs, cell.head) {
            (Glyphs::Unicode, true) => '▼',
            (Glyphs::Ascii, true) => 'v',
            _ if cell.ways == 0 => ' ',
            (Glyphs::Unicode, _) if upright && !cell.solid => '┆',
            (Glyphs::Unicode, _) if flat && !cell.solid => '┄',
            (Glyphs::Unicode, _) => JOINTS[usize::from(cell.ways & 15)],
            (Glyphs::Ascii, _) if upright => {
                if cell.solid {
                    '|'
                } else {
                    ':'
                }
            }
            (Glyphs::Ascii, _) if flat => {
                if cell.solid {
                    '-'
                } else {
                    '.'
                }
            }
            (Glyphs::Ascii, _) => '+',
        }
    }
}
