//! Rounding as people do it: on the digits that are written, halves away from zero.

use crate::pick::shown;
use telos_table::number;

/// Longest number in plain digits that one with an exponent is rewritten to.
const EXPONENT_MAX: f64 = 1e15;

/// The number in `field` with at most this many decimal places; `None` if it is no number.
pub(crate) fn rounded(field: &str, places: usize) -> Option<String> {
    let value = number(field)?;
    let text = field.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')) {
        return Some(plain(text, places));
    }
    if value.abs() >= EXPONENT_MAX {
        return Some(text.to_owned());
    }
    // Fifteen digits, so that noise further right decides nothing.
    let digits: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    Some(plain(&digits.to_string(), places))
}

/// A result in at most this many decimal places.
pub(crate) fn rounded_value(value: f64, places: usize) -> String {
    let text = shown(value);
    rounded(&text, places).unwrap_or(text)
}

/// Rounds plain digits with an optional sign and point.
fn plain(text: &str, places: usize) -> String {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() <= places {
        return text.to_owned();
    }
    let (kept, cut) = part.split_at(places);
    let mut digits: Vec<u8> = whole.bytes().chain(kept.bytes()).collect();
    if cut.as_bytes()[0] >= b'5' {
        increment(&mut digits);
    }
    let point = digits.len() - kept.len();
    let digits = String::from_utf8_lossy(&digits).into_owned();
    let (whole, part) = digits.split_at(point);
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let sign = if negative && !(whole.is_empty() && part.is_empty()) { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// Adds one to the last of these ASCII digits.
fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_away_from_zero_in_decimal() {
        for (field, places, expected) in [
            ("2.675", 2, "2.68"),
            ("-0.5", 0, "-1"),
            ("-0.4", 0, "0"),
            ("9.99", 1, "10"),
            ("1.5", 2, "1.5"),
            ("007.249", 1, "7.2"),
            (".5", 0, "1"),
            ("+1.25", 1, "1.3"),
            ("1.005e2", 0, "101"),
            ("1e-9", 3, "0"),
            ("1e300", 0, "1e300"),
            ("99999999999999999999.5", 0, "100000000000000000000"),
            ("1.10", 1, "1.1"),
            ("5.", 0, "5."),
        ] {
            assert_eq!(rounded(field, places).as_deref(), Some(expected), "{field}");
        }
        assert_eq!(rounded("x", 1), None);
        assert_eq!(rounded_value(100.0 / 3.0, 2), "33.33");
        assert_eq!(rounded_value(0.625, 2), "0.63");
    }

    proptest! {
        #[test]
        fn agrees_with_whole_arithmetic(hundredths in -99_999..99_999_i64) {
            let sign = if hundredths < 0 { "-" } else { "" };
            let field = format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100);
            let tenths = (hundredths.abs() + 5) / 10 * hundredths.signum();
            let expected = format!("{}", (tenths as f64) / 10.0);
            let got: f64 = rounded(&field, 1).unwrap().parse().unwrap();
            prop_assert_eq!((got + 0.0).to_string(), (expected.parse::<f64>().unwrap() + 0.0).to_string());
        }
    }
}
