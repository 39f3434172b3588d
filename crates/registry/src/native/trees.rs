//! Primitives that act on a directory as a whole.

use super::{chosen_directory, on_host};
use telos_abi::{Descriptor, EffectKind, Value};
use telos_describe::{choice, choose, directory, file, input, line, output};

pub(super) fn rename() -> Descriptor {
    on_host("directory.rename")
        .does("Give a directory another name or path, with all that is in it.", &["directory", "rename"])
        .words(&["rename", "call", "give another name", "change the name of", "mv", "retitle"])
        .examples(&[
            "rename the folder drafts to archive",
            "call the directory photos pictures instead",
            "change the name of the folder 2023 to old",
            "mv src source",
        ])
        .takes(chosen_directory("directory", "directory to rename").words(&["directory", "folder", "of", "from"]))
        .takes(
            chosen_directory("target", "new name or path of the directory")
                .words(&["to", "as", "into", "called", "named"]),
        )
        .gives(output("directory", directory(), "the directory under its new name"))
        .effect(EffectKind::FileMove, 0)
        .effect(EffectKind::FileCreate, 1)
        .build()
}

pub(super) fn move_into() -> Descriptor {
    on_host("directory.move")
        .does(
            "Move a directory with all that is in it into another directory, which is made if it is missing.",
            &["directory", "move"],
        )
        .words(&["move", "put", "relocate", "shift", "mv", "move the folder", "put the folder"])
        .examples(&[
            "move the folder drafts into archive",
            "put the directory photos into backup",
            "relocate the folder 2023 to old",
            "mv invoices done/",
        ])
        .takes(chosen_directory("source", "directory to move").words(&["directory", "folder"]))
        .takes(
            chosen_directory("directory", "directory to move it into").words(&["to", "into", "in", "inside", "under"]),
        )
        .gives(output("directory", directory(), "the directory where it is now"))
        .effect(EffectKind::FileMove, 0)
        .effect(EffectKind::DirCreate, 1)
        .effect(EffectKind::FileCreate, 1)
        .build()
}

pub(super) fn delete() -> Descriptor {
    on_host("directory.delete")
        .does("Delete a directory with all that is in it. Undo brings it back.", &["directory", "remove"])
        .words(&[
            "delete the folder",
            "delete the directory",
            "remove the folder",
            "remove the directory",
            "rmdir",
            "rm -r",
        ])
        .examples(&[
            "delete the folder tmp",
            "remove the directory old_builds with everything in it",
            "the drafts folder can go",
            "rm -r build",
        ])
        .takes(chosen_directory("directory", "directory to delete").words(&["directory", "folder"]))
        .effect(EffectKind::FileList, 0)
        .effect(EffectKind::FileDelete, 0)
        .build()
}

pub(super) fn organise() -> Descriptor {
    on_host("file.organise")
        .does(
            "Move a file into a folder that is named after its kind, its extension or the month of its last change; the \
             folder is made if it is missing.",
            &["file", "directory", "move", "organise"],
        )
        .words(&[
            "organise",
            "organize",
            "sort into folders",
            "tidy up by kind",
            "group into folders",
            "into folders by type",
            "a folder for each kind",
        ])
        .examples(&[
            "organise the downloads folder by file type",
            "sort everything in desktop into folders by extension",
            "put the photos into a folder for each month",
            "tidy up this directory by kind of file",
        ])
        .takes(input("file", file(), "file to move").authority().words(&["file", "files", "everything", "all"]))
        .takes(
            chosen_directory("directory", "directory that the folders are made in")
                .words(&["in", "of", "under", "directory", "folder"]),
        )
        .takes(
            input("by", choice(&["date", "extension", "kind"]), "what the folders are named after")
                .default(choose("kind"))
                .words(&["by", "per", "according to", "for each"]),
        )
        .gives(output("file", file(), "the file in its new place"))
        .effect(EffectKind::FileMove, 0)
        .effect(EffectKind::DirCreate, 1)
        .effect(EffectKind::FileCreate, 1)
        .build()
}

pub(super) fn change_name() -> Descriptor {
    let none = || Value::Text(String::new());
    on_host("file.change-name")
        .does(
            "Give a file a new name that is made from its own: a text in it replaced, something put before or after it, another \
             extension, upper or lower case.",
            &["file", "rename"],
        )
        .words(&["rename", "change the names", "in the names", "in file names", "prefix the names", "rename all", "call them"])
        .examples(&[
            "put a hyphen wherever a file name in docs has a space",
            "rename all jpeg files to jpg",
            "every abstract_*.txt should be called summary_*.txt",
            "put 2024- in front of the names of the photos",
            "make all file names lower case",
        ])
        .takes(input("file", file(), "file to rename").authority().words(&["file", "files", "everything", "all"]))
        .takes(
            chosen_directory("directory", "directory that the file is in, or beneath")
                .words(&["in", "of", "under", "directory", "folder"]),
        )
        .takes(
            input("find", line(), "text to replace in the name, or pattern of the whole name in which * stands for anything")
                .default(none())
                .words(&["from", "every", "replace", "with"]),
        )
        .takes(
            input("replacement", line(), "what comes in its place; * is what * stood for")
                .default(none())
                .words(&["to", "by", "with", "called"]),
        )
        .takes(
            input("prefix", line(), "text to put before the name")
                .default(none())
                .words(&["prefix", "before", "in front of", "starting with"]),
        )
        .takes(
            input("suffix", line(), "text to put after the name, before its extension")
                .default(none())
                .words(&["suffix", "after", "at the end", "ending with"]),
        )
        .takes(
            input("extension", line(), "new extension")
                .default(none())
                .words(&["extension", "ending", "to"]),
        )
        .takes(
            input("case", choice(&["as-it-is", "lower", "title", "upper"]), "how letters are written")
                .default(choose("as-it-is"))
                .words(&["lower case", "upper case", "title case", "capitals"]),
        )
        .gives(output("file", file(), "the file under its new name"))
        .effect(EffectKind::FileMove, 0)
        .effect(EffectKind::FileCreate, 1)
        .build()
}
