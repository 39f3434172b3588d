//! `time.convert`: a time of day of one zone in another.
//!
//! Clocks change on days that differ between zones. Where no day is said, the answer is looked for on every day of a year,
//! and all that differ are given, so that none of them is taken for the only one.

use crate::answer::{Answer, text};
use crate::time::{Clock, on_day, seconds};
use crate::{date, zone};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use telos_moment::{DateOrder, Moment};
use telos_pack::{Args, Failure, Running};

/// The year whose days are looked at where none is said: the newest that the bundled database has rules for.
const YEAR: i16 = 2026;
/// Most words that a zone after a time has: "Pacific standard time".
const ZONE_WORDS: usize = 4;

/// A time as it was said.
struct Said {
    date: Option<Date>,
    time: Time,
    zone: TimeZone,
}

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (said, from, to, on) = (args.text(0)?, args.text(1)?, args.text(2)?, args.text(3)?);
    let wanted = zone::zone(&to)?;
    let mut said = read(&said, &from)?;
    if !on.trim().is_empty() {
        said.date = Some(date::day(&on)?);
    }
    match said.date {
        Some(date) => {
            let (there, _) = moved(&said, &wanted, date)?;
            let clock = Clock::of(there.time());
            Answer::ready([text(format!("{} {clock}", there.date())), text(clock.to_string())])
        }
        None => any_day(&said, &wanted),
    }
}

/// An answer, the pairs of distances from UTC that lead to it, and on how many days it is right.
struct Answered {
    clock: Clock,
    days: i64,
    offsets: Vec<[Offset; 2]>,
    count: u32,
}

/// What it is on most days of a year, and then what else it may be, with the distances from UTC that lead to it.
fn any_day(said: &Said, wanted: &TimeZone) -> Result<Box<dyn Running>, Failure> {
    let mut found: Vec<Answered> = Vec::new();
    let mut date = Date::constant(YEAR, 1, 1);
    while date.year() == YEAR {
        // A time that a change of clocks leaves out on one day is there on the others.
        if let Ok((there, offsets)) = moved(said, wanted, date) {
            let days = i64::from(date.until(there.date()).map_or(0, |span| span.get_days()));
            let clock = Clock::of(there.time());
            match found.iter_mut().find(|known| known.clock == clock && known.days == days) {
                Some(known) => {
                    known.count += 1;
                    if !known.offsets.contains(&offsets) {
                        known.offsets.push(offsets);
                    }
                }
                None => found.push(Answered { clock, days, offsets: vec![offsets], count: 1 }),
            }
        }
        date = date.tomorrow().map_err(|error| Failure::Internal(error.to_string()))?;
    }
    found.sort_by_key(|answer| std::cmp::Reverse(answer.count));
    let Some(usual) = found.first() else {
        return Err(Failure::bad("this time is on no day of a year"));
    };
    let mut whole = on_day(usual.clock, usual.days);
    if found.len() > 1 {
        whole += " on most days";
    }
    for other in &found[1..] {
        let while_it_is: Vec<String> = other.offsets.iter().map(|offsets| distances(*offsets)).collect();
        whole += &format!("; {} while it is {}", on_day(other.clock, other.days), while_it_is.join(" or "));
    }
    Answer::ready([text(whole), text(usual.clock.to_string())])
}

fn distances([from, to]: [Offset; 2]) -> String {
    format!("UTC{} here and UTC{} there", distance(from), distance(to))
}

fn distance(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    format!("{}{:02}:{:02}", if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60)
}

/// The time there, and both distances from UTC. Of two hours of the same name the first is meant.
fn moved(said: &Said, wanted: &TimeZone, date: Date) -> Result<(DateTime, [Offset; 2]), Failure> {
    let here = said.zone.to_ambiguous_timestamp(date.to_datetime(said.time));
    if let AmbiguousOffset::Gap { .. } = here.offset() {
        return Err(Failure::bad(format!("clocks are put forward on {date}: there is no {}", Clock::of(said.time))));
    }
    let at: Timestamp =
        here.compatible().map_err(|_| Failure::Limit(format!("{date} is beyond the calendar of time zones")))?;
    let offset = wanted.to_offset(at);
    Ok((offset.to_datetime(at), [said.zone.to_offset(at), offset]))
}

/// Reads "14:30", "3pm EST", "2026-07-01 14:30", "2026-07-01T14:30:00+02:00". A distance from UTC that is written with the time
/// goes before `from`, which goes before a zone's name after the time.
fn read(said: &str, from: &str) -> Result<Said, Failure> {
    let from = from.trim();
    let chosen = if from.is_empty() { None } else { Some(zone::zone(from)?) };
    if let Some(moment) = Moment::read(said.trim(), DateOrder::MonthFirst)
        && let Some(time) = moment.time
    {
        let date = moment.date.filter(|date| date.year() != 0);
        let zone = match (moment.offset, chosen) {
            // The same instant, wherever it is said to be from.
            (Some(offset), _) => TimeZone::fixed(offset),
            (None, chosen) => chosen.unwrap_or(TimeZone::UTC),
        };
        return Ok(Said { date, time, zone });
    }
    let (clock, own) = split(said);
    let time = time_of(clock)?;
    Ok(Said { date: None, time, zone: chosen.or(own).unwrap_or(TimeZone::UTC) })
}

/// A time of day and the zone that is written after it.
fn split(said: &str) -> (&str, Option<TimeZone>) {
    let ends = said.match_indices(' ').map(|(at, _)| at).rev().take(ZONE_WORDS);
    let found = ends.filter_map(|at| {
        Some((&said[..at], zone::found(said[at..].trim_start_matches([' ', '(']).trim_end_matches(')'))?))
    });
    // The longest name: "central european time", not "time".
    found.last().map_or((said, None), |(clock, zone)| (clock, Some(zone)))
}

fn time_of(said: &str) -> Result<Time, Failure> {
    let seconds = seconds(said)?;
    let part = |value: i64| i8::try_from(value).map_err(|error| Failure::Internal(error.to_string()));
    Time::new(part(seconds / 3_600)?, part(seconds / 60 % 60)?, part(seconds % 60)?, 0)
        .map_err(|error| Failure::Internal(error.to_string()))
}
