//! Words: a light stemmer, edit distance, and the function words of English.

/// Words that carry grammar rather than content. They need no explanation by a plan.
const FUNCTION_WORDS: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "also",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "each",
    "every",
    "for",
    "from",
    "had",
    "has",
    "have",
    "here",
    "hey",
    "hi",
    "i",
    "if",
    "in",
    "inside",
    "into",
    "is",
    "it",
    "its",
    "just",
    "kindly",
    "let",
    "like",
    "may",
    "me",
    "my",
    "now",
    "of",
    "on",
    "one",
    "ones",
    "only",
    "onto",
    "or",
    "our",
    "out",
    "please",
    "pls",
    "plz",
    "should",
    "so",
    "some",
    "than",
    "thank",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "to",
    "u",
    "up",
    "us",
    "using",
    "via",
    "was",
    "we",
    "were",
    "what",
    "what's",
    "whats",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whose",
    "will",
    "with",
    "within",
    "would",
    "you",
    "your",
    "i'd",
    "i'm",
    "it's",
    "that's",
    "lets",
    "let's",
    "contents",
    "content",
    "am",
    "he",
    "she",
    "his",
    "her",
    "him",
    "shall",
    "must",
    "might",
    "ought",
    "being",
    "too",
    "very",
    "such",
    "rather",
    "quite",
    "really",
    "actually",
    "exactly",
    "whole",
    "together",
    "altogether",
    "already",
    "still",
    "whether",
    "because",
    "since",
    "however",
    "maybe",
    "perhaps",
    "sorry",
    "cheers",
    "ok",
    "okay",
    "well",
    "dear",
    "i've",
    "we've",
    "i'll",
    "we'd",
    "they're",
    "you're",
    "there's",
    "here's",
    "how's",
    "according",
    "simply",
    "overall",
];

/// Words that ask for an answer without saying which: they add little when a plan explains them and cost little
/// when none does.
const REQUEST_WORDS: &[&str] = &[
    "show",
    "give",
    "tell",
    "get",
    "display",
    "print",
    "want",
    "need",
    "make",
    "see",
    "look",
    "take",
    "put",
    "help",
    "know",
    "gimme",
    "result",
    "results",
    "output",
    "use",
    "go",
    "there's",
    "contain",
    "contains",
    "containing",
    "having",
    "love",
    "exist",
    "exists",
    "appear",
    "appears",
    "come",
    "comes",
];

/// Words that say "a file": explained by any file in the plan.
const FILE_WORDS: &[&str] =
    &["file", "files", "document", "folder", "folders", "directory", "dir", "data", "called", "named"];

/// English words with one meaning, as stems, where a name may use either.
const SAME: &[&[&str]] = &[
    &["averag", "mean", "avg"],
    &["sum", "total"],
    &["max", "maximum", "highest", "largest", "biggest", "greatest"],
    &["min", "minimum", "lowest", "smallest", "least"],
    &["count", "number", "many"],
    &["folder", "directory"],
    &["lin", "line"],
];

/// Whether two stems mean the same.
pub(crate) fn same_meaning(left: &str, right: &str) -> bool {
    left == right || SAME.iter().any(|ring| ring.contains(&left) && ring.contains(&right))
}

/// How much a word matters for the claim that a plan explains the whole request.
pub(crate) fn weight(word: &str) -> f32 {
    if FUNCTION_WORDS.contains(&word) {
        0.0
    } else if REQUEST_WORDS.contains(&word) || FILE_WORDS.contains(&word) {
        0.25
    } else {
        1.0
    }
}

/// Whether `word` carries no content of its own.
pub(crate) fn is_function(word: &str) -> bool {
    FUNCTION_WORDS.contains(&word)
}

/// Whether `word` asks for an answer without saying which.
pub(crate) fn is_request(word: &str) -> bool {
    REQUEST_WORDS.contains(&word)
}

/// Whether `word` says "a file".
pub(crate) fn is_file_noun(word: &str) -> bool {
    FILE_WORDS.contains(&word)
}

/// Nouns that end like forms of verbs.
const NOUNS: &[&str] =
    &["heading", "setting", "string", "meeting", "recording", "building", "ending", "listing", "rating", "ranking"];

/// The stem under which a word is compared: lower case, without plural, `-ing` and `-ed`. Both sides of every
/// comparison are stemmed, so a stem need not be a word.
pub(crate) fn stem(word: &str) -> String {
    let mut out = word.to_lowercase();
    if let Some(base) = out.strip_suffix("'s").or_else(|| out.strip_suffix("’s")) {
        out = base.to_owned();
    }
    if !out.is_ascii() || out.len() < 4 {
        return out;
    }
    // Things, not actions: a heading is no head.
    let noun = NOUNS.iter().find(|noun| out == **noun || out.strip_suffix('s') == Some(**noun));
    if let Some(noun) = noun {
        return (*noun).to_owned();
    }
    if let Some(base) = out.strip_suffix("ies") {
        return format!("{base}y");
    }
    let sibilant = ["sses", "xes", "zes", "ches", "shes"];
    if sibilant.iter().any(|end| out.ends_with(end)) {
        out.truncate(out.len() - 2);
    } else if out.ends_with('s') && !["ss", "us", "is"].iter().any(|end| out.ends_with(end)) {
        out.truncate(out.len() - 1);
    }
    for end in ["ing", "ed"] {
        if let Some(base) = out.strip_suffix(end)
            && base.len() >= 3
            && base.bytes().any(|letter| b"aeiouy".contains(&letter))
        {
            out = undouble(base).to_owned();
            break;
        }
    }
    if out.len() > 3
        && let Some(base) = out.strip_suffix('e')
    {
        out = base.to_owned();
    }
    out
}

/// `grepp` → `grep`, but `pass` stays.
fn undouble(base: &str) -> &str {
    let bytes = base.as_bytes();
    match bytes {
        [.., a, b] if a == b && !b"aeioulsz".contains(a) => &base[..base.len() - 1],
        _ => base,
    }
}

/// Edit distance with transposition (optimal string alignment) if it is at most `limit`. O(len · limit).
pub(crate) fn distance(left: &str, right: &str, limit: usize) -> Option<usize> {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    if left.len().abs_diff(right.len()) > limit || left.len() > 256 || right.len() > 256 {
        return None;
    }
    let width = right.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (row, a) in left.iter().enumerate() {
        let mut next = vec![row + 1; width];
        for (column, b) in right.iter().enumerate() {
            let swap = usize::from(a != b);
            let mut best = (last[column] + swap).min(last[column + 1] + 1).min(next[column] + 1);
            let crossed = row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b;
            if crossed {
                best = best.min(before[column - 1] + 1);
            }
            next[column + 1] = best;
        }
        if next.iter().all(|cost| *cost > limit) {
            return None;
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().filter(|cost| *cost <= limit)
}

/// How many typing errors are forgiven in a word of this length.
pub(crate) fn forgiven(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The words inside an identifier: `totalAmount_EUR` → `total amount eur`.
pub(crate) fn parts(identifier: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut part = String::new();
    let mut lower_before = false;
    for letter in identifier.chars() {
        if !letter.is_alphanumeric() {
            if !part.is_empty() {
                out.push(std::mem::take(&mut part));
            }
            lower_before = false;
            continue;
        }
        if letter.is_uppercase() && lower_before && !part.is_empty() {
            out.push(std::mem::take(&mut part));
        }
        lower_before = letter.is_lowercase();
        part.extend(letter.to_lowercase());
    }
    if !part.is_empty() {
        out.push(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            ["count", "counts", "counting", "counted"],
            ["save", "saves", "saving", "saved"],
            ["query", "queries", "query", "querying"],
            ["grep", "greps", "grepping", "grepped"],
            ["match", "matches", "matching", "matched"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
    }

    #[test]
    fn distance_counts_transpositions_once() {
        assert_eq!(distance("cuont", "count", 2), Some(1));
        assert_eq!(distance("app.lg", "app.log", 2), Some(1));
        assert_eq!(distance("report", "banana", 2), None);
        assert_eq!(distance("", "", 0), Some(0));
    }

    #[test]
    fn identifiers_fall_into_words() {
        assert_eq!(parts("totalAmount_EUR"), ["total", "amount", "eur"]);
        assert_eq!(parts("--"), Vec::<String>::new());
    }
}
