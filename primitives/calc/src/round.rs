//! `number.round`: to decimals, halves away from zero, in decimal: 2.675 to two decimals is 2.68.

use crate::answer::{Answer, text};
use crate::fend;
use telos_pack::{Args, Failure, Running, Value};

/// Most decimals: a double has no more to tell.
const PLACES_MAX: u64 = 15;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (number, places) = (args.float(0)?, args.count(1)?);
    let places = u32::try_from(places.min(PLACES_MAX)).unwrap_or(0);
    let scale = 10_u64.pow(places);
    let scaled = fend::compute(&format!("floor(abs({}) * {scale} + 0.5) / {scale}", fend::written(number)))?;
    let sign = if number < 0.0 && scaled.number != 0.0 { "-" } else { "" };
    let digits = padded(&scaled.text, usize::try_from(places).unwrap_or(0));
    let value = if sign.is_empty() { scaled.number } else { -scaled.number };
    Answer::ready([text(format!("{sign}{digits}")), Value::Float(value)])
}

/// As many decimals as were asked for.
fn padded(digits: &str, places: usize) -> String {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    if places == 0 { whole.to_owned() } else { format!("{whole}.{decimals:0<places$}") }
}
