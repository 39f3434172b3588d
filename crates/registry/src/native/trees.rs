//! Primitives that act on a directory as a whole.

use super::{chosen_directory, on_host};
use telos_abi::{Descriptor, EffectKind};
use telos_describe::{choice, choose, directory, file, input, output};

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
