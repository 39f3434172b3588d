//! `number.roman`: both ways, 1 to 3999.

use crate::answer::{Answer, text};
use telos_pack::{Args, Failure, Running};

const NUMERALS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];
const MOST: u32 = 3_999;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let said = args.text(0)?;
    let plain = said.trim().replace(',', "");
    let given = match plain.parse::<u32>() {
        Ok(number @ 1..=MOST) => written(number),
        Ok(_) => return Err(Failure::bad(format!("Roman numerals go from 1 to {MOST}"))),
        Err(_) => read(&plain.to_uppercase())
            .ok_or_else(|| Failure::bad(format!("“{said}” is neither a number nor a Roman numeral")))?
            .to_string(),
    };
    Answer::ready([text(given)])
}

pub(crate) fn written(mut number: u32) -> String {
    let mut out = String::new();
    for (value, letters) in NUMERALS {
        while number >= value {
            out.push_str(letters);
            number -= value;
        }
    }
    out
}

/// The number that is written so; nothing if no number is.
fn read(numeral: &str) -> Option<u32> {
    let (mut rest, mut number) = (numeral, 0_u32);
    while !rest.is_empty() {
        let (value, letters) = NUMERALS.iter().find(|(_, letters)| rest.starts_with(letters))?;
        number = number.checked_add(*value).filter(|number| *number <= MOST)?;
        rest = &rest[letters.len()..];
    }
    (number > 0 && written(number) == numeral).then_some(number)
}
