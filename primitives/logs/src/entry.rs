//! What one line says: when, how grave, from where, and what.

use crate::{layout, structured};
use telos_moment::Moment;

/// An entry's fields; empty where the line does not tell.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Entry {
    pub(crate) time: Option<Moment>,
    pub(crate) level: &'static str,
    pub(crate) source: String,
    pub(crate) message: String,
}

/// Reads a line that begins an entry; `None` if it does not look like one.
pub(crate) fn read(line: &str) -> Option<Entry> {
    match line.trim_start().chars().next()? {
        '{' => structured::json(line),
        _ => structured::pairs(line).or_else(|| layout::read(line)),
    }
}

/// Whether a line goes on with the entry before it whatever its logger: it is indented, or part of a stack trace.
pub(crate) fn goes_on(line: &str) -> bool {
    line.starts_with([' ', '\t', '}', ')'])
        || ["Caused by:", "Traceback (most recent", "at ", "... ", "goroutine ", "stack backtrace:"]
            .iter()
            .any(|beginning| line.starts_with(beginning))
}

/// The line without the escape sequences that colour it on a terminal.
pub(crate) fn uncoloured(line: &str) -> std::borrow::Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return line.into();
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find(|letter: char| letter.is_ascii_alphabetic()).map_or(after.len(), |at| at + 1);
        rest = &after[end..];
    }
    out.push_str(rest);
    out.into()
}
