//! Goes through a document that is checked to be well-formed: one root, matching tags, names, letters, and no entity
//! but XML's own five, so that nothing expands.

use crate::whole::position;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use telos_pack::Failure;

/// Deepest nesting.
const DEPTH_MAX: usize = 512;
/// Most attributes of one element: each is compared with those before it.
const ATTRIBUTES_MAX: usize = 1_000;

/// A part of a document.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// An element begins.
    Start {
        name: &'a str,
        /// What stands in the tag, as written.
        tag: &'a str,
        attributes: &'a [(String, String)],
    },
    /// It ends.
    End,
    /// Character data, without marks.
    Text(&'a str),
    /// Character data, a reference or a section as written, which always follows its text.
    Raw(&'a str),
    /// A comment, instruction, declaration or document type, as written.
    Other(&'a str),
}

/// Goes through a document. `take` is told the depth: 1 in the root element, and for its tags.
pub(crate) fn walk(text: &str, mut take: impl FnMut(Part<'_>, usize) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut state = State::default();
    loop {
        let start = offset(reader.buffer_position());
        let event = reader.read_event();
        let event = event.map_err(|error| wrong(text, offset(reader.error_position()), &error.to_string()))?;
        let raw = text.get(start..offset(reader.buffer_position())).unwrap_or_default();
        let told = |what: String| wrong(text, start, &what);
        match event {
            Event::Eof => return state.finish().map_err(|what| wrong(text, text.len(), &what)),
            Event::Start(tag) => state.begin(&tag, &mut take).map_err(|fault| fault.at(told))?,
            Event::Empty(tag) => {
                state.begin(&tag, &mut take).map_err(|fault| fault.at(told))?;
                state.end(&mut take)?;
            }
            Event::End(_) => state.end(&mut take)?,
            Event::Text(part) => {
                if part.contains("]]>") {
                    return Err(told(String::from("`]]>` may not stand in a text")));
                }
                state
                    .text(&part.xml_content(XmlVersion::Implicit1_0), raw, &mut take)
                    .map_err(|fault| fault.at(told))?;
            }
            Event::CData(part) => {
                state
                    .text(&part.xml_content(XmlVersion::Implicit1_0), raw, &mut take)
                    .map_err(|fault| fault.at(told))?;
            }
            Event::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().map_err(|error| told(error.to_string()))?;
                let mut buffer = [0; 4];
                let known = match letter {
                    Some(letter) => Some(&*letter.encode_utf8(&mut buffer)),
                    None => quick_xml::escape::resolve_xml_entity(&reference),
                };
                let known = known.ok_or_else(|| told(format!("the entity `&{};` is not known", &*reference)))?;
                state.text(known, raw, &mut take).map_err(|fault| fault.at(told))?;
            }
            Event::Decl(_) if start > 0 => return Err(told(String::from("the declaration is not at the beginning"))),
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) | Event::Decl(_) => {
                take(Part::Other(raw), state.depth)?
            }
        }
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn wrong(text: &str, offset: usize, what: &str) -> Failure {
    Failure::bad(format!("this is not XML: {}: {what}", position(text, offset)))
}

/// What is wrong, or what `take` says.
enum Fault {
    Wrong(String),
    Other(Failure),
}

impl Fault {
    fn at(self, told: impl FnOnce(String) -> Failure) -> Failure {
        match self {
            Self::Wrong(what) => told(what),
            Self::Other(failure) => failure,
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

#[derive(Default)]
struct State {
    depth: usize,
    has_root: bool,
}

impl State {
    fn begin(
        &mut self,
        tag: &BytesStart<'_>,
        take: &mut impl FnMut(Part<'_>, usize) -> Result<(), Failure>,
    ) -> Result<(), Fault> {
        if self.depth == 0 && std::mem::replace(&mut self.has_root, true) {
            return Err(Fault::Wrong(String::from("there is a second root element")));
        }
        if self.depth >= DEPTH_MAX {
            return Err(Failure::Limit(format!("the elements nest deeper than {DEPTH_MAX} levels")).into());
        }
        self.depth += 1;
        check_name(tag.name().as_ref())?;
        let mut attributes: Vec<(String, String)> = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| Fault::Wrong(error.to_string()))?;
            if attributes.len() >= ATTRIBUTES_MAX {
                return Err(Failure::Limit(format!("an element has more than {ATTRIBUTES_MAX} attributes")).into());
            }
            let name = attribute.key.as_ref();
            check_name(name)?;
            if attribute.value.contains('<') {
                return Err(Fault::Wrong(String::from("`<` may not stand in an attribute")));
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| Fault::Wrong(error.to_string()))?;
            check_letters(&value)?;
            attributes.push((name.to_owned(), value.into_owned()));
        }
        let name = tag.name();
        let part = Part::Start { name: name.as_ref(), tag: tag.as_ref(), attributes: &attributes };
        Ok(take(part, self.depth)?)
    }

    fn end(&mut self, take: &mut impl FnMut(Part<'_>, usize) -> Result<(), Failure>) -> Result<(), Failure> {
        take(Part::End, self.depth)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn text(
        &mut self,
        text: &str,
        raw: &str,
        take: &mut impl FnMut(Part<'_>, usize) -> Result<(), Failure>,
    ) -> Result<(), Fault> {
        check_letters(text)?;
        if self.depth == 0 {
            let is_blank = text.trim().is_empty() && !raw.starts_with(['<', '&']);
            let outside = || Fault::Wrong(String::from("there is text outside the root element"));
            return if is_blank { Ok(()) } else { Err(outside()) };
        }
        take(Part::Text(text), self.depth)?;
        Ok(take(Part::Raw(raw), self.depth)?)
    }

    fn finish(&self) -> Result<(), String> {
        match (self.has_root, self.depth) {
            (false, _) => Err(String::from("there is no element")),
            (true, 0) => Ok(()),
            (true, open) => Err(format!("{open} elements do not end")),
        }
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

/// Looks for letters that XML 1.0 does not allow.
fn check_letters(text: &str) -> Result<(), Fault> {
    match text.chars().find(|letter| is_refused(*letter)) {
        Some(letter) => Err(Fault::Wrong(format!("the character U+{:04X} may not stand in XML", u32::from(letter)))),
        None => Ok(()),
    }
}

/// Whether a letter is none of XML 1.0 (section 2.2).
fn is_refused(letter: char) -> bool {
    matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
