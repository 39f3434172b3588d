//! Arithmetic in words: "seven plus the square root of nine".

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// Powers of a thousand by name, as far as a 64-bit number goes.
const LARGE: [&str; 6] = ["thousand", "million", "billion", "trillion", "quadrillion", "quintillion"];

/// Phrases and the signs that they stand for, longest first.
const SIGNS: &[(&str, &str)] = &[
    ("to the power of", " ^ "),
    ("raised to the power", " ^ "),
    ("raised to", " ^ "),
    ("to the", " ^ "),
    ("square root of", " sqrt "),
    ("cube root of", " cbrt "),
    ("root of", " sqrt "),
    ("multiplied by", " * "),
    ("divided by", " / "),
    ("per cent", "% "),
    ("percent", "% "),
    ("plus", " + "),
    ("minus", " - "),
    ("times", " * "),
    ("over", " / "),
    ("less", " - "),
    ("added to", " + "),
    ("half of", " (1/2) * "),
    ("half", " (1/2) "),
    ("a third of", " (1/3) * "),
    ("thirds of", " / 3 * "),
    ("a quarter of", " (1/4) * "),
    ("quarters of", " / 4 * "),
    ("a tenth of", " (1/10) * "),
    ("twice", " 2 * "),
    ("double", " 2 * "),
    ("triple", " 3 * "),
    ("factorial", "!"),
    ("squared", " ^ 2 "),
    ("cubed", " ^ 3 "),
    ("modulo", " mod "),
    ("x", " * "),
    ("the", " "),
    ("and", " + "),
];
/// Words that fend has for itself.
const FUNCTIONS: &[&str] = &[
    "of", "mod", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "ln", "log", "log2", "log10", "exp",
    "abs", "pi", "e", "degree", "degrees", "radian", "radians",
];

/// An expression in signs. Words that are neither numbers nor operations are refused by name.
pub(crate) fn signs(said: &str) -> Result<String, String> {
    let said = said.trim().trim_end_matches(['=', '?', '.']).to_lowercase();
    let said = crate::phrases::pairs(&said).unwrap_or(said);
    crate::phrases::commas_group(&said)?;
    let mut out = String::with_capacity(said.len() + 8);
    let mut rest = said.as_str();
    while let Some(letter) = rest.chars().next() {
        if !letter.is_alphabetic() {
            out.push_str(match letter {
                '×' | '·' | '∙' => "*",
                '÷' | ':' => "/",
                '−' | '–' => "-",
                '²' => "^2",
                '³' => "^3",
                '√' => "sqrt ",
                '[' | '{' => "(",
                ']' | '}' => ")",
                '$' | '€' | '£' | '=' => "",
                letter if letter.is_ascii_digit() || letter.is_whitespace() || "+-*/^%().,!_".contains(letter) => {
                    &rest[..letter.len_utf8()]
                }
                other => return Err(format!("“{other}” is no sign of arithmetic")),
            });
            rest = &rest[letter.len_utf8()..];
            continue;
        }
        rest = match after_number(rest, &mut out) {
            Some(rest) => rest,
            None => word(rest, &mut out)?,
        };
    }
    Ok(crate::phrases::percent_of_left(out))
}

/// What belongs to the number that was just written: its exponent, the power of ten or ending after it, its decimals.
fn after_number<'r>(rest: &'r str, out: &mut String) -> Option<&'r str> {
    let ends = |after: &str| !after.starts_with(|letter: char| letter.is_alphanumeric());
    let digit_next = |after: &str| after.starts_with(|letter: char| letter.is_ascii_digit());
    let number = out.trim_end().len();
    if !out[..number].ends_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    if number == out.len() {
        // The exponent of "1e30".
        if let Some(exponent) = rest.strip_prefix('e').filter(|after| digit_next(after.trim_start_matches(['+', '-'])))
        {
            out.push('e');
            return Some(exponent);
        }
        // "4x5", and "8th" after "to the".
        if let Some(after) = rest.strip_prefix('x').filter(|after| digit_next(after)) {
            out.push('*');
            return Some(after);
        }
        let ordinal = ["th", "st", "nd", "rd"].iter().find_map(|end| rest.strip_prefix(end));
        if let Some(after) = ordinal.filter(|after| ends(after)) {
            return Some(after);
        }
    }
    if let Some(after) = rest.strip_prefix("point ") {
        return decimals(after, number, out);
    }
    let large = LARGE.iter().zip(1..).map(|(name, power)| (*name, 1_000_u64.pow(power)));
    let (after, each) = large
        .chain([("hundred", 100), ("dozen", 12)])
        .find_map(|(name, each)| Some((rest.strip_prefix(name).filter(|after| ends(after))?, each)))?;
    // In brackets, so that a power or a division takes all of it.
    let digits = |letter: char| letter.is_ascii_digit() || ".,_".contains(letter);
    let begins = out[..number].trim_end_matches(digits).len();
    let written = out[begins..number].to_owned();
    out.truncate(begins);
    out.push_str(&format!("({written} * {each})"));
    Some(after)
}

/// Decimals said digit by digit: the "two five" of "one point two five".
fn decimals<'r>(after: &'r str, number: usize, out: &mut String) -> Option<&'r str> {
    let mut rest = after.trim_start();
    let mut digits = String::new();
    loop {
        let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
        let said = &rest[..end];
        match SMALL.iter().take(10).position(|name| *name == said) {
            Some(digit) => digits.push_str(&digit.to_string()),
            None if !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit()) => digits.push_str(said),
            None => break,
        }
        rest = rest[end..].trim_start_matches(' ');
    }
    if digits.is_empty() {
        return None;
    }
    out.truncate(number);
    out.push('.');
    out.push_str(&digits);
    out.push(' ');
    Some(rest)
}

/// Brackets within brackets, and signs in a row, that an expression may have: fend goes down into each.
const NESTING_MAX: usize = 32;
const SIGNS_MAX: usize = 8;

/// Whether an expression goes deeper than fend should be sent.
pub(crate) fn is_deep(signs: &str) -> bool {
    let (mut depth, mut run) = (0_usize, 0_usize);
    for letter in signs.chars().filter(|letter| !letter.is_whitespace()) {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        run = if "+-!".contains(letter) { run + 1 } else { 0 };
        if depth > NESTING_MAX || run > SIGNS_MAX {
            return true;
        }
    }
    false
}

/// Writes what the words at the beginning stand for, and gives what follows them.
fn word<'r>(rest: &'r str, out: &mut String) -> Result<&'r str, String> {
    let ends = |after: &str| !after.starts_with(|letter: char| letter.is_alphanumeric());
    if let Some((sign, after)) =
        SIGNS.iter().find_map(|(phrase, sign)| Some((sign, rest.strip_prefix(phrase).filter(|after| ends(after))?)))
    {
        // "10 / half of 4" would divide by a half and go on.
        let part = sign.ends_with("* ") && *sign != " * ";
        if part && out.trim_end().ends_with(['/', '^']) {
            return Err(format!("it needs brackets around “{}”", rest.trim_end()));
        }
        out.push_str(sign);
        return Ok(after);
    }
    let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
    let (first, after) = rest.split_at(end);
    if FUNCTIONS.contains(&first) {
        out.push_str(first);
        return Ok(after);
    }
    let (number, length) = leading(rest).ok_or_else(|| format!("“{first}” is no number and no operation"))?;
    out.push_str(&number.to_string());
    Ok(&rest[length..])
}

/// The number whose words a text begins with, and the bytes they take.
fn leading(text: &str) -> Option<(u64, usize)> {
    let mut words = Vec::new();
    let mut best = None;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start_matches([' ', '-']).len();
        let rest = &rest[skipped..];
        let end = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        words.push(&rest[..end]);
        at += skipped + end;
        match number(&words) {
            Some(number) => best = Some((number, at)),
            // "two hundred and" may go on.
            None if words.last() == Some(&"and") => {}
            None => break,
        }
    }
    best
}

/// A whole number in words.
pub(crate) fn number(words: &[&str]) -> Option<u64> {
    let position = |list: &[&str], word: &str| list.iter().position(|known| *known == word);
    let whole = |at: usize| u64::try_from(at).ok();
    let (mut total, mut group): (u64, Option<u64>) = (0, None);
    for word in words {
        if let Some(small) = position(&SMALL, word) {
            let free = group.is_none_or(|group| group % 100 == 0 || small < 10 && group % 10 == 0 && group % 100 >= 20);
            group = Some(group.unwrap_or(0).checked_add(whole(small)?).filter(|_| free)?);
        } else if let Some(ten) = position(&TENS, word) {
            let free = group.is_none_or(|group| group % 100 == 0);
            group = Some(group.unwrap_or(0).checked_add(10 * (whole(ten)? + 2)).filter(|_| free)?);
        } else if matches!(*word, "hundred" | "dozen") {
            group = Some(group.unwrap_or(1).checked_mul(if *word == "dozen" { 12 } else { 100 })?);
        } else if let Some(power) = position(&LARGE, word) {
            let power = 1_000_u64.checked_pow(u32::try_from(power).ok()? + 1)?;
            total = total.checked_add(group.take().unwrap_or(1).checked_mul(power)?)?;
        } else if *word != "and" || group.is_none() && total == 0 {
            return None;
        }
    }
    if words.last() == Some(&"and") {
        return None;
    }
    total.checked_add(group.unwrap_or(0))
}

/// A whole number written out.
pub(crate) fn spelt(number: u64) -> String {
    if number == 0 {
        return SMALL[0].to_owned();
    }
    let mut groups = Vec::new();
    let mut rest = number;
    while rest > 0 {
        groups.push(usize::try_from(rest % 1_000).unwrap_or(0));
        rest /= 1_000;
    }
    let mut out: Vec<String> = Vec::new();
    for (power, group) in groups.iter().enumerate().rev().filter(|(_, group)| **group > 0) {
        let mut said = below_thousand(*group);
        if power == 0 && *group < 100 && !out.is_empty() {
            said = format!("and {said}");
        }
        if let Some(name) = power.checked_sub(1).map(|power| LARGE[power]) {
            said = format!("{said} {name}");
        }
        out.push(said);
    }
    out.join(" ")
}

fn below_thousand(number: usize) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let small = match (rest / 10, rest % 10) {
        _ if rest < 20 => SMALL[rest].to_owned(),
        (tens, 0) => TENS[tens - 2].to_owned(),
        (tens, ones) => format!("{}-{}", TENS[tens - 2], SMALL[ones]),
    };
    match (hundreds, rest) {
        (0, _) => small,
        (hundreds, 0) => format!("{} hundred", SMALL[hundreds]),
        (hundreds, _) => format!("{} hundred and {small}", SMALL[hundreds]),
    }
}
