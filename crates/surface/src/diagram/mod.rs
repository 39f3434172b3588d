//! Diagrams: steps and what flows between them, laid out once and drawn as characters or as SVG.
//!
//! The layout is the layered one of Sugiyama, Tagawa and Toda (1981): longest-path layers, crossings lowered by the
//! barycentre of neighbours, then columns and routes. It counts in character cells, so one layout serves both drawings.

mod layers;
mod place;
mod svg;
mod text;
mod wrap;

use crate::Level;

pub use svg::diagram_svg;
pub use text::diagram_text;

/// Most steps that are drawn; more are no picture that anyone could read.
pub(crate) const DIAGRAM_STEPS_MAX: usize = 256;
/// Most steps and bends of edges together.
pub(crate) const VERTICES_MAX: usize = 2_048;

/// A graph as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// What it is of.
    pub title: String,
    /// Its steps.
    pub steps: Vec<DiagramStep>,
    /// What goes from one step to another.
    pub edges: Vec<DiagramEdge>,
    /// Remarks on the whole, below the picture.
    pub notes: Vec<String>,
}

/// One box.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DiagramStep {
    /// Its name.
    pub title: String,
    /// What is to be known of it.
    pub lines: Vec<DiagramLine>,
}

/// One line in a box; long ones are wrapped.
#[derive(Clone, Debug, PartialEq)]
pub struct DiagramLine {
    /// Its text.
    pub text: String,
    /// Whether it needs attention.
    pub level: Option<Level>,
}

/// An arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiagramEdge {
    /// Position of the step that comes first.
    pub from: usize,
    /// Position of the step that follows.
    pub to: usize,
    /// Whether nothing flows and it only comes later.
    pub order_only: bool,
}

impl DiagramLine {
    /// A line that needs no attention.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), level: None }
    }
}

#[cfg(test)]
mod tests;
