//! The parts of a message, found in one pass over its lines.

use crate::html::from_html;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderName, HeaderValue, Message, MessageParser};
use std::borrow::Cow;
use std::collections::BTreeSet;
use telos_pack::Failure;

/// Bytes of a header that are read; a part with more has fields beyond them that are not.
const HEADER_BYTES_MAX: usize = 1 << 20;
/// Longest field with parameters that is read, in bytes.
const FIELD_BYTES_MAX: usize = 8 << 10;
/// Deepest nesting of multiparts that is entered; what lies deeper is one part. Mail nests three or four deep.
const DEPTH_MAX: usize = 32;
/// Most parts of one message.
const PARTS_MAX: usize = 100_000;

/// A part that is no multipart.
pub(crate) struct Part<'a> {
    /// Media type in lower case: `text/plain`.
    pub(crate) kind: String,
    charset: Option<String>,
    /// The name of its file, if it has one.
    name: Option<String>,
    /// Whether it asks to be kept apart from the text.
    attached: bool,
    encoding: Encoding,
    body: &'a [u8],
    /// The number of the multipart of alternatives it is in; 0 for none.
    alternative: usize,
}

#[derive(Clone, Copy)]
enum Encoding {
    Plain,
    Base64,
    QuotedPrintable,
}

/// A multipart that is open.
struct Level {
    delimiter: Vec<u8>,
    alternative: usize,
    digest: bool,
}

/// Reads the header fields that are told of a message and of its parts, and no others.
pub(crate) fn parser() -> MessageParser {
    MessageParser::new()
        .header_date(HeaderName::Date)
        .header_address(HeaderName::From)
        .header_address(HeaderName::To)
        .header_text(HeaderName::Subject)
        .header_text(HeaderName::ContentTransferEncoding)
        .default_header_ignore()
}

/// The header of the whole message; `None` where no line is one.
pub(crate) fn header<'a>(parser: &MessageParser, raw: &'a [u8]) -> Option<Message<'a>> {
    let block = block(raw, &[]).0;
    parser.parse_headers(&block[..block.len().min(HEADER_BYTES_MAX)])
}

/// The parts of a message, in order.
pub(crate) fn parts<'a>(parser: &MessageParser, raw: &'a [u8]) -> Result<Vec<Part<'a>>, Failure> {
    let (mut parts, mut levels): (Vec<Part<'_>>, Vec<Level>) = (Vec::new(), Vec::new());
    let (mut alternatives, mut rest) = (0, raw);
    loop {
        let (head, after) = block(rest, &levels);
        let (mut part, boundary) = described(parser, head, levels.last());
        let is_multipart = part.kind.starts_with("multipart/");
        let next = match boundary {
            Some(boundary) if !boundary.is_empty() && is_multipart && levels.len() < DEPTH_MAX => {
                let alternative = part.kind == "multipart/alternative";
                alternatives += usize::from(alternative);
                levels.push(Level {
                    delimiter: format!("--{boundary}").into_bytes(),
                    alternative: if alternative { alternatives } else { part.alternative },
                    digest: part.kind == "multipart/digest",
                });
                until_delimiter(after, &mut levels).1
            }
            _ => {
                if parts.len() == PARTS_MAX {
                    return Err(Failure::Limit(format!("a message has more than {PARTS_MAX} parts")));
                }
                let (body, next) = until_delimiter(after, &mut levels);
                part.body = body;
                parts.push(part);
                next
            }
        };
        match next {
            Some(next) => rest = next,
            None => return Ok(parts),
        }
    }
}

/// What a part's header says of it, and the boundary between its own parts.
fn described<'a>(parser: &MessageParser, block: &[u8], above: Option<&Level>) -> (Part<'a>, Option<String>) {
    let block = &block[..block.len().min(HEADER_BYTES_MAX)];
    let head = parser.parse_headers(block);
    let head = head.as_ref();
    let content = head.and_then(|head| structured(head, block, &HeaderName::ContentType));
    let disposition = head.and_then(|head| structured(head, block, &HeaderName::ContentDisposition));
    let attribute = |of: &Option<ContentType<'_>>, name: &str| {
        of.as_ref().and_then(|field| field.attribute(name)).map(str::to_owned)
    };
    let default = if above.is_some_and(|level| level.digest) { "message/rfc822" } else { "text/plain" };
    let kind = content.as_ref().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_lowercase(),
        None => kind.ctype().to_lowercase(),
    });
    let encoding = match head.and_then(|head| head.header(HeaderName::ContentTransferEncoding)) {
        Some(HeaderValue::Text(name)) if name.eq_ignore_ascii_case("base64") => Encoding::Base64,
        Some(HeaderValue::Text(name)) if name.eq_ignore_ascii_case("quoted-printable") => Encoding::QuotedPrintable,
        _ => Encoding::Plain,
    };
    let part = Part {
        kind: kind.unwrap_or_else(|| default.to_owned()),
        charset: attribute(&content, "charset"),
        name: attribute(&disposition, "filename").or_else(|| attribute(&content, "name")),
        attached: disposition.as_ref().is_some_and(ContentType::is_attachment),
        encoding,
        body: &[],
        alternative: above.map_or(0, |level| level.alternative),
    };
    (part, attribute(&content, "boundary"))
}

/// A field with parameters. A long one is passed over, because putting its pieces together takes quadratic time.
fn structured<'a>(head: &Message<'a>, block: &'a [u8], name: &HeaderName<'_>) -> Option<ContentType<'a>> {
    let field = head.headers().iter().find(|field| field.name == *name)?;
    let place = |offset: u32| usize::try_from(offset).ok();
    let raw = block.get(place(field.offset_start)?..place(field.offset_end)?)?;
    if raw.len() > FIELD_BYTES_MAX { None } else { MessageStream::new(raw).parse_content_type().into_content_type() }
}

/// The header lines at the start of `text`, and what comes after the empty line that ends them.
fn block<'a>(text: &'a [u8], levels: &[Level]) -> (&'a [u8], &'a [u8]) {
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        if matches!(line, b"\n" | b"\r\n") {
            return (&text[..at], &text[at + line.len()..]);
        }
        if delimits(line, levels).is_some() {
            break;
        }
        at += line.len();
    }
    text.split_at(at)
}

/// The line that begins at `at`, with its line feed.
fn line_at(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    &rest[..end]
}

/// Which open multipart a line is a delimiter of, and whether it is the last.
fn delimits(line: &[u8], levels: &[Level]) -> Option<(usize, bool)> {
    if !line.starts_with(b"--") {
        return None;
    }
    let line = line.trim_ascii_end();
    levels.iter().enumerate().rev().find_map(|(index, level)| match line.strip_prefix(level.delimiter.as_slice())? {
        b"" => Some((index, false)),
        b"--" => Some((index, true)),
        _ => None,
    })
}

/// What lies before the next delimiter, and what comes after the one that begins a part. Closes what ends in between.
fn until_delimiter<'a>(text: &'a [u8], levels: &mut Vec<Level>) -> (&'a [u8], Option<&'a [u8]>) {
    let (mut at, mut body) = (0, None);
    while at < text.len() {
        let line = line_at(text, at);
        if let Some((index, last)) = delimits(line, levels) {
            let before = &text[..at];
            // The line break before a delimiter belongs to it.
            let before = before.strip_suffix(b"\r\n").or_else(|| before.strip_suffix(b"\n")).unwrap_or(before);
            body.get_or_insert(before);
            levels.truncate(if last { index } else { index + 1 });
            if !last {
                return (body.unwrap_or_default(), text.get(at + line.len()..));
            }
        }
        at += line.len();
    }
    (body.unwrap_or(text), None)
}

impl<'a> Part<'a> {
    /// Whether it is kept apart from the text.
    pub(crate) fn is_attachment(&self) -> bool {
        self.attached || self.name.is_some() || !matches!(self.kind.as_str(), "text/plain" | "text/html" | "text")
    }

    /// The name of its file. One that has none is named by the number it has among the message's attachments.
    pub(crate) fn name(&self, number: usize) -> Cow<'_, str> {
        match &self.name {
            Some(name) => Cow::Borrowed(name),
            None if self.kind == "message/rfc822" => Cow::Owned(format!("attachment-{number}.eml")),
            None => Cow::Owned(format!("attachment-{number}")),
        }
    }

    /// Its bytes, the transfer encoding undone. What is not encoded as it says is given as it is.
    pub(crate) fn bytes(&self) -> Cow<'a, [u8]> {
        let decoded = match self.encoding {
            Encoding::Plain => None,
            Encoding::QuotedPrintable => quoted_printable_decode(self.body),
            Encoding::Base64 => base64_decode(self.body).or_else(|| {
                // What is no letter of the alphabet is to be ignored (RFC 2045, section 6.8).
                let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
                base64_decode(&self.body.iter().copied().filter(letter).collect::<Vec<u8>>())
            }),
        };
        decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }

    /// Its text, with line feeds alone between lines.
    fn text(&self) -> String {
        let bytes = self.bytes();
        let decoder = self.charset.as_ref().and_then(|charset| charset_decoder(charset.as_bytes()));
        let text = match decoder {
            Some(decoder) => decoder(&bytes),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        };
        let text = if self.kind == "text/html" { from_html(&text) } else { text };
        text.replace("\r\n", "\n")
    }
}

/// The readable text of a message: what is written, and of alternatives the plain one where there is one.
pub(crate) fn readable(parts: &[Part<'_>]) -> String {
    let mut readable = String::new();
    let mut texts: Vec<&Part<'_>> = parts.iter().filter(|part| !part.is_attachment()).collect();
    let is_plain = |part: &Part<'_>| part.kind != "text/html" && !part.body.trim_ascii().is_empty();
    let chosen = texts.iter().filter(|part| part.alternative > 0 && is_plain(part));
    let plain: BTreeSet<usize> = chosen.map(|part| part.alternative).collect();
    texts.retain(|part| part.kind != "text/html" || !plain.contains(&part.alternative));
    for part in texts {
        let text = part.text();
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        if !readable.is_empty() {
            readable.push('\n');
        }
        readable.push_str(text);
        readable.push('\n');
    }
    readable
}
