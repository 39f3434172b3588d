//! A scatter plot: one number against another.

use crate::data::Data;
use crate::draw::{BOTTOM, COLOURS, Frame, HEIGHT, LEFT, RIGHT, WIDTH, escaped, heights, legend, name_of_axis};
use crate::scale::Scale;
use std::fmt::Write as _;
use telos_pack::Failure;
use telos_table::number;

/// Longest field that a message shows, in letters.
const SHOWN_LETTERS_MAX: usize = 40;

/// Draws a point for each value of each series, across at the number of its label. Rows without a label are left out.
pub(crate) fn points(svg: &mut String, frame: &Frame, data: &Data) -> Result<(), Failure> {
    let mut across: Vec<Option<f64>> = Vec::with_capacity(data.labels.len());
    for (row, label) in (1..).zip(&data.labels) {
        let (label, value) = (label.trim(), number(label.trim()));
        if value.is_none() && !label.is_empty() {
            let (shown, axis) = (escaped(label, SHOWN_LETTERS_MAX), &data.axis);
            return Err(Failure::bad(format!(
                "row {row}: `{shown}` in column `{axis}` is not a number; draw a line or bars"
            )));
        }
        across.push(value);
    }
    let scale = Scale::covering(across.iter().flatten().copied());
    let x = |value: f64| LEFT + scale.share(value) * (WIDTH - LEFT - RIGHT);
    heights(svg, frame);
    for value in scale.lines() {
        let (x, text) = (x(value), scale.text(value));
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
            HEIGHT - BOTTOM + 20.0
        );
    }
    name_of_axis(svg, data);
    for (series, colour) in data.series.iter().zip(COLOURS) {
        for (x_value, y_value) in across.iter().zip(&series.values) {
            if let (Some(x_value), Some(y_value)) = (x_value, y_value) {
                let (x, y) = (x(*x_value), frame.y(*y_value));
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\" fill-opacity=\"0.7\"/>"
                );
            }
        }
    }
    if data.series.len() > 1 {
        legend(svg, data);
    }
    Ok(())
}
