//! Facts found in a turn: spans of tokens with a typed meaning.

use std::ops::Range;

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    Greater,
    Contains,
    StartsWith,
    EndsWith,
    Empty,
}

impl Comparison {
    /// Names under which a primitive may offer this comparison as a case or symbol.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Less => &["lt", "less", "less-than", "below", "before", "under", "<"],
            Self::AtMost => &["le", "lte", "at-most", "less-or-equal", "not-greater", "<="],
            Self::Equal => &["eq", "equal", "equals", "is", "same", "=", "=="],
            Self::NotEqual => &["ne", "neq", "not-equal", "not-equals", "differs", "is-not", "unequal", "!="],
            Self::AtLeast => &["ge", "gte", "at-least", "greater-or-equal", "not-less", ">="],
            Self::Greater => &["gt", "greater", "greater-than", "more", "more-than", "above", "after", "over", ">"],
            Self::Contains => &["contains", "contain", "includes", "matches", "has", "~"],
            Self::StartsWith => &["starts-with", "begins-with", "prefix", "starts"],
            Self::EndsWith => &["ends-with", "suffix", "ends"],
            Self::Empty => &["empty", "is-empty", "missing", "blank", "null"],
        }
    }
}

/// What a span of tokens is known to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    /// A file that exists.
    File { path: String },
    /// A directory that exists.
    Directory { path: String },
    /// Looks like a path, and nothing is there.
    Absent { path: String },
    /// Files by extension: "csv files".
    Extension { extension: String, paths: Vec<String> },
    /// Files by pattern: `*.csv`.
    Pattern { glob: String, paths: Vec<String> },
    /// A quoted string.
    Quoted(String),
    /// A number.
    Number(f64),
    /// An amount of data in bytes.
    Bytes(f64),
    /// A span of time in seconds.
    Seconds(f64),
    /// One thing: a singular noun after a superlative or an end ("the largest *file*", "the last *line*").
    Single,
    /// A day: in seconds since the Unix epoch, and as it is written in ISO 8601.
    Time { at: i64, day: String },
    /// Arithmetic as a person writes it: "15% of 240".
    Expression(String),
    /// A unit of measure.
    Unit(String),
    /// A comparison sign or phrase.
    Comparison(Comparison),
    /// An absolute URL.
    Url(String),
    /// A superlative: the greatest or least of what a dimension measures ("largest", "newest").
    Greatest { of: &'static [&'static str], descending: bool },
    /// A column of a table that is here.
    Column { name: String, path: String },
    /// A value that a column of a table that is here holds.
    Cell { column: String, value: String, path: String },
    /// A key of a JSON file that is here.
    Key { name: String, path: String },
}

/// A fact, where it stands, and how far it can be trusted (0 to 1).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) tokens: Range<usize>,
    pub(crate) fact: Fact,
    pub(crate) trust: f32,
}

impl Span {
    /// Words that a port uses to say it takes this kind of fact.
    pub(crate) fn kind_words(&self) -> &'static [&'static str] {
        match self.fact {
            Fact::Extension { .. } => &["extension"],
            Fact::Pattern { .. } => &["pattern", "glob"],
            Fact::Bytes(_) => &["byte", "siz"],
            Fact::Seconds(_) => &["second", "minut", "hour", "day", "ag", "duration", "millisecond"],
            Fact::Time { .. } => &["tim", "date", "dat", "timestamp", "day"],
            Fact::Expression(_) => &["expression", "arithmetic", "formula"],
            Fact::Unit(_) => &["unit"],
            Fact::Comparison(_) => &["comparison", "compar", "operator", "condition", "relation", "test"],
            Fact::Key { .. } => &["key", "field", "path", "query"],
            _ => &[],
        }
    }

    /// Whether the two spans share a token.
    pub(crate) fn overlaps(&self, other: &Range<usize>) -> bool {
        self.tokens.start < other.end && other.start < self.tokens.end
    }
}
