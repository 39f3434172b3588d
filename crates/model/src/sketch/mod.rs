//! Sketches: what the translator says is to be done, as pipelines of operations without the steps that types imply.
//!
//! A sketch becomes a graph in two steps that use nothing but σ and what is here: [`ground`] finds what its slots name, and
//! [`build`] adds reading, parsing and writing by type. Both refuse rather than guess.

mod agreement;
mod alike;
mod arithmetic;
mod build;
mod choose;
mod columns;
mod condition;
mod convert;
mod enter;
mod evidence;
mod ground;
mod left_out;
mod propose;
mod readable;
mod rewrite;
mod rows;
mod run;
mod settings;
mod signs;
#[cfg(test)]
mod tests;
mod values;
mod write;

pub(crate) use propose::{Heard, LIKELY, SURE, propose};
pub(crate) use readable::readable;

use crate::learned::{Piece, Word};
use crate::turn::History;
use std::ops::Range;

/// Words of the request that stand for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// What they stand for: `f` a file, `d` a directory, `p` a path to be made, `c` a column, `k` a key, `v` a value, `n` a
    /// number, `b` an amount of bytes, `a` a span of time, `t` a day or time, `x` free text, `e` an end or pattern of
    /// names, `u` an address, `m` arithmetic, `w` a unit.
    pub(crate) letter: char,
    /// Bytes of the request.
    pub(crate) bytes: Range<usize>,
}

/// Where data comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// What a slot names.
    Slot(Slot),
    /// The directory of the request.
    Here,
    /// What is piped in.
    Stdin,
    /// The one file that has what is spoken of: no word of the request names it.
    Found,
    /// The result of an earlier statement, counted from 0.
    Result(usize),
}

/// What a setting is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// Data, or what a slot names.
    Source(Source),
    /// A choice, number or name.
    Literal(&'static str),
    /// A column that an operation names after another: "sum of" and the column.
    Made(&'static str, Slot),
}

/// One step of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An operation.
    Run(Operation),
    /// Write to a new file.
    Save(Slot),
    /// Write the files of a bundle below a directory.
    Fill(Source),
    /// Write back to the file it came from.
    Over,
}

/// One use of a primitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// The output that is wanted, if not the first.
    pub(crate) output: Option<&'static str>,
    /// Whether it runs for every item.
    pub(crate) each: bool,
    pub(crate) settings: Vec<(&'static str, Vec<Argument>)>,
}

/// When a statement is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The statement whose result decides, counted from 0.
    pub(crate) result: usize,
    /// What that result has to be.
    pub(crate) holds: bool,
}

/// A pipeline: data, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Always, if there is none.
    pub(crate) only: Option<Condition>,
    pub(crate) sources: Vec<Source>,
    pub(crate) steps: Vec<Step>,
}

/// What a request is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sketch {
    /// Nothing that is registered.
    None,
    /// It must be asked for.
    Ask,
    /// These, in order.
    Statements(Vec<Statement>),
}

/// What the sketch asks of earlier runs, if that is all it asks.
pub(crate) fn history(statements: &[Statement]) -> Option<History> {
    let [Statement { only: None, sources, steps }] = statements else { return None };
    match (sources.as_slice(), steps.as_slice()) {
        ([], [Step::Run(operation)]) => match operation.name {
            "runs.undo" => Some(History::Undo),
            "runs.list" => Some(History::List),
            "runs.explain" => Some(History::Explain),
            _ => None,
        },
        _ => None,
    }
}

/// Reads the decoder's words; nothing if they are not a sketch.
pub(crate) fn parse(words: &[Word], pieces: &[Piece]) -> Option<Sketch> {
    match words {
        [Word::Name("none")] => return Some(Sketch::None),
        [Word::Name("ask")] => return Some(Sketch::Ask),
        [] => return None,
        _ => {}
    }
    let statements = words.split(|word| *word == Word::Name(";"));
    let parsed: Option<Vec<Statement>> = statements.map(|words| statement(words, pieces)).collect();
    parsed.map(Sketch::Statements)
}

fn slot(letter: char, tokens: &Range<usize>, pieces: &[Piece]) -> Option<Slot> {
    let (first, last) = (pieces.get(tokens.start)?, pieces.get(tokens.end.checked_sub(1)?)?);
    Some(Slot { letter, bytes: first.start..last.end })
}

fn source(word: &Word, pieces: &[Piece]) -> Option<Source> {
    match word {
        Word::Slot(letter, tokens) => slot(*letter, tokens, pieces).map(Source::Slot),
        Word::Name("here") => Some(Source::Here),
        Word::Name("stdin") => Some(Source::Stdin),
        Word::Name("found") => Some(Source::Found),
        Word::Name(name) => name.strip_prefix('@')?.parse::<usize>().ok()?.checked_sub(1).map(Source::Result),
    }
}

fn statement(words: &[Word], pieces: &[Piece]) -> Option<Statement> {
    let (only, words) = match words {
        [Word::Name(when @ ("if" | "unless")), decides, rest @ ..] => match source(decides, pieces)? {
            Source::Result(result) => (Some(Condition { result, holds: *when == "if" }), rest),
            _ => return None,
        },
        _ => (None, words),
    };
    let mut steps: Vec<&[Word]> = words.split(|word| *word == Word::Name(">")).collect();
    let mut sources = Vec::new();
    let first = steps.first()?.first()?;
    if let Some(begin) = source(first, pieces) {
        sources.push(begin);
        for pair in steps.first()?[1..].chunks(2) {
            match pair {
                [Word::Name("+"), word] => sources.push(source(word, pieces)?),
                _ => return None,
            }
        }
        steps.remove(0);
    }
    let steps: Option<Vec<Step>> = steps.into_iter().map(|words| step(words, pieces)).collect();
    steps.map(|steps| Statement { only, sources, steps })
}

fn step(words: &[Word], pieces: &[Piece]) -> Option<Step> {
    match words {
        [Word::Name("over")] => Some(Step::Over),
        [Word::Name("save"), Word::Slot(letter, tokens)] => slot(*letter, tokens, pieces).map(Step::Save),
        [Word::Name("fill"), word] => source(word, pieces).map(Step::Fill),
        [Word::Name("save" | "fill" | "over"), ..] => None,
        _ => operation(words, pieces).map(Step::Run),
    }
}

fn operation(words: &[Word], pieces: &[Piece]) -> Option<Operation> {
    let (each, words) = match words {
        [Word::Name("each"), rest @ ..] => (true, rest),
        _ => (false, words),
    };
    let [Word::Name(name), rest @ ..] = words else { return None };
    let (output, mut rest) = match rest {
        [Word::Name(output), rest @ ..] if output.starts_with(':') => (Some(&output[1..]), rest),
        _ => (None, rest),
    };
    let mut settings = Vec::new();
    while let [Word::Name(setting), following @ ..] = rest {
        let setting = setting.strip_suffix('=')?;
        let mut arguments = Vec::new();
        rest = following;
        loop {
            let (argument, after) = self::argument(rest, pieces)?;
            arguments.push(argument);
            rest = after;
            match rest {
                [Word::Name(","), after @ ..] => rest = after,
                _ => break,
            }
        }
        settings.push((setting, arguments));
    }
    rest.is_empty().then_some(Operation { name, output, each, settings })
}

fn argument<'w>(words: &'w [Word], pieces: &[Piece]) -> Option<(Argument, &'w [Word])> {
    match words {
        [Word::Name(made), Word::Slot(letter, tokens), rest @ ..]
            if made.starts_with('\'') && made.ends_with(" of") =>
        {
            Some((Argument::Made(&made[1..], slot(*letter, tokens, pieces)?), rest))
        }
        [word, rest @ ..] => match (source(word, pieces), word) {
            (Some(source), _) => Some((Argument::Source(source), rest)),
            (None, Word::Name(literal)) => {
                let plain = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(literal);
                Some((Argument::Literal(plain), rest))
            }
            _ => None,
        },
        [] => None,
    }
}

#[cfg(test)]
mod reading_tests {
    use super::*;

    #[test]
    fn a_sketch_is_read_from_words() {
        let pieces: Vec<Piece> = (0..6).map(|at| Piece { start: at * 2, end: at * 2 + 1 }).collect();
        let name = Word::Name;
        let words = [
            Word::Slot('f', 0..1),
            name(">"),
            name("table.filter"),
            name(":count"),
            name("column="),
            Word::Slot('c', 2..4),
            name("value="),
            name("'x y'"),
            name(";"),
            name("@1"),
            name(">"),
            name("save"),
            Word::Slot('p', 5..6),
        ];
        let Some(Sketch::Statements(statements)) = parse(&words, &pieces) else { panic!("no sketch") };
        let [first, second] = statements.as_slice() else { panic!("two statements") };
        let Some(Step::Run(operation)) = first.steps.first() else { panic!("an operation") };
        assert_eq!((operation.name, operation.output, operation.each), ("table.filter", Some("count"), false));
        assert_eq!(operation.settings[1], ("value", vec![Argument::Literal("x y")]));
        let column = Source::Slot(Slot { letter: 'c', bytes: 4..7 });
        assert_eq!(operation.settings[0], ("column", vec![Argument::Source(column)]));
        assert_eq!(second.sources, [Source::Result(0)]);
        assert_eq!(second.steps, [Step::Save(Slot { letter: 'p', bytes: 10..11 })]);
        let guarded = [&[name("if"), name("@1")], &words[..2], &[name("file.delete")]].concat();
        let Some(Sketch::Statements(statements)) = parse(&guarded, &pieces) else { panic!("no sketch") };
        assert_eq!(statements[0].only, Some(Condition { result: 0, holds: true }));
        assert_eq!(statements[0].steps.len(), 1);
        assert_eq!(parse(&[name("if"), name("here")], &pieces), None);
        assert_eq!(parse(&[name("none")], &pieces), Some(Sketch::None));
        assert_eq!(parse(&[name("save")], &pieces), None);
    }
}
