//! Reading a moment from the beginning of a text.

use crate::{DateOrder, Extent, Moment};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

/// Most decimal places of a second that count; further ones are read over.
const FRACTION_DIGITS: usize = 9;
/// Two-digit years below this are of this century, as POSIX reads them.
const CENTURY_BREAK: i16 = 69;
/// Years that eight digits in a row may begin with and still be a date.
const COMPACT_YEARS: std::ops::RangeInclusive<i16> = 1800..=2199;
/// Whole numbers from this on are milliseconds since 1970, not seconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

const MONTHS: [&str; 12] = [
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
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A place in a text.
pub(crate) struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

/// A clock's time and, where it is written, the distance from UTC.
type Clock = (Time, Option<Offset>);

impl<'a> Scan<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// The first of these forms that is there; nothing is taken where none is.
    fn either(&mut self, forms: &[fn(&mut Self) -> Option<Moment>]) -> Option<Moment> {
        let start = self.at;
        for form in forms {
            if let Some(moment) = form(self) {
                return Some(moment);
            }
            self.at = start;
        }
        None
    }

    /// Any form whose meaning does not depend on where it was written.
    pub(crate) fn unambiguous(&mut self) -> Option<Moment> {
        self.either(&[
            Self::year_first,
            Self::day_name_year,
            Self::name_day,
            Self::day_first_dotted,
            Self::month_day_clock,
            Self::clock_to_the_second,
        ])
    }

    /// Any form; what is left over is the caller's business.
    pub(crate) fn whole(&mut self, order: DateOrder) -> Option<Moment> {
        let start = self.at;
        let forms = [Self::year_first, Self::day_name_year, Self::name_day, Self::day_first_dotted];
        let slashed = match order {
            DateOrder::MonthFirst => Self::month_first_slashed,
            DateOrder::DayFirst => Self::day_first_slashed,
        };
        let coarse = [Self::name_year, Self::year_month, Self::digits_alone, Self::clock_alone];
        for form in forms.into_iter().chain([slashed as fn(&mut Self) -> Option<Moment>]).chain(coarse) {
            self.at = start;
            if let Some(moment) = form(self).filter(|_| self.at_end()) {
                return Some(moment);
            }
        }
        None
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Takes one of these bytes.
    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let found = self.peek().filter(|byte| bytes.contains(byte))?;
        self.at += 1;
        Some(found)
    }

    fn spaces(&mut self) -> usize {
        let start = self.at;
        while self.one_of(b" \t").is_some() {}
        self.at - start
    }

    /// A run of digits, which must be as long as this.
    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let run = self.text[self.at..].iter().take(most + 1).take_while(|byte| byte.is_ascii_digit()).count();
        if run < least || run > most {
            return None;
        }
        let value = self.text[self.at..self.at + run].iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        self.at += run;
        Some(value)
    }

    fn small(&mut self, least: usize, most: usize) -> Option<i8> {
        i8::try_from(self.digits(least, most)?).ok()
    }

    fn year(&mut self) -> Option<i16> {
        i16::try_from(self.digits(4, 4)?).ok()
    }

    /// A year of four digits, or of two as POSIX reads them.
    fn short_year(&mut self) -> Option<i16> {
        let start = self.at;
        if let Some(year) = self.year() {
            return Some(year);
        }
        self.at = start;
        let year = i16::try_from(self.digits(2, 2)?).ok()?;
        Some(year + if year < CENTURY_BREAK { 2000 } else { 1900 })
    }

    /// A word's place in a list of names, of which it is one or the first three letters or more.
    fn name(&mut self, names: &[&str]) -> Option<i8> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = std::str::from_utf8(&rest[..length]).ok()?.to_ascii_lowercase();
        let place = names.iter().position(|name| length >= 3 && name.starts_with(&word))?;
        self.at += length;
        let _ = self.one_of(b".");
        i8::try_from(place + 1).ok()
    }

    fn month_name(&mut self) -> Option<i8> {
        self.name(&MONTHS)
    }

    /// A weekday's name before a date says nothing new.
    fn skip_weekday(&mut self) {
        let start = self.at;
        if self.name(&WEEKDAYS).is_some() {
            let _ = self.one_of(b",");
            if self.spaces() > 0 {
                return;
            }
        }
        self.at = start;
    }

    /// A day with what follows it: nothing, or a clock's time.
    fn with_clock(&mut self, date: Date) -> Moment {
        let start = self.at;
        let separated = self.one_of(b"Tt_:").is_some() || {
            let _ = self.one_of(b",");
            self.spaces() > 0
        };
        match self.clock().filter(|_| separated) {
            Some((time, offset)) => Moment { date: Some(date), time: Some(time), offset, extent: Extent::Instant },
            None => {
                self.at = start;
                Moment { date: Some(date), time: None, offset: None, extent: Extent::Day }
            }
        }
    }

    /// "2024-05-01", "2024/05/01 12:00:00", "2024-05-01T12:00:00.5+02:00".
    fn year_first(&mut self) -> Option<Moment> {
        let year = self.year()?;
        let sign = self.one_of(b"-/.")?;
        let month = self.small(1, 2)?;
        self.one_of(&[sign])?;
        let date = Date::new(year, month, self.small(1, 2)?).ok()?;
        Some(self.with_clock(date))
    }

    /// "10/Oct/2000:13:55:36 -0700", "1 May 2024", "Wed, 01 May 2024 12:00:00 GMT".
    fn day_name_year(&mut self) -> Option<Moment> {
        self.skip_weekday();
        let day = self.small(1, 2)?;
        let _ = self.one_of(b".");
        let sign = self.one_of(b" /-")?;
        let month = self.month_name()?;
        let _ = if sign == b' ' { self.one_of(b", ") } else { Some(self.one_of(&[sign])?) };
        self.spaces();
        let date = Date::new(self.year()?, month, day).ok()?;
        Some(self.with_clock(date))
    }

    /// "May  1 12:00:00", "May 1, 2024", "Wed May  1 12:00:00 2024". Without a year there must be a time.
    fn name_day(&mut self) -> Option<Moment> {
        self.skip_weekday();
        let month = self.month_name()?;
        self.one_of(b" ")?;
        self.spaces();
        let day = self.small(1, 2)?;
        let after_day = self.at;
        let _ = self.one_of(b",");
        if self.spaces() > 0
            && let Some(date) = self.year().and_then(|year| Date::new(year, month, day).ok())
        {
            return Some(self.with_clock(date));
        }
        self.at = after_day;
        let moment = self.with_clock(Date::new(0, month, day).ok()?);
        moment.time?;
        let after_time = self.at;
        let late = if self.spaces() > 0 { self.year() } else { None };
        if late.is_none() || self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            self.at = after_time;
        }
        Some(moment.in_year(late.filter(|_| self.at > after_time).unwrap_or(0)))
    }

    /// "1.5.2024", which is written so only where the day comes first.
    fn day_first_dotted(&mut self) -> Option<Moment> {
        let day = self.small(1, 2)?;
        self.one_of(b".")?;
        let month = self.small(1, 2)?;
        self.one_of(b".")?;
        let date = Date::new(self.year()?, month, day).ok()?;
        Some(self.with_clock(date))
    }

    /// "05-01 12:00:00.123", as some logs write.
    fn month_day_clock(&mut self) -> Option<Moment> {
        let month = self.small(2, 2)?;
        self.one_of(b"-")?;
        let date = Date::new(0, month, self.small(2, 2)?).ok()?;
        let moment = self.with_clock(date);
        moment.time.is_some().then_some(moment)
    }

    fn clock_to_the_second(&mut self) -> Option<Moment> {
        let start = self.at;
        let moment = self.clock_alone()?;
        let colons = self.text[start..self.at].iter().take(8).filter(|byte| **byte == b':').count();
        (colons == 2).then_some(moment)
    }

    fn clock_alone(&mut self) -> Option<Moment> {
        let (time, offset) = self.clock()?;
        Some(Moment { date: None, time: Some(time), offset, extent: Extent::Instant })
    }

    fn month_first_slashed(&mut self) -> Option<Moment> {
        let month = self.small(1, 2)?;
        let sign = self.one_of(b"/-")?;
        let day = self.small(1, 2)?;
        self.one_of(&[sign])?;
        let date = Date::new(self.short_year()?, month, day).ok()?;
        Some(self.with_clock(date))
    }

    fn day_first_slashed(&mut self) -> Option<Moment> {
        let day = self.small(1, 2)?;
        let sign = self.one_of(b"/-")?;
        let month = self.small(1, 2)?;
        self.one_of(&[sign])?;
        let date = Date::new(self.short_year()?, month, day).ok()?;
        Some(self.with_clock(date))
    }

    /// "May 2024".
    fn name_year(&mut self) -> Option<Moment> {
        let month = self.month_name()?;
        self.one_of(b" -")?;
        month_of(self.year()?, month)
    }

    /// "2024-05".
    fn year_month(&mut self) -> Option<Moment> {
        let year = self.year()?;
        self.one_of(b"-/")?;
        month_of(year, self.small(2, 2)?)
    }

    /// "2024", "20240501", seconds or milliseconds since 1970.
    fn digits_alone(&mut self) -> Option<Moment> {
        let start = self.at;
        let value = self.digits(4, 13)?;
        match self.at - start {
            4 => {
                let date = Date::new(i16::try_from(value).ok()?, 1, 1).ok()?;
                Some(Moment { date: Some(date), time: None, offset: None, extent: Extent::Year })
            }
            8 => {
                let year = i16::try_from(value / 10_000).ok().filter(|year| COMPACT_YEARS.contains(year))?;
                let (month, day) = (value / 100 % 100, value % 100);
                let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
                Some(self.with_clock(date))
            }
            9.. => {
                let milliseconds = if value < MILLISECONDS_FROM { value * 1_000 } else { value };
                let at = Offset::UTC.to_datetime(Timestamp::from_millisecond(milliseconds).ok()?);
                let (date, time) = (Some(at.date()), Some(at.time()));
                Some(Moment { date, time, offset: Some(Offset::UTC), extent: Extent::Instant })
            }
            _ => None,
        }
    }

    /// "12:00", "12:00:00,123 PM", "12:00:00Z".
    fn clock(&mut self) -> Option<Clock> {
        let hour = self.small(1, 2)?;
        self.one_of(b":")?;
        let minute = self.small(2, 2)?;
        let (mut second, mut nanoseconds) = (0, 0);
        if self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) && self.one_of(b":").is_some() {
            // A leap second is told as the second before it.
            second = self.small(2, 2)?.min(59);
            nanoseconds = self.fraction();
        }
        let hour = self.half_of_day(hour)?;
        let time = Time::new(hour, minute, second, nanoseconds).ok()?;
        let offset = self.offset();
        Some((time, offset))
    }

    fn fraction(&mut self) -> i32 {
        if !self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) || self.one_of(b".,").is_none() {
            return 0;
        }
        let mut nanoseconds = 0;
        let mut places = 0;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            if places < FRACTION_DIGITS {
                nanoseconds = nanoseconds * 10 + i32::from(byte - b'0');
                places += 1;
            }
            self.at += 1;
        }
        (places..FRACTION_DIGITS).fold(nanoseconds, |sum, _| sum * 10)
    }

    /// The hour of the day, with "AM" or "PM" taken into account where it follows.
    fn half_of_day(&mut self, hour: i8) -> Option<i8> {
        let start = self.at;
        self.spaces();
        let word = self.text.get(self.at..self.at + 2).map(<[u8]>::to_ascii_lowercase);
        let afternoon = match word.as_deref() {
            Some(b"am") => false,
            Some(b"pm") => true,
            _ => {
                self.at = start;
                return Some(hour);
            }
        };
        if self.text.get(self.at + 2).is_some_and(u8::is_ascii_alphanumeric) {
            self.at = start;
            return Some(hour);
        }
        self.at += 2;
        (1..=12).contains(&hour).then_some(hour % 12 + if afternoon { 12 } else { 0 })
    }

    /// "Z", "+02:00", "+0200", "+02", " UTC", " +0200".
    fn offset(&mut self) -> Option<Offset> {
        let start = self.at;
        let apart = self.spaces() > 0;
        let found = self.offset_after(apart);
        let digit_after = self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit);
        let ended = !self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b':' && digit_after);
        if found.is_none() || !ended {
            self.at = start;
            return None;
        }
        found
    }

    fn offset_after(&mut self, apart: bool) -> Option<Offset> {
        if let Some(word) = self.text.get(self.at..self.at + 3)
            && (word.eq_ignore_ascii_case(b"UTC") || word.eq_ignore_ascii_case(b"GMT"))
        {
            self.at += 3;
            return Some(Offset::UTC);
        }
        if !apart && self.one_of(b"Zz").is_some() {
            return Some(Offset::UTC);
        }
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let start = self.at;
        let digits = self.digits(2, 4)?;
        let (hours, minutes) = match (self.at - start, self.one_of(b":")) {
            (2, Some(_)) => (digits, self.digits(2, 2)?),
            (2, None) if !apart => (digits, 0),
            (4, None) => (digits / 100, digits % 100),
            _ => return None,
        };
        let seconds = (hours * 60 + minutes) * 60 * sign;
        Offset::from_seconds(i32::try_from(seconds).ok()?).ok().filter(|_| minutes < 60)
    }
}

fn month_of(year: i16, month: i8) -> Option<Moment> {
    let date = Date::new(year, month, 1).ok()?;
    Some(Moment { date: Some(date), time: None, offset: None, extent: Extent::Month })
}
