//! What the translator sees of each token. `learned/reading.py` is the same in Python; the flags of what exists come from
//! the facts that [`crate::read`] found.

use super::token::{self, Piece};
use super::weights::{GRAM_BUCKETS, Weights};
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
/// Most parts of a word whose vectors stand for it, and most of its letter groups.
const PARTS_MAX: u8 = 6;
const GRAMS_MAX: usize = 24;
/// How sure a match of a column, cell or key must be to be a flag.
const TRUST_MIN: f32 = 0.6;

/// Each token as one row for the encoder's first layer.
pub(super) struct Features {
    /// Mean vector of the word or its parts.
    pub(super) words: Array2<f32>,
    /// Letter groups.
    pub(super) grams: Vec<Vec<usize>>,
    pub(super) flags: Array2<f32>,
    pub(super) kinds: Vec<usize>,
}

/// Features of every token.
pub(super) fn of(reading: &Reading<'_>, pieces: &[Piece], weights: &Weights) -> Features {
    let inside = token::quoted(reading.text, pieces);
    let mut words = Array2::zeros((pieces.len(), weights.word_size()));
    let mut flags = Array2::zeros((pieces.len(), FLAGS.len()));
    let mut grams = Vec::with_capacity(pieces.len());
    let mut kinds = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.iter().enumerate() {
        let word = &reading.text[piece.start..piece.end];
        if let Some(row) = words.row_mut(at).as_slice_mut() {
            vector(weights, word, &word.to_lowercase(), row);
        }
        let seen = of_word(weights, word, inside[at], at == 0);
        grams.push(seen.grams);
        kinds.push(seen.kind);
        let mut set = seen.flags;
        set.extend(here(reading, *piece));
        for (flag, name) in FLAGS.iter().enumerate() {
            if set.contains(name) {
                flags[(at, flag)] = 1.0;
            }
        }
    }
    Features { words, grams, flags, kinds }
}

/// What a word shows by itself.
pub(super) struct Seen {
    pub(super) flags: Vec<&'static str>,
    pub(super) kind: usize,
    pub(super) grams: Vec<usize>,
}

pub(super) fn of_word(weights: &Weights, word: &str, quoted: bool, first: bool) -> Seen {
    let lower = word.to_lowercase();
    let mut flags = own(word, &lower);
    flags.extend(quoted.then_some("quoted"));
    flags.extend(first.then_some("first"));
    flags.extend((!weights.knows(&lower)).then_some("unknown"));
    Seen { flags, kind: kind(word), grams: groups(&lower) }
}

/// The mean vector of the word, or of its known parts.
fn vector(weights: &Weights, word: &str, lower: &str, out: &mut [f32]) {
    if weights.add(lower, out) {
        return;
    }
    let mut count: u8 = 0;
    for part in parts(word) {
        if count < PARTS_MAX && weights.add(&part, out) {
            count += 1;
        }
    }
    out.iter_mut().for_each(|value| *value /= f32::from(count.max(1)));
}

/// The words that an identifier is made of, in lower case.
pub(crate) fn parts(word: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut small = false;
    for letter in word.chars() {
        if !letter.is_ascii_alphabetic() || small && letter.is_ascii_uppercase() {
            out.push(String::new());
        }
        if letter.is_ascii_alphabetic()
            && let Some(last) = out.last_mut()
        {
            last.push(letter.to_ascii_lowercase());
        }
        small = letter.is_ascii_lowercase();
    }
    out.retain(|part| !part.is_empty());
    out
}

/// Buckets of letter groups of three and four (FNV-1a of their bytes).
fn groups(lower: &str) -> Vec<usize> {
    let marked = format!("<{lower}>").into_bytes();
    let hash = |group: &[u8]| {
        let digest =
            group.iter().fold(0x811c_9dc5_u32, |digest, byte| (digest ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        usize::try_from(digest % GRAM_BUCKETS).unwrap_or(0)
    };
    let mut out: Vec<usize> = marked.windows(3).chain(marked.windows(4)).map(hash).take(GRAMS_MAX).collect();
    if out.is_empty() {
        out.push(0);
    }
    out
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
pub(crate) fn is_path(word: &str) -> bool {
    if is_number(word) || is_day(word) || is_clock(word) || is_mail(word) || word.contains("://") {
        return false;
    }
    let marks = ['.', '/', '\\', '*', '~'];
    word.chars().nth(1).is_some() && (word.starts_with('.') || word.trim_matches('.').contains(marks))
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
        assert_eq!(parts("net_amountEUR2"), ["net", "amount", "eur"]);
    }
}
