//! Shapes and text.

use crate::data::{Data, SERIES_MAX};
use crate::pie::pie;
use crate::points::points;
use crate::scale::Scale;
use std::fmt::Write as _;
use telos_pack::Failure;

/// The form of a chart.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A line through each series, and what is below it filled.
    Area,
    /// A bar for each value.
    Bar,
    /// A line through each series.
    Line,
    /// Shares of the first series' sum.
    Pie,
    /// A point for each value, at the number of its label.
    Scatter,
}

/// Colours that stay apart for colour-blind readers (Okabe and Ito 2008).
pub(crate) const COLOURS: [&str; SERIES_MAX] =
    ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000"];

pub(crate) const WIDTH: f64 = 800.0;
pub(crate) const HEIGHT: f64 = 480.0;
pub(crate) const LEFT: f64 = 80.0;
pub(crate) const RIGHT: f64 = 20.0;
const TOP: f64 = 60.0;
pub(crate) const BOTTOM: f64 = 110.0;
/// Most labels along the horizontal axis; more would overlap.
const LABELS_MAX: usize = 40;
/// Longest label, in characters.
pub(crate) const LABEL_LETTERS_MAX: usize = 18;
/// Most letters of a title or a series' name.
const NAME_LETTERS_MAX: usize = 80;

/// The picture as an SVG document.
///
/// # Errors
/// When there is nothing that a pie could show.
pub(crate) fn draw(kind: Kind, data: &Data) -> Result<String, Failure> {
    let values = data.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let frame = Frame { scale: Scale::covering(values), rows: data.labels.len() };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n"
    );
    let title = if data.title.is_empty() { described(data) } else { data.title.clone() };
    let title = escaped(&title, NAME_LETTERS_MAX);
    let _ = writeln!(svg, "<title>{title}</title>");
    let _ = writeln!(svg, "<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>");
    let _ =
        writeln!(svg, "<text x=\"{}\" y=\"24\" font-size=\"16\" text-anchor=\"middle\">{title}</text>", WIDTH / 2.0);
    if matches!(kind, Kind::Pie) {
        pie(&mut svg, data)?;
        svg.push_str("</svg>\n");
        return Ok(svg);
    }
    if matches!(kind, Kind::Scatter) {
        points(&mut svg, &frame, data)?;
        svg.push_str("</svg>\n");
        return Ok(svg);
    }
    axes(&mut svg, &frame, data);
    for (number, series) in data.series.iter().enumerate() {
        let colour = COLOURS[number];
        match kind {
            Kind::Bar => bars(&mut svg, &frame, &series.values, (number, data.series.len()), colour),
            Kind::Area => {
                area(&mut svg, &frame, &series.values, colour);
                line(&mut svg, &frame, &series.values, colour);
            }
            Kind::Line | Kind::Pie | Kind::Scatter => line(&mut svg, &frame, &series.values, colour),
        }
    }
    if data.series.len() > 1 {
        legend(&mut svg, data);
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn described(data: &Data) -> String {
    let names: Vec<&str> = data.series.iter().map(|series| series.name.as_str()).collect();
    format!("{} by {}", names.join(", "), data.axis)
}

/// Where things are.
pub(crate) struct Frame {
    scale: Scale,
    rows: usize,
}

impl Frame {
    pub(crate) fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.scale.share(value) * (HEIGHT - TOP - BOTTOM)
    }

    /// Width of one row's place.
    fn pitch(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / real(self.rows.max(1))
    }

    /// The left edge of a row's place.
    fn x(&self, row: usize) -> f64 {
        LEFT + real(row) * self.pitch()
    }
}

#[expect(clippy::cast_precision_loss, reason = "rows and series are few thousands")]
fn real(count: usize) -> f64 {
    count as f64
}

fn axes(svg: &mut String, frame: &Frame, data: &Data) {
    heights(svg, frame);
    let every = data.labels.len().div_ceil(LABELS_MAX).max(1);
    for (row, label) in data.labels.iter().enumerate().step_by(every) {
        let (x, y) = (frame.x(row) + frame.pitch() / 2.0, HEIGHT - BOTTOM + 16.0);
        let label = escaped(label, LABEL_LETTERS_MAX);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\" transform=\"rotate(-40 {x:.1} {y:.1})\">{label}</text>"
        );
    }
    name_of_axis(svg, data);
}

/// The lines and numbers of the vertical axis.
pub(crate) fn heights(svg: &mut String, frame: &Frame) {
    for value in frame.scale.lines() {
        let y = frame.y(value);
        let _ =
            writeln!(svg, "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ccc\"/>", WIDTH - RIGHT);
        let text = frame.scale.text(value);
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", LEFT - 8.0, y + 4.0);
    }
}

/// What the horizontal axis shows.
pub(crate) fn name_of_axis(svg: &mut String, data: &Data) {
    let axis = escaped(&data.axis, NAME_LETTERS_MAX);
    let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
    let _ = writeln!(svg, "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{axis}</text>", HEIGHT - 8.0);
}

fn bars(svg: &mut String, frame: &Frame, values: &[Option<f64>], (number, of): (usize, usize), colour: &str) {
    let width = frame.pitch() * 0.8 / real(of);
    let zero = frame.y(0.0);
    for (row, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let (x, y) = (frame.x(row) + frame.pitch() * 0.1 + real(number) * width, frame.y(*value));
        let (top, height) = (y.min(zero), (y - zero).abs());
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.2}\" y=\"{top:.1}\" width=\"{width:.2}\" height=\"{height:.1}\" fill=\"{colour}\"/>"
        );
    }
}

/// What is between a series and zero, broken where a value is missing.
fn area(svg: &mut String, frame: &Frame, values: &[Option<f64>], colour: &str) {
    let zero = frame.y(0.0);
    for (first, run) in runs(values) {
        let x = |at: usize| frame.x(first + at) + frame.pitch() / 2.0;
        let mut outline = format!("{:.1},{zero:.1} ", x(0));
        for (at, value) in run.iter().enumerate() {
            let _ = write!(outline, "{:.1},{:.1} ", x(at), frame.y(*value));
        }
        let _ = write!(outline, "{:.1},{zero:.1}", x(run.len() - 1));
        let _ = writeln!(svg, "<polygon points=\"{outline}\" fill=\"{colour}\" fill-opacity=\"0.3\"/>");
    }
}

/// Values without a gap, and the row of the first of them.
fn runs(values: &[Option<f64>]) -> Vec<(usize, Vec<f64>)> {
    let mut out: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut row = 0;
    while row < values.len() {
        let run: Vec<f64> = values[row..].iter().map_while(|value| *value).collect();
        let length = run.len();
        if length > 0 {
            out.push((row, run));
        }
        row += length.max(1);
    }
    out
}

/// A line that is broken where a value is missing; a value without neighbours is a point.
fn line(svg: &mut String, frame: &Frame, values: &[Option<f64>], colour: &str) {
    for (first, run) in runs(values) {
        let place = |at: usize, value: f64| (frame.x(first + at) + frame.pitch() / 2.0, frame.y(value));
        if let [value] = run.as_slice() {
            let (x, y) = place(0, *value);
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
            continue;
        }
        let mut points = String::new();
        for (at, value) in run.iter().enumerate() {
            let (x, y) = place(at, *value);
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        let points = points.trim_end();
        let _ = writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
    }
}

pub(crate) fn legend(svg: &mut String, data: &Data) {
    let pitch = (WIDTH - LEFT - RIGHT) / real(data.series.len());
    for (number, series) in data.series.iter().enumerate() {
        let x = LEFT + real(number) * pitch;
        let name = escaped(&series.name, LABEL_LETTERS_MAX);
        let colour = COLOURS[number];
        let _ = writeln!(svg, "<rect x=\"{x:.1}\" y=\"36\" width=\"10\" height=\"10\" fill=\"{colour}\"/>");
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"45\">{name}</text>", x + 14.0);
    }
}

/// Text for XML: cut to `most` letters, entities for markup, U+FFFD for what XML does not allow.
pub(crate) fn escaped(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, letter) in text.chars().enumerate() {
        if index == most {
            out.push('…');
            break;
        }
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
