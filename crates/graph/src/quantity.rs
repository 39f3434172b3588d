//! Amounts as people write them: "10 MB", "1.5kB", "2 hours", "ten", "a week".
//!
//! The planner reads a turn with this table and the validator decides by the same one whether a number was said
//! (R3), so neither can understand a unit that the other does not.
//!
//! | unit | stands for |
//! |---|---|
//! | byte, B; kB, MB, GB, TB | bytes; powers of 1000 |
//! | KiB, MiB, GiB, TiB | powers of 1024 bytes |
//! | second, minute, hour, day, week | seconds |
//! | month, year | seconds of the mean Gregorian month (2 629 746) and year (31 556 952) |
//!
//! Case does not matter, so "kb" is 1000 bytes whatever its writer's habits are.

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Data, in bytes.
    Bytes,
    /// Time, in seconds.
    Seconds,
}

/// Words for numbers that are counted on fingers, from one.
pub const NUMBER_WORDS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Words that stand for one before a unit: "a week", "the last day".
pub const ONE_BEFORE_UNIT: [&str; 5] = ["a", "an", "last", "past", "this"];

/// What a lower-case unit measures and how many bytes or seconds it is.
#[must_use]
pub fn unit(word: &str) -> Option<(Measure, u64)> {
    let bytes = |size| Some((Measure::Bytes, size));
    let seconds = |length| Some((Measure::Seconds, length));
    match word {
        "b" | "byte" | "bytes" => bytes(1),
        "kb" | "kilobyte" | "kilobytes" => bytes(1_000),
        "mb" | "meg" | "megs" | "megabyte" | "megabytes" => bytes(1_000_000),
        "gb" | "gig" | "gigs" | "gigabyte" | "gigabytes" => bytes(1_000_000_000),
        "tb" | "terabyte" | "terabytes" => bytes(1_000_000_000_000),
        "kib" => bytes(1 << 10),
        "mib" => bytes(1 << 20),
        "gib" => bytes(1 << 30),
        "tib" => bytes(1 << 40),
        "second" | "seconds" | "sec" | "secs" => seconds(1),
        "minute" | "minutes" | "min" | "mins" => seconds(60),
        "h" | "hour" | "hours" | "hr" | "hrs" => seconds(3_600),
        "d" | "day" | "days" => seconds(86_400),
        "week" | "weeks" => seconds(604_800),
        "fortnight" | "fortnights" => seconds(1_209_600),
        "month" | "months" => seconds(2_629_746),
        "year" | "years" | "yr" | "yrs" => seconds(31_556_952),
        _ => None,
    }
}

/// Whether the lower-cased turn spells `number` as an amount with a unit, or as a word. O(length of the turn).
pub(crate) fn spelled(number: i64, turn: &str) -> bool {
    let Ok(wanted) = u128::try_from(number) else { return false };
    let words: Vec<&str> = turn.split_whitespace().map(bare).collect();
    let alone = |word: &&str| NUMBER_WORDS.iter().position(|name| name == word).map(|place| (place as u128 + 1, 1));
    words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1).and_then(|next| unit(next));
        let (amount, glued) = match (decimal(word), alone(word)) {
            (Some((amount, rest)), _) => (Some(amount), rest),
            (None, Some(amount)) if amount.0 == wanted => return true,
            (None, Some(amount)) => (Some(amount), ""),
            (None, None) if ONE_BEFORE_UNIT.contains(word) => (Some((1, 1)), ""),
            (None, None) => (None, ""),
        };
        let scale = if glued.is_empty() { next } else { unit(glued) };
        match (amount, scale) {
            (Some((amount, over)), Some((_, size))) => amount.checked_mul(u128::from(size)) == wanted.checked_mul(over),
            _ => false,
        }
    })
}

/// A word without the punctuation around it. A sign stays: "-5 days" spells no amount.
fn bare(word: &str) -> &str {
    word.trim_start_matches(['(', '"', '\'', '<', '>', '='])
        .trim_end_matches([',', '.', ';', ':', '?', '!', ')', '"', '\''])
}

/// The decimal number that a word begins with, as a fraction, and what is left of the word. Marks between thousands
/// are not part of it.
fn decimal(word: &str) -> Option<((u128, u128), &str)> {
    /// Longer numbers are no amounts, and must not overflow.
    const DIGITS_MAX: usize = 18;
    let end = word.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(word.len());
    let (digits, rest) = word.split_at(end);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || whole.len() + fraction.len() > DIGITS_MAX || fraction.contains('.') {
        return None;
    }
    let amount = format!("{whole}{fraction}").parse().ok()?;
    let over = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some(((amount, over), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_with_units_are_spelled() {
        for (number, turn) in [
            (10_000_000, "files over 10 mb, please"),
            (10_485_760, "files over 10 mib"),
            (1_000, "larger than 1kb?"),
            (1_500, "about (1.5 kb)"),
            (259_200, "older than 3 days."),
            (7_200, "in the last two hours"),
            (604_800, "in the last week"),
            (10, "the ten largest"),
        ] {
            assert!(spelled(number, turn), "{turn}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for (number, turn) in [
            (10, "files over 10 mb"),
            (1_000_000, "files over 10 mb"),
            (-5, "-5 b"),
            (5, "-5 b"),
            (1_536, "1.5 kb"),
            (3, "3 lines"),
            (0, "a day"),
            (2, "1.5 kb of two.5"),
        ] {
            assert!(!spelled(number, turn), "{turn}");
        }
        assert!(!spelled(i64::MAX, "99999999999999999999999999 tb"));
    }
}
