//! XML through the pack's interface.

use crate::PACK;
use proptest::prelude::*;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

fn format(xml: &str, compact: bool) -> Result<String, Failure> {
    run(&PACK, "xml.format", xml.as_bytes(), 6, &[("compact", Value::Bool(compact))]).map(|given| given.text("xml"))
}

fn elements(xml: &str, name: &str) -> Result<Given, Failure> {
    run(&PACK, "xml.elements", xml.as_bytes(), 6, &[("name", Value::Text(name.into()))])
}

#[test]
fn elements_are_laid_out() {
    let xml = "<?xml version=\"1.0\"?><!-- c --><r a='1'><b/><c >x &amp; <i>y</i> z</c><d>\n </d><e><![CDATA[<]]></e\
        >\n<f xml:space=\"preserve\"> <g/> </f></r>";
    let expected = "<?xml version=\"1.0\"?>\n<!-- c -->\n<r a='1'>\n  <b/>\n  <c>x &amp; <i>y</i> z</c>\n  <d/>\n  <\
        e><![CDATA[<]]></e>\n  \
                    <f xml:space=\"preserve\"> <g/> </f>\n</r>\n";
    assert_eq!(format(xml, false).unwrap(), expected);
    assert_eq!(format(expected, false).unwrap(), expected);
    assert_eq!(format("<a>\n  <b>\n <c/>\n</b>\n</a>", true).unwrap(), "<a><b><c/></b></a>\n");
    for wrong in [
        "",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "x",
        "<a>&x;</a>",
        "<a b='<'/>",
        " <?xml version='1.0'?><a/>",
        "<a>\u{2}</a>",
    ] {
        assert!(matches!(format(wrong, false), Err(Failure::BadInput(_))), "{wrong}");
    }
    assert!(matches!(format(&"<a>".repeat(10_000), false), Err(Failure::Limit(_))));
}

#[test]
fn elements_become_rows() {
    let xml = "<l xmlns:x='u'><book id='1'><title>A <i>b</i></title><by>c</by><by>d</by></book><x:book lang='e'>own<\
        title/></x:book>\
               <other/></l>";
    let given = elements(xml, "book").unwrap();
    assert_eq!(given.text("table"), "text,id,title,by,lang\n,1,A b,c; d,\nown,,,,e\n");
    assert_eq!((given.text("lines").as_str(), given.int("count")), ("A b c d\nown\n", Some(2)));
    assert_eq!(elements(xml, "books").unwrap().int("count"), Some(2));
    assert_eq!(elements(xml, "by").unwrap().text("table"), "text\nc\nd\n");
    let told = elements(xml, "page").unwrap_err().to_string();
    assert!(told.contains("no element `page`") && told.contains("book"), "{told}");
    let nested = elements("<a><a>x</a>y</a>", "a").unwrap();
    assert_eq!(nested.text("table"), "text,a\ny,x\n");
}

#[test]
fn nothing_expands() {
    let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><b>&b;</b>";
    assert!(elements(bomb, "b").unwrap_err().to_string().contains("`&b;` is not known"));
    let wide: String = (0..5_000).map(|at| format!("<e{at}>x</e{at}>")).collect();
    assert!(matches!(elements(&format!("<a>{wide}</a>"), "a"), Err(Failure::Limit(_))));
}

/// A small document without text beside elements.
fn any_xml() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(String::from("<a/>")),
        "[a-c&; ]{1,4}".prop_map(|text| { format!("<b k=\"1\">x{}x</b>", text.replace('&', "&amp;")) })
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop::collection::vec(inner, 1..4).prop_map(|inside| format!("<c>{}</c>", inside.join("\n\t")))
    })
}

proptest! {
    #[test]
    fn layout_changes_nothing_else(xml in any_xml()) {
        let laid = format(&xml, false).unwrap();
        prop_assert_eq!(format(&laid, true).unwrap(), format(&xml, true).unwrap());
        prop_assert_eq!(format(&laid, false).unwrap(), laid.clone());
    }

    #[test]
    fn any_text_is_answered(xml in "[<>/ab!?&;#\"'= \\[\\]C-]{0,40}") {
        let _ = (format(&xml, false), elements(&xml, "a"));
    }
}
