//! `access-log.parse`: the requests that a web server has logged, in the common or combined log format.

use std::borrow::Cow;
use telos_moment::Moment;
use telos_pack::{Args, EMIT_BYTES, Failure, LineSink, Lines, Out, Running};
use telos_table::write_row;

const COLUMNS: [&str; 9] = ["address", "time", "method", "path", "status", "bytes", "referrer", "agent", "duration"];
/// Most fields after the agent that are searched for a duration.
const TRAILING_MAX: usize = 16;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let mut requests = Requests { count: 0, skipped: 0, first: None, line: 0, written: Vec::new() };
    write_row(&mut requests.written, COLUMNS);
    Ok(Box::new(Parse { lines: Lines::new(), requests }))
}

struct Parse {
    lines: Lines,
    requests: Requests,
}

impl Running for Parse {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.requests)?;
        if self.requests.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.requests.written));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.requests)?;
        let Requests { count, skipped, first, written, .. } = &mut self.requests;
        if let (0, Some(line)) = (*count, *first) {
            return Err(Failure::bad(format!(
                "line {line} is no request in the common or combined log format, and no other line is: \
                 `address - user [time] \"GET /path\" status bytes` is expected"
            )));
        }
        out.bytes(0, std::mem::take(written));
        out.count(1, *count);
        out.count(2, *skipped);
        Ok(())
    }
}

struct Requests {
    count: u64,
    skipped: u64,
    /// The first line that was skipped.
    first: Option<u64>,
    line: u64,
    written: Vec<u8>,
}

impl LineSink for Requests {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        let block = std::str::from_utf8(block);
        let block = block.map_err(|_| Failure::Internal(String::from("the text is not UTF-8")))?;
        for line in block.lines() {
            self.line += 1;
            if line.trim().is_empty() {
                continue;
            }
            match request(line) {
                Some(fields) => {
                    self.count += 1;
                    write_row(&mut self.written, fields.iter().map(AsRef::as_ref));
                }
                None => {
                    self.skipped += 1;
                    self.first.get_or_insert(self.line);
                }
            }
        }
        Ok(())
    }
}

/// A field that is "-" says nothing.
fn told(field: &str) -> &str {
    if field == "-" { "" } else { field }
}

fn request(line: &str) -> Option<[Cow<'_, str>; 9]> {
    let (before, rest) = line.split_once('[')?;
    let (time, rest) = rest.split_once(']')?;
    // A virtual host may come first: the address is the third from the end.
    let address = before.split_whitespace().rev().nth(2)?;
    let (time, _) = Moment::prefix(time.trim()).filter(|(time, _)| time.date.is_some())?;
    let (asked, rest) = quoted(rest.trim_start())?;
    let (status, rest) = word(rest);
    let (bytes, rest) = word(rest);
    if status.len() != 3 || !digits(status) || !(bytes == "-" || digits(bytes)) {
        return None;
    }
    let (referrer, agent, duration) = trailing(rest);
    let (method, path) = method_and_path(&asked);
    Some([
        address.into(),
        time.to_string().into(),
        method,
        path,
        status.into(),
        told(bytes).into(),
        referrer,
        agent,
        duration.into(),
    ])
}

/// The next word, blanks before it passed over, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// "GET /path HTTP/1.1"; what is not of this form is a path without a method.
fn method_and_path<'a>(asked: &Cow<'a, str>) -> (Cow<'a, str>, Cow<'a, str>) {
    let is_method = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let Some((method, rest)) = asked.split_once(' ').filter(|(method, _)| is_method(method)) else {
        return ("".into(), told(asked).to_owned().into());
    };
    let path = rest.rsplit_once(" HTTP/").map_or(rest, |(path, _)| path);
    (method.to_owned().into(), path.to_owned().into())
}

/// Referrer and agent, which are quoted, and the last number after them.
fn trailing(text: &str) -> (Cow<'_, str>, Cow<'_, str>, &str) {
    let (mut fields, mut quotes, mut duration) = (text.trim_start(), Vec::new(), "");
    for _ in 0..TRAILING_MAX {
        if let Some((field, rest)) = quoted(fields) {
            if quotes.len() < 2 {
                quotes.push(field);
            }
            fields = rest.trim_start();
            continue;
        }
        let (field, rest) = word(fields);
        if field.is_empty() {
            break;
        }
        // "0.012", or with a name as "rt=0.012".
        let value = field.rsplit_once('=').map_or(field, |(_, value)| value);
        if telos_table::number(value).is_some() {
            duration = value;
        }
        fields = rest.trim_start();
    }
    let mut quotes = quotes.into_iter().map(|field| if field == "-" { "".into() } else { field });
    (quotes.next().unwrap_or_default(), quotes.next().unwrap_or_default(), duration)
}

/// What stands between quotation marks at the beginning, and what follows them. A backslash keeps the mark after it.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let field = &inside[..end];
    let field = if field.contains("\\\"") { field.replace("\\\"", "\"").into() } else { field.into() };
    Some((field, &inside[end + 1..]))
}
