//! `yaml.write`: block style, texts quoted only where they could be read as something else.

use super::scalar::resolve;
use crate::read::read;
use crate::whole::{Sink, one};
use serde_json::Value as Json;
use telos_pack::{Args, Failure, Running};

/// Blanks a level.
const INDENT: usize = 2;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let document = read(text, 1)?;
        let mut sink = Sink::default();
        match &document {
            Json::Object(entries) if !entries.is_empty() => mapping(entries, 0, false, &mut sink)?,
            Json::Array(items) if !items.is_empty() => list(items, 0, false, &mut sink)?,
            plain => {
                scalar(plain, 0, &mut sink)?;
                sink.text("\n")?;
            }
        }
        out.bytes(0, sink.into_bytes());
        Ok(())
    }))
}

/// Entries at an indentation; the first may stand right after the dash of a list.
fn mapping(
    entries: &serde_json::Map<String, Json>,
    indent: usize,
    begun: bool,
    sink: &mut Sink,
) -> Result<(), Failure> {
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 || !begun {
            sink.blanks(indent)?;
        }
        // A key may be as long as people like only after a question mark (YAML 1.2.2, section 7.4.2).
        if key.chars().count() > 1000 {
            sink.text("? ")?;
            quoted(key, sink)?;
            sink.text("\n")?;
            sink.blanks(indent)?;
        } else if is_plain(key) {
            sink.text(key)?;
        } else {
            quoted(key, sink)?;
        }
        sink.text(":")?;
        match value {
            Json::Object(inner) if !inner.is_empty() => {
                sink.text("\n")?;
                mapping(inner, indent + INDENT, false, sink)?;
            }
            // The items of a list stand under its key (YAML 1.2.2, example 8.20).
            Json::Array(items) if !items.is_empty() => {
                sink.text("\n")?;
                list(items, indent, false, sink)?;
            }
            plain => {
                sink.text(" ")?;
                scalar(plain, indent, sink)?;
                sink.text("\n")?;
            }
        }
    }
    Ok(())
}

fn list(items: &[Json], indent: usize, begun: bool, sink: &mut Sink) -> Result<(), Failure> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 || !begun {
            sink.blanks(indent)?;
        }
        sink.text("- ")?;
        match item {
            Json::Object(entries) if !entries.is_empty() => mapping(entries, indent + INDENT, true, sink)?,
            Json::Array(inner) if !inner.is_empty() => list(inner, indent + INDENT, true, sink)?,
            plain => {
                scalar(plain, indent, sink)?;
                sink.text("\n")?;
            }
        }
    }
    Ok(())
}

/// A value on one line, or a text of several lines as a block, without the last line feed.
fn scalar(value: &Json, indent: usize, sink: &mut Sink) -> Result<(), Failure> {
    match value {
        Json::String(text) if is_plain(text) => sink.text(text),
        Json::String(text) if is_block(text) => block(text, indent, sink),
        Json::String(text) => quoted(text, sink),
        // JSON's other values, and its empty array and object, are YAML's.
        other => sink.text(&other.to_string()),
    }
}

/// Lines after `|`, indented.
fn block(text: &str, indent: usize, sink: &mut Sink) -> Result<(), Failure> {
    let (lines, mark) = match text.strip_suffix('\n') {
        Some(lines) => (lines, "|"),
        None => (text, "|-"),
    };
    sink.text(mark)?;
    for line in lines.split('\n') {
        sink.text("\n")?;
        if !line.is_empty() {
            sink.blanks(indent + INDENT)?;
            sink.text(line)?;
        }
    }
    Ok(())
}

/// Whether a text of several lines stays what it is as a block: no blanks that would be taken for indentation, no
/// trailing ones that an editor might cut, one line feed at the end at most, and nothing invisible.
fn is_block(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let good = |line: &str| !line.ends_with([' ', '\t']);
    lines.contains('\n')
        && !lines.starts_with(['\n', ' ', '\t'])
        && !lines.ends_with('\n')
        && lines.split('\n').all(good)
        && text.chars().all(|letter| matches!(letter, '\n' | '\t') || is_printed(letter))
}

/// Whether a letter is shown, and is no line break or mark that a reader of YAML treats as its own.
fn is_printed(letter: char) -> bool {
    !letter.is_control() && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a text needs no quotes: letters of any script, digits and the marks of names and addresses, and not what the
/// core schema or YAML 1.1, which many still read, takes for another kind of value.
fn is_plain(text: &str) -> bool {
    let inner =
        |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '_' | '-' | '.' | '/' | '+' | '(' | ')');
    let starts = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '/' | '(' | '.');
    let is_date_or_number = text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.')
        && text.chars().all(|letter| letter.is_ascii_hexdigit() || ".-_+xo T:Z".contains(letter));
    text.starts_with(starts)
        && text.chars().all(inner)
        && !text.ends_with(' ')
        && !text.starts_with("...")
        && !is_date_or_number
        && matches!(resolve(text), Json::String(_))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null" | ".inf" | ".nan"
        )
}

/// Double quotes: JSON's strings are YAML's. What YAML does not print is escaped.
fn quoted(text: &str, sink: &mut Sink) -> Result<(), Failure> {
    let json = Json::from(text).to_string();
    if json.chars().all(is_printed) {
        return sink.text(&json);
    }
    for letter in json.chars() {
        if is_printed(letter) {
            sink.text(letter.encode_utf8(&mut [0; 4]))?;
        } else {
            // Beyond the plane of four digits there is nothing that is not printed.
            sink.text(&format!("\\u{:04x}", u32::from(letter)))?;
        }
    }
    Ok(())
}
