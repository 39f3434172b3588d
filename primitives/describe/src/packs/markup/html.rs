//! Web pages.

use super::{number, whole};
use crate::{Input, blob, count, input, line, output};
use telos_abi::{Descriptor, Refinement, Value};

fn html() -> Input {
    input("html", blob(Refinement::Utf8), "HTML text")
        .words(&["html", "htm", "xhtml", "page", "web page", "site", "file"])
}

pub(super) fn to_text() -> Descriptor {
    whole("html.to-text")
        .does("Read what a web page says as text.", &["markup", "html", "text", "convert"])
        .words(&[
            "plain text",
            "text",
            "text of",
            "strip tags",
            "without tags",
            "remove html",
            "remove the tags",
            "readable",
            "to text",
            "as text",
            "content of the page",
            "read the page",
        ])
        .examples(&[
            "convert page.html to plain text",
            "strip the tags from index.html",
            "what does article.html say",
            "how many words are on page.html",
            "search the text of index.html for price",
        ])
        .takes(html())
        .gives(output("text", blob(Refinement::Utf8), "what the page shows, in lines"))
        .build()
}

pub(super) fn to_markdown() -> Descriptor {
    whole("html.to-markdown")
        .does("Convert a web page to Markdown.", &["markup", "html", "markdown", "convert"])
        .words(&["markdown", "md", "convert", "to markdown", "as markdown", "html to markdown", "turn into markdown"])
        .examples(&[
            "convert page.html to markdown",
            "save index.html as page.md",
            "turn the html into markdown",
            "make a markdown file from article.html",
        ])
        .takes(html())
        .gives(output("markdown", blob(Refinement::Markdown), "the page as Markdown"))
        .introduces(&[Refinement::Markdown])
        .build()
}

pub(super) fn links() -> Descriptor {
    whole("html.links")
        .does("List the links of a web page.", &["markup", "html", "list", "links"])
        .words(&[
            "links",
            "link",
            "urls",
            "url",
            "hyperlinks",
            "hrefs",
            "href",
            "addresses",
            "points to",
            "linked",
            "external links",
        ])
        .examples(&[
            "list the links in index.html",
            "which external links are on page.html",
            "how many urls are in page.html",
            "extract all hyperlinks from the page",
        ])
        .takes(html())
        .gives(output("table", blob(Refinement::Table), "table of links: `text`, `url`, `kind` (local or remote)"))
        .gives(output("count", count(0), "number of links"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn images() -> Descriptor {
    whole("html.images")
        .does("List the images of a web page.", &["markup", "html", "list", "images"])
        .words(&["images", "image", "pictures", "photos", "img", "alt texts", "alt", "illustrations", "figures"])
        .examples(&[
            "list the images in index.html",
            "which pictures on page.html have no description",
            "how many images are on the page",
            "image sources in gallery.html",
        ])
        .takes(html())
        .gives(output("table", blob(Refinement::Table), "table of images: `source`, `description`"))
        .gives(output("count", count(0), "number of images"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn headings() -> Descriptor {
    whole("html.headings")
        .does("List the headings of a web page.", &["markup", "html", "list", "headings"])
        .words(&["headings", "heading", "headers", "headlines", "sections", "chapters", "outline", "structure"])
        .examples(&[
            "list the headings of page.html",
            "outline of index.html",
            "which sections does article.html have",
            "headlines on news.html",
        ])
        .takes(html())
        .gives(output("table", blob(Refinement::Table), "table of headings: `level`, `text`"))
        .gives(output("count", count(0), "number of headings"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn title() -> Descriptor {
    whole("html.title")
        .does("Read the title of a web page.", &["markup", "html", "title"])
        .words(&["title", "page title", "name of the page", "headline", "called", "titled"])
        .examples(&[
            "what is the title of index.html",
            "title of the page",
            "what is page.html called",
            "read the headline of article.html",
        ])
        .takes(html())
        .gives(output("title", line(), "the title, or else the first heading"))
        .introduces(&[Refinement::Line])
        .build()
}

pub(super) fn tables() -> Descriptor {
    whole("html.tables")
        .does("Read a table of a web page.", &["markup", "html", "table", "convert"])
        .words(&[
            "table",
            "tables",
            "to csv",
            "as csv",
            "rows",
            "columns",
            "spreadsheet",
            "scrape",
            "extract",
            "read the table",
        ])
        .examples(&[
            "convert the table in page.html to csv",
            "read the second table of report.html",
            "sort the table on prices.html by price",
            "scrape the table from standings.html",
            "average of the age column in people.html",
        ])
        .takes(html())
        .takes(number())
        .gives(output("table", blob(Refinement::Table), "the table; columns are named by its first row"))
        .gives(output("rows", count(0), "number of rows"))
        .gives(output("count", count(0), "number of tables in the page"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn select() -> Descriptor {
    whole("html.select")
        .does("Find the elements of a web page by a CSS selector.", &["markup", "html", "select", "search"])
        .words(&[
            "select",
            "selector",
            "css",
            "css selector",
            "elements",
            "query",
            "scrape",
            "extract",
            "matching",
            "class",
            "with id",
        ])
        .examples(&[
            "select h2.title from page.html",
            "text of all .price elements in shop.html",
            "how many elements match ul > li in index.html",
            "get the href of a.download in page.html",
            "scrape #main p from article.html",
        ])
        .takes(html())
        .takes(
            input("selector", line(), "CSS selector such as h2, .price, #main or ul > li")
                .words(&["selector", "css", "select", "matching", "match", "elements", "query", "class", "find"]),
        )
        .takes(
            input("attribute", line(), "attribute that is given instead of the text; empty for the text")
                .default(Value::Text(String::new()))
                .words(&["attribute", "the href of", "the src of", "value of the attribute"]),
        )
        .gives(output("lines", blob(Refinement::Utf8), "text of each element on a line"))
        .gives(output("count", count(0), "number of elements"))
        .build()
}

pub(super) fn metadata() -> Descriptor {
    whole("html.metadata")
        .does("List what the head of a web page says about it.", &["markup", "html", "list", "metadata"])
        .words(&[
            "metadata",
            "meta",
            "meta tags",
            "meta data",
            "description",
            "keywords",
            "open graph",
            "og",
            "charset",
            "language of the page",
        ])
        .examples(&[
            "list the metadata of page.html",
            "which meta tags does index.html have",
            "what is the description of article.html",
            "open graph tags in page.html",
        ])
        .takes(html())
        .gives(output("table", blob(Refinement::Table), "table of metadata: `name`, `content`"))
        .gives(output("count", count(0), "number of entries"))
        .introduces(&[Refinement::Table])
        .build()
}
