//! Descriptors of the host primitives: the functions of the `host` room that plans may call.
//!
//! Handles that a listing gives carry no taint: their authority comes from the granted directory that was listed,
//! not from the text of a name. The *names*, sizes and counts are tainted, because whoever made the files chose them.

mod bundles;
mod copies;
mod knowledge;
mod memory;
mod network;
mod reader;
mod sqlite;
#[cfg(test)]
mod tests;
mod trees;
mod web;

use telos_abi::limit::{BLOB_BYTES_MAX, WALK_ENTRIES_MAX};
use telos_abi::{Descriptor, EffectKind, EffectUse, Label, Refinement, Secrecy, State, Taint, Target, Value};
use telos_describe::{Builder, Input, blob, count, directory, file, flag, input, line, list, output, primitive};

/// Most handles a listing gives; the same number as the host's own limit on a walk.
const ENTRIES_MAX: u32 = 1_000_000;
const _: () = assert!(ENTRIES_MAX as usize == WALK_ENTRIES_MAX);

/// Bytes of host memory that an operation needs beside the data it moves.
const WORKING_BYTES: u64 = 8 << 20;
/// Bytes of a listing: an entry's path, four short columns and its handle.
const LISTING_BYTES: u64 = 512 << 20;

const NAMES: Label = Label::tainted(Taint::FILE_NAME);
const CONTENT: Label = Label::tainted(Taint::FILE_CONTENT);

/// Every host primitive, in the order of their names.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        knowledge::today(),
        bundles::of_directory(),
        trees::delete(),
        bundles::fill(),
        make_directory(),
        trees::move_into(),
        trees::rename(),
        bundles::of_files(),
        trees::change_name(),
        copies::to_name(),
        copies::into_directory(),
        delete(),
        knowledge::exists(),
        find(),
        knowledge::information(),
        list_directory(),
        move_into(),
        trees::organise(),
        read(),
        read_all(),
        rename(),
        reader::window(),
        write(),
        network::fetch(),
        network::headers(),
        network::post(),
        memory::forget(),
        memory::list(),
        memory::recall(),
        memory::remember(),
        reader::files(),
        reader::open(),
        reader::table(),
        sqlite::make(),
        sqlite::query(),
        sqlite::schema(),
        sqlite::table(),
        sqlite::tables(),
        reader::read_state(),
        reader::write_state(),
        stdin(),
        web::bookmark(),
        web::bookmarks(),
        web::forget(),
        web::log_in(),
        web::log_out(),
        web::open(),
    ]
}

fn on_host(name: &str) -> Builder {
    primitive(name).on_host().memory(WORKING_BYTES).wall_ms(600_000)
}

/// A primitive that acts on a cell of the person's.
fn on_cell(builder: Builder, cell: &str, kinds: &[EffectKind]) -> Descriptor {
    let writes = kinds.contains(&EffectKind::CellWrite);
    let state = State::Cell { cell: cell.to_owned(), clearance: Secrecy::PUBLIC, writes };
    on_named(builder.build(), state, cell, kinds)
}

/// One that acts on what is kept under a name.
fn on_named(mut built: Descriptor, state: State, name: &str, kinds: &[EffectKind]) -> Descriptor {
    built.state = state;
    let uses = kinds.iter().map(|kind| EffectUse { kind: *kind, target: Target::Named(name.to_owned()) });
    built.effects.extend(uses);
    built
}

fn chosen_file(name: &str, meaning: &str) -> Input {
    input(name, file(), meaning).authority()
}

fn chosen_directory(name: &str, meaning: &str) -> Input {
    input(name, directory(), meaning).authority()
}

fn here() -> Input {
    chosen_directory("directory", "directory to look in").default(Value::Text(String::from("."))).words(&[
        "in",
        "under",
        "inside",
        "within",
        "directory",
        "folder",
        "here",
        "current directory",
        "of",
    ])
}

fn listing(builder: Builder) -> Builder {
    builder
        .gives(output("files", list(file(), ENTRIES_MAX), "the files found, in order of path"))
        .gives(
            output(
                "entries",
                blob(Refinement::Table),
                "table of what was found: `name`, `path`, `kind` (file, directory, link or other), `size` in bytes, \
                 `modified` (RFC 3339, UTC)",
            )
            .from_source(NAMES),
        )
        .gives(output("count", count(0), "number of entries found").from_source(NAMES))
        .introduces(&[Refinement::Table])
        .produces(LISTING_BYTES, 0)
        .memory(LISTING_BYTES)
}

fn make_directory() -> Descriptor {
    on_host("directory.make")
        .does("Make a directory and the missing ones above it.", &["file", "directory", "create"])
        .words(&["make", "create", "new", "mkdir", "add", "set up"])
        .examples(&[
            "make a directory called reports",
            "create a folder named backup/2024",
            "new folder photos",
            "mkdir out",
        ])
        .takes(chosen_directory("directory", "path of the directory to make").words(&[
            "called",
            "named",
            "directory",
            "folder",
            "at",
        ]))
        .gives(output("directory", directory(), "the directory, now present"))
        .effect(EffectKind::DirCreate, 0)
        .build()
}

fn delete() -> Descriptor {
    on_host("file.delete")
        .does("Delete a file. Undo brings it back.", &["file", "remove"])
        .words(&["delete", "remove", "erase", "discard", "get rid of", "clean up", "throw away", "rm", "drop", "purge"])
        .examples(&[
            "delete old.log",
            "remove every .tmp file",
            "get rid of the empty files",
            "clean up backups older than 30 days",
        ])
        .takes(chosen_file("file", "file to delete").words(&["file", "files"]))
        .effect(EffectKind::FileDelete, 0)
        .build()
}

fn find() -> Descriptor {
    let any = || Value::Int(i64::MAX);
    let search = on_host("file.find")
        .does(
            "Find files in a directory and those beneath it by name, extension, size and age.",
            &["file", "search", "list"],
        )
        .words(&[
            "find",
            "locate",
            "look for",
            "search for",
            "which files",
            "what files",
            "list",
            "files",
            "where",
            "all",
            "every",
            "how many files",
        ])
        .examples(&[
            "find all pdf files",
            "which files are larger than 10 MB",
            "list the python files changed in the last week",
            "how many log files are there",
            "find files named config* in src",
            "delete every file older than a year in downloads",
            "show the five largest files",
            "what is the biggest file here",
            "how many files are in this directory",
            "which file here was changed last",
        ])
        .takes(here())
        .takes(
            input("name", line(), "file name, or pattern with * ? and [abc], matched against the whole name")
                .default(Value::Text(String::from("*")))
                .words(&["named", "called", "name", "matching", "like", "pattern"]),
        )
        .takes(
            input("extension", line(), "extension of the file name, with or without its dot; empty for any")
                .default(Value::Text(String::new()))
                .words(&["extension", "of type", "ending in", "format"]),
        )
        .takes(input("min-size", count(0), "least size in bytes").default(Value::Int(0)).words(&[
            "larger than",
            "bigger than",
            "at least",
            "over",
            "more than",
            "above",
            "minimum",
        ]))
        .takes(input("max-size", count(0), "greatest size in bytes").default(any()).words(&[
            "smaller than",
            "at most",
            "under",
            "less than",
            "below",
            "up to",
            "maximum",
        ]));
    listing(chosen(within_age(search))).effect(EffectKind::FileList, 0).build()
}

/// The inputs of a search that bound the age of files, and whether it goes deep.
fn within_age(search: Builder) -> Builder {
    let any = || Value::Int(i64::MAX);
    search
        .takes(
            input("newer-than", count(0), "greatest age in seconds since the last change, at the start of the run")
                .default(any())
                .words(&["newer than", "changed in the last", "modified since", "within", "recent", "past", "last"]),
        )
        .takes(
            input("older-than", count(0), "least age in seconds since the last change, at the start of the run")
                .default(Value::Int(0))
                .words(&["older than", "not changed for", "untouched for", "before", "older"]),
        )
        .takes(
            input("recursive", flag(), "whether directories beneath are entered").default(Value::Bool(true)).words(&[
                "recursive",
                "recursively",
                "subdirectories",
                "subfolders",
                "everywhere",
            ]),
        )
}

/// The inputs of a search that say in which order files are found, and how many of them are kept.
fn chosen(search: Builder) -> Builder {
    search
        .takes(
            input(
                "order",
                line(),
                "which come first: largest, smallest, newest or oldest; empty for the order of paths",
            )
            .default(Value::Text(String::new()))
            .words(&["in order of", "ordered by"]),
        )
        .takes(
            input(
                "limit",
                count(0),
                "how many of the first are kept; 0 for one where an order is given, for all elsewhere",
            )
            .default(Value::Int(0))
            .words(&["no more than", "only the first"]),
        )
}

fn list_directory() -> Descriptor {
    let list = on_host("file.list")
        .does("List what is directly in a directory: names, kinds, sizes and times.", &["file", "directory", "list"])
        .words(&[
            "list",
            "show",
            "ls",
            "dir",
            "what is in",
            "what's in",
            "contents",
            "entries",
            "files",
            "folders",
            "names",
            "sizes",
        ])
        .examples(&["list the files here", "what is in the data folder", "show the names in the src directory"])
        .takes(here());
    listing(list).effect(EffectKind::FileList, 0).build()
}

fn move_into() -> Descriptor {
    on_host("file.move")
        .does(
            "Move a file into a directory under its own name; the directory is made if it is missing, and a file of \
             that name already there is not replaced.",
            &["file", "move"],
        )
        .words(&["move", "mv", "put", "relocate", "transfer", "sort into", "file away", "archive"])
        .examples(&[
            "move report.pdf to archive",
            "put every jpg into photos",
            "move the log files older than a month into old",
        ])
        .takes(chosen_file("file", "file to move").words(&["file", "files"]))
        .takes(chosen_directory("directory", "directory to move it into").words(&[
            "to",
            "into",
            "in",
            "folder",
            "directory",
            "under",
        ]))
        .gives(output("file", file(), "the file in its new place"))
        .effect(EffectKind::FileMove, 0)
        .effect(EffectKind::DirCreate, 1)
        .effect(EffectKind::FileCreate, 1)
        .build()
}

fn rename() -> Descriptor {
    on_host("file.rename")
        .does("Give a file another name or path; replacing an existing file needs approval.", &["file", "move"])
        .words(&["rename", "move", "mv", "change the name", "call"])
        .examples(&[
            "rename draft.txt to final.txt",
            "change the name of a.csv to b.csv",
            "move notes.md to old/notes.md",
        ])
        .takes(chosen_file("file", "file to rename").words(&["file", "from"]))
        .takes(chosen_file("target", "its new name or path").words(&["to", "as", "into", "new name"]))
        .gives(output("file", file(), "the file under its new name"))
        .effect(EffectKind::FileMove, 0)
        .effect(EffectKind::FileCreate, 1)
        .effect(EffectKind::FileOverwrite, 1)
        .build()
}

fn read() -> Descriptor {
    on_host("file.read")
        .does("Read a file's content.", &["file", "read"])
        .words(&[
            "read",
            "open",
            "load",
            "show",
            "print",
            "display",
            "cat",
            "content",
            "contents",
            "say",
            "in",
            "from",
            "of",
            "what is in",
            "what's in",
        ])
        .examples(&[
            "show notes.txt",
            "count the lines in app.log",
            "what does README.md say",
            "search server.log for errors",
            "sum the amount column of sales.csv",
        ])
        .takes(chosen_file("file", "file to read").words(&["in", "from", "of", "file", "the file"]))
        .gives(output("content", blob(Refinement::Bytes), "the file's bytes").from_source(CONTENT))
        .effect(EffectKind::FileRead, 0)
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}

fn read_all() -> Descriptor {
    on_host("file.read-all")
        .does(
            "Read several files one after the other as one; a line feed is added after a file that does not end in one.",
            &["file", "read", "join"],
        )
        .words(&["read", "all", "every", "each", "across", "together", "combined", "concatenate", "join", "merge", "in"])
        .examples(&[
            "count the lines in all rust files",
            "search every log for timeout",
            "how many words are in my markdown files",
            "join all txt files into one",
        ])
        .takes(
            input("files", list(file(), ENTRIES_MAX), "files to read, in this order")
                .authority()
                .words(&["in", "from", "of", "files", "all", "every"]),
        )
        .gives(output("content", blob(Refinement::Bytes), "the files' bytes").from_source(CONTENT))
        .effect(EffectKind::FileRead, 0)
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}

fn write() -> Descriptor {
    on_host("file.write")
        .does("Write content to a file, creating it or replacing what it held.", &["file", "write"])
        .words(&["write", "save", "store", "put", "output", "export", "create", "keep", "dump", "record", "into", "to"])
        .examples(&[
            "save the result to out.txt",
            "write the matching lines into errors.log",
            "sort names.txt into sorted.txt",
            "export the table as totals.csv",
            "chart it into plot.svg",
        ])
        .takes(
            chosen_file("file", "path of the file to write")
                .words(&["to", "into", "in", "as", "file", "called", "named", "save as"]),
        )
        .takes(input("content", blob(Refinement::Bytes), "what to write").words(&["result", "it", "them", "content"]))
        .gives(output("file", file(), "the file that was written"))
        .effect(EffectKind::FileCreate, 0)
        .effect(EffectKind::FileOverwrite, 0)
        .produces(BLOB_BYTES_MAX, 1)
        .build()
}

fn stdin() -> Descriptor {
    on_host("stdin.read")
        .does("Read what was piped into the command.", &["input", "read"])
        .words(&["stdin", "standard input", "piped", "input", "this", "it", "these", "pipe", "the input"])
        .examples(&[
            "count the lines",
            "sort this",
            "how many errors are in the input",
            "pretty-print the json on stdin",
        ])
        .gives(
            output("data", blob(Refinement::Bytes), "the bytes that were piped in")
                .from_source(Label::tainted(Taint::STDIN)),
        )
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}
