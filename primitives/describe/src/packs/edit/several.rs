//! Two texts put together or compared, and lines that occur more than once.

use super::{MADE_FIXED_BYTES, MADE_PER_INPUT_BYTE, ignore_case, raised, streaming, text, whole};
use crate::{Input, blob, count, flag, input, output};
use telos_abi::{Descriptor, Refinement, Value};

fn first(words: &[&str]) -> Input {
    input("first", blob(Refinement::Utf8), "text that comes first").words(words)
}

fn second(words: &[&str]) -> Input {
    input("second", blob(Refinement::Utf8), "text that comes second").words(words)
}

pub(super) fn append() -> Descriptor {
    streaming("text.append")
        .does("Put one text after another.", &["text", "combine", "append"])
        .words(&[
            "append",
            "concatenate",
            "combine",
            "merge",
            "put together",
            "one after the other",
            "add to the end",
            "cat",
            "followed by",
            "glue",
            "attach",
        ])
        .examples(&[
            "append b.txt to a.txt",
            "concatenate part1.txt and part2.txt into whole.txt",
            "combine intro.txt and body.txt",
            "put header.txt followed by report.txt into full.txt",
        ])
        .takes(first(&["text", "of", "combine", "concatenate", "merge"]))
        .takes(second(&["and", "with", "followed by", "append", "then", "text"]))
        .gives(output("text", blob(Refinement::Utf8), "both texts, the second one on a new line"))
        .memory(super::WHOLE_BYTES)
        .produces(64, 1)
        .build()
}

pub(super) fn compare() -> Descriptor {
    whole("text.compare")
        .does("Compare two texts line by line.", &["text", "compare", "difference"])
        .words(&[
            "compare",
            "difference",
            "differences",
            "diff",
            "differ",
            "changed",
            "what changed",
            "changes between",
            "same",
            "identical",
            "different",
            "equal",
            "unified diff",
            "versus",
        ])
        .examples(&[
            "compare old.txt and new.txt",
            "what changed between v1.txt and v2.txt",
            "are a.txt and b.txt the same",
            "how many lines differ between draft1.txt and draft2.txt",
            "make a diff of main.old and main.new ignoring whitespace",
        ])
        .takes(first(&["compare", "between", "from", "of", "old", "text"]))
        .takes(second(&["and", "with", "to", "against", "new", "versus"]))
        .takes(
            input("context", count(0), "number of equal lines shown around a difference")
                .default(Value::Int(3))
                .words(&["context", "lines of context", "around"]),
        )
        .takes(ignore_case())
        .takes(raised(
            "ignore-space",
            "whether differences in white space alone do not count",
            &["ignore whitespace", "ignoring whitespace", "ignore spaces", "ignoring spaces", "ignore white space"],
        ))
        .gives(output("diff", blob(Refinement::Utf8), "unified diff; empty if there is no difference"))
        .gives(output("count", count(0), "number of lines that differ; a changed line counts once"))
        .gives(output("added", count(0), "number of lines that only the second text has"))
        .gives(output("removed", count(0), "number of lines that only the first text has"))
        .gives(output("same", flag(), "whether the texts are the same"))
        // The search takes longer than its length where hardly any order is left, and is cut short then.
        .fuel(100_000_000_000, 100_000)
        .produces(MADE_FIXED_BYTES, MADE_PER_INPUT_BYTE)
        .build()
}

pub(super) fn common() -> Descriptor {
    whole("text.common")
        .does("Keep the lines that two texts have in common.", &["text", "compare", "common"])
        .words(&[
            "common",
            "in common",
            "in both",
            "both",
            "shared",
            "intersection",
            "overlap",
            "appear in both",
            "also in",
            "occur in both",
            "comm",
        ])
        .examples(&[
            "which lines are in both a.txt and b.txt",
            "what do list1.txt and list2.txt have in common",
            "how many names of guests.txt are also in members.txt",
            "intersection of the two lists",
        ])
        .takes(first(&["of", "in", "lines", "both", "from", "text"]))
        .takes(second(&["and", "with", "also in", "in", "to"]))
        .takes(ignore_case())
        .gives(output("lines", blob(Refinement::Utf8), "the common lines, each once, in the order of the first text"))
        .gives(output("count", count(0), "number of common lines"))
        .produces(MADE_FIXED_BYTES, 2)
        .build()
}

pub(super) fn subtract() -> Descriptor {
    whole("text.subtract")
        .does("Keep the lines of a text that another text lacks.", &["text", "compare", "subtract"])
        .words(&[
            "subtract",
            "missing",
            "missing from",
            "missing in",
            "not in",
            "are not in",
            "only in",
            "but not in",
            "that are in but not in",
            "set difference",
            "without those in",
            "except those in",
            "minus",
            "lacks",
        ])
        .examples(&[
            "which lines of a.txt are not in b.txt",
            "names in invited.txt that are missing from replied.txt",
            "how many words are only in list1.txt and not in list2.txt",
            "subtract done.txt from todo.txt",
        ])
        .takes(first(&["of", "in", "lines", "from", "only in", "text"]))
        .takes(second(&["not in", "missing from", "missing in", "but not in", "minus", "subtract", "except those in"]))
        .takes(ignore_case())
        .gives(output("lines", blob(Refinement::Utf8), "the lines that are left, each once, in their order"))
        .gives(output("count", count(0), "number of lines that are left"))
        .produces(MADE_FIXED_BYTES, 2)
        .build()
}

pub(super) fn duplicates() -> Descriptor {
    whole("text.duplicates")
        .does("Keep the lines that occur more than once, each once.", &["text", "line", "duplicate"])
        .words(&[
            "duplicate lines",
            "duplicated",
            "duplicates",
            "repeated lines",
            "repeat",
            "more than once",
            "occur twice",
            "appear twice",
            "twice",
            "which are duplicated",
            "find duplicates",
            "list the duplicates",
            "show duplicates",
        ])
        .examples(&[
            "which lines of emails.txt occur more than once",
            "find the duplicates in ids.txt",
            "list the names that appear twice in guests.txt",
            "are there duplicated lines in hosts.txt",
        ])
        .takes(text())
        .takes(ignore_case())
        .gives(output("lines", blob(Refinement::Utf8), "the lines that are repeated, each once"))
        .gives(output("count", count(0), "number of different lines that are repeated"))
        .produces(MADE_FIXED_BYTES, 2)
        .build()
}
