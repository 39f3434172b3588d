//! Primitives that make a second file of one.

use super::{chosen_directory, chosen_file, on_host};
use telos_abi::limit::BLOB_BYTES_MAX;
use telos_abi::{Descriptor, EffectKind};
use telos_describe::{file, output};

const WORDS: [&str; 9] =
    ["copy", "duplicate", "back up", "backup", "cp", "clone", "make a copy of", "replicate", "keep a copy of"];

pub(super) fn to_name() -> Descriptor {
    on_host("file.copy")
        .does(
            "Copy a file to another name or path; the original stays, and replacing an existing file needs approval.",
            &["file", "copy"],
        )
        .words(&WORDS)
        .examples(&[
            "copy a.txt to b.txt",
            "duplicate report.docx as report-old.docx",
            "back up notes.md to notes.bak",
            "cp config.toml backup/config.toml",
            "make a copy of letter.txt called letter2.txt",
        ])
        .takes(chosen_file("file", "file to copy").words(&["file", "from", "of"]))
        .takes(chosen_file("target", "name or path of the copy").words(&["to", "as", "into", "called", "named"]))
        .gives(output("file", file(), "the copy"))
        .effect(EffectKind::FileRead, 0)
        .effect(EffectKind::FileCreate, 1)
        .effect(EffectKind::FileOverwrite, 1)
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}

pub(super) fn into_directory() -> Descriptor {
    on_host("file.copy-into")
        .does(
            "Copy a file into a directory under its own name; the directory is made if it is missing, and replacing a \
             file of that name needs approval.",
            &["file", "copy"],
        )
        .words(&WORDS)
        .examples(&[
            "copy report.pdf into archive",
            "back up every jpg into backup",
            "duplicate the csv files into old",
            "cp settings.json backup",
            "copy the log files of the last week to the support folder",
        ])
        .takes(chosen_file("file", "file to copy").words(&["file", "files"]))
        .takes(chosen_directory("directory", "directory to copy it into").words(&[
            "to",
            "into",
            "in",
            "folder",
            "directory",
            "under",
        ]))
        .gives(output("file", file(), "the copy"))
        .effect(EffectKind::FileRead, 0)
        .effect(EffectKind::DirCreate, 1)
        .effect(EffectKind::FileCreate, 1)
        .effect(EffectKind::FileOverwrite, 1)
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}
