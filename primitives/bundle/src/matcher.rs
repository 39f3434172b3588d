//! What is searched for in lines: a text, or a regular expression of the linear-time dialect.

use memchr::memmem::Finder;
use regex_automata::Input;
use regex_automata::meta::{BuildError, Cache, Config, Regex};
use telos_pack::Failure;

/// Most bytes of a compiled expression, and of the tables built while it runs.
const COMPILED_BYTES_MAX: usize = 8 << 20;

/// What is looked for.
pub(crate) enum Matcher {
    /// A text without a line feed.
    Text(Box<Finder<'static>>),
    Expression(Box<(Regex, Cache)>),
}

impl Matcher {
    /// The matcher of a pattern. A plain text needs no expression: building one costs more than searching a small file.
    pub(crate) fn new(pattern: &str, is_regex: bool, ignore_case: bool) -> Result<Self, Failure> {
        if !is_regex && !ignore_case && !pattern.contains('\n') {
            return Ok(Self::Text(Box::new(Finder::new(pattern).into_owned())));
        }
        let expression = if is_regex { pattern.to_owned() } else { regex_syntax::escape(pattern) };
        let refused =
            |why: &dyn std::fmt::Display| Failure::bad(format!("`{pattern}` is not a usable expression: {why}"));
        let hir = regex_syntax::ParserBuilder::new().case_insensitive(ignore_case).build().parse(&expression);
        let hir = hir.map_err(|error| refused(&error))?;
        let config = Config::new()
            .nfa_size_limit(Some(COMPILED_BYTES_MAX))
            .onepass_size_limit(Some(COMPILED_BYTES_MAX))
            .hybrid_cache_capacity(COMPILED_BYTES_MAX);
        let regex =
            Regex::builder().configure(config).build_from_hir(&hir).map_err(|error| refused(&reason(&error)))?;
        let cache = regex.create_cache();
        Ok(Self::Expression(Box::new((regex, cache))))
    }

    /// Where the first line at or after `from` that matches begins and ends, its line feed included. `block` is whole
    /// lines.
    pub(crate) fn next_line(&mut self, block: &[u8], from: usize) -> Option<(usize, usize)> {
        match self {
            Self::Text(finder) => {
                // The line feed at the end would otherwise offer one more line to an empty text.
                let found = from + finder.find(block.get(from..block.len().checked_sub(1)?)?)?;
                let start = memchr::memrchr(b'\n', &block[from..found]).map_or(from, |at| from + at + 1);
                Some((start, line_end(block, found)))
            }
            Self::Expression(expression) => {
                let (regex, cache) = &mut **expression;
                let mut start = from;
                while start < block.len() {
                    let end = line_end(block, start);
                    let line = Input::new(content(&block[start..end])).earliest(true);
                    if regex.search_half_with(cache, &line).is_some() {
                        return Some((start, end));
                    }
                    start = end;
                }
                None
            }
        }
    }
}

/// A line without what ends it: a line feed, and a carriage return before.
pub(crate) fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn line_end(block: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |found| at + found + 1)
}

fn reason(error: &BuildError) -> String {
    match error.size_limit() {
        Some(limit) => format!("it compiles to more than {limit} bytes"),
        None => error.to_string(),
    }
}
