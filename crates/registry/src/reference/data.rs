//! References of the packs `digest`, `encoding` and `json`: the cryptographic library, strings of bits, plain text.

use super::seed::Seed;
use super::{Reference, case, count, refusal, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use telos_abi::{Descriptor, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("data.hash", hash),
    ("base64.encode", encode::<6>),
    ("base64.decode", decode::<6>),
    ("hex.encode", encode::<4>),
    ("hex.decode", decode::<4>),
    ("json.parse", parse),
    ("json.query", query),
    ("json.format", format),
];

fn hash(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let input = seed.lines().repeat(1 + seed.below(40)).into_bytes();
    let algorithm = seed.pick(&["sha256", "sha512", "blake3"]);
    let bytes = match algorithm {
        "sha256" => digest(&SHA256, &input).as_ref().to_vec(),
        "sha512" => digest(&SHA512, &input).as_ref().to_vec(),
        _ => blake3::hash(&input).as_bytes().to_vec(),
    };
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    case(descriptor, &[("algorithm", choose(algorithm))], input, vec![canonical(&text(&digits))])
}

/// Letters of `WIDTH` bits each, the plain way: all bits as one string, cut into pieces. Base64 for 6, hexadecimal
/// for 4.
fn letters<const WIDTH: usize>(bytes: &[u8]) -> String {
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    while !bits.len().is_multiple_of(WIDTH) {
        bits.push('0');
    }
    let alphabet: Vec<char> = match WIDTH {
        4 => ('0'..='9').chain('a'..='f').collect(),
        _ => ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect(),
    };
    let number = |at: usize| usize::from_str_radix(&bits[at..at + WIDTH], 2).unwrap_or(0);
    let mut out: String = (0..bits.len()).step_by(WIDTH).map(|at| alphabet[number(at)]).collect();
    while WIDTH == 6 && !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

/// Bytes of every value and of any length.
fn some_bytes(seed: &mut Seed) -> Vec<u8> {
    (0..seed.below(3_000)).map(|_| u8::try_from(seed.below(256)).unwrap_or(0)).collect()
}

fn encode<const WIDTH: usize>(seed: u64, descriptor: &Descriptor) -> Case {
    let input = some_bytes(&mut Seed::new(seed));
    let expected = letters::<WIDTH>(&input).into_bytes();
    case(descriptor, &[], input, vec![expected])
}

fn decode<const WIDTH: usize>(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let bytes = some_bytes(&mut seed);
    let encoded = letters::<WIDTH>(&bytes);
    if seed.below(4) == 0 {
        // A letter of neither alphabet, somewhere.
        let at = seed.below(encoded.len() + 1);
        return refusal(descriptor, &[], [&encoded[..at], "!", &encoded[at..]].concat());
    }
    let every = 1 + seed.below(80);
    let wrapped: Vec<u8> = encoded.as_bytes().chunks(every).collect::<Vec<_>>().join(&b"\r\n"[..]);
    case(descriptor, &[], wrapped, vec![bytes])
}

/// A flat array of numbers, and its spelling.
fn numbers(seed: &mut Seed) -> (Vec<usize>, String) {
    let numbers: Vec<usize> = (0..seed.below(20)).map(|_| seed.below(100)).collect();
    let spelt: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    (numbers, format!("[{}]", spelt.join(" , ")))
}

fn parse(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (_, good) = numbers(&mut seed);
    let input = format!("{{\"k\": {good}, \"é\": [true, null, \"\\n\"]}}");
    match seed.below(3) {
        0 => {
            // Every proper beginning of an object is no document.
            let cut = (0..input.len()).rev().filter(|at| input.is_char_boundary(*at)).nth(seed.below(8)).unwrap_or(0);
            refusal(descriptor, &[], &input.as_bytes()[..cut])
        }
        _ => case(descriptor, &[], input.as_bytes(), vec![input.clone().into_bytes()]),
    }
}

fn query(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (numbers, input) = numbers(&mut seed);
    let (filter, results): (&str, Vec<usize>) = match seed.below(4) {
        0 => ("length", vec![numbers.len()]),
        1 => (".[]", numbers),
        2 => (".[] | select(. > 50)", numbers.into_iter().filter(|number| *number > 50).collect()),
        _ => ("add // 0", vec![numbers.iter().sum()]),
    };
    let spelt: Vec<String> = results.iter().map(ToString::to_string).collect();
    let json = if spelt.len() == 1 { format!("{}\n", spelt[0]) } else { format!("[{}]\n", spelt.join(",\n")) };
    let lines: String = spelt.iter().map(|result| format!("{result}\n")).collect();
    let outputs = vec![json.into_bytes(), lines.into_bytes(), count(spelt.len())];
    case(descriptor, &[("filter", text(filter))], input, outputs)
}

fn format(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (numbers, input) = numbers(&mut seed);
    let spelt: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let compact = seed.flag();
    let output = match (compact, spelt.is_empty()) {
        (true, _) => format!("[{}]\n", spelt.join(",")),
        (false, true) => String::from("[]\n"),
        (false, false) => format!("[\n  {}\n]\n", spelt.join(",\n  ")),
    };
    case(descriptor, &[("compact", Value::Bool(compact))], input, vec![output.into_bytes()])
}
