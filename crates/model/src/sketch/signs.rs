//! Signs that people call by their names: "hyphens for spaces".

use crate::plan::lexicon::Entry;

const SIGNS: &[(&str, &str)] = &[
    ("space", " "),
    ("blank", " "),
    ("blank space", " "),
    ("hyphen", "-"),
    ("dash", "-"),
    ("minus sign", "-"),
    ("underscore", "_"),
    ("dot", "."),
    ("period", "."),
    ("full stop", "."),
    ("comma", ","),
    ("semicolon", ";"),
    ("colon", ":"),
    ("tab", "\t"),
    ("pipe", "|"),
    ("slash", "/"),
    ("plus sign", "+"),
    ("apostrophe", "'"),
];
/// Settings that are signs more often than words.
const SEPARATES: &[&str] = &["delimiter", "separator"];
/// The operation on names, in which such a word is rare.
const NAMES: &str = "file.change-name";
/// The operation in which the plural alone is the sign: "replace commas by semicolons", but "replace comma by dash".
const TEXTS: &str = "text.replace";

/// The sign that is meant where a setting is said to be `said`.
pub(super) fn sign(entry: &Entry<'_>, setting: &str, said: &str) -> Option<&'static str> {
    let lower = said.trim().to_lowercase();
    let one = |word: &str| SIGNS.iter().find(|(name, _)| *name == word).map(|(_, sign)| *sign);
    let plural = || {
        let shorter = ["es", "s"].into_iter().filter_map(|end| lower.strip_suffix(end));
        shorter.into_iter().find_map(one)
    };
    let operation = entry.is.name.as_str();
    if SEPARATES.contains(&setting) || operation == NAMES {
        one(&lower).or_else(plural)
    } else if operation == TEXTS {
        plural()
    } else {
        None
    }
}
