//! Pack `text`: UTF-8 and lines.

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, blob, choice, choose, count, flag, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![decode(), search(), measure(), sort(), unique(), frequencies(), head(), tail()]
}

fn streaming(name: &str) -> Builder {
    primitive(name).memory(STREAM_BYTES).wall_ms(600_000)
}

fn whole(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(120_000)
}

fn text() -> Input {
    input("text", blob(Refinement::Utf8), "text to work on").words(&["text", "lines", "file", "input", "it"])
}

fn how_many() -> Input {
    input("count", count(0), "number of lines")
        .default(Value::Int(10))
        .words(&["lines", "number", "how many", "few", "couple"])
}

fn decode() -> Descriptor {
    streaming("text.decode")
        .does("Check that bytes are UTF-8 text and drop a byte order mark.", &["text", "decode", "lossless"])
        .words(&["text", "read as text", "decode", "utf-8", "utf8", "plain text", "encoding", "repair"])
        .examples(&["read notes.txt as text", "check that data.csv is valid utf-8", "repair the encoding of old.txt"])
        .takes(input("data", blob(Refinement::Bytes), "bytes to read as text").words(&["data", "bytes", "file"]))
        .takes(
            input("lossy", flag(), "replace bytes that are not UTF-8 instead of refusing them")
                .default(Value::Bool(false))
                .words(&["lossy", "replace invalid", "repair", "tolerate", "ignore bad bytes"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text"))
        .fuel(1_000_000, 150)
        .produces(64, 3)
        .introduces(&[Refinement::Utf8])
        .build()
}

fn search() -> Descriptor {
    streaming("text.search")
        .does(
            "Keep the lines that contain a text or match a regular expression.",
            &["text", "line", "search", "filter"],
        )
        .words(&[
            "search",
            "find",
            "grep",
            "look for",
            "lines",
            "containing",
            "that contain",
            "with",
            "matching",
            "match",
            "mention",
            "mentioning",
            "including",
            "occurrences",
            "filter",
            "only",
            "keep",
            "starting with",
            "ending with",
        ])
        .examples(&[
            "find the lines with error in app.log",
            "how many lines in server.log mention timeout",
            "search the notes for meeting ignoring case",
            "show lines of main.rs that do not contain a comment",
            "grep for ^WARN in the logs",
            "count occurrences of failed in auth.log",
        ])
        .takes(text())
        .takes(input("pattern", line(), "text or regular expression to look for").words(&[
            "containing",
            "contain",
            "with",
            "for",
            "matching",
            "mention",
            "have",
            "has",
            "word",
            "pattern",
            "of",
        ]))
        .takes(
            input("regex", flag(), "whether the pattern is a regular expression").default(Value::Bool(false)).words(&[
                "regex",
                "regexp",
                "regular expression",
                "pattern",
            ]),
        )
        .takes(
            input("ignore-case", flag(), "whether upper and lower case are the same")
                .default(Value::Bool(false))
                .words(&["ignore case", "ignoring case", "case insensitive", "any case", "regardless of case"]),
        )
        .takes(input("invert", flag(), "keep the lines that do not match").default(Value::Bool(false)).words(&[
            "not",
            "without",
            "except",
            "excluding",
            "do not",
            "don't",
            "other than",
            "invert",
        ]))
        .gives(output("lines", blob(Refinement::Utf8), "the lines that were kept"))
        .gives(output("count", count(0), "number of lines kept"))
        .fuel(500_000_000, 20_000)
        .produces(64, 1)
        .build()
}

fn measure() -> Descriptor {
    streaming("text.count")
        .does("Count the lines, words, characters and bytes of a text.", &["text", "count"])
        .words(&[
            "count",
            "how many",
            "number of",
            "lines",
            "words",
            "characters",
            "letters",
            "bytes",
            "length",
            "how long",
            "wc",
            "size of the text",
        ])
        .examples(&[
            "how many lines are in app.log",
            "count the words in essay.txt",
            "number of characters in the file",
            "how long is README.md",
        ])
        .takes(text())
        .gives(output("lines", count(0), "number of lines; a last one without line feed counts"))
        .gives(output("words", count(0), "number of words, separated by white space"))
        .gives(output("characters", count(0), "number of Unicode characters"))
        .gives(output("bytes", count(0), "number of bytes"))
        .fuel(1_000_000, 150)
        .produces(256, 0)
        .build()
}

fn sort() -> Descriptor {
    whole("text.sort")
        .does("Sort lines alphabetically or by the number they begin with.", &["text", "line", "sort"])
        .words(&[
            "sort",
            "order",
            "arrange",
            "rank",
            "alphabetical",
            "alphabetize",
            "alphabetise",
            "alphabetically",
            "sorted",
            "ordered",
        ])
        .examples(&[
            "sort names.txt",
            "sort the lines of scores.txt by number, highest first",
            "put the list in reverse alphabetical order",
        ])
        .takes(text())
        .takes(
            input("numeric", flag(), "compare the number at the start of each line")
                .default(Value::Bool(false))
                .words(&["numeric", "numerically", "by number", "by value", "as numbers"]),
        )
        .takes(input("descending", flag(), "greatest first").default(Value::Bool(false)).words(&[
            "descending",
            "reverse",
            "reversed",
            "backwards",
            "largest first",
            "highest first",
            "z to a",
        ]))
        .gives(output("lines", blob(Refinement::Utf8), "the lines in order"))
        .fuel(10_000_000, 2_000)
        .produces(64, 2)
        .build()
}

fn unique() -> Descriptor {
    whole("text.unique")
        .does("Keep the first of equal lines.", &["text", "line", "unique"])
        .words(&[
            "unique",
            "distinct",
            "different",
            "remove duplicates",
            "drop duplicates",
            "get rid of duplicates",
            "without duplicates",
            "duplicates",
            "dedupe",
            "deduplicate",
            "uniq",
            "repeated",
            "only once",
        ])
        .examples(&[
            "remove duplicate lines from emails.txt",
            "how many distinct addresses are in hosts.txt",
            "list the unique users",
        ])
        .takes(text())
        .takes(
            input("ignore-case", flag(), "whether upper and lower case are the same")
                .default(Value::Bool(false))
                .words(&["ignore case", "ignoring case", "case insensitive", "regardless of case"]),
        )
        .gives(output("lines", blob(Refinement::Utf8), "the distinct lines, in the order they first occur"))
        .gives(output("count", count(0), "number of distinct lines"))
        .fuel(10_000_000, 2_000)
        .produces(64, 2)
        .build()
}

fn frequencies() -> Descriptor {
    whole("text.frequencies")
        .does(
            "Count how often each line, word or character occurs, most frequent first.",
            &["text", "count", "frequency"],
        )
        .words(&[
            "frequency",
            "frequencies",
            "how often",
            "how many times",
            "times",
            "occur",
            "most common",
            "most frequent",
            "histogram",
            "occurrences",
            "tally",
            "count each",
            "distribution",
            "top words",
            "least common",
        ])
        .examples(&[
            "what are the most common words in book.txt",
            "how often does each line occur in access.log",
            "chart the ten most frequent words",
            "tally the votes in votes.txt",
            "the most frequent addresses in visitors.txt",
        ])
        .takes(text())
        .takes(
            input("of", choice(&["lines", "words", "characters"]), "what is counted")
                .default(choose("lines"))
                .words(&["words", "lines", "characters", "letters", "each"]),
        )
        .takes(
            input("ignore-case", flag(), "whether upper and lower case are the same")
                .default(Value::Bool(false))
                .words(&["ignore case", "ignoring case", "case insensitive", "regardless of case"]),
        )
        .gives(output("table", blob(Refinement::Table), "table with columns `value` and `count`"))
        .gives(output("distinct", count(0), "number of different values"))
        .fuel(10_000_000, 2_500)
        .produces(64, 24)
        .introduces(&[Refinement::Table])
        .build()
}

fn head() -> Descriptor {
    streaming("text.head")
        .does("Keep the first lines.", &["text", "line", "part"])
        .words(&["first", "head", "beginning", "start", "top", "leading", "opening", "limit"])
        .examples(&["show the first 5 lines of data.csv", "the top ten results", "beginning of the log"])
        .takes(text())
        .takes(how_many())
        .gives(output("lines", blob(Refinement::Utf8), "the first lines"))
        .fuel(1_000_000, 150)
        .produces(64, 1)
        .build()
}

fn tail() -> Descriptor {
    streaming("text.tail")
        .does("Keep the last lines.", &["text", "line", "part"])
        .words(&["last", "tail", "end", "ending", "bottom", "latest", "final", "most recent"])
        .examples(&["last 20 lines of app.log", "show the end of the log", "the latest entries"])
        .takes(text())
        .takes(how_many())
        .gives(output("lines", blob(Refinement::Utf8), "the last lines"))
        .fuel(1_000_000, 150)
        .produces(64, 1)
        .build()
}
