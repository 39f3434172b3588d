//! How near texts are in meaning: for recalling what was said in other words.
//!
//! Each word of the question looks for the word that is nearest to it: the same stem, the same beginning, or vectors
//! that point the same way (the word vectors that the translator's encoder begins with, their common part taken away as in
//! Mu and Viswanath 2018). Words that many of the texts have say less (Spärck Jones 1972). O(words of the question × words of
//! all texts).

use crate::learned;
use crate::read::words::{is_function, is_request, stem};

/// Letters that words must begin with alike to be forms of each other.
const BEGINNING: usize = 5;
/// What a word of the same beginning counts.
const FORM: f32 = 0.9;
/// Similarity of vectors below which words have nothing to do with each other.
const APART: f32 = 0.25;
/// What the same direction counts at most: a word that is meant alike is not the word.
const ALIKE: f32 = 0.8;
/// Words whose vectors tell what all vectors have in common.
const COMMON: [&str; 16] =
    ["the", "of", "and", "in", "to", "was", "is", "for", "on", "with", "by", "that", "from", "have", "not", "what"];

/// A word with what it is compared by.
struct Word {
    stem: String,
    vector: Option<Vec<f32>>,
}

/// For each text how near it is to the words, from 0 to 1.
#[must_use]
pub fn nearness(words: &str, texts: &[&str]) -> Vec<f32> {
    let common = common();
    let wanted = content(words, &common);
    let held: Vec<Vec<Word>> = texts.iter().map(|text| content(text, &common)).collect();
    let spread = |word: &Word| held.iter().filter(|text| text.iter().any(|other| other.stem == word.stem)).count();
    let weights: Vec<f32> = wanted.iter().map(|word| 1.0 / (1.0 + (spread(word) as f32).ln_1p())).collect();
    let all: f32 = weights.iter().sum();
    let near = |text: &Vec<Word>| {
        let found = wanted
            .iter()
            .zip(&weights)
            .map(|(word, weight)| weight * text.iter().map(|other| alike(word, other)).fold(0.0, f32::max));
        found.sum::<f32>() / all.max(f32::MIN_POSITIVE)
    };
    held.iter().map(near).collect()
}

/// The words that say something; all of them if none does.
fn content(text: &str, common: &[f32]) -> Vec<Word> {
    let split = || {
        text.split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.chars().count() > 1)
            .map(str::to_lowercase)
    };
    let word = |text: String| Word { stem: stem(&text), vector: centred(&text, common) };
    let telling: Vec<Word> = split().filter(|word| !is_function(word) && !is_request(word)).map(word).collect();
    if telling.is_empty() { split().map(word).collect() } else { telling }
}

/// The mean vector of words that say nothing.
fn common() -> Vec<f32> {
    let vectors: Vec<Vec<f32>> = COMMON.iter().filter_map(|word| learned::vector(word)).collect();
    let width = vectors.first().map_or(0, Vec::len);
    let mean = |at: usize| vectors.iter().map(|vector| vector[at]).sum::<f32>() / vectors.len().max(1) as f32;
    (0..width).map(mean).collect()
}

fn centred(word: &str, common: &[f32]) -> Option<Vec<f32>> {
    let vector = learned::vector(word)?;
    let mut out: Vec<f32> = vector.iter().zip(common).map(|(one, mean)| one - mean).collect();
    let length = out.iter().map(|part| part * part).sum::<f32>().sqrt();
    out.iter_mut().for_each(|part| *part /= length.max(f32::MIN_POSITIVE));
    Some(out)
}

fn alike(one: &Word, other: &Word) -> f32 {
    if one.stem == other.stem {
        return 1.0;
    }
    let same = one.stem.chars().zip(other.stem.chars()).take_while(|(left, right)| left == right).count();
    if same >= BEGINNING {
        return FORM;
    }
    let (Some(one), Some(other)) = (&one.vector, &other.vector) else { return 0.0 };
    let angle: f32 = one.iter().zip(other).map(|(left, right)| left * right).sum();
    ALIKE * ((angle - APART) / (1.0 - APART)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: [&str; 6] = [
        "Dr. Weiss only sees patients on Thursdays",
        "the wifi password is Marmalade4",
        "Leo is allergic to walnuts",
        "the boiler man comes on the first Tuesday",
        "my sister's birthday is 14 March",
        "the printer takes 80 g paper",
    ];

    #[test]
    fn the_fact_that_is_meant_is_the_nearest() {
        for (asked, wanted) in [
            ("the wifi password", 1),
            ("Leo's allergies", 2),
            ("nut allergy", 2),
            ("boiler", 3),
            ("when is my sister's birthday", 4),
            ("the doctor", 0),
            ("physician", 0),
            ("heating engineer", 3),
        ] {
            let near = nearness(asked, &FACTS);
            let best = (0..near.len()).max_by(|left, right| near[*left].total_cmp(&near[*right])).unwrap();
            println!("{asked}: {near:?}");
            assert_eq!(best, wanted, "{asked}: {near:?}");
        }
        let far = nearness("quarterly revenue", &FACTS);
        println!("{far:?}");
        assert!(far.iter().all(|one| *one < 0.2), "{far:?}");
        assert!(nearness("", &FACTS).iter().all(|one| *one == 0.0) && nearness("x", &[]).is_empty());
    }
}
