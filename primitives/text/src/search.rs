//! `text.search`: lines that match.
//!
//! An expression that cannot match a line feed is searched for in whole blocks, so that the cost follows the matches
//! and not the lines. Any other is tried line by line, which keeps the worst case linear in the input. A plain text
//! needs no expression: building one costs more than searching a small file.

use memchr::memmem::Finder;
use regex_automata::Input;
use regex_automata::meta::{BuildError, Cache, Config, Regex};
use regex_syntax::hir::{Class, Hir, HirKind, Look, Visitor, visit};
use telos_pack::{Args, Failure, LineSink, Lines, Out, Running};

/// Most bytes of a compiled expression, and of the tables built while it runs.
const COMPILED_BYTES_MAX: usize = 8 << 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let pattern = args.text(1)?;
    let (is_regex, ignore_case, invert) = (args.flag(2)?, args.flag(3)?, args.flag(4)?);
    let matcher = if is_regex || ignore_case || pattern.contains('\n') {
        expression(&pattern, is_regex, ignore_case)?
    } else {
        Matcher::Text(Box::new(Finder::new(&pattern).into_owned()))
    };
    Ok(Box::new(Search { lines: Lines::new(), keep: Keep { matcher, invert, kept: Vec::new(), count: 0 } }))
}

fn expression(pattern: &str, is_regex: bool, ignore_case: bool) -> Result<Matcher, Failure> {
    let expression = if is_regex { pattern.to_owned() } else { regex_syntax::escape(pattern) };
    let refused = |why: &dyn std::fmt::Display| Failure::bad(format!("`{pattern}` is not a usable expression: {why}"));
    let hir = regex_syntax::ParserBuilder::new()
        .multi_line(true)
        .case_insensitive(ignore_case)
        .build()
        .parse(&expression)
        .map_err(|error| refused(&error))?;
    let config = Config::new()
        .nfa_size_limit(Some(COMPILED_BYTES_MAX))
        .onepass_size_limit(Some(COMPILED_BYTES_MAX))
        .hybrid_cache_capacity(COMPILED_BYTES_MAX);
    let by_block = stays_in_line(&hir);
    let regex = Regex::builder().configure(config).build_from_hir(&hir).map_err(|error| refused(&reason(&error)))?;
    let cache = regex.create_cache();
    Ok(Matcher::Expression(Box::new(Expression { regex, cache, by_block })))
}

fn reason(error: &BuildError) -> String {
    match error.size_limit() {
        Some(limit) => format!("it compiles to more than {limit} bytes"),
        None => error.to_string(),
    }
}

/// Whether a match in a block of lines is always a match in one of the lines.
fn stays_in_line(hir: &Hir) -> bool {
    let looks = hir.properties().look_set();
    !looks.contains(Look::Start) && !looks.contains(Look::End) && visit(hir, NoLineFeed).is_ok()
}

/// Fails at the first literal or class that can match a line feed. The visitor keeps its own stack.
struct NoLineFeed;

impl Visitor for NoLineFeed {
    type Output = ();
    type Err = ();

    fn finish(self) -> Result<(), ()> {
        Ok(())
    }

    fn visit_pre(&mut self, hir: &Hir) -> Result<(), ()> {
        let crosses = match hir.kind() {
            HirKind::Literal(literal) => literal.0.contains(&b'\n'),
            HirKind::Class(Class::Unicode(class)) => {
                class.iter().any(|range| (range.start()..=range.end()).contains(&'\n'))
            }
            HirKind::Class(Class::Bytes(class)) => {
                class.iter().any(|range| (range.start()..=range.end()).contains(&b'\n'))
            }
            _ => false,
        };
        if crosses { Err(()) } else { Ok(()) }
    }
}

struct Search {
    lines: Lines,
    keep: Keep,
}

impl Running for Search {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.keep)?;
        // Few lines match, and a person waits for them: what was found goes on at once.
        out.bytes(0, std::mem::take(&mut self.keep.kept));
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.keep)?;
        out.bytes(0, std::mem::take(&mut self.keep.kept));
        out.count(1, self.keep.count);
        Ok(())
    }
}

/// What is looked for.
enum Matcher {
    /// A text without a line feed.
    Text(Box<Finder<'static>>),
    Expression(Box<Expression>),
}

struct Expression {
    regex: Regex,
    cache: Cache,
    /// A match in a block of lines is always a match in one of the lines.
    by_block: bool,
}

struct Keep {
    matcher: Matcher,
    invert: bool,
    kept: Vec<u8>,
    count: u64,
}

impl LineSink for Keep {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        // The text of the last line; the line feed after it would otherwise offer an empty line to `^`.
        let text = &block[..block.len() - 1];
        let mut from = 0;
        while from < block.len() {
            let (start, end) = self.matcher.next_match(block, text, from);
            if self.invert {
                self.keep(&block[from..start]);
            } else {
                self.keep(&block[start..end]);
            }
            from = end;
        }
        Ok(())
    }
}

impl Matcher {
    /// The first line at or after `from` that matches, with its line feed; an empty range at the end if none does.
    fn next_match(&mut self, block: &[u8], text: &[u8], from: usize) -> (usize, usize) {
        let found = match self {
            Self::Text(finder) => finder.find(&text[from..]).map(|at| from + at),
            Self::Expression(expression) if !expression.by_block => return expression.next_line(block, from),
            Self::Expression(expression) => {
                let input = Input::new(text).range(from..).earliest(true);
                expression.regex.search_half_with(&mut expression.cache, &input).map(|found| found.offset())
            }
        };
        let Some(found) = found else {
            return (block.len(), block.len());
        };
        let start = memchr::memrchr(b'\n', &text[from..found]).map_or(from, |at| from + at + 1);
        (start, line_end(block, found))
    }
}

impl Expression {
    /// The same, line by line.
    fn next_line(&mut self, block: &[u8], from: usize) -> (usize, usize) {
        let mut start = from;
        while start < block.len() {
            let end = line_end(block, start);
            let line = Input::new(&block[start..end - 1]).earliest(true);
            if self.regex.search_half_with(&mut self.cache, &line).is_some() {
                return (start, end);
            }
            start = end;
        }
        (start, start)
    }
}

/// Where the line with the byte at `at` ends, with its line feed.
fn line_end(block: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |found| at + found + 1)
}

impl Keep {
    fn keep(&mut self, lines: &[u8]) {
        self.kept.extend_from_slice(lines);
        self.count += memchr::memchr_iter(b'\n', lines).count() as u64;
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn search(text: &str, chunk: usize, pattern: &str, flags: [bool; 3]) -> Result<(String, i64), Failure> {
        let [regex, ignore_case, invert] = flags.map(Value::Bool);
        let pattern = Value::Text(pattern.into());
        let arguments = [("pattern", pattern), ("regex", regex), ("ignore-case", ignore_case), ("invert", invert)];
        let given = run(&PACK, "text.search", text.as_bytes(), chunk, &arguments)?;
        Ok((given.text("lines"), given.int("count").unwrap()))
    }

    #[test]
    fn a_text_is_taken_literally_unless_asked() {
        let text = "a.b\naxb\n";
        assert_eq!(search(text, 3, "a.b", [false; 3]).unwrap(), ("a.b\n".into(), 1));
        assert_eq!(search(text, 3, "a.b", [true, false, false]).unwrap().1, 2);
        assert_eq!(search(text, 3, "A.B", [false, true, true]).unwrap(), ("axb\n".into(), 1));
    }

    #[test]
    fn an_expression_never_matches_across_lines() {
        for pattern in [r"a\s*b", r"(?s)a.b", r"a[^x]b", "a\nb"] {
            assert_eq!(search("a\nb\n", 9, pattern, [true, false, false]).unwrap().1, 0, "{pattern}");
        }
        assert_eq!(search("x\nab\n", 9, r"\Aab\z", [true, false, false]).unwrap().1, 1);
        assert_eq!(search("x\n\ny\n", 9, "^$", [true, false, false]).unwrap(), ("\n".into(), 1));
    }

    #[test]
    fn a_bad_or_huge_expression_is_refused() {
        assert!(matches!(search("", 1, "a(", [true, false, false]), Err(Failure::BadInput(_))));
        assert!(matches!(search("", 1, r"\w{900}{900}", [true, false, false]), Err(Failure::BadInput(_))));
    }

    proptest! {
        #[test]
        fn plain_text_is_kept_as_the_standard_library_finds_it(
            text in "[ab\n ]{0,60}", chunk in 1..20_usize, invert: bool, ignore_case: bool, pattern in "[abAB ]{0,3}",
        ) {
            let fold = |text: &str| if ignore_case { text.to_lowercase() } else { text.to_owned() };
            let kept: Vec<&str> =
                text.lines().filter(|line| fold(line).contains(&fold(&pattern)) != invert).collect();
            let expected: String = kept.iter().map(|line| format!("{line}\n")).collect();
            let count = i64::try_from(kept.len()).unwrap();
            prop_assert_eq!(search(&text, chunk, &pattern, [false, ignore_case, invert]).unwrap(), (expected, count));
        }

        #[test]
        fn agrees_with_line_by_line(
            text in "[ab\n ]{0,60}", chunk in 1..20_usize, invert: bool,
            pattern in prop::sample::select(vec!["a", "ab", "^a", "b$", "^$", "", r"\ba\b", "a|^b", "a+b?", r"\s", "[^a]", r"\A", "b\\z", "$"]),
        ) {
            let regex = regex_automata::meta::Regex::new(pattern).unwrap();
            let kept: Vec<&str> = text.lines().filter(|line| regex.is_match(line) != invert).collect();
            let expected: String = kept.iter().map(|line| format!("{line}\n")).collect();
            let count = i64::try_from(kept.len()).unwrap();
            prop_assert_eq!(search(&text, chunk, pattern, [true, false, invert]).unwrap(), (expected, count));
        }
    }
}
