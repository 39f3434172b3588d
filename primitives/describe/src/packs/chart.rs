//! Pack `chart`: pictures of tables.

use super::WHOLE_BYTES;
use crate::{blob, choice, choose, column, input, line, list, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![draw()]
}

fn draw() -> Descriptor {
    primitive("chart.draw")
        .does("Draw a bar, line, area, scatter or pie chart of a table as SVG.", &["chart", "draw", "picture"])
        .words(&[
            "chart",
            "plot",
            "graph",
            "draw",
            "visualise",
            "visualize",
            "diagram",
            "bar chart",
            "line chart",
            "pie chart",
            "area chart",
            "scatter plot",
            "picture",
            "histogram",
        ])
        .examples(&[
            "chart the sales per month",
            "plot temperature over time as a line",
            "draw a bar chart of the most common words",
            "visualise revenue by country",
        ])
        .takes(input("table", blob(Refinement::Table), "table to draw").words(&["table", "data", "rows", "it"]))
        .takes(
            input("kind", choice(&["area", "bar", "line", "pie", "scatter"]), "form of the chart")
                .default(choose("bar"))
                .words(&[
                    "bar",
                    "bars",
                    "line",
                    "lines",
                    "pie",
                    "shares",
                    "curve",
                    "over time",
                    "trend",
                    "area",
                    "filled",
                    "scatter",
                    "points",
                    "dots",
                    "against each other",
                ]),
        )
        .takes(
            input("label", list(column(), 1), "column of the labels; none for the first column")
                .default(Value::List(Vec::new()))
                .words(&["by", "per", "over", "against", "x", "labels", "for each"]),
        )
        .takes(
            input("values", list(column(), 8), "columns of numbers; none for every column that holds only numbers")
                .default(Value::List(Vec::new()))
                .words(&["of", "values", "y", "columns"]),
        )
        .takes(
            input("title", line(), "title above the chart")
                .default(Value::Text(String::new()))
                .words(&["titled", "title", "called", "named", "heading"]),
        )
        .gives(output("svg", blob(Refinement::Svg), "the picture"))
        .introduces(&[Refinement::Svg])
        .memory(WHOLE_BYTES)
        .wall_ms(60_000)
        .fuel(100_000_000, 10_000)
        .produces(1 << 20, 200)
        .shown_by_structure()
        .build()
}
