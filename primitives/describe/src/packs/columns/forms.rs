//! The letters of fields, and tables as other text.

use super::{STREAM_BYTES, gives_table, some_columns, streaming, table};
use crate::{blob, choice, choose, column, count, input, list, output};
use telos_abi::{Descriptor, Refinement, Value};

pub(super) fn change_case() -> Descriptor {
    let builder = streaming("table.change-case")
        .does("Write the values of some columns or of all in upper, lower or title case.", &["table", "column", "case"])
        .words(&[
            "uppercase column",
            "lowercase column",
            "column to uppercase",
            "column to lowercase",
            "column in capitals",
            "capitalize the column",
            "title case",
            "values in upper case",
            "values in lower case",
        ])
        .examples(&[
            "make the country column of people.csv uppercase",
            "lower case the emails in contacts.csv",
            "capitalize the names in the table",
            "write the city column in title case",
        ])
        .takes(table())
        .takes(
            input("case", choice(&["lower", "upper", "title"]), "case of the letters")
                .default(choose("lower"))
                .words(&["to", "in", "into", "case", "uppercase", "lowercase", "capitals"]),
        )
        .takes(some_columns("columns to change; none for all"));
    // A letter in another case may take more bytes.
    gives_table(builder, "the table with changed letters")
        .memory(2 * STREAM_BYTES)
        .fuel(50_000_000, 4_000)
        .produces(1 << 20, 4)
        .build()
}

pub(super) fn trim() -> Descriptor {
    let builder = streaming("table.trim")
        .does("Remove superfluous white space from the values of some columns or of all.", &["table", "column", "trim"])
        .words(&[
            "trim columns",
            "trim values",
            "trim cells",
            "stray spaces in the table",
            "extra spaces in columns",
            "whitespace in cells",
            "clean up the values",
            "tidy values",
            "strip spaces from the column",
        ])
        .examples(&[
            "trim the values of people.csv",
            "remove extra spaces in the name column of contacts.csv",
            "clean up the values of the table",
        ])
        .takes(table())
        .takes(some_columns("columns to trim; none for all"));
    gives_table(builder, "the table with tidy values: no blanks at their ends, one between words")
        .fuel(50_000_000, 3_000)
        .produces(1 << 20, 2)
        .build()
}

pub(super) fn values() -> Descriptor {
    streaming("table.values")
        .does("Give the values of one column as lines of text.", &["table", "column", "text", "convert"])
        .words(&[
            "values of",
            "list the values",
            "column as text",
            "column as lines",
            "column as a list",
            "one per line",
            "just the values",
            "plain list",
            "as a list",
            "as lines",
        ])
        .examples(&[
            "list the values of the email column in people.csv",
            "all names from staff.csv, one per line",
            "give me the url column as lines of text",
            "just the values of id without the header",
        ])
        .takes(table())
        .takes(
            input("column", list(column(), 1), "column to give; none for the first")
                .default(Value::List(Vec::new()))
                .words(&["of", "column", "from", "values", "all", "the", "field"]),
        )
        .gives(output("lines", blob(Refinement::Utf8), "one value on each line"))
        .gives(output("count", count(0), "number of values"))
        .fuel(50_000_000, 2_000)
        .produces(1 << 20, 1)
        .introduces(&[Refinement::Utf8])
        .build()
}

pub(super) fn from_lines() -> Descriptor {
    let builder = streaming("table.from-lines")
        .does("Make a table of one column from lines of text.", &["table", "line", "convert", "text"])
        .words(&[
            "lines as a table",
            "lines to table",
            "table of the lines",
            "table from lines",
            "lines into a table",
            "list to table",
            "text to table",
            "list as csv",
            "lines as csv",
        ])
        .examples(&[
            "turn the lines of names.txt into a table",
            "convert list.txt to csv with one row per line",
            "make a table from the lines of urls.txt",
        ])
        .takes(
            input("text", blob(Refinement::Utf8), "lines to make rows of")
                .words(&["text", "lines", "list", "txt", "file", "it"]),
        );
    gives_table(builder, "table with one column: `line`")
        .gives(output("count", count(0), "number of lines"))
        .fuel(10_000_000, 1_500)
        .produces(64, 4)
        .build()
}

pub(super) fn to_markdown() -> Descriptor {
    streaming("table.to-markdown")
        .does("Write a table as a Markdown document.", &["table", "markdown", "convert"])
        .words(&[
            "markdown",
            "as markdown",
            "to markdown",
            "markdown table",
            "md",
            "readme table",
            "github table",
            "convert",
        ])
        .examples(&[
            "convert people.csv to markdown",
            "write the totals as a markdown table",
            "save prices.csv as prices.md",
        ])
        .takes(table())
        .gives(output("markdown", blob(Refinement::Markdown), "the table in Markdown"))
        .introduces(&[Refinement::Markdown])
        .fuel(50_000_000, 3_000)
        .produces(1 << 20, 12)
        .build()
}

pub(super) fn to_html() -> Descriptor {
    streaming("table.to-html")
        .does("Write a table as HTML.", &["table", "html", "convert"])
        .words(&["html", "as html", "to html", "html table", "web page", "for the web", "webpage", "convert"])
        .examples(&[
            "convert people.csv to html",
            "write the totals as an html table",
            "make a web page of prices.csv",
            "save the results as results.html",
        ])
        .takes(table())
        .gives(output("html", blob(Refinement::Html), "the table in HTML"))
        .introduces(&[Refinement::Html])
        // A row of signs that are escaped grows fivefold.
        .memory(4 * STREAM_BYTES)
        .fuel(50_000_000, 6_000)
        .produces(1 << 20, 16)
        .build()
}

pub(super) fn tree() -> Descriptor {
    streaming("directory.tree")
        .does("Draw the files of a directory as a tree.", &["directory", "file", "tree", "convert"])
        .words(&["tree", "directory tree", "folder structure", "tree view", "hierarchy", "as a tree", "structure of"])
        .examples(&[
            "show the directory tree",
            "draw the folder structure of src",
            "tree of the photos folder",
            "what does the hierarchy of projects look like",
        ])
        .takes(input("files", blob(Refinement::Table), "files with their paths").words(&["files", "of", "directory"]))
        .gives(output("tree", blob(Refinement::Utf8), "the tree, a line for each directory and file"))
        .memory(super::super::WHOLE_BYTES)
        .fuel(50_000_000, 20_000)
        .produces(1 << 20, 300)
        .build()
}
