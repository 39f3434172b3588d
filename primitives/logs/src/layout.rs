//! Entries that begin with a time, a level, or both, in the layouts that loggers use.
//!
//! The head of a line is read part by part: a time, a level, and what stands between them. What follows the head may
//! name where the entry is from; the rest is the message.

use crate::entry::Entry;
use crate::level;
use telos_moment::Moment;

/// Most parts of a head.
const PARTS_MAX: usize = 6;
/// Most parts between a time and the level after it.
const BETWEEN_MAX: usize = 3;
/// Longest name of a source, in bytes.
const NAME_BYTES_MAX: usize = 120;

/// What was read so far.
#[derive(Default)]
struct Head<'a> {
    rest: &'a str,
    time: Option<Moment>,
    level: &'static str,
    source: &'a str,
    /// A thread or the like, which is the source where nothing better is.
    aside: &'a str,
}

/// Reads a line whose head has a time or a level.
pub(crate) fn read(line: &str) -> Option<Entry> {
    let mut head = Head { rest: line.trim(), ..Head::default() };
    head.priority();
    if !head.terse() {
        for _ in 0..PARTS_MAX {
            head.rest = after_separators(head.rest);
            if !(head.take_time() || head.take_level() || head.take_level_behind()) {
                break;
            }
        }
    }
    if head.time.is_none() && head.level.is_empty() {
        return None;
    }
    head.rest = after_separators(head.rest);
    if head.source.is_empty() {
        head.take_source();
    }
    let source = if head.source.is_empty() { head.aside } else { head.source };
    let Head { rest, time, level, .. } = head;
    Some(Entry { time, level, source: source.to_owned(), message: rest.trim().to_owned() })
}

/// The text after blanks and the signs that loggers set between parts.
fn after_separators(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        let Some(sign) =
            text.chars().next().filter(|sign| matches!(sign, '-' | '–' | '—' | '|' | ':' | ',' | ';' | ']'))
        else {
            return text;
        };
        let after = &text[sign.len_utf8()..];
        let alone = after.is_empty() || after.starts_with(char::is_whitespace) || matches!(sign, '|' | ']');
        if !alone {
            return text;
        }
        text = after;
    }
}

/// The inside of brackets that a text begins with, and what follows them.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let close = match text.chars().next()? {
        '[' => ']',
        '(' => ')',
        '<' => '>',
        '{' => '}',
        _ => return None,
    };
    let (inside, after) = text[1..].split_once(close)?;
    (inside.len() <= NAME_BYTES_MAX).then_some((inside, after))
}

fn word_ends(text: &str) -> bool {
    text.chars()
        .next()
        .is_none_or(|letter| letter.is_whitespace() || matches!(letter, ':' | ']' | '|' | ',' | '/' | '['))
}

/// Whether a text could be the name of a program, module or class.
fn is_name(text: &str) -> bool {
    let letters =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '/' | '$' | ':' | '@' | '#');
    text.len() <= NAME_BYTES_MAX
        && text.chars().all(letters)
        && text.chars().any(char::is_alphabetic)
        && !text.contains("//")
        && !text.ends_with("Error")
        && !text.ends_with("Exception")
}

/// The name in "name:", "name[12]:" or "name(12):".
fn announced(token: &str) -> Option<&str> {
    let name = token.strip_suffix(':')?;
    let name = name.split_once(['[', '(']).map_or(name, |(name, _)| name);
    is_name(name).then_some(name)
}

fn first_token(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

impl<'a> Head<'a> {
    /// "<34>" or "<34>1 " of syslog.
    fn priority(&mut self) {
        let Some((inside, after)) = bracketed(self.rest).filter(|_| self.rest.starts_with('<')) else { return };
        if let Some(number) = inside.parse::<u64>().ok().filter(|number| *number < 192) {
            self.level = level::of_severity(number % 8);
            self.rest = after.strip_prefix("1 ").unwrap_or(after);
        }
    }

    /// "E0501 12:00:00.123456  1234 file.cc:12] message".
    fn terse(&mut self) -> bool {
        let Some((level, day, clock)) = self.rest.get(..1).zip(self.rest.get(1..5)).zip(self.rest.get(5..)).map(flat)
        else {
            return false;
        };
        if !day.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let Some(level) = level.chars().next().and_then(level::of_letter) else { return false };
        let spelt = format!("{}-{}{clock}", &day[..2], &day[2..]);
        let Some((time, length)) = Moment::prefix(&spelt) else { return false };
        self.time = Some(time);
        self.level = level;
        self.rest = clock.get(length.saturating_sub(5)..).unwrap_or_default();
        if let Some((place, message)) = self.rest.split_once("] ") {
            let name = place.rsplit(' ').next().unwrap_or_default();
            if is_name(name) {
                (self.source, self.rest) = (name, message);
            }
        }
        true
    }

    fn take_time(&mut self) -> bool {
        let inside = self.rest.strip_prefix(['[', '(']).unwrap_or(self.rest);
        let Some((time, length)) = Moment::prefix(inside).filter(|_| self.time.is_none()) else { return false };
        let after = &inside[length..];
        if !word_ends(after) && !after.starts_with([')', '-', 'Z']) {
            return false;
        }
        self.time = Some(time);
        self.rest = after.trim_start().strip_prefix([']', ')']).unwrap_or(after);
        // What a container's log says of the stream, and whether a line is whole.
        for stream in ["stdout F ", "stderr F ", "stdout P ", "stderr P "] {
            self.rest = self.rest.trim_start().strip_prefix(stream).unwrap_or(self.rest);
        }
        true
    }

    fn take_level(&mut self) -> bool {
        if !self.level.is_empty() {
            return false;
        }
        let Some((level, source, after)) = level_at(self.rest, self.time.is_some()) else { return false };
        self.level = level;
        if !source.is_empty() {
            self.source = source;
        }
        self.rest = after;
        // "WARNING:root:message", "INFO/MainProcess] message".
        if let Some(rest) = after.strip_prefix([':', '/'])
            && let Some((name, message)) = rest.split_once([':', ']']).filter(|(name, _)| is_name(name))
        {
            (self.source, self.rest) = (name, message);
        }
        true
    }

    /// A level behind a thread, a process or a logger's name: "12:00 [main] ERROR", "12:00 - app - ERROR".
    fn take_level_behind(&mut self) -> bool {
        if !self.level.is_empty() || self.time.is_none() {
            return false;
        }
        let (mut rest, mut aside, mut named, mut numbers) = (self.rest, "", "", true);
        for _ in 0..BETWEEN_MAX {
            let group = bracketed(rest);
            let (part, after, apart) = match group {
                Some((inside, after)) => (inside, after, true),
                None => {
                    let (token, after) = first_token(rest);
                    let bare = token.trim_end_matches([':', ',', '|']);
                    let next = after.trim_start();
                    let apart =
                        bare.len() < token.len() || after.starts_with('\t') || next.starts_with(['-', '|', ':']);
                    (bare, after, apart || bare.bytes().all(|byte| byte.is_ascii_digit()))
                }
            };
            if part.is_empty() || !apart {
                return false;
            }
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                numbers = false;
                // A name in the open is the logger's; one in brackets may be a thread's.
                *(if group.is_some() { &mut aside } else { &mut named }) = part;
            }
            rest = after_separators(after);
            let letter = || {
                let (token, after) = first_token(rest);
                let level = token.chars().next().filter(|_| numbers && token.len() == 1).and_then(level::of_letter)?;
                Some((level, "", after))
            };
            if let Some((level, source, after)) = level_at(rest, false).or_else(letter) {
                let source = if source.is_empty() { named } else { source };
                (self.level, self.source, self.aside, self.rest) = (level, source, aside, after);
                return true;
            }
        }
        false
    }

    /// Where the entry is from, if the text after the head begins by saying so.
    fn take_source(&mut self) {
        let (token, after) = first_token(self.rest);
        // "12345 --- [main] c.e.App : message" of Spring.
        if let Some(rest) = after.trim_start().strip_prefix("--- ") {
            let (mut place, message) = rest.split_once(" : ").unwrap_or(("", rest));
            while let Some((_, after)) = bracketed(place.trim_start()) {
                place = after;
            }
            (self.source, self.rest) = (place.trim(), message);
            return;
        }
        if let Some((inside, after)) = bracketed(self.rest).filter(|(inside, _)| is_name(inside)) {
            (self.source, self.rest) = (inside, after_separators(after));
            return;
        }
        if let Some(name) = announced(token) {
            (self.source, self.rest) = (name, after);
            self.take_inner_head();
            return;
        }
        if let Some(name) = token.strip_suffix(']').filter(|name| is_name(name)) {
            (self.source, self.rest) = (name, after);
            return;
        }
        let next = after.trim_start();
        let divided = after.starts_with('\t') || ["- ", ": ", "| "].iter().any(|sign| next.starts_with(sign));
        if divided && is_name(token) {
            (self.source, self.rest) = (token, after_separators(after));
            return;
        }
        self.take_program();
    }

    /// "host program[12]: message", and what RFC 5424 makes of it: "host program 12 ID [data] message".
    fn take_program(&mut self) {
        let (host, after) = first_token(self.rest);
        let (token, rest) = first_token(after.trim_start());
        let Some(time) = self.time.filter(|_| is_name(host) || host == "-") else { return };
        let yearless = time.date.is_some_and(|date| date.year() == 0);
        if let Some(name) = announced(token).filter(|_| yearless || token.ends_with("]:")) {
            (self.source, self.rest) = (name, rest);
            self.take_inner_head();
            return;
        }
        let parts: Vec<&str> = rest.trim_start().splitn(3, ' ').collect();
        if let ([_, _, data], true) = (parts.as_slice(), !self.level.is_empty() && is_name(token)) {
            let message =
                if data.starts_with('[') { bracketed(data).map(|(_, after)| after) } else { data.strip_prefix('-') };
            if let Some(message) = message {
                (self.source, self.rest) = (token, message);
            }
        }
    }

    /// What a program puts before its message although syslog has said it: a time, a level.
    fn take_inner_head(&mut self) {
        let mut rest = after_separators(self.rest);
        if let Some((_, length)) = Moment::prefix(rest).filter(|(time, _)| self.time.is_some() && time.date.is_some()) {
            rest = after_separators(&rest[length..]);
        }
        if let Some((level, _, after)) = level_at(rest, false).filter(|_| self.level.is_empty()) {
            (self.level, self.rest) = (level, after_separators(after));
        }
    }
}

fn flat<A, B, C>(((a, b), c): ((A, B), C)) -> (A, B, C) {
    (a, b, c)
}

/// The level that a text begins with, the source that stands with it, and what follows: "ERROR", "[error]",
/// "[core:error]". In small letters without brackets it must be followed by a colon, or stand where one is expected.
fn level_at(text: &str, expected: bool) -> Option<(&'static str, &str, &str)> {
    if let Some((inside, after)) = bracketed(text) {
        let (source, word) = inside.trim().rsplit_once(':').unwrap_or(("", inside.trim()));
        let letter = || word.chars().next().filter(|_| word.len() == 1).and_then(level::of_letter);
        let level = level::of_word(word, false).or_else(letter)?;
        return Some((level, source, after));
    }
    let end = text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    if !word_ends(after) {
        return None;
    }
    let shouted = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let marked = shouted || after.starts_with(':');
    if !marked && !expected {
        return None;
    }
    level::of_word(word, !marked).map(|level| (level, "", after))
}
