//! Expressions through `fend-core`, bounded: no randomness, no clock, no currencies, and an end to every computation.

use fend_core::{Context, Interrupt};
use std::sync::atomic::{AtomicU32, Ordering};
use telos_pack::{Failure, Value};

/// Times that a computation may ask whether to go on: a square root takes a thousand.
const STEPS_MAX: u32 = 12_000;
/// Longest result in characters: a longer one is refused rather than cut.
const RESULT_MAX: usize = 400;

/// Counts how often it is asked.
#[derive(Default)]
struct Steps(AtomicU32);

impl Interrupt for Steps {
    fn should_interrupt(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) >= STEPS_MAX
    }
}

/// A result as it is written, and as a number where it is one (its unit left out).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Computed {
    pub(crate) text: String,
    pub(crate) number: f64,
}

impl Computed {
    /// The text and the number, as outputs.
    pub(crate) fn values(self) -> [Value; 2] {
        [Value::Text(self.text), Value::Float(self.number)]
    }
}

/// Computes an expression in fend's notation.
pub(crate) fn compute(expression: &str) -> Result<Computed, Failure> {
    let exact = once(expression)?;
    let text = match exact.strip_prefix("approx. ") {
        // Ten decimals say little of a small number.
        Some(rounded) => once(&format!("({expression}) to 12 sf"))
            .map_or_else(|_| rounded.to_owned(), |text| text.trim_start_matches("approx. ").to_owned()),
        None => exact,
    };
    let digits = text.split(' ').next().unwrap_or("");
    // A number with an imaginary part would lose it.
    let imaginary = text.contains(" + ") || text.contains(" - ");
    let number = digits.parse::<f64>().ok().filter(|number| number.is_finite() && !imaginary);
    let number = number.ok_or_else(|| Failure::bad(format!("“{text}” is no real number")))?;
    Ok(Computed { text, number })
}

fn once(expression: &str) -> Result<String, Failure> {
    let mut context = Context::new();
    context.disable_rng();
    let result = fend_core::evaluate_with_interrupt(expression, &mut context, &Steps::default());
    let text = match result {
        Ok(result) => result.get_main_result().to_owned(),
        Err(why) if why == "interrupted" => {
            return Err(Failure::Limit("this computation takes too long; its numbers are too large".to_owned()));
        }
        Err(why) => return Err(Failure::bad(format!("“{expression}” cannot be computed: {why}"))),
    };
    if text.len() > RESULT_MAX {
        return Err(Failure::Limit(format!("the result has more than {RESULT_MAX} characters")));
    }
    Ok(text)
}

/// A number as an expression takes it: all its digits, no exponent.
pub(crate) fn written(number: f64) -> String {
    // The shortest decimal that is this double is what the person typed.
    format!("({number})")
}
