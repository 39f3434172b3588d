//! `time.difference` and `time.shift`: times of day.

use crate::answer::{Answer, text};
use telos_moment::{DateOrder, Moment};
use telos_pack::{Args, Failure, Running, Value};

const DAY_SECONDS: i64 = 86_400;

/// Seconds since midnight of a time of day as people write it: "09:00", "9:30pm", "9 pm", "noon".
fn seconds(said: &str) -> Result<i64, Failure> {
    let plain = said.trim().to_lowercase().replace('.', ":");
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
    Ok(i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second()))
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
    let clock = format!("{:02}:{:02}", within / 3_600, within / 60 % 60);
    let clock = if within % 60 == 0 { clock } else { format!("{clock}:{:02}", within % 60) };
    let said = match day {
        0 => clock.clone(),
        1 => format!("{clock} on the next day"),
        -1 => format!("{clock} on the day before"),
        days if days > 0 => format!("{clock}, {days} days later"),
        days => format!("{clock}, {} days earlier", -days),
    };
    Answer::ready([text(said), text(clock)])
}
