//! Numbers as they stand in running text: where they are, and what they are.
//!
//! 1. **A part of a name is no number**: neither the `1.2` of `v1.2`, nor a piece of an address, a version or an
//!    identifier.
//! 2. **A comma groups digits only where it groups thousands**: `1,234.5` is one number, `1,2` is two.
//! 3. **Linear**: every byte is looked at a few times, whatever the text.
#![forbid(unsafe_code)]

use std::ops::Range;

/// The numbers in `text`, in order, as ranges of bytes: sign, digits with commas between thousands, decimals, exponent.
/// A sign counts where it cannot join two things. What does not fit a finite double is left out.
pub fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let (found, next) = step(text, at);
            at = next;
            if found.is_some() {
                return found;
            }
        }
        None
    })
}

/// A number found by [`numbers`] as other programs write it: without commas, plus and typographic minus.
#[must_use]
pub fn plain(number: &str) -> String {
    let unsigned = number.trim_start_matches(['+', '-', '−']);
    let digits: String = unsigned.chars().filter(|letter| *letter != ',').collect();
    let whole = if digits.starts_with('.') { "0" } else { "" };
    let sign = if number.starts_with(['-', '−']) { "-" } else { "" };
    format!("{sign}{whole}{digits}")
}

/// The value of a number found by [`numbers`].
#[must_use]
pub fn value(number: &str) -> Option<f64> {
    plain(number).parse().ok().filter(|value: &f64| value.is_finite())
}

/// Looks at what begins at `at`: a number or not, and where to look next, which is always further on.
fn step(text: &str, at: usize) -> (Option<Range<usize>>, usize) {
    let rest = &text[at..];
    let Some(first) = rest.chars().next() else { return (None, text.len()) };
    let digit_next = |offset: usize| rest.as_bytes().get(offset).is_some_and(u8::is_ascii_digit);
    if first.is_ascii_digit() || first == '.' && digit_next(1) {
        return number(text, at);
    }
    if in_name(first) {
        return (None, name_end(text, at));
    }
    (None, at + first.len_utf8())
}

fn in_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Where the name or number that goes on at `at` ends. A dot before a letter or digit belongs to it.
fn name_end(text: &str, at: usize) -> usize {
    let mut letters = text[at..].char_indices().peekable();
    while let Some((offset, letter)) = letters.next() {
        let inner_dot = letter == '.' && letters.peek().is_some_and(|(_, next)| in_name(*next));
        if !in_name(letter) && !inner_dot {
            return at + offset;
        }
    }
    text.len()
}

/// The number whose first digit or dot is at `at`.
fn number(text: &str, at: usize) -> (Option<Range<usize>>, usize) {
    let bytes = text.as_bytes();
    let mut end = grouped(bytes, at);
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if bytes.get(end) == Some(&b'.') && digit(end + 1) {
        end = digits(bytes, end + 1);
        if bytes.get(end) == Some(&b'.') && digit(end + 1) {
            // A version, an address, a date.
            return (None, name_end(text, end));
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + sign) {
            end = digits(bytes, end + 1 + sign);
        }
    }
    let after = name_end(text, end);
    // A unit may follow ("5kg"); letters with digits among them make it a part of a name ("0x1f", "4f3a").
    if text[end..after].bytes().any(|byte| byte.is_ascii_digit()) {
        return (None, after);
    }
    let range = sign(text, at)..end;
    match value(&text[range.clone()]) {
        Some(_) => (Some(range), after.max(end)),
        None => (None, after.max(end)),
    }
}

fn digits(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Where the whole part that begins at `at` ends, with the groups of thousands that follow it.
fn grouped(bytes: &[u8], at: usize) -> usize {
    let mut end = digits(bytes, at);
    if end == at || end - at > 3 {
        return end;
    }
    while bytes.get(end) == Some(&b',') && digits(bytes, end + 1) == end + 4 {
        end += 4;
    }
    end
}

/// Where the sign before the digits at `at` begins; `at` if there is none, or if it joins two things.
fn sign(text: &str, at: usize) -> usize {
    let before = &text[..at];
    let Some(sign) = before.chars().next_back().filter(|letter| matches!(letter, '+' | '-' | '−')) else { return at };
    let start = at - sign.len_utf8();
    let joins = |letter: char| !letter.is_whitespace() && !"([{,;:=<>\"'/*^$€£|".contains(letter);
    if text[..start].chars().next_back().is_some_and(joins) { at } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<String> {
        numbers(text).map(|range| plain(&text[range])).collect()
    }

    #[test]
    fn numbers_are_found_as_people_write_them() {
        assert_eq!(found("costs 1,234.50 or -3, +4, −5 and .5"), ["1234.50", "-3", "4", "-5", "0.5"]);
        assert_eq!(found("5kg at 10% for $3.99 (2e3) 1,2"), ["5", "10", "3.99", "2e3", "1", "2"]);
        assert_eq!(found("2024-03-05, 7-3"), ["2024", "03", "05", "7", "3"]);
        assert_eq!(found("12."), ["12"]);
        assert_eq!(found("1,2345 1234,567 1,234,567"), ["1", "2345", "1234", "567", "1234567"]);
    }

    #[test]
    fn parts_of_names_are_no_numbers() {
        assert!(found("v1.2.3 10.0.0.1 x2 a_1 0x1f 4f3a file.5 b2b ü3").is_empty());
        assert!(found("550e8400 1e999").is_empty());
        assert!(found("").is_empty());
    }

    proptest! {
        #[test]
        fn whole_numbers_apart_are_all_found(numbers in prop::collection::vec(any::<i32>(), 0..20)) {
            let text: String = numbers.iter().map(|number| format!("{number} ")).collect();
            let expected: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            prop_assert_eq!(found(&text), expected);
        }

        #[test]
        fn any_text_is_taken(text in "[0-9.,eE+xé −-]{0,40}") {
            for number in found(&text) {
                prop_assert!(number.parse::<f64>().is_ok_and(f64::is_finite), "{}", number);
            }
        }
    }
}
