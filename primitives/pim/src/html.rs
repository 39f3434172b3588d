//! Rough text of the HTML in mails: `mail-parser` drops the tags, and here what they set apart is kept apart.

use mail_parser::decoders::html::html_to_text;

/// Elements that begin and end on lines of their own.
const BLOCKS: [&str; 23] = [
    "address",
    "article",
    "blockquote",
    "center",
    "div",
    "dl",
    "dt",
    "dd",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "ol",
    "pre",
    "section",
    "table",
    "ul",
];

/// The text of an HTML document.
pub(crate) fn from_html(html: &str) -> String {
    let text = html_to_text(&apart(html));
    let mut squeezed = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(str::trim) {
        // At most one empty line between others, and none before the first.
        if !std::mem::replace(&mut blank, line.is_empty()) || !line.is_empty() {
            squeezed.push_str(line);
            squeezed.push('\n');
        }
    }
    squeezed
}

/// The document with line breaks around blocks, dashes before items of lists, and spaces between cells.
fn apart(html: &str) -> String {
    let mut apart = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        apart.push_str(before);
        let closes = tag[1..].starts_with('/');
        let name = &tag[1 + usize::from(closes)..];
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
        apart.push_str(match name[..end].to_ascii_lowercase().as_str() {
            "li" if !closes => "<br>- ",
            "tr" | "p" if !closes => "<br>",
            "td" | "th" if !closes => " ",
            block if BLOCKS.contains(&block) => "<br>",
            _ => "",
        });
        apart.push('<');
        rest = &tag[1..];
    }
    apart.push_str(rest);
    apart
}

#[cfg(test)]
mod tests {
    use super::from_html;

    #[test]
    fn what_is_set_apart_stays_apart() {
        let html = "<html><head><title>t</title><style>p{}</style></head><body><h1>Hi</h1><div>a<div>b</div></div>\
            <ul><li>one<li>two</ul><table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table><!-- c --><p>x<br>y</p>z";
        assert_eq!(from_html(html), "Hi\n\na\nb\n\n- one\n- two\n\n1 2\n3\n\nx\ny\nz\n");
    }

    #[test]
    fn odd_markup_gives_an_answer() {
        for (html, text) in [
            ("", ""),
            ("<", ""),
            ("a<b", "a\n"),
            ("</é>x", "x\n"),
            ("&euro;&#x41;&amp;lt;", "€A&lt;\n"),
            ("<li", "-\n"),
        ] {
            assert_eq!(from_html(html), text, "{html}");
        }
    }
}
