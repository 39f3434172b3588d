//! `text.longest`: the longest or shortest lines or words, as a table.

use crate::lines::{Edited, LineEdit, Made};
use crate::words::words;
use std::collections::BTreeMap;
use telos_pack::{Args, Failure, Held, Out, Running};
use telos_table::write_row;

/// Bytes that a kept text costs beside its letters.
const ENTRY_BYTES: usize = 64;
/// Most bytes of texts that are kept.
const KEPT_BYTES_MAX: usize = Held::BYTES_MAX / 2;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let wanted = usize::try_from(args.count(1)?).unwrap_or(usize::MAX);
    let of_words = args.choice(2)? == "words";
    Ok(Edited::start(Longest { wanted, of_words, shortest: args.flag(3)?, line: 0, kept: BTreeMap::new(), bytes: 0 }))
}

/// Order of a text: by length with the best first; equal lengths in order of line, or words in order of spelling.
type Rank = (i64, u64, String);

struct Longest {
    wanted: usize,
    of_words: bool,
    shortest: bool,
    /// Number of the line, counted from 1.
    line: u64,
    /// The best so far and the lines they are on.
    kept: BTreeMap<Rank, u64>,
    /// Bytes of what is kept.
    bytes: usize,
}

impl Longest {
    fn offer(&mut self, text: &str) -> Result<(), Failure> {
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        // Nobody asks for the shortest line to be shown an empty one.
        if self.shortest && text.trim().is_empty() {
            return Ok(());
        }
        let order = if self.shortest { length } else { -length };
        let tie = if self.of_words { 0 } else { self.line };
        let full = self.kept.len() >= self.wanted;
        let no_better =
            |((worst, after, word), _): (&Rank, &u64)| (order, tie, text) >= (*worst, *after, word.as_str());
        if self.wanted == 0 || full && self.kept.last_key_value().is_some_and(no_better) {
            return Ok(());
        }
        let rank = (order, tie, text.to_owned());
        if self.kept.contains_key(&rank) {
            return Ok(());
        }
        self.bytes += text.len() + ENTRY_BYTES;
        self.kept.insert(rank, self.line);
        if self.kept.len() > self.wanted
            && let Some(((_, _, dropped), _)) = self.kept.pop_last()
        {
            self.bytes -= dropped.len() + ENTRY_BYTES;
        }
        if self.bytes > KEPT_BYTES_MAX {
            let most = KEPT_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("they are longer than {most} MiB together; ask for fewer")));
        }
        Ok(())
    }
}

impl LineEdit for Longest {
    fn line(&mut self, line: &str, _: &mut Made) -> Result<bool, Failure> {
        self.line += 1;
        if self.of_words {
            words(line).try_for_each(|word| self.offer(word))?;
        } else {
            self.offer(line)?;
        }
        Ok(false)
    }

    fn end(&mut self, made: &mut Made, out: &mut Out) -> Result<(), Failure> {
        made.text("line,length,text\n")?;
        let mut row = Vec::new();
        for ((order, _, text), line) in &self.kept {
            row.clear();
            write_row(&mut row, [line.to_string().as_str(), order.abs().to_string().as_str(), text]);
            made.bytes(&row)?;
        }
        // The length of the first row, which is what is asked for most.
        let length = self.kept.first_key_value().map_or(0, |((order, ..), _)| order.unsigned_abs());
        out.count(1, length);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{choose, given};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    const TEXT: &str = "bb\n\nüüü,x\r\na\nbb\n";

    fn table(input: &str, count: i64, of: &str, shortest: bool) -> (String, Option<i64>) {
        let arguments = [("count", Value::Int(count)), ("of", choose(of)), ("shortest", Value::Bool(shortest))];
        let given = given("text.longest", input, 3, &arguments).unwrap();
        (given.text("table"), given.int("length"))
    }

    #[test]
    fn lines_and_words_by_length() {
        assert_eq!(table(TEXT, 2, "lines", false), ("line,length,text\n3,5,\"üüü,x\"\n1,2,bb\n".into(), Some(5)));
        assert_eq!(table(TEXT, 2, "lines", true), ("line,length,text\n4,1,a\n1,2,bb\n".into(), Some(1)));
        assert_eq!(table(TEXT, 3, "words", false).0, "line,length,text\n3,3,üüü\n1,2,bb\n4,1,a\n");
        assert_eq!(table("", 3, "lines", false), ("line,length,text\n".into(), Some(0)));
        assert_eq!(table(TEXT, 0, "lines", false).0, "line,length,text\n");
    }

    #[test]
    fn more_than_can_be_kept_is_refused() {
        let all = [("count", Value::Int(i64::MAX))];
        assert!(matches!(given("text.longest", &"a\n".repeat(1 << 20), 1 << 20, &all), Err(Failure::Limit(_))));
    }

    proptest! {
        #[test]
        fn agrees_with_sorting(lines in prop::collection::vec("[ab]{0,6}", 0..30), count in 0..8_usize) {
            let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let mut sorted: Vec<(usize, &String)> = lines.iter().enumerate().collect();
            sorted.sort_by_key(|(_, line)| std::cmp::Reverse(line.len()));
            let rows = sorted.iter().take(count).map(|(at, line)| format!("{},{},{line}\n", at + 1, line.len()));
            let expected = String::from("line,length,text\n") + &rows.collect::<String>();
            prop_assert_eq!(table(&input, i64::try_from(count).unwrap(), "lines", false).0, expected);
        }
    }
}
