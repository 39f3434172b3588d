//! The likeliest sketches of a request, by beam search.

use super::features::Features;
use super::net::{Memory, log_softmax, size};
use super::weights::{DECODER_HEADS, ENCODER_HEADS, Weights};
use ndarray::{Array2, Axis, concatenate};
use std::ops::Range;

/// Hypotheses kept.
const BEAM: usize = 5;
/// Sketches given.
const SAID_MAX: usize = 5;
/// Indices of the decoder's words for the beginning and the end.
const START: usize = 1;
const END: usize = 2;

/// A word of a sketch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// An operation, setting, mark or literal.
    Name(&'static str),
    /// Words of the request: what they are (`f` a file, `c` a column, …) and which tokens.
    Slot(char, Range<usize>),
}

/// A sketch as the decoder said it, and the logarithm of how likely it is.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) words: Vec<Word>,
    pub(crate) log_share: f32,
}

#[derive(Clone)]
struct Hypothesis {
    steps: Vec<usize>,
    log_share: f32,
    memory: Vec<Memory>,
}

/// What may follow, by what was said last.
#[derive(Clone, Copy)]
enum Next {
    Word,
    First,
    Last(usize),
}

/// The likeliest sketches, best first.
pub(super) fn search(weights: &Weights, features: &Features, firm: bool) -> Vec<Said> {
    let encoded = encode(weights, features);
    let remembered: Vec<Memory> = weights.decoder.iter().map(|block| block.remember(&encoded)).collect();
    let keys = weights.key.of(&encoded);
    let pointed = weights.pointed.of(&encoded);
    let empty = Memory::empty(encoded.ncols());
    let mut beam = vec![Hypothesis { steps: vec![START], log_share: 0.0, memory: vec![empty; weights.decoder.len()] }];
    let mut done: Vec<(f32, Vec<usize>)> = Vec::new();
    for step in 0..weights.steps_max() - 1 {
        let shares = decode(weights, &mut beam, step, &remembered, &keys, &pointed);
        let mut ranked: Vec<(f32, usize, usize)> = Vec::new();
        for (at, hypothesis) in beam.iter().enumerate() {
            let next = next(weights, &hypothesis.steps);
            let row = shares.row(at);
            let mut own: Vec<(f32, usize)> = row
                .iter()
                .enumerate()
                .filter(|(word, _)| allowed(weights, next, *word) && !(firm && step == 0 && gives_up(weights, *word)))
                .map(|(word, share)| (hypothesis.log_share + share, word))
                .collect();
            own.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            ranked.extend(own.into_iter().take(BEAM).map(|(share, word)| (share, at, word)));
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut wave = Vec::new();
        for (share, at, word) in ranked.into_iter().take(BEAM) {
            if word == END {
                done.push((share, beam[at].steps[1..].to_vec()));
                continue;
            }
            let mut hypothesis = beam[at].clone();
            hypothesis.steps.push(word);
            hypothesis.log_share = share;
            wave.push(hypothesis);
        }
        done.sort_by(|a, b| b.0.total_cmp(&a.0));
        done.truncate(SAID_MAX);
        let best = wave.first().map_or(f32::NEG_INFINITY, |hypothesis| hypothesis.log_share);
        let full = done.len() == SAID_MAX && done.last().is_some_and(|(share, _)| *share >= best);
        if wave.is_empty() || full || done.first().is_some_and(|(share, _)| *share > best + 6.0) {
            break;
        }
        beam = wave;
    }
    done.into_iter().map(|(log_share, steps)| Said { words: words(weights, &steps), log_share }).collect()
}

/// A row for each token: the mean of what the encoder makes of its pieces.
fn encode(weights: &Weights, features: &Features) -> Array2<f32> {
    let told = {
        let mut told = weights.flag.of(&features.flags);
        for (mut row, kind) in told.rows_mut().into_iter().zip(&features.kinds) {
            row += &weights.kind.row(*kind);
        }
        told
    };
    let mut x = Array2::zeros((features.pieces.len(), weights.place.ncols()));
    for (at, piece) in features.pieces.iter().enumerate() {
        weights.vector(*piece, x.row_mut(at));
        let mut row = x.row_mut(at);
        row += &weights.place.row(at);
    }
    let mut x = weights.norm.of(&x);
    for (mut row, own) in x.rows_mut().into_iter().zip(&features.own) {
        if let Some(token) = own {
            row += &told.row(*token);
        }
    }
    let x = weights.encoder.iter().fold(x, |x, layer| layer.encode(&x, ENCODER_HEADS));
    let mut words = Array2::zeros(told.raw_dim());
    for (row, own) in x.rows().into_iter().zip(&features.own) {
        if let Some(token) = own {
            let mut word = words.row_mut(*token);
            word += &row;
        }
    }
    for (token, mut word) in words.rows_mut().into_iter().enumerate() {
        word /= size(features.own.iter().filter(|own| **own == Some(token)).count().max(1));
    }
    weights.norm_into.of(&weights.into.of(&words))
}

/// Logarithms of the shares of every word and pointer as the next step, a row for each hypothesis.
fn decode(
    weights: &Weights,
    beam: &mut [Hypothesis],
    step: usize,
    remembered: &[Memory],
    keys: &Array2<f32>,
    pointed: &Array2<f32>,
) -> Array2<f32> {
    let names = weights.vocabulary.len();
    let mut x = Array2::zeros((beam.len(), keys.ncols()));
    for (mut row, hypothesis) in x.rows_mut().into_iter().zip(beam.iter()) {
        let last = hypothesis.steps.last().copied().unwrap_or(START);
        row.assign(&if last >= names { pointed.row(last - names) } else { weights.token.row(last) });
        row += &weights.step.row(step);
    }
    for (layer, block) in weights.decoder.iter().enumerate() {
        let mut said: Vec<&mut Memory> = beam.iter_mut().map(|hypothesis| &mut hypothesis.memory[layer]).collect();
        x = block.decode(&x, &mut said, &remembered[layer], DECODER_HEADS);
    }
    let x = weights.norm_decoder.of(&x);
    let points = weights.query.of(&x).dot(&keys.t()) / size(x.ncols()).sqrt();
    let mut all = concatenate(Axis(1), &[weights.choose.of(&x).view(), points.view()]).unwrap_or(points);
    for row in all.rows_mut() {
        let mut shares = row.to_owned();
        log_softmax(&mut shares);
        let mut row = row;
        row.assign(&shares);
    }
    all
}

/// Whether the decoder's word announces a slot.
fn letter(weights: &Weights, word: usize) -> Option<char> {
    let mut letters = weights.vocabulary.get(word)?.chars();
    letters.next().filter(|letter| letters.next().is_none() && letter.is_ascii_lowercase())
}

fn next(weights: &Weights, steps: &[usize]) -> Next {
    let size = weights.vocabulary.len();
    match steps {
        [.., last] if letter(weights, *last).is_some() => Next::First,
        [.., before, last] if *last >= size && letter(weights, *before).is_some() => Next::Last(*last),
        _ => Next::Word,
    }
}

fn allowed(weights: &Weights, next: Next, word: usize) -> bool {
    let size = weights.vocabulary.len();
    match next {
        Next::Word => word >= END && word < size,
        Next::First => word >= size,
        Next::Last(first) => word >= first,
    }
}

/// Whether the word is that nothing can be done as it is said.
fn gives_up(weights: &Weights, word: usize) -> bool {
    weights.vocabulary.get(word).is_some_and(|name| matches!(*name, "ask" | "none"))
}

fn words(weights: &Weights, steps: &[usize]) -> Vec<Word> {
    let size = weights.vocabulary.len();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        match (letter(weights, *step), steps.get(at + 1), steps.get(at + 2)) {
            (Some(letter), Some(first), Some(last)) if *first >= size && *last >= size => {
                out.push(Word::Slot(letter, first - size..last - size + 1));
                at += 3;
            }
            _ => {
                out.extend(weights.vocabulary.get(*step).map(|name| Word::Name(name)));
                at += 1;
            }
        }
    }
    out
}
