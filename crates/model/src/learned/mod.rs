//! The translator: a small sequence model that turns a request into sketches of what to do.
//!
//! An encoder-decoder transformer (Vaswani et al. 2017) with pointers to the request's own tokens (Vinyals et al. 2015). Its
//! encoder begins as the lower layers of MiniLM (Wang et al. 2020); the corpus in `learned/` teaches the rest, and the page
//! there says how. It has no authority and no knowledge of what is here beyond flags ("a file of this name exists"); a
//! sketch becomes a graph only by being grounded and type-checked.
//! Deterministic: no clock, no randomness, one thread.

mod beam;
mod features;
mod net;
mod token;
mod weights;
mod word_pieces;

pub(crate) use beam::{Said, Word};
pub(crate) use features::named;
pub(crate) use token::Piece;

use crate::read::Reading;
use std::sync::OnceLock;
use weights::Weights;

/// The trained weights: see `learned/README.md`.
static WEIGHTS: &[u8] = include_bytes!("../../learned/weights.safetensors");

/// Reads the weights once.
fn weights() -> Option<&'static Weights> {
    static LOADED: OnceLock<Option<Weights>> = OnceLock::new();
    LOADED.get_or_init(|| Weights::load(WEIGHTS)).as_ref()
}

/// Whether it has learned to say this operation.
pub(crate) fn knows(operation: &str) -> bool {
    weights().is_some_and(|weights| weights.vocabulary.contains(&operation))
}

/// The mean of the vectors of a word's pieces, as the encoder knew them before it learned to translate.
pub(crate) fn vector(word: &str) -> Option<Vec<f32>> {
    let weights = weights()?;
    let pieces = word_pieces::of(weights, word);
    let mut sum = ndarray::Array1::<f32>::zeros(weights.width());
    let mut one = sum.clone();
    for piece in &pieces {
        weights.vector(*piece, one.view_mut());
        sum += &one;
    }
    Some((sum / pieces.len().max(1) as f32).to_vec())
}

/// What the request may mean, likeliest first, and its tokens. Empty if it has more tokens than the model reads.
pub(crate) fn translate(reading: &Reading<'_>, firm: bool) -> (Vec<Said>, Vec<Piece>) {
    let pieces = token::split(reading.text);
    let Some(weights) = weights() else {
        return (Vec::new(), pieces);
    };
    match features::of(reading, &pieces, weights) {
        Some(features) if !pieces.is_empty() => (beam::search(weights, &features, firm), pieces),
        _ => (Vec::new(), pieces),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_can_be_read() {
        assert!(Weights::load(WEIGHTS).is_some());
    }

    /// `learned/parity.jsonl` is what Python, with which the weights were trained, sees of some requests.
    #[test]
    fn rust_sees_what_python_sees() {
        let weights = Weights::load(WEIGHTS).unwrap();
        for line in include_str!("../../learned/parity.jsonl").lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = row["text"].as_str().unwrap();
            let pieces = token::split(text);
            let spans: Vec<serde_json::Value> =
                pieces.iter().map(|piece| serde_json::json!([piece.start, piece.end])).collect();
            let wanted: Vec<&serde_json::Value> =
                row["tokens"].as_array().unwrap().iter().map(|token| &token["at"]).collect();
            assert_eq!(spans.iter().collect::<Vec<_>>(), wanted, "{text}");
            let inside = token::quoted(text, &pieces);
            for (at, (piece, token)) in pieces.iter().zip(row["tokens"].as_array().unwrap()).enumerate() {
                let word = &text[piece.start..piece.end];
                let seen = features::of_word(&weights, word, inside[at], at == 0);
                let mut flags = seen.flags;
                flags.sort_unstable();
                assert_eq!(serde_json::json!(flags), token["flags"], "{word} in {text}");
                assert_eq!(serde_json::json!(seen.kind), token["kind"], "{word} in {text}");
                let cut: Vec<&str> = seen.pieces.iter().map(|piece| weights.piece_text(*piece)).collect();
                assert_eq!(serde_json::json!(cut), token["pieces"], "{word} in {text}");
            }
        }
    }
}
