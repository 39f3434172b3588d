//! What a plain scalar means (YAML 1.2.2, section 10.3.2).

use serde_json::{Number, Value as Json};
use std::str::FromStr as _;

/// Most hexadecimal or octal digits that are read as a number; more are a text.
const RADIX_DIGITS_MAX: usize = 30;

/// The value of an untagged plain scalar.
pub(crate) fn resolve(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => number(text).map_or_else(|| Json::String(text.to_owned()), Json::Number),
    }
}

/// The number that the text spells. JSON has no infinity and no NaN, so these are none. Digits are kept.
pub(crate) fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let good = digits.len() <= RADIX_DIGITS_MAX && digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let value = good.then(|| u128::from_str_radix(digits, radix).ok())??;
            return Number::from_str(&value.to_string()).ok();
        }
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at)?, Some(unsigned.get(at + 1..)?)),
        None => (unsigned, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let some_digits = |text: &str| !text.is_empty() && digits(text);
    if !digits(whole) || !part.is_none_or(digits) || (whole.is_empty() && !part.is_some_and(some_digits)) {
        return None;
    }
    if !exponent.is_none_or(|text| some_digits(text.strip_prefix(['+', '-']).unwrap_or(text))) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let part = part.map_or(String::new(), |part| format!(".{}", if part.is_empty() { "0" } else { part }));
    let exponent = exponent.map_or(String::new(), |exponent| format!("e{exponent}"));
    Number::from_str(&format!("{sign}{whole}{part}{exponent}")).ok()
}
