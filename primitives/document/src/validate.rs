//! `data.validate`: whether a text is what it should be. Bad data is an answer here, not a failure.

use crate::read::{position, unread};
use crate::whole::one;
use crate::{toml, xml, yaml};
use serde::de::IgnoredAny;
use telos_pack::{Args, Failure, Out, Running, Value};
use telos_table::{Row, RowSink, Rows};

/// Longest problem told, in bytes.
const PROBLEM_BYTES_MAX: usize = 2_000;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let asked = args.choice(1)?;
    Ok(one(move |text, out| {
        let format = if asked == "any" { recognised(text) } else { asked.as_str() };
        let problem = match check(text, format) {
            Ok(()) => String::new(),
            Err(Failure::BadInput(problem)) => one_line(&problem),
            Err(other) => return Err(other),
        };
        out.value(0, &Value::Bool(problem.is_empty()));
        out.value(1, &Value::Text(problem));
        out.value(2, &Value::Text(format.to_owned()));
        Ok(())
    }))
}

/// The format that a text most looks like.
fn recognised(text: &str) -> &'static str {
    let start = text.trim_start();
    let line = start.lines().next().unwrap_or_default();
    match start.chars().next() {
        Some('{') => "json",
        Some('<') => "xml",
        Some('[') if serde_json::from_str::<IgnoredAny>(text).is_ok() => "json",
        Some('[') if line.trim_end().ends_with(']') && toml::document(text).is_ok() => "toml",
        Some('[') => "json",
        _ if line.contains(',') && !line.contains([':', '=']) => "csv",
        _ if line.contains(" = ") || toml::document(text).is_ok() => "toml",
        _ => "yaml",
    }
}

fn check(text: &str, format: &str) -> Result<(), Failure> {
    match format {
        "json" => serde_json::from_str::<IgnoredAny>(text).map(|_| ()).map_err(|error| unread(&error)),
        "yaml" => yaml::read::documents(text).map(|_| ()),
        "toml" => toml::document(text).map(|_| ()),
        "xml" => xml::document(text).map(|_| ()),
        "csv" => csv(text),
        other => Err(Failure::Internal(format!("`{other}` is not a format"))),
    }
}

/// Rows of equal length, and no quote that is left open or out of place (RFC 4180, with any of the usual delimiters).
fn csv(text: &str) -> Result<(), Failure> {
    if text.trim().is_empty() {
        return Err(Failure::bad("the text is empty: there is not even a header"));
    }
    let header = text.lines().next().unwrap_or_default();
    let count = |delimiter: char| header.matches(delimiter).count();
    let delimiter = [',', ';', '\t', '|'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(',');
    quotes(text, delimiter)?;
    let mut widths = Widths { first: None, row: 0 };
    let mut rows = Rows::new(u8::try_from(delimiter).unwrap_or(b','));
    rows.push(text.as_bytes(), &mut widths, &mut Out::new())?;
    rows.finish(&mut widths, &mut Out::new())
}

/// Looks at the quotes alone.
fn quotes(text: &str, delimiter: char) -> Result<(), Failure> {
    let mut opened = None;
    let mut letters = text.char_indices().peekable();
    let mut before = '\n';
    while let Some((at, letter)) = letters.next() {
        if letter == '"' {
            match opened {
                None if before == delimiter || matches!(before, '\n' | '\r') => opened = Some(at),
                None => {
                    return Err(Failure::bad(format!("{}: a quote inside a field without quotes", position(text, at))));
                }
                Some(_) if letters.next_if(|(_, next)| *next == '"').is_some() => {}
                Some(_) => {
                    opened = None;
                    let next = letters.peek().map(|(_, next)| *next);
                    if next.is_some_and(|next| next != delimiter && !matches!(next, '\n' | '\r')) {
                        return Err(Failure::bad(format!("{}: text after a closing quote", position(text, at))));
                    }
                }
            }
        }
        before = letter;
    }
    match opened {
        Some(at) => Err(Failure::bad(format!("{}: a quote is opened and never closed", position(text, at)))),
        None => Ok(()),
    }
}

/// Compares each row's length with the header's.
struct Widths {
    first: Option<usize>,
    row: u64,
}

impl RowSink for Widths {
    fn row(&mut self, row: Row<'_>, _: &mut Out) -> Result<(), Failure> {
        let first = *self.first.get_or_insert(row.len());
        if row.len() != first {
            let (number, width) = (self.row, row.len());
            return Err(Failure::bad(format!("row {number} has {width} fields, and the header has {first}")));
        }
        self.row += 1;
        Ok(())
    }
}

/// On one line and not too long.
fn one_line(problem: &str) -> String {
    let mut line: String = problem.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > PROBLEM_BYTES_MAX {
        let end = (0..=PROBLEM_BYTES_MAX).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_describe::choose;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn told(text: &str, format: &str) -> (bool, String, String) {
        let given = run(&PACK, "data.validate", text.as_bytes(), 5, &[("format", choose(format))]).unwrap();
        let line = |name: &str| match &given.values[name] {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        (given.values["valid"] == Value::Bool(true), line("problem"), line("format"))
    }

    #[test]
    fn bad_data_is_an_answer() {
        for (text, format, problem) in [
            ("{\"a\": [1, 2,]}", "json", "line 1 column 13"),
            ("", "json", "EOF"),
            ("a: 1\n b: 2", "yaml", "line 2"),
            ("a = ", "toml", "line 1"),
            ("<a>\n</b>", "xml", "line 2"),
            ("a,b\n1\n", "csv", "row 1 has 1 fields"),
            ("a,b\n\"x,y\n", "csv", "line 2, column 1: a quote is opened"),
            ("a,b\nx\"y,z\n", "csv", "line 2, column 2"),
            ("a,b\n\"x\"y,z\n", "csv", "text after"),
            ("", "csv", "empty"),
        ] {
            let (valid, told, _) = told(text, format);
            assert!(!valid && told.contains(problem), "{text:?}: {told}");
        }
    }

    #[test]
    fn good_data_is_recognised() {
        for (text, format) in [
            ("{\"a\": 1}", "json"),
            ("[1, 2]", "json"),
            ("<a/>", "xml"),
            ("[a]\nb = 1\n", "toml"),
            ("b = 1\n", "toml"),
            ("a: 1\nb: [2]\n", "yaml"),
            ("a,b\n1,\"x\"\"y\r\nz\"\n", "csv"),
            ("a;b\n1;2", "csv"),
        ] {
            let asked = if text.contains(';') { "csv" } else { "any" };
            assert_eq!(told(text, asked), (true, String::new(), format.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_judged_is_no_answer() {
        let deep = "[".repeat(1_000_000);
        let judged = run(&PACK, "data.validate", deep.as_bytes(), 1 << 16, &[("format", choose("yaml"))]);
        assert!(matches!(judged, Err(Failure::Limit(_))), "{judged:?}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "[a1{}\\[\\]<>/=:,\"' \n\\-]{0,40}") {
            for format in ["any", "json", "yaml", "toml", "xml", "csv"] {
                let (valid, problem, _) = told(&text, format);
                prop_assert_eq!(valid, problem.is_empty());
            }
        }
    }
}
