//! What the translator sees of each token. `learned/reading.py` is the same in Python; the flags of what exists come from
//! the facts that [`crate::read`] found.

use super::token::{self, Piece};
use super::weights::{TOKENS_MAX, Weights};
use super::word_pieces;
use crate::read::{Fact, Reading};
use ndarray::Array2;

/// Flags in the order of the weights.
const FLAGS: [&str; 24] = [
    "capital",
    "capitals",
    "digit",
    "number",
    "path",
    "url",
    "quoted",
    "mark",
    "day",
    "clock",
    "file",
    "directory",
    "absent",
    "column",
    "cell",
    "key",
    "underscore",
    "unknown",
    "hex",
    "mail",
    "pattern",
    "possessive",
    "first",
    "comma",
];
/// Kinds of files by the ends of their names; 0 is no path, 23 a path of another kind.
const KINDS: [&[&str]; 23] = [
    &[],
    &["csv"],
    &["tsv", "tab"],
    &["json"],
    &["jsonl", "ndjson"],
    &["yaml", "yml"],
    &["toml"],
    &["ini", "cfg", "conf", "env"],
    &["txt", "text"],
    &["md", "markdown"],
    &["log"],
    &["html", "htm"],
    &["xml", "rss", "atom"],
    &["eml"],
    &["mbox"],
    &["ics"],
    &["vcf"],
    &["zip"],
    &["tar", "tgz"],
    &["gz", "xz", "bz2", "zst"],
    &["png", "jpg", "jpeg", "gif", "bmp", "webp", "tiff"],
    &["svg"],
    &["sqlite", "db", "sqlite3"],
];
/// The kind of what is a path and none of these.
const KIND_OTHER: usize = 23;
/// How sure a match of a column, cell or key must be to be a flag.
const TRUST_MIN: f32 = 0.6;

/// A request as the encoder's first layer takes it.
pub(super) struct Features {
    /// Numbers of word pieces, with the marks around all of them.
    pub(super) pieces: Vec<usize>,
    /// The token that each piece is of.
    pub(super) own: Vec<Option<usize>>,
    /// A row for each token.
    pub(super) flags: Array2<f32>,
    pub(super) kinds: Vec<usize>,
}

/// Features of every token; nothing if they are more than the encoder reads.
pub(super) fn of(reading: &Reading<'_>, tokens: &[Piece], weights: &Weights) -> Option<Features> {
    let inside = token::quoted(reading.text, tokens);
    let mut flags = Array2::zeros((tokens.len(), FLAGS.len()));
    let mut kinds = Vec::with_capacity(tokens.len());
    let (mut pieces, mut own) = (vec![weights.piece(word_pieces::OPEN)?], vec![None]);
    for (at, token) in tokens.iter().enumerate() {
        let word = &reading.text[token.start..token.end];
        let seen = of_word(weights, word, inside[at], at == 0);
        own.extend(seen.pieces.iter().map(|_| Some(at)));
        pieces.extend(seen.pieces);
        kinds.push(seen.kind);
        let mut set = seen.flags;
        set.extend(here(reading, *token));
        for (flag, name) in FLAGS.iter().enumerate() {
            if set.contains(name) {
                flags[(at, flag)] = 1.0;
            }
        }
    }
    pieces.push(weights.piece(word_pieces::CLOSE)?);
    own.push(None);
    let fits = pieces.len() <= weights.pieces_max() && tokens.len() <= TOKENS_MAX;
    fits.then_some(Features { pieces, own, flags, kinds })
}

/// What a word shows by itself.
pub(super) struct Seen {
    pub(super) flags: Vec<&'static str>,
    pub(super) kind: usize,
    pub(super) pieces: Vec<usize>,
}

/// What a word shows by itself, given whether it is quoted and whether it is the first.
pub(super) fn of_word(weights: &Weights, word: &str, quoted: bool, first: bool) -> Seen {
    let mut flags = own(word, &word.to_lowercase());
    flags.extend(quoted.then_some("quoted"));
    flags.extend(first.then_some("first"));
    flags.extend(weights.piece(&word_pieces::bare(word)).is_none().then_some("unknown"));
    Seen { flags, kind: kind(word), pieces: word_pieces::of(weights, word) }
}

/// Flags that the word itself shows.
fn own(word: &str, lower: &str) -> Vec<&'static str> {
    let mut set = Vec::new();
    let letters: Vec<char> = word.chars().filter(|letter| letter.is_alphabetic()).collect();
    set.extend(letters.first().is_some_and(|letter| letter.is_uppercase()).then_some("capital"));
    let capitals = letters.len() > 1 && letters.iter().all(|letter| letter.is_uppercase());
    set.extend(capitals.then_some("capitals"));
    set.extend(word.chars().any(char::is_numeric).then_some("digit"));
    set.extend(is_number(word).then_some("number"));
    if word.contains("://") {
        set.push("url");
    } else if is_mail(word) {
        set.push("mail");
    } else if is_day(word) {
        set.push("day");
    } else if is_clock(word) {
        set.push("clock");
    } else if is_path(word) {
        set.push("path");
        set.extend(word.starts_with(['.', '*']).then_some("pattern"));
    }
    set.extend((!word.chars().any(char::is_alphanumeric)).then_some("mark"));
    set.extend(word.contains([',', ';']).then_some("comma"));
    set.extend(word.contains('_').then_some("underscore"));
    let hex = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    set.extend((hex && word.bytes().any(|byte| byte.is_ascii_digit())).then_some("hex"));
    set.extend(matches!(lower, "'s" | "’s").then_some("possessive"));
    set
}

/// Flags of what is here.
fn here(reading: &Reading<'_>, piece: Piece) -> Vec<&'static str> {
    let spans = reading.spans.iter().filter(|span| {
        let bytes = reading.bytes(&span.tokens);
        bytes.start < piece.end && piece.start < bytes.end
    });
    let flag = |span: &crate::read::Span| match span.fact {
        Fact::File { .. } => Some("file"),
        Fact::Directory { .. } => Some("directory"),
        Fact::Absent { .. } => Some("absent"),
        Fact::Column { .. } if span.trust >= TRUST_MIN => Some("column"),
        Fact::Cell { .. } if span.trust >= TRUST_MIN => Some("cell"),
        Fact::Key { .. } if span.trust >= TRUST_MIN => Some("key"),
        _ => None,
    };
    spans.filter_map(flag).collect()
}

/// An amount: digits, perhaps with a sign, marks, and a unit of at most three letters.
fn is_number(word: &str) -> bool {
    let body = word.strip_prefix(['+', '-']).unwrap_or(word);
    let body = body.strip_prefix(['$', '€', '£']).unwrap_or(body);
    let digits = body.find(|letter: char| !letter.is_numeric() && !",._".contains(letter)).unwrap_or(body.len());
    let unit = &body[digits..];
    let unit = unit.strip_prefix('°').unwrap_or(unit);
    body.starts_with(char::is_numeric)
        && (unit == "%" && !body.contains('°')
            || unit.len() <= 3 && unit.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Runs of digits between other characters, as lengths and separators; nothing if a letter is among them.
fn runs(word: &str) -> Option<(Vec<usize>, String)> {
    let mut lengths = vec![0];
    let mut separators = String::new();
    for letter in word.chars() {
        if letter.is_numeric() {
            *lengths.last_mut()? += 1;
        } else if letter.is_alphabetic() {
            return None;
        } else {
            separators.push(letter);
            lengths.push(0);
        }
    }
    Some((lengths, separators))
}

fn is_day(word: &str) -> bool {
    let Some((lengths, separators)) = runs(word) else { return false };
    let short = |length: &usize| (1..=2).contains(length);
    match (lengths.as_slice(), separators.as_str()) {
        ([4, month], "-") => short(month),
        ([4, month, day], "--") => short(month) && short(day),
        ([day, month, 2..=4], "//" | ".." | "/." | "./") => short(day) && short(month),
        _ => false,
    }
}

fn is_clock(word: &str) -> bool {
    let digits = word.strip_suffix("am").or_else(|| word.strip_suffix("pm")).unwrap_or(word);
    match runs(digits) {
        Some((lengths, separators)) => {
            matches!((lengths.as_slice(), separators.as_str()), ([1 | 2, 2], ":") | ([1 | 2, 2, 2], "::"))
        }
        None => false,
    }
}

fn is_mail(word: &str) -> bool {
    let mut halves = word.split('@');
    match (halves.next(), halves.next(), halves.next()) {
        (Some(name), Some(host), None) => {
            !name.is_empty() && host.rsplit_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
        }
        _ => false,
    }
}

/// Whether the word looks like a name of files.
fn is_path(word: &str) -> bool {
    if is_number(word) || is_day(word) || is_clock(word) || is_mail(word) || word.contains("://") {
        return false;
    }
    let marks = ['.', '/', '\\', '*', '~'];
    word.chars().nth(1).is_some() && (word.starts_with('.') || word.trim_matches('.').contains(marks))
}

/// Whether the word names a file or an address by its form: it ends as names of files do, or has a scheme.
pub(crate) fn named(word: &str) -> bool {
    word.contains("://") || !word.starts_with(['.', '*']) && !matches!(kind(word), 0 | KIND_OTHER)
}

/// The number of the kind of file that a path's end promises.
fn kind(word: &str) -> usize {
    if !is_path(word) {
        return 0;
    }
    let lower = word.to_lowercase();
    if [".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"].iter().any(|end| lower.ends_with(end)) {
        return 18;
    }
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let end = name.rsplit_once('.').map(|(_, end)| end);
    end.and_then(|end| KINDS.iter().position(|ends| ends.contains(&end))).unwrap_or(KIND_OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_their_form() {
        assert!(is_number("20%") && is_number("£3.50") && is_number("10MB") && !is_number("x2"));
        assert!(is_day("2024-03-01") && is_day("1/2/24") && !is_day("1.5"));
        assert!(is_clock("09:00") && is_clock("9:30pm") && !is_clock("1:2:3:4"));
        assert!(is_path("a/b") && is_path(".csv") && is_path("x.txt") && !is_path("e.g@h.de") && !is_path("2.5"));
        assert_eq!((kind("a.TSV"), kind("b.tar.gz"), kind("c.xyz"), kind("word")), (2, 18, 23, 0));
    }
}
