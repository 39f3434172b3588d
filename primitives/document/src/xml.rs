//! `xml.parse`: elements to objects.
//!
//! An element with neither attributes nor elements is its text, or null without one. Else it is an object: attributes as
//! `@name`, elements by name, lists where a name occurs again, and text between them as `#text`. White space at the ends
//! of a text does not count. No entity but XML's own five is known, and document types declare none: nothing expands.

use crate::read::{DEPTH_MAX, Style, position, too_deep};
use crate::whole::one;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::{Map, Value as Json};
use telos_pack::{Args, Failure, Running};

/// Most values of a document.
const VALUES_MAX: usize = 1_500_000;
/// Most attributes of one element: each is compared with those before it.
const ATTRIBUTES_MAX: usize = 1_000;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn parse(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| Style::usual().give(&document(text)?, 0, out)))
}

/// Reads a document: an object with the root element's name as its key.
pub(crate) fn document(text: &str) -> Result<Json, Failure> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut builder = Builder::default();
    loop {
        let start = offset(reader.buffer_position());
        let event = reader.read_event();
        let event = event.map_err(|error| wrong(text, offset(reader.error_position()), &error.to_string()))?;
        if matches!(event, Event::Eof) {
            return builder.finish().map_err(|what| wrong(text, text.len(), &what));
        }
        builder.take(event).map_err(|fault| match fault {
            Fault::Wrong(what) => wrong(text, start, &what),
            Fault::Limit(failure) => failure,
        })?;
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn wrong(text: &str, offset: usize, what: &str) -> Failure {
    Failure::bad(format!("this is not XML: {}: {what}", position(text, offset)))
}

enum Fault {
    Wrong(String),
    Limit(Failure),
}

impl From<&str> for Fault {
    fn from(what: &str) -> Self {
        Self::Wrong(what.to_owned())
    }
}

/// An element that is not complete.
struct Open {
    name: String,
    entries: Map<String, Json>,
    text: String,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<(String, Json)>,
    values: usize,
    /// Whether anything but white space came before: the declaration must be first.
    begun: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), Fault> {
        let begun = std::mem::replace(&mut self.begun, true);
        match event {
            Event::Start(start) => self.begin(&start),
            Event::Empty(start) => {
                self.begin(&start)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => {
                if text.contains("]]>") {
                    return Err("`]]>` may not stand in a text".into());
                }
                self.text(&text.xml_content(XmlVersion::Implicit1_0))
            }
            Event::CData(text) => self.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().map_err(|error| Fault::Wrong(error.to_string()))?;
                if let Some(letter) = letter {
                    return self.text(letter.encode_utf8(&mut [0; 4]));
                }
                let known = quick_xml::escape::resolve_xml_entity(&reference);
                let known =
                    known.ok_or_else(|| Fault::Wrong(format!("the entity `&{};` is not known", &*reference)))?;
                self.text(known)
            }
            Event::Decl(_) if begun => Err("the declaration is not at the beginning".into()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => Ok(()),
        }
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), Fault> {
        if self.open.is_empty() && self.root.is_some() {
            return Err("there is a second root element".into());
        }
        if self.open.len() + 1 >= DEPTH_MAX {
            return Err(Fault::Limit(too_deep()));
        }
        let name = start.name().as_ref().to_owned();
        check_name(&name)?;
        let mut entries = Map::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| Fault::Wrong(error.to_string()))?;
            if entries.len() >= ATTRIBUTES_MAX {
                let most = format!("an element has more than {ATTRIBUTES_MAX} attributes");
                return Err(Fault::Limit(Failure::Limit(most)));
            }
            let key = attribute.key.as_ref();
            check_name(key)?;
            if attribute.value.contains('<') {
                return Err("`<` may not stand in an attribute".into());
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| Fault::Wrong(error.to_string()))?;
            check_letters(&value)?;
            entries.insert(format!("@{key}"), Json::String(value.into_owned()));
        }
        self.count(entries.len() + 1)?;
        self.open.push(Open { name, entries, text: String::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Open { name, mut entries, text } = self.open.pop().ok_or("an element ends that did not begin")?;
        let text = text.trim();
        let value = match (entries.is_empty(), text.is_empty()) {
            (true, true) => Json::Null,
            (true, false) => Json::String(text.to_owned()),
            (false, true) => Json::Object(entries),
            (false, false) => {
                entries.insert(String::from("#text"), Json::String(text.to_owned()));
                Json::Object(entries)
            }
        };
        let Some(parent) = self.open.last_mut() else {
            self.root = Some((name, value));
            return Ok(());
        };
        match parent.entries.get_mut(&name) {
            None => drop(parent.entries.insert(name, value)),
            // An element is never an array itself, so an array is a list of elements.
            Some(Json::Array(items)) => items.push(value),
            Some(first) => {
                let before = std::mem::take(first);
                *first = Json::Array(vec![before, value]);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        check_letters(text)?;
        let Some(open) = self.open.last_mut() else {
            return if text.trim().is_empty() { Ok(()) } else { Err("there is text outside the root element".into()) };
        };
        open.text.push_str(text);
        Ok(())
    }

    fn count(&mut self, values: usize) -> Result<(), Fault> {
        self.values += values;
        if self.values > VALUES_MAX {
            let most = format!("the document has more than {VALUES_MAX} elements and attributes");
            return Err(Fault::Limit(Failure::Limit(most)));
        }
        Ok(())
    }

    fn finish(self) -> Result<Json, String> {
        if let Some(open) = self.open.last() {
            return Err(format!("the element `{}` does not end", open.name));
        }
        let (name, value) = self.root.ok_or_else(|| String::from("there is no element"))?;
        Ok(Json::Object(Map::from_iter([(name, value)])))
    }
}

/// A name as XML 1.0 has it, near enough: a letter first, then letters, digits and the four marks.
fn check_name(name: &str) -> Result<(), Fault> {
    let first = |letter: char| letter.is_alphabetic() || matches!(letter, '_' | ':');
    let rest = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':' | '-' | '.' | '\u{b7}');
    if name.starts_with(first) && name.chars().all(rest) {
        return Ok(());
    }
    Err(Fault::Wrong(format!("`{name}` is no name")))
}

/// Letters that XML 1.0 allows (section 2.2).
fn check_letters(text: &str) -> Result<(), Fault> {
    let bad = |letter: char| matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    match text.chars().find(|letter| bad(*letter)) {
        Some(letter) => Err(Fault::Wrong(format!("the character U+{:04X} may not stand in XML", u32::from(letter)))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};
    use telos_pack::Failure;
    use telos_pack::testing::run;

    fn parsed(xml: &str) -> Result<Json, Failure> {
        let given = run(&PACK, "xml.parse", xml.as_bytes(), 3, &[])?;
        Ok(serde_json::from_str(&given.text("json")).unwrap())
    }

    #[test]
    fn elements_become_objects() {
        let xml = "<?xml version=\"1.0\"?>\n<!DOCTYPE r>\n<r a=\"1 &lt;\">\n <!-- c --><n>x</n><n/><n k='v'>y</n>\n t &amp; &#x41;<![CDATA[<b>]]> u\n</r>\n";
        let expected = json!({"r": {"@a": "1 <", "n": ["x", null, {"@k": "v", "#text": "y"}], "#text": "t & A<b> u"}});
        assert_eq!(parsed(xml).unwrap(), expected);
        assert_eq!(parsed("<a/>").unwrap(), json!({"a": null}));
        assert_eq!(parsed("<é:ä>ß</é:ä>").unwrap(), json!({"é:ä": "ß"}));
    }

    #[test]
    fn what_is_not_well_formed_is_told_with_its_line() {
        let told = |xml: &str| parsed(xml).unwrap_err().to_string();
        assert!(told("<a>\n<b></a>").contains("line 2"), "{}", told("<a>\n<b></a>"));
        for xml in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a b=1/>",
            "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<1/>",
            "</a>",
            "<a>&nbsp;</a>",
            "<a>&#0;</a>",
            "<a>&#1;</a>",
            "<a>\u{1}</a>",
            "<a>]]></a>",
            "<a><!-- -- --></a>",
            "<a>& b</a>",
            "<a/><?xml version='1.0'?>",
            "<",
            "<a",
            "<![CDATA[x]]>",
        ] {
            assert!(matches!(parsed(xml), Err(Failure::BadInput(_))), "{xml}");
        }
    }

    #[test]
    fn hostile_documents_are_refused() {
        let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><b>&b;</b>";
        assert!(parsed(bomb).unwrap_err().to_string().contains("`&b;` is not known"));
        let outside = "<!DOCTYPE b [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><b>&a;</b>";
        assert!(parsed(outside).is_err());
        assert!(matches!(parsed(&"<a>".repeat(100_000)), Err(Failure::Limit(_))));
        let many: String = (0..5_000).map(|index| format!(" a{index}=''")).collect();
        assert!(matches!(parsed(&format!("<a{many}/>")), Err(Failure::Limit(_))));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(xml in "[<>/a!?&;#\"'= \\[\\]C-]{0,40}") {
            let _ = parsed(&xml);
        }

        #[test]
        fn texts_come_back(text in "[a-c<>&\"' é]{0,12}") {
            let xml = format!("<r k=\"{0}\">x{0}x</r>", quick_xml::escape::escape(text.as_str()));
            let expected = json!({"r": {"@k": text, "#text": format!("x{text}x")}});
            prop_assert_eq!(parsed(&xml).unwrap(), expected);
        }
    }
}
