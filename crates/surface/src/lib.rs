//! What a person sees: scenes, and the renderers that show them.
//!
//! 1. **A scene is meaning, not pixels.** The same tree is printed on a terminal, written as a web page, and read by a
//!    screen reader or a program (`--json`).
//! 2. **No application logic.** This room is handed values; it does not know where they came from.
//! 3. **Content is data.** Whatever a value holds, it cannot move the terminal's cursor or add markup to a page.
#![forbid(unsafe_code)]

mod diagram;
mod picture;
mod scene;
mod screen;
mod table;
mod text;
mod web;

pub use diagram::{Diagram, DiagramEdge, DiagramLine, DiagramStep, diagram_svg, diagram_text};
pub use scene::{Block, Level, Scene, ShownValue};
pub use screen::{Line, Role, Screen, Span};
pub use text::{Glyphs, Printer, TextStyle, clipped, columns, printable, text};
pub use web::web;
