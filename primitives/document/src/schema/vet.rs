//! Looks a schema over before it is used: a keyword that is not known is refused, never passed over.

use super::Patterns;
use crate::path::{Step, spell};
use crate::read::kind;
use regex_lite::{Regex, RegexBuilder};
use serde_json::{Map, Value as Json};
use std::collections::HashSet;
use telos_pack::Failure;

/// Largest compiled pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Most patterns of a schema.
const PATTERNS_MAX: usize = 256;

/// What a keyword holds.
enum Holds {
    /// Nothing that is checked: a note for people.
    Note,
    Schema,
    /// One schema, or one for each position (drafts before 2020-12).
    SchemaOrSchemas,
    Schemas,
    /// A schema for each name.
    Named,
    /// A schema for each pattern.
    Patterned,
    Number,
    Count,
    Flag,
    Pattern,
    Names,
    /// Names for each name.
    NamedNames,
    Types,
    Reference,
    Array,
    Anything,
}

/// The keywords that are known.
const KEYWORDS: [(&str, Holds); 53] = [
    ("$schema", Holds::Note),
    ("$id", Holds::Note),
    ("$comment", Holds::Note),
    ("title", Holds::Note),
    ("description", Holds::Note),
    ("default", Holds::Note),
    ("examples", Holds::Note),
    ("deprecated", Holds::Note),
    ("readOnly", Holds::Note),
    ("writeOnly", Holds::Note),
    ("format", Holds::Note),
    ("contentEncoding", Holds::Note),
    ("contentMediaType", Holds::Note),
    ("$ref", Holds::Reference),
    ("$defs", Holds::Named),
    ("definitions", Holds::Named),
    ("type", Holds::Types),
    ("enum", Holds::Array),
    ("const", Holds::Anything),
    ("allOf", Holds::Schemas),
    ("anyOf", Holds::Schemas),
    ("oneOf", Holds::Schemas),
    ("not", Holds::Schema),
    ("if", Holds::Schema),
    ("then", Holds::Schema),
    ("else", Holds::Schema),
    ("properties", Holds::Named),
    ("patternProperties", Holds::Patterned),
    ("additionalProperties", Holds::Schema),
    ("propertyNames", Holds::Schema),
    ("required", Holds::Names),
    ("minProperties", Holds::Count),
    ("maxProperties", Holds::Count),
    ("dependentRequired", Holds::NamedNames),
    ("dependentSchemas", Holds::Named),
    ("items", Holds::SchemaOrSchemas),
    ("prefixItems", Holds::Schemas),
    ("additionalItems", Holds::Schema),
    ("contains", Holds::Schema),
    ("minContains", Holds::Count),
    ("maxContains", Holds::Count),
    ("minItems", Holds::Count),
    ("maxItems", Holds::Count),
    ("uniqueItems", Holds::Flag),
    ("minLength", Holds::Count),
    ("maxLength", Holds::Count),
    ("pattern", Holds::Pattern),
    ("minimum", Holds::Number),
    ("maximum", Holds::Number),
    ("exclusiveMinimum", Holds::Number),
    ("exclusiveMaximum", Holds::Number),
    ("multipleOf", Holds::Number),
    ("markdownDescription", Holds::Note),
];

/// Looks a schema and everything in it over, and compiles its patterns.
pub(super) fn vet(schema: &Json) -> Result<Patterns, Failure> {
    let mut vetting =
        Vetting { vetted: HashSet::new(), references: Vec::new(), steps: Vec::new(), patterns: Patterns::new() };
    vetting.schema(schema)?;
    for (reference, steps) in std::mem::take(&mut vetting.references) {
        let target = super::referred(schema, reference);
        if !target.is_some_and(|target| vetting.vetted.contains(&std::ptr::from_ref(target))) {
            vetting.steps = steps;
            return Err(
                vetting.wrong("refers to no schema in this one; only references that begin with `#` are followed")
            );
        }
    }
    Ok(vetting.patterns)
}

struct Vetting<'a> {
    /// Every schema that was looked at, so that a reference leads to one of them.
    vetted: HashSet<*const Json>,
    references: Vec<(&'a str, Vec<Step>)>,
    steps: Vec<Step>,
    patterns: Patterns,
}

impl<'a> Vetting<'a> {
    fn schema(&mut self, schema: &'a Json) -> Result<(), Failure> {
        self.vetted.insert(std::ptr::from_ref(schema));
        match schema {
            Json::Bool(_) => Ok(()),
            Json::Object(keywords) => keywords.iter().try_for_each(|(keyword, value)| self.keyword(keyword, value)),
            other => Err(self.wrong(&format!("is a {}, and a schema is an object, true or false", kind(other)))),
        }
    }

    fn keyword(&mut self, keyword: &str, value: &'a Json) -> Result<(), Failure> {
        self.steps.push(Step::Key(keyword.to_owned()));
        let Some((_, holds)) = KEYWORDS.iter().find(|(known, _)| *known == keyword) else {
            let known: Vec<&str> = KEYWORDS.iter().map(|(known, _)| *known).collect();
            return Err(self.wrong(&format!("is not a keyword known here; known are {}", known.join(", "))));
        };
        let good = match (holds, value) {
            (Holds::Note | Holds::Anything, _) | (Holds::Flag, Json::Bool(_)) | (Holds::Array, Json::Array(_)) => true,
            (Holds::Number, Json::Number(_)) => true,
            (Holds::Count, Json::Number(number)) => number.as_u64().is_some(),
            (Holds::Types, types) => is_types(types),
            (Holds::Names, names) => is_names(names),
            (Holds::NamedNames, Json::Object(named)) => named.values().all(is_names),
            (Holds::Reference, Json::String(reference)) => {
                self.references.push((reference, self.steps.clone()));
                true
            }
            (Holds::Pattern, Json::String(pattern)) => {
                self.pattern(pattern)?;
                true
            }
            (Holds::SchemaOrSchemas | Holds::Schemas, Json::Array(schemas)) => {
                self.each((0..).map(Step::At).zip(schemas))?;
                true
            }
            (Holds::Schema | Holds::SchemaOrSchemas, schema) => {
                self.schema(schema)?;
                true
            }
            (Holds::Named, Json::Object(named)) => {
                self.each(keyed(named))?;
                true
            }
            (Holds::Patterned, Json::Object(named)) => {
                for pattern in named.keys() {
                    self.pattern(pattern)?;
                }
                self.each(keyed(named))?;
                true
            }
            _ => false,
        };
        if !good {
            return Err(self.wrong("does not hold what this keyword takes"));
        }
        self.steps.pop();
        Ok(())
    }

    fn each(&mut self, schemas: impl Iterator<Item = (Step, &'a Json)>) -> Result<(), Failure> {
        for (step, schema) in schemas {
            self.steps.push(step);
            self.schema(schema)?;
            self.steps.pop();
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &str) -> Result<(), Failure> {
        if self.patterns.contains_key(pattern) {
            return Ok(());
        }
        if self.patterns.len() >= PATTERNS_MAX {
            return Err(Failure::Limit(format!("the schema has more than {PATTERNS_MAX} patterns")));
        }
        let regex: Result<Regex, _> = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build();
        let regex =
            regex.map_err(|error| self.wrong(&format!("holds the pattern `{pattern}`, which is refused: {error}")))?;
        self.patterns.insert(pattern.to_owned(), regex);
        Ok(())
    }

    fn wrong(&self, what: &str) -> Failure {
        let place = if self.steps.is_empty() { String::from("itself") } else { format!("at `{}`", spell(&self.steps)) };
        Failure::bad(format!("the schema {place} {what}"))
    }
}

fn keyed(named: &Map<String, Json>) -> impl Iterator<Item = (Step, &Json)> {
    named.iter().map(|(name, schema)| (Step::Key(name.clone()), schema))
}

fn is_names(value: &Json) -> bool {
    value.as_array().is_some_and(|names| names.iter().all(Json::is_string))
}

fn is_types(value: &Json) -> bool {
    let known = |name: &Json| {
        matches!(name.as_str(), Some("null" | "boolean" | "object" | "array" | "number" | "string" | "integer"))
    };
    known(value) || value.as_array().is_some_and(|names| !names.is_empty() && names.iter().all(known))
}
