//! Primitives that act on a directory as a whole.

use super::{chosen_directory, on_host};
use telos_abi::{Descriptor, EffectKind};
use telos_describe::{directory, output};

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
