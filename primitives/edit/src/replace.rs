//! `text.replace`: one text for another, line by line.

use crate::lines::{Edited, LineEdit, Made, too_much};
use memchr::memmem::Finder;
use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::util::interpolate;
use regex_syntax::ParserBuilder;
use telos_pack::{Args, Failure, Out, Running};

/// Most bytes of a compiled expression, and of the tables built while it runs.
const COMPILED_BYTES_MAX: usize = 8 << 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (find, with) = (args.text(1)?, args.text(2)?);
    let (is_regex, ignore_case, whole_words) = (args.flag(3)?, args.flag(4)?, args.flag(5)?);
    if find.is_empty() {
        return Err(Failure::bad("the text to find is empty; say what is to be replaced"));
    }
    let replacement = if is_regex && with.contains(['$', '\\']) {
        Replacement::Template(template(&with))
    } else {
        Replacement::Text(with)
    };
    let finder = if is_regex || ignore_case || whole_words {
        Search::Expression(Box::new(expression(&find, is_regex, ignore_case, whole_words)?))
    } else {
        Search::Text(Box::new(Finder::new(&find).into_owned()))
    };
    Ok(Edited::start(Replace { finder, replacement, count: 0 }))
}

fn expression(find: &str, is_regex: bool, ignore_case: bool, whole_words: bool) -> Result<Regex, Failure> {
    let refused = |why: &dyn std::fmt::Display| Failure::bad(format!("`{find}` is not a usable expression: {why}"));
    let mut pattern = if is_regex { find.to_owned() } else { regex_syntax::escape(find) };
    if whole_words {
        pattern = format!(r"\b{{start-half}}(?:{pattern})\b{{end-half}}");
    }
    let hir = ParserBuilder::new().case_insensitive(ignore_case).build().parse(&pattern);
    let config = Config::new()
        .nfa_size_limit(Some(COMPILED_BYTES_MAX))
        .onepass_size_limit(Some(COMPILED_BYTES_MAX))
        .hybrid_cache_capacity(COMPILED_BYTES_MAX);
    let built = Regex::builder().configure(config).build_from_hir(&hir.map_err(|error| refused(&error))?);
    built.map_err(|error: BuildError| match error.size_limit() {
        Some(limit) => refused(&format!("it compiles to more than {limit} bytes")),
        None => refused(&error),
    })
}

/// The replacement of an expression with its escapes resolved: `\n`, `\t`, `\\`, and `\1` for `${1}`.
fn template(with: &str) -> String {
    let mut out = String::with_capacity(with.len());
    let mut letters = with.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some(digit) if digit.is_ascii_digit() => {
                out.push_str("${");
                out.push(digit);
                out.push('}');
            }
            Some('\\') | None => out.push('\\'),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
        }
    }
    out
}

enum Search {
    Text(Box<Finder<'static>>),
    Expression(Box<Regex>),
}

enum Replacement {
    Text(String),
    /// With references to groups.
    Template(String),
}

struct Replace {
    finder: Search,
    replacement: Replacement,
    count: u64,
}

impl LineEdit for Replace {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        let mut from = 0;
        match (&self.finder, &self.replacement) {
            (Search::Expression(regex), Replacement::Template(template)) => {
                for captures in regex.captures_iter(line) {
                    let Some(found) = captures.get_match() else { continue };
                    made.text(&line[from..found.start()])?;
                    made.text(&filled(template, regex, &captures, line, made.room())?)?;
                    from = found.end();
                    self.count += 1;
                }
            }
            (Search::Expression(regex), Replacement::Text(with)) => {
                for found in regex.find_iter(line) {
                    made.text(&line[from..found.start()])?;
                    made.text(with)?;
                    from = found.end();
                    self.count += 1;
                }
            }
            (Search::Text(finder), Replacement::Text(with) | Replacement::Template(with)) => {
                let length = finder.needle().len();
                for found in finder.find_iter(line.as_bytes()) {
                    made.text(&line[from..found])?;
                    made.text(with)?;
                    from = found + length;
                    self.count += 1;
                }
            }
        }
        made.text(&line[from..])?;
        Ok(true)
    }

    fn end(&mut self, _: &mut Made, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

/// The template with the groups of a match in it, at most `room` bytes long.
fn filled(template: &str, regex: &Regex, captures: &Captures, line: &str, room: usize) -> Result<String, Failure> {
    let mut out = String::new();
    let mut fits = true;
    let group = |index: usize, out: &mut String| {
        let text = captures.get_group(index).map_or("", |span| &line[span.range()]);
        fits &= text.len() <= room.saturating_sub(out.len());
        if fits {
            out.push_str(text);
        }
    };
    let pattern = captures.pattern().unwrap_or_default();
    interpolate::string(template, group, |name| regex.group_info().to_index(pattern, name), &mut out);
    if fits { Ok(out) } else { Err(too_much()) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{edited, given, text};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    fn replaced(input: &str, find: &str, with: &str, flags: [bool; 3]) -> Result<(String, i64), Failure> {
        let [regex, ignore_case, whole_words] = flags.map(Value::Bool);
        let arguments = [
            ("find", text(find)),
            ("replacement", text(with)),
            ("regex", regex),
            ("ignore-case", ignore_case),
            ("whole-words", whole_words),
        ];
        let given = given("text.replace", input, 5, &arguments)?;
        Ok((given.text("text"), given.int("count").unwrap()))
    }

    #[test]
    fn text_is_replaced_literally() {
        assert_eq!(replaced("a.b axb\na.b", "a.b", "$0", [false; 3]).unwrap(), ("$0 axb\n$0".into(), 2));
        assert_eq!(replaced("Foo foo food", "foo", "x", [false, true, true]).unwrap(), ("x x food".into(), 2));
        assert_eq!(replaced("c++ c", "c++", "C", [false, false, true]).unwrap(), ("C c".into(), 1));
        assert_eq!(replaced("grün\r\n", "ü", "ue", [false; 3]).unwrap(), ("gruen\r\n".into(), 1));
    }

    #[test]
    fn an_expression_has_groups_and_stays_within_lines() {
        let swap = replaced("ann bob\ncy dee\n", r"(\w+) (?<last>\w+)", r"${last}, \1", [true, false, false]);
        assert_eq!(swap.unwrap(), ("bob, ann\ndee, cy\n".into(), 2));
        assert_eq!(replaced("a;b\n", ";", r"\n\t", [true, false, false]).unwrap().0, "a\n\tb\n");
        assert_eq!(replaced("a\nb\n", r"a\sb", "x", [true, false, false]).unwrap().1, 0);
        assert_eq!(replaced("ab\n", "^", "> ", [true, false, false]).unwrap().0, "> ab\n");
    }

    #[test]
    fn what_cannot_be_found_or_made_is_refused() {
        assert!(matches!(replaced("a", "", "x", [false; 3]), Err(Failure::BadInput(_))));
        assert!(matches!(replaced("a", "(", "x", [true, false, false]), Err(Failure::BadInput(_))));
        assert!(matches!(replaced("a", r"\w{900}{900}", "x", [true, false, false]), Err(Failure::BadInput(_))));
        let long = "a".repeat(100_000);
        let bomb = replaced(&long, "a", &"x".repeat(16 << 10), [false; 3]);
        assert!(matches!(bomb, Err(Failure::Limit(_))));
        let bomb = replaced(&long, ".*", &"$0".repeat(8 << 10), [true, false, false]);
        assert!(matches!(bomb, Err(Failure::Limit(_))));
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(input in "[abü\n ]{0,60}", chunk in 1..20_usize, find in "[abü]{1,2}", with in "[ab]{0,3}") {
            let arguments = [("find", text(&find)), ("replacement", text(&with))];
            prop_assert_eq!(edited("text.replace", &input, chunk, &arguments), input.replace(&find, &with));
        }
    }
}
