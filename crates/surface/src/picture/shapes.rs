//! The shapes of a drawing.

use std::f64::consts::TAU;

/// Most shapes that are looked at: those of the largest chart.
const SHAPES_MAX: usize = 50_000;
/// Largest side of a drawing, in user units; also the most that a coordinate counts.
const SIDE_MAX: f64 = 100_000.0;
/// Corners that a whole circle is drawn with.
const CIRCLE_CORNERS: usize = 96;

/// A place in user units.
pub(super) type Place = (f64, f64);

/// A colour: red, green, blue.
pub(super) type Colour = (u8, u8, u8);

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// What corners enclose; `edged` ones are set off from their neighbours, thin ones let through what is behind.
    Area { corners: Vec<Place>, colour: Colour, edged: bool, thin: bool },
    /// A line through places; a faint one is only there to guide the eye.
    Line { places: Vec<Place>, colour: Colour, faint: bool },
    /// A text, at the place of its beginning, middle or end; `turned` ones stand below what they name.
    Text { at: Place, anchor: Anchor, turned: bool, text: String },
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Width and height, and the shapes in order. `None` if this is no drawing of a reasonable size.
pub(super) fn shapes(svg: &str) -> Option<(Place, Vec<Shape>)> {
    let open = &svg[svg.find("<svg")?..];
    let view: Vec<f64> = numbers(attribute(open.split_once('>')?.0, "viewBox")?);
    let [_, _, wide, high] = view.as_slice() else { return None };
    if !(1.0..=SIDE_MAX).contains(wide) || !(1.0..=SIDE_MAX).contains(high) {
        return None;
    }
    let tags = open.split('<').skip(2).filter(|tag| !tag.starts_with(['/', '?', '!']));
    let shapes = tags.filter_map(|tag| shape(tag, (*wide, *high))).take(SHAPES_MAX).collect();
    Some(((*wide, *high), shapes))
}

fn shape(tag: &str, (wide, high): Place) -> Option<Shape> {
    let (head, content) = tag.split_once('>')?;
    let name = head.split([' ', '/']).next()?;
    let number = |name: &str| attribute(head, name).and_then(|text| numbers(text).first().copied());
    let colour = |name: &str| attribute(head, name).and_then(colour);
    let area = |corners: Vec<Place>| {
        let edged = attribute(head, "stroke") == Some("white");
        Some(Shape::Area { corners, colour: colour("fill")?, edged, thin: number("fill-opacity").unwrap_or(1.0) < 0.5 })
    };
    match name {
        "rect" => {
            let (x, y) = (number("x").unwrap_or(0.0), number("y").unwrap_or(0.0));
            let (right, bottom) = (x + number("width")?, y + number("height")?);
            // The paper is not drawn.
            let paper = x <= 0.0 && y <= 0.0 && right >= wide && bottom >= high;
            if paper { None } else { area(vec![(x, y), (right, y), (right, bottom), (x, bottom)]) }
        }
        "circle" => area(circle((number("cx")?, number("cy")?), number("r")?)),
        "polygon" => area(pairs(&numbers(attribute(head, "points")?))),
        "path" => area(slice(attribute(head, "d")?)?),
        "polyline" => Some(Shape::Line {
            places: pairs(&numbers(attribute(head, "points")?)),
            colour: colour("stroke")?,
            faint: false,
        }),
        "line" => {
            let at = |name: &str| number(name).unwrap_or(0.0);
            let places = vec![(at("x1"), at("y1")), (at("x2"), at("y2"))];
            Some(Shape::Line { places, colour: colour("stroke")?, faint: true })
        }
        "text" => {
            let anchor = match attribute(head, "text-anchor") {
                Some("middle") => Anchor::Middle,
                Some("end") => Anchor::End,
                _ => Anchor::Start,
            };
            let turned = attribute(head, "transform").is_some();
            let text = content.trim_end().replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            let text = text.replace("&#39;", "'").replace("&amp;", "&");
            Some(Shape::Text { at: (number("x")?, number("y")?), anchor, turned, text })
        }
        _ => None,
    }
}

/// The value of an attribute in the head of a tag.
fn attribute<'t>(head: &'t str, name: &str) -> Option<&'t str> {
    head.match_indices(name).find_map(|(at, _)| {
        let value = head[at + name.len()..].strip_prefix("=\"")?;
        head[..at].ends_with([' ', '\n']).then(|| value.split('"').next())?
    })
}

/// The numbers in a text, none farther out than a drawing may be.
fn numbers(text: &str) -> Vec<f64> {
    let parts = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "+-.".contains(letter)));
    let read = parts.filter_map(|part| part.parse::<f64>().ok()).filter(|number| number.is_finite());
    read.map(|number| number.clamp(-SIDE_MAX, SIDE_MAX)).collect()
}

fn pairs(numbers: &[f64]) -> Vec<Place> {
    numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// `#rgb`, `#rrggbb` or the name `white`.
fn colour(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix('#').filter(|digits| digits.is_ascii())?;
    let part = |from: usize, long: usize| u8::from_str_radix(digits.get(from..from + long)?, 16).ok();
    match digits.len() {
        3 => Some((part(0, 1)? * 17, part(1, 1)? * 17, part(2, 1)? * 17)),
        6 => Some((part(0, 2)?, part(2, 2)?, part(4, 2)?)),
        _ => None,
    }
}

fn circle((x, y): Place, radius: f64) -> Vec<Place> {
    let step = TAU / real(CIRCLE_CORNERS);
    (0..CIRCLE_CORNERS).map(|corner| turned((x, y), radius, real(corner) * step)).collect()
}

/// The place at an angle from the top, clockwise.
fn turned((x, y): Place, radius: f64, angle: f64) -> Place {
    (x + radius * angle.sin(), y - radius * angle.cos())
}

/// A slice of a circle: `M centre L from A radius radius 0 large 1 to Z`.
fn slice(path: &str) -> Option<Vec<Place>> {
    let [x, y, from_x, from_y, radius, _, _, large, _, to_x, to_y] = numbers(path)[..] else { return None };
    let angle = |at_x: f64, at_y: f64| (at_x - x).atan2(y - at_y);
    let begin = angle(from_x, from_y);
    let mut along = (angle(to_x, to_y) - begin).rem_euclid(TAU);
    // Rounding may make nearly nothing of nearly everything.
    if large > 0.5 && along < 1e-3 {
        along = TAU;
    }
    let mut corners = vec![(x, y)];
    let step = along / real(CIRCLE_CORNERS);
    corners.extend((0..=CIRCLE_CORNERS).map(|corner| turned((x, y), radius, begin + real(corner) * step)));
    Some(corners)
}

#[expect(clippy::cast_precision_loss, reason = "corners of a circle are few")]
fn real(count: usize) -> f64 {
    count as f64
}
