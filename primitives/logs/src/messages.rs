//! `log.messages`: which messages there are, whatever numbers and names stand in them.

use hashbrown::HashMap;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, write_row};

/// Most bytes that the different messages take.
const MESSAGES_BYTES_MAX: usize = 128 << 20;
/// Bytes that a message takes beside its own.
const MESSAGE_BYTES: usize = 64;
/// Longest part of a message that is looked at, in bytes; what follows it makes no difference.
const SHAPE_BYTES_MAX: usize = 2 << 10;
/// Fewest digits of a hexadecimal id.
const ID_DIGITS: usize = 8;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.texts(1)?.into_iter().next();
    Ok(Box::new(StreamedTable::new(Messages { column, index: 0, counts: HashMap::new(), bytes: 0 })))
}

struct Messages {
    column: Option<String>,
    index: usize,
    counts: HashMap<Box<str>, u64>,
    bytes: usize,
}

impl TableSink for Messages {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = header.find(self.column.as_deref().unwrap_or("message"))?;
        write_row(written, ["message", "count"]);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        let message = row.get(self.index).trim();
        let Some(first) = message.lines().next() else { return Ok(()) };
        let shape = shape(first);
        if let Some(count) = self.counts.get_mut(shape.as_str()) {
            *count += 1;
            return Ok(());
        }
        self.bytes += MESSAGE_BYTES + shape.len();
        if self.bytes > MESSAGES_BYTES_MAX {
            let most = MESSAGES_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("the different messages take more than {most} MiB; filter first")));
        }
        self.counts.insert(shape.into(), 1);
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        let mut counts: Vec<_> = self.counts.drain().collect();
        counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for (message, count) in &counts {
            write_row(written, [message.as_ref(), &count.to_string()]);
        }
        out.count(1, counts.len() as u64);
        Ok(())
    }
}

/// A message with what differs from one time to the next replaced: `<text>` for what is quoted, `<id>` for long
/// hexadecimal numbers, `<number>` for others.
pub(crate) fn shape(message: &str) -> String {
    let mut end = message.len().min(SHAPE_BYTES_MAX);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let mut rest = &message[..end];
    let mut out = String::with_capacity(rest.len());
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = after_quoted(rest, out.chars().next_back()) {
            out.push_str("<text>");
            rest = after;
        } else if letter.is_alphanumeric() {
            let length = word_length(rest);
            push_word(&mut out, &rest[..length]);
            rest = &rest[length..];
        } else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

/// What follows a quotation that the text begins with. An apostrophe inside a word begins none.
fn after_quoted(text: &str, before: Option<char>) -> Option<&str> {
    let mark = text.chars().next().filter(|mark| matches!(mark, '"' | '\'' | '`'))?;
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let (inside, after) = text[1..].split_once(mark)?;
    let closes = mark != '\'' || !after.starts_with(char::is_alphanumeric);
    (!inside.is_empty() && closes).then_some(after)
}

/// Letters and digits with the signs that may stand between them in a number, a time, an address or an id.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        if letter.is_alphanumeric() || letter == '_' {
            end = at + letter.len_utf8();
        } else if !matches!(letter, '-' | '.' | ':' | ',') || at > end {
            break;
        }
    }
    end
}

fn push_word(out: &mut String, word: &str) {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        out.push_str(word);
    } else if is_id(word) {
        out.push_str("<id>");
    } else if word.bytes().all(|byte| byte.is_ascii_digit() || b"-.:,".contains(&byte)) {
        out.push_str("<number>");
    } else {
        push_digits_replaced(out, word);
    }
}

/// Whether a word is a hexadecimal number too long to be read, with or without hyphens. Digits alone are a number.
fn is_id(word: &str) -> bool {
    let (digits, sure) = word.strip_prefix("0x").map_or((word, false), |digits| (digits, true));
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let letters = digits.bytes().any(|byte| byte.is_ascii_alphabetic());
    let grouped = digits.len() == 36 && digits.bytes().filter(|byte| *byte == b'-').count() == 4;
    hexadecimal && (sure || grouped || letters && !digits.contains('-') && digits.len() >= ID_DIGITS)
}

/// Digits in a name, or before a unit, are a number; "1.5ms" has one.
fn push_digits_replaced(out: &mut String, word: &str) {
    let mut letters = word.char_indices().peekable();
    while let Some((_, letter)) = letters.next() {
        if !letter.is_ascii_digit() {
            out.push(letter);
            continue;
        }
        out.push_str("<number>");
        while let Some((at, next)) = letters.peek().copied() {
            let between = next == '.' && word[at + 1..].starts_with(|after: char| after.is_ascii_digit());
            if !next.is_ascii_digit() && !between {
                break;
            }
            letters.next();
        }
    }
}
