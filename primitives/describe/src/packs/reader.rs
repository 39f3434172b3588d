//! Pack `reader`: what a session shows of a file or table, one bounded window at a time.
//!
//! Tagged `session`: a session's graph is made of these, and no other.

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, Output, blob, count, flag, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![decode_window(), index(), layout(), render(), table_window()]
}

fn on_window(name: &str) -> Builder {
    primitive(name).memory(STREAM_BYTES).fuel(60_000_000, 4_000).wall_ms(20_000)
}

fn pieces() -> Input {
    input("pieces", blob(Refinement::Table), "table of pieces of text: `offset`, `text`, `end`").words(&["pieces"])
}

fn matches(words: &str) -> Input {
    input("matches", blob(Refinement::Table), words).words(&["matches"])
}

fn view() -> Output {
    output("view", blob(Refinement::Json), "what is shown: lines, and where they are in the file")
}

fn decode_window() -> Descriptor {
    on_window("text.decode-window")
        .memory(WHOLE_BYTES)
        .does("Decode a window of a file as UTF-8 into pieces with their offsets.", &["text", "decode", "session"])
        .words(&["decode a window", "window of text", "pieces of text", "utf-8 window", "decode from an offset"])
        .examples(&["decode the window at offset 4096", "read this window as text", "cut the window into pieces"])
        .takes(input("data", blob(Refinement::Bytes), "bytes of the window").words(&["data", "bytes"]))
        .takes(input("offset", count(0), "offset of its first byte in the file").words(&["at", "offset"]))
        .gives(output("pieces", blob(Refinement::Table), "table of pieces: `offset`, `text`, `end`"))
        .gives(output("feeds", count(0), "number of line feeds in the window"))
        .introduces(&[Refinement::Table])
        .produces(64, 64)
        .build()
}

fn index() -> Descriptor {
    on_window("text.index")
        .does(
            "Find where a text occurs in a window; case matters only if the text has capitals.",
            &["text", "search", "session"],
        )
        .words(&["index a window", "offsets of matches", "where it occurs", "incremental search", "places of a text"])
        .examples(&["find the offsets of error in this window", "index the window for tea", "mark where fig occurs"])
        .takes(pieces())
        .takes(input("pattern", line(), "text to find; empty for none").words(&["for", "of"]))
        .gives(output("matches", blob(Refinement::Table), "table of matches: `start`, `end`"))
        .gives(output("count", count(0), "number of matches"))
        .introduces(&[Refinement::Table])
        .produces(4 << 20, 0)
        .build()
}

fn layout() -> Descriptor {
    on_window("text.layout")
        .does("Lay out a window of text as rows of a screen.", &["text", "layout", "session"])
        .words(&["lay out", "wrap for a screen", "rows of a screen", "typeset", "break into rows"])
        .examples(&["lay this window out for 80 columns", "wrap the window to the screen", "break the text into rows"])
        .takes(pieces())
        .takes(matches("table of matches to mark: `start`, `end`"))
        .takes(input("anchor", count(0), "offset at which the first row begins").words(&["from", "anchor"]))
        .takes(input("rows", count(0), "most rows").words(&["rows"]))
        .takes(input("columns", count(0), "columns of the screen").words(&["columns", "wide"]))
        .takes(
            input("wrap", flag(), "whether long lines go on in the next row")
                .default(Value::Bool(true))
                .words(&["wrap"]),
        )
        .gives(output("rows", blob(Refinement::Table), "table of rows: `offset`, `starts`, `place`, `text`, `marks`"))
        .introduces(&[Refinement::Table])
        .produces(16 << 20, 0)
        .build()
}

fn render() -> Descriptor {
    on_window("reader.render")
        .memory(WHOLE_BYTES)
        .fuel(60_000_000, 6_000)
        .does("Render laid out rows and matches as what a reader shows.", &["text", "show", "session"])
        .words(&["render rows", "render a window", "draw rows", "view of rows", "show rows"])
        .examples(&["render these rows", "show the rows with their matches", "draw the window of the reader"])
        .takes(input("rows", blob(Refinement::Table), "table of rows, as a layout gives them").words(&["rows"]))
        .takes(matches("table of matches in the window: `start`, `end`"))
        .takes(input("size", count(0), "bytes of the file").words(&["size"]))
        .takes(input("feeds", count(0), "line feeds in the window").words(&["feeds"]))
        .takes(input("number", count(0), "number of the first row's line; 0 if unknown").words(&["number"]))
        .gives(view())
        .introduces(&[Refinement::Json])
        .produces(32 << 20, 0)
        .build()
}

fn table_window() -> Descriptor {
    on_window("table.window")
        .does("Show some rows of a table in columns that line up.", &["table", "show", "session"])
        .words(&["window of rows", "rows from a position", "screen of rows", "page of rows", "view of a table"])
        .examples(&["show rows 100 to 120", "give the window of rows at 40", "the screen of rows after this one"])
        .takes(input("table", blob(Refinement::Table), "table to show").words(&["table", "rows"]))
        .takes(input("first", count(0), "rows before the first shown").words(&["from"]))
        .takes(input("rows", count(0), "most rows").words(&["rows"]))
        .takes(
            input("by", count(0), "number of the column to sort by, from 1; 0 for the order of the table")
                .default(Value::Int(0))
                .words(&["sorted by"]),
        )
        .takes(
            input("descending", flag(), "whether the greatest comes first")
                .default(Value::Bool(false))
                .words(&["descending"]),
        )
        .gives(view())
        .introduces(&[Refinement::Json])
        .produces(8 << 20, 0)
        .memory(WHOLE_BYTES)
        .wall_ms(600_000)
        .build()
}
