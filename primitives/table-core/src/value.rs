//! Fields as values: numbers where they are numbers, text where they are not.

use std::cmp::Ordering;

/// The finite number that a field holds, white space around it ignored.
#[must_use]
pub fn number(field: &str) -> Option<f64> {
    let field = field.trim();
    // `parse` also takes names of infinities and NaN, which are text in a table.
    let numeric = field.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if !numeric {
        return None;
    }
    field.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Orders fields: numbers by value, then texts, then empty fields.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    compare_read((a, number(a)), (b, number(b)))
}

/// The same for fields with the numbers that they hold.
#[must_use]
pub fn compare_read((a, x): (&str, Option<f64>), (b, y): (&str, Option<f64>)) -> Ordering {
    match (x, y) {
        (Some(x), Some(y)) => (x + 0.0).total_cmp(&(y + 0.0)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.is_empty().cmp(&b.is_empty()).then_with(|| a.cmp(b)),
    }
}

/// A sum that is exact while every addend is a decimal of ordinary size, as amounts of money are, and the nearest
/// double otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    /// Units and decimal places; `None` once an addend did not fit.
    exact: Option<(i128, u32)>,
    approximate: f64,
}

impl Default for Sum {
    fn default() -> Self {
        Self { exact: Some((0, 0)), approximate: 0.0 }
    }
}

/// Most decimal places that are added exactly.
const PLACES_MAX: u32 = 18;

impl Sum {
    /// Adds a field. `false`, and nothing added, if it is not a number.
    #[must_use]
    pub fn add(&mut self, field: &str) -> bool {
        let Some(value) = number(field) else {
            return false;
        };
        self.approximate += value;
        self.exact = self.exact.and_then(|sum| add_decimals(sum, decimal(field.trim())?));
        true
    }

    /// The sum as a double.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the nearest double is what is wanted")]
    pub fn value(&self) -> f64 {
        match self.exact {
            Some((units, places)) => units as f64 / 10_f64.powi(i32::try_from(places).unwrap_or(0)),
            None => self.approximate,
        }
    }

    /// The sum in decimal.
    #[must_use]
    pub fn text(&self) -> String {
        let Some((units, places)) = self.exact else {
            return (self.approximate + 0.0).to_string();
        };
        let places = usize::try_from(places).unwrap_or(0);
        let digits = format!("{:0>width$}", units.unsigned_abs(), width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        let part = part.trim_end_matches('0');
        let sign = if units < 0 { "-" } else { "" };
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

/// Units and decimal places of a plain decimal; `None` for exponents and for more digits than fit.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let places = u32::try_from(part.len()).ok().filter(|places| *places <= PLACES_MAX)?;
    let mut units = 0_i128;
    for digit in whole.bytes().chain(part.bytes()) {
        let digit = char::from(digit).to_digit(10)?;
        units = units.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    Some((if negative { -units } else { units }, places))
}

fn add_decimals(a: (i128, u32), b: (i128, u32)) -> Option<(i128, u32)> {
    let places = a.1.max(b.1);
    let scaled = |(units, from): (i128, u32)| units.checked_mul(10_i128.checked_pow(places - from)?);
    Some((scaled(a)?.checked_add(scaled(b)?)?, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(fields: &[&str]) -> String {
        let mut sum = Sum::default();
        assert!(fields.iter().all(|field| sum.add(field)));
        sum.text()
    }

    #[test]
    fn decimals_add_up_exactly() {
        assert_eq!(sum(&["0.1", "0.2", " 0.30 "]), "0.6");
        assert_eq!(sum(&["-1.05", "1"]), "-0.05");
        assert_eq!(sum(&[]), "0");
        assert_eq!(sum(&["1e3", "0.5"]), "1000.5");
        assert_eq!(sum(&["170141183460469231731687303715884105727", "1"]), 1.7014118346046923e38.to_string());
    }

    #[test]
    fn words_for_numbers_are_text() {
        for text in ["inf", "NaN", "", "-", "1e999", "0x10", "1,5"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(compare("10", "9"), Ordering::Greater);
        assert_eq!(compare("-0", "0"), Ordering::Equal);
        assert_eq!(compare("9", "a"), Ordering::Less);
        assert_eq!(compare("", "a"), Ordering::Greater);
    }
}
