//! Primitives between files and bundles: several files as one value, and back.

use super::{CONTENT, ENTRIES_MAX, LISTING_BYTES, NAMES, chosen_directory, on_host};
use telos_abi::limit::BLOB_BYTES_MAX;
use telos_abi::{Descriptor, EffectKind, Refinement, Value};
use telos_describe::{Builder, blob, count, file, flag, input, list, output};

fn gives_bundle(builder: Builder) -> Builder {
    builder
        .gives(
            output("bundle", blob(Refinement::Bundle), "the files as one, names relative to the directory you work in")
                .from_source(CONTENT.join(NAMES)),
        )
        .gives(output("count", count(0), "number of files in the bundle").from_source(NAMES))
        .introduces(&[Refinement::Bundle])
        .produces(BLOB_BYTES_MAX, 0)
        .memory(LISTING_BYTES)
}

pub(super) fn of_directory() -> Descriptor {
    let walk = on_host("directory.bundle")
        .does(
            "Put all files and directories beneath a directory together into one bundle; links are left out.",
            &["file", "directory", "read", "bundle"],
        )
        .words(&["bundle", "pack", "pack up", "archive", "put together", "zip", "tar", "compress", "back up", "whole"])
        .examples(&[
            "pack the photos folder into photos.tar.gz",
            "zip up the docs directory",
            "back up the minutes folder as minutes.zip",
            "archive everything in reports",
            "make a tar of this directory",
        ])
        .takes(chosen_directory("directory", "directory to bundle").default(Value::Text(String::from("."))).words(&[
            "directory",
            "folder",
            "everything in",
            "all of",
            "contents of",
            "in",
            "of",
        ]))
        .takes(
            input("hidden", flag(), "whether names that begin with a dot go in").default(Value::Bool(true)).words(&[
                "hidden",
                "hidden files",
                "dotfiles",
            ]),
        )
        .takes(
            input("inside", flag(), "whether names begin below the directory, without its own")
                .default(Value::Bool(false))
                .words(&["only what is inside", "without the folder itself"]),
        );
    gives_bundle(walk).effect(EffectKind::FileList, 0).effect(EffectKind::FileRead, 0).build()
}

pub(super) fn of_files() -> Descriptor {
    let files = on_host("file.bundle")
        .does("Put several files together into one bundle.", &["file", "read", "bundle"])
        .words(&["bundle", "pack", "pack up", "archive", "put together", "zip", "tar", "compress", "back up"])
        .examples(&[
            "zip all csv files into data.zip",
            "pack the pdf files changed this week into week.tar.gz",
            "archive the log files as logs.tar",
            "bundle every picture",
        ])
        .takes(
            input("files", list(file(), ENTRIES_MAX), "files to bundle")
                .authority()
                .words(&["files", "all", "every", "each"]),
        );
    gives_bundle(files).effect(EffectKind::FileRead, 0).build()
}

pub(super) fn fill() -> Descriptor {
    on_host("directory.fill")
        .does(
            "Write every file of a bundle below a directory, which is made if it is missing; replacing existing files \
             needs approval.",
            &["file", "directory", "write", "bundle"],
        )
        .words(&[
            "unpack",
            "unpack into",
            "extract",
            "extract to",
            "restore",
            "unzip",
            "untar",
            "decompress",
            "expand",
            "fill",
        ])
        .examples(&[
            "unpack photos.zip into photos",
            "extract backup.tar.gz to restored",
            "restore the archive backup.tar into old",
            "unzip data.zip here",
        ])
        .takes(input("bundle", blob(Refinement::Bundle), "files to write").words(&["bundle", "archive", "it", "them"]))
        .takes(chosen_directory("directory", "directory to write them below").words(&[
            "into",
            "to",
            "in",
            "under",
            "folder",
            "directory",
            "here",
        ]))
        .gives(output("files", list(file(), ENTRIES_MAX), "the files that were written, in the bundle's order"))
        .gives(output("count", count(0), "number of files in the bundle"))
        .effect(EffectKind::DirCreate, 1)
        .effect(EffectKind::FileCreate, 1)
        .effect(EffectKind::FileOverwrite, 1)
        .produces(LISTING_BYTES, 1)
        .memory(LISTING_BYTES)
        .build()
}
