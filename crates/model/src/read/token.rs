//! Tokens of a turn: words, numbers, quoted strings, things that look like paths, and symbols.

use super::words::stem;

/// Most tokens the offline planner reads; longer requests are left to a model.
pub(crate) const TOKENS_MAX: usize = 128;

/// What a token looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Letters.
    Word,
    /// Digits, perhaps with a sign, fraction, thousands marks or unit.
    Number,
    /// What stood between quotation marks.
    Quoted,
    /// Has a dot, slash, star or tilde inside, as file names do.
    Path,
    /// Comparison signs.
    Sign,
    /// A comma, semicolon or full stop: ends a clause.
    Break,
}

/// One token. `start..end` are bytes of the turn; for a quoted string they leave the marks out.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) shape: Shape,
    pub(crate) lower: String,
    pub(crate) stem: String,
    /// Counts the clauses before it.
    pub(crate) clause: u8,
}

const QUOTES: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')];

/// Splits a turn. Total: any text gives tokens, at most [`TOKENS_MAX`] + 1 of them (one more tells "too long").
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < text.len() && out.len() <= TOKENS_MAX {
        let rest = &text[at..];
        let Some(letter) = rest.chars().next() else {
            break;
        };
        if letter.is_whitespace() {
            at += letter.len_utf8();
        } else if let Some((start, end, next)) = quoted(text, at) {
            push(&mut out, text, start, end, Shape::Quoted);
            at = next;
        } else if "<>=!≥≤≠".contains(letter) {
            let length: usize = rest.chars().take_while(|sign| "<>=!≥≤≠".contains(*sign)).map(char::len_utf8).sum();
            let shape = if &rest[..length] == "!" { Shape::Break } else { Shape::Sign };
            push(&mut out, text, at, at + length, shape);
            at += length;
        } else if is_edge(letter) {
            if ",;.?:".contains(letter) {
                push(&mut out, text, at, at + letter.len_utf8(), Shape::Break);
            }
            at += letter.len_utf8();
        } else {
            at = chunk(&mut out, text, at);
        }
    }
    number_clauses(&mut out);
    out
}

/// Punctuation that cannot begin a word. A dot can: `.csv`, `./x`.
fn is_edge(letter: char) -> bool {
    ",;?:()[]{}".contains(letter)
}

/// A quoted string starting at `at`: inner start, inner end, and where to go on.
fn quoted(text: &str, at: usize) -> Option<(usize, usize, usize)> {
    let open = text[at..].chars().next()?;
    let (_, close) = QUOTES.iter().find(|(mark, _)| *mark == open)?;
    let start = at + open.len_utf8();
    let length = text[start..].find(*close)?;
    let after = start + length + close.len_utf8();
    let closes_a_word = text[after..].chars().next().is_none_or(|next| !next.is_alphanumeric());
    (length > 0 && closes_a_word).then_some((start, start + length, after))
}

/// Reads from `at` to white space, and splits off comparison signs inside and punctuation at the end.
fn chunk(out: &mut Vec<Token>, text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let stop = |letter: char| letter.is_whitespace() || "<>=,;()[]\"“”≥≤≠".contains(letter);
    let mut end = rest.find(stop).unwrap_or(rest.len());
    let next = rest[end..].chars().next();
    if next == Some(',') && thousands(&rest[..end], &rest[end + 1..]) {
        let digits =
            rest[end + 1..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',' || *byte == b'.').count();
        end += 1 + digits;
    }
    let whole = &rest[..end];
    let trimmed = whole.trim_end_matches(['.', '?', '!', ':', '\'', ',']);
    if trimmed.is_empty() {
        if whole == "." || whole == ".." {
            push(out, text, at, at + end, if out.is_empty() { Shape::Break } else { Shape::Path });
        }
        // A mark that opens or closes nothing is passed over, however many bytes it has.
        return at + end.max(rest.chars().next().map_or(1, char::len_utf8));
    }
    push(out, text, at, at + trimmed.len(), shape_of(trimmed));
    if whole.len() > trimmed.len() {
        push(out, text, at + trimmed.len(), at + whole.len(), Shape::Break);
    }
    at + end
}

fn thousands(before: &str, after: &str) -> bool {
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit()) && digits == 3
}

fn shape_of(word: &str) -> Shape {
    let body = word.strip_prefix(['-', '+', '$', '€', '£']).unwrap_or(word);
    let digits = body.bytes().take_while(|byte| byte.is_ascii_digit() || b".,_".contains(byte)).count();
    let unit = &body[digits..];
    let leads = body.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    if leads && unit.len() <= 3 && unit.chars().all(|letter| letter.is_alphabetic() || letter == '%') {
        return Shape::Number;
    }
    let dot_inside = word.trim_end_matches('.').contains('.');
    if dot_inside || word.contains(['/', '*', '~', '\\']) {
        return Shape::Path;
    }
    Shape::Word
}

fn push(out: &mut Vec<Token>, text: &str, start: usize, end: usize, shape: Shape) {
    let lower = text[start..end].to_lowercase().replace('’', "'");
    let stem = stem(&lower);
    out.push(Token { start, end, shape, lower, stem, clause: 0 });
}

/// A clause ends at punctuation, at "and" or "then", and before a participle that follows its noun ("… sorted by
/// name"). Clauses only order the steps; they never forbid anything.
fn number_clauses(tokens: &mut [Token]) {
    let mut clause: u8 = 0;
    let mut first = true;
    for token in tokens {
        let joins = matches!(token.lower.as_str(), "and" | "then" | "afterwards" | "but");
        let participle = token.shape == Shape::Word && token.lower.len() > 5 && token.lower.ends_with("ed");
        if token.shape == Shape::Break || joins || (participle && !first) {
            clause = clause.saturating_add(u8::from(!first));
            first = !participle || joins;
        } else {
            first = false;
        }
        token.clause = clause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<(String, Shape)> {
        tokens(text).into_iter().map(|token| (token.lower, token.shape)).collect()
    }

    #[test]
    fn paths_numbers_quotes_and_signs_are_told_apart() {
        let got = shapes("find \"big cat\" in ./logs/app.log, amount>=1,000 and 10MB.");
        let want = [
            ("find", Shape::Word),
            ("big cat", Shape::Quoted),
            ("in", Shape::Word),
            ("./logs/app.log", Shape::Path),
            (",", Shape::Break),
            ("amount", Shape::Word),
            (">=", Shape::Sign),
            ("1,000", Shape::Number),
            ("and", Shape::Word),
            ("10mb", Shape::Number),
            (".", Shape::Break),
        ];
        let want: Vec<(String, Shape)> = want.iter().map(|(word, shape)| ((*word).to_owned(), *shape)).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn an_apostrophe_is_not_a_quotation() {
        assert!(shapes("don't touch John's file").iter().all(|(_, shape)| *shape == Shape::Word));
    }

    #[test]
    fn later_steps_have_later_clauses() {
        let got = tokens("keep rows where x > 1, sorted by y and then save it");
        let clause = |word: &str| got.iter().find(|token| token.lower == word).map(|token| token.clause);
        assert!(clause("keep") < clause("sorted"));
        assert!(clause("sorted") < clause("save"));
    }
}
