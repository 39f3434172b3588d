//! `time.difference` and `time.shift`: times of day, and how they are read and written.

use crate::answer::{Answer, text};
use jiff::civil::Time;
use std::fmt;
use telos_moment::{DateOrder, Moment};
use telos_pack::{Args, Failure, Running, Value};

const DAY_SECONDS: i64 = 86_400;

/// A time of day as it is written: "09:05", with seconds only where there are some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock(i64);

impl Clock {
    /// Of a time without a day.
    pub(crate) fn of(time: Time) -> Self {
        Self(i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second()))
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3_600, self.0 / 60 % 60, self.0 % 60);
        write!(out, "{hours:02}:{minutes:02}")?;
        if seconds == 0 { Ok(()) } else { write!(out, ":{seconds:02}") }
    }
}

/// A time of day on the day that is so many days later.
pub(crate) fn on_day(clock: Clock, days: i64) -> String {
    match days {
        0 => clock.to_string(),
        1 => format!("{clock} on the next day"),
        -1 => format!("{clock} on the day before"),
        days if days > 0 => format!("{clock}, {days} days later"),
        days => format!("{clock}, {} days earlier", -days),
    }
}

/// Seconds since midnight of a time of day as people write it: "09:00", "9:30pm", "9 pm", "3 o'clock", "14h30", "noon".
pub(crate) fn seconds(said: &str) -> Result<i64, Failure> {
    let plain = said.trim().to_lowercase().replace('.', ":").replace("o'clock", "").replace("o’clock", "");
    let plain = hour_with_letter(plain.trim());
    match plain.as_str() {
        "noon" | "midday" => return Ok(DAY_SECONDS / 2),
        "midnight" => return Ok(0),
        _ => {}
    }
    let half = ["am", "pm"].into_iter().find_map(|half| Some((plain.strip_suffix(half)?.trim_end(), half)));
    let whole = match half {
        Some((hour, half)) if !hour.contains(':') => format!("{hour}:00 {half}"),
        Some((time, half)) => format!("{time} {half}"),
        None if plain.bytes().all(|byte| byte.is_ascii_digit()) => format!("{plain}:00"),
        None => plain,
    };
    let dated = format!("2000-01-01 {whole}");
    let time = Moment::read(&dated, DateOrder::MonthFirst).and_then(|moment| moment.time);
    let time = time.ok_or_else(|| Failure::bad(format!("“{said}” is no time of day; write it like 14:30")))?;
    Ok(Clock::of(time).0)
}

/// "14h30" and "14h" with a colon.
fn hour_with_letter(plain: &str) -> String {
    let digits = |text: &str| text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    match plain.split_once('h') {
        Some((hour, minute)) if digits(hour) && digits(minute) && !hour.is_empty() => {
            format!("{hour}:{minute:0<2}")
        }
        _ => plain.to_owned(),
    }
}

/// From one time of day to the next time that the other comes.
pub(crate) fn difference(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (from, to) = (seconds(&args.text(0)?)?, seconds(&args.text(1)?)?);
    let gone = (to - from).rem_euclid(DAY_SECONDS);
    let parts = [(gone / 3_600, "hour"), (gone / 60 % 60, "minute"), (gone % 60, "second")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    let said = if said.is_empty() { "0 minutes".to_owned() } else { said.join(" ") };
    Answer::ready([text(said), Value::Float(gone as f64 / 60.0), Value::Float(gone as f64 / 3_600.0)])
}

pub(crate) fn shift(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (from, amount, unit, back) = (seconds(&args.text(0)?)?, args.float(1)?, args.choice(2)?, args.flag(3)?);
    let each = match unit.as_str() {
        "hours" => 3_600.0,
        "seconds" => 1.0,
        _ => 60.0,
    };
    let moved = (amount * each).round();
    if moved.abs() > 1e12 {
        return Err(Failure::Limit("a time of day can be moved by at most a trillion seconds".to_owned()));
    }
    let moved = format!("{moved:.0}").parse::<i64>().unwrap_or(0);
    let at = from + if back { -moved } else { moved };
    let (day, within) = (at.div_euclid(DAY_SECONDS), at.rem_euclid(DAY_SECONDS));
    let clock = Clock(within);
    Answer::ready([text(on_day(clock, day)), text(clock.to_string())])
}
