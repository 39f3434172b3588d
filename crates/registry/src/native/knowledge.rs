//! Primitives that tell of a file without reading it, and of the time.

use super::{NAMES, chosen_file, on_host};
use telos_abi::{Descriptor, EffectKind, EffectUse, Refinement, Target};
use telos_describe::{blob, count, flag, line, output};

/// Bytes of a row about one file: its path may have each byte quoted.
const ROW_BYTES: u64 = 32 << 10;
/// Bytes of a date and a time.
const TIME_BYTES: u64 = 64;

pub(super) fn information() -> Descriptor {
    on_host("file.information")
        .does("Tell a file's size, kind and time of last change without reading it.", &["file", "list"])
        .words(&[
            "information",
            "info",
            "details",
            "properties",
            "stat",
            "size",
            "how big",
            "how large",
            "when was",
            "last changed",
            "last modified",
            "metadata",
        ])
        .examples(&[
            "how big is app.log",
            "when was report.pdf last changed",
            "details of photo.jpg",
            "what is the size of data.csv in bytes",
            "file info for notes.txt",
        ])
        .takes(chosen_file("file", "file to look at").words(&["file", "of", "is", "for", "about", "was"]))
        .gives(
            output(
                "information",
                blob(Refinement::Table),
                "table with one row: `name`, `path`, `size` in bytes, `modified` (RFC 3339, UTC), `kind` (file, \
                 directory or other)",
            )
            .from_source(NAMES),
        )
        .gives(output("size", count(0), "size of the file in bytes").from_source(NAMES))
        .effect(EffectKind::FileList, 0)
        .introduces(&[Refinement::Table])
        .produces(ROW_BYTES, 0)
        .build()
}

pub(super) fn exists() -> Descriptor {
    on_host("file.exists")
        .does("Tell whether a file or directory of this name is there.", &["file", "list", "condition"])
        .words(&[
            "is there a file",
            "is there already",
            "exists",
            "exist",
            "whether the file",
            "if there is no",
            "missing",
        ])
        .examples(&[
            "is there a file called notes.txt",
            "does backup/2024 exist already",
            "make todo.txt if there is none yet",
            "unless out.csv is there copy data.csv to it",
        ])
        .takes(chosen_file("path", "path to look for").words(&["file", "called", "named", "directory", "folder"]))
        .gives(output("there", flag(), "whether something is there").from_source(NAMES))
        .effect(EffectKind::FileList, 0)
        .build()
}

pub(super) fn today() -> Descriptor {
    let mut today = on_host("clock.today")
        .does("Tell today's date and the time.", &["time", "read"])
        .words(&["today", "date", "today's date", "what day", "time", "what time", "now", "current date", "clock"])
        .examples(&[
            "what is the date today",
            "what time is it",
            "today's date",
            "which day is it",
            "what is the current time",
        ])
        .gives(output("date", line(), "today's date, like 2024-05-01, where this machine is"))
        .gives(output("time", line(), "the time to the second, like 2024-05-01T09:30:00+02:00 (RFC 3339)"))
        .introduces(&[Refinement::Line])
        .produces(TIME_BYTES, 0)
        .build();
    today.effects.push(EffectUse { kind: EffectKind::Clock, target: Target::None });
    today
}
