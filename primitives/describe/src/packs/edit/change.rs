//! Text with something else in its place, order or form.

use super::{by_expression, by_line, ignore_case, raised, text};
use crate::{blob, choice, choose, count, input, line, output};
use telos_abi::{Descriptor, Refinement, Value};

pub(super) fn replace() -> Descriptor {
    by_expression("text.replace")
        .does("Replace a text or expression by another text.", &["text", "in-place", "replace"])
        .words(&[
            "replace",
            "replacing",
            "substitute",
            "swap",
            "exchange",
            "change",
            "rename",
            "find and replace",
            "search and replace",
            "sed",
            "correct",
            "instead of",
        ])
        .examples(&[
            "replace foo with bar in notes.txt",
            "change every colour to color in draft.txt",
            "in config.ini substitute localhost by example.org",
            "swap the word cat for dog in story.txt ignoring case",
            "replace the regex \\d+ with # in log.txt",
            "how many times would teh be replaced by the in essay.txt",
            "remove the word really from letter.txt",
        ])
        .takes(text())
        .takes(input("find", line(), "text or expression to find").words(&[
            "replace",
            "substitute",
            "change",
            "swap",
            "word",
            "every",
            "occurrences of",
            "instead of",
            "remove",
            "delete",
        ]))
        .takes(
            input("replacement", line(), "text to put there; in an expression $1 stands for its first group")
                .default(Value::Text(String::new()))
                .words(&["with", "by", "to", "for", "into", "put", "use"]),
        )
        .takes(raised(
            "regex",
            "whether what is to be found is a regular expression",
            &["regex", "regexp", "regular expression", "pattern"],
        ))
        .takes(ignore_case())
        .takes(raised(
            "whole-words",
            "leave parts of longer words alone",
            &["whole word", "whole words", "entire word", "whole words only", "full words"],
        ))
        .gives(output("text", blob(Refinement::Utf8), "the text with the replacements"))
        .gives(output("count", count(0), "number of replacements"))
        .build()
}

pub(super) fn change_case() -> Descriptor {
    by_line("text.change-case")
        .does(
            "Write text in upper case, lower case, title case, sentence case, or as names in programs are spelt.",
            &["text", "edit", "case"],
        )
        .words(&[
            "uppercase",
            "upper case",
            "lowercase",
            "lower case",
            "capitals",
            "capital letters",
            "small letters",
            "capitalize",
            "capitalise",
            "title case",
            "sentence case",
            "snake case",
            "kebab case",
            "camel case",
            "pascal case",
            "all caps",
            "shout",
        ])
        .examples(&[
            "make notes.txt uppercase",
            "convert the names in list.txt to lower case",
            "put headlines.txt in title case",
            "turn fields.txt into snake case",
            "capitalize every word of titles.txt",
        ])
        .takes(text())
        .takes(
            input(
                "case",
                choice(&[
                    "upper",
                    "uppercase",
                    "lower",
                    "lowercase",
                    "title",
                    "capitalize",
                    "capitalise",
                    "sentence",
                    "snake",
                    "kebab",
                    "constant",
                    "camel",
                    "pascal",
                ]),
                "form of the letters",
            )
            .words(&["to", "in", "into", "as", "make", "all"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text in that case"))
        .build()
}

pub(super) fn number_lines() -> Descriptor {
    by_line("text.number-lines")
        .does("Put its number before each line.", &["text", "line", "number"])
        .words(&[
            "number the lines",
            "line numbers",
            "numbered",
            "enumerate",
            "with line numbers",
            "add numbers",
            "number each line",
            "nl",
        ])
        .examples(&[
            "number the lines of poem.txt",
            "show main.rs with line numbers",
            "enumerate the items of list.txt starting at 10",
        ])
        .takes(text())
        .takes(input("start", count(0), "number of the first line").default(Value::Int(1)).words(&[
            "starting at",
            "starting from",
            "starting with",
            "beginning at",
            "from",
            "start",
        ]))
        .takes(
            input("separator", line(), "text between number and line")
                .default(Value::Text(String::from(". ")))
                .words(&["separated by", "followed by", "separator"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the numbered lines"))
        .build()
}

pub(super) fn surround() -> Descriptor {
    by_line("text.surround")
        .does("Put a text before and another one after each line.", &["text", "line", "surround"])
        .words(&[
            "surround",
            "prefix",
            "suffix",
            "prepend",
            "each line with",
            "every line with",
            "to each line",
            "to every line",
            "before each line",
            "after each line",
            "start of each line",
            "beginning of each line",
            "end of each line",
            "enclose",
        ])
        .examples(&[
            "prefix every line of todo.txt with \"- \"",
            "add a semicolon to the end of each line of list.txt",
            "prepend > to each line of mail.txt",
            "surround the lines of words.txt with quotes",
        ])
        .takes(text())
        .takes(input("prefix", line(), "text before each line").default(Value::Text(String::new())).words(&[
            "prefix",
            "prepend",
            "before",
            "start with",
            "beginning with",
            "with prefix",
            "with",
        ]))
        .takes(input("suffix", line(), "text after each line").default(Value::Text(String::new())).words(&[
            "suffix",
            "after",
            "end with",
            "ending with",
            "with suffix",
            "followed by",
        ]))
        .gives(output("text", blob(Refinement::Utf8), "the lines with what surrounds them"))
        .build()
}

pub(super) fn reverse() -> Descriptor {
    by_line("text.reverse")
        .does("Reverse the order of lines, or of the words or letters of each line.", &["text", "order", "reverse"])
        .words(&[
            "reverse",
            "backwards",
            "backward",
            "upside down",
            "last line first",
            "bottom to top",
            "inverted order",
            "flip",
            "tac",
            "mirror",
        ])
        .examples(&[
            "reverse the lines of log.txt",
            "show history.txt backwards, last line first",
            "write the letters of word.txt backwards",
            "reverse the words in each line of quote.txt",
        ])
        .takes(text())
        .takes(
            input("of", choice(&["lines", "words", "letters", "characters"]), "what changes its order")
                .default(choose("lines"))
                .words(&["lines", "words", "letters", "characters", "each"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text in reverse"))
        .build()
}
