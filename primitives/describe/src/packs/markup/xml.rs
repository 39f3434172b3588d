//! Feeds and XML.

use super::whole;
use crate::{Input, blob, count, flag, input, line, output};
use telos_abi::{Descriptor, Refinement, Value};

fn feed() -> Input {
    input("text", blob(Refinement::Utf8), "RSS or Atom feed")
        .words(&["feed", "rss", "atom", "xml", "rdf", "news", "file"])
}

fn xml() -> Input {
    input("text", blob(Refinement::Utf8), "XML text")
        .words(&["xml", "xsd", "xsl", "xslt", "svg", "kml", "gpx", "plist", "rss", "document", "file"])
}

pub(super) fn items() -> Descriptor {
    whole("feed.items")
        .does("List the items of an RSS or Atom feed.", &["markup", "feed", "list", "items"])
        .words(&[
            "feed",
            "rss",
            "atom",
            "items",
            "entries",
            "articles",
            "posts",
            "news",
            "episodes",
            "stories",
            "headlines",
            "latest",
        ])
        .examples(&[
            "list the items of feed.xml",
            "latest posts in blog.rss",
            "how many articles are in news.atom",
            "titles of the episodes in podcast.xml",
            "which news in feed.rss mention rust",
        ])
        .takes(feed())
        .gives(output("table", blob(Refinement::Table), "table of items: `title`, `link`, `date`, `author`, `summary`"))
        .gives(output("count", count(0), "number of items"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn title() -> Descriptor {
    whole("feed.title")
        .does("Read the title of an RSS or Atom feed.", &["markup", "feed", "title"])
        .words(&["title", "feed title", "name of the feed", "channel", "blog name", "podcast name", "called"])
        .examples(&[
            "what is the title of feed.xml",
            "name of the feed in blog.rss",
            "what is the podcast in podcast.xml called",
            "title of news.atom",
        ])
        .takes(feed())
        .gives(output("title", line(), "the feed's title"))
        .introduces(&[Refinement::Line])
        .build()
}

pub(super) fn elements() -> Descriptor {
    whole("xml.elements")
        .does("List every XML element of a name.", &["markup", "xml", "list", "elements"])
        .words(&[
            "elements",
            "element",
            "tags",
            "tag",
            "nodes",
            "every",
            "attributes",
            "extract",
            "entries",
            "how many",
            "all the",
        ])
        .examples(&[
            "list the book elements in catalog.xml",
            "how many item tags are in data.xml",
            "all titles in books.xml",
            "make a table of the person elements of people.xml",
            "extract every url from sitemap.xml",
        ])
        .takes(xml())
        .takes(
            input("name", line(), "name of the element")
                .words(&["element", "elements", "tag", "tags", "named", "called", "all", "every", "the"]),
        )
        .gives(output(
            "table",
            blob(Refinement::Table),
            "a row for each element: its `text`, its attributes, and the elements directly in it",
        ))
        .gives(output("lines", blob(Refinement::Utf8), "all text of each element on a line"))
        .gives(output("count", count(0), "number of elements"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn format() -> Descriptor {
    whole("xml.format")
        .does("Indent XML, or remove the white space between its elements.", &["markup", "xml", "format"])
        .words(&[
            "pretty",
            "pretty-print",
            "prettify",
            "indent",
            "format",
            "beautify",
            "readable",
            "tidy",
            "compact",
            "minify",
        ])
        .examples(&[
            "pretty-print data.xml",
            "format pom.xml",
            "make the xml readable",
            "minify feed.xml",
            "indent config.xml",
        ])
        .takes(xml())
        .takes(
            input("compact", flag(), "remove white space instead of adding it")
                .default(Value::Bool(false))
                .words(&["compact", "minify", "minified", "one line", "small"]),
        )
        .gives(output("xml", blob(Refinement::Xml), "the document in the form asked for"))
        .introduces(&[Refinement::Xml])
        .build()
}
