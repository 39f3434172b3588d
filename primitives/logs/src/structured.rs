//! Entries that name their fields: JSON objects and `key=value` pairs.

use crate::entry::Entry;
use crate::level;
use serde_json::{Map, Value};
use telos_moment::{DateOrder, Moment};

const TIME: [&str; 9] = ["time", "timestamp", "@timestamp", "ts", "datetime", "date", "asctime", "eventTime", "t"];
const LEVEL: [&str; 8] = ["level", "severity", "lvl", "levelname", "log.level", "loglevel", "log_level", "@l"];
const MESSAGE: [&str; 6] = ["message", "msg", "event", "text", "@m", "error"];
const SOURCE: [&str; 12] = [
    "logger",
    "source",
    "name",
    "module",
    "component",
    "service",
    "caller",
    "target",
    "log.logger",
    "logger_name",
    "program",
    "app",
];

/// Most pairs of one line that are looked at.
const PAIRS_MAX: usize = 256;
/// Longest name of a key, in bytes.
const KEY_BYTES_MAX: usize = 64;

/// A line that is one JSON object with a message, a level or a time.
pub(crate) fn json(line: &str) -> Option<Entry> {
    // The reader limits how deep a document nests.
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else {
        return None;
    };
    let text = |names: &[&str]| names.iter().find_map(|name| plain(&fields, name)).unwrap_or_default();
    let time = TIME.iter().find_map(|name| moment(fields.get(*name)?));
    let level = LEVEL.iter().find_map(|name| grade(field(&fields, name)?)).unwrap_or_default();
    let message = text(&MESSAGE);
    if time.is_none() && level.is_empty() && message.is_empty() {
        return None;
    }
    let message = if message.is_empty() { line.trim().to_owned() } else { message };
    Some(Entry { time, level, source: text(&SOURCE), message })
}

/// A field by its name; one with a dot may be nested.
fn field<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f Value> {
    let nested = || {
        let (outer, inner) = name.split_once('.')?;
        fields.get(outer)?.get(inner)
    };
    fields.get(name).or_else(nested)
}

/// A field that is text, a number or a truth value.
fn plain(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match field(fields, name)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
        _ => None,
    }
}

fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => moment_of(text),
        // Seconds with decimals, or more of them than a date: their whole part tells the instant.
        Value::Number(number) => moment_of(number.to_string().split('.').next()?),
        _ => None,
    }
}

fn moment_of(text: &str) -> Option<Moment> {
    // Micro- and nanoseconds since 1970 are cut to milliseconds.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let text = if digits && text.len() > 13 { text.get(..13)? } else { text };
    Moment::read(text, DateOrder::MonthFirst).filter(|moment| !digits || text.len() >= 9 && moment.date.is_some())
}

fn grade(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) => grade_of(text),
        Value::Number(number) => number.as_u64().map(level::of_number),
        _ => None,
    }
}

fn grade_of(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let letter = || text.chars().next().filter(|_| text.len() == 1).and_then(level::of_letter);
    level::of_word(text, false).or_else(letter).or_else(|| text.parse().ok().map(level::of_number))
}

/// A line of `key=value` pairs from its beginning on, among them a level or a message.
pub(crate) fn pairs(line: &str) -> Option<Entry> {
    let mut rest = line.trim();
    let (mut entry, mut known, mut message) = (Entry::default(), 0, None);
    for _ in 0..PAIRS_MAX {
        let Some((key, value, after)) = pair(rest) else { break };
        rest = after.trim_start();
        if TIME.contains(&key) && entry.time.is_none() {
            entry.time = moment_of(&value);
            known += usize::from(entry.time.is_some());
        } else if LEVEL.contains(&key) && entry.level.is_empty() {
            entry.level = grade_of(&value).unwrap_or_default();
            known += usize::from(!entry.level.is_empty());
        } else if MESSAGE.contains(&key) && message.is_none() {
            known += 1;
            message = Some(value);
        } else if SOURCE.contains(&key) && entry.source.is_empty() {
            entry.source = value;
        }
    }
    if known < 2 {
        return None;
    }
    entry.message = message.unwrap_or_else(|| line.trim().to_owned());
    Some(entry)
}

/// A key, its value without quotes, and what follows.
fn pair(text: &str) -> Option<(&str, String, &str)> {
    let (key, rest) = text.split_once('=')?;
    let named = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-' | '@');
    if key.is_empty() || key.len() > KEY_BYTES_MAX || !key.chars().all(named) {
        return None;
    }
    if let Some(quoted) = rest.strip_prefix('"') {
        let mut value = String::new();
        let mut letters = quoted.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => return Some((key, value, &quoted[at + 1..])),
                '\\' => match letters.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, 't')) => value.push('\t'),
                    Some((_, other)) => value.push(other),
                    None => return None,
                },
                other => value.push(other),
            }
        }
        return None;
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Some((key, rest[..end].to_owned(), &rest[end..]))
}
