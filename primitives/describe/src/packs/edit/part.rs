//! Parts of a text by their place, and lines made one or many.

use super::{by_line, raised, streaming, text};
use crate::{blob, count, input, line, output};
use telos_abi::{Descriptor, Refinement, Value};

pub(super) fn lines() -> Descriptor {
    streaming("text.lines")
        .does("Keep the lines from one line number to another.", &["text", "line", "part", "range"])
        .words(&[
            "line",
            "lines",
            "line number",
            "lines from to",
            "between lines",
            "range of lines",
            "nth line",
            "from line",
            "starting at line",
        ])
        .examples(&[
            "show lines 10 to 20 of app.log",
            "line 42 of main.rs",
            "print lines 5 through 8 from notes.txt",
            "everything from line 100 onwards in trace.txt",
            "what does line 3 of list.txt say",
        ])
        .takes(text())
        .takes(input("from", count(1), "number of the first line, counted from 1").words(&[
            "line",
            "lines",
            "from",
            "from line",
            "between lines",
            "starting at",
            "number",
        ]))
        .takes(
            input("to", count(0), "number of the last line; 0 for the one line alone")
                .default(Value::Int(0))
                .words(&["to", "through", "until", "to line", "and", "-", "up to"]),
        )
        .takes(raised(
            "onwards",
            "go on to the end of the text",
            &["onwards", "onward", "to the end", "until the end", "and everything after", "and after", "rest"],
        ))
        .gives(output("lines", blob(Refinement::Utf8), "the lines of that range"))
        .produces(64, 1)
        .build()
}

pub(super) fn fields() -> Descriptor {
    by_line("text.fields")
        .does("Keep one field of each line: a word, or what stands between delimiters.", &["text", "line", "field"])
        .words(&[
            "field",
            "word of each line",
            "word of every line",
            "first word",
            "second word",
            "third word",
            "last word",
            "nth word",
            "cut",
            "awk",
            "column of text",
        ])
        .examples(&[
            "the second word of each line of access.log",
            "cut field 3 of passwd.txt delimited by colons",
            "last word of every line in list.txt",
            "the 2nd field of hosts.txt",
        ])
        .takes(text())
        .takes(
            input("field", count(1), "number of the field, counted from 1; lines that have fewer are left out")
                .default(Value::Int(1))
                .words(&["field", "word", "column", "number"]),
        )
        .takes(
            input("delimiter", line(), "text between fields; empty for white space")
                .default(Value::Text(String::new()))
                .words(&["delimited by", "separated by", "split by", "delimiter", "separator", "split at"]),
        )
        .takes(raised(
            "from-end",
            "count from the end of the line",
            &["last", "last word", "from the end", "from the right", "final"],
        ))
        .gives(output("fields", blob(Refinement::Utf8), "the fields, one on each line"))
        .build()
}

pub(super) fn between() -> Descriptor {
    by_line("text.between")
        .does(
            "Keep the lines between a line that contains one text and the next that contains another.",
            &["text", "line", "part", "section"],
        )
        .words(&[
            "between",
            "section",
            "after the line",
            "lines between",
            "from the line with",
            "until the line with",
            "block",
            "part between",
        ])
        .examples(&[
            "the lines between BEGIN and END in cert.txt",
            "show the section from Introduction to Methods in paper.txt",
            "everything after the line with Changelog in readme.txt",
        ])
        .takes(text())
        .takes(input("start", line(), "text in the line before the first one kept").words(&[
            "between",
            "from",
            "after",
            "start",
            "starting with",
            "following",
            "section",
        ]))
        .takes(
            input("end", line(), "text in the line after the last one kept; empty to go on to the end")
                .default(Value::Text(String::new()))
                .words(&["and", "to", "until", "up to", "before", "end", "ending with"]),
        )
        .takes(raised(
            "with-markers",
            "keep the two lines as well",
            &["inclusive", "including", "with the markers", "including them"],
        ))
        .gives(output("lines", blob(Refinement::Utf8), "the lines between"))
        .build()
}

pub(super) fn join() -> Descriptor {
    by_line("text.join")
        .does("Join all lines to one line, or the lines of each paragraph.", &["text", "line", "join"])
        .words(&[
            "join",
            "join lines",
            "one line",
            "single line",
            "on one line",
            "into one line",
            "unwrap",
            "remove line breaks",
            "remove newlines",
            "without line breaks",
            "comma separated list",
            "concatenate the lines",
        ])
        .examples(&[
            "join the lines of names.txt with commas",
            "put ids.txt on one line",
            "remove the line breaks from mail.txt",
            "unwrap the paragraphs of essay.txt",
        ])
        .takes(text())
        .takes(input("separator", line(), "text between the lines").default(Value::Text(String::from(" "))).words(&[
            "with",
            "by",
            "separated by",
            "separator",
            "using",
            "delimited by",
        ]))
        .takes(raised(
            "paragraphs",
            "keep paragraphs apart, which blank lines separate",
            &["paragraphs", "paragraph", "each paragraph", "keep paragraphs"],
        ))
        .gives(output("text", blob(Refinement::Utf8), "the joined line or lines"))
        .build()
}

pub(super) fn split() -> Descriptor {
    by_line("text.split")
        .does("Split each line at a delimiter into lines of their own.", &["text", "line", "split"])
        .words(&[
            "split",
            "split up",
            "break up",
            "one per line",
            "each on its own line",
            "on separate lines",
            "into lines",
            "split at",
            "split by",
        ])
        .examples(&[
            "split tags.txt at commas",
            "put each of the items in list.txt, separated by semicolons, on its own line",
            "how many parts does path.txt have when split by slashes",
        ])
        .takes(text())
        .takes(input("delimiter", line(), "text to split at").default(Value::Text(String::from(","))).words(&[
            "at",
            "by",
            "on",
            "separated by",
            "delimited by",
            "delimiter",
            "separator",
        ]))
        .gives(output("lines", blob(Refinement::Utf8), "the pieces, one on each line, without space around them"))
        .gives(output("count", count(0), "number of pieces"))
        .build()
}
