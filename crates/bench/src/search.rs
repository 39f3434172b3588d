//! Finding a primitive among a thousand by words.

use crate::Result;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::{Samples, micros};
use std::collections::BTreeSet;
use std::hint::black_box;
use telos_abi::{Body, Descriptor, Digest};
use telos_registry::{Component, Entry, Pack, Registry};

const PRIMITIVES: usize = 1_000;
/// Words that one made primitive alone has.
const OWN_WORDS: usize = 8;
/// Every how many primitives one is looked for.
const ASKED_EVERY: usize = 37;

pub(crate) fn figures(_: &Place) -> Result<Vec<Figure>> {
    let registry = Registry::open(vec![made()?], &BTreeSet::new())?;
    let descriptors: Vec<&Descriptor> = registry.iter().map(Entry::descriptor).collect();
    // Words of the made one, and words that every request has.
    let queries: Vec<(String, String)> = (0..PRIMITIVES)
        .step_by(ASKED_EVERY)
        .map(|number| (format!("{} the {} of {}", word(number, 0), word(number, 3), word(number, 5)), name(number)))
        .collect();
    let mut next = queries.iter().cycle();
    let searched = micros(|| {
        let Some((query, wanted)) = next.next() else { return Ok(()) };
        let hits = registry.search(black_box(query));
        let best = hits.first().and_then(|hit| registry.get(&hit.id));
        if best.is_some_and(|best| best.descriptor().name == *wanted) {
            Ok(())
        } else {
            Err("another was found".into())
        }
    })?;
    let mut next = queries.iter().cycle();
    let scanned = micros(|| {
        let Some((query, wanted)) = next.next() else { return Ok(()) };
        let best = scan(black_box(&descriptors), query);
        if best.is_some_and(|best| best.name == *wanted) { Ok(()) } else { Err("the scan found another".into()) }
    })?;
    let ms = |samples: &Samples| Samples::one(samples.median() / 1e3);
    Ok(vec![
        Figure::new(format!("registry search, {} primitives", descriptors.len()), "ms", ms(&searched))
            .target(Target::AtMost(1.0))
            .beside("a scan of the same descriptors", Some(&ms(&scanned))),
    ])
}

/// A pack of primitives that differ in name and words from each other, in nothing else from one that is there.
fn made() -> Result<Pack> {
    let built_in = crate::packs::registry()?;
    let like = built_in.by_name("text.search").ok_or("there is no `text.search`")?.descriptor();
    let digest = Digest(*blake3::hash(b"made").as_bytes());
    let descriptors = (0..PRIMITIVES).map(|number| {
        let mut one = like.clone();
        let words: Vec<String> = (0..OWN_WORDS).map(|place| word(number, place)).collect();
        one.name = name(number);
        one.body = Body::Pack { component: digest };
        one.semantics.summary = format!("{} the {} of a {}.", words[0], words[1], words[2]);
        one.semantics.tags = words[..2].to_vec();
        one.semantics.examples = words.chunks(2).map(|pair| format!("{} a file", pair.join(" "))).collect();
        one.semantics.words = words;
        one
    });
    Ok(Pack {
        name: "made".into(),
        digest,
        component: Component::Whole(Vec::new()),
        descriptors: descriptors.collect(),
    })
}

fn name(number: usize) -> String {
    format!("made.{}", word(number, 0))
}

/// A word of five syllables that no other primitive and no other place has.
fn word(number: usize, place: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "ko", "mi", "ru", "te", "va", "lo", "pi", "su", "ne", "da", "fo", "gi", "hu", "ze", "ra"];
    let code = number * OWN_WORDS + place;
    // A step that shares no factor with 16⁵ visits every word once.
    let code = code.wrapping_mul(40_503) % (1 << 20);
    (0..5).map(|digit| SYLLABLES[code >> (4 * digit) & 15]).collect()
}

/// The first descriptor that has the most words of a query: what finding takes without an index.
fn scan<'d>(descriptors: &[&'d Descriptor], query: &str) -> Option<&'d Descriptor> {
    let wanted: BTreeSet<String> = words(query).collect();
    let score = |one: &Descriptor| {
        let said = &one.semantics;
        let texts = [&one.name, &said.summary].into_iter().chain(&said.tags).chain(&said.words).chain(&said.examples);
        texts.flat_map(|text| words(text)).filter(|word| wanted.contains(word)).collect::<BTreeSet<_>>().len()
    };
    descriptors.iter().rev().max_by_key(|one| score(one)).copied()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{OWN_WORDS, PRIMITIVES, word};
    use std::collections::BTreeSet;

    #[test]
    fn no_two_places_have_one_word() {
        let all: BTreeSet<String> =
            (0..PRIMITIVES).flat_map(|number| (0..OWN_WORDS).map(move |place| word(number, place))).collect();
        assert_eq!(all.len(), PRIMITIVES * OWN_WORDS);
    }
}
