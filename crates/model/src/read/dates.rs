//! Days as people write them: "2024-03-05", "5 March 2024", "March 5, 2024", "today", and spans of time: "a week".

use super::quantities::exact;
use super::{Fact, Span, Token};
use crate::turn::Turn;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::cell::OnceCell;
use telos_graph::quantity::{Measure, ONE_BEFORE_UNIT, unit};

/// The user's day and time zone, found out when first needed: looking up a zone reads a data base of the system, and
/// few turns name a date.
pub(super) struct Today<'t> {
    turn: &'t Turn,
    known: OnceCell<(Date, TimeZone)>,
}

impl<'t> Today<'t> {
    pub(super) fn of(turn: &'t Turn) -> Self {
        Self { turn, known: OnceCell::new() }
    }

    fn known(&self) -> &(Date, TimeZone) {
        self.known.get_or_init(|| {
            let named = self.turn.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
            let zone = named.unwrap_or(TimeZone::UTC);
            let now = i64::try_from(self.turn.now.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
            (now.unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone()).date(), zone)
        })
    }

    fn date(&self) -> Date {
        self.known().0
    }

    fn seconds(&self, date: Date) -> Option<i64> {
        Some(date.to_zoned(self.known().1.clone()).ok()?.timestamp().as_second())
    }

    fn fact(&self, date: Date) -> Option<Fact> {
        Some(Fact::Time { at: self.seconds(date)?, day: date.to_string() })
    }
}

/// The user's day.
pub(crate) fn today(turn: &Turn) -> Date {
    Today::of(turn).date()
}

/// The first letters of the months in English; "sept" is September too.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Their full names, to tell "march" from "marble".
const FULL: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The number of a month by its English name or the first letters of it, in lower case.
pub(crate) fn month(word: &str) -> Option<i8> {
    let found = FULL.iter().zip(MONTHS).position(|(full, short)| {
        word == *full || word.trim_end_matches('.') == short || word == "sept" && short == "sep"
    })?;
    i8::try_from(found + 1).ok()
}

fn day(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let ending = &word[digits.len()..];
    matches!(ending, "" | "st" | "nd" | "rd" | "th").then(|| digits.parse().ok())?.filter(|day| (1..=31).contains(day))
}

fn year(word: &str) -> Option<i16> {
    word.parse().ok().filter(|year| (1000..=9999).contains(year))
}

/// A day, or a span of time, that begins at token `at`.
pub(super) fn date(tokens: &[Token], at: usize, today: &Today<'_>) -> Option<Span> {
    let token = &tokens[at];
    if let Some((date, length)) = written(tokens, at) {
        return Some(Span { tokens: at..at + length, fact: today.fact(date)?, trust: 1.0 });
    }
    let back = match token.lower.as_str() {
        "today" => Some(0),
        "yesterday" => Some(1),
        "tomorrow" => Some(-1),
        _ => None,
    };
    if let Some(days) = back {
        let date = today.date().checked_sub(days.days()).ok()?;
        return Some(Span { tokens: at..at + 1, fact: today.fact(date)?, trust: 0.9 });
    }
    let leads = ONE_BEFORE_UNIT.contains(&token.lower.as_str());
    match unit(&tokens.get(at + 1)?.lower)? {
        (Measure::Seconds, length) if leads => {
            Some(Span { tokens: at..at + 2, fact: Fact::Seconds(exact(length)), trust: 0.9 })
        }
        _ => None,
    }
}

/// A day with its year, and how many tokens it takes.
fn written(tokens: &[Token], at: usize) -> Option<(Date, usize)> {
    let word = |step: usize| tokens.get(at + step).map_or("", |token| token.lower.as_str());
    let first = word(0);
    if let Ok(date) = first.replace('/', "-").parse::<Date>() {
        return Some((date, 1));
    }
    let parts: Vec<&str> = first.split('.').collect();
    if let [day, month, year] = parts.as_slice()
        && let (Ok(day), Ok(month), Ok(year)) = (day.parse(), month.parse(), year.parse::<i16>())
        && year >= 1000
    {
        return Date::new(year, month, day).ok().map(|date| (date, 1));
    }
    // "5 March 2024", "the 5th of March 2024"
    if let Some(day) = day(first) {
        let skip = usize::from(word(1) == "of");
        let month = month(word(1 + skip))?;
        let comma = usize::from(word(2 + skip) == ",");
        let date = Date::new(year(word(2 + skip + comma))?, month, day).ok()?;
        return Some((date, 3 + skip + comma));
    }
    // "March 5, 2024"
    let month = month(first)?;
    let day = day(word(1))?;
    let comma = usize::from(word(2) == ",");
    let date = Date::new(year(word(2 + comma))?, month, day).ok()?;
    Some((date, 3 + comma))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::token::tokens;

    #[test]
    fn days_are_read_in_the_forms_people_write() {
        for text in
            ["2024-03-05", "2024/03/05", "5 March 2024", "March 5, 2024", "5th of March 2024", "Mar 5 2024", "5.3.2024"]
        {
            let tokens = tokens(text);
            let (date, length) = written(&tokens, 0).unwrap();
            assert_eq!((date.to_string().as_str(), length), ("2024-03-05", tokens.len()), "{text}");
        }
        for text in ["31 February 2024", "5 marble 2024", "march 2024", "5 March", "1.2.3"] {
            assert!(written(&tokens(text), 0).is_none(), "{text}");
        }
    }
}
