//! Pages through the pack's interface.

use crate::PACK;
use proptest::prelude::*;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

fn call(name: &str, html: &str, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run(&PACK, name, html.as_bytes(), 9, arguments)
}

fn table(name: &str, html: &str) -> String {
    call(name, html, &[]).unwrap().text("table")
}

fn text(html: &str) -> String {
    call("html.to-text", html, &[]).unwrap().text("text")
}

fn markdown(html: &str) -> String {
    call("html.to-markdown", html, &[]).unwrap().text("markdown")
}

const PAGE: &str = "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title> A
 title</title><meta name=description content='What it is'><meta property='og:image' content=i.png>
<link rel=icon href=/f.ico><style>p {}</style></head><body><h1>Head <em>ing</em></h1>
<p>One &amp; two<br>three <a href='/x'>link</a>, <a href=https://y.org/><img src=p.png alt='a  picture'></a>.</p>
<script>alert(1)</script>
<ul><li>a<li><p>b</p><p>c</p><ol start=3><li>d</li></ol></ul>
<blockquote><p>q<p>r</blockquote>
<pre><code class='x language-rust'>let a;
  b
</code></pre>
<table><tr><th>k<th>v|w<tr><td>1<td><b>2</b> 3</table></body></html>";

#[test]
fn a_page_becomes_text() {
    let expected = "Head ing\n\nOne & two\nthree link, .\n\n- a\n- b\n\n  c\n\n  3. d\n\n> q\n>\n> r\n\nlet a;\n  b\n\n\
                    k\tv|w\n1\t2 3\n";
    assert_eq!(text(PAGE), expected);
    assert_eq!(text(""), "");
    assert_eq!(text("just words"), "just words\n");
    assert_eq!(text("<p>a<p>b<div>c</div>d"), "a\n\nb\n\nc\nd\n");
    assert_eq!(text("<table><tr><td></td><td>x</td></tr></table>"), "\tx\n");
    assert_eq!(text("<ul><li></li><li>x</li></ul>"), "- \n- x\n");
    assert_eq!(text("a<span> b</span><span>c </span>d"), "a bc d\n");
}

#[test]
fn a_page_becomes_markdown() {
    let expected = "# Head *ing*\n\nOne & two\\\nthree [link](/x), [![a picture](p.png)](https://y.org/).\n\n\
                    - a\n- b\n\n  c\n\n  3. d\n\n> q\n>\n> r\n\n```rust\nlet a;\n  b\n```\n\n\
                    | k | v\\|w |\n| --- | --- |\n| 1 | **2** 3 |\n";
    assert_eq!(markdown(PAGE), expected);
    assert_eq!(
        markdown("<p>a *b* _c_ d_e <b> f </b>g<i></i> 1. [x] `"),
        "a \\*b\\* \\_c\\_ d_e **f** g 1. \\[x\\] \\`\n"
    );
    assert_eq!(markdown("<p># a<p>1. b<p>- c<p>&lt;b&gt; &amp;amp;"), "\\# a\n\n1\\. b\n\n\\- c\n\n\\<b> \\&amp;\n");
    assert_eq!(markdown("<code>a`b</code> <code> </code><del>x</del>"), "``a`b`` ~~x~~\n");
    assert_eq!(markdown("<a href='a b(c)'>x</a><a>y</a>"), "[x](<a b(c)>)y\n");
    assert_eq!(markdown("<h2>a<br>b</h2><h3></h3><hr><p>c"), "## a b\n\n---\n\nc\n");
    assert_eq!(markdown("<ul><li><input type=checkbox checked> a</ul>"), "- [x] a\n");
}

#[test]
fn what_a_page_has_is_listed() {
    assert_eq!(table("html.links", PAGE), "text,url,kind\nlink,/x,local\na picture,https://y.org/,remote\n");
    assert_eq!(table("html.images", PAGE), "source,description\np.png,a picture\n");
    assert_eq!(table("html.headings", PAGE), "level,text\n1,Head ing\n");
    let metadata = "name,content\nlanguage,en\ncharset,utf-8\ntitle,A title\ndescription,What it is\nog:image,i.png\
        \nicon,/f.ico\n";
    assert_eq!(table("html.metadata", PAGE), metadata);
    let title = |html: &str| call("html.title", html, &[]).map(|given| given.values["title"].clone());
    assert_eq!(title(PAGE).unwrap(), Value::Text("A title".into()));
    assert_eq!(title("<h1>x</h1>").unwrap(), Value::Text("x".into()));
    assert!(title("<p>x</p>").is_err());
    let kinds =
        "<a href='mailto:a@b'>m</a><a href='//h/p'>h</a><a href='a:b/c'>s</a><a href='#x:y'>f</a><a name=z>n</a>";
    let expected = "text,url,kind\nm,mailto:a@b,remote\nh,//h/p,remote\ns,a:b/c,remote\nf,#x:y,local\n";
    assert_eq!(table("html.links", kinds), expected);
}

#[test]
fn tables_are_laid_out() {
    let of = |html: &str, number: i64| call("html.tables", html, &[("number", Value::Int(number))]);
    let html = "<table><caption>c</caption><tr><th>a<th colspan=2>b<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5<br>6<\
        /table>\
                <table><tr><td><table><tr><td>in</table></table>";
    let first = of(html, 1).unwrap();
    assert_eq!(first.text("table"), "a,b,b-2\n1,2,3\n1,4,5 6\n");
    assert_eq!((first.int("rows"), first.int("count")), (Some(2), Some(3)));
    assert_eq!(of(html, 2).unwrap().text("table"), "in\n");
    assert_eq!(of(html, 3).unwrap().text("table"), "in\n");
    assert!(of(html, 4).unwrap_err().to_string().contains("3 tables"));
    assert!(of("<p>", 1).is_err());
    let uneven = "<table><tr><td>a<tr><td>1<td>2</table>";
    assert_eq!(of(uneven, 1).unwrap().text("table"), "a,column-2\n1,2\n");
    let wide = format!("<table><tr>{}</table>", "<td colspan=1000>".repeat(1_000));
    assert!(matches!(of(&wide, 1), Err(Failure::Limit(_))));
    let bomb =
        format!("<table><tr>{}</table>", format!("<td colspan=1000 rowspan=65534>{}", "x".repeat(1 << 20)).repeat(4));
    assert!(matches!(of(&bomb, 1), Err(Failure::Limit(_))));
}

#[test]
fn selectors_find_elements() {
    let select = |selector: &str, attribute: &str| {
        let arguments = [("selector", Value::Text(selector.into())), ("attribute", Value::Text(attribute.into()))];
        call("html.select", PAGE, &arguments)
    };
    let found = select("li", "").unwrap();
    assert_eq!((found.text("lines").as_str(), found.int("count")), ("a\nb c d\nd\n", Some(3)));
    assert_eq!(select("a[href^='https']", "href").unwrap().text("lines"), "https://y.org/\n");
    assert_eq!(select("p > a:not([href='/x']), h1", "").unwrap().text("lines"), "Head ing\n\n");
    assert_eq!(select("video", "").unwrap().int("count"), Some(0));
    assert!(select("li[", "").unwrap_err().to_string().contains("CSS selector"));
    assert!(matches!(select(&":not(".repeat(100), ""), Err(Failure::Limit(_))));
}

#[test]
fn hostile_pages_end() {
    for part in [
        "<b>",
        "<p>",
        "<a href=x>",
        "<table><tr><td>",
        "<li>",
        "&amp;",
        "<",
        "<!--",
        "<script>",
        "<ul><li>",
        "<svg><title>",
    ] {
        let html = part.repeat(3_000);
        for name in ["html.to-text", "html.to-markdown", "html.links", "html.tables", "html.headings", "html.metadata"]
        {
            assert!(!matches!(call(name, &html, &[]), Err(Failure::Internal(_))), "{part}");
        }
    }
}

proptest! {
    #[test]
    fn words_survive_markdown(words in prop::collection::vec("[a-c*_`\\[\\]<>&#+\\-=~|!.()1:\\\\\"']{1,6}", 1..6)) {
        let line = words.join(" ");
        let html = format!("<p>{}</p>", line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        let written = markdown(&html);
        let back = run(&PACK, "markdown.to-text", written.as_bytes(), 9, &[]).unwrap().text("text");
        prop_assert_eq!(back, format!("{line}\n"), "{}", written);
    }

    #[test]
    fn any_text_is_answered(html in "[<>/a-ctrd=\"'&; !-]{0,80}") {
        let _ = (text(&html), markdown(&html));
    }
}
