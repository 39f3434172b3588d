//! Arithmetic over the columns of a row: text to steps of a stack machine.
//!
//! Only reading recurses, and its depth is limited; a row is computed by a loop.

use telos_pack::Failure;
use telos_table::Header;

/// Longest expression, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// Most numbers, columns and operators of an expression.
const STEPS_MAX: usize = 100;
/// Deepest nesting of parentheses and signs.
const DEPTH_MAX: usize = 32;

/// A step of a computation.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Number(f64),
    Column(usize),
    Negate,
    Apply(Operator),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// `None` where the divisor is zero.
    fn apply(self, left: f64, right: f64) -> Option<f64> {
        let divides = matches!(self, Self::Divide | Self::Remainder);
        (!divides || right != 0.0).then(|| match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Remainder => left % right,
        })
    }
}

/// An expression that was read.
#[derive(Debug)]
pub(crate) struct Expression {
    steps: Vec<Step>,
}

impl Expression {
    /// Reads `text`, whose names are columns of `header`.
    ///
    /// # Errors
    /// When it is not an expression; says where and what is expected.
    pub(crate) fn read(text: &str, header: &Header) -> Result<Self, Failure> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(Failure::Limit(format!("an expression has at most {TEXT_BYTES_MAX} bytes")));
        }
        let mut reader = Reader { text, at: 0, header, steps: Vec::new(), depth: 0 };
        reader.sum()?;
        if reader.rest().is_empty() { Ok(Self { steps: reader.steps }) } else { Err(reader.wrong("an operator")) }
    }

    /// Computes with the values of columns. `None` where a value is missing or a divisor is zero.
    ///
    /// # Errors
    /// As `column` says.
    pub(crate) fn compute(
        &self,
        mut column: impl FnMut(usize) -> Result<Option<f64>, Failure>,
    ) -> Result<Option<f64>, Failure> {
        let mut stack: Vec<f64> = Vec::new();
        let broken = || Failure::Internal(String::from("the expression's steps do not fit together"));
        for step in &self.steps {
            let value = match step {
                Step::Number(value) => Some(*value),
                Step::Column(index) => column(*index)?,
                Step::Negate => Some(-stack.pop().ok_or_else(broken)?),
                Step::Apply(operator) => {
                    let right = stack.pop().ok_or_else(broken)?;
                    operator.apply(stack.pop().ok_or_else(broken)?, right)
                }
            };
            match value {
                Some(value) => stack.push(value),
                None => return Ok(None),
            }
        }
        stack.pop().map(Some).ok_or_else(broken)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    header: &'a Header,
    steps: Vec<Step>,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// What is left, white space passed over.
    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn wrong(&mut self, expected: &str) -> Failure {
        let rest: String = self.rest().chars().take(20).collect();
        let place = self.text[..self.at].chars().count() + 1;
        let found = if rest.is_empty() { String::from("it ends") } else { format!("there is `{rest}`") };
        let names: Vec<&str> = self.header.names().iter().take(20).map(String::as_str).collect();
        Failure::bad(format!(
            "the expression needs {expected} at character {place}, where {found}; the columns are: {}",
            names.join(", ")
        ))
    }

    fn add(&mut self, step: Step) -> Result<(), Failure> {
        self.steps.push(step);
        if self.steps.len() > STEPS_MAX {
            return Err(Failure::Limit(format!(
                "an expression has at most {STEPS_MAX} numbers, columns and operators"
            )));
        }
        Ok(())
    }

    fn operator(&mut self, known: &[(char, Operator)]) -> Option<Operator> {
        let sign = self.rest().chars().next()?;
        let (_, operator) = known.iter().find(|(known, _)| *known == sign)?;
        self.at += sign.len_utf8();
        Some(*operator)
    }

    fn sum(&mut self) -> Result<(), Failure> {
        const SIGNS: [(char, Operator); 3] =
            [('+', Operator::Add), ('-', Operator::Subtract), ('−', Operator::Subtract)];
        self.product()?;
        while let Some(operator) = self.operator(&SIGNS) {
            self.product()?;
            self.add(Step::Apply(operator))?;
        }
        Ok(())
    }

    fn product(&mut self) -> Result<(), Failure> {
        const SIGNS: [(char, Operator); 5] = [
            ('*', Operator::Multiply),
            ('×', Operator::Multiply),
            ('/', Operator::Divide),
            ('÷', Operator::Divide),
            ('%', Operator::Remainder),
        ];
        self.factor()?;
        while let Some(operator) = self.operator(&SIGNS) {
            self.factor()?;
            self.add(Step::Apply(operator))?;
        }
        Ok(())
    }

    /// A number, a column, or something in parentheses, with a sign before it or not.
    fn factor(&mut self) -> Result<(), Failure> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Failure::Limit(format!("an expression nests at most {DEPTH_MAX} deep")));
        }
        let rest = self.rest();
        if let Some((index, length)) = self.column(rest)? {
            self.at += length;
            self.add(Step::Column(index))?;
        } else if let Some((value, length)) = leading_number(rest) {
            self.at += length;
            self.add(Step::Number(value))?;
        } else {
            match rest.chars().next() {
                Some('(') => {
                    self.at += 1;
                    self.sum()?;
                    if !self.rest().starts_with(')') {
                        return Err(self.wrong("`)`"));
                    }
                    self.at += 1;
                }
                Some(sign @ ('-' | '−' | '+')) => {
                    self.at += sign.len_utf8();
                    self.factor()?;
                    if sign != '+' {
                        self.add(Step::Negate)?;
                    }
                }
                _ => return Err(self.wrong("a number, a column or `(`")),
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// The column that the text begins with and the bytes it takes: in backticks, or the longest name that ends where
    /// a word does. What can be read as a longer number is one.
    fn column(&self, rest: &str) -> Result<Option<(usize, usize)>, Failure> {
        if let Some((name, _)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
            return Ok(Some((self.header.find(name)?, name.len() + 2)));
        }
        let mut best: Option<(usize, usize, bool)> = None;
        let mut doubtful = false;
        for (index, name) in self.header.names().iter().enumerate() {
            let Some(length) = begins_with(rest, name) else { continue };
            let exact = rest.get(..length) == Some(name.as_str());
            match best {
                Some((_, longest, was)) if (longest, was) > (length, exact) => {}
                Some((_, longest, was)) if (longest, was) == (length, exact) => doubtful = true,
                _ => {
                    best = Some((index, length, exact));
                    doubtful = false;
                }
            }
        }
        let number = leading_number(rest).map_or(0, |(_, length)| length);
        match best {
            Some((_, length, _)) if length <= number => Ok(None),
            Some((index, ..)) if doubtful => {
                let name = &self.header.names()[index];
                Err(Failure::bad(format!("several columns are called `{name}` but for upper and lower case")))
            }
            found => Ok(found.map(|(index, length, _)| (index, length))),
        }
    }
}

/// How many bytes of `text` are `name`, upper and lower case alike, if a word ends there.
fn begins_with(text: &str, name: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    for wanted in name.chars() {
        let (_, letter) = letters.next()?;
        if letter != wanted && !letter.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    let word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let after = letters.next();
    let inside = after.is_some_and(|(_, letter)| word(letter)) && name.chars().next_back().is_some_and(word);
    let length = after.map_or(text.len(), |(at, _)| at);
    (length > 0 && !inside).then_some(length)
}

/// The plain decimal number, with or without an exponent, that the text begins with, and the bytes it takes.
fn leading_number(text: &str) -> Option<(f64, usize)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let mut end = whole;
    if text[end..].starts_with('.') {
        let places = digits(&text[end + 1..]);
        if whole + places == 0 {
            return None;
        }
        end += 1 + places;
    }
    if end == 0 {
        return None;
    }
    if let Some(rest) = text[end..].strip_prefix(['e', 'E']) {
        let signed = usize::from(rest.starts_with(['+', '-']));
        let places = digits(&rest[signed..]);
        if places > 0 {
            end += 1 + signed + places;
        }
    }
    let value: f64 = text[..end].parse().ok()?;
    value.is_finite().then_some((value, end))
}
