//! Points in time as people and programs write them: in tables, logs and letters.
//!
//! Nothing here knows what time it is or where: a moment is what its text says, with the distance from UTC only where
//! the text says one.
#![forbid(unsafe_code)]

mod scan;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use scan::Scan;
use std::fmt;

/// Which comes first where a date is written with slashes: the text does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Month, day, year.
    MonthFirst,
    /// Day, month, year.
    DayFirst,
}

/// How much of time a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// An instant, to the minute or finer.
    Instant,
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// A point in time, or the day, month or year that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day; none where only a time of day is written. The year is 0 where it is not written.
    pub date: Option<Date>,
    /// The time of day, where one is written.
    pub time: Option<Time>,
    /// The distance from UTC, where one is written.
    pub offset: Option<Offset>,
    /// How much of time is named.
    pub extent: Extent,
}

impl Moment {
    /// Reads a whole text, white space around it ignored.
    #[must_use]
    pub fn read(text: &str, order: DateOrder) -> Option<Self> {
        let mut scan = Scan::new(text.trim());
        let moment = scan.whole(order)?;
        scan.at_end().then_some(moment)
    }

    /// Reads what a text begins with, if that is a date with a time of day, a whole date, or a time of day to the
    /// second, in a form that has one meaning. Gives the number of bytes that it takes too.
    #[must_use]
    pub fn prefix(text: &str) -> Option<(Self, usize)> {
        let mut scan = Scan::new(text);
        let moment = scan.unambiguous()?;
        Some((moment, scan.position()))
    }

    /// The same in another year, if the text named none. February 29th becomes March 1st where that year lacks it.
    #[must_use]
    pub fn in_year(mut self, year: i16) -> Self {
        if let Some(date) = self.date.filter(|date| date.year() == 0) {
            let there = Date::new(year, date.month(), date.day()).or_else(|_| Date::new(year, 3, 1));
            self.date = there.ok().or(self.date);
        }
        self
    }

    /// The first instant of it, as its own clock shows it; a time of day without a date has none.
    #[must_use]
    pub fn first(&self) -> Option<DateTime> {
        Some(self.date?.to_datetime(self.time.unwrap_or(Time::midnight())))
    }

    /// The last instant of it.
    #[must_use]
    pub fn last(&self) -> Option<DateTime> {
        let date = self.date?;
        let end = match self.extent {
            Extent::Instant => return self.first(),
            Extent::Day => date,
            Extent::Month => date.last_of_month(),
            Extent::Year => date.last_of_year(),
        };
        Some(end.to_datetime(Time::MAX))
    }
}

/// RFC 3339, without a zone where none is known; a time of day alone where no date is.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(date) = self.date {
            match self.extent {
                Extent::Instant | Extent::Day => write!(out, "{date}")?,
                Extent::Month => write!(out, "{:04}-{:02}", date.year(), date.month())?,
                Extent::Year => write!(out, "{:04}", date.year())?,
            }
        }
        if let Some(time) = self.time {
            let sign = if self.date.is_some() { "T" } else { "" };
            write!(out, "{sign}{time}")?;
        }
        match self.offset {
            Some(offset) if offset == Offset::UTC => out.write_str("Z"),
            Some(offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(out, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
