//! What an expression means as a whole, before and after its words are read one by one.

/// Requests that name an operation before its two numbers: how they begin, what joins the numbers, the sign, and whether the
/// second number comes first.
const PAIRS: &[(&str, &str, &str, bool)] = &[
    ("sum of ", " and ", " + ", false),
    ("add ", " and ", " + ", false),
    ("add ", " to ", " + ", false),
    ("product of ", " and ", " * ", false),
    ("multiply ", " by ", " * ", false),
    ("multiply ", " and ", " * ", false),
    ("difference between ", " and ", " - ", false),
    ("difference of ", " and ", " - ", false),
    ("subtract ", " from ", " - ", true),
    ("take ", " from ", " - ", true),
    ("quotient of ", " and ", " / ", false),
    ("divide ", " by ", " / ", false),
];

/// An expression that names its operation first, with a sign between its numbers. Further numbers may stand before the last
/// with commas between them, where their order does not matter.
pub(crate) fn pairs(said: &str) -> Option<String> {
    let said = said.strip_prefix("the ").unwrap_or(said);
    PAIRS.iter().find_map(|(begins, joint, sign, turned)| {
        let (first, second) = said.strip_prefix(begins)?.split_once(joint)?;
        // A second joint leaves open which of them is meant, which matters to all but sums: "product of two hundred and five and 3".
        if second.contains(joint) && *sign != " + " {
            return None;
        }
        let (left, right) = if *turned { (second, first) } else { (first, second) };
        let left = if matches!(*sign, " + " | " * ") { left.replace(", ", sign) } else { left.to_owned() };
        Some(format!("({left}){sign}({right})"))
    })
}

/// Refuses a comma that groups no thousands: "12,5" would be read as 125.
pub(crate) fn commas_group(said: &str) -> Result<(), String> {
    let bytes = said.as_bytes();
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    for (at, _) in said.match_indices(',') {
        let before = bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let begins = at - before;
        // Digits before the group: a further group, or the first one; never decimals.
        let first = begins == 0 || !matches!(bytes[begins - 1], b',' | b'.');
        let leads = if first { (1..=3).contains(&before) } else { before == 3 && bytes[begins - 1] == b',' };
        if !leads || digits(at + 1) != 3 {
            return Err("a comma stands between thousands, as in 1,234.5; write decimals with a point".to_owned());
        }
    }
    Ok(())
}

/// "80 + 15%": the percentage at the end is one of what stands before it, as a shop's calculator has it.
pub(crate) fn percent_of_left(signs: String) -> String {
    let whole = signs.trim_end();
    let Some(before) = whole.strip_suffix('%').map(str::trim_end) else { return signs };
    let number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let left = before.trim_end_matches(number);
    let percent = &before[left.len()..];
    let left = left.trim_end();
    let Some((left, sign)) = ["+", "-"].iter().find_map(|sign| Some((left.strip_suffix(sign)?.trim_end(), *sign)))
    else {
        return signs;
    };
    // Within brackets that are still open, what stands before is not all there is.
    let open = left.bytes().fold(0_i64, |open, byte| open + i64::from(byte == b'(') - i64::from(byte == b')'));
    let ends = left.ends_with(|letter: char| letter.is_ascii_digit() || letter == ')');
    // "10% + 5%" adds two percentages.
    if percent.is_empty() || !ends || open != 0 || left.contains('%') {
        return signs;
    }
    format!("({left}) * (1 {sign} {percent} / 100)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_between_thousands_are_told_from_others() {
        for good in ["1,234.5", "1,234,567", "12,345+1", "no", "3 * 1,000"] {
            assert!(commas_group(good).is_ok(), "{good}");
        }
        for bad in ["12,5", "1.234,567", "1,2345", "1234,567", ",5", "1,", "2, 3", "1,23,456", "1,é"] {
            assert!(commas_group(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_percentage_at_the_end_of_a_sum_is_one_of_it() {
        let read = |signs: &str| percent_of_left(signs.to_owned());
        assert_eq!(read("80 + 15%"), "(80) * (1 + 15 / 100)");
        assert_eq!(read("(2 + 3) - 20 %"), "((2 + 3)) * (1 - 20 / 100)");
        for other in ["15% of 80", "2 * (80 + 15%)", "(80 + 15%", "10% + 5%", "80 * 15%", "-5%", "+ 5%", "%"] {
            assert_eq!(read(other), other);
        }
    }
}
