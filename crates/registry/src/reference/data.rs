//! References of the packs `digest`, `encoding` and `json`: the cryptographic library, strings of bits, plain text.

use super::seed::Seed;
use super::{Reference, case, count, refusal, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA3_256, SHA224, SHA256, SHA384, SHA512, digest};
use telos_abi::{Descriptor, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] = &[
    ("data.hash", hash),
    ("data.size", size),
    ("data.is-text", is_text),
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
    let algorithm = seed.pick(&["sha256", "sha512", "sha384", "sha224", "sha3-256", "sha1", "md5", "blake3", "crc32"]);
    let bytes = match algorithm {
        "sha256" => digest(&SHA256, &input).as_ref().to_vec(),
        "sha512" => digest(&SHA512, &input).as_ref().to_vec(),
        "sha384" => digest(&SHA384, &input).as_ref().to_vec(),
        "sha224" => digest(&SHA224, &input).as_ref().to_vec(),
        "sha3-256" => digest(&SHA3_256, &input).as_ref().to_vec(),
        "sha1" => digest(&SHA1_FOR_LEGACY_USE_ONLY, &input).as_ref().to_vec(),
        "md5" => md5(&input),
        "crc32" => crc32(&input).to_be_bytes().to_vec(),
        _ => blake3::hash(&input).as_bytes().to_vec(),
    };
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    case(descriptor, &[("algorithm", choose(algorithm))], input, vec![canonical(&text(&digits))])
}

/// CRC-32, bit by bit.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (if sum & 1 == 1 { 0xedb8_8320 } else { 0 }))
    })
}

/// MD5 as RFC 1321 describes it.
fn md5(input: &[u8]) -> Vec<u8> {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut padded = input.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(64) - 8, 0);
    padded.extend((input.len() as u64 * 8).to_le_bytes());
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.as_chunks::<64>().0 {
        let word = |at: usize| u32::from_le_bytes(block.as_chunks::<4>().0[at]);
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64 {
            let (mixed, at) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), (7 * step) % 16),
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sine times 2^32 fits")]
            let constant = (f64::from(u8::try_from(step + 1).unwrap_or(0)).sin().abs() * 4_294_967_296.0) as u32;
            let turned = a.wrapping_add(mixed).wrapping_add(constant).wrapping_add(word(at));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(turned.rotate_left(SHIFTS[step / 16][step % 4]));
        }
        for (total, added) in state.iter_mut().zip([a, b, c, d]) {
            *total = total.wrapping_add(added);
        }
    }
    state.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn size(seed: u64, descriptor: &Descriptor) -> Case {
    let input = some_bytes(&mut Seed::new(seed));
    let size = count(input.len());
    case(descriptor, &[], input, vec![size])
}

fn is_text(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let mut input = seed.lines().into_bytes();
    let encoding = match seed.below(4) {
        0 => {
            let at = seed.below(input.len() + 1);
            input.insert(at, 0);
            "binary"
        }
        1 => {
            drop(input.splice(0..0, *b"a letter that is long enough: \xe9 "));
            "8-bit"
        }
        _ if input.is_ascii() => "ascii",
        _ => "utf-8",
    };
    let is_text = canonical(&Value::Bool(encoding != "binary"));
    case(descriptor, &[], input, vec![is_text, canonical(&text(encoding))])
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
