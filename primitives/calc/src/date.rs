//! `date.*`: days of the calendar.

use crate::answer::{Answer, text};
use jiff::civil::{Date, Weekday};
use jiff::{Span, Unit};
use telos_moment::{DateOrder, Extent, Moment};
use telos_pack::{Args, Failure, Running, Value};

/// Most units that a day may be moved by: no calendar reaches further.
const SHIFT_MAX: i64 = 4_000_000;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day as people write it: "14th of March 2023", "2023-03-14"; "14/03/2023" too, which has only one meaning.
pub(crate) fn day(said: &str) -> Result<Date, Failure> {
    read(said, Extent::Day)
}

/// A day, or the first of the month or year that is named.
fn beginning(said: &str) -> Result<Date, Failure> {
    read(said, Extent::Year)
}

fn read(said: &str, most: Extent) -> Result<Date, Failure> {
    let words = said.trim().trim_start_matches("on ").split_whitespace().filter(|word| !matches!(*word, "of" | "the"));
    let plain: Vec<String> = words.map(without_ordinal).collect();
    let plain = plain.join(" ");
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst];
    let moment = orders.into_iter().find_map(|order| Moment::read(&plain, order));
    match moment.and_then(|moment| Some((moment.date?, moment.extent))) {
        Some((date, _)) if date.year() == 0 => Err(Failure::bad(format!("“{said}” lacks a year"))),
        Some((date, extent)) if extent <= most => Ok(date),
        Some(_) => Err(Failure::bad(format!("“{said}” names no single day; write it like 2024-03-14"))),
        None => Err(Failure::bad(format!("“{said}” is no day; write it like 2024-03-14"))),
    }
}

/// "14th" as "14".
fn without_ordinal(word: &str) -> String {
    let bare = word.trim_end_matches(',');
    let comma = &word[bare.len()..];
    let number = ["st", "nd", "rd", "th"].iter().find_map(|end| bare.strip_suffix(end));
    match number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(number) => format!("{number}{comma}"),
        None => word.to_owned(),
    }
}

pub(crate) fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

pub(crate) fn weekday(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Answer::ready([text(name(day(&args.text(0)?)?.weekday()))])
}

pub(crate) fn difference(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (from, to, unit) = (beginning(&args.text(0)?)?, beginning(&args.text(1)?)?, args.choice(2)?);
    let (first, last) = if from <= to { (from, to) } else { (to, from) };
    let whole = |unit: Unit| -> Result<i64, Failure> {
        let span = first.until((unit, last)).map_err(|error| Failure::bad(error.to_string()))?;
        Ok(match unit {
            Unit::Year => i64::from(span.get_years()),
            Unit::Month => i64::from(span.get_months()),
            Unit::Week => i64::from(span.get_weeks()),
            _ => i64::from(span.get_days()),
        })
    };
    let count = match unit.as_str() {
        "years" => whole(Unit::Year)?,
        "months" => whole(Unit::Month)?,
        "weeks" => whole(Unit::Week)?,
        "hours" => whole(Unit::Day)? * 24,
        "weekdays" => weekdays(first, whole(Unit::Day)?),
        _ => whole(Unit::Day)?,
    };
    let unit = if count == 1 { unit.trim_end_matches('s') } else { &unit };
    let earlier = if from > to { ", the second day is the earlier one" } else { "" };
    Answer::ready([text(format!("{count} {unit}{earlier}")), Value::Int(count)])
}

/// Mondays to Fridays among the `days` days that begin with `first`. O(1).
fn weekdays(first: Date, days: i64) -> i64 {
    let begins = i64::from(first.weekday().to_monday_zero_offset());
    let (weeks, rest) = (days / 7, days % 7);
    weeks * 5 + (0..rest).map(|day| i64::from((begins + day) % 7 < 5)).sum::<i64>()
}

pub(crate) fn shift(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (said, amount, unit, back) = (args.text(0)?, args.count(1)?, args.choice(2)?, args.flag(3)?);
    let from = beginning(&said)?;
    let amount = i64::try_from(amount).ok().filter(|amount| *amount <= SHIFT_MAX);
    let amount = amount.ok_or_else(|| Failure::Limit(format!("a day can be moved by at most {SHIFT_MAX}")))?;
    let signed = if back { -amount } else { amount };
    let span = match unit.as_str() {
        "years" => Span::new().try_years(signed),
        "months" => Span::new().try_months(signed),
        "weeks" => Span::new().try_weeks(signed),
        "weekdays" => Span::new().try_days(over_weekends(from, signed)),
        _ => Span::new().try_days(signed),
    };
    let moved = span.and_then(|span| from.checked_add(span));
    let moved = moved.map_err(|_| Failure::Limit(format!("{amount} {unit} from {from} is beyond the calendar")))?;
    Answer::ready([text(moved.to_string()), text(name(moved.weekday()))])
}

/// Days of the calendar that so many Mondays to Fridays take. O(1).
fn over_weekends(from: Date, weekdays: i64) -> i64 {
    let (weeks, mut rest) = (weekdays / 5, weekdays % 5);
    let step = if weekdays < 0 { -1 } else { 1 };
    let (mut days, mut at) = (weeks * 7, i64::from(from.weekday().to_monday_zero_offset()));
    // From a weekend, whole weeks would end on it.
    if weeks != 0 && rest == 0 && at > 4 {
        (days, rest) = (days - 7 * step, 5 * step);
    }
    while rest != 0 {
        at = (at + step).rem_euclid(7);
        days += step;
        if at < 5 {
            rest -= step;
        }
    }
    days
}

pub(crate) fn format(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (date, form) = (day(&args.text(0)?)?, args.choice(1)?);
    let (year, month, number) = (date.year(), date.month(), date.day());
    let long = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
    let said = match form.as_str() {
        "long" => format!("{number} {long} {year}"),
        "full" => format!("{}, {number} {long} {year}", name(date.weekday())),
        "short" => format!("{number} {} {year}", &long[..3]),
        "us" => format!("{month:02}/{number:02}/{year:04}"),
        "european" => format!("{number:02}/{month:02}/{year:04}"),
        "german" => format!("{number:02}.{month:02}.{year:04}"),
        _ => date.to_string(),
    };
    Answer::ready([text(said)])
}

pub(crate) fn week(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let week = day(&args.text(0)?)?.iso_week_date();
    Answer::ready([Value::Int(i64::from(week.week())), Value::Int(i64::from(week.year()))])
}

pub(crate) fn leap(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let year = i16::try_from(args.count(0)?).ok().filter(|year| (1..=9999).contains(year));
    let year = year.ok_or_else(|| Failure::bad("a year is a number from 1 to 9999"))?;
    Answer::ready([Value::Bool(Date::constant(year, 1, 1).in_leap_year())])
}
