//! Markdown documents.

use super::{number, whole};
use crate::{Input, blob, count, flag, input, output};
use telos_abi::{Descriptor, Refinement, Value};

fn text() -> Input {
    input("text", blob(Refinement::Utf8), "Markdown text")
        .words(&["markdown", "md", "mdown", "readme", "document", "file", "notes"])
}

pub(super) fn to_html() -> Descriptor {
    whole("markdown.to-html")
        .does("Convert Markdown to a web page.", &["markup", "markdown", "html", "convert"])
        .words(&[
            "html",
            "web page",
            "webpage",
            "page",
            "convert",
            "render",
            "to html",
            "as html",
            "markdown to html",
            "publish",
            "site",
        ])
        .examples(&[
            "convert README.md to html",
            "render notes.md as a web page",
            "turn the markdown into html",
            "make a page from guide.md",
        ])
        .takes(text())
        .takes(
            input("fragment", flag(), "give the body alone, without a head around it")
                .default(Value::Bool(false))
                .words(&["fragment", "body only", "only the body", "without head", "snippet", "partial"]),
        )
        .gives(output(
            "html",
            blob(Refinement::Html),
            "the page; raw HTML stays, except that scripts and frames are shown as text",
        ))
        .introduces(&[Refinement::Html])
        .build()
}

pub(super) fn to_text() -> Descriptor {
    whole("markdown.to-text")
        .does("Take the marks out of Markdown.", &["markup", "markdown", "text", "convert"])
        .words(&[
            "plain text",
            "text",
            "without formatting",
            "strip",
            "strip markdown",
            "unformatted",
            "to text",
            "as text",
            "plain",
        ])
        .examples(&[
            "convert README.md to plain text",
            "strip the markdown from notes.md",
            "how many words are in the text of guide.md",
            "show post.md without formatting",
        ])
        .takes(text())
        .gives(output("text", blob(Refinement::Utf8), "the text in lines, lists with their marks"))
        .build()
}

pub(super) fn headings() -> Descriptor {
    whole("markdown.headings")
        .does("List the headings of a Markdown document.", &["markup", "markdown", "list", "headings"])
        .words(&["headings", "heading", "headers", "sections", "chapters", "outline", "structure", "titles", "titled"])
        .examples(&[
            "list the headings in README.md",
            "which sections does guide.md have",
            "outline of notes.md",
            "how many chapters are in book.md",
            "on which line is the heading Install in README.md",
        ])
        .takes(text())
        .gives(output("table", blob(Refinement::Table), "table of headings: `level`, `text`, `line`"))
        .gives(output("count", count(0), "number of headings"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn links() -> Descriptor {
    whole("markdown.links")
        .does("List the links of a Markdown document.", &["markup", "markdown", "list", "links"])
        .words(&["links", "link", "urls", "url", "hyperlinks", "references", "addresses", "points to", "linked"])
        .examples(&[
            "list the links in README.md",
            "which urls are in notes.md",
            "how many links does guide.md have",
            "extract all hyperlinks from post.md",
        ])
        .takes(text())
        .gives(output("table", blob(Refinement::Table), "table of links: `text`, `url`"))
        .gives(output("count", count(0), "number of links"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn code() -> Descriptor {
    whole("markdown.code")
        .does("List the fenced code of a Markdown document.", &["markup", "markdown", "list", "code"])
        .words(&[
            "code",
            "code blocks",
            "code block",
            "snippets",
            "snippet",
            "fenced",
            "source code",
            "listings",
            "examples",
        ])
        .examples(&[
            "extract the code blocks from README.md",
            "list the snippets in tutorial.md",
            "how many code blocks are in guide.md",
            "which languages are used in the code of README.md",
        ])
        .takes(text())
        .gives(output("table", blob(Refinement::Table), "table of code blocks: `language`, `lines`, `code`"))
        .gives(output("count", count(0), "number of code blocks"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn tables() -> Descriptor {
    whole("markdown.tables")
        .does("Read a table of a Markdown document.", &["markup", "markdown", "table", "convert"])
        .words(&["table", "tables", "to csv", "as csv", "rows", "columns", "spreadsheet", "extract", "read the table"])
        .examples(&[
            "convert the table in README.md to csv",
            "read the second table of notes.md",
            "sort the table in prices.md by price",
            "sum the cost column of the table in budget.md",
        ])
        .takes(text())
        .takes(number())
        .gives(output("table", blob(Refinement::Table), "the table; columns are named by its header"))
        .gives(output("rows", count(0), "number of rows"))
        .gives(output("count", count(0), "number of tables in the document"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn contents() -> Descriptor {
    whole("markdown.contents")
        .does("Make a table of contents for a Markdown document.", &["markup", "markdown", "headings", "contents"])
        .words(&["table of contents", "contents", "toc", "index", "overview", "outline with links"])
        .examples(&[
            "make a table of contents for README.md",
            "generate a toc for guide.md",
            "contents of book.md down to level 2",
            "create an index for notes.md",
        ])
        .takes(text())
        .takes(
            input("depth", count(1), "deepest level of headings that is listed, from 1 to 6")
                .default(Value::Int(6))
                .words(&["depth", "level", "levels", "down to", "up to level", "deep"]),
        )
        .gives(output("markdown", blob(Refinement::Markdown), "a nested list of links to the headings"))
        .gives(output("count", count(0), "number of headings listed"))
        .introduces(&[Refinement::Markdown])
        .build()
}

pub(super) fn tasks() -> Descriptor {
    whole("markdown.tasks")
        .does("List the tasks with check boxes of a Markdown document.", &["markup", "markdown", "list", "tasks"])
        .words(&[
            "tasks",
            "task",
            "todo",
            "todos",
            "to do",
            "to-do",
            "checklist",
            "checkboxes",
            "check boxes",
            "open tasks",
            "done",
            "unfinished",
            "remaining",
            "still to do",
        ])
        .examples(&[
            "list the tasks in todo.md",
            "which todos in notes.md are not done",
            "how many tasks are still open in plan.md",
            "show the checklist of release.md",
            "what is left to do in TODO.md",
        ])
        .takes(text())
        .gives(output("table", blob(Refinement::Table), "table of tasks: `done` (true or false), `text`"))
        .gives(output("count", count(0), "number of tasks"))
        .gives(output("open", count(0), "number of tasks that are not done"))
        .introduces(&[Refinement::Table])
        .build()
}
