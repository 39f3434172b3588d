//! `markdown.to-html` and `markdown.to-text`.
//!
//! Raw HTML stays, except for the elements that GitHub's specification disallows (section 6.11): of `<script>`,
//! `<style>`, `<iframe>` and six others the `<` is written as `&lt;`, so that they are shown and do nothing. Links
//! stay as they are.

use super::{check_size, events, options};
use crate::html::text_of;
use crate::whole::{RESULT_BYTES_MAX, Sink, one, too_large};
use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, html};
use telos_pack::{Args, Failure, Running};

/// The elements that are shown instead of used.
const DISALLOWED: [&str; 9] =
    ["title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"];

pub(crate) fn to_html(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let is_fragment = args.flag(1)?;
    Ok(one(move |text, out| {
        let body = rendered(text)?;
        let mut sink = Sink::default();
        if !is_fragment {
            sink.text("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n")?;
            if let Some(title) = title(text)? {
                sink.text(&format!("<title>{}</title>\n", quick_xml::escape::escape(title.as_str())))?;
            }
            sink.text("</head>\n<body>\n")?;
        }
        sink.text(&body)?;
        if !is_fragment {
            sink.text("</body>\n</html>\n")?;
        }
        out.bytes(0, sink.into_bytes());
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn to_text(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        out.bytes(0, text_of(&rendered(text)?)?);
        Ok(())
    }))
}

/// The document as HTML without a head.
fn rendered(text: &str) -> Result<String, Failure> {
    check_size(text)?;
    let mut body = String::new();
    let allowed = Parser::new_ext(text, options()).map(|event| match event {
        Event::Html(raw) => Event::Html(filtered(raw)),
        Event::InlineHtml(raw) => Event::InlineHtml(filtered(raw)),
        other => other,
    });
    html::push_html(&mut body, allowed);
    if body.len() > RESULT_BYTES_MAX { Err(too_large()) } else { Ok(body) }
}

/// Raw HTML without the elements that are disallowed.
fn filtered(raw: CowStr<'_>) -> CowStr<'_> {
    if !raw.match_indices('<').any(|(at, _)| is_disallowed(raw.get(at + 1..).unwrap_or_default())) {
        return raw;
    }
    let mut kept = String::with_capacity(raw.len() + 16);
    for (at, letter) in raw.char_indices() {
        if letter == '<' && is_disallowed(raw.get(at + 1..).unwrap_or_default()) {
            kept.push_str("&lt;");
        } else {
            kept.push(letter);
        }
    }
    kept.into()
}

/// Whether one of these elements begins or ends with what stands after `<`.
fn is_disallowed(after: &str) -> bool {
    let name = after.strip_prefix('/').unwrap_or(after);
    DISALLOWED.iter().any(|element| {
        name.get(..element.len()).is_some_and(|start| start.eq_ignore_ascii_case(element))
            && name.get(element.len()..).is_none_or(|rest| {
                rest.is_empty()
                    || rest.starts_with(|letter: char| letter.is_ascii_whitespace() || matches!(letter, '/' | '>'))
            })
    })
}

/// The text of the first heading.
fn title(text: &str) -> Result<Option<String>, Failure> {
    let mut plain = super::Plain::default();
    let mut is_inside = false;
    for (event, _) in events(text)? {
        match event {
            Event::Start(Tag::Heading { .. }) => is_inside = true,
            Event::End(TagEnd::Heading(_)) => return Ok(Some(plain.line()).filter(|title| !title.is_empty())),
            inside if is_inside => plain.take(&inside),
            _ => {}
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn html(markdown: &str) -> String {
        let fragment = [("fragment", Value::Bool(true))];
        run(&PACK, "markdown.to-html", markdown.as_bytes(), 5, &fragment).unwrap().text("html")
    }

    fn text(markdown: &str) -> String {
        run(&PACK, "markdown.to-text", markdown.as_bytes(), 5, &[]).unwrap().text("text")
    }

    #[test]
    fn markdown_becomes_html() {
        assert_eq!(
            html("# A *b*\n\n- [x] c\n"),
            "<h1>A <em>b</em></h1>\n<ul>\n<li><input disabled=\"\" type=\"checkbox\" checked=\"\"/>\nc</li>\n</ul>\n"
        );
        assert_eq!(
            html("| a |\n|---|\n| ~~b~~ |"),
            "<table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td><del>b</del></td></tr>\n</tbody></table>\n"
        );
        assert_eq!(html("---\nk: v\n---\nx"), "<p>x</p>\n");
        assert_eq!(html(""), "");
        let page = run(&PACK, "markdown.to-html", "# A < B\n\nx".as_bytes(), 5, &[]).unwrap().text("html");
        assert!(page.contains("<title>A &lt; B</title>") && page.ends_with("<p>x</p>\n</body>\n</html>\n"), "{page}");
    }

    #[test]
    fn elements_that_act_are_shown() {
        assert_eq!(html("a <b>c</b> <script>d</script>"), "<p>a <b>c</b> &lt;script>d&lt;/script></p>\n");
        assert_eq!(html("<SCRIPT src=x>\nalert(1)\n</script >\n"), "&lt;SCRIPT src=x>\nalert(1)\n&lt;/script >\n");
        assert_eq!(html("<scripted>x"), "<p><scripted>x</p>\n");
        assert_eq!(html("`<script>`"), "<p><code>&lt;script&gt;</code></p>\n");
    }

    #[test]
    fn marks_are_left_out_of_text() {
        let markdown = "# Title\n\nSome *text* with [a link](http://x) and `code`.\nNext line.\n\n- one\n- two\n  1\
            . three\n\n\
                        > quote\n\n```rust\nlet a;\n  b\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<i>raw</i> &amp; \
                        more\n";
        let expected = "Title\n\nSome text with a link and code. Next line.\n\n- one\n- two\n  1. three\n\n> quote\n\
            \nlet a;\n  b\n\n\
                        a\tb\n1\t2\n\nraw & more\n";
        assert_eq!(text(markdown), expected);
        assert_eq!(text(""), "");
    }

    #[test]
    fn hostile_documents_end() {
        for part in
            ["> ", "- ", "[", "*", "![", "`", "<", "[a](", "| a ", "#", "1. ", "~~", "[^a]: ", "&", "<!--", "**a *"]
        {
            let _ = run(&PACK, "markdown.to-text", part.repeat(3_000).as_bytes(), 1 << 16, &[]);
            let _ = html(&part.repeat(3_000));
        }
        let large = "a".repeat(super::super::BYTES_MAX + 1);
        assert!(matches!(run(&PACK, "markdown.to-html", large.as_bytes(), 1 << 20, &[]), Err(Failure::Limit(_))));
    }

    proptest! {
        #[test]
        fn plain_words_stay(words in prop::collection::vec("[a-zé]{1,5}", 1..8)) {
            let line = words.join(" ");
            prop_assert_eq!(text(&line), format!("{line}\n"));
        }

        #[test]
        fn any_text_is_answered(markdown in "[a\\-*_#>|`~\\[\\]()!<&\n 1.]{0,60}") {
            let _ = text(&markdown);
        }
    }
}
