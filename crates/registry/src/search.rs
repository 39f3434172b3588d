//! Retrieval over σ: BM25 (Robertson and Zaragoza 2009) with fields weighted by how much they say.

use std::collections::{BTreeMap, BTreeSet};
use telos_abi::{CapabilityId, Descriptor};

/// A primitive that fits some words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The primitive.
    pub id: CapabilityId,
    /// How well it fits; larger is better. Comparable within one search only.
    pub score: f64,
}

/// Saturation of repeated words.
const SATURATION: f64 = 1.2;
/// How much a long description is discounted.
const LENGTH_DISCOUNT: f64 = 0.5;
/// Most words of a query that count.
const QUERY_WORDS_MAX: usize = 256;

const NAME_WEIGHT: f64 = 4.0;
const WORD_WEIGHT: f64 = 3.0;
const SUMMARY_WEIGHT: f64 = 2.0;
const PORT_WEIGHT: f64 = 0.5;
const EXAMPLE_WEIGHT: f64 = 0.5;

/// An inverted index over descriptors.
#[derive(Debug)]
pub(crate) struct Index {
    postings: BTreeMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
    mean_length: f64,
}

impl Index {
    pub(crate) fn over<'d>(descriptors: impl Iterator<Item = &'d Descriptor>) -> Self {
        let mut postings: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
        let mut lengths = Vec::new();
        for (position, descriptor) in descriptors.enumerate() {
            let weights = weights(descriptor);
            lengths.push(weights.values().sum());
            for (stem, weight) in weights {
                postings.entry(stem).or_default().push((position, weight));
            }
        }
        let mean_length = lengths.iter().sum::<f64>() / real(lengths.len().max(1));
        Self { postings, lengths, mean_length }
    }

    /// Positions and scores, the best first, equal ones in order of position.
    pub(crate) fn search(&self, query: &str) -> Vec<(usize, f64)> {
        let wanted: BTreeSet<String> = stems(query).take(QUERY_WORDS_MAX).collect();
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for stem in &wanted {
            let Some(postings) = self.postings.get(stem) else { continue };
            let (all, with) = (real(self.lengths.len()), real(postings.len()));
            let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
            for (position, weight) in postings {
                let length = self.lengths[*position] / self.mean_length;
                let norm = SATURATION * (1.0 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * length);
                *scores.entry(*position).or_default() += rarity * weight * (SATURATION + 1.0) / (weight + norm);
            }
        }
        let mut hits: Vec<(usize, f64)> = scores.into_iter().collect();
        hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        hits
    }
}

fn weights(descriptor: &Descriptor) -> BTreeMap<String, f64> {
    let mut weights = BTreeMap::new();
    let mut add = |text: &str, weight: f64| {
        for stem in stems(text) {
            *weights.entry(stem).or_default() += weight;
        }
    };
    let semantics = &descriptor.semantics;
    add(&descriptor.name, NAME_WEIGHT);
    add(&semantics.summary, SUMMARY_WEIGHT);
    semantics.tags.iter().for_each(|tag| add(tag, SUMMARY_WEIGHT));
    semantics.words.iter().for_each(|word| add(word, WORD_WEIGHT));
    semantics.examples.iter().for_each(|example| add(example, EXAMPLE_WEIGHT));
    for port in &descriptor.inputs {
        add(&port.meaning, PORT_WEIGHT);
        port.words.iter().for_each(|word| add(word, PORT_WEIGHT));
    }
    descriptor.outputs.iter().for_each(|port| add(&port.meaning, PORT_WEIGHT));
    weights
}

/// Words without their endings, lower case; words that every request has are left out.
fn stems(text: &str) -> impl Iterator<Item = String> {
    const COMMON: [&str; 24] = [
        "the", "a", "an", "of", "in", "is", "are", "to", "for", "and", "or", "it", "that", "this", "with", "on", "me",
        "my", "i", "what", "from", "by", "be", "as",
    ];
    text.split(|letter: char| !letter.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !COMMON.contains(&word.as_str()))
        .map(|word| stem(&word))
}

/// Cuts common English endings, never to less than three letters.
fn stem(word: &str) -> String {
    const ENDINGS: [(&str, &str); 7] =
        [("ies", "y"), ("ing", ""), ("ed", ""), ("sses", "ss"), ("ss", "ss"), ("es", ""), ("s", "")];
    for (ending, instead) in ENDINGS {
        if let Some(root) = word.strip_suffix(ending)
            && root.chars().count() >= 3
        {
            return format!("{root}{instead}").trim_end_matches('e').to_owned();
        }
    }
    if word.chars().count() > 3 { word.trim_end_matches('e').to_owned() } else { word.to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "counts of primitives are small")]
fn real(count: usize) -> f64 {
    count as f64
}
