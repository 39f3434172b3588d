//! `json.validate`: a document against a JSON Schema (2020-12, and what draft 7 writes differently).
//!
//! Checked are the keywords of the core, applicator and validation vocabularies that `vet::KEYWORDS` lists; others are
//! refused. `format` is a note, as the specification has it unless asked otherwise. References stay within the schema.
//! Patterns are of the linear-time dialect: no back-references and no look-around.

mod number;
mod vet;

use crate::path::{Step, push_spelt};
use crate::read::{kind, read};
use crate::whole::{Table, two};
use regex_lite::Regex;
use serde_json::{Map, Value as Json};
use std::cmp::Ordering;
use std::collections::HashMap;
use telos_pack::{Args, Failure, Running, Value};

/// Most work, in schemas applied to values and values compared: a schema can apply itself many times over.
const WORK_MAX: usize = 20_000_000;
/// Letters that a pattern goes through as one unit of work.
const LETTERS_OF_WORK: usize = 16;
/// Deepest application of schemas within schemas.
const NESTING_MAX: usize = 100;
/// Most problems listed; `count` counts on.
const LISTED_MAX: u64 = 10_000;
/// Longest value shown in a problem, in characters.
const SHOWN_LETTERS_MAX: usize = 40;

type Patterns = HashMap<String, Regex>;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn validate(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(two(|[document, schema], out| {
        let document = read(document, 2)?;
        let schema = read(schema, 2).map_err(|failure| Failure::bad(format!("the schema: {failure}")))?;
        let patterns = vet::vet(&schema)?;
        let mut check = Check { root: &schema, patterns: &patterns, work: 0, path: String::new(), depth: 0 };
        let mut found = Found { table: Some(Table::new(["path", "problem"])), ..Found::default() };
        check.schema(&schema, &document, &mut found)?;
        let Found { table, count, .. } = found;
        if let Some(table) = table {
            table.give(0, out);
        }
        out.value(1, &Value::Bool(count == 0));
        out.count(2, count);
        Ok(())
    }))
}

/// `json.conform`: the document as it came, if it fits.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn conform(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(two(|[document, schema], out| {
        let value = read(document, 2)?;
        let schema = read(schema, 2).map_err(|failure| Failure::bad(format!("the schema: {failure}")))?;
        let patterns = vet::vet(&schema)?;
        let mut check = Check { root: &schema, patterns: &patterns, work: 0, path: String::new(), depth: 0 };
        let mut found = Found { first: Some(None), ..Found::default() };
        check.schema(&schema, &value, &mut found)?;
        if let Some(Some((path, problem))) = found.first {
            let place = if path.is_empty() { String::from("the document") } else { format!("`{path}`") };
            let more = match found.count {
                1 => String::new(),
                count => format!(" (and {} more; json.validate lists all)", count - 1),
            };
            return Err(Failure::bad(format!("{place} does not fit the schema: {problem}{more}")));
        }
        out.bytes(0, document.as_bytes().to_vec());
        Ok(())
    }))
}

/// A keyword, which comparisons with its number are good, and how that is said.
type Limit = (&'static str, fn(Ordering) -> bool, &'static str);

/// The schema that a reference within `root` means.
fn referred<'a>(root: &'a Json, reference: &str) -> Option<&'a Json> {
    let pointer = reference.strip_prefix('#')?;
    if pointer.is_empty() {
        return Some(root);
    }
    // The marks that a pointer's fragment has to escape (RFC 3986, section 3.5); `%25` last, so that it makes no other.
    let escapes = [("%22", "\""), ("%5E", "^"), ("%7C", "|"), ("%20", " "), ("%3C", "<"), ("%3E", ">"), ("%25", "%")];
    let decoded = escapes.iter().fold(pointer.to_owned(), |text, (escape, mark)| text.replace(escape, mark));
    root.pointer(&decoded)
}

/// Problems. Without a table and a place for the first they are only counted: to know whether a schema applies.
#[derive(Default)]
struct Found {
    table: Option<Table>,
    /// Path and problem of the first, if that is wanted.
    first: Option<Option<(String, String)>>,
    count: u64,
}

impl Found {
    fn add(&mut self, path: &str, problem: &str) -> Result<(), Failure> {
        self.count += 1;
        if let Some(first) = &mut self.first {
            first.get_or_insert_with(|| (path.to_owned(), problem.to_owned()));
        }
        match &mut self.table {
            Some(table) if self.count <= LISTED_MAX => table.row([path, problem]),
            _ => Ok(()),
        }
    }
}

struct Check<'a> {
    root: &'a Json,
    patterns: &'a Patterns,
    work: usize,
    path: String,
    depth: usize,
}

impl<'a> Check<'a> {
    /// Counts work.
    fn charge(&mut self, work: usize) -> Result<(), Failure> {
        self.work = self.work.saturating_add(work);
        if self.work > WORK_MAX {
            return Err(Failure::Limit(String::from("the schema applies to more values than can be checked")));
        }
        Ok(())
    }

    /// Applies a schema to the value at `path`.
    fn schema(&mut self, schema: &'a Json, value: &Json, found: &mut Found) -> Result<(), Failure> {
        self.charge(1)?;
        if self.depth >= NESTING_MAX {
            return Err(Failure::Limit(String::from("the schema refers to itself too deeply, perhaps without end")));
        }
        let Json::Object(keywords) = schema else {
            return if schema == &Json::Bool(false) {
                found.add(&self.path, "nothing is allowed here")
            } else {
                Ok(())
            };
        };
        self.depth += 1;
        self.any_kind(keywords, value, found)?;
        self.combined(keywords, value, found)?;
        match value {
            Json::Number(number) => self.number(keywords, number, found)?,
            Json::String(text) => self.text(keywords, text, found)?,
            Json::Array(items) => self.array(keywords, items, found)?,
            Json::Object(entries) => self.object(keywords, entries, found)?,
            Json::Null | Json::Bool(_) => {}
        }
        self.depth -= 1;
        Ok(())
    }

    /// Whether a schema applies without problems.
    fn holds(&mut self, schema: &'a Json, value: &Json) -> Result<bool, Failure> {
        let mut found = Found::default();
        self.schema(schema, value, &mut found)?;
        Ok(found.count == 0)
    }

    fn any_kind(&mut self, keywords: &'a Map<String, Json>, value: &Json, found: &mut Found) -> Result<(), Failure> {
        if let Some(types) = keywords.get("type") {
            let names: Vec<&str> = match types {
                Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
                name => name.as_str().into_iter().collect(),
            };
            if !names.iter().any(|name| is_of(value, name)) {
                let expected: Vec<&str> = names.iter().map(|name| common(name)).collect();
                let problem = format!("{} is a {}, expected: {}", shown(value), kind(value), expected.join(" or "));
                found.add(&self.path, &problem)?;
            }
        }
        if let Some(Json::Array(allowed)) = keywords.get("enum") {
            let this = canonical(value);
            self.charge(allowed.len() + this.len() / LETTERS_OF_WORK)?;
            if !allowed.iter().any(|other| canonical(other) == this) {
                let most: Vec<String> = allowed.iter().take(10).map(shown).collect();
                let more = if allowed.len() > most.len() { ", …" } else { "" };
                found.add(&self.path, &format!("{} is none of {}{more}", shown(value), most.join(", ")))?;
            }
        }
        if let Some(only) = keywords.get("const")
            && canonical(only) != canonical(value)
        {
            found.add(&self.path, &format!("{} is not {}", shown(value), shown(only)))?;
        }
        Ok(())
    }

    fn combined(&mut self, keywords: &'a Map<String, Json>, value: &Json, found: &mut Found) -> Result<(), Failure> {
        if let Some(Json::String(reference)) = keywords.get("$ref")
            && let Some(schema) = referred(self.root, reference)
        {
            self.schema(schema, value, found)?;
        }
        let schemas = |name: &str| keywords.get(name).and_then(Json::as_array).into_iter().flatten();
        for schema in schemas("allOf") {
            self.schema(schema, value, found)?;
        }
        for (name, one) in [("anyOf", false), ("oneOf", true)] {
            let mut fitting = 0;
            let mut count = 0;
            for schema in schemas(name) {
                count += 1;
                fitting += u64::from(self.holds(schema, value)?);
            }
            if count > 0 && (fitting == 0 || one && fitting > 1) {
                let wanted = if one { "exactly one" } else { "at least one" };
                let problem = format!("{} fits {fitting} of {count} alternatives, expected: {wanted}", shown(value));
                found.add(&self.path, &problem)?;
            }
        }
        if let Some(schema) = keywords.get("not")
            && self.holds(schema, value)?
        {
            found.add(&self.path, &format!("{} is what is excluded here", shown(value)))?;
        }
        let dependent = keywords.get("dependentSchemas").and_then(Json::as_object);
        for (key, schema) in dependent.into_iter().flatten() {
            if value.get(key).is_some() {
                self.schema(schema, value, found)?;
            }
        }
        if let Some(condition) = keywords.get("if") {
            let branch = if self.holds(condition, value)? { "then" } else { "else" };
            if let Some(schema) = keywords.get(branch) {
                self.schema(schema, value, found)?;
            }
        }
        Ok(())
    }

    fn number(
        &mut self,
        keywords: &Map<String, Json>,
        value: &serde_json::Number,
        found: &mut Found,
    ) -> Result<(), Failure> {
        let limits: [Limit; 4] = [
            ("minimum", Ordering::is_ge, "at least"),
            ("maximum", Ordering::is_le, "at most"),
            ("exclusiveMinimum", Ordering::is_gt, "more than"),
            ("exclusiveMaximum", Ordering::is_lt, "less than"),
        ];
        for (name, good, words) in limits {
            if let Some(Json::Number(limit)) = keywords.get(name)
                && !good(number::compare(value, limit))
            {
                found.add(&self.path, &format!("{value} is not {words} {limit}"))?;
            }
        }
        if let Some(Json::Number(of)) = keywords.get("multipleOf")
            && !number::is_multiple(value, of)
        {
            found.add(&self.path, &format!("{value} is not a multiple of {of}"))?;
        }
        Ok(())
    }

    fn text(&mut self, keywords: &Map<String, Json>, text: &str, found: &mut Found) -> Result<(), Failure> {
        self.within(keywords, ["minLength", "maxLength"], text.chars().count(), "characters", found)?;
        if let Some(Json::String(pattern)) = keywords.get("pattern")
            && !self.matches(pattern, text)?
        {
            let shown = shown(&Json::from(text));
            found.add(&self.path, &format!("{shown} does not match the pattern `{pattern}`"))?;
        }
        Ok(())
    }

    fn matches(&mut self, pattern: &str, text: &str) -> Result<bool, Failure> {
        self.charge(text.len() / LETTERS_OF_WORK)?;
        Ok(self.patterns.get(pattern).is_some_and(|regex| regex.is_match(text)))
    }

    fn within(
        &self,
        keywords: &Map<String, Json>,
        [least, most]: [&str; 2],
        have: usize,
        of: &str,
        found: &mut Found,
    ) -> Result<(), Failure> {
        let limit = |name: &str| keywords.get(name).and_then(Json::as_u64);
        if let Some(limit) = limit(least).filter(|limit| (have as u64) < *limit) {
            found.add(&self.path, &format!("it has {have} {of}, expected: at least {limit}"))?;
        }
        if let Some(limit) = limit(most).filter(|limit| have as u64 > *limit) {
            found.add(&self.path, &format!("it has {have} {of}, expected: at most {limit}"))?;
        }
        Ok(())
    }

    /// Applies a schema to a value inside the present one.
    fn inside(&mut self, step: &Step, schema: &'a Json, value: &Json, found: &mut Found) -> Result<(), Failure> {
        let before = push_spelt(&mut self.path, step);
        self.schema(schema, value, found)?;
        self.path.truncate(before);
        Ok(())
    }

    fn array(&mut self, keywords: &'a Map<String, Json>, items: &[Json], found: &mut Found) -> Result<(), Failure> {
        self.within(keywords, ["minItems", "maxItems"], items.len(), "items", found)?;
        // Draft 7 calls `items` and `additionalItems` what 2020-12 calls `prefixItems` and `items`.
        let (first, rest) = match keywords.get("items") {
            Some(Json::Array(first)) => (first.as_slice(), keywords.get("additionalItems")),
            rest => (keywords.get("prefixItems").and_then(Json::as_array).map_or(&[][..], Vec::as_slice), rest),
        };
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(index).or(rest) {
                self.inside(&Step::At(index), schema, item, found)?;
            }
        }
        if keywords.get("uniqueItems") == Some(&Json::Bool(true)) {
            self.charge(items.len())?;
            let mut seen = HashMap::new();
            for (index, item) in items.iter().enumerate() {
                if let Some(before) = seen.insert(canonical(item), index) {
                    found.add(&self.path, &format!("items {before} and {index} are the same"))?;
                }
            }
        }
        if let Some(schema) = keywords.get("contains") {
            let mut count = 0;
            for item in items {
                count += u64::from(self.holds(schema, item)?);
            }
            let limit = |name: &str| keywords.get(name).and_then(Json::as_u64);
            let (least, most) = (limit("minContains").unwrap_or(1), limit("maxContains").unwrap_or(u64::MAX));
            if count < least || count > most {
                found.add(&self.path, &format!("{count} of its items are of the kind that it must contain"))?;
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        keywords: &'a Map<String, Json>,
        entries: &Map<String, Json>,
        found: &mut Found,
    ) -> Result<(), Failure> {
        self.within(keywords, ["minProperties", "maxProperties"], entries.len(), "keys", found)?;
        self.required(keywords, entries, found)?;
        let named = |name: &str| keywords.get(name).and_then(Json::as_object);
        let (properties, patterned) = (named("properties"), named("patternProperties"));
        let (additional, names) = (keywords.get("additionalProperties"), keywords.get("propertyNames"));
        for (key, value) in entries {
            let step = Step::Key(key.clone());
            let mut is_known = false;
            if let Some(schema) = properties.and_then(|properties| properties.get(key)) {
                is_known = true;
                self.inside(&step, schema, value, found)?;
            }
            for (pattern, schema) in patterned.into_iter().flatten() {
                if self.matches(pattern, key)? {
                    is_known = true;
                    self.inside(&step, schema, value, found)?;
                }
            }
            match additional {
                Some(Json::Bool(false)) if !is_known => {
                    found.add(&self.path, &format!("the key `{key}` is not allowed"))?;
                }
                Some(schema) if !is_known => self.inside(&step, schema, value, found)?,
                _ => {}
            }
            if let Some(schema) = names {
                self.inside(&step, schema, &Json::from(key.as_str()), found)?;
            }
        }
        Ok(())
    }

    fn required(
        &mut self,
        keywords: &Map<String, Json>,
        entries: &Map<String, Json>,
        found: &mut Found,
    ) -> Result<(), Failure> {
        let texts = |names: &'_ Json| -> Vec<String> {
            names.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let always = keywords.get("required").map(texts).unwrap_or_default();
        for key in always.iter().filter(|key| !entries.contains_key(*key)) {
            found.add(&self.path, &format!("the key `{key}` is missing"))?;
        }
        let dependent = keywords.get("dependentRequired").and_then(Json::as_object);
        for (with, names) in dependent.into_iter().flatten().filter(|(with, _)| entries.contains_key(*with)) {
            for key in texts(names).iter().filter(|key| !entries.contains_key(*key)) {
                found.add(&self.path, &format!("the key `{key}` is missing, which goes with `{with}`"))?;
            }
        }
        Ok(())
    }
}

fn is_of(value: &Json, name: &str) -> bool {
    match (value, name) {
        (Json::Number(number), "integer") => number::is_whole(number),
        (Json::Null, "null")
        | (Json::Bool(_), "boolean")
        | (Json::Number(_), "number")
        | (Json::String(_), "string")
        | (Json::Array(_), "array")
        | (Json::Object(_), "object") => true,
        _ => false,
    }
}

/// What people call a type.
fn common(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "whole number",
        other => other,
    }
}

/// A value, short enough for a message.
fn shown(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("the array of {} items", items.len()),
        Json::Object(entries) => format!("the object of {} keys", entries.len()),
        other => {
            let text = other.to_string();
            let short: String = text.chars().take(SHOWN_LETTERS_MAX).collect();
            if short.len() < text.len() { format!("{short}…") } else { text }
        }
    }
}

/// A spelling that equal values share: keys in order, numbers by value.
fn canonical(value: &Json) -> String {
    match value {
        Json::Number(number) => number::canonical(number),
        Json::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Json::Object(entries) => {
            let mut parts: Vec<String> =
                entries.iter().map(|(key, item)| format!("{}:{}", Json::from(key.as_str()), canonical(item))).collect();
            parts.sort_unstable();
            format!("{{{}}}", parts.join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
