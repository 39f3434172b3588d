//! Dots, two by four to a character.

use super::shapes::{Anchor, Colour, Place, Shape};
use crate::printable;
use crate::text::{Glyphs, TextStyle, paint};
use anstyle::{RgbColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How far the middle of a text is above the place where it stands, in user units.
const RISE: f64 = 4.0;
/// Every how many dots a faint line has one.
const FAINT_EVERY: i64 = 4;
/// Bits of a braille character (U+2800), by column and row of its dots.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

#[derive(Clone, Debug, Default)]
struct Cell {
    dots: u8,
    colour: Option<Colour>,
    letter: Option<char>,
    /// The second half of a wide letter.
    covered: bool,
}

/// A picture being made.
pub(super) struct Raster {
    columns: i64,
    rows: i64,
    /// Dots for a user unit.
    scale: f64,
    cells: Vec<Cell>,
}

impl Raster {
    /// As wide as there are columns, or less where it would be higher than `rows`.
    pub(super) fn new((wide, high): Place, columns: usize, rows: usize) -> Option<Self> {
        let (columns, rows) = (i64::try_from(columns).ok()?, i64::try_from(rows).ok()?);
        let scale = (real(columns * 2) / wide).min(real(rows * 4) / high);
        let rows = (whole(high * scale) + 4) / 4;
        let count = usize::try_from(columns * rows).ok()?;
        Some(Self { columns, rows, scale, cells: vec![Cell::default(); count] })
    }

    fn cell(&mut self, column: i64, row: i64) -> Option<&mut Cell> {
        let inside = (0..self.columns).contains(&column) && (0..self.rows).contains(&row);
        let index = usize::try_from(row * self.columns + column).ok().filter(|_| inside)?;
        self.cells.get_mut(index)
    }

    fn dot(&mut self, x: i64, y: i64, colour: Option<Colour>) {
        let bit = match (usize::try_from(x.rem_euclid(2)), usize::try_from(y.rem_euclid(4))) {
            (Ok(x), Ok(y)) => BITS[x][y],
            _ => return,
        };
        let Some(cell) = self.cell(x.div_euclid(2), y.div_euclid(4)) else { return };
        match colour {
            Some(_) => (cell.dots, cell.colour) = (cell.dots | bit, colour),
            None => cell.dots &= !bit,
        }
    }

    pub(super) fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Area { corners, colour, edged, thin } => {
                self.fill(corners, *colour, *thin);
                if *edged {
                    let round = corners.iter().chain(corners.first()).copied().collect::<Vec<_>>();
                    self.line(&round, None, 1);
                }
            }
            Shape::Line { places, colour, faint } => {
                self.line(places, Some(*colour), if *faint { FAINT_EVERY } else { 1 });
            }
            Shape::Text { .. } => {}
        }
    }

    /// Fills row by row between crossings with the outline (even-odd rule); of thin ones every second dot.
    fn fill(&mut self, corners: &[Place], colour: Colour, thin: bool) {
        let scaled: Vec<Place> = corners.iter().map(|(x, y)| (x * self.scale, y * self.scale)).collect();
        let top = scaled.iter().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
        let bottom = scaled.iter().map(|(_, y)| *y).fold(f64::NEG_INFINITY, f64::max);
        for y in whole(top).max(0)..(whole(bottom) + 1).min(self.rows * 4) {
            let middle = real(y) + 0.5;
            let mut crossings: Vec<f64> = scaled
                .iter()
                .zip(scaled.iter().cycle().skip(1))
                .filter(|(from, to)| (from.1 <= middle) != (to.1 <= middle))
                .map(|(from, to)| from.0 + (middle - from.1) / (to.1 - from.1) * (to.0 - from.0))
                .collect();
            crossings.sort_by(f64::total_cmp);
            for ends in crossings.chunks_exact(2) {
                let (from, to) = (whole(ends[0] + 0.5).max(0), whole(ends[1] + 0.5).min(self.columns * 2));
                // What is narrower than a dot is one.
                for x in from..to.max(from + 1) {
                    if !thin || (x + y) % 2 == 0 {
                        self.dot(x, y, Some(colour));
                    }
                }
            }
        }
    }

    /// A dot at every `every`th step of a line; `None` takes dots away.
    fn line(&mut self, places: &[Place], colour: Option<Colour>, every: i64) {
        let most = real(self.columns * 2 + self.rows * 4);
        for ends in places.windows(2) {
            let [from, to] = [ends[0], ends[1]].map(|(x, y)| (x * self.scale, y * self.scale));
            let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs());
            // What is far outside is not walked dot by dot.
            let steps = whole(steps.min(4.0 * most)).max(1);
            for step in (0..=steps).step_by(usize::try_from(every).unwrap_or(1)) {
                let part = real(step) / real(steps);
                let (x, y) = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
                self.dot(whole(x), whole(y), colour);
            }
        }
    }

    /// Writes a text where it has room: nothing is written over, and of labels that are too close some are left out.
    pub(super) fn write(&mut self, shape: &Shape, style: TextStyle) {
        let Shape::Text { at, anchor, turned, text } = shape else { return };
        let (column, row) = (whole(at.0 * self.scale / 2.0), whole((at.1 - RISE) * self.scale / 4.0));
        let mut text = printable(text, false);
        if style.glyphs == Glyphs::Ascii {
            text = text.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect();
        }
        let long = i64::try_from(text.width()).unwrap_or(0);
        let first = match anchor {
            Anchor::Start => column,
            Anchor::Middle => column - long / 2,
            // What is turned ends below what it names; set straight, that is where its middle belongs.
            Anchor::End if *turned => column - long / 2,
            Anchor::End => column - long,
        };
        let first = first.clamp(0, (self.columns - long).max(0));
        if !self.is_free(row, first, long) {
            return;
        }
        let mut at = first;
        for letter in text.chars() {
            let wide = i64::try_from(letter.width().unwrap_or(0)).unwrap_or(0);
            if wide == 0 {
                continue;
            }
            if let Some(cell) = self.cell(at, row) {
                cell.letter = Some(letter);
            }
            if wide == 2
                && let Some(cell) = self.cell(at + 1, row)
            {
                cell.covered = true;
            }
            at += wide;
        }
    }

    /// Whether a text of this length has room, and a column on both sides of it.
    fn is_free(&self, row: i64, first: i64, long: i64) -> bool {
        let free = |column: i64| {
            let index = usize::try_from(row * self.columns + column).ok();
            index.and_then(|index| self.cells.get(index)).is_some_and(|cell| cell.letter.is_none() && !cell.covered)
        };
        let (from, to) = ((first - 1).max(0), (first + long).min(self.columns - 1));
        (0..self.rows).contains(&row) && (from..=to).all(free)
    }

    pub(super) fn print(&self, style: TextStyle) -> String {
        let mut out = String::new();
        for row in self.cells.chunks(usize::try_from(self.columns).unwrap_or(1)) {
            let used = row.iter().rposition(|cell| cell.dots != 0 || cell.letter.is_some());
            let (mut run, mut ink) = (String::new(), None);
            for cell in row[..used.map_or(0, |last| last + 1)].iter().filter(|cell| !cell.covered) {
                let own = cell.colour.filter(|_| cell.letter.is_none() && cell.dots != 0);
                if own != ink {
                    out.push_str(&inked(&run, ink, style));
                    (run, ink) = (String::new(), own);
                }
                run.push(cell.letter.unwrap_or_else(|| glyph(cell.dots, style.glyphs)));
            }
            // Room that only turned labels need is not kept.
            if used.is_none() && out.ends_with("\n\n") {
                continue;
            }
            out.push_str(&inked(&run, ink, style));
            out.push('\n');
        }
        let lines = out.trim_end_matches('\n').len();
        out.truncate(lines);
        out.push('\n');
        out
    }
}

fn inked(run: &str, ink: Option<Colour>, style: TextStyle) -> String {
    match ink {
        // Black is the reader's own colour of text.
        Some((red, green, blue)) if ink != Some((0, 0, 0)) && !run.is_empty() => {
            paint(run, Style::new().fg_color(Some(RgbColor(red, green, blue).into())), style)
        }
        _ => run.to_owned(),
    }
}

fn glyph(dots: u8, glyphs: Glyphs) -> char {
    match (glyphs, dots.count_ones()) {
        (_, 0) => ' ',
        (Glyphs::Unicode, 8) => '█',
        (Glyphs::Unicode, _) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or('.'),
        (Glyphs::Ascii, 5..) => '#',
        (Glyphs::Ascii, 3..) => '*',
        (Glyphs::Ascii, _) => '.',
    }
}

#[expect(clippy::cast_precision_loss, reason = "dots of a terminal are few thousands")]
fn real(count: i64) -> f64 {
    count as f64
}

/// Rounded down; numbers of a drawing are bounded where they are read.
#[expect(clippy::cast_possible_truncation, reason = "a float is cut to what fits, which is outside of every picture")]
fn whole(number: f64) -> i64 {
    number.floor() as i64
}
