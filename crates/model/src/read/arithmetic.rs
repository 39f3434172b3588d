//! Arithmetic and units of measure as people write them.

use super::{Fact, Reading, Shape, Span};

/// Words that may stand between the numbers of an expression, as a person says it.
const BETWEEN: &[&str] = &[
    "plus",
    "minus",
    "times",
    "divided",
    "multiplied",
    "by",
    "of",
    "percent",
    "percents",
    "per",
    "cent",
    "over",
    "to",
    "the",
    "power",
    "squared",
    "cubed",
    "mod",
    "modulo",
    "x",
    "from",
];
/// Words that make what stands beside a number an expression.
const OPERATORS: &[&str] = &[
    "plus",
    "minus",
    "times",
    "divided",
    "multiplied",
    "percent",
    "percents",
    "squared",
    "cubed",
    "power",
    "mod",
    "modulo",
];
/// Functions that may lead an expression.
const FUNCTIONS: &[&str] = &["sqrt", "sin", "cos", "tan", "log", "ln", "exp", "abs"];

/// Units of measure by the names people give them, one ring for each unit; the first is what a primitive is told.
const UNITS: &[&[&str]] = &[
    &["km", "kilometre", "kilometer", "kms"],
    &["m", "metre", "meter"],
    &["cm", "centimetre", "centimeter", "cms"],
    &["mm", "millimetre", "millimeter"],
    &["mile", "mi"],
    &["yard", "yd"],
    &["foot", "feet", "ft"],
    &["inch", "inches", "in."],
    &["kg", "kilo", "kilogram", "kilogramme", "kgs"],
    &["g", "gram", "gramme", "gms"],
    &["mg", "milligram"],
    &["tonne", "ton"],
    &["pound", "lb", "lbs"],
    &["ounce", "oz"],
    &["stone"],
    &["litre", "liter", "l"],
    &["ml", "millilitre", "milliliter"],
    &["gallon"],
    &["pint"],
    &["cup"],
    &["tablespoon", "tbsp"],
    &["teaspoon", "tsp"],
    &["celsius", "centigrade", "°c"],
    &["fahrenheit", "°f"],
    &["kelvin"],
    &["mph"],
    &["km/h", "kmh", "kph"],
    &["knot"],
    &["acre"],
    &["hectare"],
    &["joule"],
    &["calorie"],
    &["kcal"],
    &["kwh"],
    &["watt"],
    &["horsepower", "hp"],
    &["psi"],
    &["bar"],
    &["second", "sec"],
    &["minute", "min"],
    &["hour", "hr"],
    &["day"],
    &["week"],
    &["kb", "kilobyte"],
    &["mb", "megabyte"],
    &["gb", "gigabyte"],
    &["tb", "terabyte"],
    &["kib", "kibibyte"],
    &["mib", "mebibyte"],
    &["gib", "gibibyte"],
    &["byte"],
    &["bit"],
    &["degree"],
    &["radian"],
];

/// Adds every expression and unit in the turn.
pub(super) fn recognise(reading: &mut Reading<'_>) {
    let mut found = Vec::new();
    let mut at = 0;
    while at < reading.tokens.len() {
        match expression(reading, at) {
            Some(span) => {
                at = span.tokens.end;
                found.push(span);
            }
            None => at += 1,
        }
    }
    for at in 0..reading.tokens.len() {
        found.extend(units(reading, at));
    }
    reading.spans.extend(found);
}

/// Adds arithmetic over columns of tables that are here, with the operators as signs: "price times quantity" is
/// `price * quantity`.
pub(super) fn formulas(reading: &mut Reading<'_>) {
    let mut found = Vec::new();
    let mut at = 0;
    while at < reading.tokens.len() {
        match formula(reading, at) {
            Some(span) => {
                at = span.tokens.end;
                found.push(span);
            }
            None => at += 1,
        }
    }
    reading.spans.extend(found);
}

/// An operand that begins at `at`: a column or a number, and how many tokens it takes.
fn operand(reading: &Reading<'_>, at: usize) -> Option<(String, usize, bool)> {
    let column = reading.spans.iter().find_map(|span| match &span.fact {
        Fact::Column { name, .. } if span.tokens.start == at && span.trust >= 0.9 => Some((name, span.tokens.len())),
        _ => None,
    });
    if let Some((name, length)) = column {
        let plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        return Some((if plain { name.clone() } else { format!("`{name}`") }, length, true));
    }
    let token = reading.tokens.get(at)?;
    let number = token.shape == Shape::Number && token.lower.trim_end_matches('%').parse::<f64>().is_ok();
    number.then(|| (token.lower.clone(), 1, false))
}

/// Operators as words and signs, longest first.
const SIGNS: &[(&[&str], &str)] = &[
    (&["multiplied", "by"], "*"),
    (&["multiplied", "with"], "*"),
    (&["divided", "by"], "/"),
    (&["times"], "*"),
    (&["x"], "*"),
    (&["*"], "*"),
    (&["×"], "*"),
    (&["over"], "/"),
    (&["/"], "/"),
    (&["plus"], "+"),
    (&["+"], "+"),
    (&["minus"], "-"),
    (&["-"], "-"),
    (&["of"], "%"),
];

/// Operands with operators between them from `at`, a column among them.
fn formula(reading: &Reading<'_>, at: usize) -> Option<Span> {
    let (mut text, length, mut columns) = operand(reading, at)?;
    let mut end = at + length;
    let mut steps = 0;
    loop {
        let says = |words: &&(&[&str], &str)| {
            words
                .0
                .iter()
                .enumerate()
                .all(|(step, word)| reading.tokens.get(end + step).is_some_and(|token| token.lower == *word))
        };
        let Some((words, sign)) = SIGNS.iter().find(says) else { break };
        let Some((next, length, column)) = operand(reading, end + words.len()) else { break };
        match (*sign, text.strip_suffix('%')) {
            ("%", Some(percent)) => text = format!("{next} * {percent} / 100"),
            ("%", None) => break,
            (sign, _) => text = format!("{text} {sign} {next}"),
        }
        columns |= column;
        end += words.len() + length;
        steps += 1;
    }
    (steps > 0 && columns).then_some(Span { tokens: at..end, fact: Fact::Expression(text), trust: 1.0 })
}

fn unit(word: &str) -> Option<&'static str> {
    let one = word.strip_suffix('s').filter(|one| one.len() > 2).unwrap_or(word);
    UNITS.iter().find(|ring| ring.contains(&word) || ring.contains(&one)).map(|ring| ring[0])
}

/// A unit: alone, or glued to its number ("12cm").
fn units(reading: &Reading<'_>, at: usize) -> Option<Span> {
    let token = &reading.tokens[at];
    let word = match token.shape {
        Shape::Word => token.lower.as_str(),
        Shape::Path if token.lower.contains('/') => token.lower.as_str(),
        Shape::Number => token.lower.trim_start_matches(|letter: char| !letter.is_alphabetic() && letter != '°'),
        _ => return None,
    };
    let name = unit(word).filter(|_| word.chars().count() > 1 || token.shape == Shape::Number)?;
    Some(Span { tokens: at..at + 1, fact: Fact::Unit(name.to_owned()), trust: 0.8 })
}

/// The longest run from `at` that is numbers and what joins them, with an operator in it.
fn expression(reading: &Reading<'_>, at: usize) -> Option<Span> {
    let tokens = &reading.tokens;
    let leads =
        tokens[at].shape == Shape::Number || signs(&tokens[at].lower) || FUNCTIONS.contains(&tokens[at].lower.as_str());
    if !leads || reading.covered_by(at, |fact| matches!(fact, Fact::Time { .. } | Fact::File { .. })) {
        return None;
    }
    let mut end = at;
    let mut last = at;
    while end < tokens.len() {
        let token = &tokens[end];
        let number = matches!(token.shape, Shape::Number) || signs(&token.lower) && token.lower.len() > 1;
        let joins = BETWEEN.contains(&token.lower.as_str())
            || FUNCTIONS.contains(&token.lower.as_str())
            || token.lower.chars().all(|letter| "+-*/^%×÷−".contains(letter));
        if !number && !joins {
            break;
        }
        end += 1;
        if number || matches!(token.lower.as_str(), "squared" | "cubed" | "percent") {
            last = end;
        }
    }
    let run = &tokens[at..last];
    let numbers = run.iter().filter(|token| token.lower.chars().any(|letter| letter.is_ascii_digit())).count();
    let text = open(reading.text, run.first()?.start, run.last()?.end);
    let operated =
        run.iter().any(|token| OPERATORS.contains(&token.lower.as_str()) || FUNCTIONS.contains(&token.lower.as_str()))
            || operator(text)
            || text.contains('%');
    let enough = numbers >= 2 || numbers == 1 && (operator(text) || run.len() > 1);
    (operated && enough).then(|| Span { tokens: at..last, fact: Fact::Expression(text.trim().to_owned()), trust: 0.9 })
}

/// Whether a word is made of digits and operators, with at least one digit: "3*(4+5)", "1024/8".
fn signs(word: &str) -> bool {
    word.chars().any(|letter| letter.is_ascii_digit())
        && word.chars().all(|letter| letter.is_ascii_digit() || "+-*/^%.,()×÷−".contains(letter))
}

/// Whether an operator stands between two operands.
fn operator(text: &str) -> bool {
    let body = text.trim_start_matches(['-', '+', ' ', '(']);
    body.char_indices().any(|(at, letter)| {
        "+*/^×÷−".contains(letter)
            || letter == '-'
                && body[at + 1..].trim_start().starts_with(|next: char| next.is_ascii_digit() || next == '(')
    })
}

/// The text of a run, with the parentheses that tokens leave out.
fn open(text: &str, start: usize, end: usize) -> &str {
    let before = text[..start].trim_end_matches(['(', ' ']);
    let start = if text[before.len()..start].contains('(') { before.len() } else { start };
    let rest = &text[end..];
    let more = rest.len() - rest.trim_start_matches([')', ' ']).len();
    let end = if rest[..more].contains(')') { end + more } else { end };
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::token::tokens;

    fn read(text: &str) -> Vec<Fact> {
        let mut reading = Reading {
            text,
            tokens: tokens(text),
            spans: Vec::new(),
            entries: Vec::new(),
            kinds: std::collections::BTreeMap::new(),
        };
        recognise(&mut reading);
        reading.spans.into_iter().map(|span| span.fact).collect()
    }

    #[test]
    fn arithmetic_is_one_span() {
        for (text, want) in [
            ("what is 15% of 240?", "15% of 240"),
            ("calculate (3 + 4) * 2 please", "(3 + 4) * 2"),
            ("how much is 12 times 30", "12 times 30"),
            ("17.5 percent of 2640", "17.5 percent of 2640"),
            ("2^10", "2^10"),
            ("sqrt 2", "sqrt 2"),
        ] {
            assert!(read(text).contains(&Fact::Expression(want.into())), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn other_numbers_are_no_arithmetic() {
        for text in ["lines 4 to 7", "the first 10 rows", "top 3 of sales.csv", "from 2 to 5"] {
            assert!(!read(text).iter().any(|fact| matches!(fact, Fact::Expression(_))), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn units_go_by_many_names() {
        assert_eq!(read("26.5 miles in kilometres"), [Fact::Unit("mile".into()), Fact::Unit("km".into())]);
        assert_eq!(read("12cm"), [Fact::Unit("cm".into())]);
    }
}
