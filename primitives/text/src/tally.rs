//! `text.unique` and `text.frequencies`: what occurs, and how often.

use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
use telos_pack::{Args, Failure, Held, Out, Running};

pub(crate) fn unique(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Unique { fold: args.flag(1)?, held: Held::new() }))
}

pub(crate) fn frequencies(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let of = match args.choice(1)?.as_str() {
        "words" => Unit::Word,
        "characters" => Unit::Character,
        "lines" => Unit::Line,
        other => {
            return Err(Failure::Internal(format!("`{other}` is not lines, words or characters")));
        }
    };
    Ok(Box::new(Frequencies { of, fold: args.flag(2)?, held: Held::new() }))
}

/// Distinct lines for which there is room from the start.
const FEW_LINES: usize = 64;

/// The lines of `text`, as [`crate::lines_of`] gives those of bytes.
fn text_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = rest.split_at(memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len()));
        rest = after.get(1..).unwrap_or_default();
        Some(line)
    })
}

/// The form in which two values are compared.
fn key(value: &str, fold: bool) -> Cow<'_, str> {
    if fold { Cow::Owned(value.to_lowercase()) } else { Cow::Borrowed(value) }
}

fn held_text(held: &mut Held) -> Result<String, Failure> {
    String::from_utf8(held.take()).map_err(|_| Failure::Internal(String::from("the text is not UTF-8")))
}

struct Unique {
    fold: bool,
    held: Held,
}

impl Running for Unique {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let text = held_text(&mut self.held)?;
        let mut seen = HashSet::with_capacity(FEW_LINES);
        // Never more than the text and one line feed: growing it piecemeal would hold it one and a half times.
        let mut kept = String::with_capacity(text.len() + 1);
        for line in text_lines(&text) {
            if seen.insert(key(line, self.fold)) {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        out.bytes(0, kept.into_bytes());
        out.count(1, seen.len() as u64);
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Line,
    Word,
    Character,
}

struct Frequencies {
    of: Unit,
    fold: bool,
    held: Held,
}

impl Running for Frequencies {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let text = held_text(&mut self.held)?;
        let counted = match self.of {
            Unit::Line => tally(text_lines(&text), self.fold),
            Unit::Word => tally(words(&text), self.fold),
            Unit::Character => {
                let letters = text.char_indices().filter(|(_, letter)| !letter.is_whitespace());
                tally(letters.map(|(at, letter)| &text[at..at + letter.len_utf8()]), self.fold)
            }
        };
        let mut table = String::from("value,count\n");
        for (value, count) in &counted {
            push_field(&mut table, value);
            table.push(',');
            table.push_str(&count.to_string());
            table.push('\n');
        }
        out.bytes(0, table.into_bytes());
        out.count(1, counted.len() as u64);
        Ok(())
    }
}

/// Runs of letters, digits, and apostrophes or hyphens between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '\'' | '’' | '-' | '_')))
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// Every value with its count, the most frequent first and equal counts in order of value.
fn tally<'a>(values: impl Iterator<Item = &'a str>, fold: bool) -> Vec<(Cow<'a, str>, u64)> {
    let mut counts: HashMap<Cow<'a, str>, u64> = HashMap::new();
    for value in values {
        *counts.entry(key(value, fold)).or_default() += 1;
    }
    let mut counted: Vec<_> = counts.into_iter().collect();
    counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counted
}

/// Appends a field in the canonical form of tables.
fn push_field(table: &mut String, field: &str) {
    if field.contains([',', '"', '\n', '\r']) {
        table.push('"');
        table.push_str(&field.replace('"', "\"\""));
        table.push('"');
    } else {
        table.push_str(field);
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use telos_pack::Value;
    use telos_pack::testing::run;

    fn frequencies(text: &str, of: &str, fold: bool) -> String {
        let arguments = [("of", telos_describe::choose(of)), ("ignore-case", Value::Bool(fold))];
        run(&PACK, "text.frequencies", text.as_bytes(), 5, &arguments).unwrap().text("table")
    }

    #[test]
    fn words_keep_their_inner_marks_and_drop_the_outer() {
        let table = frequencies("Don't stop. 'well-known' don't — stop! über", "words", true);
        assert_eq!(table, "value,count\ndon't,2\nstop,2\nwell-known,1\nüber,1\n");
    }

    #[test]
    fn values_are_quoted_where_a_table_needs_it() {
        assert_eq!(frequencies("a,b\n\"q\"\n", "lines", false), "value,count\n\"\"\"q\"\"\",1\n\"a,b\",1\n");
        assert_eq!(frequencies("a a\nb", "characters", false), "value,count\na,2\nb,1\n");
    }

    #[test]
    fn unique_keeps_the_first_spelling() {
        let fold = [("ignore-case", Value::Bool(true))];
        let given = run(&PACK, "text.unique", b"B\na\nb\nA", 2, &fold).unwrap();
        assert_eq!((given.text("lines").as_str(), given.int("count")), ("B\na\n", Some(2)));
    }

    proptest! {
        #[test]
        fn counts_agree_with_a_map(lines in prop::collection::vec("[ab]{0,2}", 0..30)) {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let mut expected = BTreeMap::new();
            for line in &lines { *expected.entry(line.as_str()).or_insert(0) += 1; }
            let table = frequencies(&text, "lines", false);
            let got: BTreeMap<&str, i32> = table.lines().skip(1)
                .map(|row| row.split_once(',').map(|(value, count)| (value, count.parse().unwrap())).unwrap()).collect();
            prop_assert_eq!(got, expected);
        }
    }
}
