//! Pack `markup`.

use crate::inputs::{BYTES, LINES, differing, repeated, text, within};
use crate::{Case, one};
use telos_abi::Value;

pub(super) fn cases() -> Vec<Case> {
    [markdown(), html(), html_parts(), xml()].into_iter().flatten().collect()
}

/// Beginnings, what is repeated, and ends of Markdown texts.
const MARKDOWN: [(&str, &str, &str); 18] = [
    ("", "# a\n", ""),
    ("", "*a **b _c ", "\n"),
    ("", "[", "\n"),
    ("", "[a](b", "\n"),
    ("", "[a](<b> \"c\") ![d](e)\n", ""),
    ("", "a `` b ` c ", "\n"),
    ("", "> ", "a\n"),
    ("", "- ", "a\n"),
    ("", "- a\n  - b\n    1. c\n", ""),
    ("", "- [ ] a\n", ""),
    ("", "|a|b|\n|-|-|\n|c|\n\n", ""),
    ("|a|b|\n|-|-|\n", "|\\||`c`|\n", ""),
    ("", "```a\n```\n", ""),
    ("", "<!-- a", "\n"),
    ("", "<b>\n\n", ""),
    ("", "[a]: b\n", ""),
    ("[^a]: b\n\n", "[^a]", "\n"),
    ("", "&amp;~~a~~<a@b.c>\\*", "\n"),
];

/// What the primitives that walk over the same events are measured with.
const WALKED: [&str; 4] = ["# a *b*\n", "- [ ] a\n", "[a](<b> \"c\") ![d](e)\n", "```a\n```\n"];

fn markdown() -> Vec<Case> {
    let all = MARKDOWN.map(|(begin, piece, end)| one("markdown.to-html", &[], within(begin, piece, end)));
    let mut cases = Vec::from(all);
    for piece in WALKED {
        for name in ["markdown.headings", "markdown.links", "markdown.code", "markdown.contents", "markdown.tasks"] {
            cases.push(one(name, &[], repeated(piece)));
        }
    }
    // The text is that of the HTML, which may take 8 MiB.
    for piece in ["# a\n", "> > > a\n\n", "*a **b _c ", "[a](b)", "a\n\n", "&amp;~~a~~<a@b.c>\\*", "<b>a</b>\n\n"] {
        cases.push(one("markdown.to-text", &[], piece.repeat(BYTES / 4 / piece.len())));
    }
    cases.push(one("markdown.headings", &[], differing(LINES / 2, |number| format!("## {number:x}\n"))));
    let number = [("number", Value::Int(i64::from(LINES / 40)))];
    cases.push(one("markdown.tables", &number, within("", "|a|b|\n|-|-|\n|c|\n\n", "")));
    cases.push(one("markdown.tables", &[], within("|a|b|\n|-|-|\n", "|\\||`c`|\n", "")));
    cases.push(one("markdown.tables", &[], within("|a|\n|-|\n", "|\"[b](c)\"\n", "")));
    cases
}

/// What is repeated in HTML texts.
const HTML: [&str; 14] = [
    "<p>a",
    "<b>a</b> ",
    "<a href=b>c</a>",
    "<a><p></a>",
    "<b><i></b></i>",
    "<img src=a alt='b'>",
    "<h1>a</h1>",
    "<ul><li>a</ul>",
    "<pre>a\n\n</pre>",
    "<meta name=a content=b>",
    "<table><tr><td>a<td>b</table>",
    "<table>a</table>",
    "&eacute;&#x41;&nope; ",
    "<!-- a",
];

fn html() -> Vec<Case> {
    let mut cases = Vec::new();
    for piece in HTML {
        for name in ["html.to-text", "html.to-markdown"] {
            cases.push(one(name, &[], within("<title>a</title><body>", piece, "")));
        }
    }
    for piece in ["<a href=b>c</a>", "<img src=a alt='b'>", "<h1>a</h1>", "<meta name=a content=b>"] {
        for name in ["html.links", "html.images", "html.headings", "html.metadata"] {
            cases.push(one(name, &[], within("<title>a</title><body>", piece, "")));
        }
    }
    cases
}

fn html_parts() -> Vec<Case> {
    let select = |selector: &str, input: Vec<u8>| one("html.select", &[("selector", text(selector))], input);
    // Each of these has the text of all that are in it.
    let nested = |open: &str, close: &str| (open.repeat(200) + &"ab ".repeat(20_000) + &close.repeat(200)).into_bytes();
    vec![
        one("html.title", &[], within("<title>", "a &amp; ", "</title>")),
        one("html.title", &[], within("", "<h1> </h1>", "<h1>a</h1>")),
        one("html.headings", &[], nested("<h1><div>", "</div></h1>")),
        one("html.to-text", &[], nested("<blockquote>", "</blockquote>")),
        one("html.to-markdown", &[], nested("<blockquote>", "</blockquote>")),
        select("*", nested("<div>", "</div>")),
        select("p", repeated("<p>a")),
        select("div > p.a ~ p:not(.b):nth-child(2n+1), b *", repeated("<p class=a><b>c</b>")),
        select("p:nth-last-child(3)", within("<p>", "<i>a</i>", "")),
        select("div div div div div div p", nested("<div>", "</div>")),
        one("html.tables", &[], within("<table>", "<tr><td>a<th>b", "</table>")),
        one("html.tables", &[], within("<table>", "<tr><td colspan=2 rowspan=3>a", "</table>")),
        one("html.tables", &[], ["<table>", &"<tr><td colspan=1000>".repeat(3_000), "</table>"].concat()),
        one("html.tables", &[], within("<table><tr><td>", "<b>a</b>,\"\n", "</table>")),
    ]
}

fn xml() -> Vec<Case> {
    let item = "<item><title>a</title><pubDate>Wed, 01 May 2024 09:30:00 GMT</pubDate></item>";
    let described = "<item><description>&lt;b&gt;c</description></item>";
    let entry =
        "<entry><title type='html'>&lt;b&gt;</title><link href='c'/><content type='xhtml'><p>d</p></content></entry>";
    let rss = |piece: &str| within("<rss><channel><title>a</title>", piece, "</channel></rss>");
    let atom = |piece: &str| within("<feed xmlns='http://www.w3.org/2005/Atom'><title>a</title>", piece, "</feed>");
    let wide: String = (0..4_000).map(|number| format!("<b{number}>c</b{number}>")).collect();
    let rows: String = (0..99).map(|number| format!("<b{number}/>")).collect();
    let attributes: String = (0..1_000).map(|number| format!(" a{number:03}=''")).collect();
    let named = [("name", text("a"))];
    let compact = [("compact", Value::Bool(true))];
    let mut cases = Vec::new();
    for input in
        [rss(item), rss(described), rss("<item a='bc'/>"), atom(entry), rss("<item><title>&amp;</title></item>")]
    {
        cases.push(one("feed.items", &[], input.clone()));
        cases.push(one("feed.title", &[], input));
    }
    for (begin, piece, end) in [
        ("<r>", "<a/>", "</r>"),
        ("<r>", "<a b='&amp;'>c<d>e</d></a>", "</r>"),
        ("<r><a>", "&amp;<![CDATA[b]]>", "</a></r>"),
        ("<r>", &format!("<a>{wide}</a>"), "</r>"),
        ("<r>", &format!("<a>{rows}</a>"), "</r>"),
        ("<r>", &format!("<a{attributes}/>"), "</r>"),
        ("<r><a>", "<b><b><b><b></b></b></b></b>", "</a></r>"),
    ] {
        cases.push(one("xml.elements", &named, within(begin, piece, end)));
        cases.push(one("xml.format", &[], within(begin, piece, end)));
        cases.push(one("xml.format", &compact, within(begin, piece, end)));
    }
    cases
}
