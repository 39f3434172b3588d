//! Tokens as the translator reads them: finer than those of [`crate::read`], so that a pointer can name a part.
//! `learned/reading.py` is the same in Python.

const OPEN: &str = "\"'“‘([{<«";
const CLOSE: &str = ".,;:?!)]}\"'”’»…";
const SIGNS: &str = "<>=≥≤≠";
const MARKS: &str = ",;()[]\"“”";

/// A token: bytes of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Splits a request. Total.
pub(crate) fn split(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    for chunk in text.split(char::is_whitespace) {
        let start = at;
        at += chunk.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        if !chunk.is_empty() {
            split_chunk(text, start, start + chunk.len(), &mut out);
        }
    }
    out
}

fn split_chunk(text: &str, mut start: usize, mut end: usize, out: &mut Vec<Piece>) {
    let several = |start: usize, end: usize| text[start..end].chars().nth(1).is_some();
    while several(start, end) {
        let mut letters = text[start..end].chars();
        let (Some(first), Some(second)) = (letters.next(), letters.next()) else { break };
        let sign = first == '<' && (second == '=' || second == '>');
        if !OPEN.contains(first) || sign {
            break;
        }
        out.push(Piece { start, end: start + first.len_utf8() });
        start += first.len_utf8();
    }
    let mut tail = Vec::new();
    while several(start, end) && !matches!(&text[start..end], ".." | "...") {
        let Some(last) = text[start..end].chars().next_back().filter(|last| CLOSE.contains(*last)) else { break };
        tail.push(Piece { start: end - last.len_utf8(), end });
        end -= last.len_utf8();
    }
    middle(text, start, end, out);
    out.extend(tail.into_iter().rev());
}

fn middle(text: &str, start: usize, end: usize, out: &mut Vec<Piece>) {
    if text[start..end].contains("://") {
        out.push(Piece { start, end });
        return;
    }
    let mut at = start;
    let mut step = start;
    while let Some(letter) = text[step..end].chars().next() {
        let length = if SIGNS.contains(letter) {
            text[step..end].chars().take_while(|sign| SIGNS.contains(*sign)).map(char::len_utf8).sum()
        } else if MARKS.contains(letter) {
            letter.len_utf8()
        } else {
            step += letter.len_utf8();
            continue;
        };
        let before = text[start..step].chars().next_back().is_some_and(|letter| letter.is_numeric());
        let after = text[step + length..end].chars().next().is_some_and(|letter| letter.is_numeric());
        if letter == ',' && before && after {
            step += length;
            continue;
        }
        word(text, at, step, out);
        out.push(Piece { start: step, end: step + length });
        step += length;
        at = step;
    }
    word(text, at, end, out);
}

/// A word; a possessive ending is a token of its own.
fn word(text: &str, start: usize, end: usize, out: &mut Vec<Piece>) {
    if start == end {
        return;
    }
    let lower = text[start..end].to_lowercase();
    let ending = ["'s", "’s"].iter().find(|ending| lower.len() > ending.len() && lower.ends_with(**ending));
    match ending {
        Some(ending) if text.is_char_boundary(end - ending.len()) => {
            out.push(Piece { start, end: end - ending.len() });
            out.push(Piece { start: end - ending.len(), end });
        }
        _ => out.push(Piece { start, end }),
    }
}

/// For each token whether it stands between quotation marks.
pub(crate) fn quoted(text: &str, pieces: &[Piece]) -> Vec<bool> {
    const PAIRS: [(&str, &str); 5] = [("\"", "\""), ("'", "'"), ("“", "”"), ("‘", "’"), ("«", "»")];
    let mut inside = vec![false; pieces.len()];
    let mut at = 0;
    while at < pieces.len() {
        let piece = pieces[at];
        let free = !text[..piece.start].chars().next_back().is_some_and(char::is_alphanumeric);
        let pair = PAIRS.iter().find(|(open, _)| *open == &text[piece.start..piece.end]);
        if let (true, Some((_, close))) = (free, pair) {
            let closes = |other: &Piece| {
                &text[other.start..other.end] == *close
                    && !text[other.end..].chars().next().is_some_and(char::is_alphanumeric)
            };
            if let Some(length) = pieces[at + 1..].iter().position(closes) {
                inside[at + 1..at + 1 + length].fill(true);
                at += 1 + length;
            }
        }
        at += 1;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        split(text).into_iter().map(|piece| &text[piece.start..piece.end]).collect()
    }

    #[test]
    fn marks_and_possessives_stand_alone() {
        assert_eq!(
            words("Tom's list.csv: keep 'Mr X', amount>=1,000 (net)!"),
            [
                "Tom", "'s", "list.csv", ":", "keep", "'", "Mr", "X", "'", ",", "amount", ">=", "1,000", "(", "net",
                ")", "!"
            ]
        );
        assert_eq!(words("get https://a.b/?c=d, then <= 5"), ["get", "https://a.b/?c=d", ",", "then", "<=", "5"]);
    }

    #[test]
    fn quotations_are_seen() {
        let text = "say \"big cat\" don't";
        let inside = quoted(text, &split(text));
        assert_eq!(inside, [false, false, true, true, false, false]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split_into_its_own_parts(text: String) {
            let mut last = 0;
            for piece in split(&text) {
                assert!(piece.start >= last && piece.end > piece.start);
                assert!(text.get(piece.start..piece.end).is_some());
                last = piece.end;
            }
            quoted(&text, &split(&text));
        }
    }
}
