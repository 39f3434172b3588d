//! What a person does at a surface, as pure state machines: an event changes the state, the state asks for one bounded run
//! of the session's sealed graph, and what that run gives is shown.
//!
//! 1. **No host, no terminal, no clock.** A session is tested by the events it is given and the views it is shown.
//! 2. **Every step is bounded.** A search through a large file is many asks; keys come between them.
//! 3. **Whatever is shown may be wrong by the next event.** A file that shrank or vanished is told, and the session goes on.
#![forbid(unsafe_code)]

mod reader;
mod table;

pub use reader::Reader;
pub use table::Table;

use std::collections::BTreeMap;
use telos_abi::Value;
use telos_surface::Screen;

/// A key, by what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter, digit or sign; also the space.
    Letter(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
}

/// What happens to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// The screen has this size now.
    Resize {
        /// Letters of a row.
        columns: u16,
        /// Rows, title and status included.
        rows: u16,
    },
    /// The person leaves, or the surface is gone.
    Leave,
}

/// What one run of the graph is given: values by the names of the asking primitive's outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asks {
    /// Where the session is below what was opened; empty for that itself.
    pub within: String,
    /// The values; bytes for documents.
    pub values: BTreeMap<&'static str, Value>,
}

/// A session.
pub trait Session {
    /// What it needs to see next; `None` once everything asked for is shown, and after its end.
    fn asks(&self) -> Option<Asks>;

    /// What came of the last ask: the view, and the kept state where that was read.
    fn shown(&mut self, view: &[u8], state: Option<&[u8]>);

    /// The last ask failed.
    fn failed(&mut self, why: &str);

    /// Something happened.
    fn event(&mut self, event: Event);

    /// What is to be seen now.
    fn screen(&self) -> Screen;

    /// The same as data.
    fn data(&self) -> serde_json::Value;

    /// Whether it is over: its last ask was answered.
    fn ended(&self) -> bool;

    /// What is to be opened in a session of its own, if that was chosen: a path below what was opened.
    fn chosen(&mut self) -> Option<String> {
        None
    }
}

/// A size or position as a value.
fn number(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}
