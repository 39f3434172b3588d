//! Pack `svg`: drawings as pictures.

use super::WHOLE_BYTES;
use crate::{blob, count, input, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![to_png()]
}

fn to_png() -> Descriptor {
    primitive("svg.to-png")
        .does("Turn a drawing or chart in SVG into a PNG picture.", &["svg", "png", "picture"])
        .words(&["to png", "as png", "rasterise", "rasterize", "render", "as a picture", "as an image"])
        .examples(&[
            "turn logo.svg into a png",
            "convert plan.svg to plan.png",
            "render map.svg 1200 pixels wide as map.png",
            "save the chart as a picture in chart.png",
        ])
        .takes(input("svg", blob(Refinement::Utf8), "drawing: SVG").words(&["svg", "drawing", "chart", "it", "of"]))
        .takes(input("width", count(0), "width in pixels; 0 for the drawing's own").default(Value::Int(0)).words(&[
            "wide",
            "pixels wide",
            "width",
        ]))
        .gives(output("image", blob(Refinement::Image), "the picture"))
        .gives(output("width", count(1), "its width in pixels"))
        .gives(output("height", count(1), "its height in pixels"))
        .introduces(&[Refinement::Image])
        .memory(WHOLE_BYTES)
        .wall_ms(600_000)
        // Larger drawings than 8 MiB are refused, so what it takes hardly grows with what a plan could send.
        .fuel(300_000_000_000, 1_000)
        .produces(80 << 20, 0)
        .shown_by_structure()
        .build()
}
