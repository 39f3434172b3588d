//! Words as the pieces that the encoder knows, by greedy longest match (Wu et al. 2016). `learned/reading.py` is the same in
//! Python.

use super::weights::Weights;

/// Marks at both ends of a request.
pub(super) const OPEN: &str = "[CLS]";
pub(super) const CLOSE: &str = "[SEP]";
/// What stands for letters that no piece has.
const UNKNOWN: &str = "[UNK]";
/// Most pieces of a word: what is longer is a name, and told by its flags.
const PIECES_MAX: usize = 6;
/// Letters of the longest piece that is looked for.
const LETTERS_MAX: usize = 24;

/// Numbers of the pieces of a word: at least one, at most [`PIECES_MAX`].
pub(super) fn of(weights: &Weights, word: &str) -> Vec<usize> {
    let mut out = Vec::new();
    for run in runs(word) {
        out.extend(cut(weights, &run));
    }
    if out.is_empty() {
        out.extend(weights.piece(UNKNOWN));
    }
    out.truncate(PIECES_MAX);
    out
}

/// The pieces of letters that stand together, each as long as it can be.
fn cut(weights: &Weights, run: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let mut rest = run;
    while !rest.is_empty() {
        let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8()).take(LETTERS_MAX);
        let longest = ends.collect::<Vec<usize>>().into_iter().rev().find_map(|end| {
            let piece = if out.is_empty() { rest[..end].to_owned() } else { format!("##{}", &rest[..end]) };
            Some((weights.piece(&piece)?, end))
        });
        let Some((piece, end)) = longest else { return weights.piece(UNKNOWN).into_iter().collect() };
        out.push(piece);
        rest = &rest[end..];
    }
    out
}

/// The word in lower case, without accents.
pub(super) fn bare(word: &str) -> String {
    let accents = '\u{300}'..='\u{36f}';
    let decomposed =
        icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(&word.to_lowercase()).into_owned();
    decomposed.chars().filter(|letter| !accents.contains(letter)).collect()
}

/// Letters and digits that stand together, and each mark by itself; a capital in a name begins a run.
fn runs(word: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(word.len() + 4);
    let mut small = false;
    for letter in word.chars() {
        if small && letter.is_ascii_uppercase() {
            spaced.push(' ');
        }
        spaced.push(letter);
        small = letter.is_ascii_lowercase();
    }
    let mut out: Vec<String> = Vec::new();
    let mut joined = false;
    for letter in bare(&spaced).chars() {
        match out.last_mut() {
            Some(run) if joined && letter.is_alphanumeric() => run.push(letter),
            _ if !letter.is_whitespace() => out.push(letter.to_string()),
            _ => {}
        }
        joined = letter.is_alphanumeric();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_apart_where_people_would_read_them_apart() {
        assert_eq!(runs("netAmountEUR_2"), ["net", "amount", "eur", "_", "2"]);
        assert_eq!(runs("Größe"), ["große"]);
        assert_eq!(bare("Café"), "cafe");
    }
}
