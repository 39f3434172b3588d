//! `text.change-case`: capitals, small letters, and the spellings of names in programs.

use crate::lines::{Edited, LineEdit, Made};
use telos_pack::{Args, Failure, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let case = match args.choice(1)?.as_str() {
        "upper" | "uppercase" => Case::Upper,
        "lower" | "lowercase" => Case::Lower,
        "title" | "capitalize" | "capitalise" => Case::Title,
        "sentence" => Case::Sentence,
        "snake" => Case::Joined("_", [Form::Lower; 2]),
        "kebab" => Case::Joined("-", [Form::Lower; 2]),
        "constant" => Case::Joined("_", [Form::Upper; 2]),
        "camel" => Case::Joined("", [Form::Lower, Form::Capital]),
        "pascal" => Case::Joined("", [Form::Capital; 2]),
        other => return Err(Failure::Internal(format!("`{other}` is no case"))),
    };
    Ok(Edited::start(Change { case, begins: true, ended: false }))
}

#[derive(Clone, Copy)]
enum Case {
    Upper,
    Lower,
    Title,
    Sentence,
    /// Words joined to one name: by what, the form of the first word and that of the others.
    Joined(&'static str, [Form; 2]),
}

#[derive(Clone, Copy)]
enum Form {
    Lower,
    Upper,
    Capital,
}

struct Change {
    case: Case,
    /// The next letter begins a sentence.
    begins: bool,
    /// A mark has ended the sentence; white space after it begins the next one.
    ended: bool,
}

impl LineEdit for Change {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        match self.case {
            Case::Upper => made.text(&line.to_uppercase())?,
            Case::Lower => made.text(&line.to_lowercase())?,
            Case::Title => title(line, made)?,
            Case::Sentence => self.sentence(line, made)?,
            Case::Joined(by, [first, others]) => {
                for (index, word) in name_words(line).enumerate() {
                    made.text(if index == 0 { "" } else { by })?;
                    cased(word, if index == 0 { first } else { others }, made)?;
                }
            }
        }
        Ok(true)
    }
}

fn cased(word: &str, form: Form, made: &mut Made) -> Result<(), Failure> {
    match form {
        Form::Lower => made.text(&word.to_lowercase()),
        Form::Upper => made.text(&word.to_uppercase()),
        Form::Capital => {
            let mut letters = word.chars();
            if let Some(first) = letters.next() {
                first.to_uppercase().try_for_each(|letter| made.letter(letter))?;
            }
            made.text(&letters.as_str().to_lowercase())
        }
    }
}

fn apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’')
}

/// A capital at the start of each word; the rest of the word small.
fn title(line: &str, made: &mut Made) -> Result<(), Failure> {
    let mut inside = false;
    let mut start = 0;
    for (at, letter) in line.char_indices() {
        let goes_on = letter.is_alphanumeric() || inside && apostrophe(letter);
        if goes_on != inside {
            let piece = &line[start..at];
            if inside {
                cased(piece, Form::Capital, made)?
            } else {
                made.text(piece)?
            }
            (inside, start) = (goes_on, at);
        }
    }
    if inside { cased(&line[start..], Form::Capital, made) } else { made.text(&line[start..]) }
}

impl Change {
    /// A capital at the start of each sentence, and for "I". An empty line ends a sentence; a line break does not.
    fn sentence(&mut self, line: &str, made: &mut Made) -> Result<(), Failure> {
        self.begins |= line.trim().is_empty() || self.ended;
        self.ended = false;
        let lower = line.to_lowercase();
        let mut before = None;
        let mut letters = lower.chars().peekable();
        while let Some(letter) = letters.next() {
            let inner = |letter: char| letter.is_alphanumeric();
            let alone = !before.is_some_and(inner) && !letters.peek().copied().is_some_and(inner);
            if self.begins && letter.is_alphanumeric() || letter == 'i' && alone {
                letter.to_uppercase().try_for_each(|letter| made.letter(letter))?;
            } else {
                made.letter(letter)?;
            }
            if letter.is_alphanumeric() {
                (self.begins, self.ended) = (false, false);
            } else if matches!(letter, '.' | '!' | '?' | '…') {
                self.ended = true;
            } else if letter.is_whitespace() {
                self.begins |= self.ended;
                self.ended = false;
            }
            before = Some(letter);
        }
        Ok(())
    }
}

/// The words of a name, however it is spelt: apart, or joined by marks or by capitals. Apostrophes within are kept out.
fn name_words(line: &str) -> impl Iterator<Item = &str> {
    let pieces = line.split(|letter: char| !letter.is_alphanumeric() && !apostrophe(letter));
    pieces.map(|piece| piece.trim_matches(apostrophe)).flat_map(humps).filter(|word| !word.is_empty())
}

/// The parts of `parseHTTPHeader`: `parse`, `HTTP`, `Header`.
fn humps(piece: &str) -> impl Iterator<Item = &str> {
    let mut rest = piece;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, after) = rest.split_at(hump_end(rest));
        rest = after;
        Some(word)
    })
}

fn hump_end(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    let mut before: Option<(usize, char)> = None;
    while let Some((at, letter)) = letters.next() {
        if let Some((_, last)) = before {
            let next_small = letters.peek().is_some_and(|(_, next)| next.is_lowercase());
            let rises = letter.is_uppercase() && (!last.is_uppercase() && last.is_alphanumeric() || next_small);
            if rises {
                return at;
            }
        }
        before = Some((at, letter));
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use crate::testing::{choose, edited};
    use proptest::prelude::*;

    fn cased(input: &str, case: &str) -> String {
        edited("text.change-case", input, 3, &[("case", choose(case))])
    }

    #[test]
    fn letters() {
        assert_eq!(cased("Straße ΑΣ\n", "upper"), "STRASSE ΑΣ\n");
        assert_eq!(cased("Straße ΑΣ", "lowercase"), "straße ας");
        assert_eq!(cased("it's a LONG, well-known  o'neil x1\r\n", "title"), "It's A Long, Well-Known  O'neil X1\r\n");
        assert_eq!(cased("", "title"), "");
        assert_eq!(cased("ŉß", "upper"), "ʼNSS");
    }

    #[test]
    fn sentences_go_on_over_line_breaks() {
        let shouted = "HELLO WORLD. this IS\nSO. and i am (see v1.2)! \"yes?\" no\n\nNEW.\nend";
        let calm = "Hello world. This is\nso. And I am (see v1.2)! \"Yes?\" No\n\nNew.\nEnd";
        assert_eq!(cased(shouted, "sentence"), calm);
    }

    #[test]
    fn names_in_programs() {
        for name in [
            "parse HTTP header2",
            "parseHTTPHeader2",
            "parse-http-header2",
            "  Parse_HTTP__header2!",
            "ParseHttpHeader2",
        ] {
            assert_eq!(cased(name, "snake"), "parse_http_header2", "{name}");
        }
        assert_eq!(cased("parse HTTP header\nnext line\n", "camel"), "parseHttpHeader\nnextLine\n");
        assert_eq!(cased("über uns", "pascal"), "ÜberUns");
        assert_eq!(cased("maxSize", "constant"), "MAX_SIZE");
        assert_eq!(cased("Don't Panic", "kebab"), "don't-panic");
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(input in "[a-cA-Cé \n]{0,50}", chunk in 1..9_usize) {
            let case = |name: &str| edited("text.change-case", &input, chunk, &[("case", choose(name))]);
            prop_assert_eq!(case("upper"), input.to_uppercase());
            prop_assert_eq!(case("title").to_lowercase(), input.to_lowercase());
            prop_assert_eq!(case("sentence").to_lowercase(), input.to_lowercase());
        }

        #[test]
        fn a_name_in_snake_case_stays(words in prop::collection::vec("[a-z]{2,5}", 1..5)) {
            let snake = words.join("_");
            for case in ["camel", "pascal", "kebab", "constant"] {
                prop_assert_eq!(cased(&cased(&snake, case), "snake"), snake.clone());
            }
        }
    }
}
