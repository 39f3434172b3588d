//! Scenes as one self-contained web page.

use crate::{Block, Level, Scene};
use std::fmt::Write;

/// A page that loads nothing: style inside, no script, and a content policy that forbids both to any content.
const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
"#;

const STYLE: &str = "<style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}th,td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid #8884}
pre{white-space:pre-wrap;overflow-wrap:anywhere}.warning{color:#a60}.error{color:#c22}img{max-width:100%}
</style>
";

/// Writes a scene as HTML. All content is escaped; pictures are embedded as images, so that nothing in them runs.
#[must_use]
pub fn web(scene: &Scene, title: &str) -> String {
    let mut out = String::from(HEAD);
    push(&mut out, format_args!("<title>{}</title>\n{STYLE}</head><body><main>\n", escape(title)));
    for block in &scene.blocks {
        one_block(&mut out, block);
    }
    out.push_str("</main></body></html>\n");
    out
}

fn one_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading { text } => push(out, format_args!("<h1>{}</h1>\n", escape(text))),
        Block::Fact { label, value } => {
            push(out, format_args!("<p>{}: <strong>{}</strong></p>\n", escape(label), escape(value)));
        }
        Block::Text { text } => push(out, format_args!("<pre>{}</pre>\n", escape(text))),
        Block::Table { columns, rows, hidden } => {
            push(out, format_args!("<table><thead><tr>"));
            for name in columns {
                push(out, format_args!("<th scope=\"col\">{}</th>", escape(name)));
            }
            push(out, format_args!("</tr></thead><tbody>\n"));
            for row in rows {
                push(out, format_args!("<tr>"));
                for cell in row {
                    push(out, format_args!("<td>{}</td>", escape(cell)));
                }
                push(out, format_args!("</tr>\n"));
            }
            push(out, format_args!("</tbody></table>\n"));
            more(out, *hidden, "rows");
        }
        Block::List { items, hidden } => {
            push(out, format_args!("<ul>\n"));
            for item in items {
                push(out, format_args!("<li>{}</li>\n", escape(item)));
            }
            push(out, format_args!("</ul>\n"));
            more(out, *hidden, "items");
        }
        Block::Picture { svg, alternative } => {
            push(
                out,
                format_args!("<img alt=\"{}\" src=\"data:image/svg+xml,{}\">\n", escape(alternative), percent(svg)),
            );
        }
        Block::Notice { level, text } => {
            let class = match level {
                Level::Note => "note",
                Level::Warning => "warning",
                Level::Error => "error",
            };
            push(out, format_args!("<p class=\"{class}\" role=\"status\">{}</p>\n", escape(text)));
        }
    }
}

fn more(out: &mut String, hidden: usize, what: &str) {
    if hidden > 0 {
        push(out, format_args!("<p>… and {hidden} more {what}</p>\n"));
    }
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}

/// Escapes the five characters that mean something in text and attributes of HTML and XML.
pub(crate) fn escape(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for letter in content.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
fn percent(content: &str) -> String {
    let mut out = String::with_capacity(content.len() * 2);
    for byte in content.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            push(&mut out, format_args!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::web;
    use crate::{Block, Scene};

    #[test]
    fn content_cannot_add_markup() {
        let scene = Scene {
            blocks: vec![
                Block::Text { text: "<script>alert(1)</script>".into() },
                Block::Picture { svg: "<svg onload='x'/>".into(), alternative: "\"><b>".into() },
            ],
        };
        let page = web(&scene, "</title><script>");
        assert!(!page.contains("<script>"));
        assert!(!page.contains("<svg"));
        assert!(!page.contains("\"><b>"));
    }
}
