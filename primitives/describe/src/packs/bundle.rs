//! Pack `bundle`: several files as one value.

mod sameness;

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, Output, blob, count, flag, input, line, output, primitive};
use sameness::{check, checksums, compare, compare_data, duplicates};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        files(),
        names(),
        pictures(),
        select(),
        search(),
        text(),
        lines(),
        duplicates(),
        compare(),
        checksums(),
        check(),
        flatten(),
        compare_data(),
    ]
}

fn streaming(name: &str) -> Builder {
    primitive(name).memory(STREAM_BYTES).wall_ms(600_000)
}

/// Holds a name and a digest for each file, or what `bundle.text` puts in order.
fn whole(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(600_000)
}

fn bundle() -> Input {
    input("bundle", blob(Refinement::Bundle), "files to work on").words(&[
        "files",
        "folder",
        "directory",
        "bundle",
        "all files",
        "every file",
        "in",
        "of",
        "below",
        "under",
    ])
}

fn gives_table(builder: Builder, meaning: &str) -> Builder {
    builder.gives(output("table", blob(Refinement::Table), meaning)).introduces(&[Refinement::Table])
}

fn gives_bundle(builder: Builder, meaning: &str) -> Builder {
    builder.gives(output("bundle", blob(Refinement::Bundle), meaning)).introduces(&[Refinement::Bundle])
}

fn skipped() -> Output {
    output("skipped", count(0), "number of files passed over because they are not UTF-8 text")
}

fn files() -> Descriptor {
    let builder = streaming("bundle.files")
        .does("List the files of a bundle with their sizes.", &["bundle", "files", "list"])
        .words(&[
            "list of files",
            "files with sizes",
            "file sizes",
            "inventory",
            "table of contents",
            "how many files",
            "number of files",
            "total size",
            "how big",
            "largest files",
            "how much space",
        ])
        .examples(&[
            "what files are in the bundle and how big are they",
            "how many files does the folder photos contain",
            "total size of everything in backup",
            "the ten largest files in projects",
            "take inventory of the documents folder",
        ])
        .takes(bundle());
    gives_table(builder, "table of files and directories: `name`, `size` in bytes, `kind` (file or directory)")
        .gives(output("count", count(0), "number of files"))
        .gives(output("bytes", count(0), "total size of all files in bytes"))
        .fuel(50_000_000, 500)
        .produces(1 << 20, 16)
        .build()
}

fn pictures() -> Descriptor {
    let builder = streaming("image.list")
        .does("List the pictures among several files with their sizes in pixels.", &["bundle", "image", "list"])
        .words(&[
            "list the pictures",
            "dimensions of the pictures",
            "sizes of the images",
            "how many pictures",
            "widest",
            "tallest",
        ])
        .examples(&[
            "list the pictures in the folder holiday with their dimensions",
            "which image in scans is the widest",
            "how many photos are in camera",
            "sizes in pixels of all images here",
        ])
        .takes(bundle());
    gives_table(builder, "table of the pictures: `name`, `format`, `width` and `height` in pixels, `size` in bytes")
        .gives(output("count", count(0), "number of pictures"))
        .fuel(50_000_000, 500)
        .produces(1 << 20, 16)
        .build()
}

fn names() -> Descriptor {
    streaming("bundle.names")
        .does("Give the names of the files of a bundle, one a line.", &["bundle", "files", "names"])
        .words(&["names", "names of the files", "file names", "filenames", "paths", "list the names"])
        .examples(&[
            "names of all files in photos",
            "write the file names of the folder src to names.txt",
            "list the paths of everything in backup",
            "just the filenames please",
        ])
        .takes(bundle())
        .gives(output("names", blob(Refinement::Utf8), "the names, one a line"))
        .introduces(&[Refinement::Utf8])
        .fuel(50_000_000, 500)
        .produces(1 << 20, 16)
        .build()
}

fn select() -> Descriptor {
    let builder = streaming("bundle.select")
        .does("Keep the files of a bundle whose names match.", &["bundle", "files", "select", "filter"])
        .words(&[
            "select files",
            "only the files",
            "only files",
            "keep files",
            "files named",
            "files ending in",
            "files of type",
            "with extension",
            "all the",
            "matching files",
            "without the files",
            "pick",
            "leave out files",
        ])
        .examples(&[
            "only the markdown files of notes",
            "search all *.rs files in src for unsafe",
            "zip the pdf files of the folder invoices",
            "checksums of every jpg in photos",
            "everything in backup except the log files",
            "bundle the files of docs that end in .txt",
        ])
        .takes(bundle())
        .takes(
            input("pattern", line(), "extension, name, directory or pattern with * and ? that the names match").words(
                &[
                    "named",
                    "called",
                    "matching",
                    "ending in",
                    "ending with",
                    "extension",
                    "type",
                    "only",
                    "except",
                    "pattern",
                    "like",
                ],
            ),
        )
        .takes(input("invert", flag(), "keep the files that do not match").default(Value::Bool(false)).words(&[
            "except",
            "without",
            "excluding",
            "leave out",
            "other than",
            "not",
            "but not",
        ]));
    gives_bundle(builder, "the files that were kept, without empty directories")
        .gives(output("count", count(0), "number of files kept"))
        .fuel(50_000_000, 500)
        .produces(1 << 20, 2)
        .build()
}

fn search() -> Descriptor {
    let builder =
        streaming("bundle.search")
            .does(
                "Find the lines that contain a text or match a regular expression in all files of a bundle.",
                &["bundle", "files", "text", "search"],
            )
            .words(&[
                "search all files",
                "search the files",
                "search in files",
                "grep",
                "grep in all files",
                "which files contain",
                "which files mention",
                "files containing",
                "files that contain",
                "files mentioning",
                "find in files",
                "look for",
                "where is",
                "full-text search",
                "in every file",
                "recursive",
                "occurrences in files",
            ])
            .examples(&[
                "which files in minutes mention the budget",
                "grep for TODO in all files of src",
                "find every line with password in the folder config",
                "how many files in notes contain the word lisbon",
                "search the letters for invoice ignoring case",
                "where is parse_header used in src",
            ])
            .takes(bundle())
            .takes(input("pattern", line(), "text or regular expression to look for").words(&[
                "containing",
                "contain",
                "contains",
                "mention",
                "mentioning",
                "for",
                "with",
                "matching",
                "word",
                "text",
                "pattern",
            ]))
            .takes(
                input("regex", flag(), "whether the pattern is a regular expression")
                    .default(Value::Bool(false))
                    .words(&["regex", "regexp", "regular expression"]),
            )
            .takes(
                input("ignore-case", flag(), "whether upper and lower case are the same")
                    .default(Value::Bool(false))
                    .words(&["ignore case", "ignoring case", "case insensitive", "any case", "regardless of case"]),
            );
    gives_table(
        builder,
        "table of the lines that match: `name` of the file, number of the `line`, its `text`; long lines are cut",
    )
    .gives(output("names", blob(Refinement::Utf8), "names of the files with a line that matches, one a line"))
    .gives(output("count", count(0), "number of lines that match"))
    .gives(output("files", count(0), "number of files with a line that matches"))
    .gives(skipped())
    .introduces(&[Refinement::Table, Refinement::Utf8])
    // Building an expression as large as is accepted takes nearly half of it.
    .fuel(3_000_000_000, 20_000)
    .produces((1 << 30) + (64 << 20), 1)
    .memory(WHOLE_BYTES)
    .build()
}

fn text() -> Descriptor {
    whole("bundle.text")
        .does(
            "Put all text files of a bundle one after the other, in the order of their names.",
            &["bundle", "files", "text", "join"],
        )
        .words(&[
            "concatenate",
            "cat",
            "join the files",
            "merge the files",
            "combine the files",
            "into one text",
            "into one file",
            "text of all files",
            "together",
            "all the text",
        ])
        .examples(&[
            "join all chapters in book into one text",
            "concatenate the logs in the folder logs",
            "most common words over all files in essays",
            "put all the notes together into notes.txt",
            "how many words are in all files of thesis together",
        ])
        .takes(bundle())
        .gives(output("text", blob(Refinement::Utf8), "the texts in the order of the names, each beginning a line"))
        .gives(skipped())
        .introduces(&[Refinement::Utf8])
        .fuel(50_000_000, 1_000)
        .produces(1 << 20, 2)
        .build()
}

fn lines() -> Descriptor {
    let builder = streaming("bundle.lines")
        .does("Count the lines, words and bytes of each text file of a bundle.", &["bundle", "files", "text", "count"])
        .words(&[
            "lines per file",
            "lines of each file",
            "lines in each file",
            "words per file",
            "words in each file",
            "lines of code",
            "count lines of all files",
            "count words of all files",
            "longest file",
            "wc",
            "line counts",
            "word counts",
        ])
        .examples(&[
            "how many lines does each file in src have",
            "lines of code per file in the project",
            "which chapter in book has the most words",
            "word counts of all files in essays",
            "chart the lines of every file in src",
        ])
        .takes(bundle());
    gives_table(builder, "table of the text files: `name`, `lines`, `words`, `bytes`")
        .gives(skipped())
        .fuel(50_000_000, 1_000)
        .produces(1 << 20, 16)
        .build()
}

fn flatten() -> Descriptor {
    let builder = whole("bundle.flatten")
        .does(
            "Drop the directories from the names of a bundle's files, numbering names that collide.",
            &["bundle", "files", "flatten"],
        )
        .words(&[
            "flatten",
            "flat",
            "without subfolders",
            "without folders",
            "without directories",
            "into one folder",
            "in one folder",
            "drop the folders",
            "no subdirectories",
        ])
        .examples(&[
            "flatten the folder photos",
            "put all files of music into one folder without subfolders",
            "zip the scans without their directories",
            "all attachments in one flat folder",
        ])
        .takes(bundle());
    gives_bundle(builder, "the same files, all in one directory").fuel(50_000_000, 1_000).produces(1 << 20, 4).build()
}
