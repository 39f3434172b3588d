//! A diagram as an SVG document of its own.

use super::Diagram;
use super::place::{Layout, Point, layout};
use super::text::{Ink, content, size};
use super::wrap::{width, wrap};
use crate::web::escape;
use crate::{Glyphs, Level};
use std::fmt::Write;

/// Longest lines in boxes, in columns.
const LINE_COLUMNS: usize = 56;
/// Width and height of a character cell in user units; what the font makes of it is stretched to fit.
const CELL: (i64, i64) = (8, 18);
/// Around the picture, in user units.
const MARGIN: i64 = 16;

/// No script, nothing from elsewhere. Plain colours first, because not every reader knows the theme of its user.
const STYLE: &str = "<style>\
    text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1b1f24;white-space:pre}\
    .paper{fill:#fff}.step{fill:#f6f8fa;stroke:#59636e}.title{font-weight:bold}.remark{fill:#59636e}\
    .way{fill:none;stroke:#59636e;stroke-width:1.5;stroke-linejoin:round}.order{stroke-dasharray:4 4}.head{fill:#59636e}\
    .note{fill:#0550ae}.warning{fill:#7d4e00}.error{fill:#b3261e}\
    @media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}.step{fill:#161b22;stroke:#9198a1}\
    .way{stroke:#9198a1}.head,.remark{fill:#9198a1}.note{fill:#79c0ff}.warning{fill:#e3b341}.error{fill:#ff8580}}\
    </style>";

/// Draws the diagram; `None` if it is too large or no acyclic graph.
#[must_use]
pub fn diagram_svg(diagram: &Diagram) -> Option<String> {
    let boxes: Vec<_> = diagram.steps.iter().map(|step| content(step, LINE_COLUMNS, Glyphs::Unicode)).collect();
    let sizes: Vec<_> = boxes.iter().map(|lines| size(lines)).collect();
    let layout = layout(&sizes, &diagram.edges)?;
    let notes: Vec<String> = diagram.notes.iter().flat_map(|note| wrap(&clean(note), LINE_COLUMNS * 2)).collect();
    let mut out = String::new();
    open(&mut out, diagram, &layout, &notes);
    for (route, edge) in layout.routes.iter().zip(&diagram.edges) {
        way(&mut out, route, edge.order_only);
    }
    for (rect, lines) in layout.rects.iter().zip(&boxes) {
        let (x, y) = (left(rect.x), top(rect.y));
        let (wide, high) = ((rect.width - 1) * CELL.0, (rect.height - 1) * CELL.1);
        push(
            &mut out,
            format_args!("<g><rect class=\"step\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" rx=\"6\"/>\n"),
        );
        for (row, (line, ink)) in (rect.y + 1..).zip(lines) {
            let class = match ink {
                Ink::Title => "title",
                Ink::Plain => "plain",
                Ink::Marked(Level::Note) => "note",
                Ink::Marked(Level::Warning) => "warning",
                Ink::Marked(Level::Error) => "error",
            };
            text(&mut out, rect.x + 2, row, line, class);
        }
        out.push_str("</g>\n");
    }
    // Over the borders that they stand on.
    for end in layout.routes.iter().filter_map(|route| route.last()) {
        let (x, y) = (left(end.x), top(end.y));
        push(&mut out, format_args!("<path class=\"head\" d=\"M{x} {y}l-5 -9h10z\"/>\n"));
    }
    for (row, note) in (layout.height + 1..).zip(&notes) {
        text(&mut out, 0, row, note, "remark");
    }
    out.push_str("</svg>\n");
    Some(out)
}

/// The head of the document, with what a reader that cannot see it is told.
fn open(out: &mut String, diagram: &Diagram, layout: &Layout, notes: &[String]) {
    let columns = notes.iter().map(|note| cells(note)).max().unwrap_or(0).max(layout.width);
    let rows = layout.height + if notes.is_empty() { 0 } else { cells_of(notes.len()) + 1 };
    let (wide, high) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    let told: Vec<String> = diagram
        .steps
        .iter()
        .map(|step| {
            let lines: Vec<&str> = step.lines.iter().map(|line| line.text.as_str()).collect();
            clean(&format!("{}: {}", step.title, lines.join("; ")))
        })
        .collect();
    push(
        out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" \
             role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
             {STYLE}\n<rect class=\"paper\" width=\"{wide}\" height=\"{high}\"/>\n",
            escape(&clean(&diagram.title)),
            escape(&told.join("\n"))
        ),
    );
}

fn way(out: &mut String, route: &[Point], order_only: bool) {
    let corners = route.iter().map(|corner| format!("{} {}", left(corner.x), top(corner.y)));
    let path = corners.collect::<Vec<_>>().join("L");
    let class = if order_only { "way order" } else { "way" };
    push(out, format_args!("<path class=\"{class}\" d=\"M{path}\"/>\n"));
}

fn text(out: &mut String, column: i64, row: i64, line: &str, class: &str) {
    if line.is_empty() {
        return;
    }
    let (x, y, long) = (MARGIN + column * CELL.0, MARGIN + row * CELL.1 + 13, cells(line) * CELL.0);
    let line = escape(&clean(line));
    push(
        out,
        format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" textLength=\"{long}\" lengthAdjust=\"spacingAndGlyphs\">{line}</text>\n"
        ),
    );
}

/// The middle of a column, and of a row.
fn left(column: i64) -> i64 {
    MARGIN + column * CELL.0 + CELL.0 / 2
}

fn top(row: i64) -> i64 {
    MARGIN + row * CELL.1 + CELL.1 / 2
}

fn cells(text: &str) -> i64 {
    cells_of(width(text))
}

fn cells_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 1_024)
}

/// Text without what would move a cursor or what XML does not allow.
fn clean(text: &str) -> String {
    crate::printable(text, false).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}
