//! A pie: shares of a whole, clockwise from the top.

use crate::data::{Data, SERIES_MAX};
use crate::draw::{COLOURS, HEIGHT, LABEL_LETTERS_MAX, escaped};
use std::f64::consts::TAU;
use std::fmt::Write as _;
use telos_pack::Failure;

const CENTRE: (f64, f64) = (270.0, HEIGHT / 2.0 + 15.0);
const RADIUS: f64 = 180.0;
/// Where the names of the slices stand.
const NAMES_LEFT: f64 = 500.0;
const NAMES_TOP: f64 = 120.0;
const NAMES_PITCH: f64 = 30.0;

/// Draws the first series. Slices beyond the number of colours become one, which holds the least.
pub(crate) fn pie(svg: &mut String, data: &Data) -> Result<(), Failure> {
    let slices = slices(data)?;
    let whole: f64 = slices.iter().map(|(_, value)| value).sum();
    let mut turned = 0.0;
    for (number, (label, value)) in slices.iter().enumerate() {
        let (colour, share) = (COLOURS[number], value / whole);
        slice(svg, turned, share, colour);
        turned += share;
        let y = NAMES_TOP + NAMES_PITCH * f64::from(u32::try_from(number).unwrap_or(0));
        let name = escaped(label, LABEL_LETTERS_MAX);
        let _ = writeln!(
            svg,
            "<rect x=\"{NAMES_LEFT}\" y=\"{:.1}\" width=\"14\" height=\"14\" fill=\"{colour}\"/>",
            y - 12.0
        );
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{y:.1}\">{name}: {:.1} %</text>", NAMES_LEFT + 22.0, share * 100.0);
    }
    Ok(())
}

/// Labels with what they stand for, without those that stand for nothing.
fn slices(data: &Data) -> Result<Vec<(String, f64)>, Failure> {
    let Some(series) = data.series.first() else { return Err(Failure::bad("there is nothing to draw")) };
    let mut slices = Vec::new();
    for (label, value) in data.labels.iter().zip(&series.values) {
        let value = value.unwrap_or(0.0);
        if value < 0.0 {
            return Err(Failure::bad(format!("a pie has no place for the negative number of `{label}`; draw bars")));
        }
        if value > 0.0 {
            slices.push((label.clone(), value));
        }
    }
    if slices.is_empty() {
        return Err(Failure::bad("every number is 0 or missing; a pie shows shares of a whole"));
    }
    if slices.len() > SERIES_MAX {
        slices.sort_by(|one, other| other.1.total_cmp(&one.1));
        let rest = slices.split_off(SERIES_MAX - 1);
        slices.push((format!("{} others", rest.len()), rest.iter().map(|(_, value)| value).sum()));
    }
    Ok(slices)
}

fn slice(svg: &mut String, turned: f64, share: f64, colour: &str) {
    let (x, y) = CENTRE;
    if share > 0.999_999 {
        // An arc that ends where it begins is none.
        let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{RADIUS}\" fill=\"{colour}\"/>");
        return;
    }
    let point = |part: f64| {
        let angle = part * TAU;
        (x + RADIUS * angle.sin(), y - RADIUS * angle.cos())
    };
    let ((from_x, from_y), (to_x, to_y)) = (point(turned), point(turned + share));
    let large = u8::from(share > 0.5);
    let _ = writeln!(
        svg,
        "<path d=\"M {x} {y} L {from_x:.2} {from_y:.2} A {RADIUS} {RADIUS} 0 {large} 1 {to_x:.2} {to_y:.2} Z\" \
         fill=\"{colour}\" stroke=\"white\"/>"
    );
}
