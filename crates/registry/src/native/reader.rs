//! Primitives of sessions: what a person asks to see at a surface, windows of files, and the state kept for a file.
//!
//! What a session asks for comes from the person's keys, as the turn comes from their words, so it carries no taint; what is
//! read for it carries that of its file.

use super::{CONTENT, chosen_directory, chosen_file, on_cell, on_host};
use telos_abi::limit::{STATE_BYTES_MAX, WINDOW_BYTES_MAX};
use telos_abi::{Descriptor, EffectKind, EffectUse, Refinement, Target, Value};
use telos_describe::{Builder, blob, count, directory, file, flag, input, line, output};

/// The cell that states of files are kept in.
const CELL: &str = "state";

/// Asks to show something: run again for each event of its session.
fn shows(builder: Builder) -> Descriptor {
    let mut built = builder.produces(2 * STATE_BYTES_MAX as u64, 0).introduces(&[Refinement::Json]).build();
    built.effects.push(EffectUse { kind: EffectKind::Show, target: Target::None });
    built
}

/// What every session asks for: a screen, and what is to be kept when it ends.
fn asks(builder: Builder) -> Builder {
    builder
        .gives(output("rows", count(0), "rows of the screen"))
        .gives(output("columns", count(0), "columns of the screen"))
        .gives(output("begins", flag(), "whether the session begins"))
        .gives(output("ends", flag(), "whether the session ends"))
}

pub(super) fn open() -> Descriptor {
    let open = on_host("reader.open")
        .does(
            "Open a file in the reader: scroll through it and search for text.",
            &["reader", "file", "scroll", "search"],
        )
        .words(&[
            "open",
            "scroll",
            "scroll through",
            "let me scroll",
            "let me read",
            "page through",
            "leaf through",
            "browse",
            "view",
            "reader",
            "search for text",
            "look around in",
        ])
        .examples(&[
            "open notes.txt and let me scroll through it and search for text",
            "let me page through server.log",
            "open README.md in the reader",
            "browse the log and look for timeouts as i type",
        ])
        .takes(chosen_file("file", "file to open").words(&["file", "open", "through", "in"]))
        .takes(
            input("search", line(), "text to go to at first; empty for none")
                .default(Value::Text(String::new()))
                .words(&["search for", "find", "at the word", "jump to"]),
        )
        .gives(output("file", file(), "the file that is open"))
        .gives(output("offset", count(0), "where the window begins in the file"))
        .gives(output("length", count(0), "bytes of the window"))
        .gives(output("anchor", count(0), "where the first row begins in the file"))
        .gives(output("number", count(0), "number of the first row's line; 0 if unknown"))
        .gives(output("pattern", line(), "text to find"))
        .gives(output("wrap", flag(), "whether long lines are wrapped"));
    shows(
        asks(open)
            .gives(output("state", blob(Refinement::Json), "position and preferences to keep for the file"))
            .gives(output("schema", blob(Refinement::Json), "JSON Schema of what is kept")),
    )
}

pub(super) fn table() -> Descriptor {
    let table = on_host("reader.table")
        .does(
            "Browse a table: scroll through its rows and columns and sort by a column.",
            &["reader", "table", "scroll"],
        )
        .words(&[
            "browse",
            "scroll",
            "scroll through",
            "let me scroll",
            "page through",
            "leaf through",
            "open",
            "view",
            "spreadsheet",
            "explore",
        ])
        .examples(&[
            "let me browse sales.csv",
            "open staff.csv as a table i can scroll through",
            "page through the rows of orders.csv",
            "explore the table in results.tsv",
        ])
        .takes(input("table", blob(Refinement::Table), "table to browse").words(&["table", "rows", "file"]))
        .gives(output("first", count(0), "rows before the first shown"))
        .gives(output("by", count(0), "number of the column to sort by, from 1; 0 for none"))
        .gives(output("descending", flag(), "whether the greatest comes first"));
    shows(asks(table))
}

pub(super) fn files() -> Descriptor {
    let files = on_host("reader.files")
        .does(
            "Browse a directory: see sizes and times, go in and out, open a file in the reader.",
            &["reader", "directory", "scroll"],
        )
        .words(&[
            "browse",
            "look around",
            "look around in",
            "let me look around",
            "go through the folder",
            "explore",
            "file browser",
            "file manager",
        ])
        .examples(&[
            "let me browse this folder",
            "browse the files in docs",
            "let me look around in the projects folder",
            "open a file browser here",
        ])
        .takes(chosen_directory("directory", "directory to browse").default(Value::Text(String::from("."))).words(&[
            "in",
            "folder",
            "directory",
            "here",
        ]))
        .gives(output("directory", directory(), "the directory that is shown"))
        .gives(output("first", count(0), "entries before the first shown"))
        .gives(output("by", count(0), "number of the column to sort by, from 1; 0 for none"))
        .gives(output("descending", flag(), "whether the greatest comes first"));
    shows(asks(files))
}

pub(super) fn window() -> Descriptor {
    on_host("file.window")
        .does("Read some bytes of a file from an offset.", &["file", "read", "session"])
        .words(&["read a window", "bytes from an offset", "part of a file", "window of a file", "from byte"])
        .examples(&["read 4096 bytes at offset 1024", "give a window of the file", "read on from byte 100"])
        .takes(chosen_file("file", "file to read").words(&["of", "file"]))
        .takes(input("offset", count(0), "first byte").words(&["from", "at"]))
        .takes(input("length", count(0), "most bytes").words(&["bytes"]))
        .gives(output("content", blob(Refinement::Bytes), "the bytes").from_source(CONTENT))
        .gives(output("size", count(0), "bytes of the file").from_source(CONTENT))
        .effect(EffectKind::FileRead, 0)
        .produces(WINDOW_BYTES_MAX as u64 + 64, 0)
        .build()
}

pub(super) fn read_state() -> Descriptor {
    let read = on_host("state.read")
        .does("Read the state that is kept for a file.", &["state", "read", "session"])
        .words(&["state of a file", "kept for a file", "preferences of a file", "where it was left", "read the state"])
        .examples(&["read the state of notes.txt", "what is kept for notes.txt", "where was notes.txt left"])
        .takes(chosen_file("file", "file that it is kept for").words(&["of", "for", "file"]))
        .gives(output("state", blob(Refinement::Json), "the state; an empty object if none is kept"))
        .introduces(&[Refinement::Json])
        .produces(STATE_BYTES_MAX as u64, 0);
    on_cell(read, CELL, &[EffectKind::CellRead])
}

pub(super) fn write_state() -> Descriptor {
    let write = on_host("state.write")
        .does("Keep a state for a file. Undo brings the last one back.", &["state", "write", "session"])
        .words(&["keep a state", "keep for a file", "write the state", "keep preferences", "keep where it was left"])
        .examples(&["keep this state for notes.txt", "write the state of notes.txt", "keep where notes.txt was left"])
        .takes(chosen_file("file", "file that it is kept for").words(&["of", "for", "file"]))
        .takes(input("state", blob(Refinement::Json), "state to keep").words(&["state", "this"]));
    on_cell(write, CELL, &[EffectKind::CellRead, EffectKind::CellWrite])
}
