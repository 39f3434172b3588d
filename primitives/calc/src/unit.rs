//! `unit.convert`: amounts in other units.

use crate::answer::Answer;
use crate::fend;
use telos_pack::{Args, Failure, Running, Value};

/// Longest name of a unit in bytes.
const NAME_MAX: usize = 60;

/// What people call units, and how fend does.
const CALLED: &[(&str, &str)] = &[
    ("c", "celsius"),
    ("°c", "celsius"),
    ("degrees c", "celsius"),
    ("centigrade", "celsius"),
    ("f", "fahrenheit"),
    ("°f", "fahrenheit"),
    ("degrees f", "fahrenheit"),
    ("k", "kelvin"),
    ("nautical mile", "nmi"),
    ("kilo", "kg"),
    ("kilos", "kg"),
    ("metric ton", "tonne"),
    ("metric tons", "tonnes"),
    ("kph", "km/h"),
    ("kmh", "km/h"),
    ("kmph", "km/h"),
    ("kilometers per hour", "km/h"),
    ("kilometres per hour", "km/h"),
    ("miles per hour", "mph"),
    ("metres per second", "m/s"),
    ("meters per second", "m/s"),
    ("kb", "kB"),
    ("mb", "MB"),
    ("gb", "GB"),
    ("tb", "TB"),
    ("kib", "KiB"),
    ("mib", "MiB"),
    ("gib", "GiB"),
    ("tib", "TiB"),
    ("kwh", "kWh"),
    ("hp", "horsepower"),
    ("fl oz", "floz"),
    ("fluid ounce", "floz"),
    ("fluid ounces", "floz"),
    ("square metres", "m^2"),
    ("square meters", "m^2"),
    ("square feet", "foot^2"),
    ("sq ft", "foot^2"),
    ("sq m", "m^2"),
    ("square kilometres", "km^2"),
    ("square kilometers", "km^2"),
    ("square miles", "mile^2"),
    ("cubic metres", "m^3"),
    ("cubic meters", "m^3"),
    ("cubic feet", "foot^3"),
];

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (amount, from, to) = (args.float(0)?, args.text(1)?, args.text(2)?);
    let expression = |from: &str, to: &str| format!("{} ({from}) to ({to})", fend::written(amount));
    let (own, wanted) = (unit(&from)?, unit(&to)?);
    let lower = |name: &str| name.to_lowercase();
    // "Miles" is no unit, "miles" is; "MB" must not become "mb".
    let computed = fend::compute(&expression(&own, &wanted))
        .or_else(|why| fend::compute(&expression(&lower(&own), &lower(&wanted))).map_err(|_| why));
    let mut computed = computed.map_err(|why| match why {
        Failure::BadInput(_) => Failure::bad(format!("{from} cannot be converted to {to}")),
        other => other,
    })?;
    if let Some((digits, _)) = computed.text.split_once(' ') {
        computed.text = format!("{digits} {}", to.trim());
    }
    Answer::ready([Value::Text(computed.text), Value::Float(computed.number)])
}

/// A unit in fend's words; what could be more than a unit is refused.
fn unit(said: &str) -> Result<String, Failure> {
    let plain = said.trim().trim_end_matches('.');
    let letters = |letter: char| letter.is_alphabetic() || " °/²³^µ\"'".contains(letter) || letter.is_ascii_digit();
    let leads = plain.starts_with(|letter: char| letter.is_alphabetic() || "°\"'".contains(letter));
    if plain.len() > NAME_MAX || !leads || !plain.chars().all(letters) {
        return Err(Failure::bad(format!("“{said}” is no unit of measure")));
    }
    let lower = plain.to_lowercase();
    let called = CALLED.iter().find(|(name, _)| *name == lower || format!("{name}s") == lower);
    // A unit whose letters' case matters, written as it should be, stays.
    Ok(called.map_or_else(|| plain.to_owned(), |(_, unit)| (*unit).to_owned()))
}
