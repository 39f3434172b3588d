//! `yaml.parse`: from a parser's events to values, without recursion.
//!
//! Keys are texts, as JSON's are; a key that is a list or mapping is refused. Tags beyond those of the core schema say
//! nothing here. Infinities and NaN, which JSON cannot say, stay texts. `<<` merges, as nearly every reader of YAML does.

use super::scalar::{number, resolve};
use crate::read::{DEPTH_MAX, Style, too_deep};
use crate::whole::one;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::HashMap;
use telos_pack::{Args, Failure, Running};

/// Most bytes of a text.
const TEXT_BYTES_MAX: usize = 32 << 20;
/// Most bytes that are held of a text: the parser's look ahead, and the values.
const HELD_BYTES_MAX: usize = 700 << 20;
/// What the parser holds for each mark of flow style: it looks ahead to the end of the outermost bracket.
const MARK_BYTES: usize = 500;
/// What a value takes beside its text, with the free places of the list or mapping that it lies in.
const VALUE_BYTES: usize = 120;
/// What a list or mapping takes beside its values.
const CONTAINER_BYTES: usize = 256;
/// Most bytes that anchors and aliases may add: an alias is a copy of what its anchor marks.
const COPIED_BYTES_MAX: usize = 64 << 20;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let mut documents = documents(text)?;
        let count = documents.len() as u64;
        let document = match (documents.pop(), documents.is_empty()) {
            (None, _) => Json::Null,
            (Some(only), true) => only,
            (Some(last), false) => {
                documents.push(last);
                Json::Array(documents)
            }
        };
        Style::usual().give(&document, 0, out)?;
        out.count(1, count);
        Ok(())
    }))
}

/// Reads every document of a stream.
pub(crate) fn documents(text: &str) -> Result<Vec<Json>, Failure> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Failure::Limit(format!("a YAML text may take at most {} MiB", TEXT_BYTES_MAX >> 20)));
    }
    let marks = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    let mut builder = Builder::default();
    builder.hold(marks.saturating_mul(MARK_BYTES))?;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| match error.info() {
            deep if deep.contains("recursion limit") => too_deep(),
            what => wrong(error.marker(), what),
        })?;
        builder.take(event, &span.start)?;
    }
    Ok(builder.documents)
}

fn wrong(at: &Marker, what: &str) -> Failure {
    Failure::bad(format!("this is not YAML: line {}, column {}: {what}", at.line(), at.col() + 1))
}

/// A list or mapping that is not complete.
struct Open {
    anchor: usize,
    value: Container,
}

enum Container {
    List(Vec<Json>),
    Mapping {
        entries: Map<String, Json>,
        /// What `<<` brings in; entries of the mapping's own come before it.
        merged: Vec<Map<String, Json>>,
        /// The key whose value comes next.
        key: Option<Key>,
    },
}

enum Key {
    Named(String),
    Merge,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Json>,
    open: Vec<Open>,
    anchors: HashMap<usize, Json>,
    held: usize,
    copied: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: &Marker) -> Result<(), Failure> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if self.expects_key() {
                    return self.key(text, style, anchor, at);
                }
                let value = scalar(&text, style, tag.as_deref());
                self.complete(anchor, value, at)
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, Container::List(Vec::new()), at),
            Event::MappingStart(anchor, _) => {
                let value = Container::Mapping { entries: Map::new(), merged: Vec::new(), key: None };
                self.begin(anchor, value, at)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop().ok_or_else(|| Failure::Internal(String::from("an end without a start")))?;
                let value = match open.value {
                    Container::List(items) => Json::Array(items),
                    Container::Mapping { entries, merged, .. } => Json::Object(joined(entries, merged)),
                };
                self.complete(open.anchor, value, at)
            }
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { value: Container::Mapping { key: None, .. }, .. }))
    }

    fn begin(&mut self, anchor: usize, value: Container, at: &Marker) -> Result<(), Failure> {
        if self.expects_key() {
            return Err(wrong(at, "a key is a list or mapping, and only texts can be keys in JSON"));
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(too_deep());
        }
        self.open.push(Open { anchor, value });
        Ok(())
    }

    fn key(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, at: &Marker) -> Result<(), Failure> {
        if anchor > 0 {
            self.copy(text.len())?;
            self.anchors.insert(anchor, Json::String(text.to_string()));
        }
        let Some(Open { value: Container::Mapping { entries, key, .. }, .. }) = self.open.last_mut() else {
            return Err(Failure::Internal(String::from("a key outside a mapping")));
        };
        if text == "<<" && style == ScalarStyle::Plain {
            *key = Some(Key::Merge);
            return Ok(());
        }
        if entries.contains_key(text.as_ref()) {
            return Err(wrong(at, &format!("the key `{text}` is there twice")));
        }
        *key = Some(Key::Named(text.into_owned()));
        Ok(())
    }

    /// Puts a complete value where it belongs.
    fn complete(&mut self, anchor: usize, value: Json, at: &Marker) -> Result<(), Failure> {
        self.hold(match &value {
            Json::Array(_) | Json::Object(_) => VALUE_BYTES + CONTAINER_BYTES,
            Json::String(text) => VALUE_BYTES + text.len(),
            _ => VALUE_BYTES,
        })?;
        if anchor > 0 {
            self.copy(size(&value))?;
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut().map(|open| &mut open.value) {
            None => self.documents.push(value),
            Some(Container::List(items)) => items.push(value),
            Some(Container::Mapping { entries, merged, key }) => match key.take() {
                Some(Key::Named(name)) => drop(entries.insert(name, value)),
                Some(Key::Merge) => merge(merged, value, at)?,
                None => return Err(Failure::Internal(String::from("a value without a key"))),
            },
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, at: &Marker) -> Result<(), Failure> {
        let value = self.anchors.get(&anchor);
        let value = value.ok_or_else(|| wrong(at, "an alias stands inside what its anchor marks"))?;
        if self.expects_key() {
            let Json::String(text) = value else {
                return Err(wrong(at, "a key is an alias of something that is no text"));
            };
            let text = text.clone();
            return self.key(Cow::Owned(text), ScalarStyle::DoubleQuoted, 0, at);
        }
        if self.open.len() + crate::read::depth(value) > DEPTH_MAX {
            return Err(too_deep());
        }
        let bytes = size(value);
        let value = value.clone();
        self.copy(bytes)?;
        self.complete(0, value, at)
    }

    /// Counts what is held.
    fn hold(&mut self, bytes: usize) -> Result<(), Failure> {
        self.held = self.held.saturating_add(bytes);
        if self.held > HELD_BYTES_MAX {
            return Err(Failure::Limit(String::from("the YAML text has more values than can be held")));
        }
        Ok(())
    }

    /// Counts what is copied.
    fn copy(&mut self, bytes: usize) -> Result<(), Failure> {
        self.copied = self.copied.saturating_add(bytes);
        if self.copied > COPIED_BYTES_MAX {
            let most = COPIED_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("anchors and aliases make more than {most} MiB of the text")));
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Json {
    let plain = style == ScalarStyle::Plain;
    match tag {
        Some(tag) if tag.is_yaml_core_schema() => match tag.suffix.as_str() {
            "str" => Json::String(text.to_owned()),
            "int" | "float" => number(text).map_or_else(|| Json::String(text.to_owned()), Json::Number),
            "bool" | "null" => resolve(text),
            _ if plain => resolve(text),
            _ => Json::String(text.to_owned()),
        },
        // The non-specific tag `!` asks for a text.
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Json::String(text.to_owned()),
        _ if plain => resolve(text),
        _ => Json::String(text.to_owned()),
    }
}

/// About how many bytes a copy takes.
fn size(value: &Json) -> usize {
    let inside: usize = match value {
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Object(entries) => entries.iter().map(|(key, item)| key.len() + VALUE_BYTES + size(item)).sum(),
        Json::String(text) => text.len(),
        _ => 0,
    };
    inside + VALUE_BYTES
}

fn merge(merged: &mut Vec<Map<String, Json>>, value: Json, at: &Marker) -> Result<(), Failure> {
    let all = match value {
        Json::Array(items) => items,
        other => vec![other],
    };
    for item in all {
        let Json::Object(entries) = item else {
            return Err(wrong(at, "`<<` merges mappings, and this is none"));
        };
        merged.push(entries);
    }
    Ok(())
}

/// Entries of the mapping's own, then those merged that it does not have, earlier ones first.
fn joined(mut entries: Map<String, Json>, merged: Vec<Map<String, Json>>) -> Map<String, Json> {
    for (key, value) in merged.into_iter().flatten() {
        entries.entry(key).or_insert(value);
    }
    entries
}
