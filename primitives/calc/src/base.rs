//! `number.base`: whole numbers in other bases.

use crate::answer::{Answer, text};
use telos_pack::{Args, Failure, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (said, from, to) = (args.text(0)?, args.choice(1)?, args.choice(2)?);
    let number = read(&said, &from)?;
    let digits = match radix(&to) {
        Some(2) => format!("{number:b}"),
        Some(8) => format!("{number:o}"),
        Some(16) => format!("{number:x}"),
        _ => number.to_string(),
    };
    Answer::ready([text(digits)])
}

fn radix(name: &str) -> Option<u32> {
    match name {
        "binary" => Some(2),
        "octal" => Some(8),
        "decimal" => Some(10),
        "hexadecimal" => Some(16),
        _ => None,
    }
}

/// The number, by the base that is said, by its prefix, or as decimal; digits that only hexadecimal has make it that.
fn read(said: &str, from: &str) -> Result<u128, Failure> {
    let plain: String =
        said.trim().to_lowercase().chars().filter(|letter| !matches!(letter, '_' | ',' | ' ')).collect();
    let plain = plain.strip_prefix('#').map_or(plain.clone(), |hex| format!("0x{hex}"));
    let prefixed = [("0x", 16), ("0b", 2), ("0o", 8)]
        .iter()
        .find_map(|(prefix, radix)| Some((plain.strip_prefix(prefix)?, *radix)));
    let (digits, radix) = match (radix(from), prefixed) {
        (Some(radix), Some((digits, own))) if radix == own => (digits, radix),
        (Some(radix), _) => (plain.as_str(), radix),
        (None, Some(prefixed)) => prefixed,
        (None, None) if plain.bytes().any(|byte| byte.is_ascii_alphabetic()) => (plain.as_str(), 16),
        (None, None) => (plain.as_str(), 10),
    };
    u128::from_str_radix(digits, radix).map_err(|_| {
        Failure::bad(format!("“{said}” is not a whole number of base {radix}, or it has more than 128 bits"))
    })
}
