//! What can be found in running text by its form: addresses, numbers, dates.
//!
//! An expression finds candidates; what an expression cannot say (how large a number may be, what stands beside it)
//! is checked after. Both are linear in the line.

use regex_automata::meta::Regex;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use telos_pack::Failure;

/// A kind of thing, and how it is found.
pub(crate) struct Find {
    how: How,
}

/// Looks at a candidate in its line and gives the part of it that counts.
type Check = fn(&str, Range<usize>) -> Option<Range<usize>>;

enum How {
    Numbers,
    Quotations,
    Expression { regex: Box<Regex>, check: Check },
}

/// A quantity of money, without what names the currency.
const AMOUNT: &str = r"[0-9]+(?:[.,][0-9]{3})*(?:[.,][0-9]{1,2})?";
/// What names a currency.
const CURRENCY: &str = "[$€£¥]|USD|EUR|GBP|CHF|JPY|CAD|AUD";
/// Months by name.
const MONTH: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|\
                     oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

impl Find {
    /// Finds what the choice `kind` names.
    ///
    /// # Errors
    /// When no such choice exists.
    pub(crate) fn new(kind: &str) -> Result<Self, Failure> {
        let (expression, check): (String, Check) = match kind {
            "numbers" => return Ok(Self { how: How::Numbers }),
            "emails" => (r"\w[\w.%+\-]*@\w(?:[\w.\-]*\w)?\.[^\W\d_]{2,}".into(), whole),
            "urls" | "links" => (url_expression(), url),
            "ip-addresses" => ("[0-9A-Fa-f:.]+".into(), ip_address),
            "dates" => (date_expression(), date),
            "times" => (
                r"(?i)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:\s?[ap]\.?m\b)?|[0-9]{1,2}\s?[ap]\.?m\b"
                    .into(),
                time,
            ),
            "phone-numbers" => (r"[+(]?[0-9][0-9 ().\-/\u{a0}]{5,30}[0-9]".into(), phone),
            "hashtags" => (r"#\w*[^\W\d_]\w*".into(), tag),
            "mentions" => (r"@\w+(?:[.\-]\w+)*".into(), tag),
            "quoted" => return Ok(Self { how: How::Quotations }),
            "words" => (r"[^\W_]+(?:['’\-_]+[^\W_]+)*".into(), |_, range| Some(range)),
            "uuids" => (r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}".into(), whole),
            "prices" => (
                format!(
                    r"(?i)(?:{CURRENCY})\s?{AMOUNT}|{AMOUNT}\s?(?:{CURRENCY}|dollars?\b|euros?\b|pounds?\b|cents?\b)"
                ),
                price,
            ),
            "card-numbers" => ("[0-9](?:[ -]?[0-9]){11,18}".into(), card),
            other => return Err(Failure::Internal(format!("`{other}` is no kind of thing to find"))),
        };
        let regex = Regex::new(&expression).map_err(|error| Failure::Internal(format!("{kind}: {error}")))?;
        Ok(Self { how: How::Expression { regex: Box::new(regex), check } })
    }

    /// Calls `take` with each place in `line`, in order.
    ///
    /// # Errors
    /// As `take` says.
    pub(crate) fn each(
        &self,
        line: &str,
        take: impl FnMut(Range<usize>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (regex, check) = match &self.how {
            How::Numbers => return telos_numerals::numbers(line).try_for_each(take),
            How::Quotations => return crate::quotation::quotations(line).try_for_each(take),
            How::Expression { regex, check } => (regex, check),
        };
        regex.find_iter(line).filter_map(|found| check(line, found.range())).try_for_each(take)
    }
}

fn url_expression() -> String {
    let rest = r#"[^\s<>"“”`{}|\\^]"#;
    format!(r"(?i)\b(?:https?|ftps?|sftp|file|ssh|git)://{rest}+|\bwww\.[a-z0-9\-]+(?:\.[a-z0-9\-]+)+{rest}*")
}

fn date_expression() -> String {
    let day = "[0-9]{1,2}(?:st|nd|rd|th)?";
    [
        r"(?i)[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}".to_owned(),
        "[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})".to_owned(),
        format!(r"{day}\s+(?:of\s+)?{MONTH}\b\.?(?:,?\s+[0-9]{{4}}\b)?"),
        format!(r"\b{MONTH}\b\.?\s+{day}\b(?:,?\s+[0-9]{{4}}\b)?"),
    ]
    .join("|")
}

fn before(line: &str, range: &Range<usize>) -> Option<char> {
    line[..range.start].chars().next_back()
}

fn after(line: &str, range: &Range<usize>) -> Option<char> {
    line[range.end..].chars().next()
}

fn in_word(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
}

/// Takes what no letter or digit touches.
pub(crate) fn alone(line: &str, range: &Range<usize>) -> bool {
    !in_word(before(line, range)) && !in_word(after(line, range))
}

fn whole(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    alone(line, &range).then_some(range)
}

/// Drops the marks of the sentence around it: a last full stop, a bracket that was opened before it.
fn url(line: &str, mut range: Range<usize>) -> Option<Range<usize>> {
    let inside = |range: &Range<usize>, mark: char| line[range.clone()].matches(mark).count();
    let open = [inside(&range, '('), inside(&range, '[')];
    // What is trimmed is counted off.
    let mut close = [inside(&range, ')'), inside(&range, ']')];
    while let Some(last) = line[range.clone()].chars().next_back() {
        let bracket = match last {
            ')' => Some(0),
            ']' => Some(1),
            _ => None,
        };
        let drop = match bracket {
            Some(kind) if close[kind] > open[kind] => {
                close[kind] -= 1;
                true
            }
            Some(_) => false,
            None => ".,;:!?'’*_»".contains(last),
        };
        if !drop {
            break;
        }
        range.end -= last.len_utf8();
    }
    Some(range)
}

fn ip_address(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    if !alone(line, &range) {
        return None;
    }
    let candidate = line[range.clone()].trim_end_matches('.');
    let host = candidate.split_once(':').map_or(candidate, |(host, _)| host);
    if host.parse::<Ipv4Addr>().is_ok() {
        return Some(range.start..range.start + host.len());
    }
    // Two colons at the end belong to an address, one does not.
    let address =
        [candidate, candidate.trim_end_matches(':')].into_iter().find(|text| text.parse::<Ipv6Addr>().is_ok())?;
    (address.len() > 2).then(|| range.start..range.start + address.len())
}

/// Whether numbers could be a day, a month and a year in one of the usual orders.
fn plausible(date: &str) -> bool {
    let parts: Vec<u32> = date.split(['-', '/', '.']).filter_map(|part| part.parse().ok()).collect();
    let day = |number: u32| (1..=31).contains(&number);
    match parts.as_slice() {
        [year, month, last] if *year >= 1_000 => (1..=12).contains(month) && day(*last),
        [one, other, _] => day(*one) && day(*other) && (*one <= 12 || *other <= 12),
        _ => false,
    }
}

fn date(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    let text = &line[range.clone()];
    let named = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let joined = |letter: Option<char>| matches!(letter, Some('.' | '-' | '/'));
    let digit_after = line[range.end..].chars().nth(1).is_some_and(|letter| letter.is_ascii_digit());
    let part_of_more = joined(before(line, &range)) || joined(after(line, &range)) && digit_after;
    // "2024-03-05T12:00": the letter between date and time.
    let then_time = line[range.end..].starts_with('T') && digit_after;
    let apart = !in_word(before(line, &range)) && (then_time || !in_word(after(line, &range)));
    if !apart || !named && (part_of_more || !plausible(text)) {
        return None;
    }
    // A full stop after "3 March" ends the sentence, not the month.
    let dotted = named && text.ends_with('.');
    Some(range.start..range.end - usize::from(dotted))
}

fn time(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    let text = &line[range.clone()];
    let mut parts = text.split(':').map(|part| part.bytes().take_while(u8::is_ascii_digit).count());
    let lengths = (parts.next()?, parts.next());
    let number = |from: usize, length: usize| text.get(from..from + length)?.parse::<u32>().ok();
    let hour = number(0, lengths.0)?;
    let minute = if text.contains(':') { number(lengths.0 + 1, 2)? } else { 0 };
    let colon_after = after(line, &range) == Some(':');
    let t_before = line[..range.start].ends_with('T');
    let apart = (t_before || !in_word(before(line, &range))) && before(line, &range) != Some(':') && !colon_after;
    let digit_after = after(line, &range).is_some_and(|letter| letter.is_ascii_digit());
    (apart && !digit_after && hour <= 24 && minute < 60).then_some(range)
}

fn phone(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    let text = &line[range.clone()];
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let separators = text.bytes().filter(|byte| matches!(byte, b' ' | b'-' | b'.' | b'/' | b')')).count();
    let marked = text.starts_with(['+', '(', '0']);
    let local = digits == 7 && separators == 1 && text.as_bytes().get(3) == Some(&b'-');
    let spelt = (marked || separators >= 2) && digits >= 7 || local || separators == 0 && digits == 10;
    // A date, with a time or nothing after it.
    let begins_with = |length: usize| {
        text.get(..length).is_some_and(plausible) && text.as_bytes().get(length).is_none_or(|byte| *byte == b' ')
    };
    let is_date = [10, 9, 8].into_iter().any(begins_with) && !text.starts_with('+');
    let is_address = text.split(['.', ' ']).count() == 4 && text.replace(' ', ".").parse::<Ipv4Addr>().is_ok();
    let touches = |letter: Option<char>| in_word(letter) || matches!(letter, Some('.' | '-' | '/' | ':'));
    let apart = !touches(before(line, &range)) && !in_word(after(line, &range)) && after(line, &range) != Some(':');
    (apart && spelt && digits <= 15 && !is_date && !is_address).then_some(range)
}

/// Takes what begins with a mark that nothing touches from before.
fn tag(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    let touched = before(line, &range);
    (!in_word(touched) && !matches!(touched, Some('/' | '&' | '#' | '@' | '.'))).then_some(range)
}

fn price(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    let digit_after = after(line, &range).is_some_and(|letter| letter.is_ascii_digit());
    let part = before(line, &range).is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '.' | ','));
    (!digit_after && !part).then_some(range)
}

/// Numbers of payment cards end in a check digit (ISO/IEC 7812-1, Luhn's formula).
fn card(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    let digits = line[range.clone()].bytes().rev().filter(u8::is_ascii_digit);
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    (sum.is_multiple_of(10) && alone(line, &range)).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found<'a>(kind: &str, line: &'a str) -> Vec<&'a str> {
        let mut out = Vec::new();
        let take = |range: Range<usize>| {
            out.push(&line[range]);
            Ok(())
        };
        Find::new(kind).unwrap().each(line, take).unwrap();
        out
    }

    #[test]
    fn addresses() {
        let mail = "Write to ann.lee+x@mail.example.com, bob@b.org. or no@one, @c d@e..f";
        assert_eq!(found("emails", mail), ["ann.lee+x@mail.example.com", "bob@b.org"]);
        let links = "see https://a.org/x_(y)?q=1. (or http://b.net/) www.c.com/d, <ftp://e.f> \"https://g.h\"";
        let expected = ["https://a.org/x_(y)?q=1", "http://b.net/", "www.c.com/d", "ftp://e.f", "https://g.h"];
        assert_eq!(found("urls", links), expected);
        let hosts = "from 10.0.0.1:80, ::1 and fe80::1%eth0 not 1.2.3.4.5 or 300.1.1.1, std::io, 12:30, 2001:db8::.";
        assert_eq!(found("ip-addresses", hosts), ["10.0.0.1", "::1", "fe80::1", "2001:db8::"]);
        assert_eq!(found("uuids", "id 550e8400-e29b-41d4-a716-446655440000!").len(), 1);
    }

    #[test]
    fn dates_and_times() {
        let text =
            "on 2024-03-05T10:00, 3.3.2024, 3/14/24, 3 March 2024, March 3rd, 2024. May 5. not 1.2.3.4 or 99-99-99";
        let expected = ["2024-03-05", "3.3.2024", "3/14/24", "3 March 2024", "March 3rd, 2024", "May 5"];
        assert_eq!(found("dates", text), expected);
        let text = "at 9:30, 23:59:59.5, 3 pm, 12:15 PM; not 99:10, 1:2:3:4 or 12:345";
        assert_eq!(found("times", text), ["9:30", "23:59:59.5", "3 pm", "12:15 PM"]);
    }

    #[test]
    fn numbers_of_several_kinds() {
        let text =
            "call +49 30 123456, (555) 123-4567, 555-1234, 0301234567 not 2024-03-05 1200 or 192.168.10.100 or 12345";
        assert_eq!(found("phone-numbers", text), ["+49 30 123456", "(555) 123-4567", "555-1234", "0301234567"]);
        assert_eq!(
            found("prices", "$1,299.99, 5 € EUR 10.50 and 20 dollars"),
            ["$1,299.99", "5 €", "EUR 10.50", "20 dollars"]
        );
        assert_eq!(found("card-numbers", "4111 1111 1111 1111 and 4111 1111 1111 1112"), ["4111 1111 1111 1111"]);
        assert_eq!(found("numbers", "1,234.5 and -3 in v1.2"), ["1,234.5", "-3"]);
    }

    #[test]
    fn words_tags_and_quotations() {
        assert_eq!(found("hashtags", "#one a#two #3 #x_1 &#39; ##y"), ["#one", "#x_1"]);
        assert_eq!(found("mentions", "@ann, b@c.de and @d.e."), ["@ann", "@d.e"]);
        assert_eq!(found("quoted", "don't say \"hi\" or 'yes' or “so”, 'tis \"\""), ["hi", "yes", "so", ""]);
        assert_eq!(found("words", "well-known, don't — 3x_y"), ["well-known", "don't", "3x_y"]);
    }

    #[test]
    fn long_lines_of_almost_matches_take_linear_time() {
        let hostile = ["a", "1", "1-", "a@", "'", "\"", "http://(", "1.", ":", "#", "'a", "1 ", "(1)"];
        for piece in hostile {
            let line = piece.repeat(200_000 / piece.len());
            for kind in
                ["emails", "urls", "ip-addresses", "numbers", "dates", "times", "phone-numbers", "quoted", "prices"]
            {
                found(kind, &line);
            }
        }
    }

    proptest! {
        // Each case runs many calls.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_line_is_taken(line in r#"[a-c1-3@.:/#'"“” (),+€-]{0,60}"#) {
            for kind in ["emails", "urls", "links", "ip-addresses", "numbers", "dates", "times", "phone-numbers", "hashtags",
                "mentions", "quoted", "words", "uuids", "prices", "card-numbers"] {
                for text in found(kind, &line) { prop_assert!(line.contains(text)); }
            }
        }
    }
}
