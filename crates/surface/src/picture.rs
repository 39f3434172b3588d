//! A drawing of simple shapes as characters: dots of braille, eight to a character.
//!
//! What `chart.draw` makes is understood: rectangles, lines, circles, polygons, slices and texts, one element a tag. What
//! is not understood is left out; a picture of which nothing is left is none.

mod raster;
mod shapes;

use crate::text::TextStyle;
use raster::Raster;
use shapes::{Shape, shapes};

/// Widest drawing, in characters.
const COLUMNS_MAX: usize = 100;
/// Narrowest on which anything can be seen.
const COLUMNS_MIN: usize = 20;
/// Most rows of a drawing.
const ROWS_MAX: usize = 60;

/// The picture as lines of characters. `None` if nothing of it can be shown.
pub(crate) fn drawn(svg: &str, style: TextStyle) -> Option<String> {
    let (size, shapes) = shapes(svg)?;
    let columns = style.columns.min(COLUMNS_MAX);
    if columns < COLUMNS_MIN {
        return None;
    }
    let mut raster = Raster::new(size, columns, ROWS_MAX)?;
    let mut shown = false;
    for shape in &shapes {
        shown |= !matches!(shape, Shape::Text { .. });
        raster.draw(shape);
    }
    // Texts last: they stay readable where shapes are.
    shapes.iter().for_each(|shape| raster.write(shape, style));
    shown.then(|| raster.print(style))
}

#[cfg(test)]
mod tests {
    use super::drawn;
    use crate::{Glyphs, TextStyle};

    const STYLE: TextStyle = TextStyle { terminal: true, colour: false, columns: 40, glyphs: Glyphs::Unicode };

    #[test]
    fn bars_are_blocks_and_labels_stand_below() {
        let svg = "<svg viewBox=\"0 0 80 80\">\n<rect width=\"80\" height=\"80\" fill=\"white\"/>\n\
                   <rect x=\"0\" y=\"0\" width=\"20\" height=\"64\" fill=\"#0072B2\"/>\n\
                   <rect x=\"40\" y=\"32\" width=\"20\" height=\"32\" fill=\"#0072B2\"/>\n\
                   <text x=\"10\" y=\"76\" text-anchor=\"middle\">jan &amp; co</text>\n</svg>\n";
        let out = drawn(svg, STYLE).expect("bars");
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[0].starts_with("██████████") && !lines[0].trim_end().contains(' '), "{out}");
        assert!(lines[12].contains("██████████          ██████████"), "{out}");
        assert!(out.contains("jan & co"), "{out}");
    }

    #[test]
    fn lines_and_slices_are_dots() {
        let svg = "<svg viewBox=\"0 0 80 80\"><polyline points=\"0,79 79,0\" fill=\"none\" stroke=\"#0072B2\"/></svg>";
        let out = drawn(svg, STYLE).expect("a line");
        assert!(out.lines().next().is_some_and(|line| line.ends_with('⠊') || line.ends_with('⠜')), "{out}");
        let pie = "<svg viewBox=\"0 0 80 80\"><path d=\"M 40 40 L 40 10 A 30 30 0 0 1 70 40 Z\" fill=\"#E69F00\" \
                   stroke=\"white\"/></svg>";
        assert!(drawn(pie, STYLE).expect("a slice").contains('█'));
    }

    #[test]
    fn letters_do_where_there_is_no_more() {
        let svg = "<svg viewBox=\"0 0 80 40\"><rect x=\"0\" y=\"0\" width=\"40\" height=\"40\" fill=\"#000\"/></svg>";
        let out = drawn(svg, TextStyle { glyphs: Glyphs::Ascii, ..STYLE }).expect("a bar");
        assert!(out.is_ascii() && out.contains("####"), "{out}");
    }

    #[test]
    fn what_is_no_drawing_is_none() {
        for bad in ["", "text", "<svg>", "<svg viewBox=\"0 0 0 0\"></svg>", "<svg viewBox=\"0 0 1e30 1\"></svg>"] {
            assert!(drawn(bad, STYLE).is_none(), "{bad}");
        }
        let only_text = "<svg viewBox=\"0 0 8 8\"><text x=\"1\" y=\"1\">hello</text></svg>";
        assert!(drawn(only_text, STYLE).is_none());
    }

    #[test]
    fn numbers_out_of_all_bounds_neither_panic_nor_take_long() {
        let huge = "<svg viewBox=\"0 0 80 80\"><rect x=\"-1e300\" y=\"nan\" width=\"1e308\" height=\"inf\" fill=\"#000\"/>\
                    <circle cx=\"1e99\" cy=\"0\" r=\"1e99\" fill=\"#000\"/><polyline points=\"-1e12,0 1e12,5 3\" stroke=\"#000\"/>\
                    <path d=\"M 1 1 L 1e50 2 A 1e-9 0 0 0 1 5 5 Z\" fill=\"#12345\"/><line x1=\"1e9\" x2=\"-1e9\" stroke=\"#ccc\"/></svg>";
        assert!(drawn(huge, STYLE).is_some_and(|out| out.lines().count() <= 60));
    }
}
