//! Arithmetic between columns and spans of time, as people write them.

use super::Slot;
use super::ground;
use super::settings::Context;

impl Context<'_> {
    /// Arithmetic over columns: all of it, where the slot has only the beginning, and columns by their own names.
    pub(super) fn arithmetic(&self, slot: &Slot) -> String {
        let text = self.ground.reading.text;
        let (mut start, mut end) = (slot.bytes.start, slot.bytes.end);
        // "/ 1000": what is divided stands before.
        let signed = text.get(start..end).is_some_and(|own| own.starts_with(['/', '*', '×', '+']));
        if signed {
            let before = text.get(..start).unwrap_or("").trim_end();
            let cut = before
                .rfind(|letter: char| !is_operand(letter))
                .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
            if self.is_operand(before.get(cut..).unwrap_or("")) {
                start = cut;
            }
        }
        while let Some(longer) = self.operand_after(text, end) {
            end = longer;
        }
        while let Some(longer) = self.operand_before(text, start) {
            start = longer;
        }
        let whole = signs(text.get(start..end).unwrap_or(""));
        let operand = |part: &str| {
            let said = part.trim();
            let kept = said.is_empty() || said.parse::<f64>().is_ok() || self.columns.get(said).is_some();
            match self.columns.find(said).filter(|_| !kept) {
                Some(name) => part.replace(said, &format!("`{name}`")),
                None => part.to_owned(),
            }
        };
        whole.split_inclusive(['+', '*', '/', '(', ')']).fold(String::new(), |out, piece| {
            let cut = piece.len() - usize::from(piece.ends_with(['+', '*', '/', '(', ')']));
            let (said, sign) = piece.split_at(cut);
            let minus = said.split(" - ").map(operand).collect::<Vec<String>>().join(" - ");
            out + &minus + sign
        })
    }

    /// Where a sign and a number or column that follow end.
    fn operand_after(&self, text: &str, end: usize) -> Option<usize> {
        let rest = text.get(end..)?;
        let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
        let after = rest.get(sign.len()..)?;
        let long = after.find(|letter: char| !is_operand(letter)).unwrap_or(after.len());
        let word = after.get(..long)?;
        self.is_operand(word).then_some(end + sign.len() + long)
    }

    /// Where a number or column and a sign that stand before begin.
    fn operand_before(&self, text: &str, start: usize) -> Option<usize> {
        let before = text.get(..start)?;
        let sign = SIGNS.iter().find(|sign| before.ends_with(**sign))?;
        let before = before.strip_suffix(sign)?;
        let cut = before
            .rfind(|letter: char| !is_operand(letter))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        self.is_operand(before.get(cut..)?).then_some(cut)
    }

    fn is_operand(&self, word: &str) -> bool {
        let known = || self.columns.names().iter().any(|name| ground::likeness(name, word) >= 0.45);
        !word.is_empty() && (word.parse::<f64>().is_ok() || known())
    }
}

/// How people write arithmetic between columns.
const SIGNS: &[&str] = &[
    " multiplied by ",
    " multiplied with ",
    " divided by ",
    " times ",
    " minus ",
    " plus ",
    " x ",
    " * ",
    " × ",
    " / ",
    " + ",
    " - ",
    "*",
    "×",
];

fn is_operand(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.')
}

/// A span of hours and minutes in minutes: "7 h 35", "1 hour 45 min".
pub(super) fn minutes(text: &str) -> Option<f64> {
    let lower = text.to_lowercase();
    let mut total = 0.0;
    let mut hours = false;
    let mut spaced = String::with_capacity(lower.len() + 4);
    for letter in lower.chars() {
        // "2h30m" is four things.
        if letter.is_ascii_digit() && spaced.ends_with(|last: char| last.is_ascii_alphabetic()) {
            spaced.push(' ');
        }
        spaced.push(if letter.is_alphanumeric() || letter == '.' { letter } else { ' ' });
    }
    let mut number: Option<f64> = None;
    for word in spaced.split_whitespace() {
        let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit = &word[digits.len()..];
        if let Ok(value) = digits.parse::<f64>() {
            if number.is_some() {
                return None;
            }
            number = Some(value);
            if unit.is_empty() {
                continue;
            }
        }
        let unit = if digits.is_empty() { word } else { unit };
        match unit {
            "h" | "hr" | "hrs" | "hour" | "hours" => {
                total += number.take()? * 60.0;
                hours = true;
            }
            "m" | "min" | "mins" | "minute" | "minutes" => total += number.take()?,
            "and" => {}
            _ => return None,
        }
    }
    hours.then_some(total + number.unwrap_or(0.0))
}

/// Arithmetic in words as signs, as far as people say it of columns: "20% of net", "height multiplied with 10".
fn signs(text: &str) -> String {
    const WORDS: &[(&str, &str)] = &[
        (" multiplied by ", " * "),
        (" multiplied with ", " * "),
        (" times ", " * "),
        (" x ", " * "),
        (" × ", " * "),
        ("×", " * "),
        (" divided by ", " / "),
        (" plus ", " + "),
        (" minus ", " - "),
        (" less ", " - "),
        ("% of ", " / 100 * "),
        (" % of ", " / 100 * "),
        (" percent of ", " / 100 * "),
    ];
    let mut out = text.to_owned();
    for (words, sign) in WORDS {
        out = out.replace(words, sign);
    }
    out.trim_start_matches("the ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_minutes_are_minutes() {
        for (text, wanted) in
            [("7 h 35", 455.0), ("1 hour 45 min", 105.0), ("2h30m", 150.0), ("1 hour and 5 minutes", 65.0)]
        {
            assert_eq!(minutes(text), Some(wanted), "{text}");
        }
        for other in ["35", "35 min", "h", "7 h of 3", "3 4 h"] {
            assert_eq!(minutes(other), None, "{other}");
        }
    }
}
