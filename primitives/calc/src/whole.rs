//! `number.factors`, `number.divisor`, `number.of-count` and `number.whole`.

use crate::answer::{Answer, text};
use telos_pack::{Args, Failure, Running, Value};

/// Largest number that is taken apart: trial division up to its root takes a few million steps.
const NUMBER_MAX: u64 = 1_000_000_000_000;

/// The prime factors, and whether the number is prime.
pub(crate) fn factors(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let number = args.count(0)?;
    if number > NUMBER_MAX {
        return Err(Failure::Limit(format!("numbers up to {NUMBER_MAX} can be taken apart")));
    }
    let found = prime_factors(number);
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    let said = if said.is_empty() { number.to_string() } else { said.join(" × ") };
    Answer::ready([text(said), Value::Bool(found.len() == 1)])
}

/// Prime factors in order; none of 0 and 1. O(√number).
pub(crate) fn prime_factors(number: u64) -> Vec<u64> {
    let (mut rest, mut factor, mut out) = (number, 2, Vec::new());
    if number < 2 {
        return out;
    }
    while factor * factor <= rest {
        while rest % factor == 0 {
            out.push(factor);
            rest /= factor;
        }
        factor += if factor == 2 { 1 } else { 2 };
    }
    if rest > 1 {
        out.push(rest);
    }
    out
}

/// Greatest common divisor and least common multiple.
pub(crate) fn divisor(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (first, second) = (args.count(0)?, args.count(1)?);
    let (mut divisor, mut rest) = (first, second);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let multiple = (first / divisor.max(1)).checked_mul(second).and_then(|multiple| i64::try_from(multiple).ok());
    let multiple = multiple.ok_or_else(|| Failure::Limit("their least common multiple is too large".to_owned()))?;
    let divisor = i64::try_from(divisor).map_err(|_| Failure::Limit("the numbers are too large".to_owned()))?;
    Answer::ready([Value::Int(divisor), Value::Int(multiple)])
}

/// A count as a number that arithmetic goes on from.
pub(crate) fn of_count(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Answer::ready([Value::Float(args.integer(0)? as f64)])
}

/// A number without a fraction as a whole one.
pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    /// Whole numbers up to this are exact in a double.
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let number = args.float(0)?;
    if number.fract() != 0.0 || !(0.0..=EXACT_MAX).contains(&number) {
        return Err(Failure::bad(format!("a whole number that is not negative is needed, and this is {number}")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below EXACT_MAX")]
    let whole = number as i64;
    Answer::ready([Value::Int(whole)])
}
