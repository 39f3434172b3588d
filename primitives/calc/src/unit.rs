//! `unit.convert`: amounts in other units.

use crate::answer::Answer;
use crate::fend;
use telos_pack::{Args, Failure, Running};

/// Longest name of a unit in bytes.
const NAME_MAX: usize = 60;

/// What people call units, and how fend does.
const CALLED: &[(&str, &str)] = &[
    ("c", "celsius"),
    ("°c", "celsius"),
    ("centigrade", "celsius"),
    ("f", "fahrenheit"),
    ("°f", "fahrenheit"),
    ("k", "kelvin"),
    ("in", "inch"),
    ("\"", "inch"),
    ("″", "inch"),
    ("'", "foot"),
    ("′", "foot"),
    ("nautical mile", "nmi"),
    ("kilo", "kg"),
    ("metric ton", "tonne"),
    ("mcg", "microgram"),
    ("kph", "km/h"),
    ("kmh", "km/h"),
    ("kmph", "km/h"),
    ("kilometers per hour", "km/h"),
    ("miles per hour", "mph"),
    ("meters per second", "m/s"),
    ("kb", "kB"),
    ("mb", "MB"),
    ("gb", "GB"),
    ("tb", "TB"),
    ("kib", "KiB"),
    ("mib", "MiB"),
    ("gib", "GiB"),
    ("tib", "TiB"),
    ("kbit", "kilobit"),
    ("mbit", "megabit"),
    ("gbit", "gigabit"),
    ("kwh", "kWh"),
    ("hp", "horsepower"),
    ("electronvolt", "eV"),
    ("foot pound", "foot lbf"),
    ("ft-lb", "foot lbf"),
    ("ft lb", "foot lbf"),
    ("fl oz", "floz"),
    ("fluid ounce", "floz"),
    // Fend's revolution is an angle, and its hertz is not: the two would differ by a circle.
    ("rpm", "minute^-1"),
    ("revolutions per minute", "minute^-1"),
];

/// Units that fend lacks, as so many of one that it has.
const SCALED: &[(&str, &str, &str)] = &[
    ("uk gallon", "4.54609", "liter"),
    ("imperial gallon", "4.54609", "liter"),
    ("uk pint", "0.56826125", "liter"),
    ("british pint", "0.56826125", "liter"),
    ("imperial pint", "0.56826125", "liter"),
    ("uk fluid ounce", "0.0284130625", "liter"),
    ("imperial fluid ounce", "0.0284130625", "liter"),
    ("metric cup", "0.25", "liter"),
    ("bushel", "35.23907016688", "liter"),
    ("barrel", "158.987294928", "liter"),
    ("bbl", "158.987294928", "liter"),
    ("oil barrel", "158.987294928", "liter"),
    ("long ton", "1016.0469088", "kg"),
    ("imperial ton", "1016.0469088", "kg"),
    ("angstrom", "0.0000000001", "meter"),
    ("ångström", "0.0000000001", "meter"),
    ("metric horsepower", "735.49875", "watt"),
    ("ps", "735.49875", "watt"),
];

/// Units whose letters' case tells bits from bytes.
const BITS: [&str; 3] = ["Mb", "Gb", "Tb"];
const TEMPERATURES: [&str; 3] = ["celsius", "fahrenheit", "kelvin"];
/// How far on so much fuel, and how much fuel for so far: one is the other's reciprocal.
const FUEL_FOR: [&str; 4] = ["l/100km", "l/100 km", "liters per 100 km", "liters per 100 kilometers"];
const FAR_ON: [&str; 2] = ["mpg", "miles per gallon"];

/// A unit in fend's words, and how many of it one is.
struct Unit {
    fend: String,
    each: &'static str,
}

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (amount, from, to) = (args.float(0)?, args.text(1)?, args.text(2)?);
    let mut computed = match consumption(amount, &from, &to) {
        Some(expression) => fend::compute(&expression)?,
        None => converted(amount, &from, &to)?,
    };
    let digits = computed.text.split(' ').next().unwrap_or("");
    computed.text = format!("{digits} {}", to.trim());
    Answer::ready(computed.values())
}

fn converted(amount: f64, from: &str, to: &str) -> Result<fend::Computed, Failure> {
    let (own, wanted) = (unit(from)?, unit(to)?);
    let expression = |own_name: &str, wanted_name: &str| {
        let amount = fend::written(amount);
        // A temperature has no factor: its zero lies elsewhere.
        let amount = match (own.each, wanted.each) {
            ("1", "1") => amount,
            (each, other) => format!("({amount} * {each} / {other})"),
        };
        format!("{amount} ({own_name}) to ({wanted_name})")
    };
    let lower = |unit: &Unit| unit.fend.to_lowercase();
    // "Miles" is no unit, "miles" is; "MB" must not become "mb".
    let computed = fend::compute(&expression(&own.fend, &wanted.fend))
        .or_else(|why| fend::compute(&expression(&lower(&own), &lower(&wanted))).map_err(|_| why));
    computed.map_err(|why| match why {
        Failure::BadInput(_) => Failure::bad(format!("{from} cannot be converted to {to}")),
        other => other,
    })
}

/// Gallons and miles are those of the United States, as fend's are.
fn consumption(amount: f64, from: &str, to: &str) -> Option<String> {
    let (from, to) = (american(from), american(to));
    let (far, fuel) = (|name: &str| FAR_ON.contains(&name), |name: &str| FUEL_FOR.contains(&name));
    let turned = far(&from) && fuel(&to) || fuel(&from) && far(&to);
    turned.then(|| format!("378.5411784 / 1.609344 / {}", fend::written(amount)))
}

/// In lower case, spelt as fend has it: "millilitres" as "milliliters".
fn american(said: &str) -> String {
    said.trim().trim_end_matches('.').to_lowercase().replace("litre", "liter").replace("metre", "meter")
}

/// A unit in fend's words; what could be more than a unit is refused.
fn unit(said: &str) -> Result<Unit, Failure> {
    let plain = said.trim().trim_end_matches('.');
    let lower = american(said);
    let is = |name: &str| name == lower || lower.strip_suffix('s') == Some(name) || is_feet(name, &lower);
    if is("ton") {
        return Err(Failure::bad(format!(
            "“{said}” may be tonnes (1000 kg), short tons (2000 lb) or long tons (2240 lb); say which"
        )));
    }
    if let Some((_, each, fend)) = SCALED.iter().find(|(name, ..)| is(name)) {
        return Ok(Unit { fend: (*fend).to_owned(), each });
    }
    if !BITS.contains(&plain)
        && let Some((_, fend)) = CALLED.iter().find(|(name, _)| is(name))
    {
        return Ok(Unit { fend: (*fend).to_owned(), each: "1" });
    }
    let letters = |letter: char| letter.is_alphabetic() || " °/²³^µ".contains(letter) || letter.is_ascii_digit();
    let leads = plain.starts_with(|letter: char| letter.is_alphabetic() || letter == '°');
    let refused = || Failure::bad(format!("“{said}” is no unit of measure"));
    if plain.len() > NAME_MAX || !leads || !plain.chars().all(letters) {
        return Err(refused());
    }
    let fend = match degrees(&lower) {
        Some(scale) => scale.ok_or_else(refused)?.to_owned(),
        None => powers(&spelt(plain)),
    };
    Ok(Unit { fend, each: "1" })
}

/// The scale of "degrees Celsius", which fend would take for an angle times a temperature; nothing for what it is no scale
/// of, and none at all where no degrees of something are meant.
fn degrees(lower: &str) -> Option<Option<&'static str>> {
    let of = lower.strip_prefix("degrees ").or_else(|| lower.strip_prefix("degree ")).or_else(|| {
        let scale = lower.strip_suffix(" degrees").or_else(|| lower.strip_suffix(" degree"));
        scale.or_else(|| lower.strip_prefix("deg ")).or_else(|| lower.strip_prefix('°'))
    })?;
    let of = of.trim();
    let of = of.strip_prefix("of ").unwrap_or(of);
    let scale = TEMPERATURES.iter().find(|scale| **scale == of || scale[..1] == *of);
    let called = || matches!(of, "centigrade").then_some("celsius");
    (!of.is_empty()).then(|| scale.copied().or_else(called))
}

/// American endings, letters' case kept.
fn spelt(plain: &str) -> String {
    [("litre", "liter"), ("Litre", "liter"), ("metre", "meter"), ("Metre", "meter")]
        .iter()
        .fold(plain.to_owned(), |spelt, (british, american)| spelt.replace(british, american))
}

/// "square miles" and "km²" as powers.
fn powers(plain: &str) -> String {
    let plain = plain.replace('²', "^2").replace('³', "^3");
    let lower = plain.to_lowercase();
    let prefixes = [("square ", 2), ("sq ", 2), ("cubic ", 3), ("cu ", 3)];
    let found = prefixes.iter().find_map(|(prefix, power)| Some((lower.strip_prefix(prefix)?, *power)));
    match found {
        Some((base, power)) => {
            let called = CALLED.iter().find(|(name, _)| *name == base || base.strip_suffix('s') == Some(name));
            format!("({})^{power}", called.map_or(base, |(_, fend)| fend))
        }
        None => plain,
    }
}

/// Whether these are the plural of a foot and something: "foot pounds" as "feet pounds" has it.
fn is_feet(name: &str, lower: &str) -> bool {
    name == "foot pound" && matches!(lower, "feet pounds" | "ft lbs" | "ft-lbs" | "foot-pounds" | "foot-pound")
}
