//! White space: what is too much of it, and where lines begin and end.

use super::{by_line, text};
use crate::{blob, choice, choose, count, input, output};
use telos_abi::{Descriptor, Refinement, Value};

pub(super) fn tidy() -> Descriptor {
    by_line("text.tidy")
        .does(
            "Remove white space that is too much: at the ends of lines, blank lines, repeated spaces.",
            &["text", "in-place", "space"],
        )
        .words(&[
            "tidy",
            "tidy up",
            "clean up",
            "trim",
            "strip",
            "trailing whitespace",
            "trailing spaces",
            "white space",
            "whitespace",
            "blank lines",
            "empty lines",
            "remove blank lines",
            "remove empty lines",
            "squeeze",
            "collapse",
            "extra spaces",
            "double spaces",
            "dedent",
            "unindent",
        ])
        .examples(&[
            "tidy up notes.txt",
            "remove the trailing whitespace from main.py",
            "get rid of empty lines in list.txt",
            "squeeze repeated blank lines in story.txt",
            "collapse repeated spaces in scan.txt",
            "strip the indentation of code.txt",
        ])
        .takes(text())
        .takes(
            input(
                "what",
                choice(&[
                    "all",
                    "trailing-space",
                    "trailing-whitespace",
                    "indentation",
                    "leading-space",
                    "both-ends",
                    "blank-lines",
                    "empty-lines",
                    "repeated-blank-lines",
                    "repeated-spaces",
                ]),
                "white space to remove; all is that at line ends and every blank line but one between others",
            )
            .default(choose("all"))
            .words(&["remove", "trim", "strip", "squeeze", "collapse", "without", "delete", "drop"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the tidy text"))
        .build()
}

pub(super) fn tabs() -> Descriptor {
    by_line("text.tabs")
        .does("Write spaces for tabs, or tabs for the spaces that indent lines.", &["text", "space", "tab"])
        .words(&[
            "tabs to spaces",
            "spaces to tabs",
            "expand tabs",
            "tabs",
            "tab stops",
            "unexpand",
            "tabs into spaces",
            "spaces instead of tabs",
            "tabs instead of spaces",
        ])
        .examples(&[
            "convert the tabs of main.c to spaces",
            "use tabs instead of spaces in Makefile.txt",
            "expand tabs to 8 columns in table.txt",
        ])
        .takes(text())
        .takes(
            input("to", choice(&["spaces", "tabs"]), "what is written for the other")
                .default(choose("spaces"))
                .words(&["to", "into", "as", "use", "with"]),
        )
        .takes(
            input("width", count(1), "number of columns between tab stops")
                .default(Value::Int(4))
                .words(&["width", "columns", "every", "spaces", "stops"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text with its space rewritten"))
        .build()
}

pub(super) fn indent() -> Descriptor {
    by_line("text.indent")
        .does("Put spaces before each line that is not empty.", &["text", "line", "indent"])
        .words(&["indent", "indented", "shift right", "move right", "add indentation", "push in"])
        .examples(&[
            "indent code.txt by 4 spaces",
            "show quote.txt indented by eight spaces",
            "shift the lines of list.txt two spaces to the right",
        ])
        .takes(text())
        .takes(
            input("spaces", count(0), "number of spaces")
                .default(Value::Int(4))
                .words(&["by", "spaces", "columns", "with"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the indented text"))
        .build()
}

pub(super) fn wrap() -> Descriptor {
    by_line("text.wrap")
        .does("Break long lines at spaces so that none is longer than a width.", &["text", "line", "wrap"])
        .words(&[
            "wrap",
            "word wrap",
            "fold",
            "break lines",
            "break long lines",
            "line length",
            "reflow",
            "hard wrap",
            "at most columns",
        ])
        .examples(&[
            "wrap readme.txt at 72 columns",
            "break the long lines of letter.txt",
            "fold notes.txt to a width of 60 characters",
        ])
        .takes(text())
        .takes(
            input("width", count(1), "number of columns of a line; a longer word stays whole")
                .default(Value::Int(80))
                .words(&["at", "to", "width", "width of", "columns", "characters", "after"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text in shorter lines"))
        .build()
}
