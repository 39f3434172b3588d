//! `text.word-frequencies`: how often each word occurs.

use crate::lines::{Made, held_text, key};
use hashbrown::HashMap;
use std::borrow::Cow;
use telos_pack::{Args, Failure, Held, Out, Running};
use telos_table::write_row;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Frequencies { ignore_case: args.flag(1)?, held: Held::new() }))
}

/// Runs of letters, digits, and apostrophes or hyphens between them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '\'' | '’' | '-' | '_')))
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

struct Frequencies {
    ignore_case: bool,
    held: Held,
}

impl Running for Frequencies {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let text = held_text(&mut self.held)?;
        let mut counts: HashMap<Cow<'_, str>, u64> = HashMap::new();
        for word in words(&text) {
            *counts.entry(key(word, self.ignore_case)).or_default() += 1;
        }
        let mut counted: Vec<(Cow<'_, str>, u64)> = counts.into_iter().collect();
        counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut made = Made::default();
        made.took(text.len());
        let mut row = Vec::new();
        made.text("word,count\n")?;
        for (word, count) in &counted {
            row.clear();
            write_row(&mut row, [word, count.to_string().as_str()]);
            made.bytes(&row)?;
        }
        made.give(true, out);
        out.count(1, counted.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::given;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use telos_pack::Value;

    #[test]
    fn the_most_frequent_word_comes_first() {
        let counted = given("text.word-frequencies", "The cat — the well-known cat's\nTHE 'end'", 3, &[]).unwrap();
        assert_eq!(counted.text("table"), "word,count\nthe,3\ncat,1\ncat's,1\nend,1\nwell-known,1\n");
        assert_eq!(counted.int("distinct"), Some(5));
        let exact = given("text.word-frequencies", "The the", 3, &[("ignore-case", Value::Bool(false))]).unwrap();
        assert_eq!(exact.text("table"), "word,count\nThe,1\nthe,1\n");
        assert_eq!(given("text.word-frequencies", " — \n", 1, &[]).unwrap().text("table"), "word,count\n");
    }

    proptest! {
        #[test]
        fn counts_agree_with_a_map(words in prop::collection::vec("[abé]{1,2}", 0..30)) {
            let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
            words.iter().for_each(|word| *expected.entry(word).or_default() += 1);
            let table = given("text.word-frequencies", &words.join(", "), 4, &[]).unwrap().text("table");
            let got: BTreeMap<&str, u64> = table.lines().skip(1)
                .map(|row| row.split_once(',').map(|(word, count)| (word, count.parse().unwrap())).unwrap()).collect();
            prop_assert_eq!(got, expected);
        }
    }
}
