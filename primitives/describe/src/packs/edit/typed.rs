//! Texts that the request itself holds.

use super::streaming;
use crate::{blob, choice, choose, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement};

pub(super) fn from() -> Descriptor {
    primitive("text.from")
        .does("Give a text that is written in the request.", &["text", "new", "literal"])
        .words(&[
            "write",
            "note",
            "put the words",
            "with the text",
            "saying",
            "containing the text",
            "with the content",
        ])
        .examples(&[
            "write hello world to greeting.txt",
            "make a file todo.txt saying call the plumber",
            "create readme.txt with the text under construction",
            "note buy milk in shopping.txt",
        ])
        .takes(input("text", line(), "the text").words(&["text", "saying", "words", "content", "with"]))
        .gives(output("text", blob(Refinement::Utf8), "the text, ended by a line feed"))
        .introduces(&[Refinement::Utf8])
        .memory(64 << 20)
        .wall_ms(10_000)
        .fuel(50_000_000, 0)
        .produces(1 << 20, 0)
        .build()
}

pub(super) fn insert() -> Descriptor {
    streaming("text.insert")
        .does("Add a line to a text, after the last one or before the first.", &["text", "line", "add"])
        .words(&[
            "add the line",
            "append the line",
            "add to",
            "insert",
            "put at the end",
            "put at the top",
            "write under",
        ])
        .examples(&[
            "add the line buy milk to shopping.txt",
            "append done to log.txt",
            "put the line # notes at the start of notes.md",
            "insert a first line id,name into people.csv",
        ])
        .takes(input("lines", blob(Refinement::Utf8), "text to add to").words(&["text", "file", "to", "of"]))
        .takes(input("text", line(), "line to add").words(&["line", "text", "add", "saying"]))
        .takes(
            input("at", choice(&["end", "start"]), "where the line goes")
                .default(choose("end"))
                .words(&["at", "at the", "to the"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text with the line"))
        .produces(1 << 20, 1)
        .build()
}

pub(super) fn value() -> Descriptor {
    streaming("text.value")
        .does("Take the only line of a text as a value for what comes next.", &["text", "line", "literal"])
        .words(&["the value of", "what it says", "its only line", "that date", "that name"])
        .examples(&[
            "how many days until the date in deadline.txt",
            "weekday of the start of the concert in events.ics",
            "write what it says to a file",
            "the date of the exam in a long form",
        ])
        .takes(input("text", blob(Refinement::Utf8), "text with one line").words(&["text", "of", "in"]))
        .gives(output("line", line(), "the line"))
        .introduces(&[Refinement::Line])
        .produces(4_096, 0)
        .fuel(1_000_000, 500)
        .build()
}
