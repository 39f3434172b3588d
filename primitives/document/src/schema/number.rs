//! Numbers as JSON Schema compares them: by value, exactly where they are decimals of ordinary size.

use serde_json::Number;
use std::cmp::Ordering;

/// Most decimal places of a number that is computed with exactly.
const PLACES_MAX: i32 = 18;

/// A decimal: units, and how many of its digits stand after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decimal {
    units: i128,
    places: u32,
}

/// `None` where the number has too many digits.
fn decimal(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let part = part.trim_end_matches('0');
    let mut units: i128 = format!("{whole}{part}").parse().ok()?;
    let mut places = i32::try_from(part.len()).ok()?.checked_sub(exponent.parse().ok()?)?;
    if units == 0 {
        return Some(Decimal { units: 0, places: 0 });
    }
    if places < 0 {
        units = units.checked_mul(10_i128.checked_pow(places.unsigned_abs())?)?;
        places = 0;
    }
    while places > 0 && units % 10 == 0 {
        units /= 10;
        places -= 1;
    }
    (places <= PLACES_MAX).then_some(Decimal { units, places: u32::try_from(places).ok()? })
}

/// Both with the same number of places.
fn aligned(one: &Number, other: &Number) -> Option<(i128, i128)> {
    let (one, other) = (decimal(one)?, decimal(other)?);
    let places = one.places.max(other.places);
    let scaled = |number: Decimal| number.units.checked_mul(10_i128.checked_pow(places - number.places)?);
    Some((scaled(one)?, scaled(other)?))
}

pub(super) fn compare(one: &Number, other: &Number) -> Ordering {
    match aligned(one, other) {
        Some((one, other)) => one.cmp(&other),
        None => double(one).total_cmp(&double(other)),
    }
}

fn double(number: &Number) -> f64 {
    number.to_string().parse().unwrap_or(0.0)
}

pub(super) fn is_whole(number: &Number) -> bool {
    match decimal(number) {
        Some(decimal) => decimal.places == 0,
        None => double(number).fract() == 0.0,
    }
}

/// Whether the first is a multiple of the second; nothing is one of zero.
pub(super) fn is_multiple(number: &Number, of: &Number) -> bool {
    match aligned(number, of) {
        Some((_, 0)) => false,
        Some((number, of)) => number % of == 0,
        None => double(number) % double(of) == 0.0,
    }
}

/// A spelling that equal numbers share.
pub(super) fn canonical(number: &Number) -> String {
    match decimal(number) {
        Some(Decimal { units, places }) => format!("{units}e-{places}"),
        None => double(number).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr as _;

    fn number(text: &str) -> Number {
        Number::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(compare(&number("1.0"), &number("1")), Ordering::Equal);
        assert_eq!(compare(&number("1e2"), &number("100.00")), Ordering::Equal);
        assert_eq!(compare(&number("9007199254740993"), &number("9007199254740992")), Ordering::Greater);
        assert_eq!(compare(&number("1e400"), &number("-1e400")), Ordering::Greater);
        assert_eq!(canonical(&number("100")), canonical(&number("1E2")));
        assert_eq!(canonical(&number("-0.0")), canonical(&number("0")));
        assert!(is_whole(&number("3.0")) && !is_whole(&number("3.5")) && is_whole(&number("1e300")));
        assert!(is_multiple(&number("0.3"), &number("0.1")) && !is_multiple(&number("0.35"), &number("0.1")));
        assert!(!is_multiple(&number("1"), &number("0")) && is_multiple(&number("0"), &number("7")));
    }
}
