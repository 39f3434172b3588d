//! References of the packs `digest` and `json`, by the cryptographic library and by plain text.

use super::seed::Seed;
use super::{Reference, case, count, refusal, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use telos_abi::{Descriptor, Value};
use telos_describe::choose;

pub(super) const ALL: &[(&str, Reference)] =
    &[("data.hash", hash), ("json.parse", parse), ("json.query", query), ("json.format", format)];

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
