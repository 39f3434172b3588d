//! In which order files come, in the words that people use for it.

/// Which files come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOrder {
    /// Those with the most bytes.
    Largest,
    /// Those that were changed last.
    Newest,
    /// Those that were not changed for the longest time.
    Oldest,
    /// Those with the fewest bytes.
    Smallest,
}

/// Words for each order, in lower case; the first is its name.
const WORDS: &[(FileOrder, &[&str])] = &[
    (FileOrder::Largest, &["largest", "biggest", "heaviest", "fattest", "bulkiest", "hugest"]),
    (
        FileOrder::Newest,
        &["newest", "latest", "most recent", "most recently", "freshest", "youngest", "recent", "last"],
    ),
    (FileOrder::Oldest, &["oldest", "earliest", "stalest", "least recent", "least recently"]),
    (FileOrder::Smallest, &["smallest", "tiniest", "littlest", "lightest"]),
];

impl FileOrder {
    /// The order that a word names, in any case. O(words).
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let known = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        WORDS.iter().find(|(_, words)| known(words)).map(|(order, _)| *order)
    }

    /// The words that name this order; the first is its own name.
    #[must_use]
    pub fn words(self) -> &'static [&'static str] {
        WORDS.iter().find(|(order, _)| *order == self).map_or(&[], |(_, words)| words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_names_one_order() {
        for (order, words) in WORDS {
            assert_eq!(order.words(), *words);
            assert!(words.iter().all(|word| FileOrder::named(&word.to_ascii_uppercase()) == Some(*order)));
        }
        assert_eq!(FileOrder::named("nicest"), None);
    }
}
